"""So that less can be seen: wiping, vanishing messages, the stop phrase, the discreet mode, what we hold."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.privacy import holdings
from bot.privacy.carry import carry
from bot.privacy.retention import purge
from bot.release import Content
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.storage.engine import StorageUnavailable
from bot.telegram.removal import vanish
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person
from tests.waiting import until

HOUR = 3600.0
GREETING = "Здравствуйте! Начать: /start"


def texts(person: Person) -> list[str]:
    """All that stands in the chat, of both sides."""
    return [message.body.text for message in person.chat.messages.values()]


async def talk(person: Person) -> None:
    await person.send("/crossing lars")
    await person.tap("Сообщить")
    await person.tap("Стоим")
    await person.tap("3–6 ч")
    await person.send("/help")


async def held(world: World, person: Person) -> dict[str, int]:
    desk = world.bot.desk
    names = [key.chat for key in desk.epochs.known(person.id)]
    for crossing in desk.catalogue.crossings:
        names += [name for name in desk.pseudonyms.reporter(crossing, person.id) if name is not None]
    return dict(await holdings.count(world.bot.writer, names))


async def turn_epoch(world: World) -> None:
    assert world.bot.desk.epochs.turn()
    await carry(world.bot.writer, world.bot.desk.epochs)
    world.bot.desk.chats.look_again()


async def test_wiping_leaves_one_harmless_line_and_nothing_with_us(world: World) -> None:
    anna, ben = world.person(), world.person("Ben")
    for person in (anna, ben):
        await talk(person)
    assert set(await held(world, anna)) == {"trail", "reports"}
    await anna.send("/wipe")
    assert "Вернуть будет нельзя" in anna.last.text
    await anna.tap("Да, убрать всё")
    assert texts(anna) == [GREETING]
    assert await held(world, anna) == {}
    assert len(texts(ben)) > 3
    await ben.send("/crossing lars")
    assert "больше 3 ч · один человек" in ben.last.text, "the reports stay, and one person may have made both"


async def test_wiping_works_after_a_restart_and_for_hundreds(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    async with running(simulator, clock, tmp_path, content) as world:
        anna = world.person()
        for _ in range(130):
            await anna.send("/help")
            await clock.leap(1)  # nobody writes faster than a limit allows
    async with running(simulator, clock, tmp_path, content):
        await anna.send("/wipe")
        await anna.tap("Да, убрать всё")
    assert texts(anna) == [GREETING]
    assert simulator.model.calls["deletemessages"] == 3


async def test_wiping_reaches_back_over_the_turn_of_epochs(world: World) -> None:
    anna = world.person()
    await anna.send("/help")
    await world.clock.leap(23 * HOUR)
    await turn_epoch(world)
    await anna.send("/safety")
    await world.clock.leap(23 * HOUR)
    await turn_epoch(world)
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert texts(anna) == [GREETING]


async def test_whoever_comes_back_after_a_wipe_is_a_stranger(world: World) -> None:
    anna = world.person()
    await anna.send("/help")
    before = {key.chat for key in world.bot.desk.epochs.known(anna.id)}
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    await anna.send("/help")
    assert not before & {key.chat for key in world.bot.desk.epochs.known(anna.id)}
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert texts(anna) == [GREETING, GREETING]


async def test_wiping_lifts_no_limit(world: World) -> None:
    anna = world.person()
    for hours in range(1, 7):
        await anna.send(f"ларс {hours} ч")
        await anna.tap("Проехали")
    assert "записано" in anna.last.text
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    await anna.send("ларс 9 ч")
    await anna.tap("Проехали")
    assert "Не записано" in anna.last.text


async def test_what_was_said_today_in_a_message_of_days_ago_goes_as_well(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing lars")
    await world.clock.leap(49 * HOUR)
    await anna.tap("Сообщить")
    await anna.tap("Стоим")
    await anna.tap("3–6 ч")
    assert "записано" in anna.last.text
    await purge(world.bot.writer, world.clock)
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert texts(anna) == ["/crossing lars", "…", GREETING], "nobody may remove more of what is so old"
    assert await held(world, anna) == {}


async def test_a_message_that_cannot_be_removed_does_not_keep_the_others(world: World) -> None:
    anna = world.person()
    await talk(anna)
    refused = Fault("deleteMessages", status=400, description="Bad Request: message can't be deleted")
    world.simulator.model.faults.add(refused)
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert texts(anna) == [GREETING]


async def test_nothing_is_noted_of_a_wiped_chat_even_if_the_last_line_cannot_be_sent(world: World) -> None:
    anna = world.person()
    await talk(anna)
    await anna.send("/wipe")
    world.simulator.model.faults.add(
        Fault("sendMessage", status=403, description="Forbidden: bot was blocked")
    )
    await anna.tap("Да, убрать всё", wait=False)
    await anna.settled()
    assert texts(anna) == []
    assert await held(world, anna) == {}


async def test_a_wipe_whose_key_cannot_be_destroyed_says_so_and_can_be_repeated(
    world: World, tmp_path: Path
) -> None:
    anna = world.person()
    await talk(anna)
    folder = tmp_path / "key.epochs.new"
    folder.mkdir()  # where the file's next form would be written
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert "попробуйте ещё раз" in anna.last.text
    folder.rmdir()
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert texts(anna) == [GREETING]
    assert await held(world, anna) == {}


async def test_the_stop_phrase_wipes_without_asking(world: World) -> None:
    anna = world.person()
    await talk(anna)
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("Задать стоп-фразу")
    assert anna.last.asks_for_reply
    await anna.reply(anna.last, "ок")
    assert "от 3 до 60 знаков" in anna.last.text
    await anna.reply(anna.last, "Купи  молока")
    assert "Запомнили" in anna.last.text
    assert not any("молока" in text for text in texts(anna))
    await anna.send("купи молока завтра")
    assert len(texts(anna)) > 3
    await anna.photo("КУПИ молока")
    assert texts(anna) == [GREETING]
    await anna.send("купи молока")
    assert "не знаем" in anna.last.text  # forgotten with all the rest


async def set_stop(person: Person) -> None:
    await person.send("/safety")
    await person.tap("Чтобы меньше было видно")
    await person.tap("Задать стоп-фразу")
    await person.reply(person.last, "купи молока")


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 429, "retry_after": 1}, {"status": 502}])
async def test_a_stop_phrase_that_comes_again_is_no_text_to_be_read(
    world: World, fault: dict[str, Any]
) -> None:
    anna = world.person()
    await talk(anna)
    await set_stop(anna)
    world.simulator.model.faults.add(Fault("sendMessage", **fault))
    await anna.send("купи молока", wait=False)
    await anna.settled()
    assert texts(anna) == [GREETING]
    assert await held(world, anna) == {}


async def test_a_stop_phrase_whose_wipe_cannot_be_stored_is_done_later_without_a_word(
    world: World, tmp_path: Path
) -> None:
    anna = world.person()
    await talk(anna)
    await set_stop(anna)
    folder = tmp_path / "key.epochs.new"
    folder.mkdir()  # where the file's next form would be written
    await anna.send("купи молока", wait=False)
    await until(lambda: world.bot.desk.wiping.over == 2)  # it has come again, and failed again
    assert texts(anna) == []
    folder.rmdir()
    await anna.settled()
    assert texts(anna) == [GREETING]
    assert await held(world, anna) == {}


async def test_a_stop_phrase_is_known_by_a_bot_that_was_stopped_before_it_was_done(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with running(simulator, clock, tmp_path, content) as world:
        anna = world.person()
        await talk(anna)
        await set_stop(anna)
        monkeypatch.setattr(world.bot.desk.cuts, "forget", never)
        await anna.send("купи молока", wait=False)
        await begun.wait()
        stopping = clock.leap(10)  # so long a stop waits for what is in hand
    await stopping
    async with running(simulator, clock, tmp_path, content) as world:
        await anna.settled()
        assert texts(anna) == [GREETING]
        assert await held(world, anna) == {}


async def test_a_stop_phrase_is_heard_behind_more_texts_than_are_answered(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    async with running(simulator, clock, tmp_path, content) as world:
        anna = world.person()
        await talk(anna)
        await set_stop(anna)
    for hours in range(1, 21):
        await anna.send(f"Верхний Ларс стоим {hours} ч", wait=False)
    for _ in range(3):
        await anna.send("купи молока", wait=False)
    async with running(simulator, clock, tmp_path, content) as world:
        await anna.settled()
        assert texts(anna) == [GREETING]
        assert await held(world, anna) == {}


async def test_what_is_not_answered_as_too_much_is_wiped_all_the_same(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    async with running(simulator, clock, tmp_path, content) as world:
        anna = world.person()
        await anna.send("/help")
    for hours in range(1, 21):
        await anna.send(f"Верхний Ларс стоим {hours} ч", wait=False)
    async with running(simulator, clock, tmp_path, content) as world:
        await anna.settled()
        assert world.bot.desk.pulse.quarantined() > 0
        await clock.leap(60)
        await anna.send("/wipe")
        await anna.tap("Да, убрать всё")
        assert texts(anna) == [GREETING]


async def test_choices_hold_while_the_database_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = world.person()
    await set_stop(anna)
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("Включить незаметный режим")
    chats = world.bot.desk.chats

    async def away() -> None:
        raise StorageUnavailable("lost")

    monkeypatch.setattr(chats, "_read", away)
    chats.look_again()
    await anna.send("/help")
    assert (anna.last.silent, anna.last.edited) == (True, True)
    await anna.send("купи молока")
    assert texts(anna) == [GREETING]


async def test_messages_vanish_on_both_sides_after_the_chosen_time(world: World) -> None:
    anna, ben = world.person(), world.person("Ben")
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("3 ч")
    assert "3 ч" in anna.last.text
    before = texts(anna)
    await anna.send("/crossing lars")
    await ben.send("/help")
    bens = texts(ben)
    await world.clock.leap(2.5 * HOUR)
    await vanish(world.bot.application.bot, world.bot.desk.trail)
    assert len(texts(anna)) == len(before) + 2
    await world.clock.leap(0.5 * HOUR)
    assert await vanish(world.bot.application.bot, world.bot.desk.trail) == 3
    assert texts(anna) == ["/safety"], (
        "also the one in which it was chosen, and whatever is shown there later"
    )
    assert texts(ben) == bens


async def test_messages_vanish_also_after_a_turn_of_epochs(world: World) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("47 ч")
    await anna.send("/help")
    for _ in range(2):
        await world.clock.leap(23.5 * HOUR)
        await turn_epoch(world)
    await vanish(world.bot.application.bot, world.bot.desk.trail)
    assert texts(anna) == ["/safety"]
    await anna.send("/mydata")
    assert "Сообщения исчезают: 47 ч" in anna.last.text


async def test_in_discreet_mode_a_notification_tells_nothing(world: World) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("Включить незаметный режим")
    assert anna.toast == "Сохранено."
    await anna.send("/crossing lars")
    veiled = anna.last
    assert (veiled.silent, veiled.edited) == (True, True)  # what was sent, and so notified, was only "…"
    assert "Верхний Ларс" in veiled.text
    assert veiled.labels
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("Выключить незаметный режим")
    await anna.send("/crossing lars")
    plain = anna.last
    assert (plain.silent, plain.edited) == (False, False)


async def test_people_see_what_we_hold_and_erase_it(world: World) -> None:
    anna = world.person()
    await anna.send("/mydata")
    assert "нет ничего" in anna.last.text
    await talk(anna)
    await anna.send("/language")
    await anna.tap("English")
    await anna.send("/mydata")
    assert "Your choices, encrypted" in anna.last.text
    assert "Language: English" in anna.last.text
    assert "reports: 1" in anna.last.text
    assert "entries: 4" in anna.last.text
    assert anna.last.protected
    await world.clock.leap(0.5 * HOUR)
    await anna.tap("Erase")
    assert "Erased" in anna.last.text or "Стёрто" in anna.last.text
    assert await held(world, anna) == {}
    await anna.send("/mydata")
    assert "нет ничего" in anna.last.text
    await anna.send("/mydata")
    assert "Номера сообщений этого чата" in anna.last.text


async def test_every_table_with_an_owner_has_words_for_mydata(content: Content) -> None:
    for column in holdings.owned():
        for words in content.texts.values():
            assert words(f"mydata-{column.table.name}", count=1)


async def test_whoever_blocks_us_is_forgotten(world: World) -> None:
    anna = world.person()
    await talk(anna)
    assert await held(world, anna)
    await anna.block()
    assert await held(world, anna) == {}


@pytest.mark.parametrize("command", ["/wipe", "/mydata"])
async def test_in_a_group_nothing_of_this_is_shown(world: World, command: str) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.send(f"{command}@provodnik_local_bot", to=group)
    assert "в личном чате" in anna.seen(group)[-1].text
    assert await held(world, anna) == {}
