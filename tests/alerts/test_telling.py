"""Who is told, in which order, and what becomes of the rest; on both engines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.alerts.news import Correction, News, Why
from bot.alerts.outbox import IDS, Entry, Progress
from bot.alerts.sender import Answer, Unreachable
from bot.alerts.subscription import Quiet
from bot.alerts.topics import Rule
from bot.crossings.report import Mode
from bot.privacy.carry import carry
from bot.storage.tables import subscriptions
from bot.storage.writer import Writer
from tests.alerts.border import NOON
from tests.alerts.office import CLOSED, PLACE, REOPENED, SILENT, Office, office
from tests.clock import settle


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop turn until something holds."""
    while not holds():  # noqa: ASYNC110 - it has no event, and costs nothing
        await asyncio.sleep(0)


async def until_told(desk: Office, count: int, task: asyncio.Task[bool]) -> None:
    """Let so many be told, or all."""
    await until(lambda: len(desk.post.order) >= count or task.done())


@pytest.fixture
async def desk(writer: Writer, tmp_path: Path) -> AsyncIterator[Office]:
    async with office(writer, tmp_path) as made:
        yield made


async def test_everybody_is_told_once_and_the_order_rotates(desk: Office) -> None:
    rows = {chat: await desk.subscribe(chat) for chat in range(1, 601)}
    orders = []
    for _ in range(2):
        entry = await desk.put(desk.news())
        await desk.tell()
        assert set(desk.post.got.values()) == {1}
        places = [entry.place(rows[chat]) for chat in desk.post.order]
        assert max(abs(place - sorted(places)[number]) for number, place in enumerate(places)) < IDS / 20
        orders.append(desk.post.order[:])
        assert len(orders[-1]) == 600
        desk.post.got.clear()
        desk.post.order.clear()
        await desk.clock.advance(3600)
    assert orders[0][:5] != orders[1][:5]
    assert [(event.ended, event.sent, event.dropped) for event in await desk.events()] == [
        ("sent", 600, 0)
    ] * 2
    assert desk.post.most <= desk.window


@pytest.mark.parametrize("start", [0, 5, 10, IDS - 1])
async def test_a_telling_goes_round(desk: Office, start: int) -> None:
    ids = [0, 3, 5, 9, 10, IDS - 1]
    for chat, id in enumerate(ids, 1):
        await desk.subscribe(chat, row=id)
    entry = replace(await desk.put(desk.news()), start=start)
    found, after = [], None
    while page := await desk.outbox.page(entry, after, 2):
        found += [row.id for row in page]
        after = page[-1].id
    assert found == sorted(ids, key=lambda id: (id - start) % IDS)


async def test_who_has_several_matching_rules_is_told_once(desk: Office) -> None:
    await desk.subscribe(1)
    await desk.put(desk.news(CLOSED, SILENT))
    await desk.tell()
    assert list(desk.post.got.values()) == [1]


async def test_a_crash_repeats_no_more_than_was_in_flight(desk: Office) -> None:
    for chat in range(1, 301):
        await desk.subscribe(chat)
    await desk.put(desk.news())
    kills = lives = 0
    while await desk.outbox.open():
        lives += 1  # one may end at once, as what the last one wrote was committed after it had looked
        task = asyncio.get_running_loop().create_task(desk.sender.tell_most_urgent())
        await until_told(desk, len(desk.post.order) + 40, task)
        desk.post.gate.clear()
        if not task.done():
            kills += 1
            before = len(desk.post.order)
            for _ in range(3):  # a killed process does not put anything in order
                task.cancel()
                await asyncio.sleep(0)
            assert len(desk.post.order) - before <= desk.window
        await asyncio.wait({task})
        desk.post.gate.set()
        desk.hire()
    assert kills >= 3
    assert len(desk.post.got) == 300
    assert sum(desk.post.got.values()) - 300 <= desk.window * lives


async def test_a_stop_finishes_what_is_on_its_way_and_repeats_nothing(desk: Office) -> None:
    for chat in range(1, 301):
        await desk.subscribe(chat)
    await desk.put(desk.news())
    stops = 0
    while await desk.outbox.open():
        task = asyncio.get_running_loop().create_task(desk.sender.tell_most_urgent())
        await until_told(desk, len(desk.post.order) + 40, task)
        stops += not task.done()
        task.cancel()
        await asyncio.wait({task})
        desk.hire()
    assert stops >= 3
    assert len(desk.post.got) == 300
    assert set(desk.post.got.values()) == {1}


async def test_the_most_urgent_goes_first_and_overtakes(desk: Office) -> None:
    for chat in range(1, 201):
        await desk.subscribe(chat)
    slow, urgent = desk.news(SILENT, ago=60), desk.news(CLOSED)
    await desk.put(slow)
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        await until(lambda: len(desk.post.order) >= 50)
        desk.post.gate.clear()  # some wait for their turn
        await settle(50)
        waiting = len(desk.post.order)
        await desk.put(urgent)
        await settle(50)
        desk.post.gate.set()
        await telling
    assert set(desk.post.got.values()) == {1}
    assert len(desk.post.got) == 400
    assert waiting <= 50 + desk.window
    # As soon as it is read, which takes a database some time, only who is on the way is told before.
    first = desk.post.told.index(urgent.made_at)
    assert first <= waiting + 4 * desk.window
    assert set(desk.post.told[first + desk.window : first + 200]) == {urgent.made_at}
    assert {event.ended for event in await desk.events()} == {"sent"}


async def test_one_that_is_told_anew_is_not_told_further(desk: Office) -> None:
    for chat in range(1, 101):
        await desk.subscribe(chat)
    old = desk.news(CLOSED, ago=60)
    await desk.put(old)
    new = desk.news(REOPENED)
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        await until(lambda: len(desk.post.order) >= 30)
        await desk.put(new)
        await telling
    told_old = sum(count for (_, what), count in desk.post.got.items() if what == old.made_at)
    first, second = await desk.events()
    assert 30 <= told_old < 100
    assert (first.ended, first.sent, first.sent + first.dropped) == ("coalesced", told_old, 100)
    assert (second.ended, second.sent) == ("sent", 100)


async def test_a_correction_goes_to_those_told_and_ends_what_it_corrects(desk: Office) -> None:
    for chat in range(1, 101):
        await desk.subscribe(chat)
    old = desk.news(CLOSED, ago=60)
    await desk.put(old)
    correction = replace(desk.news(CLOSED), corrects=Correction(old.made_at, Why.WITHDRAWN))
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        await until(lambda: len(desk.post.order) >= 30)
        await desk.put(correction)
        await telling
    told = {chat for chat, what in desk.post.got if what == old.made_at}
    corrected = {chat for chat, what in desk.post.got if what == correction.made_at}
    assert corrected == told
    assert 30 <= len(told) < 100
    first, second = await desk.events()
    assert (first.ended, second.ended) == ("withdrawn", "sent")
    assert set(desk.post.got.values()) == {1}


async def test_a_correction_of_what_was_told_to_nobody_is_told_to_nobody(desk: Office) -> None:
    await desk.subscribe(1)
    old = desk.news(CLOSED, ago=60)
    await desk.put(old)
    await desk.put(replace(desk.news(CLOSED), corrects=Correction(old.made_at, Why.WITHDRAWN)))
    await desk.tell()
    assert not desk.post.got
    assert [event.ended for event in await desk.events()] == ["withdrawn", "sent"]


async def test_what_is_of_no_more_use_is_dropped_and_counted(desk: Office) -> None:
    for chat in range(1, 51):
        await desk.subscribe(chat)
    await desk.put(desk.news(CLOSED))
    await desk.clock.advance(timedelta(hours=6).total_seconds())
    await desk.tell()
    assert not desk.post.got
    (event,) = await desk.events()
    assert (event.ended, event.sent, event.dropped) == ("expired", 0, 50)


async def test_what_was_still_being_told_at_an_instant_is_found_with_what_came_after(desk: Office) -> None:
    await desk.subscribe(1)
    await desk.put(desk.news(CLOSED))
    await desk.tell()
    await desk.clock.advance(600)
    late = desk.news(SILENT)
    await desk.put(late)
    await desk.clock.advance(600)
    instant = desk.clock.now()
    assert await desk.outbox.since(PLACE, instant, 9) == [late], "nobody has been told yet"
    await desk.clock.advance(600)
    after = desk.news(REOPENED)
    await desk.put(after)
    await desk.tell()
    assert await desk.outbox.since(PLACE, instant, 9) == [late, after]
    assert await desk.outbox.since(PLACE, desk.clock.now() + timedelta(minutes=1), 9) == []


async def test_nobody_is_told_who_unsubscribed_while_it_waited_for_its_turn(desk: Office) -> None:
    rows = {chat: await desk.subscribe(chat) for chat in range(1, 9)}
    desk.post.gate.clear()
    await desk.put(desk.news())
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        await settle(100)
        await desk.unsubscribe(rows[3])
        desk.post.gate.set()
        await telling
    assert {chat for chat, _ in desk.post.got} == set(rows) - {3}
    assert desk.counts.dropped["erased"] == 1


async def test_who_changed_what_they_want_meanwhile_gets_what_they_want_now(desk: Office) -> None:
    row = await desk.subscribe(1)
    desk.post.gate.clear()
    await desk.put(desk.news(CLOSED))
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        await settle(100)
        await desk.unsubscribe(row)
        await desk.subscribe(1, desk.subscription([Rule(Mode.CAR, SILENT)]), row=row)
        desk.post.gate.set()
        await telling
    assert not desk.post.got


async def test_a_row_that_was_carried_into_the_next_epoch_meanwhile_is_told(desk: Office) -> None:
    await desk.subscribe(1)
    desk.post.gate.clear()
    await desk.put(desk.news(CLOSED))
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        await settle(100)
        desk.epochs.turn_now()
        await carry(desk.writer, desk.epochs)
        desk.post.gate.set()
        await telling
    assert list(desk.post.got.values()) == [1]


async def test_a_chat_that_is_closed_to_us_loses_all_its_subscriptions_at_once(desk: Office) -> None:
    elsewhere = replace(desk.subscription(), crossing="petukhovo")
    await desk.subscribe(1)
    await desk.subscribe(1, elsewhere)
    await desk.subscribe(2)
    desk.post.answers[1] = Answer.GONE
    await desk.put(desk.news())
    await desk.tell()
    assert await desk.rows() == 1
    assert desk.counts.dropped["gone"] == 1
    (event,) = await desk.events()
    assert (event.ended, event.sent, event.dropped) == ("sent", 1, 1)


async def test_what_telegram_refuses_does_not_stand_before_the_rest(desk: Office) -> None:
    for chat in range(1, 51):
        await desk.subscribe(chat)
        if chat % 5 == 0:
            desk.post.answers[chat] = Answer.REFUSED
    await desk.put(desk.news())
    await desk.tell()
    assert sum(desk.post.got.values()) == 40
    assert desk.counts.dropped["refused"] == 10


async def test_one_chat_that_cannot_be_reached_is_given_up_and_a_network_that_is_down_is_waited_for(
    desk: Office,
) -> None:
    for chat in range(1, 51):
        await desk.subscribe(chat)
        desk.post.answers[chat] = Unreachable
    await desk.put(desk.news())
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        for _ in range(5):
            await desk.clock.advance(5)
            await asyncio.sleep(0.01)
        assert not telling.done()
        desk.post.answers = {7: Unreachable}
        while not telling.done():
            await desk.clock.advance(5)
            await asyncio.sleep(0.01)
    assert {chat for chat, _ in desk.post.got} == set(range(1, 51)) - {7}
    assert set(desk.post.got.values()) == {1}
    assert desk.counts.dropped["unreachable"] == 1


async def test_while_held_nothing_is_sent_and_nothing_is_lost(desk: Office) -> None:
    for chat in range(1, 51):
        await desk.subscribe(chat)
    await desk.put(desk.news())
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(desk.tell())
        await until(lambda: len(desk.post.order) >= 10)
        desk.held = True
        await telling
    held_at = len(desk.post.order)
    assert held_at < 50
    await desk.tell()
    assert len(desk.post.order) == held_at
    desk.held = False
    await desk.tell()
    assert len(desk.post.got) == 50


async def test_quiet_hours_hold_it_and_count_it(desk: Office) -> None:
    quiet = replace(desk.subscription(), quiet=Quiet(0, 23 * 60 + 45), zone="UTC")
    await desk.subscribe(1, quiet)
    await desk.subscribe(2)
    await desk.put(desk.news())
    await desk.tell()
    assert {chat for chat, _ in desk.post.got} == {2}
    assert desk.counts.dropped == {"held": 1}


async def test_a_telling_that_another_process_went_on_with_changes_nothing(desk: Office) -> None:
    for chat in range(1, 11):
        await desk.subscribe(chat)
    entry = await desk.put(desk.news())
    (first, *_) = await desk.outbox.page(entry, None, 1)
    assert await desk.outbox.advance(entry, Progress(None, first.id, 1, 0, desk.clock.now()))
    assert not await desk.outbox.advance(entry, Progress(None, first.id, 1, 0, desk.clock.now()))
    (event,) = await desk.events()
    assert (event.reached, event.sent) == (first.id, 1)


async def test_what_nobody_can_read_does_not_stand_in_the_way(desk: Office) -> None:
    for chat in range(1, 6):
        await desk.subscribe(chat)
    await desk.write(sa.update(subscriptions).values(sealed=b"x" * 220).where(subscriptions.c.id >= 0))
    await desk.subscribe(9)
    await desk.put(desk.news())
    await desk.tell()
    assert [chat for chat, _ in desk.post.got] == [9]


def test_an_entry_knows_its_place() -> None:

    entry = Entry(1, News(PLACE, Mode.CAR, NOON, (CLOSED,)), start=IDS - 1)
    assert [entry.place(row) for row in (IDS - 1, 0, IDS - 2)] == [0, 1, IDS - 1]
