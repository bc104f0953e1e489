"""Where a number, a fact, a source's address or an answer is used: what a change of it touches."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from bot.content.document import UNREAD, Document, Loc
from bot.guide.load import Loaded
from bot.guide.model import Guide

_LEADING = frozenset({"to", "lead", "see", "answer", "guide"})
"""Keys whose values are ids of answers or questions."""
_NO_ANSWER = frozenset({"id", "country", "alternatives"})
"""Keys of the crossings' files whose values are ids of something else."""


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, and what stands there."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def uses(loaded: Loaded, guide: Guide, what: str, beside: Iterable[Document] = ()) -> tuple[Place, ...]:
    """Return where something is defined or used, in the order of files and lines.

    `what` is a number (`kz.stay_days`), a fact (`country`) or one value of it (`country=kz`), an address or a
    host, or the id of an answer or question. `beside` are other files that name such things: the crossings,
    the personas. Raises ValueError for what there is not.
    """
    search = _Search(loaded, guide, tuple(beside))
    found: list[Place] = []
    fact, equals, value = what.partition("=")
    if equals:
        search.known(fact, guide.facts, "fact")
        search.known(value, [one.id for one in guide.facts[fact].values], f"value of {fact}")
        found += search.fact(fact, value)
    elif what in guide.numbers:
        found += search.number(what)
    else:
        if what in guide.facts:
            found += search.fact(what, None)
        if what in search.ids:
            found += search.answer(what)
        if "." in what:
            found += search.address(what)
        if not found:
            search.known(what, [*guide.numbers, *guide.facts, *search.ids], "number, fact, address or answer")
    lines: dict[tuple[str, int], Place] = {}
    for place in found:  # of a line that says it twice one is enough
        lines.setdefault((place.path, place.line), place)
    return tuple(sorted(lines.values()))


@dataclass(frozen=True)
class _Search:
    loaded: Loaded
    guide: Guide
    beside: tuple[Document, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of answers and questions, and of those that were."""
        there = {id for kind, id in self.loaded.documents if kind in ("answer", "flow")}
        return frozenset(there | self.guide.redirects.keys())

    def known(self, word: str, words: Iterable[str], what: str) -> None:
        """Raise ValueError unless the word is among the known ones."""
        words = list(words)
        if word not in words:
            near = get_close_matches(word, words, 1)
            raise ValueError(f"there is no {what} {word}" + (f"; did you mean {near[0]}?" if near else ""))

    def number(self, id: str) -> Iterator[Place]:
        country, name = id.split(".", 1)
        number = self.guide.numbers[id]
        yield _at(self.loaded.at("country", country), ("facts", name), f"is {number.value} {number.unit}")
        for draft in self.loaded.drafts.values():
            for parsed in draft.parsed.values():
                for use in parsed.uses:
                    if use.kind == "number" and use.name == id:
                        yield Place(draft.document.path, use.line, f"{{fact:{id}}}")

    def fact(self, fact: str, value: str | None) -> Iterator[Place]:
        for kind, document in self._documents():
            for at, leaf in _leaves(document.data):
                if kind == "vocab":
                    if _defined(document.data, at, fact, value):
                        yield _at(document, at, "is defined here")
                elif _asks(document.data, at, leaf, fact, value):
                    yield _at(document, at, f"{_name(at)}: {leaf}")
        for draft in self.loaded.drafts.values():
            for parsed in draft.parsed.values():
                for condition in parsed.conditions:
                    if condition.fact == fact and value in (None, condition.value):
                        text = f"::: when {fact}: {condition.value}"
                        yield Place(draft.document.path, condition.line, text)

    def answer(self, id: str) -> Iterator[Place]:
        for kind, document in self._documents():
            if kind == "redirects" and isinstance(document.data, dict) and id in document.data:
                yield _at(document, (id,), f"leads to {document.data[id]}")
            for at, leaf in _leaves(document.data):
                if leaf != id:
                    continue
                key = _key(at)
                if kind in ("answer", "flow") and at == ("id",):
                    yield _at(document, at, "is defined here")
                elif key in _LEADING or kind == "redirects" or (kind == "" and key not in _NO_ANSWER):
                    yield _at(document, at, _name(at))

    def address(self, written: str) -> Iterator[Place]:
        wanted = _bare(written)
        named = re.compile(rf"(?<![\w-]){re.escape(wanted)}(?![\w-]|\.\w)", re.IGNORECASE)
        for _, document in self._documents():
            for at, leaf in _leaves(document.data):
                if isinstance(leaf, str) and named.search(_bare(leaf)):
                    yield _at(document, at, f"{_name(at)}: {leaf}")
        for draft in self.loaded.drafts.values():
            for parsed in draft.parsed.values():
                for use in parsed.uses:
                    if use.kind == "link" and named.search(_bare(use.name)):
                        yield Place(draft.document.path, use.line, f"link: {use.name}")

    def _documents(self) -> Iterator[tuple[str, Document]]:
        """Yield every file that could be read, with its kind; those beside the guide have none."""
        for (kind, _), document in self.loaded.documents.items():
            if document.data is not UNREAD:
                yield kind, document
        for document in self.beside:
            if document.data is not UNREAD:
                yield "", document


def _leaves(data: Any, at: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Yield every value that holds no others, with its place."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*at, index))
    else:
        yield at, data


def _defined(data: Any, at: Loc, fact: str, value: str | None) -> bool:
    """Tell whether the place in vocab.yaml is the id of the fact, or of its value."""
    if len(at) < 3 or at[0] != "facts" or at[-1] != "id":
        return False
    if data["facts"][at[1]].get("id") != fact:
        return False
    if value is None:
        return len(at) == 3
    return len(at) == 5 and data["facts"][at[1]]["values"][at[3]].get("id") == value


def _asks(data: Any, at: Loc, leaf: Any, fact: str, value: str | None) -> bool:
    """Tell whether the value at a place is about the fact: a condition, a question, a need, a persona's."""
    if not isinstance(leaf, str):
        return False
    names = {key for key in at if isinstance(key, str)}
    if _key(at) == "only":
        return value == leaf and data.get("ask") == fact
    if leaf == fact and _key(at) in ("ask", "needs"):
        return value is None
    if names & {"when", "needs", "facts"} and _key(at) == fact:
        return value in (None, leaf)
    written = rf"(?<![\w=]){fact}=" + (rf"{value}(?![\w-])" if value else "")  # in a persona's line
    return re.search(written, leaf) is not None


def _key(at: Loc) -> str:
    """Return the name under which a value stands, alone or in a list."""
    return next((key for key in reversed(at) if isinstance(key, str)), "")


def _name(at: Loc) -> str:
    """Return a place as an editor names it: `next.when.by`."""
    return ".".join(key for key in at if isinstance(key, str))


def _at(document: Document, at: Loc, text: str) -> Place:
    return Place(document.path, document.line(at), text)


def _bare(address: str) -> str:
    """Return an address without what changes nothing: scheme, `www.`, the last slash."""
    return re.sub(r"^(https?://)?(www\.)?", "", address).rstrip("/")
