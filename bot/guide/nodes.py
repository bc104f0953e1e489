"""YAML that remembers where it was written, so that every mistake has a line.

Values are read from the scalars' own text, not from what YAML 1.1 makes of it: `no` is the id of Norway, not
false, and `71717790` or `12e45678` is a hash, not a number.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

import yaml

from bot.guide.model import Bilingual
from bot.guide.problems import Problem

ID = re.compile(r"[a-z0-9-]{1,40}")
FACT_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
VALUE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_PARTIAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")

_Word = TypeVar("_Word", bound=StrEnum)


class Sheet:
    """One content file while it is read: gives values, and notes all problems instead of stopping at one.

    A reader that finds nothing fit returns something of the right type after noting the problem, or for a
    missing key (None), which `fields` has noted: whoever builds an object asks `bad` before keeping it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.root: yaml.Node | None = None
        self.spoiled = (
            False  # rests on another file that has problems of its own: not usable, but not to blame
        )
        self._before = 0  # lines before the YAML begins

    @property
    def bad(self) -> bool:
        """Whether anything was wrong so far."""
        return self.spoiled or bool(self.problems)

    def parse(self, text: str, first_line: int = 1) -> yaml.Node | None:
        """Read YAML that begins at a line of the file; None, with the problem noted, where that fails."""
        self._before = first_line - 1
        try:
            self.root = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = first_line + (mark.line if mark else 0)
            self.note(where, "G102", f"this is not YAML: {error.problem or error.context}")
            return None
        except yaml.YAMLError as error:  # a character that YAML does not allow
            self.note(first_line, "G102", f"this is not YAML: {str(error).splitlines()[0]}")
            return None
        if self.root is None:
            self.note(first_line, "G106", "the file is empty")
        return self.root

    def note(self, at: yaml.Node | int | None, code: str, text: str) -> None:
        """Note a problem at a node or a line."""
        self.problems.append(self.problem(at, code, text))

    def problem(self, at: yaml.Node | int | None, code: str, text: str) -> Problem:
        """Return a problem at a node or a line, without noting it."""
        return Problem(self.path, at if isinstance(at, int) else self.line(at), code, text)

    def line(self, node: yaml.Node | None) -> int:
        """Return the line of a node."""
        return self._before + (node.start_mark.line + 1 if node is not None else 1)

    def find(self, *keys: str | int) -> int:
        """Return the line of what these keys and places lead to, or of the last of them that is there."""
        node, line = self.root, self.line(self.root)
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                pairs = [(name, value) for name, value in node.value if name.value == key]
                if not pairs:
                    break
                name, node = pairs[0]
                line = self.line(name)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = self.line(node)
            else:
                break
        return line

    def fields(
        self, node: yaml.Node | None, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """Return what stands under each key; unknown, missing and repeated keys are noted."""
        found = self.mapping(node)
        known = [*required, *optional]
        if not isinstance(node, yaml.MappingNode):
            return found
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in found and key.value not in known:
                near = get_close_matches(key.value, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
                self.note(key, "G103", f"unknown key {key.value}; {hint}")
                del found[key.value]
        for word in required:
            if word not in found:
                self.note(node, "G104", f"{word} is missing")
        return found

    def mapping(self, node: yaml.Node | None) -> dict[str, yaml.Node]:
        """Return what stands under each key, whatever the keys are."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.note(node, "G105", "expected `key: value` lines here")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.note(key, "G105", "a key must be a word")
            elif key.value in found:
                self.note(key, "G107", f"{key.value} stands here twice")
            else:
                found[key.value] = value
        return found

    def items(self, node: yaml.Node | None, *, lone: bool = False) -> list[yaml.Node]:
        """Return the items of a list; with `lone` a single word counts as a list of one."""
        if node is None:
            return []
        if lone and isinstance(node, yaml.ScalarNode):
            return [node]
        if not isinstance(node, yaml.SequenceNode):
            self.note(node, "G105", "expected a list here")
            return []
        return list(node.value)

    def text(self, node: yaml.Node | None) -> str:
        """Return words that must be there."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.note(node, "G105", "expected text here; text with `: ` or `#` in it needs quotes")
            return ""
        if _null(node) or not node.value.strip():
            self.note(node, "G106", "there is nothing here")
            return ""
        return str(node.value).strip()

    def optional(self, node: yaml.Node | None) -> str | None:
        """Return words, or None for null."""
        return None if node is None or _null(node) else self.text(node)

    def texts(self, node: yaml.Node | None, *, lone: bool = False) -> tuple[str, ...]:
        """Return a list of words."""
        return tuple(word for item in self.items(node, lone=lone) if (word := self.text(item)))

    def bilingual(self, node: yaml.Node | None) -> Bilingual:
        """Return words in both languages."""
        found = self.fields(node, ("ru", "en"))
        words = Bilingual(self.text(found.get("ru")), self.text(found.get("en")))
        if is_russian(words.en):
            self.note(found.get("en"), "G503", "this is not translated")
        return words

    def shaped(self, node: yaml.Node | None, pattern: re.Pattern[str], what: str) -> str:
        """Return a word of a shape, such as an id."""
        word = self.text(node)
        if word and not pattern.fullmatch(word):
            self.note(node, "G108", f"{word} is not {what}")
        return word

    def choice(self, node: yaml.Node | None, words: Iterable[_Word]) -> _Word:
        """Return one of the allowed words."""
        allowed = {str(word): word for word in words}
        word = self.text(node)
        if word and word not in allowed:
            self.note(node, "G110", f"{word} is none of {', '.join(allowed)}")
        return allowed.get(word, next(iter(allowed.values())))

    def date(self, node: yaml.Node | None) -> date:
        """Return a day written YYYY-MM-DD."""
        return self._dated(node, date.fromisoformat, date.max, "a day such as 2026-11-22")

    def partial_date(self, node: yaml.Node | None) -> str | None:
        """Return a date of which perhaps only the year or month is known, or None for null: undated."""
        if node is None or _null(node):
            return None
        return self._dated(node, _partial_date, "", "a date such as 2026, 2026-11 or 2026-11-22")

    def _dated(
        self, node: yaml.Node | None, read: Callable[[str], "_Read"], otherwise: "_Read", what: str
    ) -> "_Read":
        word = self.text(node)
        if not word:
            return otherwise
        try:
            return read(word)
        except ValueError:
            self.note(node, "G109", f"{word} is not {what}")
            return otherwise

    def unique(self, seen: Mapping[str, object], word: str, node: yaml.Node | None, what: str) -> None:
        """Note a word that was met before."""
        if word and word in seen:
            self.note(node, "G111", f"{what} {word} is there already")


_Read = TypeVar("_Read")


def is_russian(text: str) -> bool:
    """Tell whether a text has more Cyrillic than Latin letters."""
    return len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text))


def _partial_date(word: str) -> str:
    if not _PARTIAL_DATE.fullmatch(word):
        raise ValueError(word)
    date.fromisoformat((word + "-01-01")[:10])
    return word


def _null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"
