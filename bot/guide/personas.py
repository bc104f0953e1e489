"""Journeys of made-up people: where their answers lead, what they must read there and what they must not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter, with_config

from bot.content.document import Document
from bot.content.problems import Problem
from bot.content.shape import FILE, Id, validate
from bot.guide.model import Guide, Language
from bot.guide.preview import plain
from bot.guide.read import Known, KnownFact, unknown_values
from bot.guide.render import render, render_question
from bot.guide.route import Place, Question, arrive, route
from bot.texts import Texts

Said = Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Persona:
    """Somebody who gives `facts` along the flows, or opens the answer `open` with them.

    So they come to `expect`: an answer, a question's flow or a function. There they read what `contains`
    says, and nothing of `without`.
    """

    id: Id
    who: str
    facts: Mapping[KnownFact, str] = field(default_factory=dict)
    open: Id | None = None
    expect: str
    contains: Said = field(default_factory=dict)
    without: Said = field(default_factory=dict)


@with_config(FILE)
@dataclass(frozen=True)
class _Personas:
    personas: tuple[Persona, ...]


_PERSONAS = TypeAdapter(_Personas)


def read_personas(document: Document, known: Known) -> tuple[tuple[Persona, ...], list[Problem]]:
    """Read personas.yaml."""
    file, problems = validate(document, _PERSONAS, context=known)
    seen: set[tuple[str, str]] = set()
    for at, persona in enumerate(file.personas if file else ()):
        problems += document.repeated(("personas", at), seen, id=persona.id)
        for fact, value in persona.facts.items():
            problems += unknown_values(document, ("personas", at, "facts", fact), fact, [value], known)
    return (file.personas if file and not problems else ()), problems


def walked(
    document: Document,
    personas: tuple[Persona, ...],
    guide: Guide,
    texts: Mapping[Language, Texts],
    today: date,
) -> Iterator[Problem]:
    """Yield the journeys that end elsewhere, or where something else is read than should be."""
    for at, persona in enumerate(personas):
        here = ("personas", at)
        if persona.open is not None and persona.open not in guide.answers:
            yield document.problem((*here, "open"), "G204", f"there is no answer {persona.open}")
            continue
        place = (
            route(guide, persona.facts)
            if persona.open is None
            else arrive(guide, persona.open, persona.facts)
        )
        if (reached := _name(place)) != persona.expect:
            text = f"{persona.id} comes to {reached}, not to {persona.expect}"
            yield document.problem((*here, "expect"), "G801", text)
            continue
        for language, words in texts.items():
            shown = " ".join(_shown(guide, place, words, today).split())
            for said in persona.contains.get(language, ()):
                if said not in shown:
                    text = f"{persona.id} does not read “{said}” ({language})"
                    yield document.problem((*here, "contains"), "G802", text)
            for said in persona.without.get(language, ()):
                if said in shown:
                    text = f"{persona.id} reads “{said}” ({language})"
                    yield document.problem((*here, "without"), "G803", text)


def _name(place: Place) -> str:
    if not isinstance(place, Question):
        return place.to
    return place.answer or (place.flow.id if place.flow else "")


def _shown(guide: Guide, place: Place, texts: Texts, today: date) -> str:
    if isinstance(place, Question):
        return plain(render_question(place, texts))
    if place.to not in guide.answers:
        return ""
    return plain(render(guide, guide.answers[place.to], place.facts, texts, today))
