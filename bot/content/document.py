"""YAML that remembers where it was written, so that every mistake has a line.

Scalars are the text that stands there, not what YAML 1.1 makes of it: `country: no` is Norway, `2022-09` is a
month, and `12e45678` is a hash. What else they are to be, `bot.content.shape` says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bot.content.problems import KEY_TWICE, NOT_YAML, TWICE, UNREADABLE, WRONG_KIND, Problem

Loc = tuple[str | int, ...]
"""Where a value is in a document: the keys and positions that lead to it."""

UNREAD = object()
"""The data of a document that could not be read."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True)
class Document:
    """A content file, or the YAML in it: dicts, lists, texts and None, and the line of each.

    `letter` is what its problems' codes begin with. What could not be read at all has the data `UNREAD`;
    `problems` says why, and what else is wrong with the YAML as such.
    """

    path: str
    letter: str
    data: Any = UNREAD
    lines: Mapping[Loc, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, at: Loc = ()) -> int:
        """Return the line of the value at `at`, or of the nearest that encloses it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def problem(self, at: Loc | int, code: str, text: str) -> Problem:
        """Return a problem with the value at `at` or with that line; a code may lack the letter."""
        code = f"{self.letter}{code}" if code.isdigit() else code
        return Problem(self.path, at if isinstance(at, int) else self.line(at), code, text)

    def repeated(self, at: Loc, seen: set[tuple[str, str]], **words: str) -> list[Problem]:
        """Return what the entry at `at` shares with one before it, by key; `seen` grows by its words."""
        again = [pair for pair in words.items() if pair in seen]
        seen.update(words.items())
        return [self.problem((*at, key), TWICE, f"{key} {word} is there already") for key, word in again]


@dataclass(frozen=True)
class Shelf:
    """A content folder, and what the codes of problems with its files begin with."""

    folder: Path
    letter: str

    def blank(self, path: Path) -> Document:
        """Return a document that is not read yet, for problems with the file as a whole."""
        name = f"{self.folder.resolve().name}/{path.relative_to(self.folder).as_posix()}"
        return Document(name, self.letter)

    def text(self, path: Path) -> str | Problem:
        """Read a file, whatever its line ends; what is wrong if it cannot be read."""
        try:
            return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except OSError as error:
            return self.blank(path).problem(1, UNREADABLE, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            return self.blank(path).problem(line, UNREADABLE, "is not UTF-8 text")

    def yaml(self, path: Path) -> Document:
        """Read a YAML file."""
        text, blank = self.text(path), self.blank(path)
        return replace(blank, problems=(text,)) if isinstance(text, Problem) else parse(blank, text)


def parse(blank: Document, text: str, first_line: int = 1) -> Document:
    """Return the document with the YAML that this text of it holds; the text begins at `first_line`."""
    reader = _Reader(blank, first_line)
    try:
        # The parser in C is ten times as fast, and the start waits for this. Its events are half the work of
        # its nodes, which know what YAML takes a text for; we want the text.
        data = reader.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        return replace(blank, problems=(_no_yaml(blank, line, error.problem or error.context),))
    except yaml.YAMLError as error:  # a character that YAML does not allow
        return replace(blank, problems=(_no_yaml(blank, first_line, str(error).splitlines()[0]),))
    return replace(blank, data=data, lines=reader.lines, problems=tuple(reader.problems))


def _no_yaml(blank: Document, line: int, why: str | None) -> Problem:
    return blank.problem(line, NOT_YAML, f"this is not YAML: {why}")


class _Reader:
    """Walks the events of one document."""

    def __init__(self, blank: Document, first_line: int) -> None:
        self.blank = blank
        self.first_line = first_line
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []

    def document(self, events: Iterator[yaml.Event]) -> Any:
        data: Any = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.lines:
                    self._problem(event, NOT_YAML, "one document ends and another begins here")
                    return data
                data = self.value(events, next(events), ())
        return data

    def value(self, events: Iterator[yaml.Event], event: yaml.Event, at: Loc) -> Any:
        """Return the value that begins with this event, and note its line unless its key's is known."""
        self.lines.setdefault(at, self._line(event))
        if isinstance(event, yaml.ScalarEvent):
            return None if event.implicit[0] and event.value in _NULL else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self.value(events, event, (*at, len(items))))
            return items
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(events, at)
        self._problem(event, WRONG_KIND, "write this out instead of referring to it with *")
        return None

    def mapping(self, events: Iterator[yaml.Event], at: Loc) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._problem(event, WRONG_KIND, "a key must be a word")
                self.value(events, event, (*at, ""))
                self.value(events, next(events), (*at, ""))
            elif event.value in values:
                self._problem(event, KEY_TWICE, f"{event.value} stands here twice")
                self.value(events, next(events), (*at, event.value))
            else:
                self.lines[(*at, event.value)] = self._line(event)
                values[event.value] = self.value(events, next(events), (*at, event.value))
        return values

    def _line(self, event: yaml.Event) -> int:
        assert event.start_mark is not None  # the parser always knows
        return self.first_line + event.start_mark.line

    def _problem(self, event: yaml.Event, code: str, text: str) -> None:
        self.problems.append(self.blank.problem(self._line(event), code, text))
