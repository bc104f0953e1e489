"""What may be said of a wait: who agrees, who contradicts, and what one liar can do."""

import math
import random
from datetime import datetime, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.crossings.estimate import Estimate, State, estimate
from bot.crossings.report import BANDS, Band, Event, Kind, Mode, Report, Statement
from tests.crossings.saying import (
    HOURS_3_TO_6,
    NOW,
    crossed,
    everybody,
    happened,
    queue,
    said,
    tapped,
    waiting,
)


def now(*reports: Report) -> Estimate:
    return estimate(reports, NOW)


def test_without_news_nothing_is_said() -> None:
    assert now() == Estimate(State.NONE)
    assert now(queue(300), happened(Event.WEATHER), waiting(None)).state is State.NONE


def test_one_report_is_a_band_and_unconfirmed() -> None:
    found = now(crossed(317, ago=20))
    assert (found.state, found.people) == (State.SINGLE, 1)
    assert (found.low_minutes, found.high_minutes) == (180, 360)
    assert 180 < (found.middle_minutes or 0) < 360
    assert found.middle_minutes != 317  # the exact number could tell who said it


def test_the_time_of_a_lone_report_is_told_to_the_hour() -> None:
    assert now(crossed(60, ago=40)).newest_at == datetime.fromisoformat("2026-11-22T11:00Z")
    agreeing = [crossed(60, who, ago=40) for who in "abc"]
    assert now(*agreeing).newest_at == datetime.fromisoformat("2026-11-22T11:15Z")


def test_a_lone_wait_of_days_has_no_upper_end() -> None:
    found = now(crossed(5000))
    assert (found.low_minutes, found.high_minutes) == (4320, None)


def test_people_who_agree_make_a_range_around_what_they_say() -> None:
    found = now(crossed(300, "anna"), crossed(330, "boris"), crossed(360, "vera"))
    assert (found.state, found.people) == (State.AGREE, 3)
    assert found.low_minutes is not None
    assert found.middle_minutes is not None
    assert found.high_minutes is not None
    assert found.low_minutes <= 300 <= found.middle_minutes <= 360 <= found.high_minutes


def test_the_range_narrows_with_the_number_of_people() -> None:
    few, many = now(*_one_an_hour(300, "a b")), now(*_one_an_hour(300, "a b c d e f g h"))
    assert _width(many) < _width(few)


def _one_an_hour(minutes: int, names: str) -> list[Report]:
    return [crossed(minutes, who, 60 * hours) for hours, who in enumerate(names.split())]


def test_the_range_widens_with_age_and_for_a_later_arrival() -> None:
    fresh, old = now(*everybody(300, "a b c")), now(*everybody(300, "a b c", ago=240))
    later = estimate(everybody(300, "a b c"), NOW, NOW + timedelta(hours=6))
    assert _width(fresh) < _width(old)
    assert _width(fresh) < _width(later)


def _width(found: Estimate) -> int:
    assert found.low_minutes is not None
    assert found.high_minutes is not None
    return found.high_minutes - found.low_minutes


def test_the_newest_word_of_each_person_counts_once() -> None:
    found = now(crossed(60, "anna", ago=120), crossed(300, "anna"), crossed(310, "boris"))
    assert (found.people, found.state) == (2, State.AGREE)
    assert found == now(crossed(300, "anna"), crossed(310, "boris"))


def test_who_got_through_is_believed_over_their_own_waiting_in_the_same_quarter_of_an_hour() -> None:
    before, after = waiting(240, "anna"), crossed(260, "anna")
    assert now(before, after).middle_minutes == now(after, before).middle_minutes
    assert now(before, after).waiting is None


def test_a_band_is_less_exact_than_a_number() -> None:
    bands = now(*(tapped(HOURS_3_TO_6, who, 60 * hours) for hours, who in enumerate("abcde")))
    numbers = now(*_one_an_hour(255, "a b c d e"))
    assert 180 < (bands.middle_minutes or 0) < 360
    assert _width(bands) > _width(numbers)


def test_news_fades_with_the_wait_it_speaks_of() -> None:
    assert now(*everybody(15, "a b c", ago=7 * 60)).state is State.NONE
    assert now(*everybody(24 * 60, "a b c", ago=30 * 60)).state is State.AGREE
    assert now(*everybody(24 * 60, "a b c", ago=8 * 24 * 60)).state is State.NONE


def test_the_future_is_not_looked_at() -> None:
    assert now(*everybody(60, "a b c", ago=-30)).state is State.NONE


def test_who_waits_longer_than_the_others_waited_raises_the_estimate_but_never_lowers_it() -> None:
    through = everybody(120, "a b c", ago=180)
    base = now(*through)
    short = now(*through, *(waiting(10, who) for who in "def"))
    long = now(*through, *(waiting(240, who) for who in "defg"))
    assert base.wait is not None
    assert long.wait is not None
    assert short.wait is not None
    assert short.wait.middle >= base.wait.middle
    assert long.wait.middle > base.wait.middle + 5
    assert short.waiting is not None
    assert short.waiting.people == 3


def test_people_in_the_queue_raise_the_low_end() -> None:
    through = [crossed(minutes, who) for minutes, who in ((120, "a"), (240, "b"), (300, "c"), (360, "d"))]
    base, found = now(*through), now(*through, waiting(230, "e"), waiting(235, "f"))
    assert base.low_minutes is not None
    assert found.low_minutes is not None
    assert found.low_minutes > base.low_minutes


def test_only_people_in_the_queue_give_a_lower_bound_and_nothing_more() -> None:
    found = now(waiting(300, "a"), waiting(360, "b"))
    assert (found.state, found.middle_minutes, found.high_minutes) == (State.AGREE, None, None)
    assert found.low_minutes in (300, 360)
    lone = now(waiting(317, "a"))
    assert (lone.state, lone.low_minutes) == (State.SINGLE, 180)


def test_a_wait_of_nothing_so_far_says_nothing() -> None:
    assert now(waiting(0)).state is State.NONE


def test_two_camps_are_shown_as_two_and_not_averaged() -> None:
    found = now(*everybody(60, "a b c"), *everybody(600, "d e"))
    assert found.state is State.DISPUTE
    low, high = found.camps
    assert (low.people, high.people) == (3, 2)
    assert low.high_minutes is not None
    assert high.low_minutes is not None
    assert low.high_minutes < 200 < 300 < high.low_minutes


def test_one_against_many_is_no_camp() -> None:
    assert now(*everybody(60, "a b c d"), crossed(600, "liar")).state is State.AGREE


def test_an_old_camp_fades() -> None:
    assert now(*everybody(60, "a b", ago=400), *everybody(600, "c d e f")).state is State.AGREE


def test_a_band_that_reaches_over_the_gap_closes_it() -> None:
    assert now(*everybody(150, "a b"), *(tapped(HOURS_3_TO_6, who) for who in "cd")).state is State.AGREE


def test_four_say_five_hours_and_one_says_closed() -> None:
    found = now(*everybody(300, "a b c d", ago=60), happened(Event.CLOSED, "e"))
    assert (found.state, found.closed, found.people) == (State.DISPUTE, False, 5)
    waits, closed = found.camps
    assert (waits.people, waits.closed, closed.people, closed.closed) == (4, False, 1, True)
    assert closed.low_minutes is None


def test_closed_alone() -> None:
    lone, agreed = now(happened(Event.CLOSED, "a")), now(*(happened(Event.CLOSED, who) for who in "ab"))
    assert (lone.state, lone.closed, lone.low_minutes) == (State.SINGLE, True, None)
    assert (agreed.state, agreed.closed, agreed.people) == (State.AGREE, True, 2)


def test_three_who_say_closed_after_the_last_has_passed_prevail() -> None:
    passed = everybody(300, "a b c d", ago=120)
    assert now(*passed, *(happened(Event.CLOSED, who) for who in "efg")).closed
    assert not now(*passed, *(happened(Event.CLOSED, who) for who in "ef")).closed
    assert not now(*passed, crossed(300, "h"), *(happened(Event.CLOSED, who, ago=30) for who in "efg")).closed


def test_passing_later_ends_a_closure() -> None:
    closed = [happened(Event.CLOSED, who, ago=120) for who in "abc"]
    assert now(*closed, *everybody(300, "d e f")).state is State.AGREE
    assert now(*closed, *everybody(300, "d e")).state is State.DISPUTE
    assert now(*closed, *(happened(Event.REOPENED, who) for who in "def")).state is State.NONE


def test_who_says_closed_no_longer_stands_for_the_wait_they_had() -> None:
    found = now(crossed(300, "a", ago=60), happened(Event.CLOSED, "a"))
    assert (found.state, found.closed, found.people) == (State.SINGLE, True, 1)


def test_reports_whose_pseudonym_is_gone_count_as_one_person() -> None:
    found = now(*(crossed(2000 + 10 * n, None) for n in range(20)))
    assert (found.state, found.people) == (State.SINGLE, 1)
    mixed = now(*(crossed(100, None) for _ in range(50)), *everybody(300, "a b c"))
    assert mixed.people == 3, "any of them may have said more before"
    assert 200 < (mixed.middle_minutes or 0) < 400


def test_one_account_that_wipes_and_says_it_again_is_not_two_people() -> None:
    honest = [crossed(60, "a"), crossed(65, "b"), crossed(70, "c")]
    once, again = crossed(720, None, ago=5), crossed(720, "x")
    assert now(*honest, once, again).state is State.AGREE
    assert now(once, again).state is State.SINGLE
    assert now(*honest, crossed(720, "y", ago=5), again).state is State.DISPUTE
    closed = [happened(Event.CLOSED, None, ago=5), happened(Event.CLOSED, "x")]
    assert now(*closed).people == 1


def test_a_pseudonym_older_than_two_days_counts_as_gone_even_if_still_stored() -> None:
    old = [crossed(3000, f"p{n}", ago=49 * 60) for n in range(10)]
    assert now(*old).people == 1
    assert now(*[crossed(3000, f"p{n}", ago=47 * 60) for n in range(10)]).people == 10


def test_many_reports_are_no_burden() -> None:
    rng = random.Random(1)
    reports = [
        said(
            Statement("x", Mode.CAR, Kind.CROSSED, wait_minutes=rng.randint(60, 900)),
            str(n),
            rng.randint(0, 600),
        )
        for n in range(10_000)
    ]
    assert estimate(reports, NOW).people == 10_000  # quadratic work would run into the time limit


MINUTES = st.integers(0, 12_000)
NAMES = st.sampled_from([*"abcdefgh", None])
AGES = st.integers(0, 3 * 24 * 60)
REPORTS = st.one_of(
    st.builds(crossed, MINUTES, NAMES, AGES),
    st.builds(waiting, MINUTES, NAMES, AGES),
    st.builds(tapped, st.sampled_from(BANDS), NAMES, AGES),
    st.builds(happened, st.sampled_from([Event.CLOSED, Event.REOPENED]), NAMES, AGES),
)


@given(st.lists(REPORTS, max_size=25))
def test_a_range_is_in_order(reports: list[Report]) -> None:
    found = estimate(reports, NOW)
    numbers = [n for n in (found.low_minutes, found.middle_minutes, found.high_minutes) if n is not None]
    assert numbers == sorted(numbers)
    assert all(number >= 0 for number in numbers)
    if found.wait is not None:
        assert 0 <= found.wait.low <= found.wait.middle <= found.wait.high < math.inf
    assert (found.state is State.DISPUTE) == (len(found.camps) > 1)
    assert found.people <= len(reports)
    assert (found.newest_at is None) == (found.state is State.NONE)


@given(st.lists(REPORTS, max_size=25), st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(reports: list[Report], rng: random.Random) -> None:
    shuffled = list(reports)
    rng.shuffle(shuffled)
    assert estimate(shuffled, NOW) == estimate(reports, NOW)


@given(st.lists(REPORTS, max_size=15), st.integers(0, 5))
def test_repeating_oneself_changes_nothing(reports: list[Report], times: int) -> None:
    named = [report for report in reports if report.reporter is not None]
    forgotten = NOW - timedelta(hours=48)
    again = [
        Report(-n, report.statement, report.observed_at, report.reporter)
        for n, report in enumerate(named * times, 1)
        if report.observed_at > forgotten
    ]
    assume(not _ties(named))
    assert estimate(reports + again, NOW) == estimate(reports, NOW)


def _ties(reports: list[Report]) -> bool:
    """Whether somebody says two things at once: then any of them may be the newest."""
    spoken = [(report.reporter, report.observed_at) for report in reports]
    return len(spoken) != len(set(spoken))


@given(
    st.integers(10, 1000),
    st.lists(st.tuples(st.floats(0.8, 1.25), st.integers(0, 300)), min_size=4, max_size=12),
    st.one_of(
        st.builds(crossed, MINUTES, st.just("liar"), st.integers(0, 60)),
        st.builds(waiting, MINUTES, st.just("liar"), st.integers(0, 60)),
        st.builds(tapped, st.sampled_from(BANDS), st.just("liar"), st.integers(0, 60)),
    ),
)
@example(60, [(1.0, 300)] * 4, crossed(9000, "liar"))
@example(60, [(1.0, 300)] * 4, waiting(9000, "liar"))
def test_a_single_liar_cannot_move_the_median_far(
    wait: int, honest: list[tuple[float, int]], liar: Report
) -> None:
    told = [round(wait * share) for share, _ in honest]
    reports = [
        crossed(minutes, f"honest {n}", ago)
        for n, (minutes, (_, ago)) in enumerate(zip(told, honest, strict=True))
    ]
    before, found = estimate(reports, NOW), estimate([*reports, liar], NOW)
    assert before.wait is not None
    assert found.wait is not None
    assert before.wait.middle / 2 - 5 <= found.wait.middle <= before.wait.middle * 2 + 5


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 60))
@example(10, 100, 0)
def test_what_two_people_stand_for_contradicts_neither(one: int, other: int, ago: int) -> None:
    found = now(crossed(one, "anna", ago), crossed(other, "ben"))
    assert found.people == 2
    assert found.low_minutes is not None
    assert found.high_minutes is not None
    assert found.low_minutes <= min(one, other)
    assert found.high_minutes >= max(one, other)


@given(st.sampled_from(BANDS), st.sampled_from(BANDS), st.integers(0, 60))
@example(BANDS[1], BANDS[5], 0)
def test_what_two_people_tapped_lies_within_the_range_and_not_beside_it(
    one: Band, other: Band, ago: int
) -> None:
    found = now(tapped(one, "anna", ago), tapped(other, "ben"))
    assert found.people == 2
    assert found.low_minutes is not None
    assert found.high_minutes is not None
    for band in (one, other):
        assert band.high is None or found.low_minutes < band.high
        assert found.high_minutes > band.low


def test_of_three_people_one_who_is_far_off_is_not_counted() -> None:
    found = now(crossed(10, "anna"), crossed(12, "ben"), crossed(9000, "liar"))
    assert found.people == 2
    assert (found.high_minutes or 0) < 60
    found = now(crossed(10, "anna"), crossed(12, "ben"), crossed(60, "vera"))
    assert found.people == 3
    assert (found.high_minutes or 0) >= 60


def test_a_crowd_that_moves_no_number_does_not_vouch_for_it() -> None:
    honest = [crossed(380 + 5 * n, f"honest{n}", ago=15 + 15 * (n % 8)) for n in range(14)]
    crowd = [crossed(10, f"fresh{n}") for n in range(200)]
    found = now(*honest, *crowd)
    assert found.state is State.AGREE
    assert (found.low_minutes or 0) > 180
    assert (found.people, found.newest_at) == (14, now(*honest).newest_at)
