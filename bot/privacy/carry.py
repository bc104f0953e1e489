"""Carrying: what must outlive its epoch is sealed anew in the current one, before its keys are destroyed."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.privacy.epochs import ChatKey, Epochs
from bot.privacy.keys import KeyFileError
from bot.privacy.sealing import Unsealable, seal, unseal
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import SEALED, chats, subscriptions
from bot.storage.writer import Writer

EVERY_SECONDS = 60.0
AT_ONCE = 50
"""So many rows are carried in one go: a few milliseconds, so that nobody waits for the rest."""

ID_BYTES = 8
"""Everything sealed begins with the chat's id."""

ONE_EACH: Mapping[sa.Table, tuple[str, ...]] = MappingProxyType({chats: (), subscriptions: ("crossing",)})
"""The tables in which a chat has one row at most, or one for each value of these columns."""

log = logging.getLogger(__name__)


class Carried(NamedTuple):
    """How many rows are in the current epoch now, and how many were deleted: nobody can read them, or
    there is a newer one."""

    rows: int = 0
    lost: int = 0


async def carry(
    writer: Writer, epochs: Epochs, progress: Callable[[int], None] = lambda rows: None
) -> Carried:
    """Carry all rows of other epochs into the current one; what was interrupted goes on where it was.

    Raises `StorageUnavailable`.
    """
    done = Carried()
    for table in SEALED:
        while (some := await writer.run(partial(_some, table, epochs))) != Carried():
            done = Carried(done.rows + some.rows, done.lost + some.lost)
            progress(done.rows)
    return done


async def run_turning(writer: Writer, epochs: Epochs, clock: Clock, carried: Callable[[], None]) -> None:
    """Begin each epoch in time and carry into it what must live on, for ever; calls `carried` after that."""
    whole: int | None = None  # the epoch in which all is, also what another replica wrote at its turn
    while True:
        try:
            before = epochs.current.number
            # Also before a turn, which destroys what was not carried yet.
            if before != whole and await _carry_now(writer, epochs, carried):
                whole = before
            epochs.turn()
            if epochs.current.number != before:
                await _carry_now(writer, epochs, carried)
        except KeyFileError:
            log.exception("epoch not begun")
        await clock.sleep(EVERY_SECONDS)


async def _carry_now(writer: Writer, epochs: Epochs, carried: Callable[[], None]) -> bool:
    """Carry, and tell whether that was possible."""
    try:
        done = await carry(writer, epochs)
    except KeyFileError:
        log.exception("epochs not readable")
    except StorageUnavailable as error:
        log.error("carrying put off", extra={"fields": {"reason": error.reason}})
    else:
        if done != Carried():
            log.info("rows carried", extra={"fields": {"rows": done.rows, "lost": done.lost}})
            carried()
        return True
    return False


async def _some(table: sa.Table, epochs: Epochs, connection: AsyncConnection) -> Carried:
    current = epochs.current
    each = [table.c[name] for name in ONE_EACH.get(table, ())]
    query = sa.select(table.c.id, table.c.chat, table.c.epoch, table.c.sealed, *each)
    query = query.where(table.c.epoch != current.number).order_by(table.c.epoch.desc()).limit(AT_ONCE)
    rows = (await connection.execute(query)).all()
    place = f"{table.name}.sealed"
    new: dict[int, _New] = {}
    for row, chat, epoch, sealed, *values in rows:
        key = epochs.key(epoch, chat)
        with suppress(Unsealable):
            plain = None if key is None else unseal(key, place, row, sealed)
            if plain is not None:
                chat_id = int.from_bytes(plain[:ID_BYTES], "big", signed=True)
                new[row] = _New(current.chat(chat_id), plain, tuple(values))
    if table in ONE_EACH:
        new = await _newest(table, new, connection)
    lost = [row for row, *_ in rows if row not in new]
    for row, (now, plain, _) in new.items():
        changed = {"chat": now.chat, "epoch": now.epoch, "sealed": seal(now.key, place, row, plain)}
        await connection.execute(sa.update(table).where(table.c.id == row).values(changed))
    if lost:
        await connection.execute(sa.delete(table).where(table.c.id.in_(lost)))
    return Carried(len(new), len(lost))


class _New(NamedTuple):
    key: ChatKey
    plain: bytes
    each: tuple[object, ...]
    """The values of which a chat has one row each."""


async def _newest(table: sa.Table, rows: dict[int, _New], connection: AsyncConnection) -> dict[int, _New]:
    """Leave out what a chat has a newer row for: two replicas may have written at the turn of an epoch."""
    each = [table.c[name] for name in ONE_EACH[table]]
    query = sa.select(table.c.chat, *each).where(table.c.chat.in_([new.key.chat for new in rows.values()]))
    taken = {tuple(row) for row in await connection.execute(query)}
    newest = {}
    for row, new in rows.items():
        one = (new.key.chat, *new.each)
        if one not in taken:
            taken.add(one)
            newest[row] = new
    return newest
