"""Marks: people of whom everything is recognisable in whatever form it lies about, and the search for it.

The marks of a run are random, so that what an earlier run left on a server is not taken for a leak of this
one, and they begin alike, so that a search for thousands of them goes through the bytes once a form.
"""

import base64
import json
import re
import secrets
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bot.simulator.model import Model
from bot.simulator.people import Chat, Person

LEAST_STEM = 3
"""Bytes that the needles of a form begin or end with; shorter ones would be slow to look for."""

FEW = 4
"""So many beginnings are looked for one after the other."""

DIGITS, HEX = b"0123456789", b"0123456789abcdef"
"""What a number is apart from: in a long random one every short one comes up by chance."""

Search = Callable[[bytes, bytes], set[str]]
"""Looks at bytes, and at the same in lower case; returns in what form something is there."""

EMPTY = re.compile(rb"\0{64,}")
"""What makes up most of a database's files."""


@dataclass(slots=True)
class MarkedPerson(Person):
    """A person of whom Telegram tells all that it can tell."""

    last_name: str = ""
    username: str = ""

    def json(self) -> dict[str, Any]:
        return Person.json(self) | {
            "last_name": self.last_name,
            "username": self.username,
            "is_premium": True,
        }


@dataclass(slots=True, eq=False)
class MarkedChat(Chat):
    """Their chat, of which Telegram tells the same."""

    def json(self) -> dict[str, Any]:
        who = self.people[0]
        assert isinstance(who, MarkedPerson)
        return Chat.json(self) | {"last_name": who.last_name, "username": who.username}


@dataclass(frozen=True)
class Marks:
    """What marks the people of one run."""

    count: int
    token: str = field(
        default_factory=lambda: f"{7 * 10**9 + secrets.randbelow(10**8)}:{secrets.token_hex(18)}"
    )
    word: str = field(
        default_factory=lambda: "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(10))
    )
    first: int = field(default_factory=lambda: _first_id())
    north: int = field(default_factory=lambda: 41_000 + secrets.randbelow(2_000))

    @property
    def ids(self) -> range:
        """All ids: of ten digits, more than 32 bits, as new ones of Telegram's are."""
        return range(self.first, self.first + self.count)

    def names(self, number: int) -> tuple[str, str, str]:
        """First name, last name and user name; the first is Cyrillic, as most are."""
        return f"Имя{self.russian} {number}", f"L{self.word}{number}", f"u_{self.word}{number}"

    @property
    def russian(self) -> str:
        return self.word.translate(str.maketrans("bcdfghjklmnpqrstvwxz", "бцдфгхйклмнпярствшжз"))

    def text(self, number: int) -> str:
        """Something that they say; every case of it must be found."""
        return f"слово{self.russian}{number} T{self.word}{number}"

    def phrase(self, number: int) -> str:
        return f"фраза{self.russian}{number} P{self.word}{number}"

    def phone(self, number: int) -> str:
        return f"+7{self.first // 1000 % 10**6:06}{number:04}"

    def place(self, number: int) -> tuple[float, float]:
        """Where they are; five digits after the point say it to a metre."""
        return (self.north * 100 + number) / 100_000, (self.north * 100 + 300_007 + number) / 100_000

    def join(self, model: Model, number: int, language: str) -> MarkedPerson:
        """Let one of them join a simulated Telegram."""
        first, last, user = self.names(number)
        person = MarkedPerson(self.ids[number], first, language, last_name=last, username=user)
        model.people[person.id] = person
        model.chats[person.id] = MarkedChat(person.id, [person])
        return person

    def searches(self) -> Mapping[str, Sequence[Search]]:
        """What to look for, by what it gives away."""
        numbers = range(self.count)
        places = [self.place(number) for number in numbers]
        secret = self.token.partition(":")[2]
        return {
            "id": _of_numbers("id", self.ids),
            "name": [
                *_of_text("first name", [f"Имя{self.russian}"]),
                *_of_text("last name", [f"L{self.word}"]),
            ],
            "username": _of_text("username", [f"u_{self.word}"]),
            "text": [*_of_text("text", [f"слово{self.russian}"]), *_of_text("text", [f"T{self.word}"])],
            "phrase": [*_of_text("phrase", [f"фраза{self.russian}"]), *_of_text("phrase", [f"P{self.word}"])],
            "phone": [
                *_of_text("phone", [self.phone(number)[1:] for number in numbers]),
                *_of_numbers("phone", [int(self.phone(number)) for number in numbers]),
            ],
            "place": [
                each
                for axis in (0, 1)
                for each in _of_degrees(("latitude", "longitude")[axis], [place[axis] for place in places])
            ],
            "token": [*_of_text("token", [secret]), *_of_text("token", [self.token])],
        }


def _first_id() -> int:
    """Return the first of a thousand ids that begin alike, in digits and in bytes."""
    while True:
        first = (6_900_000 + secrets.randbelow(1_000_000)) * 1000
        if first >> 16 == first + 999 >> 16:
            return first


def found(searches: Mapping[str, Sequence[Search]], held: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Return what is given away, with in which file and form."""
    folded = {name: (short := EMPTY.sub(bytes(64), data), short.lower()) for name, data in held.items()}
    seen: dict[str, set[str]] = {}
    for what, each in searches.items():
        for name, (data, lowered) in folded.items():
            for search in each:
                if forms := search(data, lowered):
                    seen.setdefault(what, set()).update(f"{form} in {name}" for form in forms)
    return seen


def _of_numbers(what: str, numbers: Sequence[int]) -> list[Search]:
    """Look for numbers of more than 32 bits, which also SQLite stores in six bytes."""
    texts = [str(number) for number in numbers]
    return [
        *_of_text(what, texts),
        # The six bytes are a part of the eight.
        *_of_bytes(f"{what}, 8 bytes big-endian", [number.to_bytes(6, "big") for number in numbers]),
        *_of_bytes(f"{what}, 8 bytes little-endian", [number.to_bytes(6, "little") for number in numbers]),
        *_of_bytes(f"{what}, double", [struct.pack(">d", number) for number in numbers]),
        *_of_bytes(f"{what}, double little-endian", [struct.pack("<d", number) for number in numbers]),
        _insensitive(f"{what}, hexadecimal", [f"{number:x}".encode() for number in numbers], HEX),
        _insensitive(f"{what}, hexadecimal", [f"{number:012x}".encode() for number in numbers]),
        _insensitive(
            f"{what}, hexadecimal", [number.to_bytes(6, "little").hex().encode() for number in numbers]
        ),
        *_of_base64(f"{what}, 8 bytes", [number.to_bytes(8, "big") for number in numbers]),
        *_of_base64(f"{what}, 8 bytes", [number.to_bytes(8, "little") for number in numbers]),
        _insensitive(f"{what}, hexadecimal of text", [text.encode().hex().encode() for text in texts]),
    ]


def _of_text(what: str, texts: Sequence[str]) -> list[Search]:
    """Look for texts: also folded, escaped, in UTF-16, and in what carries bytes as text."""
    apart_from = DIGITS if all(text.isdecimal() for text in texts) else b""
    forms = sorted({form for text in texts for form in (text, text.lower(), text.upper())})
    plain = [form.encode() for form in forms]
    searches = [
        *_of_bytes(what, plain, apart_from),
        *_of_bytes(f"{what}, UTF-16", [form.encode("utf-16-le") for form in forms]),
        *_of_base64(what, plain),
        _insensitive(f"{what}, hexadecimal", [each.hex().encode() for each in plain]),
    ]
    if not all(form.isascii() for form in forms):
        escaped = [json.dumps(form)[1:-1].encode() for form in forms]
        searches += [
            _insensitive(f"{what}, escaped", escaped),
            _insensitive(f"{what}, in an address", [quote(form).encode() for form in forms]),
            *_of_bytes(f"{what}, CP1251", [form.encode("cp1251") for form in forms]),
        ]
    return searches


def _of_degrees(what: str, degrees: Sequence[float]) -> list[Search]:
    micro = [round(each * 1e6) for each in degrees]
    return [
        *_of_bytes(f"{what}, in text", [f"{each:.5f}".encode() for each in degrees]),
        *_of_bytes(f"{what}, with a comma", [f"{each:.5f}".replace(".", ",").encode() for each in degrees]),
        # Four digits are ten metres; what is coarser may be said of a crossing.
        *_of_bytes(f"{what}, rounded", [f"{each:.4f}".encode() for each in degrees]),
        # Eight digits come up by chance in what a dump writes in hexadecimal.
        *_of_bytes(f"{what}, micro-degrees in text", [str(each).encode() for each in micro], HEX),
        *_of_bytes(f"{what}, micro-degrees", [struct.pack(">q", each) for each in micro]),
        *_of_bytes(f"{what}, micro-degrees little-endian", [struct.pack("<q", each) for each in micro]),
        *_of_bytes(f"{what}, double", [struct.pack(">d", each) for each in degrees]),
        *_of_bytes(f"{what}, double little-endian", [struct.pack("<d", each) for each in degrees]),
        *_of_base64(f"{what}, in text", [f"{each:.5f}".encode() for each in degrees]),
    ]


def _of_base64(what: str, plain: Iterable[bytes]) -> list[Search]:
    """Look for what is in the middle of something coded in base64: at each of its three offsets."""
    plain = list(plain)
    searches = []
    for offset in range(3):
        coded = []
        for each in plain:
            whole = (offset + len(each)) // 3 * 3 - offset
            text = base64.b64encode(bytes(offset) + each[:whole])
            coded.append(text[(0, 2, 3)[offset] :])
        searches += _of_bytes(f"{what}, base64", coded)
        safe = [each.translate(bytes.maketrans(b"+/", b"-_")) for each in coded]
        if safe != coded:
            searches += _of_bytes(f"{what}, base64 for addresses", safe)
    return searches


def _insensitive(form: str, needles: Sequence[bytes], apart_from: bytes = b"") -> Search:
    search = _of_bytes(form, [needle.lower() for needle in needles], apart_from)[0]

    def in_lower_case(_data: bytes, lowered: bytes) -> set[str]:
        return search(lowered, lowered)

    return in_lower_case


def _of_bytes(form: str, needles: Sequence[bytes], apart_from: bytes = b"") -> list[Search]:
    """Look for any of these, but not within a longer run of the bytes that it must be apart from."""
    by_size: dict[int, set[bytes]] = {}
    for needle in needles:
        by_size.setdefault(len(needle), set()).add(needle)

    def search(data: bytes, _lowered: bytes) -> set[str]:
        return {form for group in by_size.values() if _has_any(data, group, apart_from)}

    return [search]


def _has_any(data: bytes, needles: set[bytes], apart_from: bytes) -> bool:
    """Look first for the few things that all of them, of one size, begin or end with."""
    size = len(next(iter(needles)))
    for length in range(size, 0, -1):
        heads = {(needle[:length], 0) for needle in needles}
        tails = {(needle[-length:], size - length) for needle in needles}
        stems = min(heads, tails, key=len)
        if len(stems) <= FEW:
            break
    assert length >= LEAST_STEM, f"{sorted(needles)[:2]} share too little"
    for stem, before in stems:
        at = data.find(stem)
        while at >= 0:
            start, end = at - before, at - before + size
            around = data[max(start - 1, 0) : max(start, 0)].strip(b"0") + data[end : end + 1]
            if data[max(start, 0) : end] in needles and not any(byte in apart_from for byte in around):
                return True
            at = data.find(stem, at + 1)
    return False
