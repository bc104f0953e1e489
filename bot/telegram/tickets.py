"""The tickets that are held: sealed in the database, and in memory by queue.

A chat is known by its index alone, in memory too; whose it is is unsealed when a message goes there. Each
change is made only if nobody has changed the same ticket meanwhile: another replica, its person, or the turn
of an epoch.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.crossings.report import Mode, step
from bot.crossings.ticket import NotATicket, Said, Ticket, read, write
from bot.privacy.epochs import Epochs
from bot.privacy.sealing import Unsealable, seal, unseal
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import measured, tickets
from bot.storage.writer import Writer

FRESH_SECONDS = 2.0
"""How long another replica's change may go unseen."""

ATTEMPTS = 3
"""So often a change is tried on a ticket that others change at the same time."""

PLACE = "tickets.sealed"
_ID_BYTES = 8
_DAY = 24 * 60

_ALL = sa.select(tickets.c.id, tickets.c.chat, tickets.c.epoch, tickets.c.sealed)
_FORGET_CHAT = sa.delete(tickets).where(tickets.c.chat.in_(sa.bindparam("chats", expanding=True)))
_INSERT = sa.insert(tickets)
_CHANGE = (
    sa.update(tickets)
    .where(tickets.c.id == sa.bindparam("row"), tickets.c.sealed == sa.bindparam("before"))
    .values(sealed=sa.bindparam("after"))
)
_END = sa.delete(tickets).where(tickets.c.id == sa.bindparam("row"))
_MEASURED = sa.text(
    "INSERT INTO measured (id, crossing, mode, day_minute, low, middle, high, wait_minutes) VALUES "
    "(:id, :crossing, :mode, :day_minute, :low, :middle, :high, :wait_minutes) ON CONFLICT DO NOTHING"
)
_UNMEASURE = sa.delete(measured).where(measured.c.id.in_(sa.bindparam("rows", expanding=True)))


@dataclass(frozen=True)
class HeldTicket:
    """A ticket and its row."""

    row: int
    chat: bytes
    epoch: int
    sealed: bytes
    ticket: Ticket


@dataclass(frozen=True)
class Finding:
    """What was said to somebody, beside what it took: a row of the public measure of how good we are."""

    id: int
    crossing: str
    mode: Mode
    joined_at: datetime
    said: Said
    wait_minutes: int


class Tickets:
    """All tickets, a chat's one at most."""

    def __init__(self, writer: Writer, epochs: Epochs, clock: Clock) -> None:
        self._writer = writer
        self._epochs = epochs
        self._clock = clock
        self._held: dict[int, HeldTicket] = {}
        self._by_chat: dict[bytes, int] = {}
        self._changes = 0
        self._loaded_at = float("-inf")
        self._shared = writer.engine.dialect.name == "postgresql"  # other replicas write there too

    async def all(self) -> Sequence[HeldTicket]:
        """Return all tickets. Raises `StorageUnavailable`."""
        await self._look()
        return tuple(self._held.values())

    async def of(self, chat_id: int) -> HeldTicket | None:
        """Return a chat's ticket. Raises `StorageUnavailable`."""
        await self._look()
        if not self._held:
            return None
        rows = (self._by_chat.get(key.chat) for key in self._epochs.known(chat_id))
        return next((self._held[row] for row in rows if row is not None), None)

    def whose(self, held: HeldTicket) -> int | None:
        """Return the chat whose ticket this is; None if nobody can tell any more."""
        key = self._epochs.key(held.epoch, held.chat)
        try:
            plain = None if key is None else unseal(key, PLACE, held.row, held.sealed)
        except Unsealable:
            return None
        return None if plain is None else int.from_bytes(plain[:_ID_BYTES], "big", signed=True)

    async def take(self, chat_id: int, ticket: Ticket) -> HeldTicket:
        """Give a chat a ticket in place of any other; returns after the commit.

        Raises `StorageUnavailable`.
        """
        names = [key.chat for key in self._epochs.known(chat_id)]
        key, row = self._epochs.chat(chat_id), secrets.randbits(63)
        held = HeldTicket(row, key.chat, key.epoch, _sealed(key.key, row, chat_id, ticket), ticket)
        values: dict[str, int | bytes] = {
            "id": row,
            "chat": held.chat,
            "epoch": held.epoch,
            "sealed": held.sealed,
            "begun_minute": int(step(ticket.begun_at).timestamp()) // 60,
        }
        await self._writer.run(partial(_take, names, values))
        for name in names:
            self._drop(self._by_chat.get(name))
        self._keep(held)
        return held

    async def change(self, held: HeldTicket, ticket: Ticket) -> HeldTicket | None:
        """Change a ticket and return it, after the commit; None if it is not as it was, and then nothing is.

        Raises `StorageUnavailable`.
        """
        key, chat_id = self._epochs.key(held.epoch, held.chat), self.whose(held)
        if key is None or chat_id is None:
            return None
        after = _sealed(key, held.row, chat_id, ticket)
        if not await self._writer.run(partial(_change, held.row, held.sealed, after)):
            self.look_again()
            return None
        changed = HeldTicket(held.row, held.chat, held.epoch, after, ticket)
        self._keep(changed)
        return changed

    async def alter(self, chat_id: int, row: int, how: Callable[[Ticket], Ticket]) -> HeldTicket | None:
        """Change a chat's ticket of this row, from whatever it is then; None if there is no such any more.

        Raises `StorageUnavailable`.
        """
        for _ in range(ATTEMPTS):
            held = await self.of(chat_id)
            if held is None or held.row != row:
                return None
            changed = await self.change(held, how(held.ticket))
            if changed is not None:
                return changed
        raise StorageUnavailable("busy")

    async def end(self, row: int, found: Finding | None = None) -> bool:
        """Delete a ticket, and keep what was measured; tell whether it was still there.

        Raises `StorageUnavailable`.
        """
        ended = await self._writer.run(partial(_end, row, None if found is None else _measured(found)))
        self._changes += 1
        self._drop(row)
        return ended

    async def unmeasure(self, ids: Sequence[int]) -> None:
        """Delete what was measured by a report that is taken back. Raises `StorageUnavailable`."""
        await self._writer.run(partial(_unmeasure, ids))

    def look_again(self) -> None:
        """Read everything anew at the next question: the epoch has turned, or rows were deleted."""
        self._changes += 1
        self._loaded_at = float("-inf")

    def _keep(self, held: HeldTicket) -> None:
        self._changes += 1
        self._held[held.row] = held
        self._by_chat[held.chat] = held.row

    def _drop(self, row: int | None) -> None:
        held = self._held.pop(row, None) if row is not None else None
        if held is not None and self._by_chat.get(held.chat) == held.row:
            del self._by_chat[held.chat]

    async def _look(self) -> None:
        age = self._clock.monotonic() - self._loaded_at
        if age != float("inf") and not (self._shared and age > FRESH_SECONDS):
            return
        changes = -1
        while changes != self._changes:  # what was read may be from before a change that came meanwhile
            changes = self._changes
            found = await self._read()
        self._held = found
        self._by_chat = {held.chat: held.row for held in found.values()}
        self._loaded_at = self._clock.monotonic()

    async def _read(self) -> dict[int, HeldTicket]:
        async with self._writer.engine.connect() as connection:
            rows = (await connection.execute(_ALL)).all()
        found = {}
        for row, chat, epoch, sealed in rows:
            known = self._held.get(row)
            held = known if known is not None and known.sealed == sealed else None
            held = held or self._opened(row, chat, epoch, sealed)
            if held is not None:  # else nobody can read it any more
                found[row] = held
        return found

    def _opened(self, row: int, chat: bytes, epoch: int, sealed: bytes) -> HeldTicket | None:
        key = self._epochs.key(epoch, chat)
        if key is None:
            return None
        try:
            ticket = read(unseal(key, PLACE, row, sealed)[_ID_BYTES:])
        except (Unsealable, NotATicket):
            return None
        return HeldTicket(row, chat, epoch, sealed, ticket)


def _sealed(key: bytes, row: int, chat_id: int, ticket: Ticket) -> bytes:
    return seal(key, PLACE, row, chat_id.to_bytes(_ID_BYTES, "big", signed=True) + write(ticket))


def _measured(found: Finding) -> Mapping[str, int | str]:
    return {
        "id": found.id,
        "crossing": found.crossing,
        "mode": found.mode.value,
        "day_minute": int(found.joined_at.timestamp()) // 60 // _DAY * _DAY,
        "low": found.said.low,
        "middle": found.said.middle,
        "high": found.said.high,
        "wait_minutes": found.wait_minutes,
    }


async def _take(
    chats: Sequence[bytes], values: Mapping[str, int | bytes], connection: AsyncConnection
) -> None:
    await connection.execute(_FORGET_CHAT, {"chats": chats})
    await connection.execute(_INSERT, values)


async def _change(row: int, before: bytes, after: bytes, connection: AsyncConnection) -> bool:
    done = await connection.execute(_CHANGE, {"row": row, "before": before, "after": after})
    return done.rowcount > 0


async def _end(row: int, found: Mapping[str, int | str] | None, connection: AsyncConnection) -> bool:
    ended = (await connection.execute(_END, {"row": row})).rowcount > 0
    if ended and found is not None:
        await connection.execute(_MEASURED, found)
    return ended


async def _unmeasure(ids: Sequence[int], connection: AsyncConnection) -> None:
    await connection.execute(_UNMEASURE, {"rows": ids})
