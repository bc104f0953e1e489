"""Limits as people meet them: told in plain words, and never in the way of who wants to wipe."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.crossings.report import Event, Mode
from bot.privacy import abuse
from bot.storage.tables import reports
from bot.telegram.button_data import encode
from bot.telegram.buttons import SendEvent
from bot.telegram.screens.report import modes
from tests.conftest import World
from tests.person import Person

CALM = "Всё спокойно"
TOO_FAST = "Слишком быстро"


async def stored(world: World) -> int:
    async with world.bot.engine.connect() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(reports))).scalar_one())


async def hurry(person: Person) -> None:
    """Write as often as one may in a minute."""
    for _ in range(abuse.MESSAGES.most):
        await person.send("/language")


async def report_calm(person: Person, crossing: str) -> None:
    await person.start(f"1v_{crossing}_c_e")
    await person.tap(CALM)


async def test_too_many_messages_get_one_line_a_minute(world: World) -> None:
    anna, ben = world.people(2)
    await hurry(anna)
    assert TOO_FAST not in anna.last.text
    await anna.send("/help")
    assert TOO_FAST in anna.last.text
    told = len(anna.messages)
    for _ in range(3):
        await anna.send("/help", wait=False)
    await anna.settled()
    assert len(anna.messages) == told, "silence after the one line"
    await ben.send("/help")
    assert TOO_FAST not in ben.last.text

    await world.clock.leap(60)
    await anna.send("/help")
    assert "Что я умею" in anna.last.text


async def test_too_many_taps_stop_waiting_and_change_nothing(world: World) -> None:
    anna = world.person()
    await hurry(anna)
    page = anna.last
    before = page.text
    await anna.tap("English", page)
    assert TOO_FAST in anna.toast
    await anna.tap("English", page)
    assert anna.toast == ""
    assert page.text == before


async def test_wiping_is_never_too_fast(world: World) -> None:
    anna = world.person()
    await hurry(anna)
    await anna.send("/help")
    await anna.send("/wipe")
    assert "Убрать переписку?" in anna.last.text
    await anna.tap("Да, убрать всё")
    assert [seen.text for seen in anna.messages] == ["Здравствуйте! Начать: /start"]


async def test_the_stop_phrase_is_never_too_fast(world: World) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("меньше было видно")
    await anna.tap("Задать стоп-фразу")
    await anna.reply(anna.last, "купи хлеба")
    await world.clock.leap(60)
    await hurry(anna)
    await anna.send("купи хлеба")
    assert [seen.text for seen in anna.messages] == ["Здравствуйте! Начать: /start"]


async def test_a_group_is_not_told_who_writes_too_fast(world: World) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await hurry(anna)
    await anna.send("/crossing@provodnik_local_bot ларс", to=group, wait=False)
    await anna.settled()
    assert anna.seen(group) == []
    assert TOO_FAST not in anna.last.text
    assert world.bot.desk.limits.refused[abuse.MESSAGES.name] == 1


async def test_reports_over_all_crossings_are_limited_and_told(world: World) -> None:
    anna = world.person()
    places = [place.id for place in world.bot.desk.catalogue.crossings.values() if Mode.CAR in modes(place)][
        : abuse.REPORTS.most + 1
    ]
    for place in places:
        await world.clock.leap(3)
        await report_calm(anna, place)
    assert f"уже {abuse.REPORTS.most} отчётов на всех переходах" in anna.last.text
    assert "не записан" in anna.last.text
    assert await stored(world) == abuse.REPORTS.most

    await world.clock.leap(3600)
    await report_calm(anna, places[-1])
    assert "записано" in anna.last.text


async def test_a_report_that_comes_again_is_answered_as_the_first_time(world: World) -> None:
    anna = world.person()
    await anna.send("/help")
    data = encode(SendEvent("verkhny-lars", Mode.CAR, Event.CALM))
    await tapped(world, anna, 900_000, data)
    for update in range(abuse.REPORTS.most - 1):
        world.bot.desk.limits.note(abuse.REPORTS, anna.id, update)
    await tapped(world, anna, 900_000, data)
    assert "записано" in anna.last.text
    await tapped(world, anna, 900_001, encode(SendEvent("petukhovo", Mode.CAR, Event.CALM)))
    assert "не записан" in anna.last.text


async def test_choices_are_limited_told_and_stay_as_they_were(world: World) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("меньше было видно")
    for _ in range(abuse.CHOICES.most // 2):
        await anna.tap("Включить незаметный режим")
        await anna.tap("Выключить незаметный режим")
        await world.clock.leap(3)
    await anna.tap("Включить незаметный режим")
    assert "Это не сохранено" in anna.last.text
    assert not (await world.bot.desk.chats.of(anna.id)).discreet
    await world.clock.leap(3600)
    await anna.tap("Включить незаметный режим")
    assert (await world.bot.desk.chats.of(anna.id)).discreet


async def test_a_language_is_a_choice_too(world: World) -> None:
    anna = world.person()
    for update in range(abuse.CHOICES.most):
        world.bot.desk.limits.note(abuse.CHOICES, anna.id, update)
    await anna.send("/language")
    await anna.tap("English")
    assert "Это не сохранено" in anna.last.text


async def test_who_wipes_too_often_still_wipes_but_cuts_no_more_keys(world: World) -> None:
    anna = world.person()
    epochs = world.bot.desk.epochs
    for _ in range(abuse.WIPES.most):
        before = epochs.chat(anna.id)
        await anna.send("/wipe")
        await anna.tap("Да, убрать всё")
        assert epochs.chat(anna.id) != before
    before = epochs.chat(anna.id)
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert {seen.text for seen in anna.messages} == {"Здравствуйте! Начать: /start"}
    assert epochs.chat(anna.id) == before
    await anna.send("/help")
    await anna.send("/mydata")
    await anna.tap("Стереть")
    assert "в течение 48 часов" in anna.last.text


async def test_all_together_cut_so_many_keys_an_epoch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.handlers.wipe.NODES_A_CUT", 0.1)
    monkeypatch.setattr("bot.telegram.handlers.wipe.CUTS", replace(abuse.CUTS, most=100))
    anna, ben = world.people(2)
    for person, cut in ((anna, True), (ben, False)):
        before = world.bot.desk.epochs.chat(person.id)
        await person.send("/wipe")
        await person.tap("Да, убрать всё")
        assert (world.bot.desk.epochs.chat(person.id) != before) is cut


async def test_a_flood_is_taken_shown_as_one_and_silences_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.crossings.card.REPORTERS", replace(abuse.REPORTERS, most=5))
    for person in world.people(5):
        await report_calm(person, "verkhny-lars")
    honest = world.person("Вера")
    await honest.send("/crossing ларс")
    assert "необычно много людей" not in honest.last.text
    await report_calm(honest, "verkhny-lars")
    assert "записано" in honest.last.text
    assert await stored(world) == 6
    await honest.send("/crossing ларс")
    assert "необычно много людей" in honest.last.text
    await world.clock.leap(7 * 3600)
    await honest.send("/crossing ларс")
    assert "необычно много людей" not in honest.last.text


@pytest.mark.parametrize(
    ("link", "asks"),
    [
        ("1e_verkhny-lars_c_c", "Что происходит?"),
        ("1b_verkhny-lars_c_c_3", "Сколько заняло всего"),
        ("1s_verkhny-lars_c_c_minutes_300", "Записать: 5 ч?"),
        ("1Z", "Убрать переписку?"),
        ("1E", "Что у нас есть об этом чате"),
        ("1d_1", "Незаметный режим: выключен"),
        ("1f_1", "Исчезающие сообщения: никогда"),
        ("1u", "Стоп-фраза: не задана"),
        ("1y_en", "Язык этого чата"),
    ],
)
async def test_a_link_that_somebody_sent_shows_and_never_does(world: World, link: str, asks: str) -> None:
    anna = world.person()
    await anna.send("/help")
    await anna.start(link)
    assert asks in anna.last.text
    assert len(anna.messages) == 2, "nothing was wiped"
    assert await stored(world) == 0
    chosen = await world.bot.desk.chats.of(anna.id)
    assert (chosen.language, chosen.vanish_hours, chosen.discreet) == (None, None, False)


async def tapped(world: World, person: Person, update: int, data: str) -> None:
    """Let Telegram tell of a tap, perhaps not for the first time."""
    await world.bot.handle(
        {
            "update_id": update,
            "callback_query": {
                "id": "1",
                "from": person.account.json(),
                "chat_instance": "1",
                "data": data,
                "message": {"message_id": person.last.id, "date": 1, "chat": person.chat.json()},
            },
        }
    )
