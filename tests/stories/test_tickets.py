"""Queue tickets: from "I am in the queue" to "through", and what they bring about by themselves."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.crossings.report import Kind, Mode, Statement
from bot.crossings.ticket import Ticket
from bot.privacy import holdings
from bot.privacy.carry import carry
from bot.release import Content
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.storage.tables import measured, reports, tickets
from bot.telegram.desk import Reception
from bot.telegram.handlers import wipe
from bot.telegram.removal import vanish
from bot.telegram.ticket_updates import TicketUpdates
from bot.telegram.tickets import Tickets
from bot.telegram.turn import Turn
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person, Seen
from tests.stories.test_token_theft import serving
from tests.stories.test_wipe import GREETING, held

MINUTE, HOUR = 60.0, 3600.0


class Updates:
    """What the background does with tickets, when a test says so."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.alarmed = False
        self._updates = TicketUpdates(world.bot.reception, world.bot.application.bot, lambda: self.alarmed)

    async def after(self, seconds: float) -> None:
        """Let time pass, then look once."""
        await self.world.clock.leap(seconds)
        await self._updates.look()


@pytest.fixture
def updates(world: World) -> Updates:
    return Updates(world)


async def tell(world: World, *waits: int, kind: Kind = Kind.CROSSED, ago: float = 0) -> None:
    """Let as many people as there are waits (minutes) report them at Verkhny Lars, by car."""
    for wait in waits:
        person = world.simulator.model.add_person("Somebody", "ru").id
        statement = Statement("verkhny-lars", Mode.CAR, kind, wait_minutes=wait)
        desk = world.bot.desk
        at = world.clock.now() - timedelta(seconds=ago)
        reporter = desk.pseudonyms.reporter("verkhny-lars", person)
        await desk.reports.add(statement, reporter, person, at)


async def take(
    person: Person, since: str = "Только встал", where: str = "Пропустить", may: str = "Да, можно"
) -> Seen:
    """Take out a ticket at Verkhny Lars; return the live message."""
    await person.send("/crossing lars")
    await person.tap("Я в очереди")
    await person.tap(since)
    await person.tap(where)
    await person.tap(may)
    return person.last


async def rows(world: World, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    async with world.bot.engine.connect() as connection:
        return list((await connection.execute(sa.select(table))).all())


async def ticket_of(world: World, person: Person) -> Ticket:
    held = await world.bot.desk.tickets.of(person.id)
    assert held is not None
    return held.ticket


async def test_from_the_card_to_a_live_message_in_a_few_taps(world: World) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    live = await take(anna)
    assert "Верхний Ларс" in live.text
    assert "Встали в очередь: 15:00" in live.text  # 12:00 UTC
    assert "На той стороне:" in live.text
    assert "5 человек" in live.text
    assert "Время местное" in live.text
    assert live.labels == ["✅ Я на той стороне", "📍 Продвинулись", "✖️ Закончить"]
    assert len(await rows(world, reports)) == 5, "a ticket reports nothing"
    assert len(await rows(world, tickets)) == 1


async def test_who_joined_earlier_is_told_what_is_left(world: World) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    live = await take(anna, since="4 ч")
    assert "Встали в очередь: 11:00, стоите уже 4 ч" in live.text
    assert "вероятнее всего 17:00" in live.text


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ((), "Свежих отчётов нет. Когда пройдёте, мы не знаем."),
        ((360,), "Отчёт пока один"),
        ((20, 25, 30, 600, 620, 640), "Отчёты расходятся"),
    ],
)
async def test_no_number_is_told_where_there_is_none(world: World, waits: tuple[int, ...], told: str) -> None:
    await tell(world, *waits)
    live = await take(world.person())
    assert told in live.text
    assert "На той стороне:" not in live.text


async def test_the_live_message_follows_the_news_in_place(world: World, updates: Updates) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    live = await take(anna)
    shown, messages = live.text, len(anna.messages)
    await updates.after(6 * MINUTE)
    assert live.text == shown, "nothing new, no edit"
    await tell(world, 600, 620, 640, 610, 630)
    await updates.after(MINUTE)
    assert live.text == shown, "every few minutes only"
    await updates.after(5 * MINUTE)
    assert live.text != shown
    assert "10 человек" in live.text
    assert len(anna.messages) == messages


async def test_moving_up_shows_the_pace(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing lars")
    await anna.tap("Я в очереди")
    await anna.tap("2 ч")
    await anna.tap("Сколько машин впереди")
    await anna.reply(anna.last, "много")
    assert "Не понял число" in anna.last.text
    await anna.reply(anna.last, "200")
    await anna.tap("Нет, не спрашивайте")
    live = anna.last
    assert "Впереди: 200 машин" in live.text
    await world.clock.leap(2 * HOUR)
    await anna.tap("Продвинулись")
    await anna.tap("Сколько машин впереди")
    await anna.reply(anna.last, "100 машин")
    assert "Впереди: 100 машин" in anna.last.text
    assert "По тому, как движетесь вы:" in anna.last.text
    assert live.id not in anna.chat.messages, "there is one live message"
    assert (await ticket_of(world, anna)).message == anna.last.id
    assert await rows(world, reports) == []


async def test_a_landmark_is_a_place_too(world: World) -> None:
    anna = world.person()
    live = await take(anna, where="Нижний Ларс")
    assert "Вы у места «Нижний Ларс»" in live.text
    await anna.tap("Продвинулись")
    await anna.tap("Ермоловский камень")
    assert "Ермоловский камень" in live.text
    assert anna.toast == "Отмечено."


async def test_through_is_a_report_with_the_measured_wait_and_ends_the_ticket(world: World) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    live = await take(anna)
    await world.clock.leap(6 * HOUR + 7 * MINUTE)
    await anna.tap("Я на той стороне")
    await anna.tap("30 мин назад")
    assert "Хорошей дороги" in live.text
    assert "5 ч 35 мин" in live.text
    assert "Сначала мы говорили" in live.text
    assert await rows(world, tickets) == []
    crossed = [row for row in await rows(world, reports) if row.wait_minutes == 335]
    assert [(row.kind, row.mode) for row in crossed] == [("crossed", "car")]
    (row,) = await rows(world, measured)
    assert (row.crossing, row.mode, row.wait_minutes, row.day_minute % 1440) == (
        "verkhny-lars",
        "car",
        335,
        0,
    )
    assert row.low < row.middle < row.high
    await anna.tap("Убрать")
    assert "убран" in anna.last.text
    assert await rows(world, measured) == [], "who takes the report back takes that back too"
    assert len(await rows(world, reports)) == 5


async def test_where_nothing_was_said_nothing_is_measured(world: World) -> None:
    anna = world.person()
    await take(anna)
    await world.clock.leap(2 * HOUR)
    await anna.tap("Я на той стороне")
    await anna.tap("Да, только что")
    assert "2 ч" in anna.last.text
    assert await rows(world, measured) == []
    assert len(await rows(world, reports)) == 1


async def test_the_same_tap_twice_is_one_report_and_one_measure(world: World) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    await take(anna)
    await world.clock.leap(6 * HOUR)
    await anna.tap("Я на той стороне")
    tap = {
        "id": "1",
        "from": {"id": anna.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"},
        "chat_instance": "1",
        "data": anna.last.button("Да, только что")["callback_data"],
        "message": {
            "message_id": anna.last.id,
            "date": 1790000000,
            "chat": {"id": anna.id, "type": "private", "first_name": "Anna"},
            "text": "?",
        },
    }
    for _ in range(2):
        await world.bot.handle({"update_id": 77, "callback_query": tap})
    assert len(await rows(world, reports)) == 6
    assert len(await rows(world, measured)) == 1


async def test_one_ticket_at_a_time_a_second_after_a_question(world: World) -> None:
    anna = world.person()
    first = await take(anna)
    await anna.start("petukhovo")
    await anna.tap("Я в очереди")
    assert "У вас уже есть талон" in anna.last.text
    await anna.tap("взять новый")
    assert first.id not in anna.chat.messages
    assert await rows(world, tickets) == []
    await anna.tap("1 ч")
    await anna.tap("Пропустить")
    await anna.tap("Нет, не спрашивайте")
    assert "Петухово" in anna.last.text
    assert len(await rows(world, tickets)) == 1


async def test_the_card_leads_back_to_the_live_message(world: World) -> None:
    anna = world.person()
    live = await take(anna)
    await anna.send("/crossing lars")
    await anna.tap("Я в очереди")
    assert "Встали в очередь: 15:00" in anna.last.text
    assert live.id not in anna.chat.messages
    assert (await ticket_of(world, anna)).message == anna.last.id


async def test_a_question_in_the_live_message_gives_way_after_a_while(world: World, updates: Updates) -> None:
    anna = world.person()
    live = await take(anna)
    await anna.tap("Я на той стороне")
    assert "Когда вы прошли?" in live.text
    await updates.after(6 * MINUTE)
    assert "Встали в очередь:" in live.text


async def test_past_the_arrival_it_is_asked_once_and_still_waiting_is_a_report(
    world: World, updates: Updates
) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    live = await take(anna)
    messages = len(anna.messages)
    for _ in range(9):
        await updates.after(HOUR)
    assert "Вы уже на той стороне?" in live.text
    assert len(anna.messages) == messages + 1
    asked = anna.messages[-1]
    assert "Вы уже на той стороне?" in asked.text
    assert asked.silent
    await anna.tap("Ещё стою", asked)
    assert "стоите уже 9 ч" in asked.text
    (row,) = [row for row in await rows(world, reports) if row.kind == "waiting"]
    assert row.wait_minutes == 540
    assert asked.labels[1].startswith("↩️ Убрать")
    await updates.after(6 * MINUTE)
    assert "Вы уже на той стороне?" not in live.text
    for _ in range(4):
        await updates.after(HOUR)
    assert "Вы уже на той стороне?" not in live.text
    assert len(anna.messages) == messages + 1, "asked once"


async def test_the_live_message_takes_the_answer_too(world: World, updates: Updates) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    live = await take(anna)
    await updates.after(9 * HOUR)
    asked = anna.messages[-1]
    await anna.tap("Ещё стою", live)
    assert "Вы уже на той стороне?" not in live.text
    assert "Встали в очередь:" in live.text
    done = anna.messages[-1]
    assert "стоите уже 9 ч" in done.text
    assert asked.id not in anna.chat.messages
    await anna.tap("Убрать", done)
    assert len(await rows(world, reports)) == 5


async def test_an_answer_to_the_question_takes_the_live_message_away(world: World, updates: Updates) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    live = await take(anna)
    await updates.after(9 * HOUR)
    asked = anna.messages[-1]
    await anna.tap("Да, только что", asked)
    assert "Хорошей дороги" in asked.text
    assert live.id not in anna.chat.messages
    assert len(await rows(world, measured)) == 1


async def test_a_ticket_ends_by_itself(world: World, updates: Updates) -> None:
    anna = world.person()
    live = await take(anna)
    await updates.after(23 * HOUR)
    assert await rows(world, tickets)
    await updates.after(2 * HOUR)
    assert await rows(world, tickets) == []
    assert "Время талона вышло" in live.text
    await anna.tap("Сообщить", live)
    assert "Что сообщить?" in live.text


async def test_it_survives_a_restart_and_the_turn_of_epochs(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    async with running(simulator, clock, tmp_path, content) as world:
        anna = world.person()
        live = await take(anna, since="24 ч")
        for _ in range(2):
            await clock.leap(13 * HOUR)
            assert world.bot.desk.epochs.turn() or True
            await carry(world.bot.writer, world.bot.desk.epochs)
            world.bot.desk.tickets.look_again()
            await anna.tap("Продвинулись")
            await anna.tap("Нижний Ларс")
    async with running(simulator, clock, tmp_path, content) as world:
        updates = Updates(world)
        await tell(world, 3000, 3100, 2900, 3050)
        await updates.after(6 * MINUTE)
        assert "На той стороне" in live.text
        assert len(await rows(world, tickets)) == 1
        await anna.tap("Закончить")
        assert "Талон закончен" in anna.last.text
        assert await rows(world, tickets) == []


async def holders(world: World, count: int, may: str = "Да, можно") -> list[Person]:
    people = world.people(count)
    for person in people:
        await take(person, may=may)
    return people


def asked(people: list[Person], words: str = "Как у вас?") -> int:
    return sum(words in seen.text for person in people for seen in person.messages)


async def test_up_to_three_are_asked_where_reports_disagree_each_once_in_three_hours(
    world: World, updates: Updates
) -> None:
    disagreeing = (20, 25, 30, 600, 620, 640)
    people = await holders(world, 5)
    refusing = await holders(world, 1, may="Нет, не спрашивайте")
    await tell(world, *disagreeing)
    await updates.after(10 * MINUTE)
    assert asked(people) == 0, "they told us where they stand just now"
    await world.clock.leap(HOUR)
    await tell(world, *disagreeing)
    await updates.after(0)
    assert asked(people) == 3
    assert asked(people, "отчёты расходятся") == 3
    await updates.after(30 * MINUTE)
    assert asked(people) == 3
    for _ in range(2):
        await world.clock.leap(40 * MINUTE)
        await tell(world, *disagreeing)
        await updates.after(0)
        assert asked(people) == 5
    assert asked(refusing) == 0


async def test_silence_is_broken_by_one_tap(world: World, updates: Updates) -> None:
    (anna,) = await holders(world, 1)
    await updates.after(70 * MINUTE)
    question = anna.messages[-1]
    assert "давно нет отчётов" in question.text
    assert question.silent
    await anna.tap("Закрыто", question)
    assert [row.event for row in await rows(world, reports)] == ["closed"]
    assert "записано" in question.text
    await anna.tap("Убрать", question)
    assert await rows(world, reports) == []


async def test_of_two_replicas_one_asks(world: World, updates: Updates) -> None:
    (anna,) = await holders(world, 1)
    desk = world.bot.desk
    beside = replace(desk, tickets=Tickets(world.bot.writer, desk.epochs, world.clock))
    await beside.tickets.all()
    other = TicketUpdates(Reception(beside), world.bot.application.bot, lambda: False)
    await updates.after(70 * MINUTE)
    await other.look()
    assert asked([anna]) == 1


async def test_the_background_follows_the_news_until_the_token_may_be_stolen(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.serving.read_content", lambda: content)
    anna = Person(simulator, "Anna")

    async def report(wait: str) -> None:
        for number in range(4):
            person = Person(simulator, f"Somebody {number}")
            await person.send("/report lars")
            await person.tap("Проехали")
            await person.tap(wait)

    async with serving(simulator, clock, tmp_path) as bot, asyncio.TaskGroup() as group:
        passing = group.create_task(pass_time(clock))  # the limits of Telegram hold here
        live = await take(anna)
        await report("3–6 ч")
        await bot.until(lambda: "На той стороне:" in live.text, step=5)
        await bot.steal("setWebhook", url="http://127.0.0.1:9/of-a-thief")
        await bot.alarm()
        shown = live.text
        await report("12–24 ч")
        until = clock.monotonic() + 10 * MINUTE
        await bot.until(lambda: clock.monotonic() > until, step=1)
        assert live.text == shown
        passing.cancel()


async def pass_time(clock: ManualClock) -> None:
    while True:
        await clock.advance(1)
        await asyncio.sleep(0.01)


async def test_nothing_is_sent_while_the_token_may_be_stolen(world: World, updates: Updates) -> None:
    (anna,) = await holders(world, 1)
    live, shown = anna.last, anna.last.text
    updates.alarmed = True
    await updates.after(30 * HOUR)
    assert live.text == shown
    assert len(await rows(world, tickets)) == 1
    updates.alarmed = False
    await updates.after(0)
    assert await rows(world, tickets) == []


async def test_who_blocks_the_bot_has_no_ticket_any_more(world: World, updates: Updates) -> None:
    anna = world.person()
    await take(anna)
    world.simulator.model.faults.add(Fault("editmessagetext", 403, "Forbidden: bot was blocked by the user"))
    await tell(world, 340, 360, 380, 350, 370)
    await updates.after(6 * MINUTE)
    assert await rows(world, tickets) == []


async def test_a_deleted_live_message_comes_back_once(world: World, updates: Updates) -> None:
    anna = world.person()
    await take(anna)
    for waits, left in (((340, 360, 380, 350), 1), ((900, 910, 920, 930, 940, 950, 960), 0)):
        message = (await ticket_of(world, anna)).message
        await world.bot.application.bot.delete_message(anna.id, message)
        await tell(world, *waits)
        await updates.after(6 * MINUTE)
        assert len(await rows(world, tickets)) == left
        if left:
            assert "На той стороне:" in anna.last.text
            assert anna.last.silent


async def test_a_vanishing_message_is_not_sent_anew(world: World, updates: Updates) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("1 ч")
    live = await take(anna)
    await world.clock.leap(2 * HOUR)
    await vanish(world.bot.application.bot, world.bot.desk.trail)
    assert live.id not in anna.chat.messages
    await tell(world, 340, 360, 380, 350)
    messages = len(anna.messages)
    await updates.after(6 * MINUTE)
    assert len(anna.messages) == messages
    assert (await ticket_of(world, anna)).message == 0
    await anna.send("/crossing lars")
    await anna.tap("Я в очереди")
    assert "На той стороне:" in anna.last.text


async def test_in_the_discreet_mode_no_notification_tells_what_it_is_about(
    world: World, updates: Updates
) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("незаметный режим")
    await take(anna)
    world.simulator.model.faults.add(Fault("editmessagetext", 502, times=2))  # its words do not arrive
    await updates.after(70 * MINUTE)
    question = anna.messages[-1]
    assert (question.text, question.labels, question.silent) == ("…", [], True)
    await updates.after(4 * HOUR)
    question = anna.messages[-1]
    assert "Как у вас?" in question.text
    assert (question.edited, question.silent) == (True, True)


async def held_by(world: World, person: Person) -> dict[str, int]:
    names = [key.chat for key in world.bot.desk.epochs.known(person.id)]
    return dict(await holdings.count(world.bot.writer, names))


async def test_mydata_counts_it_and_wiping_removes_it_with_its_messages(
    world: World, updates: Updates
) -> None:
    anna, ben = world.people(2)
    for person in (anna, ben):
        await take(person)
    await updates.after(70 * MINUTE)  # a question stands there too
    await anna.send("/mydata")
    assert "Талон очереди" in anna.last.text
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert [message.body.text for message in anna.chat.messages.values()] == ["Здравствуйте! Начать: /start"]
    assert await held_by(world, anna) == {}
    assert (await held_by(world, ben))["tickets"] == 1
    assert await world.bot.desk.tickets.of(anna.id) is None
    assert len(await world.bot.desk.tickets.all()) == 1, "nor is it in memory"
    await updates.after(10 * MINUTE)
    assert len(anna.messages) == 1


async def test_a_live_message_too_old_to_be_removed_is_left_without_words(world: World) -> None:
    anna = world.person()
    live = await take(anna)
    await world.clock.leap(50 * HOUR)
    world.simulator.model.faults.add(Fault("deletemessage", 400, "Bad Request: message can't be deleted"))
    await world.bot.desk.trail.forget(await world.bot.desk.trail.of(anna.id))
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert live.text == "…"
    assert live.labels == []
    assert await held_by(world, anna) == {}


async def test_nobody_uses_the_ticket_of_another(world: World) -> None:
    anna, eve = world.person("Anna"), world.person("Eve")
    live = await take(anna)
    await take(eve)
    for label in ("Закончить", "Я на той стороне"):
        data = str(live.button(label)["callback_data"])
        await eve.start(data.replace(":", "_"))
        assert "Этого талона больше нет" in eve.last.text
    assert len(await rows(world, tickets)) == 2


async def test_a_link_shows_and_never_does(world: World) -> None:
    anna = world.person()
    live = await take(anna)
    data = str(live.button("Закончить")["callback_data"])
    await anna.start(data.replace(":", "_"))
    assert "Встали в очередь:" in anna.last.text
    assert len(await rows(world, tickets)) == 1
    ben = world.person("Ben")
    quarter = int(world.clock.now().timestamp()) // 900
    await ben.start(f"1G_verkhny-lars_c_{quarter}_1_1")
    assert "Сколько вы уже стоите?" in ben.last.text
    assert len(await rows(world, tickets)) == 1


@pytest.mark.parametrize("forged", ["1G_verkhny-lars_p_0_0_0", "1G_nowhere_c_0_0_0"])
async def test_no_ticket_where_nobody_queues(world: World, forged: str) -> None:
    anna = world.person()
    await anna.start(forged)
    assert "меню устарело" in anna.last.text


async def test_in_english(world: World) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    ben = world.person("Ben", language="en")
    await ben.send("/crossing lars")
    await ben.tap("I am in the queue")
    await ben.tap("2 h")
    await ben.tap("Skip")
    await ben.tap("No, do not ask")
    assert "On the other side:" in ben.last.text
    assert "5 people" in ben.last.text


async def test_a_live_message_that_is_renewed_in_the_middle_of_a_wipe_is_taken_back(
    world: World, updates: Updates, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(world, 340, 360, 380, 350, 370)
    anna = world.person()
    await take(anna)
    forget = wipe.forget

    async def late(turn: Turn) -> bool:
        await tell(world, 30, 40, 50, 30, 40, 50)
        await updates.after(6 * 60)  # the messages are gone, the ticket is not
        return await forget(turn)

    monkeypatch.setattr(wipe, "forget", late)
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё", wait=False)
    await anna.settled()
    assert [message.body.text for message in anna.chat.messages.values()] == [GREETING]
    assert await held(world, anna) == {}
