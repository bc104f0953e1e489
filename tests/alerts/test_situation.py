"""On which side of a limit a wait is, and when it is too near to tell."""

import pytest

from bot.alerts.situation import Situation, Verdict, judge
from bot.alerts.topics import Topic
from bot.crossings.estimate import Estimate, State, Wait
from bot.crossings.report import Mode
from tests.alerts.border import NOON, PLACE, above, below, go


def verdict(topic: Topic, low: int | None, middle: int | None, high: int | None, people: int = 3) -> Verdict:
    known = Estimate(State.AGREE if people > 1 else State.SINGLE, low, middle, high, people, NOON)
    arrival = (
        None if None in (low, middle, high) else Wait(float(low or 0), float(middle or 0), float(high or 0))
    )
    return judge(topic, Situation(PLACE, Mode.CAR, NOON, known, (), {30: arrival}, None, ()))


@pytest.mark.parametrize(
    ("limit", "over"),
    [(30, 45), (60, 75), (120, 150), (180, 225)],  # 15 minutes, or a quarter if that is more
)
def test_what_fell_below_a_limit_is_over_some_way_above_it(limit: int, over: int) -> None:
    at = {wait: verdict(below(limit), wait, wait, wait) for wait in (limit, limit + 1, over - 1, over)}
    assert list(at.values()) == [Verdict.HOLDS, Verdict.BETWEEN, Verdict.BETWEEN, Verdict.NOT]


@pytest.mark.parametrize(("limit", "over"), [(30, 15), (60, 45), (120, 96), (180, 144)])
def test_what_rose_above_a_limit_is_over_some_way_below_it(limit: int, over: int) -> None:
    at = {wait: verdict(above(limit), wait, wait, wait) for wait in (limit, limit - 1, over + 1, over)}
    assert list(at.values()) == [Verdict.HOLDS, Verdict.BETWEEN, Verdict.BETWEEN, Verdict.NOT]


@pytest.mark.parametrize(
    ("topic", "low", "middle", "high", "expected"),
    [
        (below(180), 60, 120, 258, Verdict.HOLDS),  # p75 is just below 180
        (below(180), 60, 120, 260, Verdict.BETWEEN),
        (go(180, 30), 60, 120, 215, Verdict.HOLDS),  # p80 is 176
        (go(180, 30), 60, 120, 230, Verdict.BETWEEN),
        (above(60), 32, 120, 900, Verdict.HOLDS),  # p25 is just above 60
        (above(60), 31, 120, 900, Verdict.BETWEEN),
        (below(180), 100, 230, 900, Verdict.NOT),  # the middle is what ends it
    ],
)
def test_a_range_is_judged_by_more_than_its_middle(
    topic: Topic, low: int, middle: int, high: int, expected: Verdict
) -> None:
    assert verdict(topic, low, middle, high) is expected


def test_one_persons_band_has_to_lie_beyond_the_limit_wholly() -> None:
    assert verdict(below(180), 60, 104, 180, people=1) is Verdict.HOLDS
    assert verdict(below(120), 60, 104, 180, people=1) is Verdict.BETWEEN
    assert verdict(below(60), 60, 104, 180, people=1) is Verdict.BETWEEN
    assert verdict(below(30), 60, 104, 180, people=1) is Verdict.NOT
    assert verdict(above(60), 60, 104, 180, people=1) is Verdict.HOLDS


def test_a_range_without_an_end_is_below_nothing() -> None:
    assert verdict(below(4320), 60, None, None) is Verdict.BETWEEN
    assert verdict(above(60), 60, None, None) is Verdict.HOLDS
    assert verdict(above(4320), 60, None, None) is Verdict.BETWEEN
    assert verdict(go(2880, 30), 60, None, None) is Verdict.UNKNOWN
