"""Content files: YAML whose every value remembers its line, and the problems found in it.

Scalars are read as the text that stands there, so that `country: no` is Norway and `as_of: 2022-09` stays a
month; `validate` then turns text into numbers, dates and enumerations as the model says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

Loc = tuple[str | int, ...]
"""Where a value is in a document: the keys and positions that lead to it."""

_NULL = "tag:yaml.org,2002:null"

UNREADABLE = "C101"
NOT_YAML = "C102"
UNKNOWN_KEY = "C103"
MISSING_KEY = "C104"
WRONG_VALUE = "C105"
SAME_KEY_TWICE = "C107"
_CODES = {"missing": MISSING_KEY, "extra_forbidden": UNKNOWN_KEY, "unexpected_keyword_argument": UNKNOWN_KEY}


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a content file; a `warning` does not stop a release."""

    path: str
    line: int
    code: str
    text: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        mark = "warning: " if self.level == "warning" else ""
        return f"{self.path}:{self.line}: {self.code} {mark}{self.text}"


@dataclass(frozen=True)
class Document:
    """A YAML document: dicts, lists, texts and None, and the line of each."""

    path: Path
    data: Any
    lines: Mapping[Loc, int]

    def line(self, at: Loc = ()) -> int:
        """Return the line of the value at `at`, or of the nearest that encloses it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def problem(self, at: Loc, code: str, text: str, level: Literal["error", "warning"] = "error") -> Problem:
        """Return a problem with the value at `at`."""
        return Problem(str(self.path), self.line(at), code, text, level)


def read_yaml(path: Path) -> tuple[Document | None, list[Problem]]:
    """Read a file; without a document if it cannot be read at all."""
    try:
        return parse_yaml(path, path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(str(path), 1, UNREADABLE, str(error))]


def parse_yaml(path: Path, text: str, first_line: int = 1) -> tuple[Document | None, list[Problem]]:
    """Parse the text of a file, or a part of it that begins at `first_line`."""
    try:
        # The loader in C is ten times as fast, and the start waits for this.
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        return None, [Problem(str(path), line, NOT_YAML, str(error.problem or error.context))]
    except yaml.YAMLError as error:
        return None, [Problem(str(path), first_line, NOT_YAML, " ".join(str(error).split()))]
    reader = _Reader(path, first_line)
    data = reader.value(root, ()) if root is not None else None
    return Document(path, data, reader.lines), reader.problems


def validate(
    document: Document, model: TypeAdapter[T], at: Loc = ()
) -> tuple[T, list[Problem]] | tuple[None, list[Problem]]:
    """Turn the part of a document at `at` into what `model` describes, or into all of its problems."""
    data = document.data
    for key in at:
        data = data[key]
    try:
        return model.validate_python(data), []
    except ValidationError as error:
        problems = []
        for detail in error.errors(include_url=False):
            loc = tuple(key for key in detail["loc"] if key != "[key]")
            name = ".".join(str(key) for key in loc)
            message = detail["msg"].removeprefix("Value error, ")
            code = _CODES.get(detail["type"], WRONG_VALUE)
            problems.append(document.problem((*at, *loc), code, f"{name}: {message}" if name else message))
        return None, problems


class _Reader:
    """Walks the nodes of one document."""

    def __init__(self, path: Path, first_line: int) -> None:
        self.path = path
        self.first_line = first_line
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, at: Loc) -> Any:
        self.lines.setdefault(at, self._line(node))
        if isinstance(node, yaml.ScalarNode):
            return None if node.tag == _NULL else node.value
        if id(node) in self._seen:  # an alias may even enclose itself
            self._problem(node, NOT_YAML, "write this out instead of referring to it with *")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        values: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(key, NOT_YAML, "a key must be a word")
            elif key.value in values:
                self._problem(key, SAME_KEY_TWICE, f"{key.value} stands here twice")
            else:
                self.lines[(*at, key.value)] = self._line(key)
                values[key.value] = self.value(item, (*at, key.value))
        return values

    def _line(self, node: yaml.Node) -> int:
        return self.first_line + int(node.start_mark.line)

    def _problem(self, node: yaml.Node, code: str, text: str) -> None:
        self.problems.append(Problem(str(self.path), self._line(node), code, text))
