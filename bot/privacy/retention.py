"""Forgetting: what is at the end of its term in `bot.privacy.kept` is emptied or deleted, and only that."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.privacy.kept import KEPT, Kept, Rule, rules
from bot.storage.engine import BEGIN, StorageUnavailable, create
from bot.storage.writer import Writer

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
AHEAD = timedelta(hours=48)
"""What is further in the future than this goes too: a clock that once was wrong must not make it last."""

AT_ONCE = 100
"""So many rows are changed in one go, about 10 ms: reports need not wait for the end of a large purge."""


async def purge(writer: Writer, clock: Clock, kept: Kept = KEPT) -> int:
    """End what will be too old before the next purge; return how many columns were emptied and rows deleted.

    On SQLite the bytes are overwritten in the file (`secure_delete`), and those in its log are cut off.
    Raises `StorageUnavailable`; what has ended until then stays ended.
    """
    ended = 0
    for rule in rules(kept):
        due = _due(rule, clock, rule.term.most - EVERY)
        while some := await writer.run(partial(_end, rule, due)):
            ended += some
    if writer.engine.dialect.name == "sqlite":
        await _cut_log(writer.engine)
    log.info("purged", extra={"fields": {"count": ended}})
    return ended


async def run_purge(writer: Writer, clock: Clock) -> None:
    """Purge now and every 15 minutes, for ever; a purge that fails is made up for by the next."""
    while True:
        try:
            await purge(writer, clock)
        except StorageUnavailable as error:
            log.error("purge failed", extra={"fields": {"reason": error.reason}})
        await clock.sleep(EVERY.total_seconds())


async def overdue(engine: AsyncEngine, clock: Clock, kept: Kept = KEPT) -> Mapping[str, int]:
    """Count what is older than it may be, by the names of the rules: nothing, if the bot runs."""
    found = {}
    async with engine.connect() as connection:
        for rule in rules(kept):
            due = _due(rule, clock, rule.term.most + EVERY)
            query = sa.select(sa.func.count()).select_from(rule.table).where(due)
            if count := (await connection.execute(query)).scalar_one():
                found[rule.name] = int(count)
    return found


def _due(rule: Rule, clock: Clock, age: timedelta) -> sa.ColumnElement[bool]:
    since, now = rule.table.c[rule.term.since], clock.now()
    oldest, newest = (int(at.timestamp()) // 60 for at in (now - age, now + AHEAD))
    due = (since <= oldest) | (since > newest)
    return due if rule.column is None else due & rule.table.c[rule.column].is_not(None)


async def _end(rule: Rule, due: sa.ColumnElement[bool], connection: AsyncConnection) -> int:
    key = tuple(rule.table.primary_key)
    these = sa.tuple_(*key).in_(sa.select(*key).where(due).limit(AT_ONCE))
    if rule.column is None:
        return (await connection.execute(sa.delete(rule.table).where(these))).rowcount
    return (await connection.execute(sa.update(rule.table).where(these).values({rule.column: None}))).rowcount


async def _cut_log(engine: AsyncEngine) -> None:
    """Empty SQLite's write-ahead log, which still holds the old pages; waits until no reader needs them."""
    patient = create(engine.url, patient=True)
    try:
        async with patient.connect() as connection:
            await connection.execution_options(**{BEGIN: ""})
            busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalars().first()
    finally:
        await patient.dispose()
    if busy:
        log.warning("log not cut", extra={"fields": {"retry_minutes": EVERY.total_seconds() / 60}})
