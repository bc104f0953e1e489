"""Carrying: what must outlive its epoch does, and its old form is nobody's any more."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.guide.model import Language
from bot.privacy import carry as carrying
from bot.privacy.carry import Carried, carry, run_turning
from bot.privacy.epochs import Epochs
from bot.privacy.holdings import erase_sealed
from bot.privacy.trail import Trail
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import SEALED, trail
from bot.storage.writer import Writer
from bot.telegram.chats import NOTHING, Chats, Chosen
from tests.clock import ManualClock
from tests.privacy.holding import ANNA, BEN, opened, rows

DAY = 24 * 3600.0
ENGLISH = Chosen(Language.EN, vanish_hours=3)


@pytest.fixture
def epochs(tmp_path: Path, clock: ManualClock) -> Epochs:
    return opened(tmp_path, clock)


@pytest.fixture
def chosen(database: AsyncEngine, writer: Writer, epochs: Epochs, clock: ManualClock) -> Chats:
    return Chats(database, writer, epochs, clock)


@pytest.fixture
def noted(writer: Writer, epochs: Epochs, clock: ManualClock) -> Trail:
    return Trail(writer, epochs, clock)


async def fill(chosen: Chats, noted: Trail, people: int = 3) -> None:
    for person in range(people):
        await chosen.choose(person, ENGLISH)
        await noted.note(person, [1, 2, person + 10], 24)


async def whole(chosen: Chats, noted: Trail, people: int = 3) -> bool:
    chosen.look_again()
    return [await chosen.of(person) for person in range(people)] == [ENGLISH] * people and [
        [left.messages for left in await noted.of(person)] for person in range(people)
    ] == [[(1, 2, person + 10)] for person in range(people)]


def readable(epochs: Epochs, row: sa.Row[Any]) -> bool:
    return epochs.key(row.epoch, row.chat) is not None


async def test_what_is_carried_lives_on_and_its_old_form_is_dead(
    database: AsyncEngine, writer: Writer, epochs: Epochs, chosen: Chats, noted: Trail
) -> None:
    await fill(chosen, noted)
    old = await rows(database)
    epochs.turn_now()
    assert await whole(chosen, noted)  # before carrying it can be read as well
    assert await carry(writer, epochs) == Carried(6, 0)
    assert await whole(chosen, noted)
    epochs.turn_now()
    assert await carry(writer, epochs) == Carried(6, 0)
    assert await whole(chosen, noted)
    new = await rows(database)
    assert {row.epoch for row in new} == {epochs.current.number}
    assert not {row.chat for row in old} & {row.chat for row in new}
    assert not {row.sealed for row in old} & {row.sealed for row in new}
    assert not [row for row in old if readable(epochs, row)]
    assert all(readable(epochs, row) for row in new)
    assert {row.id for row in old} == {row.id for row in new}


async def test_there_is_nothing_to_carry_twice(
    database: AsyncEngine, writer: Writer, epochs: Epochs, chosen: Chats, noted: Trail
) -> None:
    assert await carry(writer, epochs) == Carried()
    await fill(chosen, noted)
    assert await carry(writer, epochs) == Carried()
    epochs.turn_now()
    await carry(writer, epochs)
    before = await rows(database)
    assert await carry(writer, epochs) == Carried()
    assert await rows(database) == before


async def test_when_it_shall_vanish_is_carried_too(
    database: AsyncEngine, writer: Writer, epochs: Epochs, noted: Trail
) -> None:
    await noted.note(ANNA, [1], 24)
    [before] = await rows(database, trail)
    epochs.turn_now()
    await carry(writer, epochs)
    [after] = await rows(database, trail)
    assert (after.sent_minute, after.due_minute) == (before.sent_minute, before.due_minute)


async def test_more_than_go_at_once_are_all_carried_and_told(
    writer: Writer, epochs: Epochs, chosen: Chats, noted: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "AT_ONCE", 2)
    await fill(chosen, noted, 5)
    epochs.turn_now()
    told: list[int] = []
    assert await carry(writer, epochs, told.append) == Carried(10, 0)
    assert told == [2, 4, 5, 7, 9, 10]
    assert await whole(chosen, noted, 5)


@pytest.mark.parametrize("after", range(4))
async def test_what_was_interrupted_goes_on(
    database: AsyncEngine,
    writer: Writer,
    epochs: Epochs,
    chosen: Chats,
    noted: Trail,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    monkeypatch.setattr(carrying, "AT_ONCE", 2)
    await fill(chosen, noted)
    epochs.turn_now()
    run, runs = writer.run, 0

    async def dying(job: Any) -> Any:
        nonlocal runs
        runs += 1
        if runs > after:
            raise StorageUnavailable("lost")
        return await run(job)

    with monkeypatch.context() as patched:
        patched.setattr(writer, "run", dying)
        with pytest.raises(StorageUnavailable):
            await carry(writer, epochs)
    assert len({row.epoch for row in await rows(database)}) <= 2
    assert await whole(chosen, noted)
    await carry(writer, epochs)
    assert {row.epoch for row in await rows(database)} == {epochs.current.number}
    assert await whole(chosen, noted)


async def test_what_nobody_can_read_is_deleted(
    database: AsyncEngine, writer: Writer, epochs: Epochs, chosen: Chats, noted: Trail
) -> None:
    await fill(chosen, noted)

    async def spoil(connection: AsyncConnection) -> None:
        for table in SEALED:
            await connection.execute(sa.update(table).values(sealed=secrets.token_bytes(220)))

    await chosen.choose(ANNA, ENGLISH)
    await writer.run(spoil)
    epochs.turn_now()
    await chosen.choose(BEN, ENGLISH)
    assert await carry(writer, epochs) == Carried(0, 7)
    assert [row.epoch for row in await rows(database)] == [epochs.current.number]


async def test_what_is_of_epochs_long_over_or_not_yet_begun_is_deleted(
    database: AsyncEngine, writer: Writer, epochs: Epochs, chosen: Chats, noted: Trail
) -> None:
    """As when the epochs' file was lost, or an old database was put back."""
    await fill(chosen, noted, 1)
    for far in (-1000, 1000):

        async def move(connection: AsyncConnection, by: int = far) -> None:
            for table in SEALED:
                await connection.execute(sa.update(table).values(epoch=epochs.current.number + by))

        await writer.run(move)
        assert await carry(writer, epochs) == Carried(0, 2)
        assert await rows(database) == []
        await fill(chosen, noted, 1)


async def test_what_was_wiped_does_not_come_back(
    database: AsyncEngine, writer: Writer, epochs: Epochs, chosen: Chats, noted: Trail
) -> None:
    """Not even if its rows do, from a replica or a backup."""
    await chosen.choose(ANNA, ENGLISH)
    await noted.note(ANNA, [1], 24)
    await chosen.choose(BEN, ENGLISH)
    backup = {table.name: await rows(database, table) for table in SEALED}
    names = [key.chat for key in epochs.known(ANNA)]
    await erase_sealed(writer, names)
    epochs.forget(ANNA)
    assert [row.chat for row in await rows(database)] == [epochs.chat(BEN).chat]

    async def put_back(connection: AsyncConnection) -> None:
        for table in SEALED:
            await connection.execute(sa.delete(table))
            for row in backup[table.name]:
                await connection.execute(sa.insert(table).values(**row._mapping))

    await writer.run(put_back)
    chosen.look_again()
    assert await chosen.of(ANNA) == NOTHING
    assert await noted.of(ANNA) == []
    epochs.turn_now()
    assert await carry(writer, epochs) == Carried(1, 2)
    chosen.look_again()
    assert (await chosen.of(ANNA), await chosen.of(BEN)) == (NOTHING, ENGLISH)
    assert [row.chat for row in await rows(database)] == [epochs.chat(BEN).chat]


async def test_of_two_choices_of_one_chat_the_newer_is_carried(
    database: AsyncEngine, writer: Writer, epochs: Epochs, chosen: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two replicas may each write one at the turn of an epoch; that must not stop the bot."""
    late: list[Any] = []

    async def later(job: Any) -> None:
        late.append(job)

    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr(writer, "run", later)
            await chosen.choose(ANNA, Chosen(Language.RU))
        epochs.turn_now()
    await chosen.choose(ANNA, ENGLISH)
    for job in reversed(late):
        await writer.run(job)
    assert len(await rows(database)) == 3
    assert await carry(writer, epochs) == Carried(0, 2)
    chosen.look_again()
    assert await chosen.of(ANNA) == ENGLISH


# --- in the background


async def test_each_day_is_carried_into_the_next_by_itself(
    database: AsyncEngine,
    writer: Writer,
    epochs: Epochs,
    chosen: Chats,
    noted: Trail,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    await fill(chosen, noted)
    assert await chosen.of(0) == ENGLISH  # from now on they are held in memory
    first = epochs.current.number
    async with asyncio.TaskGroup() as tasks:
        turning = tasks.create_task(run_turning(writer, epochs, clock, chosen.look_again))
        for _ in range(4):
            await clock.until_asleep()
            await clock.leap(DAY)
        await clock.until_asleep()
        turning.cancel()
    assert epochs.numbers == (first + 3, first + 4)
    assert {row.epoch for row in await rows(database)} == {first + 4}
    assert [await chosen.of(person) for person in range(3)] == [ENGLISH] * 3  # without being told to look
    assert [record.message for record in caplog.records] == ["rows carried"] * 4


async def test_what_a_kill_left_in_the_epoch_before_is_carried_before_that_is_destroyed(
    writer: Writer, epochs: Epochs, chosen: Chats, noted: Trail, clock: ManualClock, tmp_path: Path
) -> None:
    await fill(chosen, noted)
    epochs.turn_now()  # and killed, before anything was carried
    await clock.leap(3 * DAY)
    again = opened(tmp_path, clock)
    async with asyncio.TaskGroup() as tasks:
        turning = tasks.create_task(run_turning(writer, again, clock, chosen.look_again))
        await clock.until_asleep()
        turning.cancel()
    assert await whole(chosen, noted)
    assert again.current.number > epochs._ring[0].number


async def test_an_epoch_ends_in_time_even_while_the_database_is_away(
    writer: Writer,
    epochs: Epochs,
    chosen: Chats,
    noted: Trail,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its end is a promise; what was not carried for a day is lost."""
    await fill(chosen, noted)
    first = epochs.current.number

    async def away(_job: object) -> None:
        raise StorageUnavailable("lost")

    async with asyncio.TaskGroup() as tasks:
        with monkeypatch.context() as patched:
            patched.setattr(writer, "run", away)
            turning = tasks.create_task(run_turning(writer, epochs, clock, chosen.look_again))
            for _ in range(2):
                await clock.until_asleep()
                await clock.leap(DAY)
            await clock.until_asleep()
        assert epochs.numbers == (first + 1, first + 2)
        assert "carrying put off" in [record.message for record in caplog.records]
        await clock.advance(60)
        await clock.until_asleep()
        turning.cancel()
    assert not await whole(chosen, noted)


async def test_a_file_that_cannot_be_read_for_a_while_stops_nothing(
    writer: Writer, epochs: Epochs, clock: ManualClock, tmp_path: Path
) -> None:
    first = epochs.current.number
    file = tmp_path / "key.epochs"
    content = file.read_bytes()
    file.write_bytes(b"1\nbroken")
    await clock.leap(DAY)
    async with asyncio.TaskGroup() as tasks:
        turning = tasks.create_task(run_turning(writer, epochs, clock, lambda: None))
        await clock.until_asleep()
        file.write_bytes(content)
        await clock.advance(60)
        await clock.until_asleep()
        turning.cancel()
    assert list(epochs.numbers) == [first, first + 1]


async def test_an_epoch_that_cannot_be_begun_is_tried_again(
    writer: Writer,
    epochs: Epochs,
    clock: ManualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = epochs.current.number

    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    async with asyncio.TaskGroup() as tasks:
        with monkeypatch.context() as patched:
            patched.setattr("bot.privacy.epochs.replace_private", full)
            await clock.leap(DAY)
            turning = tasks.create_task(run_turning(writer, epochs, clock, lambda: None))
            await clock.until_asleep()
            assert len(epochs.numbers) == 1
            assert "epoch not begun" in [record.message for record in caplog.records]
        await clock.advance(60)
        await clock.until_asleep()
        turning.cancel()
    assert list(epochs.numbers) == [first, first + 1]
