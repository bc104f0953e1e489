"""A question without an answer: it goes to the editors with a yes, as it was shown, and with nothing else."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bot.guide.model import Language
from bot.privacy import abuse
from bot.privacy.contacts import CUT
from bot.privacy.inbox import LONGEST, ROOM
from bot.privacy.retention import purge
from bot.privacy.sealing import BESIDE
from bot.release import Content
from bot.simulator.people import Message
from bot.simulator.server import Simulator
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import audit, inbox
from bot.telegram.button_data import encode
from bot.telegram.buttons import DropQuestion, NoneOfThese, Questions, SendQuestion
from bot.telegram.screens.inbox import PAGE
from tests.clock import START, ManualClock
from tests.conftest import World, running
from tests.person import Person
from tests.stories.test_limits import tapped

QUESTION = "Можно ли вывезти черепаху в Армению?"
OFFER = "Похоже, вы об этом"
NONE = "Ничего из этого"


async def offered(world: World, person: Person, question: str = QUESTION) -> Message:
    """Let a person ask something that no answer is quite about, and see some that are offered."""
    asked = await person.send(question)
    keys = [[InlineKeyboardButton(NONE, callback_data=encode(NoneOfThese()))]]
    await world.bot.application.bot.send_message(
        person.id,
        OFFER,
        reply_parameters=ReplyParameters(asked.id),
        reply_markup=InlineKeyboardMarkup(keys),
    )
    return asked


async def sent(world: World, person: Person, question: str = QUESTION) -> None:
    await offered(world, person, question)
    await person.tap(NONE)
    await person.tap("Да, отправить")


async def rows(world: World) -> list[sa.Row[Any]]:
    async with world.bot.engine.connect() as connection:
        return list((await connection.execute(sa.select(inbox))).all())


async def texts(world: World) -> list[str]:
    questions, count = await world.bot.desk.inbox.page(0, 1000)
    assert len(questions) == count
    return sorted(question.text for question in questions)


async def test_with_a_yes_it_is_kept_as_it_was_shown_and_nothing_else_is(world: World) -> None:
    anna = world.person()
    await offered(world, anna)
    await anna.tap(NONE)
    assert QUESTION in anna.last.text
    assert "на 30 дней" in anna.last.text
    assert "/wipe этот вопрос не найдёт" in anna.last.text
    assert await rows(world) == [], "nothing before the yes"
    await anna.tap("Да, отправить")
    assert "отправлено" in anna.last.text
    (row,) = await rows(world)
    assert (row.day_minute, row.language) == (int(START.timestamp()) // 86_400 * 1440, "ru")
    assert len(row.sealed) == ROOM + BESIDE
    assert QUESTION.encode() not in row.sealed
    assert await texts(world) == [QUESTION]


@pytest.mark.parametrize("command", ["", "/ask "])
async def test_from_what_was_typed_to_what_editors_read(world: World, command: str) -> None:
    """The whole way, with the bot's own offers: they answer the question, so that it comes with each tap."""
    anna = world.person()
    question = "можно ли вывезти из россии кота и собаку"
    await anna.send(command + question)
    await anna.tap(NONE)
    await anna.tap("Да, отправить")
    assert await texts(world) == [question]


async def test_with_a_no_nothing_is_kept(world: World) -> None:
    anna = world.person()
    await offered(world, anna)
    await anna.tap(NONE)
    await anna.tap("Нет")
    assert await rows(world) == []


async def test_phones_names_and_links_are_cut_out_before_anything_is_shown_or_kept(world: World) -> None:
    anna = world.person()
    await sent(world, anna, "Пишите @anna_ivanova или +7 (900) 123-45-67, anna@mail.ru: пустят?")
    assert await texts(world) == [f"Пишите {CUT} или {CUT} , {CUT} пустят?"]


async def test_of_a_phone_alone_nothing_is_left_to_send(world: World) -> None:
    anna = world.person()
    await offered(world, anna, "+7 900 123-45-67")
    await anna.tap(NONE)
    assert "ничего не осталось" in anna.last.text
    await tapped_reply(world, anna, encode(SendQuestion(0)))
    assert await rows(world) == []


async def test_the_same_tap_twice_is_one_question(world: World) -> None:
    anna = world.person()
    asked = await offered(world, anna)
    await anna.tap(NONE)
    yes = anna.last.button("📮 Да, отправить")["callback_data"]
    for update in (900_000, 900_000, 900_001):
        await tapped_reply(world, anna, yes, asked, update)
        assert "отправлено" in anna.last.text
    assert await texts(world) == [QUESTION]


async def test_what_was_changed_after_it_was_shown_is_shown_again(world: World) -> None:
    anna = world.person()
    asked = await offered(world, anna)
    await anna.tap(NONE)
    shown = anna.last
    await anna.edit(asked, f"{QUESTION} Меня зовут Анна.")
    await anna.tap("Да, отправить", shown)
    assert await rows(world) == []
    assert "Меня зовут Анна" in shown.text
    await anna.tap("Да, отправить", shown)
    assert await texts(world) == [f"{QUESTION} Меня зовут Анна."]


async def test_a_question_that_was_removed_is_not_sent(world: World) -> None:
    anna = world.person()
    asked = await offered(world, anna)
    await anna.tap(NONE)
    world.simulator.model.delete(asked)
    await anna.tap("Да, отправить")
    assert "больше не вижу" in anna.last.text
    assert await rows(world) == []


@pytest.mark.parametrize("button", [NoneOfThese(), SendQuestion(0)])
async def test_a_link_or_a_forged_tap_sends_nothing(world: World, button: NoneOfThese | SendQuestion) -> None:
    anna, eve = world.people(2)
    asked = await offered(world, anna)
    await eve.start(encode(button).replace(":", "_"))
    assert "больше не вижу" in eve.last.text
    await tapped_reply(world, eve, encode(button), asked)  # somebody else's words
    assert "больше не вижу" in eve.last.text
    assert await rows(world) == []


async def test_a_long_question_fits_shortened_and_all_of_a_page_too(
    moderated: World, mary: Person, clock: ManualClock
) -> None:
    for number, person in enumerate(moderated.people(PAGE)):
        await sent(moderated, person, f"{number} {'🐢' * 5000}"[:4000])
    kept = await texts(moderated)
    assert {len(text) for text in kept} <= {1, LONGEST}
    await mary.send("/mod")
    await mary.tap("📮")
    assert f": {PAGE}." in mary.last.text


async def test_it_is_for_thirty_days(world: World) -> None:
    await sent(world, world.person())
    await world.clock.leap(29 * 86_400.0)
    await purge(world.bot.writer, world.clock)
    assert await texts(world) == [QUESTION]
    await world.clock.leap(86_400.0)
    await purge(world.bot.writer, world.clock)
    assert await rows(world) == []


async def test_a_full_disk_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> bool:
        raise StorageUnavailable("full")

    anna = world.person()
    await offered(world, anna)
    await anna.tap(NONE)
    with monkeypatch.context() as patched:
        patched.setattr("bot.privacy.inbox._keep", full)
        await anna.tap("Да, отправить")
    assert "Не сохранено" in anna.last.text
    assert await rows(world) == []
    await anna.tap("Да, отправить")
    assert await texts(world) == [QUESTION], "it was not counted against the limit, and can be sent again"


async def test_a_person_sends_so_many_a_day(world: World) -> None:
    anna, ben = world.people(2)
    for number in range(abuse.QUESTIONS.most):
        await sent(world, anna, f"{QUESTION} {number}")
    await sent(world, anna, f"{QUESTION} ещё")
    assert "Этот не сохранён" in anna.last.text
    await sent(world, ben, f"{QUESTION} от Бена")
    assert len(await rows(world)) == abuse.QUESTIONS.most + 1
    await world.clock.leap(86_400.0)
    await sent(world, anna, f"{QUESTION} ещё")
    assert len(await rows(world)) == abuse.QUESTIONS.most + 2


async def test_all_together_send_so_many_a_day(world: World) -> None:
    for number in range(abuse.ALL_QUESTIONS.most):
        assert await world.bot.desk.inbox.keep(f"{number}", Language.RU)
    anna = world.person()
    await sent(world, anna)
    assert "больше они не прочитают" in anna.last.text
    assert len(await rows(world)) == abuse.ALL_QUESTIONS.most


async def test_wipe_and_mydata_say_and_show_that_they_find_nothing(world: World) -> None:
    anna = world.person()
    await sent(world, anna)
    await anna.send("/mydata")
    assert "Вопросы, которые вы отправили редакторам, здесь не видны" in anna.last.text
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert await texts(world) == [QUESTION]
    await anna.send("/safety")
    assert "чей он, не записано" in anna.last.text


# --- moderators


@pytest.fixture
def mary(simulator: Simulator) -> Person:
    """A moderator."""
    return Person(simulator, "Мария")


@pytest.fixture
async def moderated(
    mary: Person, simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> AsyncIterator[World]:
    async with running(simulator, clock, tmp_path, content, moderators=[mary.id]) as world:
        yield world


async def test_moderators_read_them_newest_first_page_by_page_and_delete_one(
    moderated: World, mary: Person
) -> None:
    await mary.send("/mod")
    assert not [label for label in mary.last.labels if "📮" in label], "there are none"
    for number in range(PAGE + 1):
        await sent(moderated, moderated.person(), f"Вопрос {number}")
        await moderated.clock.leap(86_400.0)
    await mary.send("/mod")
    await mary.tap("📮")
    assert re.findall(r"Вопрос (\d)", mary.last.text) == ["5", "4", "3", "2", "1"]
    assert mary.last.labels[:PAGE] == [f"🗑 {number}" for number in range(1, PAGE + 1)]
    await mary.tap("Ещё")
    assert re.findall(r"Вопрос (\d)", mary.last.text) == ["0"]
    await mary.tap("🗑 6")
    assert mary.toast == "Удалено."
    assert len(await texts(moderated)) == PAGE
    assert re.findall(r"Вопрос (\d)", mary.last.text) == ["5", "4", "3", "2", "1"], "the page is gone"
    async with moderated.bot.engine.connect() as connection:
        (line,) = (await connection.execute(sa.select(audit.c.action, audit.c.subject))).all()
    assert tuple(line) == ("question deleted", "inbox")


@pytest.mark.parametrize("data", [encode(Questions(0)), encode(DropQuestion(1, 0))])
async def test_nobody_else_reads_or_deletes_them(moderated: World, data: str) -> None:
    eve = moderated.person("Eve")
    await sent(moderated, eve)
    (row,) = await rows(moderated)
    forged = data.replace(":1:", f":{row.id}:")
    await tapped(moderated, eve, 900_000, forged)
    assert "меню устарело" in eve.last.text
    await eve.start(forged.replace(":", "_"))
    assert QUESTION not in eve.last.text
    assert await texts(moderated) == [QUESTION]


async def test_a_link_deletes_nothing(moderated: World, mary: Person) -> None:
    await sent(moderated, moderated.person())
    (row,) = await rows(moderated)
    await mary.start(encode(DropQuestion(row.id, 0)).replace(":", "_"))
    assert QUESTION in mary.last.text
    assert await texts(moderated) == [QUESTION]


async def test_what_people_typed_is_shown_as_text(moderated: World, mary: Person) -> None:
    await sent(moderated, moderated.person(), "<b>жирно</b> & <i>")
    await mary.send("/mod")
    await mary.tap("📮")
    assert "<b>жирно</b> & <i>" in mary.last.text


async def tapped_reply(
    world: World, person: Person, data: str, asked: Message | None = None, update: int = 900_000
) -> None:
    """Let Telegram tell of a tap on a message that answers another, perhaps not for the first time."""
    where = {"message_id": person.last.id, "date": 1, "chat": person.chat.json()}
    if asked is not None:
        where["reply_to_message"] = asked.json(world.simulator.model.bot, reply=False)
    query = {"id": "1", "from": person.account.json(), "chat_instance": "1", "data": data, "message": where}
    await world.bot.handle({"update_id": update, "callback_query": query})
