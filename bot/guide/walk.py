"""Every way through the guide, walked once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.guide.model import START, Facts, Flow, Guide
from bot.guide.route import matching


@dataclass
class Walk:
    """What the walk met.

    `paths` are the sets of facts that a person can have given at some place; `used` are rules as (flow, place
    in `next`); `taps` are for each answer the numbers of buttons on the ways to it, with what it asks itself;
    `stuck` are ways that no rule takes on, `again` ways on which a flow asks for a fact that is
    known, but does not offer its value, and `cycles` flows that lead back to themselves.
    """

    flows: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    used: set[tuple[str, int]] = field(default_factory=set)
    paths: set[frozenset[str]] = field(default_factory=set)
    taps: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    stuck: list[tuple[str, Facts]] = field(default_factory=list)
    again: list[tuple[str, Facts]] = field(default_factory=list)
    cycles: list[tuple[str, ...]] = field(default_factory=list)


def walk(guide: Guide) -> Walk:
    """Walk every combination of facts from the first question.

    Two ways that reach a flow with the same facts, as far as these matter from there on, are walked once: the
    number of combinations may be great, that of different situations is not.
    """
    result = Walk(cycles=_cycles(guide))
    if START not in guide.flows or result.cycles:
        return result
    matters = {id: _matters(guide, flow) for id, flow in guide.flows.items()}
    seen: set[tuple[str, frozenset[tuple[str, str]], frozenset[str]]] = set()
    ahead: list[tuple[Flow, Facts]] = [(guide.flows[START], {})]
    while ahead:
        flow, facts = ahead.pop()
        state = (
            flow.id,
            frozenset((id, value) for id, value in facts.items() if id in matters[flow.id]),
            frozenset(facts),
        )
        if state in seen:
            continue
        seen.add(state)
        ahead.extend(_onward(guide, flow, facts, result))
    _see(guide, result)
    return result


def _onward(guide: Guide, flow: Flow, facts: Facts, result: Walk) -> Iterator[tuple[Flow, Facts]]:
    result.flows.add(flow.id)
    result.paths.add(frozenset(facts))
    if flow.lead:
        result.answers.add(flow.lead)
        result.taps[flow.lead].add(taps_to(guide, flow.lead, facts) + 1)
    if flow.ask in facts and facts[flow.ask] not in flow.only:
        result.again.append((flow.id, facts))
        return
    for value in [facts[flow.ask]] if flow.ask in facts else flow.only:
        given = {**facts, flow.ask: value}
        result.paths.add(frozenset(given))
        rule = matching(flow, given)
        if rule is None:
            result.stuck.append((flow.id, given))
            continue
        result.used.add((flow.id, flow.next.index(rule)))
        if rule.to in guide.flows:
            yield guide.flows[rule.to], given
        elif rule.to in guide.answers:
            result.answers.add(rule.to)
            result.taps[rule.to].add(taps_to(guide, rule.to, given))


def taps_to(guide: Guide, answer: str, facts: Facts) -> int:
    """Return after how many buttons an answer is shown to a person who has given these facts on the way."""
    found = guide.answers[answer]
    return len(facts) + sum(not found.offered(guide.facts[need], facts.get(need)) for need in found.needs)


def _see(guide: Guide, result: Walk) -> None:
    """Add the answers that others link to."""
    ahead = sorted(result.answers, key=lambda id: min(result.taps[id]))
    while ahead:
        id = ahead.pop(0)  # the nearest first, as each that it names is one button further
        for other in guide.answers[id].see:
            if other not in result.answers:
                result.answers.add(other)
                result.taps[other].add(min(result.taps[id]) + 1)
                ahead.append(other)


def _matters(guide: Guide, flow: Flow) -> frozenset[str]:
    """Return the facts that some rule or question from this flow on looks at."""
    facts: set[str] = set()
    seen: set[str] = set()
    ahead = [flow]
    while ahead:
        at = ahead.pop()
        if at.id in seen:
            continue
        seen.add(at.id)
        facts.add(at.ask)
        facts.update(fact for rule in at.next for fact in rule.when)
        ahead.extend(guide.flows[rule.to] for rule in at.next if rule.to in guide.flows)
    return frozenset(facts)


def _cycles(guide: Guide) -> list[tuple[str, ...]]:
    """Return each cycle of flows once, from its first flow in the alphabet."""
    cycles: set[tuple[str, ...]] = set()
    done: set[str] = set()

    def visit(id: str, way: tuple[str, ...]) -> None:
        if id in way:
            cycle = way[way.index(id) :]
            first = cycle.index(min(cycle))
            cycles.add(cycle[first:] + cycle[:first])
            return
        if id in done:
            return
        for to in dict.fromkeys(rule.to for rule in guide.flows[id].next):
            if to in guide.flows:
                visit(to, (*way, id))
        done.add(id)

    for id in guide.flows:
        visit(id, ())
    return sorted(cycles)


def situation(facts: Mapping[str, str]) -> str:
    """Return facts as an editor reads them: `country=kz, by=car`."""
    return ", ".join(f"{id}={value}" for id, value in facts.items()) or "no facts"
