"""Where the facts that a person has given lead; they travel in the buttons, so that nobody remembers them.

Every place is found by replaying the facts from the flow `start`: a fact is taken when its flow asks for it,
and one that no flow on the way asks for has no say. So going back is leaving out the last fact, and changing
an answer is leaving out that one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.guide.model import REPAIR, START, Fact, Facts, Flow, Guide, Rule, Value


@dataclass(frozen=True)
class Question:
    """Something to ask: by a flow, or by an answer that needs to know it first.

    `facts` were used on the way here, and `kept` may still be used further on (they remain from before an
    answer was changed). `path` is the part of `facts` that flows asked for.
    """

    flow: Flow | None
    answer: str | None
    fact: Fact
    values: tuple[Value, ...]
    lead: str | None
    facts: Facts
    kept: Facts
    path: Facts


@dataclass(frozen=True)
class Target:
    """Something to show: an answer's id, a function such as `@crossings`, or `REPAIR`.

    `facts` are all that it depends on, in one order whatever the order they were given in; `path` as in
    `Question`.
    """

    to: str
    facts: Facts
    path: Facts


Place = Question | Target


def route(guide: Guide, facts: Facts) -> Place:
    """Return the question or target to which these facts lead; unknown and unused ones are dropped."""
    flow, to, path = follow(guide, facts)
    if flow is None:
        return _arrived(guide, to, facts, path)
    later = _asked_from(guide, flow)
    kept = {
        fact: facts[fact]
        for fact in guide.facts
        if fact in later and fact in facts and fact not in path and fact != flow.ask
    }
    fact = guide.facts[flow.ask]
    values = tuple(fact.value(value) for value in flow.only)
    return Question(flow, None, fact, values, flow.lead, path, kept, path)


def arrive(guide: Guide, answer: str, facts: Facts) -> Place:
    """Return what to show to a person who opens an answer directly: from a link, a search or another answer.

    The answer itself, or a question that it needs answered first. An old id leads to its successor; raises
    KeyError for an id that never was.
    """
    answer = guide.redirects.get(answer, answer)
    if answer not in guide.answers and answer not in guide.broken:
        raise KeyError(answer)
    _, _, path = follow(guide, facts)
    return _arrived(guide, answer if answer in guide.answers else REPAIR, facts, path)


def choose(question: Question, value: str) -> Facts:
    """Return the facts of the place to which a value of the question leads."""
    return {**question.facts, question.fact.id: value, **question.kept}


def back(facts: Facts) -> Facts:
    """Return the facts without the last one."""
    return dict(list(facts.items())[:-1])


def without(facts: Facts, fact: str) -> Facts:
    """Return the facts without one, so that it is asked anew; those that still matter serve again."""
    return {id: value for id, value in facts.items() if id != fact}


def previous(guide: Guide, place: Place) -> Facts | None:
    """Return the facts whose route is the screen before this place; None at the first question."""
    answer = place.answer if isinstance(place, Question) else place.to
    if answer is None:
        return back(place.facts) if place.facts else None
    before = route(guide, place.path)
    if answer == (before.answer if isinstance(before, Question) else before.to):
        return back(place.facts) if place.facts else None
    return place.path  # opened from the side: the way back is the place that the path leads to


def encode(guide: Guide, facts: Facts) -> str:
    """Return the facts as they stand in a button: two characters each, in their order."""
    parts = ((guide.facts[id], value) for id, value in facts.items())
    return "".join(fact.code + fact.value(value).code for fact, value in parts)


def decode(guide: Guide, code: str) -> Facts:
    """Return the facts of a button; raises ValueError for anything that this guide does not know."""
    facts_by_code = {fact.code: fact for fact in guide.facts.values()}
    facts: dict[str, str] = {}
    if len(code) % 2:
        raise ValueError(code)
    for at in range(0, len(code), 2):
        fact = facts_by_code.get(code[at])
        values = [value.id for value in fact.values if value.code == code[at + 1]] if fact else []
        if fact is None or not values or fact.id in facts:
            raise ValueError(code)
        facts[fact.id] = values[0]
    return facts


def follow(guide: Guide, facts: Facts) -> tuple[Flow | None, str, Facts]:
    """Replay the facts: the flow that has to ask, or None and what is reached; and the facts used."""
    path: dict[str, str] = {}
    seen: set[str] = set()
    to = START
    while to in guide.flows:
        flow = guide.flows[to]
        # A cycle is an error of the content, found by the check; here it must only not go on for ever.
        if to in seen or facts.get(flow.ask) not in flow.only:
            return flow, to, path
        seen.add(to)
        path.setdefault(flow.ask, facts[flow.ask])
        rule = matching(flow, path)
        to = rule.to if rule else REPAIR
    return None, to if to in guide.answers or to.startswith("@") else REPAIR, path


def matching(flow: Flow, facts: Facts) -> Rule | None:
    """Return the first rule that fits."""
    for rule in flow.next:
        if all(facts.get(fact) in values for fact, values in rule.when.items()):
            return rule
    return None


def _arrived(guide: Guide, to: str, facts: Facts, path: Facts) -> Place:
    answer = guide.answers.get(to)
    if answer is None:
        return Target(to, path, path)
    used = {**path, **_known(guide, answer.conditions, facts, path)}
    so_far = dict(path)
    for need in answer.needs:
        fact = guide.facts[need]
        if not answer.offered(fact, used.get(need)):
            so_far = {id: value for id, value in so_far.items() if id != need}
            kept = {id: value for id, value in used.items() if id not in so_far and id != need}
            values = tuple(value for value in fact.values if answer.offered(fact, value.id))
            return Question(None, answer.id, fact, values, None, so_far, kept, path)
        so_far[need] = used[need]
    return Target(to, used, path)


def _known(guide: Guide, ids: Iterable[str], facts: Facts, path: Facts) -> dict[str, str]:
    """Return those of the facts that are given, not on the path, and of values that exist."""
    return {
        id: facts[id]
        for id in ids
        if id in facts and id not in path and any(value.id == facts[id] for value in guide.facts[id].values)
    }


def _asked_from(guide: Guide, flow: Flow) -> frozenset[str]:
    """Return the facts that can still matter from a flow on."""
    asked: set[str] = set()
    seen: set[str] = set()
    ahead = [flow.id]
    while ahead:
        id = ahead.pop()
        if id in seen:
            continue
        seen.add(id)
        if id in guide.flows:
            asked.add(guide.flows[id].ask)
            ahead.extend(rule.to for rule in guide.flows[id].next)
        elif id in guide.answers:
            asked.update(guide.answers[id].conditions)
    return frozenset(asked)
