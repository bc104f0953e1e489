"""The table and the JSON of benches: targets are told as reached only where they are."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from bot.bench.figures import Figure, at_least, at_most, json_object, quantile, table, written

NUMBERS = st.floats(-1e9, 1e9)


@given(NUMBERS, NUMBERS)
def test_a_target_is_reached_on_its_side_only(value: float, target: float) -> None:
    assert Figure("m", "f", "s", value, at_most(target)).reached == (value <= target)
    assert Figure("m", "f", "s", value, at_least(target)).reached == (value >= target)


def test_what_was_not_measured_reaches_nothing_and_is_null() -> None:
    figure = Figure("m", "f", "s", math.nan, at_most(1))
    assert figure.reached is False
    assert "not measured" in table([figure])
    assert json.loads(json.dumps(json_object([figure], {})))["figures"][0]["figure"] is None


@given(st.lists(NUMBERS, min_size=1), st.floats(0, 1))
def test_a_quantile_lies_between_the_ends_and_rises(values: list[float], share: float) -> None:
    assert min(values) <= quantile(values, share) <= max(values)
    assert quantile(values, 0) == min(values)
    assert quantile(values, 1) == max(values)


def test_numbers_are_written_with_the_digits_that_mean_something() -> None:
    assert [written(value) for value in (0, 0.614, 4.31, 43.21, 871.4, 1234.5)] == [
        "0",
        "0.61",
        "4.31",
        "43.2",
        "871",
        "1,234",
    ]
