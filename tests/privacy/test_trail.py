"""The trail: which messages stand where, found again after a restart, and by nobody else."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.privacy.epochs import Epochs
from bot.privacy.trail import MOST_IN_A_ROW, Trail
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import trail
from bot.storage.writer import Writer
from tests.clock import START, ManualClock
from tests.privacy.holding import ANNA, BEN, opened, rows

HOUR = 3600.0


@pytest.fixture
def epochs(tmp_path: Path, clock: ManualClock) -> Epochs:
    return opened(tmp_path, clock)


@pytest.fixture
def noted(writer: Writer, epochs: Epochs, clock: ManualClock) -> Trail:
    return Trail(writer, epochs, clock)


async def of(noted: Trail, chat_id: int) -> list[int]:
    return sorted(message for left in await noted.of(chat_id) for message in left.messages)


async def due(noted: Trail, most: int = 100) -> list[tuple[int, list[int]]]:
    return [(left.chat_id, list(left.messages)) for left in await noted.due(most)]


async def test_messages_are_found_by_their_chat_also_after_a_restart(
    writer: Writer, noted: Trail, tmp_path: Path, clock: ManualClock
) -> None:
    await noted.note(ANNA, [1, 2], None)
    await noted.note(ANNA, [3], None)
    await noted.note(BEN, [1], 3)
    again = Trail(writer, opened(tmp_path, clock), clock)
    assert [await of(again, chat) for chat in (ANNA, BEN, 7)] == [[1, 2, 3], [1], []]


async def test_they_are_found_over_the_turn_of_an_epoch(noted: Trail, epochs: Epochs) -> None:
    await noted.note(ANNA, [1], None)
    epochs.turn_now()
    await noted.note(ANNA, [2], None)
    assert await of(noted, ANNA) == [1, 2]


async def test_hundreds_are_kept_in_rows_of_one_size(database: AsyncEngine, noted: Trail) -> None:
    messages = [2**53 - number for number in range(MOST_IN_A_ROW * 3 + 1)]
    await noted.note(ANNA, messages, None)
    kept = await rows(database, trail)
    assert await of(noted, ANNA) == sorted(messages)
    assert len(kept) == 4
    assert {len(row.sealed) for row in kept} == {220}
    assert MOST_IN_A_ROW == 22


async def test_nothing_to_note_leaves_no_row(database: AsyncEngine, noted: Trail) -> None:
    await noted.note(ANNA, [], 3)
    assert await rows(database, trail) == []


async def test_rows_tell_neither_whose_nor_which_nor_exactly_when(
    database: AsyncEngine, noted: Trail, clock: ManualClock
) -> None:
    await clock.leap(7 * 60 + 13)
    await noted.note(ANNA, [4711], 1)
    await noted.note(ANNA, [4711], 1)
    one, two = await rows(database, trail)
    for row in (one, two):
        for number in (ANNA, 4711):
            for order in ("big", "little"):
                assert number.to_bytes(8, order) not in row.sealed + row.chat
        assert row.sent_minute == START.timestamp() // 60
        assert row.due_minute == START.timestamp() // 60 + 60
    assert one.id != two.id
    assert one.sealed != two.sealed


@pytest.mark.parametrize("hours", [1, 47])
async def test_they_are_due_in_time_and_the_oldest_first(
    noted: Trail, clock: ManualClock, hours: int
) -> None:
    await noted.note(ANNA, [1], hours)
    await noted.note(BEN, [1], None)
    await clock.leap((hours - 0.5) * HOUR)
    await noted.note(BEN, [2], 1)
    assert await due(noted) == []
    await clock.leap(0.5 * HOUR)
    assert await due(noted) == [(ANNA, [1])]
    await clock.leap(HOUR)
    assert await due(noted) == [(ANNA, [1]), (BEN, [2])]
    assert await due(noted, 1) == [(ANNA, [1])]


async def test_what_was_removed_is_forgotten(database: AsyncEngine, noted: Trail) -> None:
    await noted.note(ANNA, [1], None)
    await noted.note(ANNA, [2], None)
    [first, second] = await noted.of(ANNA)
    await noted.forget([first])
    assert await noted.of(ANNA) == [second]
    await noted.forget([second])
    assert await rows(database, trail) == []


# --- what nobody can read


async def test_a_wiped_chat_has_no_trail_and_a_new_one_afterwards(noted: Trail, epochs: Epochs) -> None:
    await noted.note(ANNA, [1], 1)
    epochs.forget(ANNA)
    assert await of(noted, ANNA) == []
    await noted.note(ANNA, [2], 1)
    assert await of(noted, ANNA) == [2]


async def test_what_cannot_be_read_does_not_stand_before_what_can(
    database: AsyncEngine, noted: Trail, epochs: Epochs, clock: ManualClock
) -> None:
    for _ in range(5):
        await noted.note(BEN, [1], 1)
    epochs.forget(BEN)
    await clock.leap(0.5 * HOUR)
    await noted.note(ANNA, [7], 1)
    await clock.leap(3 * HOUR)
    assert await due(noted, 2) == [(ANNA, [7])]
    assert len(await rows(database, trail)) == 1


async def test_a_row_moved_to_another_chat_says_nothing(
    database: AsyncEngine, writer: Writer, noted: Trail, epochs: Epochs
) -> None:
    """Who can write to the database must not make us remove what is elsewhere."""
    await noted.note(ANNA, [1], None)

    async def move(connection: AsyncConnection) -> None:
        await connection.execute(sa.update(trail).values(chat=epochs.chat(BEN).chat))

    await writer.run(move)
    assert await noted.of(BEN) == []


# --- while the database is away


def away(writer: Writer, patch: pytest.MonkeyPatch, *, takes: bool = False) -> None:
    """Let the database be away, or let it take what it gets and not say so."""
    run = writer.run

    async def answer(job: Any) -> None:
        if takes:
            await run(job)
        raise StorageUnavailable("lost")

    patch.setattr(writer, "run", answer)


async def test_what_could_not_be_written_is_made_up_for(
    writer: Writer, noted: Trail, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        away(writer, patched)
        await noted.note(ANNA, [1], None)
        await noted.note(BEN, [1], None)
        with pytest.raises(StorageUnavailable):
            await noted.of(ANNA)
    assert [await of(noted, chat) for chat in (ANNA, BEN)] == [[1], [1]]
    assert [record.message for record in caplog.records] == ["trail not written"] * 2
    assert str(ANNA) not in caplog.text


async def test_what_was_written_after_all_is_not_written_twice(
    database: AsyncEngine, writer: Writer, noted: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit had arrived, its answer had not."""
    with monkeypatch.context() as patched:
        away(writer, patched, takes=True)
        await noted.note(ANNA, [1], None)
    await noted.note(ANNA, [2], None)
    assert await of(noted, ANNA) == [1, 2]
    assert len(await rows(database, trail)) == 2


async def test_what_is_owed_has_an_end(writer: Writer, noted: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("bot.privacy.trail.MOST_OWED", 3)
        away(writer, patched)
        for message in range(5):
            await noted.note(ANNA, [message], None)
    assert await of(noted, ANNA) == [2, 3, 4]
