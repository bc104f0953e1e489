"""Every form that an answer's screen can have: which of its parts are shown together for some facts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from bot.guide.length import visible_length
from bot.guide.model import COUNTRY, Answer, Block, Facts, Guide
from bot.guide.render import fits, notice_line, notices, places_of, render, render_blocks, render_sources
from bot.texts import Texts

Shape = tuple[int, int, frozenset[str]]
"""Of a form: the parts that are shown and those that come with their condition, as bits, and the notices."""


def forms(guide: Guide, answer: Answer) -> list[Facts]:
    """Return facts that make each form of an answer's screen, in either language.

    However many combinations of facts there are, those that show the same are one.
    """
    blocks = [block for body in answer.body.values() for block in body]
    found: dict[Shape, Facts] = {((1 << len(blocks)) - 1, 0, frozenset()): {}}
    for fact in dict.fromkeys((*answer.conditions, COUNTRY)):
        options: dict[Shape, Facts] = {}
        for facts in _choices(guide, answer, fact):
            options.setdefault(_shape(guide, answer, blocks, fact, facts), facts)
        combined: dict[Shape, Facts] = {}
        for (shown, told, above), before in found.items():
            for (fit, conditional, more), facts in options.items():
                combined.setdefault((shown & fit, told | conditional, above | more), {**before, **facts})
        found = combined
    return list(found.values())


def _choices(guide: Guide, answer: Answer, fact: str) -> Iterator[Facts]:
    """Yield what can be known of a fact."""
    if fact in guide.facts:
        values = guide.facts[fact].values
        yield from ({fact: value.id} for value in values if answer.offered(guide.facts[fact], value.id))
    if fact not in guide.facts or fact not in answer.needs:
        yield {}


def _shape(guide: Guide, answer: Answer, blocks: list[Block], fact: str, facts: Facts) -> Shape:
    shown = sum(1 << at for at, block in enumerate(blocks) if fits(block, facts))
    told = sum(1 << at for at, block in enumerate(blocks) if fact in block.when and fact not in facts)
    if fact != COUNTRY:
        return shown, told, frozenset()
    places = places_of(answer, facts)
    above = (notice.id for notice in guide.notices.values() if not places.isdisjoint(notice.where))
    return shown, told, frozenset(above)


def length(guide: Guide, answer: Answer, facts: Facts, texts: Texts) -> int:
    """Return how long a form is in UTF-16 units once it is old, whichever warning is longer then."""
    period = answer.risk.period_days
    days = (answer.checked + timedelta(days=age * period + 1) for age in (1, 2))
    return max(visible_length(render(guide, answer, facts, texts, day)) for day in days)


def bound(guide: Guide, answer: Answer, texts: Texts, today: date) -> Callable[[Facts], int]:
    """Return what tells quickly how long a form is at most: the sum of its parts, as if each stood alone."""
    blocks = answer.body[texts.language]
    order = [source.id for source in answer.sources]

    def alone(block: Block, facts: Facts) -> int:
        return visible_length(render_blocks(guide, [block], facts, order, texts)) + len("\n\n")

    plain = [alone(block, {fact: values[0] for fact, values in block.when.items()}) for block in blocks]
    conditional = [alone(block, {}) for block in blocks]
    cites = [frozenset(span.cite for span in block.spans if span.cite) for block in blocks]
    lines = {source.id: visible_length(render_sources([source], texts)) for source in answer.sources}
    notes = {
        notice.id: visible_length(notice_line(notice, texts)) + len("\n\n")
        for notice in guide.notices.values()
    }
    bare = replace(answer, body={texts.language: ()})
    rest = length(replace(guide, notices={}), bare, {}, texts) + visible_length(texts("guide-caution"))

    def at_most(facts: Facts) -> int:
        above = notices(guide, places_of(answer, facts), today)
        shown = [at for at, block in enumerate(blocks) if fits(block, facts)]
        units = sum((plain if blocks[at].when.keys() <= facts.keys() else conditional)[at] for at in shown)
        units += sum(lines[id] for id in frozenset().union(*(cites[at] for at in shown)))
        return rest + units + sum(notes[notice.id] for notice in above)

    return at_most
