"""The table of countries by how they let in holders of a Russian passport, made of `countries/`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from babel.units import format_unit

from bot.guide.model import Block, Country, Language, Span, Visa

Cite = Callable[[Visa], str]
"""Tells by which of an answer's sources a country's entry is cited."""


def of_state(countries: Mapping[str, Country], state: str) -> tuple[Visa, ...]:
    """Return the entries of a state."""
    visas = (country.visa for country in countries.values())
    return tuple(visa for visa in visas if visa is not None and visa.state == state)


def table(
    countries: Mapping[str, Country], state: str, language: Language, cite: Cite
) -> tuple[tuple[Span, ...], ...]:
    """Return a line for each length of stay, the longest first, with the countries by alphabet.

    A source is cited after the last of the neighbours that rest on it.
    """
    entries = [
        (country.visa.days, country.name[language], country.visa)
        for country in countries.values()
        if country.visa is not None and country.name is not None and country.visa.state == state
    ]
    entries.sort(key=lambda entry: (-(entry[0] or 0), entry[1]))
    return tuple(
        tuple(_line(days, list(group), language, cite))
        for days, group in groupby(entries, key=lambda entry: entry[0])
    )


def _line(
    days: int | None, entries: list[tuple[int | None, str, Visa]], language: Language, cite: Cite
) -> Iterator[Span]:
    if days is not None:
        yield Span(f"{format_unit(days, 'duration-day', locale=language.value)}:", bold=True)
        yield Span(" ")
    cites = [cite(visa) for _, _, visa in entries]
    for (_, name, visa), own, following in zip(entries, cites, [*cites[1:], None], strict=True):
        note = f" ({visa.note[language]})" if visa.note else ""
        last = following is None
        if own == following:
            yield Span(f"{name}{note}, ")
            continue
        yield Span(f"{name}{note}")
        yield Span("", cite=own)
        yield Span("." if last else ", ")


def filled(
    blocks: tuple[Block, ...], countries: Mapping[str, Country], language: Language, cite: Cite
) -> tuple[Block, ...]:
    """Return the blocks with each `visa` in them replaced by its table."""
    made: list[Block] = []
    for block in blocks:
        if block.visa is None:
            made.append(block)
            continue
        lines = table(countries, block.visa, language, cite)
        made += [replace(block, spans=spans, item=True, visa=None) for spans in lines]
    return tuple(made)
