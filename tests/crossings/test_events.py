"""What happened in the last day, who gainsays it, and how exactly it may be told."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.events import EventNews, news
from bot.crossings.report import BANDS, Event, Mode, Report
from tests.crossings.saying import NOW, crossed, happened, tapped, waiting


def told(*reports: Report) -> dict[Event, EventNews]:
    return {item.event: item for item in news(reports, NOW)}


def by_all(event: Event, names: str, ago: float = 0, mode: Mode = Mode.CAR) -> list[Report]:
    return [happened(event, who, ago, mode) for who in names.split()]


def test_a_lone_report_has_no_time_only_an_age_in_bands() -> None:
    item = told(happened(Event.TURNED_BACK, ago=4 * 60))[Event.TURNED_BACK]
    assert (item.people, item.confirmed, item.first_at, item.newest_at) == (1, False, None, None)
    assert item.within == timedelta(hours=12)


def test_three_people_confirm_and_give_times() -> None:
    item = told(*by_all(Event.PHONE_CHECKS, "a b", ago=120), *by_all(Event.PHONE_CHECKS, "c"))
    confirmed = item[Event.PHONE_CHECKS]
    assert (confirmed.people, confirmed.confirmed) == (3, True)
    assert (confirmed.first_at, confirmed.newest_at) == (NOW - timedelta(hours=2), NOW)


def test_one_person_three_times_is_one_person() -> None:
    item = told(*(happened(Event.WEATHER, "anna", ago) for ago in (0, 60, 120)))[Event.WEATHER]
    assert (item.people, item.confirmed) == (1, False)


def test_forgotten_reporters_count_as_one() -> None:
    assert told(*(happened(Event.WEATHER, None, ago) for ago in (0, 60, 120)))[Event.WEATHER].people == 1


def test_yesterday_is_no_news_nor_is_the_future() -> None:
    assert told(happened(Event.WEATHER, ago=24 * 60), happened(Event.CALM, ago=-20)) == {}


def test_the_mode_is_told_only_where_all_said_the_same() -> None:
    items = told(
        happened(Event.WEATHER, "a"),
        happened(Event.WEATHER, "b", mode=Mode.FOOT),
        happened(Event.CALM, "a", mode=Mode.BUS),
    )
    assert (items[Event.WEATHER].mode, items[Event.CALM].mode) == (None, Mode.BUS)


def test_reopened_by_as_many_replaces_closed() -> None:
    closed = by_all(Event.CLOSED, "a b", ago=120)
    assert set(told(*closed, *by_all(Event.REOPENED, "c d"))) == {Event.REOPENED}
    both = told(*closed, *by_all(Event.REOPENED, "c"))
    assert (both[Event.CLOSED].contradicted, both[Event.REOPENED].contradicted) == (1, 0)


def test_three_are_enough_against_any_number() -> None:
    closed = by_all(Event.CLOSED, "a b c d e f g", ago=120)
    assert set(told(*closed, *by_all(Event.REOPENED, "x y z"))) == {Event.REOPENED}
    assert set(told(*closed, *by_all(Event.REOPENED, "x y"))) == {Event.CLOSED, Event.REOPENED}


def test_changing_ones_mind_moves_ones_voice() -> None:
    items = told(happened(Event.CLOSED, "a", ago=60), happened(Event.REOPENED, "a"))
    assert set(items) == {Event.REOPENED}


def test_who_has_passed_says_that_it_is_open() -> None:
    closed = happened(Event.CLOSED, "a", ago=60)
    assert told(closed, crossed(60, "b")) == {}
    assert told(closed, tapped(BANDS[2], "b")) == {}
    assert set(told(closed, waiting(60, "b"))) == {Event.CLOSED}
    assert set(told(closed, crossed(60, "b", mode=Mode.FOOT))) == {Event.CLOSED}


def test_who_passed_before_does_not_contradict() -> None:
    item = told(crossed(60, "b", ago=120), happened(Event.CLOSED, "a"))[Event.CLOSED]
    assert item.contradicted == 0


def test_a_closure_for_lorries_and_a_reopening_for_cars_are_two_things() -> None:
    items = news(
        [happened(Event.CLOSED, "a", 60, Mode.TRUCK), happened(Event.REOPENED, "b", 0, Mode.CAR)], NOW
    )
    assert {(item.event, item.mode) for item in items} == {
        (Event.CLOSED, Mode.TRUCK),
        (Event.REOPENED, Mode.CAR),
    }


def test_on_foot_whatever_mode_it_was_reported_under() -> None:
    ended, allowed = happened(Event.FOOT_ENDED, "a", 60, Mode.CAR), happened(Event.FOOT_ALLOWED, "b")
    items = told(ended, allowed)
    assert (set(items), items[Event.FOOT_ALLOWED].mode) == ({Event.FOOT_ALLOWED}, Mode.FOOT)
    assert told(ended, crossed(60, "c", mode=Mode.FOOT)) == {}


def test_the_confirmed_come_first_then_the_newest() -> None:
    items = news(
        [
            *by_all(Event.WEATHER, "a b c", ago=13 * 60),
            happened(Event.NO_FUEL, "a", ago=10 * 60),
            happened(Event.NO_WATER, "a"),
        ],
        NOW,
    )
    assert [item.event for item in items] == [Event.WEATHER, Event.NO_WATER, Event.NO_FUEL]


EVENTS = st.builds(
    happened,
    st.sampled_from(Event),
    st.sampled_from([*"abcde", None]),
    st.integers(-60, 2000),
    st.sampled_from([Mode.CAR, Mode.FOOT]),
)


@given(
    st.lists(st.one_of(EVENTS, st.builds(crossed, st.just(60), st.sampled_from("abc"), st.integers(0, 900))))
)
def test_times_are_told_of_three_people_only_and_each_thing_once(reports: list[Report]) -> None:
    items = news(reports, NOW)
    assert len({(item.event, item.mode) for item in items}) == len(items)
    for item in items:
        assert (item.newest_at is not None) == (item.people >= 3)
        assert item.within in (timedelta(hours=3), timedelta(hours=12), timedelta(days=1))
    assert items == news(reports[::-1], NOW)
