from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from hypothesis import given

from bot.guide.model import REPAIR, START, Facts, Guide, Rule
from bot.guide.route import follow
from bot.guide.walk import situation, walk
from tests.guide.builder import kazakhstan
from tests.guide.guides import drawn_often, guides


def every_combination(guide: Guide) -> Iterator[Facts]:
    ids = list(guide.facts)
    for values in product(*([value.id for value in guide.facts[id].values] for id in ids)):
        yield dict(zip(ids, values, strict=True))


@drawn_often
@given(guides())
def test_the_walk_meets_what_every_combination_meets(guide: Guide) -> None:
    walked = walk(guide)
    ends = [follow(guide, facts) for facts in every_combination(guide)]
    # A value that its question does not offer is asked for again: such a combination is nobody's.
    reached = [(to, path) for flow, to, path in ends if flow is None]
    assert {to for to, _ in reached if to in guide.answers} == walked.answers
    assert any(to == REPAIR for to, _ in reached) == bool(walked.stuck)
    assert {frozenset(path) for _, path in reached} <= walked.paths
    for flow, facts in walked.stuck:
        assert follow(guide, facts)[1] == REPAIR, flow


@drawn_often
@given(guides())
def test_a_flow_that_leads_back_is_a_cycle(guide: Guide) -> None:
    assert walk(guide).cycles == []
    last = list(guide.flows)[-1]
    looped = replace(guide.flows[last], next=(*guide.flows[last].next, Rule({}, last)))
    assert walk(replace(guide, flows={**guide.flows, last: looped})).cycles == [(last,)]


def test_a_cycle_is_told_once(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).flow("kz", "by", ({"by": "car"}, "kz-car"), "ge").flow("ge", "by", "start")
    guide = content.guide()
    assert walk(guide).cycles == [("ge", START, "kz")]


def test_answers_are_met_through_leads_and_links(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).answer("safety", topic="any", see=["more"]).answer("more", see=["safety"])
    assert walk(content.guide()).answers == {"kz-car", "kz-stay", "ge-entry", "safety", "more"}


def test_a_situation_reads_like_facts() -> None:
    assert situation({"country": "kz", "by": "car"}) == "country=kz, by=car"
    assert situation({}) == "no facts"


def test_a_question_that_two_ways_share_is_walked_for_both(tmp_path: Path) -> None:
    """What was said before decides what comes after it."""
    content = kazakhstan(tmp_path).flow("start", "country", "kz")
    content.flow("kz", "by", ({"country": "kz"}, "kz-car"), ({"country": "ge", "by": "car"}, "ge-entry"))
    walked = walk(content.guide())
    assert walked.answers == {"kz-car", "ge-entry"}
    assert walked.stuck == [("kz", {"country": "ge", "by": "foot"})]


def test_ways_that_differ_only_in_their_length_both_count(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).fact("who", "adult")
    content.flow("start", "country", ({"country": "kz"}, "kz"), "who").flow("kz", "by", "who")
    content.flow("who", "who", "kz-car")
    ends = {path for path in walk(content.guide()).paths if "who" in path}
    assert ends == {frozenset({"country", "by", "who"}), frozenset({"country", "who"})}
