"""A flood of reports is known from the reports themselves, so that neither a restart nor a wipe hides it."""

from datetime import timedelta

import pytest

from bot.crossings.card import FLOOD_LASTS, flooded
from bot.crossings.report import Event, Kind, Mode, Report, Statement
from bot.privacy.abuse import REPORTERS
from tests.clock import START

CALM = Statement("petukhovo", Mode.CAR, Kind.EVENT, event=Event.CALM)


def reports(count: int, *, ago: timedelta = timedelta(0), wiped: bool = False) -> list[Report]:
    return [
        Report(number, CALM, START - ago, None if wiped else number.to_bytes(16, "big"))
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("wiped", [False, True])
def test_it_takes_more_people_than_the_limit_in_one_step(wiped: bool) -> None:
    assert not flooded(reports(REPORTERS.most, wiped=wiped), START)
    assert flooded(reports(REPORTERS.most + 1, wiped=wiped), START)


def test_one_person_is_no_flood() -> None:
    said = [Report(number, CALM, START, b"a" * 16) for number in range(1, 2 * REPORTERS.most)]
    assert not flooded(said, START)


def test_people_who_come_one_after_the_other_are_no_flood() -> None:
    said = reports(REPORTERS.most) + reports(REPORTERS.most, ago=timedelta(minutes=15))
    assert not flooded(said, START)


def test_it_is_told_for_hours_and_then_over() -> None:
    said = reports(REPORTERS.most + 1, ago=FLOOD_LASTS)
    assert flooded(said, START)
    assert not flooded(said, START + timedelta(minutes=1))
