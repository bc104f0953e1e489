"""What people see and do at a crossing: the card, reports, lists."""

from pathlib import Path

import pytest

from bot.release import Content
from bot.simulator.server import Simulator
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person


async def test_a_report_of_one_changes_the_card_of_another(world: World) -> None:
    anna, ben = world.person("Anna"), world.person("Ben", language="en")
    await ben.send("/crossing Verkhny_Lars")
    assert "We do not know: 🚗" in ben.last.text
    await anna.send("/crossing Верхний Ларс")
    await anna.tap("Сообщить")
    await anna.tap("Проехали")
    await anna.tap("6–12 ч")
    assert "записано" in anna.last.text
    await ben.tap("Refresh")
    assert "🚗 by car: 6–12 h · one report, unconfirmed" in ben.last.text


async def test_with_no_reports_it_says_so_and_what_is_known_from_elsewhere(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing Verkhny_Lars")
    assert "Не знаем" in anna.last.text
    assert "Что известно из публикаций" in anna.last.text
    assert "По публикациям" in anna.last.text
    assert "не подтверждено" in anna.last.text


@pytest.mark.parametrize(
    "spelling",
    [
        "Verkhny_Lars",
        "verkhniy lars",
        "Верхний Ларс",
        "ВЛ",
        "lars",
        "Казбеги",
        "верхний лрас",
        "dth[ybq kfhc",
    ],
)
async def test_any_spelling_opens_the_card(world: World, spelling: str) -> None:
    anna = world.person()
    await anna.send(f"/crossing {spelling}")
    if "Верхний Ларс → Казбеги" not in anna.last.text:  # a typo is asked about
        await anna.tap("Верхний Ларс")
    assert "Верхний Ларс → Казбеги" in anna.last.text


async def test_an_unknown_crossing_gets_the_nearest_spellings(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing Верхний Марс")
    assert any("Верхний Ларс" in label for label in anna.last.labels)


async def test_several_of_a_name_are_offered(world: World) -> None:
    anna = world.person()
    await anna.send("Забайкальск")
    assert len([label for label in anna.last.labels if "Забайкальск" in label]) == 2


async def test_people_who_agree_are_counted_and_those_who_do_not_are_shown_as_two_camps(world: World) -> None:
    for person in world.people(3):
        await person.start("1s_verkhny-lars_c_c_minutes_360")
        await person.tap("Проехали за")
    reader = world.person()
    await reader.send("/crossing lars")
    assert "3 человека" in reader.last.text
    for person in world.people(3):
        await person.start("1s_verkhny-lars_c_c_minutes_20")
        await person.tap("Проехали за")
    await reader.tap("Обновить")
    assert "говорят разное" in reader.last.text
    assert reader.last.text.count("— 3 человека") == 2


async def test_refreshing_a_card_that_has_not_changed_says_so(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing lars")
    await anna.tap("Обновить")
    assert anna.toast == "Новее сообщений пока нет"


async def test_old_news_fades(world: World) -> None:
    anna, reader = world.person(), world.person()
    await anna.start("1s_verkhny-lars_c_c_minutes_30")
    await anna.tap("Проехали за")
    await reader.send("/crossing lars")
    assert "один человек" in reader.last.text
    await world.clock.leap(3 * 24 * 3600)
    await reader.tap("Обновить")
    assert "Не знаем: 🚗" in reader.last.text


@pytest.mark.parametrize("text", ["кз", "казакстан", "Kazakhstn", "Қазақстан"])
async def test_a_country_however_it_is_typed(world: World, text: str) -> None:
    anna, ben = world.people(2)
    await anna.send(f"/crossing {text}")
    await ben.send("/crossing Казахстан")
    assert anna.last.text == ben.last.text


async def test_a_country_with_its_waits(world: World) -> None:
    anna = world.person()
    await anna.start("1s_petukhovo_c_c_minutes_120")
    await anna.tap("Проехали за")
    await anna.send("/crossings")
    await anna.tap("Казахстан")
    seen = anna.last.text
    while any("Ещё" in label for label in anna.last.labels):
        await anna.tap("Ещё")
        seen += anna.last.text
    assert seen.count("• ") == 44
    assert "Петухово: 1–3 ч, один человек" in seen


async def test_the_nearest_by_location_and_the_place_is_forgotten(world: World) -> None:
    anna = world.person()
    await anna.send("/crossings")
    await anna.tap("Ближайшие")
    assert anna.last.reply_buttons
    await anna.locate(42.9, 44.6)
    assert "Верхний Ларс → Казбеги (Дариали) — 17 км на юг" in anna.last.text
    assert "42.9" not in anna.last.text


async def test_what_leads_nowhere_is_never_an_alternative(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing lars")
    await anna.tap("Рядом")
    assert "Псоу" not in anna.last.text
    assert "Зарамаг" not in anna.last.text


async def test_the_closed_point_warns_first(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing Сырым")
    assert "закрыт" in anna.last.text.split("\n\n")[2]


async def test_every_card_and_page_fits_a_message(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    for person, more in ((anna, "Ещё"), (ben, "More")):
        for crossing in world.bot.desk.catalogue.crossings:
            await world.clock.leap(60)  # nobody writes faster than a limit allows
            await person.start(crossing)  # the simulator refuses what Telegram would
            assert "🛂" in person.last.text
            await person.start(f"1i_{crossing}_0")
            while more in str(person.last.labels):
                await person.tap(more)
            assert "🛂" in person.last.text
            await person.start(f"1n_{crossing}")


async def test_a_restart_keeps_reports_and_every_button_works_on(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    anna = Person(simulator, "Anna", language="ru")
    async with running(simulator, clock, tmp_path, content):
        await anna.send("/crossing lars")
        await anna.tap("Сообщить")
    async with running(simulator, clock, tmp_path, content):
        await anna.tap("Проехали")
        await anna.tap("6–12 ч")
        assert "записано" in anna.last.text
    async with running(simulator, clock, tmp_path, content):
        await anna.tap("К карточке")
        assert "6–12 ч · один человек" in anna.last.text


async def test_the_card_leads_to_the_guides_answers_for_the_border(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing lars")
    await anna.tap("Что важно знать")
    assert any("Въезд в Грузию" in label for label in anna.last.labels)
    await anna.tap("К карточке")
    await anna.tap("Что важно знать")
    await anna.tap("Въезд в Грузию")
    assert anna.last.text.startswith("Въезд в Грузию: документы")


@pytest.mark.parametrize("text", ["Астрахань", "/crossing Владикавказ"])
async def test_one_crossing_that_may_be_meant_is_not_called_several(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert anna.last.text == "Может быть, этот переход?"
    assert len(anna.last.labels) == 2
