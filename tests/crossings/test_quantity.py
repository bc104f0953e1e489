"""Numbers as people type them."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.crossings.quantity import Ambiguous, NotAQuantity, Quantity, Unit, extract, may_be_clock, read
from bot.crossings.report import (
    LONGEST_QUEUE_METRES,
    LONGEST_WAIT_MINUTES,
    MOST_PEOPLE,
    MOST_VEHICLES,
    Implausible,
)

MOST = {
    Unit.MINUTES: LONGEST_WAIT_MINUTES,
    Unit.VEHICLES: MOST_VEHICLES,
    Unit.PEOPLE: MOST_PEOPLE,
    Unit.METRES: LONGEST_QUEUE_METRES,
}


@pytest.mark.parametrize(
    ("minutes", "texts"),
    {
        30: "полчаса|30 мин|30 минут|half an hour|тридцать минут|0.5 ч|1/2 часа|½ ч",
        40: "40 мин|40мин.|около 40 минут|40 min|forty minutes",
        60: "час|1 ч|один час|an hour|one hour|1h|60 мин|часик",
        150: "2 1/2 часа|2½ h",
        90: "полтора часа|1.5h|1,5 ч|1ч30|1h30|1 ч 30 мин|час 30 минут|90 min|an hour and a half|1:30",
        180: "часа 3|3 часа|три часа|стоим 3 часа|ждали уже 3 часа|3 hours|chasa 3|waited 3 hours",
        300: "5 ч|5ч|5 часов|5:00|5 ч.|~5 часов|пять часов|> 5 часов|5+ часов|5 hrs|5 chasov",
        330: "5-6 часов|5 – 6 ч|от 5 до 6 часов|5 или 6 часов|5:30|часов 5-6|пять с половиной часов",
        1440: "сутки|24 часа|1 день|a day|day|24h",
        1620: "сутки и 3 часа|1 день 3 часа|1d 3h",
        2880: "2 дня|двое суток|2 сут|two days|48 часов|2d",
        10080: "неделя|неделю|7 дней|week",
    }.items(),
)
def test_waits(minutes: int, texts: str) -> None:
    for text in texts.split("|"):
        assert read(text) == Quantity(Unit.MINUTES, minutes), text
        assert read(text.upper()) == Quantity(Unit.MINUTES, minutes), text


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("300 машин", Unit.VEHICLES, 300),
        ("машин 300", Unit.VEHICLES, 300),
        ("фур штук 60", Unit.VEHICLES, 60),
        ("1 200 авто", Unit.VEHICLES, 1200),
        ("1,5 тыс машин", Unit.VEHICLES, 1500),
        ("100-200 cars", Unit.VEHICLES, 150),
        ("0 машин", Unit.VEHICLES, 0),
        ("триста машин", Unit.VEHICLES, 300),
        ("50 человек", Unit.PEOPLE, 50),
        ("50 чел.", Unit.PEOPLE, 50),
        ("очередь 50 people", Unit.PEOPLE, 50),
        ("2 км", Unit.METRES, 2000),
        ("2-3 km", Unit.METRES, 2500),
        ("1,5 километра", Unit.METRES, 1500),
        ("500 м", Unit.METRES, 500),
        ("40 метров", Unit.METRES, 40),
    ],
)
def test_lengths(text: str, unit: Unit, number: int) -> None:
    assert read(text) == Quantity(unit, number)


@pytest.mark.parametrize("text", ["24/7 часов", "работает 24/7", "10/20 машин", "ларс 25/11 часов пусто"])
def test_the_second_half_of_a_fraction_or_date_is_no_number(text: str) -> None:
    with pytest.raises(NotAQuantity):
        read(text)
    assert extract(text).quantities == ()


def test_a_bare_number_asks_what_it_counts() -> None:
    found = read("7")
    assert isinstance(found, Ambiguous)
    assert found.readings == (
        Quantity(Unit.MINUTES, 420),
        Quantity(Unit.MINUTES, 7),
        Quantity(Unit.VEHICLES, 7),
        Quantity(Unit.PEOPLE, 7),
        Quantity(Unit.METRES, 7000),
    )


def test_only_plausible_readings_are_asked_for() -> None:
    found = read("~3000")
    assert isinstance(found, Ambiguous)
    assert found.readings == (
        Quantity(Unit.MINUTES, 3000),
        Quantity(Unit.VEHICLES, 3000),
        Quantity(Unit.PEOPLE, 3000),
    )


def test_forty_m_may_be_minutes_or_metres() -> None:
    assert read("40 м") == Ambiguous((Quantity(Unit.MINUTES, 40), Quantity(Unit.METRES, 40)))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("900 ч", "wait"),
        ("11 дней", "wait"),
        ("99999", "wait"),
        ("10000 машин", "vehicles"),
        ("30000 человек", "people"),
        ("90 км", "length"),
        ("9" * 400 + " часов", "wait"),
        ("9" * 400, "wait"),
    ],
)
def test_more_than_any_queue_had(text: str, what: str) -> None:
    with pytest.raises(Implausible) as refused:
        read(text)
    assert refused.value.what == what


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "-3",
        "−3 часа",
        "24/7",
        "в 5 часов",
        "с 5 часов утра",
        "5 часов 300 машин",
        "часов",
        "a",
        "1e5",
        "ноль",
    ],
)
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(NotAQuantity):
        read(text)


@pytest.mark.parametrize(
    ("text", "quantities", "rest"),
    [
        ("ВЛ 300 машин стоим 7 часов", ["300 vehicles", "420 minutes"], "ВЛ стоим"),
        ("приехали в 5 часов утра, стоим 3 часа", ["180 minutes"], "приехали в утра, стоим"),
        ("2 часа назад было 40 машин", ["40 vehicles"], "назад было"),
        ("прошли за 3.5 часа, выезжали в 4 утра", ["210 minutes"], "прошли за , выезжали в 4 утра"),
        ("Lars ochered 5 km, stoim 4 chasa", ["5000 metres", "240 minutes"], "Lars ochered , stoim"),
        ("автобус прошёл за 2 часа 15 минут", ["135 minutes"], "автобус прошёл за"),
        ("сколько стоять?", [], "сколько стоять?"),
        ("через 2 часа буду", [], "через буду"),
        ("стоим 900 часов", [], "стоим"),
    ],
)
def test_quantities_in_a_sentence(text: str, quantities: list[str], rest: str) -> None:
    found = extract(text)
    assert [f"{quantity.number} {quantity.unit}" for quantity in found.quantities] == quantities
    assert found.rest == rest


@pytest.mark.parametrize(
    "text",
    [
        "Добрый день! Подскажите по Ларсу",
        "good day lars",
        "ларс каждый день",
        "в какой день ехать на ларс",
        "ларс час пик",
        "lars at rush hour",
        "в этот час на ларсе пусто",
        "в прошлую неделю",
        "стоим целый день",
        "ларс, выходной день",
        "day off",
    ],
)
def test_a_day_or_hour_that_is_named_is_not_counted(text: str) -> None:
    assert extract(text).quantities == ()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("стоим битый час", 60), ("ларс целые сутки", 1440), ("целую неделю стоим", 10080), ("ларс час", 60)],
)
def test_one_of_a_unit_is_counted_without_a_number(text: str, minutes: int) -> None:
    assert extract(text).quantities == (Quantity(Unit.MINUTES, minutes),)


@pytest.mark.parametrize(
    ("text", "implausible"),
    [("ларс 900 ч", True), ("300 машин, стоим 900 часов", True), ("ларс 5 ч", False), ("через 900 ч", False)],
)
def test_a_sentence_tells_whether_it_held_too_much(text: str, implausible: bool) -> None:
    assert extract(text).implausible is implausible


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("14:30", True),
        ("1:30", True),
        (" ~0:05!", True),
        ("стоим уже 23:59", True),
        ("24:00", False),
        ("14:30 ч", False),
        ("14 ч 30", False),
        ("с 14:30 стою", False),
        ("5 ч", False),
        ("", False),
    ],
)
def test_what_may_be_the_time_of_day(text: str, may_be: bool) -> None:
    assert may_be_clock(text) is may_be


PIECES = st.sampled_from(
    re.findall(
        r"\S+",
        "0 1 5 12 300 1,5 5:30 -3 - – до или и часов час ч м мин км машин человек полтора сто тысяч half an "
        "a day с половиной and в назад",
    )
)


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=7).map(" ".join)))
@example("9" * 5000)
@example("1" + " 000" * 50)
def test_whatever_is_typed_gives_a_plausible_number_or_a_reason(text: str) -> None:
    try:
        found = read(text)
    except (NotAQuantity, Implausible):
        pass
    else:
        for quantity in found.readings if isinstance(found, Ambiguous) else (found,):
            assert 0 <= quantity.number <= MOST[quantity.unit]
    for quantity in extract(text).quantities:
        assert 0 <= quantity.number <= MOST[quantity.unit]


@given(st.integers(0, 240), st.integers(0, 59))
def test_hours_and_minutes_add_up(hours: int, minutes: int) -> None:
    total = hours * 60 + minutes
    for text in (
        f"{hours} ч {minutes} мин",
        f"{hours}h{minutes}",
        f"{hours}:{minutes:02}",
        f"{total} minutes",
    ):
        if total <= LONGEST_WAIT_MINUTES:
            assert read(text) == Quantity(Unit.MINUTES, total)
