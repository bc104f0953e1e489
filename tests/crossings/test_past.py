"""What is known of the hours before: each that anybody told of, also where the steps are large."""

from datetime import timedelta

from bot.crossings.estimate import past
from tests.crossings.saying import NOW, crossed

DAY = timedelta(days=1)


def test_each_hour_that_somebody_told_of_is_told_however_long_the_queue() -> None:
    for wait in (10, 120, 312, 1_000, 3_000):
        said = [crossed(wait, f"who {n}", ago) for n, ago in enumerate((0, 45, 90, 200, 400))]
        hours = {hour.at for hour in past(said, NOW, NOW - 7 * DAY, each=True)}
        joined = {report.observed_at - timedelta(minutes=wait + 10) for report in said}
        assert hours == {at.replace(minute=0, second=0) for at in joined}


def test_to_learn_from_one_hour_of_each_step_is_enough() -> None:
    said = [crossed(3_000, f"who {n}", ago) for n, ago in enumerate(range(0, 600, 60))]
    assert len(past(said, NOW, NOW - 7 * DAY)) < len(past(said, NOW, NOW - 7 * DAY, each=True))
