"""Reads words.yaml: how people say things, for the search."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, TypeAdapter, with_config
from pydantic_core import PydanticCustomError

from bot.content.document import Document
from bot.content.problems import Problem
from bot.content.shape import FILE, Id, validate
from bot.guide.model import Language, Matter, Spoken
from bot.guide.read import SOME, Known, KnownFact, ValueId, unknown_values
from bot.guide.spoken import is_cue, words


def _cue(written: str) -> str:
    if not is_cue(written):
        raise PydanticCustomError("G114", f"“{written}” is not a cue: words, word|word, begin*, -not")
    return written


Cue = Annotated[str, AfterValidator(_cue)]
CuesOf = Annotated[tuple[Cue, ...], SOME]


Page = Literal[
    "urgent",
    "start",
    "crossings",
    "report",
    "alerts",
    "ask",
    "accuracy",
    "language",
    "safety",
    "mydata",
    "help",
]
"""What words alone can open: urgent help, or what the command of that name opens."""


@dataclass(frozen=True)
class _Phrases:
    ru: Annotated[tuple[str, ...], SOME]
    en: Annotated[tuple[str, ...], SOME]


@dataclass(frozen=True)
class _Matter:
    route: Literal["urgent", "refuse", "crossing", "none"]
    to: Id
    cues: CuesOf
    phrases: _Phrases


@with_config(FILE)
@dataclass(frozen=True, kw_only=True)
class _Words:
    fillers: str
    little: str
    ordinary: str
    alone: Mapping[Page, Annotated[tuple[str, ...], SOME]] = field(default_factory=dict)
    same: Mapping[Id, CuesOf] = field(default_factory=dict)
    places: Mapping[Id, CuesOf] = field(default_factory=dict)
    facts: Mapping[KnownFact, Mapping[ValueId, CuesOf]] = field(default_factory=dict)
    matters: tuple[_Matter, ...] = ()


_WORDS = TypeAdapter(_Words)


def read_spoken(document: Document, known: Known) -> tuple[Spoken, list[Problem]]:
    """Read words.yaml; with a problem in it nothing of it counts."""
    file, problems = validate(document, _WORDS, context=known)
    if file is None:
        return Spoken(), problems
    for fact, values in file.facts.items():
        problems += unknown_values(document, ("facts", fact), fact, values, known)
    matters = []
    seen: set[tuple[str, str]] = set()
    for at, matter in enumerate(file.matters):
        problems += document.repeated(("matters", at), seen, to=matter.to)
        phrases = {Language.RU: matter.phrases.ru, Language.EN: matter.phrases.en}
        matters.append(Matter(matter.route, matter.to, matter.cues, phrases))
    spoken = Spoken(
        frozenset(words(file.fillers)),
        frozenset(words(file.little)),
        frozenset(words(file.ordinary)),
        {str(page): phrases for page, phrases in file.alone.items()},
        file.same,
        file.places,
        file.facts,
        tuple(matters),
    )
    return spoken, problems
