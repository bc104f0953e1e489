"""How the wait is judged: as a distribution, first in first out, and hardly moved by crowds of newcomers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.estimate import Wait, best_time, estimate, forecast, outlook, past, told
from bot.crossings.evidence import HOURLY
from bot.crossings.filter import waits
from bot.crossings.report import BANDS, Report
from bot.crossings.usual import UNKNOWN, Hour, Usual, learn
from tests.crossings.saying import NOW, crossed, tapped, waiting

HOUR = timedelta(hours=1)


def judged(*reports: Report, usual: Usual = UNKNOWN) -> Wait:
    wait = estimate(reports, NOW, usual=usual).wait
    assert wait is not None
    return wait


def honest(minutes: int, people: int = 8, every: int = 60) -> list[Report]:
    return [crossed(minutes, f"honest {n}", n * every) for n in range(people)]


def daily(by_night: float, by_day: float) -> Usual:
    """Return the usual wait of a crossing that is quiet from 0 to 12 UTC."""
    hours = [NOW - n * HOUR for n in range(1, 21 * 24)]
    levels = [by_night if at.hour < 12 else by_day for at in hours]
    return learn(
        [Hour(at, wait * 0.7, wait, wait * 1.4, 3) for at, wait in zip(hours, levels, strict=True)], NOW
    )


@pytest.mark.parametrize("level", [5, 30, 60, 1500, 5000])
@pytest.mark.parametrize("people", [50, 1000])
def test_a_crowd_of_newcomers_in_an_hour_moves_the_median_little(level: int, people: int) -> None:
    crowd = [crossed(level + n % 7 * level // 20, f"new {n}", n % 60) for n in range(people)]
    before, after = judged(*honest(300)), judged(*honest(300), *crowd)
    assert before.middle * 0.65 <= after.middle <= before.middle * 1.35


def test_the_larger_a_crowd_the_less_it_weighs_down_to_one_person() -> None:
    """The thirteenth person of an hour does not silence the twelve, as a holiday is no attack."""
    few, busy, flood = (sum(piece.weight for piece in told(_crowd(n), NOW)) for n in (12, 13, 500))
    assert few == pytest.approx(HOURLY)
    assert busy == pytest.approx(HOURLY, rel=0.1)
    assert flood == pytest.approx(1.0)


def _crowd(people: int) -> list[Report]:
    return [crossed(60 + n % 12 * 60, f"crowd {n}", 10) for n in range(people)]


def test_who_was_borne_out_is_believed_more_than_a_stranger() -> None:
    others = honest(120, people=3, every=90)
    stranger = judged(*others, crossed(600, "anna"))
    patient = judged(*others, waiting(300, "anna", 300), crossed(600, "anna"))
    inconsistent = judged(*others, waiting(15, "anna", 300), crossed(600, "anna"))
    assert patient.middle > stranger.middle
    assert inconsistent == stranger


def test_hours_typed_as_minutes_do_little_harm() -> None:
    good = judged(*honest(300))
    slipped = judged(*honest(300), crossed(5, "typo", 20))
    assert good.middle * 0.7 < slipped.middle < good.middle * 1.3


def test_however_much_weighs_against_each_other_something_is_left() -> None:
    evidence = [
        piece._replace(weight=1000.0) for piece in told([crossed(3000, "a"), crossed(5, "b", 1800)], NOW)
    ]
    asked = NOW.timestamp() / 60
    ((low, middle, high),) = waits(evidence, daily(3000, 3000), asked, [asked])
    assert 0 <= low <= middle <= high


def test_without_news_the_usual_wait_of_the_hour_is_expected() -> None:
    usual = daily(30, 240)
    morning, evening = forecast((), NOW, [NOW + 18 * HOUR, NOW + 6 * HOUR], usual)
    assert morning is not None
    assert evening is not None
    assert morning.middle == pytest.approx(30, rel=0.25)
    assert evening.middle == pytest.approx(240, rel=0.25)
    assert forecast((), NOW, [NOW]) == (None,)


def test_old_news_shrinks_to_the_usual_wait() -> None:
    usual = daily(60, 60)
    middles = [
        judged(
            *(crossed(300, who, ago) for who, ago in zip("abc", range(age, age + 180, 60), strict=True)),
            usual=usual,
        ).middle
        for age in (0, 8 * 60, 24 * 60)
    ]
    assert middles[0] > middles[1] > middles[2]
    assert middles[0] > 200
    assert middles[2] < 90


def test_memory_grows_with_the_wait() -> None:
    long, short = ([crossed(minutes, who, 20 * 60) for who in "abc"] for minutes in (2000, 20))
    spreads = [wait.high / (wait.low + 1) for wait in (judged(*long), judged(*short))]
    assert spreads[0] < spreads[1]


REPORTS = st.lists(
    st.one_of(
        st.builds(crossed, st.integers(0, 3000), st.sampled_from("abcdef"), st.integers(0, 2000)),
        st.builds(tapped, st.sampled_from(BANDS), st.sampled_from("abcdef"), st.integers(0, 2000)),
        st.builds(waiting, st.integers(1, 2000), st.sampled_from("abcdef"), st.integers(0, 2000)),
    ),
    min_size=1,
    max_size=15,
)


@given(REPORTS)
def test_nobody_who_joins_later_gets_through_earlier_than_who_joins_now(reports: list[Report]) -> None:
    joining = [NOW + n * HOUR for n in range(25)]
    first, *later = forecast(reports, NOW, joining)
    assert first is not None
    for hours, wait in enumerate(later, 1):
        assert wait is not None
        assert wait.middle + 60 * hours >= first.middle - 1e-6


@given(REPORTS)
def test_an_outlook_is_the_estimate_and_the_forecast_in_one(reports: list[Report]) -> None:
    joining = [NOW + n * HOUR for n in range(1, 25)]
    found = outlook(reports, NOW, joining)
    assert found.estimate == estimate(reports, NOW)
    assert found.waits == forecast(reports, NOW, joining)
    assert outlook((), NOW, joining).waits == (None,) * 24


@given(st.integers(10, 1500), st.lists(st.integers(1, 3000), min_size=1, max_size=4))
def test_more_people_still_waiting_never_lower_the_estimate(minutes: int, so_far: list[int]) -> None:
    said = honest(minutes)
    before = judged(*said)
    for n, wait in enumerate(so_far):
        said.append(waiting(wait, f"waiting {n}", 30 + 60 * n))
        after = judged(*said)
        assert after.middle >= before.middle * 0.999
        before = after


@given(REPORTS, st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter_to_the_last_digit(reports: list[Report], rng) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(reports)
    rng.shuffle(shuffled)
    assert estimate(shuffled, NOW).wait == estimate(reports, NOW).wait


def test_the_past_is_told_hour_by_hour_where_anybody_told_of_it() -> None:
    told = past([*honest(60, people=3), *honest(240, people=1)], NOW, NOW - timedelta(days=1))
    assert [hour.people for hour in told] == [1] * len(told)
    assert all(hour.at < NOW and hour.low <= hour.middle <= hour.high for hour in told)
    assert past([], NOW, NOW - timedelta(days=1)) == []


def test_the_best_time_is_told_where_it_is_clear_and_known() -> None:
    usual = daily(30, 600)
    joining = [NOW + n * HOUR for n in range(25)]
    best = best_time(joining, forecast((), NOW, joining, usual), usual)
    assert best is not None
    assert best.hour < 12
    assert best_time(joining, forecast(honest(300), NOW, joining)) is None  # no history
    same = daily(120, 120)
    assert best_time(joining, forecast((), NOW, joining, same), same) is None
