"""What a card shows, and what it leaves out."""

from dataclasses import replace

from bot.crossings.card import Card, card
from bot.crossings.catalogue import About, Admission, Admitted, Country, Known, Mark
from bot.crossings.estimate import State
from bot.crossings.report import Event, Mode, Report
from bot.guide.model import Bilingual
from tests.crossings.saying import NOW, catalogue, crossed, everybody, happened, lars, queue

YES, NO, UNCONFIRMED = (Admission(admitted) for admitted in (Admitted.YES, Admitted.NO, Admitted.UNCONFIRMED))
MODES = {Mode.TRUCK: YES, Mode.CAR: YES, Mode.BICYCLE: UNCONFIRMED, Mode.FOOT: NO}
CROSSING = replace(lars(), modes=MODES)
COUNTRY = catalogue().countries["ge"]


def shown(*reports: Report, mode: Mode | None = None) -> Card:
    return card(CROSSING, COUNTRY, reports, NOW, mode)


def modes(found: Card) -> list[Mode]:
    return [item.mode for item in found.modes]


def test_without_reports_it_says_so_and_tells_what_is_known_from_elsewhere() -> None:
    found = shown()
    assert found.quiet
    assert all(item.estimate.state is State.NONE for item in found.modes)
    assert found.facts
    assert {fact.about for fact in found.facts} <= {About.CLOSURE, About.WAIT, About.SEASON}


def test_closures_come_before_waits_and_there_are_few() -> None:
    facts = tuple(
        Known(about, Bilingual("а", "a"), "source", None, Mark.M)
        for about in (About.SEASON, About.WAIT, About.HOURS, About.CLOSURE, *[About.WAIT] * 9)
    )
    found = card(replace(CROSSING, facts=facts), COUNTRY, (), NOW)
    assert [fact.about for fact in found.facts][:2] == [About.CLOSURE, About.WAIT]
    assert len(found.facts) == 5


def test_any_news_takes_the_place_of_what_is_known_from_elsewhere() -> None:
    for report in (crossed(60), queue(300), happened(Event.WEATHER)):
        assert not shown(report).quiet
        assert shown(report).facts == ()


def test_old_news_is_no_news() -> None:
    assert shown(crossed(60, ago=10 * 60)).quiet


def test_each_mode_has_its_own_estimate() -> None:
    found = shown(*everybody(300, "a b c"), crossed(1500, "d", mode=Mode.TRUCK))
    by_mode = {item.mode: item.estimate for item in found.modes}
    assert by_mode[Mode.CAR].people == 3
    assert by_mode[Mode.TRUCK].state is State.SINGLE
    assert by_mode[Mode.BICYCLE].state is State.NONE


def test_the_chosen_mode_comes_first_then_those_with_news() -> None:
    reports = [crossed(300, "a", mode=Mode.CAR), queue(12, "b", mode=Mode.BUS)]
    assert modes(shown(*reports, mode=Mode.BICYCLE)) == [Mode.BICYCLE, Mode.CAR, Mode.BUS, Mode.TRUCK]


def test_without_a_choice_it_is_the_mode_with_most_people_behind_its_news() -> None:
    reports = [crossed(300, "a", mode=Mode.CAR), *(queue(12, who, mode=Mode.BUS) for who in "bc")]
    assert shown(*reports).mode is Mode.BUS


def test_without_news_it_is_the_first_admitted() -> None:
    assert shown().mode is Mode.TRUCK
    only_foot = replace(CROSSING, modes={Mode.FOOT: NO, Mode.BUS: UNCONFIRMED})
    assert card(only_foot, COUNTRY, (), NOW).mode is Mode.BUS
    assert card(replace(CROSSING, modes={Mode.FOOT: NO}), COUNTRY, (), NOW).mode is Mode.FOOT


def test_a_refused_mode_is_shown_only_if_chosen_or_reported() -> None:
    assert Mode.FOOT not in modes(shown())
    assert modes(shown(mode=Mode.FOOT))[0] is Mode.FOOT
    assert Mode.FOOT in modes(shown(crossed(60, mode=Mode.FOOT)))


def test_a_mode_that_the_catalogue_does_not_know_has_no_admission() -> None:
    found = shown(mode=Mode.BOAT)
    assert (found.chosen.mode, found.chosen.admission) == (Mode.BOAT, None)


def test_what_is_unconfirmed_and_what_is_refused_is_told() -> None:
    assert (shown().unconfirmed, shown().refused) == ((Mode.BICYCLE,), (Mode.FOOT,))


def test_the_time_is_that_of_the_russian_side() -> None:
    assert shown().local_at.isoformat() == "2026-11-22T15:00:00+03:00"


def test_the_warning_of_the_whole_border_follows_that_of_the_crossing() -> None:
    country = Country("xx", Bilingual("х", "x"), Bilingual("о", "note"), ())
    own = Bilingual("в", "warning")
    found = card(replace(CROSSING, warnings=(own,)), country, (), NOW)
    assert found.warnings == (own, country.note)
    assert card(CROSSING, replace(country, note=None), (), NOW).warnings == CROSSING.warnings


def test_every_crossing_has_a_card() -> None:
    everything = catalogue()
    for crossing in everything.crossings.values():
        found = card(crossing, everything.countries[crossing.country], (), NOW)
        assert found.modes
        assert found.quiet


def test_warnings_come_first_where_they_matter_more_than_a_wait() -> None:
    everything = catalogue()

    def first(id: str) -> bool:
        crossing = everything.crossings[id]
        return card(crossing, everything.countries[crossing.country], (), NOW).warns_first

    assert (first("psou"), first("torfyanovka"), first("verkhny-lars")) == (True, True, False)
