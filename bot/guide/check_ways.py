"""Whether every combination of facts leads somewhere, and every answer and question can be reached."""

from collections.abc import Collection, Iterator

from bot.content.problems import Problem, any_error
from bot.guide.load import Loaded
from bot.guide.model import REFUSAL, START, URGENT, Guide
from bot.guide.walk import Walk, situation

CALLED = frozenset({URGENT, REFUSAL})
"""Answers that the bot shows by itself."""


def ways(
    loaded: Loaded, guide: Guide, walked: Walk, called: Collection[str], elsewhere: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the ways through the guide.

    `called` must exist; `called` and `elsewhere` (answers that crossings' cards show) need no way from the
    first question.
    """
    if START not in guide.flows and START not in guide.broken:
        yield loaded.at("vocab", "vocab").problem(
            1, "G301", "there is no flows/start.yaml: the first question"
        )
    for cycle in walked.cycles:
        document = loaded.at("flow", cycle[0])
        yield document.problem(("next",), "G303", f"goes round: {' → '.join((*cycle, cycle[0]))}")
    for id in sorted(set(called) - guide.answers.keys() - guide.broken):
        yield loaded.at("vocab", "vocab").problem(
            1, "G309", f"the bot itself shows the answer {id}, and there is none"
        )
    yield from _dead_ends(loaded, walked)
    if not any_error(loaded.problems) and not walked.cycles and START in guide.flows:
        yield from _unreached(loaded, guide, walked, {*called, *elsewhere})


def _dead_ends(loaded: Loaded, walked: Walk) -> Iterator[Problem]:
    told: set[tuple[str, str]] = set()
    for flow, facts in walked.stuck:
        last = list(facts.items())[-1]
        if (flow, last[1]) not in told:
            told.add((flow, last[1]))
            document = loaded.at("flow", flow)
            yield document.problem(("next",), "G302", f"no rule takes on from here: {situation(facts)}")
    for flow, facts in walked.again:
        if (flow, "") not in told:
            told.add((flow, ""))
            document = loaded.at("flow", flow)
            text = f"asks again what is known, and does not offer it: {situation(facts)}"
            yield document.problem(("ask",), "G307", text)


def _unreached(loaded: Loaded, guide: Guide, walked: Walk, otherwise: Collection[str]) -> Iterator[Problem]:
    reached = set(walked.answers)
    ahead = [id for id in otherwise if id in guide.answers]
    while ahead:
        id = ahead.pop()
        reached.add(id)
        ahead.extend(other for other in guide.answers[id].see if other not in reached)
    for id in sorted(guide.answers.keys() - reached):
        document = loaded.at("answer", id)
        yield document.problem(("id",), "G304", "no question, `lead` or `see` leads to this answer")
    for id in sorted(guide.flows.keys() - walked.flows):
        document = loaded.at("flow", id)
        yield document.problem(("id",), "G305", "no rule leads to this question")
    for id in sorted(walked.flows):
        for at in range(len(guide.flows[id].next)):
            if (id, at) not in walked.used:
                document = loaded.at("flow", id)
                yield document.problem(("next", at), "G306", "no combination of facts reaches this rule")
