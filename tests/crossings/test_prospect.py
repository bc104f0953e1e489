"""What is told of the time to come, and that it never tells of one or two people or of nobody's history."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.crossings.estimate import State, estimate
from bot.crossings.prospect import (
    HORIZONS,
    NOT_LEARNED,
    NOTHING_AHEAD,
    STEP,
    WIDEST,
    Learned,
    Prospect,
    prospect,
)
from bot.crossings.report import Event, Report
from bot.crossings.usual import Hour, learn
from tests.crossings.saying import NOW, crossed, everybody, happened, waiting

HOUR = timedelta(hours=1)


def history(by_night: float, by_day: float, spread: float = 1.3, weeks: int = 3) -> Learned:
    """Return what is usual at a crossing that is quiet from 18 to 6 UTC."""

    def hour(at: datetime) -> Hour:
        middle = by_day if 6 <= at.hour < 18 else by_night
        return Hour(at, middle / spread, middle, middle * spread, 3)

    return Learned(learn([hour(NOW - n * HOUR) for n in range(1, weeks * 168)], NOW), weeks)


BUSY_BY_DAY = history(30, 300)
LEVEL = history(180, 180)


def expected(*reports: Report, learned: Learned = BUSY_BY_DAY) -> Prospect:
    return prospect(reports, NOW, estimate(reports, NOW, usual=learned.usual), learned)


some_reports = st.lists(
    st.builds(
        crossed,
        st.integers(5, 2000),
        st.sampled_from(["anna", "ben", "cem", "dana", None]),
        st.integers(0, 600),
    )
    | st.builds(waiting, st.integers(5, 2000), st.sampled_from(["anna", "eva"]), st.integers(0, 600)),
    max_size=8,
)


@given(some_reports)
def test_without_history_nothing_is_foretold(reports: list[Report]) -> None:
    assert expected(*reports, learned=NOT_LEARNED) == NOTHING_AHEAD
    assert expected(*reports, learned=history(30, 300, weeks=0)) == NOTHING_AHEAD


def test_where_people_agree_the_wait_of_who_joins_later_is_told() -> None:
    found = expected(*everybody(300, "a b c d e f"))
    assert found.foretold
    ahead = {each.hours: each for each in found.ahead}
    assert {3, 12} <= ahead.keys() <= set(HORIZONS)
    assert ahead[12].high_minutes < ahead[3].low_minutes  # it is noon in UTC: by midnight it is quiet
    assert found.best is not None
    assert found.best.high_minutes < ahead[3].low_minutes


def test_what_is_usual_is_told_from_how_much() -> None:
    found = expected()
    assert found.usual is not None
    assert found.usual.low_minutes < 300 < found.usual.high_minutes
    assert (found.weeks, found.ahead, found.foretold) == (3, (), False)
    assert found.best is not None


def test_where_every_hour_is_alike_no_time_is_better() -> None:
    assert expected(learned=LEVEL).best is None
    assert expected(*everybody(180, "a b c d"), learned=LEVEL).best is None


@settings(max_examples=30)
@given(st.lists(st.integers(5, 2000), min_size=1, max_size=4), st.lists(st.integers(5, 2000), max_size=2))
def test_one_or_two_people_change_nothing_of_it(anna: list[int], ben: list[int]) -> None:
    """Or the forecast would tell what they said."""
    reports = [crossed(wait, "anna", 60 * n) for n, wait in enumerate(anna)]
    reports += [waiting(wait, "ben", 60 * n) for n, wait in enumerate(ben)]
    assert expected(*reports) == expected()


@settings(max_examples=30)
@given(some_reports, st.floats(1.05, 6))
def test_a_range_is_never_too_wide_to_tell_anything(reports: list[Report], spread: float) -> None:
    found = expected(*reports, learned=history(90, 240, spread))
    for each in (*found.ahead, found.usual, found.best):
        if each is not None:
            assert each.high_minutes - STEP + 10 <= WIDEST * (each.low_minutes + STEP + 10)
            assert each.low_minutes % STEP == each.high_minutes % STEP == 0


def test_of_a_queue_that_follows_no_hour_the_usual_is_not_told() -> None:
    assert expected(learned=history(90, 240, spread=5)).usual is None


def test_in_a_dispute_nothing_is_foretold() -> None:
    camps = [*everybody(20, "a b c"), *everybody(900, "d e f")]
    assert estimate(camps, NOW, usual=BUSY_BY_DAY.usual).state is State.DISPUTE
    found = expected(*camps)
    assert (found.ahead, found.best) == ((), None)
    assert found.usual == expected().usual


@pytest.mark.parametrize("people", ["a", "a b c d"])
def test_where_it_is_closed_nobody_knows(people: str) -> None:
    assert expected(*(happened(Event.CLOSED, who) for who in people.split())) == NOTHING_AHEAD
