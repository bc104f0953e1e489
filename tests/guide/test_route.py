from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.model import REPAIR, START, Facts, Guide, Rule
from bot.guide.route import (
    Place,
    Question,
    Target,
    arrive,
    back,
    choose,
    decode,
    encode,
    previous,
    route,
    without,
)
from tests.guide.builder import Content, kazakhstan
from tests.guide.guides import answer, drawn_often, guides_with_facts


def question(place: Place) -> Question:
    assert isinstance(place, Question)
    return place


def target(place: Place) -> Target:
    assert isinstance(place, Target)
    return place


@pytest.fixture
def guide(tmp_path: Path) -> Guide:
    return travel(tmp_path).guide()


def travel(folder: Path) -> Content:
    """Three questions deep for Kazakhstan by car; who travels matters for both countries."""
    return (
        Content(folder)
        .fact("country", "kz", "ge")
        .fact("by", "car", "foot")
        .fact("who", "adult", "child")
        .fact("owner", "own", "other")
        .flow("start", "country", ({"country": "kz"}, "kz"), "who", lead="safety")
        .flow("kz", "by", "who")
        .flow("who", "who", ({"country": "ge"}, "ge-entry"), ({"by": "car"}, "kz-car"), "@crossings")
        .answer("kz-car", "Да. [^law]\n\n::: when owner: other\nНет.\n:::", needs=["owner"])
        .answer("ge-entry", topic="ge", see=["kz-car"])
        .answer("safety", "Да. [^law]\n\n::: when who: child\nНет.\n:::", topic="any")
    )


class TestWalkingForward:
    """A person answers one question after another."""

    def test_the_first_question_offers_its_values_and_lead(self, guide: Guide) -> None:
        first = question(route(guide, {}))
        assert (first.fact.id, [value.id for value in first.values], first.lead) == (
            "country",
            ["kz", "ge"],
            "safety",
        )

    def test_each_choice_leads_on_to_the_answer(self, guide: Guide) -> None:
        place = route(guide, {})
        for value in ("kz", "car", "adult", "own"):
            place = route(guide, choose(question(place), value))
        assert place == Target(
            "kz-car",
            {"country": "kz", "by": "car", "who": "adult", "owner": "own"},
            {"country": "kz", "by": "car", "who": "adult"},
        )

    def test_an_answer_asks_what_it_needs(self, guide: Guide) -> None:
        asked = question(route(guide, {"country": "kz", "by": "car", "who": "adult"}))
        assert (asked.answer, asked.flow, asked.fact.id) == ("kz-car", None, "owner")

    def test_a_function_is_a_target(self, guide: Guide) -> None:
        assert target(route(guide, {"country": "kz", "by": "foot", "who": "adult"})).to == "@crossings"

    def test_the_first_fitting_rule_wins(self, guide: Guide) -> None:
        both = replace(guide.flows["who"], next=(Rule({}, "ge-entry"), Rule({"country": ("ge",)}, "safety")))
        guide = replace(guide, flows={**guide.flows, "who": both})
        assert target(route(guide, {"country": "ge", "who": "adult"})).to == "ge-entry"


class TestTurningBack:
    """A person goes back, or changes an answer given earlier."""

    def test_back_drops_the_last_fact(self, guide: Guide) -> None:
        assert list(back({"country": "kz", "by": "car"}).items()) == [("country", "kz")]
        assert back({}) == {}

    def test_previous_of_an_answer_is_the_question_that_led_to_it(self, guide: Guide) -> None:
        place = route(guide, {"country": "ge", "who": "adult"})
        facts = previous(guide, place)
        assert facts == {"country": "ge"}
        assert previous(guide, route(guide, {"country": "ge"})) == {}
        assert previous(guide, route(guide, {})) is None

    def test_previous_of_a_needed_question_and_of_its_answer(self, guide: Guide) -> None:
        given = {"country": "kz", "by": "car", "who": "adult"}
        assert previous(guide, route(guide, given)) == {"country": "kz", "by": "car"}
        assert previous(guide, route(guide, {**given, "owner": "own"})) == given

    def test_previous_of_an_answer_opened_from_the_side_is_where_one_was(self, guide: Guide) -> None:
        here = route(guide, {"country": "ge", "who": "adult"})
        aside = arrive(guide, "safety", here.facts)
        assert previous(guide, aside) == {"country": "ge", "who": "adult"}
        assert previous(guide, arrive(guide, "safety", {})) == {}

    def test_a_changed_answer_keeps_those_that_still_matter(self, guide: Guide) -> None:
        given = route(guide, {"country": "kz", "by": "car", "who": "child", "owner": "own"}).facts
        asked = question(route(guide, without(given, "country")))
        assert (asked.fact.id, asked.facts) == ("country", {})
        moved = target(route(guide, choose(asked, "ge")))
        assert (moved.to, moved.facts) == ("ge-entry", {"country": "ge", "who": "child"})
        assert target(route(guide, choose(asked, "kz"))).facts == given

    def test_a_fact_that_no_longer_matters_is_forgotten(self, guide: Guide) -> None:
        asked = question(route(guide, {"country": "ge", "by": "car", "owner": "own"}))
        assert (asked.fact.id, asked.facts, asked.kept) == ("who", {"country": "ge"}, {"owner": "own"})


class TestArriving:
    """A person opens an answer by a link, a search or another answer."""

    def test_an_old_id_leads_to_its_successor(self, tmp_path: Path) -> None:
        guide = travel(tmp_path).dump("redirects.yaml", {"old": "safety"}).guide()
        assert target(arrive(guide, "old", {})).to == "safety"

    def test_an_unknown_id_is_refused(self, guide: Guide) -> None:
        with pytest.raises(KeyError):
            arrive(guide, "nonsense", {})

    def test_needs_are_asked_and_then_shown(self, guide: Guide) -> None:
        asked = question(arrive(guide, "kz-car", {"country": "ge", "who": "adult"}))
        assert (asked.answer, asked.fact.id, asked.facts) == (
            "kz-car",
            "owner",
            {"country": "ge", "who": "adult"},
        )
        shown = target(arrive(guide, "kz-car", choose(asked, "other")))
        assert shown.facts == {"country": "ge", "who": "adult", "owner": "other"}
        assert shown.path == {"country": "ge", "who": "adult"}

    def test_a_fact_that_the_text_uses_without_needing_it_is_kept_but_not_asked(self, guide: Guide) -> None:
        assert target(arrive(guide, "safety", {})).facts == {}
        assert target(arrive(guide, "safety", {"who": "child", "owner": "own"})).facts == {"who": "child"}


class TestWhatCannotBe:
    """Old buttons, forged ones, and content with a part missing."""

    def test_unknown_facts_and_values_are_dropped(self, guide: Guide) -> None:
        assert route(guide, {"country": "mars", "shoe": "42"}) == route(guide, {})

    def test_a_value_that_is_not_offered_is_asked_again(self, guide: Guide) -> None:
        flow = replace(guide.flows["start"], only=("ge",))
        guide = replace(guide, flows={**guide.flows, START: flow})
        assert question(route(guide, {"country": "kz"})).values == (guide.facts["country"].value("ge"),)

    @pytest.mark.parametrize("code", ["a", "aA", "zz", "aaaa", "aa" * 2, "АА", "aa ", "a9", "aabaa"])
    def test_a_code_that_this_guide_did_not_make_is_refused(self, guide: Guide, code: str) -> None:
        with pytest.raises(ValueError, match=code):
            decode(guide, code)

    def test_a_broken_answer_is_being_repaired(self, tmp_path: Path) -> None:
        loaded = travel(tmp_path).answer("ge-entry", "`код`", topic="ge").load(lenient=True)
        assert loaded.guide is not None
        assert target(route(loaded.guide, {"country": "ge", "who": "adult"})).to == REPAIR
        assert target(arrive(loaded.guide, "ge-entry", {})).to == REPAIR

    def test_a_broken_first_question_is_being_repaired(self, tmp_path: Path) -> None:
        loaded = travel(tmp_path).raw("flows/start.yaml", "[").load(lenient=True)
        assert loaded.guide is not None
        assert route(loaded.guide, {"country": "ge"}) == Target(REPAIR, {}, {})
        assert target(arrive(loaded.guide, "safety", {})).to == "safety"

    def test_a_dead_end_is_being_repaired(self, guide: Guide) -> None:
        flow = replace(guide.flows["who"], next=())
        guide = replace(guide, flows={**guide.flows, "who": flow})
        assert target(route(guide, {"country": "ge", "who": "adult"})).to == REPAIR

    def test_a_cycle_ends(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).flow("kz", "by", "start")
        loaded = content.load(lenient=True)
        assert loaded.guide is not None
        assert question(route(loaded.guide, {"country": "kz", "by": "car"})).fact.id == "country"


@drawn_often
@given(guides_with_facts())
def test_every_code_reads_back(drawn: tuple[Guide, Facts]) -> None:
    guide, facts = drawn
    code = encode(guide, facts)
    assert len(code) == 2 * len(facts)
    assert list(decode(guide, code).items()) == list(facts.items())


@drawn_often
@given(guides_with_facts(), st.data())
def test_a_screen_has_one_code_whatever_the_order_of_the_facts(
    drawn: tuple[Guide, Facts], data: st.DataObject
) -> None:
    guide, facts = drawn
    one, other = route(guide, facts), route(guide, dict(data.draw(st.permutations(list(facts.items())))))
    assert one == other
    assert encode(guide, one.facts) == encode(guide, other.facts)


@drawn_often
@given(guides_with_facts())
def test_the_facts_of_a_place_lead_back_to_it(drawn: tuple[Guide, Facts]) -> None:
    guide, facts = drawn
    place = route(guide, facts)
    carried = {**place.facts, **(place.kept if isinstance(place, Question) else {})}
    again = route(guide, decode(guide, encode(guide, carried)))
    assert again == place
    assert list(again.facts) == list(place.facts)


@drawn_often
@given(guides_with_facts())
def test_choosing_never_asks_the_same_again(drawn: tuple[Guide, Facts]) -> None:
    guide, facts = drawn
    place = route(guide, facts)
    if isinstance(place, Question):
        for value in place.values:
            after = route(guide, choose(place, value.id))
            asked = isinstance(after, Question) and (after.flow, after.answer, after.fact)
            assert asked != (place.flow, place.answer, place.fact)


@drawn_often
@given(guides_with_facts())
def test_going_back_always_ends_at_the_first_question(drawn: tuple[Guide, Facts]) -> None:
    guide, facts = drawn
    place = route(guide, facts)
    for _ in range(len(guide.facts) + 1):
        before = previous(guide, place)
        if before is None:
            break
        assert len(before) < len(place.facts) + 1
        place = route(guide, before)
    assert question(place).flow == guide.flows[START]


@drawn_often
@given(guides_with_facts(), st.data())
def test_arriving_ends_at_the_answer(drawn: tuple[Guide, Facts], data: st.DataObject) -> None:
    guide, facts = drawn
    id = data.draw(st.sampled_from(sorted(guide.answers)))
    place = arrive(guide, id, facts)
    for _ in guide.answers[id].needs:
        if isinstance(place, Question):
            place = arrive(guide, id, choose(place, data.draw(st.sampled_from(place.values)).id))
    assert target(place).to == id
    assert set(guide.answers[id].needs) <= set(place.facts)


def test_needs_come_in_the_answers_order(guide: Guide) -> None:
    guide = replace(guide, answers={**guide.answers, "both": answer("both", ("owner", "who"))})
    first = question(arrive(guide, "both", {}))
    second = question(arrive(guide, "both", choose(first, "own")))
    assert (first.fact.id, second.fact.id, second.facts) == ("owner", "who", {"owner": "own"})
    assert list(target(arrive(guide, "both", {"who": "child", "owner": "own"})).facts) == ["owner", "who"]


def test_an_answer_offers_only_the_values_that_make_sense_to_it(tmp_path: Path) -> None:
    """Who came for another country is asked again, and then is on the way of that one."""
    text = "::: when by: car\nДа. [^law]\n:::\n\n::: when country: kz\nТам. [^law]\n:::\n\nВсем. [^law]"
    content = kazakhstan(tmp_path).answer("list", text, topic="any", needs=[{"country": "kz"}, "by"])
    guide = content.load(lenient=True).guide
    assert guide is not None
    asked = arrive(guide, "list", {"country": "ge"})
    assert isinstance(asked, Question)
    assert (asked.fact.id, [value.id for value in asked.values]) == ("country", ["kz"])
    following = arrive(guide, "list", choose(asked, "kz"))
    assert isinstance(following, Question)
    assert (following.fact.id, dict(following.facts)) == ("by", {"country": "kz"})
    assert arrive(guide, "list", choose(following, "car")) == Target(
        "list", {"country": "kz", "by": "car"}, {"country": "kz", "by": "car"}
    )
