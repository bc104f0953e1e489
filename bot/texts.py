"""The bot's fixed words: Fluent messages of `content/texts`, and dates, numbers and durations by Babel."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from bot.content.document import Shelf
from bot.content.problems import MISSING_KEY, NOT_YAML, UNKNOWN_KEY, Problem
from bot.guide.model import Bilingual, Language

_ENTRY = re.compile(r"^(-?[a-zA-Z][a-zA-Z0-9_-]*) *=", re.MULTILINE)
"""How a message or term begins; what goes on with it is indented."""


FINEST = 5
"""Ranges of minutes are told in steps of so many."""


class TextError(Exception):
    """A message is missing or broken; the message names language and key."""


class TextsUnreadable(Exception):
    """A language's file cannot be read; `problems` has one for each such file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(str(problems[0]))
        self.problems = problems


class Html(str):
    """Text that is already safe for Telegram's HTML."""

    __slots__ = ()


class Texts:
    """The words of one language.

    Everything that goes into a message is escaped for Telegram's HTML, except what is `Html` already.
    """

    def __init__(self, language: Language, source: str) -> None:
        self.language = language
        self.locale = Locale(language.value)
        # Few differ, and Babel takes long for each.
        self._amount = lru_cache(maxsize=1024)(self._write_amount)
        # Isolation marks (U+2068…) around values are invisible, yet they count and are copied with the text.
        self._bundle = FluentBundle([language.value], use_isolating=False)
        self.source = source
        # Parsed when first used: for all of them a start would wait 0.1 s.
        self._unread: dict[str, str] = {}
        starts = [*_ENTRY.finditer(source)]
        ends = [*(found.start() for found in starts[1:]), len(source)]
        for found, end in zip(starts, ends, strict=False):  # of an empty file there is an end, and no start
            self._unread[found[1]] = self._unread.get(found[1], "") + source[found.start() : end]

    def __call__(self, key: str, **values: object) -> Html:
        """Return the message `key` with `values` put in; raises `TextError` if it is missing or broken."""
        if key in self._unread:
            self._read(key)
        message = self._bundle.get_message(key) if self._bundle.has_message(key) else None
        if message is None or message.value is None:
            raise TextError(f"{self.language}: no text for {key}")
        ready = {
            name: value if isinstance(value, Html | int | float) else escape(str(value), quote=False)
            for name, value in values.items()
        }
        text, errors = self._bundle.format_pattern(message.value, ready)
        if errors:
            raise TextError(f"{self.language}: {key}: {errors[0]}")
        return Html(text)

    def _read(self, key: str) -> None:
        """Parse a message or term, and those that it refers to."""
        resource = FluentParser(with_spans=False).parse(self._unread.pop(key))
        self._bundle.add_resource(resource)
        for name in _References.of(resource):
            if name in self._unread:
                self._read(name)

    def of(self, words: Bilingual) -> str:
        """Return the words in this language."""
        return words[self.language]

    def short_date(self, day: date) -> str:
        """Return a day of these weeks, where there is little room: 22 нояб. / 22 Nov."""
        return format_date(day, "d MMM", locale=self.locale)

    def date(self, day: date) -> str:
        """Return a day as people write it: 22 ноября 2026 г. / 22 November 2026."""
        return format_date(day, "long" if self.language is Language.RU else "d MMMM y", locale=self.locale)

    def partial_date(self, written: str) -> str:
        """Return a date of which perhaps only the year or month is known (YYYY[-MM[-DD]])."""
        parts = [int(part) for part in written.split("-")]
        if len(parts) == 3:
            return self.date(date(*parts))
        if len(parts) == 2:
            return format_date(date(parts[0], parts[1], 1), "LLLL y", locale=self.locale)
        return str(parts[0])

    def clock(self, at: datetime, zone: tzinfo = UTC) -> str:
        """Return the time of day in a zone: 21:40."""
        return format_datetime(at.astimezone(zone), "HH:mm", locale=self.locale)

    def duration(self, minutes: int) -> str:
        """Return a duration in the one unit in which people speak of it: 40 мин, 1 ч, 1,5 ч, 6 ч, 3 дн."""
        unit, size = _unit(minutes) if minutes != 60 else ("duration-hour", 60)
        return self._amount(_round(minutes, size), unit)

    def exactly(self, minutes: int) -> str:
        """Return a duration to the minute, as somebody said it: 7 ч 30 мин."""
        days, rest = divmod(minutes, 24 * 60) if minutes >= 72 * 60 else (0, minutes)
        hours, rest = divmod(rest, 60)
        parts = ((days, "duration-day"), (hours, "duration-hour"), (rest, "duration-minute"))
        told = [self._amount(number, unit) for number, unit in parts if number]
        return " ".join(told) or self._amount(0, "duration-minute")

    def span(self, low: int, high: int | None) -> Html:
        """Return a range of minutes in one unit, outwards to a round number: 6–8 ч; an open end in words."""
        if high is None:
            return self("wait-over", low=self.duration(low))
        unit, size = _unit(high)
        first, last = _outwards(low, high, size)
        if not first:
            return self("wait-under", high=self.duration(round(last * size)))
        if first == last:
            return Html(self._amount(last, unit))
        return Html(f"{format_decimal(first, locale=self.locale)}–{self._amount(last, unit)}")

    def distance(self, metres: int) -> str:
        """Return a distance: 500 м, 2,5 км."""
        if metres < 1000:
            return self._amount(metres, "length-meter")
        return self._amount(round(metres / 1000, 1), "length-kilometer")

    def _write_amount(self, number: float, unit: str) -> str:
        written = format_unit(number, unit, length="short", locale=self.locale)
        # CLDR's English "hr" is heavier than what people write; the no-break space would break searching.
        return written.replace("\xa0", " ").replace(" hr", " h")

    def list(self, words: list[str]) -> str:
        """Return words as a list in a sentence: a, b и c."""
        return format_list(words, locale=self.locale)


def _unit(minutes: int) -> tuple[str, int]:
    """Return the unit in which people speak of such a duration, and its size in minutes."""
    if minutes < 90:
        return "duration-minute", 1
    return ("duration-hour", 60) if minutes < 72 * 60 else ("duration-day", 24 * 60)


def _round(minutes: int, size: int) -> float:
    """Return the number of units, to the half below six of them."""
    number = minutes / size
    if size == 1:
        return minutes
    return round(number * 2) / 2 if number < 6 else round(number)


def _outwards(low: int, high: int, size: int) -> tuple[float, float]:
    """Return a range in units, to round numbers outwards: nobody knows a wait to the minute.

    What is hardly beyond a round number is on it.
    """
    step = FINEST if size == 1 else size / 2 if high < 6 * size else size
    slack = 0.0 if size == 1 else step / 6
    first, last = math.floor((low + slack) / step), math.ceil((high - slack) / step)
    return max(first, 0) * step / size, last * step / size


def load(folder: Path) -> Mapping[Language, Texts]:
    """Read both languages' files from a folder in the content folder; raises `TextsUnreadable`."""
    shelf = Shelf(folder.parent, "G")
    sources = {language: shelf.text(folder / f"{language}.ftl") for language in Language}
    problems = tuple(source for source in sources.values() if isinstance(source, Problem))
    if problems:
        raise TextsUnreadable(problems)
    return MappingProxyType({language: Texts(language, str(source)) for language, source in sources.items()})


def problems(folder: Path, words: Mapping[Language, Texts], like: Mapping[Language, Texts]) -> list[Problem]:
    """Return what is wrong with words that were read from a folder.

    A message of `like` may be missing, or want a value that those do not: the bot would have no words for
    something. With the words themselves as `like`, the two languages are compared.
    """
    shelf = Shelf(folder.parent, "G")
    parsed = {texts: _parsed(texts) for texts in {*words.values(), *like.values()}}
    wanted: dict[str, set[str]] = {}
    for texts in like.values():
        for message in _entries(parsed[texts], ast.Message):
            values = {name for name in _References.of(message) if name.startswith("$")}
            wanted.setdefault(message.id.name, set()).update(values)
    found = []
    for language, texts in words.items():
        document = shelf.blank(folder / f"{language}.ftl")
        for at, code, text in _mistakes(parsed[texts], wanted):
            line = texts.source[:at].count("\n") + 1
            found.append(document.problem(line, code, text))
    return found


def _mistakes(resource: ast.Resource, wanted: Mapping[str, set[str]]) -> Iterator[tuple[int, str, str]]:
    """Return what is wrong with one language's words: where in the file, code, text."""
    for junk in _entries(resource, ast.Junk):
        why = junk.annotations[0].message if junk.annotations else ""
        yield _begin(junk), NOT_YAML, f"this is not Fluent: {why}"
    messages = {entry.id.name: entry for entry in _entries(resource, ast.Message) if entry.value}
    known = messages.keys() | {f"-{term.id.name}" for term in _entries(resource, ast.Term)}
    for name, takes in sorted(wanted.items()):
        if name not in messages:
            yield 0, MISSING_KEY, f"{name} is missing"
        elif unknown := _References.of(messages[name]) - known - takes:
            yield (
                _begin(messages[name]),
                UNKNOWN_KEY,
                f"{name}: nothing gives it {', '.join(sorted(unknown))}",
            )


_Entry = TypeVar("_Entry", ast.Message, ast.Term, ast.Junk)


def _parsed(texts: Texts) -> ast.Resource:
    resource: ast.Resource = FluentResource(texts.source)
    return resource


def _entries(resource: ast.Resource, kind: type[_Entry]) -> Iterable[_Entry]:
    return (entry for entry in resource.body if isinstance(entry, kind))


def _begin(entry: ast.SyntaxNode) -> int:
    assert entry.span is not None  # the parser always knows
    return entry.span.start


class _References(Visitor):
    """Collects what a message refers to: `$value`, `message`, `-term`."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    @classmethod
    def of(cls, entry: ast.BaseNode) -> set[str]:
        visitor = cls()
        visitor.visit(entry)
        return visitor.names

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - the visitor's way
        self.names.add(f"${node.id.name}")

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802
        self.names.add(node.id.name)

    def visit_TermReference(self, node: ast.TermReference) -> None:  # noqa: N802
        self.names.add(f"-{node.id.name}")
