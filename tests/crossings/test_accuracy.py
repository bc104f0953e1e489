"""How good our numbers were: shares and medians as they are, and nothing from too few."""

from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.accuracy import FEW, Amount, Measured, summary
from bot.crossings.report import Mode
from bot.crossings.votes import ENOUGH

waits = st.integers(0, 3_000)


@st.composite
def measured(draw: st.DrawFn) -> Measured:
    low, middle, high = sorted(draw(st.tuples(waits, waits, waits)))
    place = draw(st.sampled_from(["verkhny-lars", "petukhovo", "ivangorod"]))
    return Measured(place, draw(st.sampled_from([Mode.CAR, Mode.FOOT])), low, middle, high, draw(waits))


@given(st.lists(measured(), max_size=60))
def test_all_are_counted_once_and_few_tell_nothing(rows: list[Measured]) -> None:
    known = summary(rows)
    if not rows:
        assert known == ()
        return
    whole, *places = known
    assert whole.count == len(rows) == sum(each.count for each in places)
    assert [each.count for each in places] == sorted((each.count for each in places), reverse=True)
    for each in known:
        assert (each.inside is None) is (each.off_minutes is None) is (each.count < ENOUGH)
        if each.inside is not None:
            assert 0 <= each.inside <= 1
            assert each.amount is (Amount.FEW if each.count < FEW else Amount.ENOUGH)


@given(st.lists(measured(), min_size=ENOUGH, max_size=30))
def test_the_order_does_not_matter(rows: list[Measured]) -> None:
    assert summary(rows) == summary(rows[::-1])


def test_inside_and_off() -> None:
    rows = [Measured("x", Mode.CAR, 60, 90, 120, wait) for wait in (60, 120, 125, 95)]
    (whole, place) = summary(rows)
    assert (whole.inside, whole.off_minutes) == (0.75, 30)
    assert (place.crossing, place.mode, place.count) == ("x", Mode.CAR, 4)
