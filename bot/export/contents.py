"""The contents: by the bot's first question, then by what is asked next, as far as the flows tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from bot.export.page import Edition, link, listed
from bot.guide.model import COUNTRY, START, Answer, Bilingual, Facts, Guide
from bot.guide.route import matching

CROSSINGS = "@crossings"


@dataclass(frozen=True)
class Crossings:
    """The crossings to a country; `country` may also be no country's id, and then they are all meant."""

    country: str


@dataclass(frozen=True)
class Part:
    """What stands under a choice."""

    label: Bilingual
    entries: tuple["Entry", ...]

    def answers(self) -> Iterator[Answer]:
        """Return the answers under it, in their order."""
        for entry in self.entries:
            if isinstance(entry, Part):
                yield from entry.answers()
            elif isinstance(entry, Answer):
                yield entry


Entry = Answer | Crossings | Part


def parts(guide: Guide) -> tuple[Part, ...]:
    """Return a part for each answer to the first question; in each an answer stands once."""
    flow = guide.flows.get(START)
    if flow is None:
        return ()
    ask = guide.facts[flow.ask]
    found = (
        Part(ask.value(value).label, tuple(_after(guide, START, value, {}, set()))) for value in flow.only
    )
    return tuple(part for part in found if part.entries)


def rest(guide: Guide, shown: tuple[Part, ...]) -> tuple[Answer, ...]:
    """Return the answers that no flow leads to: only other answers, crossings and links do."""
    reached = {answer.id for part in shown for answer in part.answers()}
    return tuple(answer for answer in guide.answers.values() if answer.id not in reached)


def _after(guide: Guide, id: str, value: str, facts: Facts, listed: set[str]) -> Iterator[Entry]:
    """Return what stands under a value of a flow; `listed` is what is no more to be."""
    flow = guide.flows[id]
    known = {**facts, flow.ask: value}
    rule = matching(flow, known)
    to = rule.to if rule else ""
    if to == CROSSINGS:
        yield Crossings(known.get(COUNTRY, ""))
    elif to in guide.answers and to not in listed:
        listed.add(to)
        yield guide.answers[to]
    elif to in guide.flows and to not in listed:
        listed.add(to)
        yield from _asked(guide, to, known, listed)


def _asked(guide: Guide, id: str, facts: Facts, listed: set[str]) -> Iterator[Entry]:
    flow = guide.flows[id]
    if flow.lead and flow.lead not in listed:
        listed.add(flow.lead)
        yield guide.answers[flow.lead]
    for value in flow.only:
        entries = tuple(_after(guide, id, value, facts, listed))
        if len(entries) > 1:
            yield Part(guide.facts[flow.ask].value(value).label, entries)
        else:
            yield from entries


def contents(edition: Edition, shown: tuple[Part, ...]) -> str:
    """Return the contents: the choices closed, as the bot would ask first."""
    texts = edition.texts
    more = rest(edition.guide, shown)
    whole = [(texts.of(part.label), part.entries) for part in shown]
    if more:
        whole.append((texts("export-more"), more))
    return "\n".join(
        folded(escape(label, quote=False), _entries(edition, entries)) for label, entries in whole
    )


def folded(label: str, body: str) -> str:
    """Return what is seen once its label is opened."""
    return f"<details>\n<summary>{label}</summary>\n{body}\n</details>"


def _entries(edition: Edition, entries: tuple[Entry, ...]) -> str:
    return listed(_entry(edition, entry) for entry in entries)


def _entry(edition: Edition, entry: Entry) -> str:
    texts, ways = edition.texts, edition.ways
    if isinstance(entry, Part):
        return f"{escape(texts.of(entry.label), quote=False)}\n{_entries(edition, entry.entries)}"
    if isinstance(entry, Answer):
        return link(ways.answer.format(entry.id), escape(texts.of(entry.title), quote=False))
    countries: Mapping[str, object] = edition.catalogue.countries
    to = ways.country.format(entry.country) if entry.country in countries else ways.crossings
    return link(to, texts("export-crossings"))
