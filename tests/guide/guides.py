"""Guides drawn by hypothesis: any shape of flows and answers that a sound content folder could have."""

from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.guide.model import (
    START,
    Answer,
    Bilingual,
    Block,
    Fact,
    Facts,
    Flow,
    Guide,
    Language,
    Risk,
    Rule,
    Source,
    Span,
    Value,
)

drawn_often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For tests over drawn guides: a busy machine is no failure."""

WORDS = Bilingual("слова", "words")
VALUES = tuple(Value(f"v{one}", str(one), WORDS) for one in range(3))
LAW = Source("law", "https://law.example", "Law", "2025", date(2026, 11, 1), "H", caution=False)


def answer(id: str, needs: tuple[str, ...] = (), *blocks: Block) -> Answer:
    """Return an answer with these blocks in both languages."""
    body = blocks or (Block((Span("текст"), Span("", cite="law"))),)
    return Answer(
        id=id,
        topic="any",
        title=Bilingual(f"Ответ {id}", f"Answer {id}"),
        phrases=dict.fromkeys(Language, ()),
        needs=needs,
        risk=Risk.NORMAL,
        sources=(LAW,),
        see=(),
        body={language: tuple(body) for language in Language},
    )


@st.composite
def facts_of(draw: st.DrawFn, facts: dict[str, Fact]) -> Facts:
    """Draw some facts in some order."""
    ids = draw(st.lists(st.sampled_from(sorted(facts)), unique=True))
    return {id: draw(st.sampled_from(facts[id].values)).id for id in ids}


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """Draw a guide whose flows lead only forward, to answers with and without needs."""
    count = draw(st.integers(1, 5))
    sizes = [draw(st.integers(1, 3)) for _ in range(count)]
    facts = {
        f"f{at}": Fact(f"f{at}", "abcde"[at], WORDS, WORDS, VALUES[:size]) for at, size in enumerate(sizes)
    }
    some = st.lists(st.sampled_from(sorted(facts)), max_size=2, unique=True).map(tuple)
    answers = {f"a{at}": answer(f"a{at}", draw(some)) for at in range(draw(st.integers(1, 3)))}
    names = [START, *(f"q{at}" for at in range(draw(st.integers(0, 4))))]
    flows = {}
    for at, name in enumerate(names):
        ask = draw(st.sampled_from(sorted(facts)))
        values = [value.id for value in facts[ask].values]
        only = tuple(value for value in values if draw(st.booleans())) or tuple(values)
        target = st.sampled_from([*names[at + 1 :], *answers, "@crossings"])
        conditions = [{fact: (value,) for fact, value in draw(facts_of(facts)).items()} for _ in range(2)]
        rules = [Rule(when, draw(target)) for when in conditions]
        otherwise = [Rule({}, draw(target))] if draw(st.booleans()) else []
        flows[name] = Flow(name, ask, only, None, None, (*rules, *otherwise))
    return Guide(facts=facts, flows=flows, answers=answers, notices={}, numbers={}, redirects={})


@st.composite
def guides_with_facts(draw: st.DrawFn) -> tuple[Guide, Facts]:
    """Draw a guide and facts that a person may have given, not all of them to any purpose."""
    guide = draw(guides())
    return guide, draw(facts_of(dict(guide.facts)))
