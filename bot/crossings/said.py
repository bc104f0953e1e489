"""A report read out of what a person types; what is not said is not invented, and a question is no report."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from bot.crossings.amounts import Unit
from bot.crossings.catalogue import Catalogue
from bot.crossings.names import Names
from bot.crossings.report import Event, Kind, Mode
from bot.crossings.said_events import EVENTS, Happening
from bot.crossings.said_now import stated_now
from bot.crossings.said_queue import Evidence, Polarity, mode_in
from bot.crossings.spelling import plain
from bot.crossings.wording import read as read_spelling
from bot.crossings.wording import wording


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says of a crossing now.

    `crossings` are those it may mean, best first. `kind` is `crossed`, `waiting`, `event` or `length`, the
    first that fits; the fields beside it are what else was said. Waits are in minutes: `wait_minutes` of the
    whole crossing, `waited_minutes` so far. `into_russia` tells that it is about the way into Russia.
    """

    kind: Kind
    crossings: tuple[str, ...] = ()
    mode: Mode | None = None
    wait_minutes: int | None = None
    waited_minutes: int | None = None
    vehicles: int | None = None
    people: int | None = None
    metres: int | None = None
    landmark: str | None = None
    happening: Happening | None = None
    polarity: Polarity | None = None
    into_russia: bool = False

    @property
    def event(self) -> Event | None:
        """The event as which `happening` is reported."""
        return EVENTS.get(self.happening) if self.happening else None


class Listener:
    """Reads reports; built once from the catalogue."""

    def __init__(self, catalogue: Catalogue, names: Names) -> None:
        self._names = names
        self._landmarks = [
            (re.compile(rf"(?<!\w){re.escape(_stem(word))}"), crossing.id, landmark.id)
            for crossing in catalogue.crossings.values()
            for landmark in crossing.landmarks
            for name in (landmark.name.ru, landmark.name.en)
            if (word := plain(name)) and " " not in word and word not in _ANYWHERE
        ]

    def crossings(self, text: str) -> tuple[str, ...]:
        """Return the crossings that a message may mean, best first: named, or by a landmark of its queue."""
        reading = read_spelling(text)
        named = self._names.mentioned(reading.written) or self._names.mentioned(reading.plain)
        if named:
            return named
        plural = self._names.mentioned(_OF_MANY.sub(r"\1ки", reading.plain))
        if plural:
            return plural
        initials = _INITIALS.match(reading.plain)
        if initials and (called := self._names.find(initials[0])).sure and called.matches:
            return called.matches
        found = dict.fromkeys(id for pattern, id, _ in self._landmarks if pattern.search(reading.plain))
        return tuple(found)

    def report(self, text: str, at: time | None = None) -> Said | None:
        """Return what a message reports, None if it states nothing about a crossing now.

        With `at`, the local time there, `стоим с 6 утра` tells how long; without it that stays open.
        """
        reading = read_spelling(_apart(text))
        stated = stated_now(reading.plain)
        if not stated.clauses:
            return None
        named = self.crossings(text)
        evidence = Evidence(stated.sentences, reading.plain, bool(named), self._is_place)
        kind = evidence.kind
        if kind is None:
            return None
        return Said(
            kind,
            named,
            mode=evidence.mode,
            wait_minutes=evidence.wait,
            waited_minutes=evidence.waited(at) if kind is Kind.WAITING else None,
            vehicles=evidence.vehicles,
            people=evidence.people,
            metres=evidence.first(Unit.METRES),
            landmark=self._landmark(evidence.text, named),
            happening=evidence.happening,
            polarity=evidence.polarity,
            into_russia=bool(_INTO_RUSSIA.search(reading.plain)),
        )

    def mode(self, text: str) -> Mode | None:
        """Return how those go of whom a text tells, if a word says so, also where it reports nothing."""
        return mode_in(read_spelling(text).plain)

    def _is_place(self, word: str) -> bool:
        return bool(self._names.mentioned(word))

    def _landmark(self, text: str, crossings: Sequence[str]) -> str | None:
        return next(
            (
                id
                for pattern, crossing, id in self._landmarks
                if crossing in crossings[:1] and pattern.search(text)
            ),
            None,
        )


_OF_MANY = re.compile(r"(?<=\w\w)([нш])[ое]к(?!\w)")  # `с Озинок`
# `вл`, in small letters, is no word at the beginning of a message.
_INITIALS = re.compile(r"[бвгджзклмнпрстфхцчш]{2,3}(?!\w)")
# Landmarks with names that many places have.
_ANYWHERE = frozenset(plain("кафе мост азс café bridge").split())

_INTO_RUSSIA = wording(
    "(в|во) (рф|россию)|(в сторону|на въезд в|до) (рф|росси*)",
    "(из|с) (грузи*|казахстан*|монголи*|днр|лнр|эстони*|финлянди*|китая)",
    "(into|to) russia|from (georgia|kazakhstan|mongolia)",
)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 4 and word[-1] in "аеиоуя" else word


def _apart(text: str) -> str:
    """Part what was typed together, `машинМного`; `plain` would make `стоять` one with `стоят`."""
    text = re.sub(r"\bстоять\b", "ждать", text, flags=re.IGNORECASE)
    return re.sub(r"(?<=[а-яёa-z])(?=[А-ЯЁ][а-яё])", " ", text)
