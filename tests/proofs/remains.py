"""What somebody finds who has the disk: all that is sealed in its files, and every key that still exists.

Rows are carved out of the raw bytes by the form in which SQLite writes them, deleted or not: out of the
database, its log, and whatever copies were taken of both.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.privacy import keys, tree
from bot.privacy.sealing import NONCE, SIZE
from bot.storage.tables import SEALED

PLACES = tuple(f"{table.name}.sealed" for table in SEALED)

RECORD = re.compile(rb"[\x06-\x08]\x00\x2c([\x01-\x06])\x83\x44")
"""How a row begins: its head's size, the types of id (it stands before), chat, epoch, sealed (220 bytes)."""

WIDTHS = (0, 1, 2, 3, 4, 6, 8)
"""Bytes of a number, by its type."""


class Sealed(NamedTuple):
    """A row that was found."""

    row: int
    chat: bytes
    epoch: int
    sealed: bytes


def carve(*folders: Path) -> set[Sealed]:
    """Find all rows in all files of some folders."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {row for path in files for row in _carve(path.read_bytes())}


def _carve(data: bytes) -> Iterator[Sealed]:
    for head in RECORD.finditer(data):
        parts, at = [], head.start() + data[head.start()]
        for width in (16, WIDTHS[head[1][0]], SIZE):
            parts.append(data[at : at + width])
            at += width
        chat, epoch, sealed = parts
        if len(sealed) == SIZE:
            yield Sealed(_number_before(data, head.start()), chat, int.from_bytes(epoch, "big"), sealed)


def _number_before(data: bytes, end: int) -> int:
    """Read the number that ends there, as SQLite writes them: seven bits a byte, the ninth byte has eight."""
    start = end - 1
    while start > 0 and end - start < 9 and data[start - 1] & 0x80:
        start -= 1
    number = 0
    for place, byte in enumerate(data[start:end]):
        number = number << 8 | byte if place == 8 else number << 7 | byte & 0x7F
    return number


class Loot:
    """The keys that exist: of the key file, and of every file beside it that can be opened with them."""

    def __init__(self, key_file: Path) -> None:
        self._keys = keys.load(key_file, create=False)
        beside = [path.read_bytes() for path in key_file.parent.glob(f"{key_file.name}*")]
        self.epochs = [epoch for content in beside for epoch in self._opened(content)]

    def _opened(self, content: bytes) -> list[dict[str, Any]]:
        number, _, sealed = content.partition(b"\n")
        for each in self._keys.numbers:
            cipher = AESGCM(self._keys.derive("epochs", each))
            for about in (number, b""):
                try:
                    found: list[dict[str, Any]] = json.loads(
                        cipher.decrypt(sealed[:NONCE], sealed[NONCE:], about)
                    )
                except (InvalidTag, ValueError):
                    continue
                return found
        return []

    def of_chats(self, indexes: Collection[bytes]) -> list[bytes]:
        """Return every leaf of every tree at the place of any of these chats."""
        leaves = (
            tree.leaf({way: bytes.fromhex(key) for way, key in epoch["nodes"].items()}, tree.position(index))
            for epoch in self.epochs
            for index in indexes
        )
        return [leaf for leaf in leaves if leaf is not None]

    def others(self) -> list[bytes]:
        """Return the keys that nothing should be sealed with."""
        labels = ("epochs", "report", "reporter", "chat", "chats", "trail", *PLACES)
        return [
            *(self._keys.derive(label, number) for label in labels for number in self._keys.numbers),
            *(bytes.fromhex(epoch[name]) for epoch in self.epochs for name in ("reporters", "indexes")),
            *(bytes.fromhex(key) for epoch in self.epochs for key in epoch["nodes"].values()),
        ]


def opened(found: Iterable[Sealed], loot: Loot) -> set[Sealed]:
    """Try every key on everything, as if any of it stood in any row of any table; return what opens."""
    everything = set(found)
    rows = {each.row for each in everything}
    leaves = [AESGCM(key) for key in loot.of_chats({each.chat for each in everything})]
    others = [AESGCM(key) for key in loot.others()]
    return {
        each
        for each in everything
        if any(_opens(cipher, each.sealed, row) for cipher in leaves for row in rows)
        or any(_opens(cipher, each.sealed, each.row) for cipher in others)
    }


def _opens(cipher: AESGCM, sealed: bytes, row: int) -> bool:
    for place in PLACES:
        try:
            cipher.decrypt(sealed[:NONCE], sealed[NONCE:], f"{place}:{row}".encode())
        except InvalidTag:
            continue
        return True
    return False
