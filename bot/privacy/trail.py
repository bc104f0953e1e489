"""The trail: which messages stand in a chat, so that they can be removed, also after a restart.

Sealed, known by the chat's index in an epoch, and forgotten after 48 hours, when Telegram lets a bot remove
nothing any more. Messages that vanish by themselves say when, in steps of a quarter of an hour.
"""

import logging
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.privacy.epochs import ChatKey, Epochs
from bot.privacy.sealing import ROOM, Unsealable, seal, unseal
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import trail
from bot.storage.writer import Writer

KEPT = timedelta(hours=48)
"""So long Telegram lets a bot remove a message."""

STEP_MINUTES = 15
RANDOM_BITS = 40
MOST_OWED = 10_000
"""So many rows are held in memory while the database is away."""

MOST_IN_A_ROW = (ROOM - 2) // 8 - 1
PLACE = "trail.sealed"
Row = dict[str, int | bytes | None]

log = logging.getLogger(__name__)

# Twice is once: after a commit of which nobody knows whether it was one, the same rows come again.
_INSERT = sa.text(
    "INSERT INTO trail (id, chat, epoch, sealed, sent_minute, due_minute) "
    "VALUES (:id, :chat, :epoch, :sealed, :sent_minute, :due_minute) ON CONFLICT DO NOTHING"
)
_OF_CHAT = sa.select(trail.c.id, trail.c.chat, trail.c.epoch, trail.c.sealed).where(
    trail.c.chat.in_(sa.bindparam("chats", expanding=True))
)
_DUE = (
    sa.select(trail.c.id, trail.c.chat, trail.c.epoch, trail.c.sealed)
    .where(trail.c.due_minute <= sa.bindparam("now"))
    .order_by(trail.c.due_minute)
    .limit(sa.bindparam("most"))
)
_DELETE = sa.delete(trail).where(trail.c.id.in_(sa.bindparam("rows", expanding=True)))


@dataclass(frozen=True)
class Left:
    """Messages that were left in a chat, and the row that says so."""

    row: int
    chat_id: int
    messages: tuple[int, ...]


class Trail:
    """Notes messages, and finds them again."""

    def __init__(self, writer: Writer, epochs: Epochs, clock: Clock) -> None:
        self._writer = writer
        self._epochs = epochs
        self._clock = clock
        self._owed: list[Row] = []

    async def note(self, chat_id: int, messages: Sequence[int], vanish_hours: int | None) -> None:
        """Note messages of now, which shall vanish after so many hours; returns after the commit.

        If that cannot be stored now it is made up for later: the messages have been shown already.
        """
        now = self._clock.now()
        due = None if vanish_hours is None else _step(now + timedelta(hours=vanish_hours))
        key = self._epochs.chat(chat_id)
        rows = [
            _row(key, chat_id, messages[start : start + MOST_IN_A_ROW], _step(now), due)
            for start in range(0, len(messages), MOST_IN_A_ROW)
        ]
        self._owed.extend(rows)
        try:
            await self.settle()
        except StorageUnavailable as error:
            log.warning(
                "trail not written", extra={"fields": {"reason": error.reason, "rows": len(self._owed)}}
            )

    async def settle(self) -> None:
        """Write what could not be written before. Raises `StorageUnavailable`."""
        rows, self._owed = self._owed, []
        if not rows:
            return
        try:
            await self._writer.run(partial(_note, rows))
        except StorageUnavailable:
            self._owed = [*rows, *self._owed][-MOST_OWED:]
            raise

    async def of(self, chat_id: int) -> list[Left]:
        """Return what stands in a chat. Raises `StorageUnavailable`."""
        await self.settle()
        chats = [key.chat for key in self._epochs.known(chat_id)]
        return (await self._read(_OF_CHAT, {"chats": chats}))[0]

    async def due(self, most: int) -> list[Left]:
        """Return at most so many rows of what shall have vanished by now. Raises `StorageUnavailable`."""
        due = {"now": int(self._clock.now().timestamp()) // 60, "most": most}
        while True:
            found, lost = await self._read(_DUE, due)
            if lost:  # or else they would stand before those that can be read
                await self._writer.run(partial(_forget, lost))
            if found or not lost:
                return found

    async def forget(self, left: Sequence[Left]) -> None:
        """Note that these are gone; returns after the commit. Raises `StorageUnavailable`."""
        await self._writer.run(partial(_forget, [each.row for each in left]))

    async def _read(
        self, query: sa.Select[Any], values: Mapping[str, object]
    ) -> tuple[list[Left], list[int]]:
        """Return what rows say, and those that nobody can read any more."""
        async with self._writer.engine.connect() as connection:
            rows = (await connection.execute(query, values)).all()
        found, lost = [], []
        for row, chat, epoch, sealed in rows:
            key = self._epochs.key(epoch, chat)
            try:
                plain = None if key is None else unseal(key, PLACE, row, sealed)
            except Unsealable:
                plain = None
            if plain is None:
                lost.append(row)
                continue
            chat_id, *messages = _numbers(plain)
            found.append(Left(row, chat_id, tuple(messages)))
        return found, lost


def _row(key: ChatKey, chat_id: int, messages: Sequence[int], sent: int, due: int | None) -> Row:
    # By time, so that few pages of the database are touched at once; within a quarter of an hour at random.
    row = sent // STEP_MINUTES << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    plain = struct.pack(f">{len(messages) + 1}q", chat_id, *messages)
    sealed = seal(key.key, PLACE, row, plain)
    return {
        "id": row,
        "chat": key.chat,
        "epoch": key.epoch,
        "sealed": sealed,
        "sent_minute": sent,
        "due_minute": due,
    }


def _numbers(plain: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(plain) // 8}q", plain)


def _step(at: datetime) -> int:
    return int(at.timestamp()) // 60 // STEP_MINUTES * STEP_MINUTES


async def _note(rows: Sequence[Row], connection: AsyncConnection) -> None:
    await connection.execute(_INSERT, rows)


async def _forget(rows: Sequence[int], connection: AsyncConnection) -> None:
    await connection.execute(_DELETE, {"rows": rows})
