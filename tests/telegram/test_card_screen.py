"""The card in words: the fullest one still fits, and a number is never said without what stands behind it."""

from datetime import timedelta
from itertools import count

import pytest

from bot.crossings.card import card
from bot.crossings.prospect import HORIZONS, NOTHING_AHEAD, Ahead, Prospect
from bot.crossings.report import Event, Kind, Mode, Report, Statement
from bot.guide.length import MESSAGE, visible_length
from bot.guide.model import Language
from bot.release import Content
from bot.telegram.screen import Screen
from bot.telegram.screens import card as screens
from tests.clock import START

FULL = Prospect(
    tuple(Ahead(START + timedelta(hours=hours), hours, 5010, 14390) for hours in HORIZONS),
    Ahead(START, 0, 5010, 14390),
    Ahead(START + timedelta(hours=22), 22, 5010, 14390),
    foretold=True,
    weeks=22,
)


def screen_of(
    content: Content,
    crossing: str,
    reports: list[Report],
    language: Language = Language.RU,
    ahead: Prospect = NOTHING_AHEAD,
) -> Screen:
    place = content.catalogue.crossings[crossing]
    shown = card(place, content.catalogue.countries[place.country], reports, START)
    texts = content.texts[language]
    return screens.card(
        shown, content.guide, texts, "provodnik_bot", simulated=True, private=True, ahead=ahead
    )


def everything_at_once(crossing: str) -> list[Report]:
    """Every mode disputed and with a queue, every event told by several and denied by others."""
    numbers = count(1)
    said: list[Statement] = []
    for mode in Mode:
        said += [
            Statement(crossing, mode, Kind.CROSSED, wait_minutes=wait)
            for wait in (10, 12, 14, 5000, 6000, 7000)
        ]
        said += [Statement(crossing, mode, Kind.LENGTH, vehicles=4999, people=19999, metres=59999)] * 3
        said += [Statement(crossing, mode, Kind.EVENT, event=event) for event in Event for _ in range(3)]
    return [
        Report(number, statement, START - timedelta(minutes=30), number.to_bytes(16, "big"))
        for statement in said
        for number in [next(numbers)]
    ]


@pytest.mark.parametrize("language", list(Language))
def test_the_fullest_card_fits_a_message(content: Content, language: Language) -> None:
    longest = max(
        visible_length(screen_of(content, crossing, everything_at_once(crossing), language, FULL).text)
        for crossing in content.catalogue.crossings
    )
    assert longest <= MESSAGE


def test_a_lone_report_is_told_in_a_band_and_as_unconfirmed(content: Content) -> None:
    report = Report(1, Statement("petukhovo", Mode.CAR, Kind.CROSSED, wait_minutes=137), START, b"a" * 16)
    text = screen_of(content, "petukhovo", [report]).text
    assert "1–3 ч · один человек, не подтверждено" in text
    assert "137" not in text


def test_of_few_people_only_the_hour_is_known_and_so_told(content: Content) -> None:
    def told(people: int, minutes: int) -> str:
        at = START.replace(minute=45) - timedelta(minutes=minutes)
        said = Statement("petukhovo", Mode.CAR, Kind.CROSSED, wait_minutes=100)
        reports = [Report(n, said, at, bytes([n]) * 16) for n in range(1, people + 1)]
        place = content.catalogue.crossings["petukhovo"]
        shown = card(place, content.catalogue.countries[place.country], reports, START.replace(minute=55))
        return screens.summary(shown.chosen, shown.at, content.texts[Language.RU])

    assert "меньше 15 мин назад" in told(3, 0)
    assert "меньше часа назад" in told(1, 0)  # said at 12:45, known as 12 o'clock
    assert "1–2 ч назад" in told(2, 60)


def test_who_passed_beside_who_says_it_is_closed_is_a_dispute(content: Content) -> None:
    passed = [Statement("petukhovo", Mode.CAR, Kind.CROSSED, wait_minutes=60)] * 2
    closed = [Statement("petukhovo", Mode.CAR, Kind.EVENT, event=Event.CLOSED)] * 2
    reports = [Report(n, said, START, bytes([n]) * 16) for n, said in enumerate(passed + closed, 1)]
    text = screen_of(content, "petukhovo", reports).text
    assert "говорят разное" in text
    assert "закрыто — 2 человека" in text


def test_sources_stand_beside_what_is_known_from_elsewhere(content: Content) -> None:
    text = screen_of(content, "verkhny-lars", []).text
    assert "не подтверждено" in text
    assert "vlast.kz" in text
