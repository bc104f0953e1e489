"""The length of a queue, as people count it."""

from datetime import timedelta

from bot.crossings.length import queue_length
from bot.crossings.report import Mode
from tests.crossings.saying import NOW, crossed, queue


def test_nobody_counted() -> None:
    assert queue_length([crossed(60)], NOW) is None
    assert queue_length([queue(300, ago=7 * 60)], NOW) is None
    assert queue_length([queue(300, ago=-30)], NOW) is None


def test_a_lone_count_is_rounded_and_its_time_is_coarse() -> None:
    length = queue_length([queue(317, ago=40)], NOW)
    assert length is not None
    assert (length.vehicles, length.people) == (320, 1)
    assert length.newest_at == NOW - timedelta(hours=1)


def test_three_counts_give_their_median() -> None:
    reports = [queue(100, "a"), queue(120, "b"), queue(903, "c")]
    length = queue_length(reports, NOW)
    assert length is not None
    assert (length.vehicles, length.on_foot, length.metres, length.people) == (120, None, None, 3)
    assert length.newest_at == NOW


def test_each_number_stands_for_itself() -> None:
    length = queue_length([queue(people=150, who="a", mode=Mode.FOOT), queue(metres=2000, who="b")], NOW)
    assert length is not None
    assert (length.vehicles, length.on_foot, length.metres) == (None, 150, 2000)


def test_the_newer_count_weighs_more_and_each_person_counts_once() -> None:
    length = queue_length(
        [queue(400, "a", ago=240), queue(400, "b", ago=240), queue(50, "a"), queue(60, "c")], NOW
    )
    assert length is not None
    assert length.people == 3
    assert length.vehicles == 60


def test_most_say_where_it_ends() -> None:
    reports = [
        queue(landmark="chmi", who="a"),
        queue(landmark="chmi", who="b"),
        queue(landmark="balta", who="c"),
    ]
    length = queue_length(reports, NOW)
    assert length is not None
    assert length.landmark == "chmi"


def test_who_counts_something_else_lends_a_number_no_cover() -> None:
    length = queue_length([queue(317, "a"), queue(metres=2000, who="b"), queue(metres=2000, who="c")], NOW)
    assert length is not None
    assert (length.vehicles, length.people) == (320, 3)
