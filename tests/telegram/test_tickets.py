"""Tickets as they are stored: one a chat, sealed, changed by one at a time, on both engines."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.crossings.report import Mode
from bot.crossings.ticket import Place, Said, Ticket
from bot.guide.model import Language
from bot.privacy.carry import carry
from bot.privacy.epochs import Epochs
from bot.privacy.retention import purge
from bot.privacy.sealing import SIZE
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import measured, tickets
from bot.storage.writer import Writer
from bot.telegram.tickets import FRESH_SECONDS, Finding, HeldTicket, Tickets
from tests.clock import START, ManualClock
from tests.privacy.holding import ANNA, BEN, opened, rows

TICKET = Ticket(
    "verkhny-lars",
    Mode.CAR,
    Language.RU,
    START,
    START,
    START,
    message=7,
    said=Said(300, 360, 420),
    place=Place(START, metres=3200, landmark="nizhny-lars"),
)
OTHER = replace(TICKET, crossing="petukhovo", message=8)


@pytest.fixture
def epochs(tmp_path: Path, clock: ManualClock) -> Epochs:
    return opened(tmp_path, clock)


@pytest.fixture
def held(writer: Writer, epochs: Epochs, clock: ManualClock) -> Tickets:
    return Tickets(writer, epochs, clock)


@pytest.fixture
def replica(writer: Writer, tmp_path: Path, epochs: Epochs, clock: ManualClock) -> Tickets:
    """Another process on the same database, which opens the same epochs."""
    return Tickets(writer, opened(tmp_path, clock), clock)


async def of(tickets: Tickets, chat_id: int) -> HeldTicket:
    found = await tickets.of(chat_id)
    assert found is not None
    return found


async def test_a_ticket_is_found_by_its_chat_alone_also_after_a_restart(
    held: Tickets, replica: Tickets
) -> None:
    taken = await held.take(ANNA, TICKET)
    assert await held.of(BEN) is None
    assert await of(replica, ANNA) == taken
    assert replica.whose(taken) == ANNA


async def test_nothing_of_it_lies_open(database: AsyncEngine, held: Tickets) -> None:
    for chat, ticket in ((ANNA, TICKET), (BEN, OTHER)):
        await held.take(chat, ticket)
    stored = await rows(database, tickets)
    assert {len(row.sealed) for row in stored} == {SIZE}
    for row in stored:
        assert all(word not in row.sealed for word in (b"lars", b"petukhovo", b"nizhny"))
        assert row.begun_minute % 15 == 0


async def test_a_chat_has_one(database: AsyncEngine, held: Tickets, epochs: Epochs) -> None:
    await held.take(ANNA, TICKET)
    epochs.turn_now()
    await held.take(ANNA, OTHER)
    assert (await of(held, ANNA)).ticket == OTHER
    assert len(await rows(database, tickets)) == 1
    assert len(await held.all()) == 1


async def test_of_two_changes_at_once_one_is_made(held: Tickets, replica: Tickets) -> None:
    taken = await held.take(ANNA, TICKET)
    seen = await of(replica, ANNA)
    assert await held.change(taken, replace(TICKET, shown=1))
    assert await replica.change(seen, replace(TICKET, shown=2)) is None
    assert (await of(replica, ANNA)).ticket.shown == 1
    altered = await replica.alter(ANNA, taken.row, lambda ticket: replace(ticket, question=9))
    assert altered is not None
    assert altered.ticket == replace(TICKET, shown=1, question=9)


async def test_what_is_never_as_it_was_is_told(held: Tickets, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = await held.take(ANNA, TICKET)

    async def nobody(held: HeldTicket, ticket: Ticket) -> None:
        return None

    monkeypatch.setattr(held, "change", nobody)
    with pytest.raises(StorageUnavailable):
        await held.alter(ANNA, taken.row, lambda ticket: ticket)


async def test_a_change_of_another_replica_is_seen_after_a_moment(
    database: AsyncEngine, held: Tickets, replica: Tickets, clock: ManualClock
) -> None:
    assert await replica.of(ANNA) is None
    await held.take(ANNA, TICKET)
    await clock.leap(FRESH_SECONDS + 1)
    seen = await replica.of(ANNA)
    assert (seen is not None) == (database.dialect.name == "postgresql"), "SQLite has one process"


async def test_it_is_carried_over_the_days_and_a_change_from_before_is_none(
    writer: Writer, held: Tickets, epochs: Epochs
) -> None:
    taken = await held.take(ANNA, TICKET)
    for _ in range(3):
        epochs.turn_now()
        assert (await of(held, ANNA)).ticket == TICKET
        await carry(writer, epochs)
        held.look_again()
        assert (await of(held, ANNA)).ticket == TICKET
    assert await held.change(taken, OTHER) is None
    assert held.whose(taken) is None
    assert (await of(held, ANNA)).ticket == TICKET


async def test_a_wiped_chat_has_none_and_another_keeps_its_own(held: Tickets, epochs: Epochs) -> None:
    taken = await held.take(ANNA, TICKET)
    await held.take(BEN, OTHER)
    epochs.forget(ANNA)
    held.look_again()
    assert await held.of(ANNA) is None
    assert held.whose(taken) is None
    assert (await of(held, BEN)).ticket == OTHER


async def test_it_ends_once_with_what_was_measured(database: AsyncEngine, held: Tickets) -> None:
    taken = await held.take(ANNA, TICKET)
    found = Finding(5, "verkhny-lars", Mode.CAR, START, Said(300, 360, 420), 335)
    assert await held.end(taken.row, found)
    assert not await held.end(taken.row, replace(found, id=6))
    assert await held.of(ANNA) is None
    (row,) = await rows(database, measured)
    assert tuple(row) == (5, "verkhny-lars", "car", row.day_minute, 300, 360, 420, 335)
    assert row.day_minute == int(START.timestamp()) // 86_400 * 1440
    await held.unmeasure([4, 5])
    assert await rows(database, measured) == []


def test_what_was_measured_is_found_from_the_report_while_its_epoch_lasts(epochs: Epochs) -> None:
    (id,) = epochs.measured_ids(77)
    assert id != 77
    epochs.turn_now()
    assert epochs.measured_ids(77)[1:] == [id]
    epochs.turn_now()
    assert id not in epochs.measured_ids(77)


async def test_what_nobody_can_read_is_left_out_and_purged(
    database: AsyncEngine, writer: Writer, held: Tickets, clock: ManualClock
) -> None:
    await held.take(ANNA, TICKET)
    async with database.begin() as connection:
        await connection.execute(sa.update(tickets).values(sealed=b"x" * SIZE))
    held.look_again()
    assert await held.all() == ()
    await clock.leap(timedelta(days=10, hours=1).total_seconds())
    await purge(writer, clock)
    assert await rows(database, tickets) == []
