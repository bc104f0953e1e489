"""Forgetting: pseudonyms of reporters are cleared before they are 48 hours old."""

import logging
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.storage.engine import BEGIN, StorageUnavailable, create
from bot.storage.tables import reports
from bot.storage.writer import Writer

log = logging.getLogger(__name__)

KEPT = timedelta(hours=48)
EVERY = timedelta(minutes=15)
AT_ONCE = 100
"""So many rows are cleared in one go, about 10 ms: reports need not wait for the end of a large purge."""

_DUE = reports.c.reporter.is_not(None) & (
    (reports.c.observed_minute <= sa.bindparam("oldest"))
    # A clock that once was wrong must not make a pseudonym outlive the rest.
    | (reports.c.observed_minute > sa.bindparam("newest"))
)
_CLEAR = (
    sa.update(reports)
    .where(reports.c.id.in_(sa.select(reports.c.id).where(_DUE).limit(AT_ONCE)))
    .values(reporter=None)
)
_COUNT = sa.select(sa.func.count()).select_from(reports).where(_DUE)


async def purge(writer: Writer, clock: Clock) -> int:
    """Clear the pseudonyms that will be 48 hours old before the next purge; return how many that were.

    On SQLite the bytes are overwritten in the file (`secure_delete`), and those in its log are cut off.
    Raises `StorageUnavailable`; what was cleared until then stays cleared.
    """
    bounds = _bounds(clock, KEPT - EVERY)
    cleared = 0
    while some := await writer.run(lambda connection: _clear(connection, bounds)):
        cleared += some
    if writer.engine.dialect.name == "sqlite":
        await _cut_log(writer.engine)
    log.info("pseudonyms cleared", extra={"fields": {"count": cleared}})
    return cleared


async def run_purge(writer: Writer, clock: Clock) -> None:
    """Purge now and every 15 minutes, for ever; a purge that fails is made up for by the next."""
    while True:
        try:
            await purge(writer, clock)
        except StorageUnavailable as error:
            log.error("purge failed", extra={"fields": {"reason": error.reason}})
        await clock.sleep(EVERY.total_seconds())


async def overdue(engine: AsyncEngine, clock: Clock) -> int:
    """Count the pseudonyms that are older than they may be: none, if the bot runs."""
    async with engine.connect() as connection:
        return int((await connection.execute(_COUNT, _bounds(clock, KEPT + EVERY))).scalar_one())


def _bounds(clock: Clock, age: timedelta) -> dict[str, int]:
    now = clock.now()
    return {"oldest": int((now - age).timestamp()) // 60, "newest": int((now + KEPT).timestamp()) // 60}


async def _clear(connection: AsyncConnection, bounds: dict[str, int]) -> int:
    return (await connection.execute(_CLEAR, bounds)).rowcount


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
