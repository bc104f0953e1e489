"""One leader among the processes that share a database: whoever sends what nobody has just asked for.

On PostgreSQL it is an advisory lock of a connection that does nothing else, on SQLite a lock of a file beside
the database. Both go with the process, however it ends, and a lost connection is a lost lead.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.storage.engine import StorageUnavailable, create, sqlite_path

ONE_LEADER = 0x70726F6C  # "prol"
"""PostgreSQL's advisory lock of the leader; it counts within one database."""

LOOK_SECONDS = 2.0
"""So often a process that waits tries to lead, and one that leads looks whether it still does."""

SILENT_SECONDS = 4.0
"""So long the database may take to say so."""

_TRY = sa.select(sa.func.pg_try_advisory_lock(ONE_LEADER))
_STILL = sa.select(sa.literal(1))
# A machine that has vanished says nothing: the server gives up its connection after these seconds.
_VANISHED = (
    sa.text("SET tcp_keepalives_idle = 2"),
    sa.text("SET tcp_keepalives_interval = 2"),
    sa.text("SET tcp_keepalives_count = 2"),
)


class Lead:
    """Whether this process leads; what is `lost` does not come back, and is to be waited for anew."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    def __bool__(self) -> bool:
        return not self.lost.is_set()


def leading(engine: AsyncEngine, clock: Clock) -> AbstractAsyncContextManager[Lead]:
    """Wait until this process leads, and lead for the time of a block, or until that is lost."""
    path = sqlite_path(engine.url)
    return _on_postgresql(engine, clock) if path is None else _on_sqlite(path, clock)


@asynccontextmanager
async def _on_sqlite(path: Path, clock: Clock) -> AsyncIterator[Lead]:
    try:
        descriptor = os.open(
            path.with_name(f"{path.name}.leader"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise StorageUnavailable("lost", f"cannot lock beside {path}: {error.strerror}") from error
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await clock.sleep(LOOK_SECONDS)
        yield Lead()
    finally:
        os.close(descriptor)


@asynccontextmanager
async def _on_postgresql(engine: AsyncEngine, clock: Clock) -> AsyncIterator[Lead]:
    own = create(engine.url, patient=True)  # an idle connection is not one that hangs
    try:
        async with own.connect() as opened:
            connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
            for statement in _VANISHED:
                await connection.execute(statement)
            while not (await connection.execute(_TRY)).scalar_one():
                await clock.sleep(LOOK_SECONDS)
            lead = Lead()
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(_watch(connection, lead, clock))
                try:
                    yield lead
                finally:
                    watching.cancel()
    except SQLAlchemyError as error:
        raise StorageUnavailable("lost", type(error).__name__) from error
    finally:
        with suppress(SQLAlchemyError, StorageUnavailable):
            await own.dispose()


async def _watch(connection: AsyncConnection, lead: Lead, clock: Clock) -> None:
    """Notice at once when the connection ends, and soon when it falls silent."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    driver.add_termination_listener(lambda _: lead.lost.set())
    with suppress(StorageUnavailable, SQLAlchemyError, TimeoutError, OSError):
        while not lead.lost.is_set():
            await clock.sleep(LOOK_SECONDS)
            async with asyncio.timeout(SILENT_SECONDS):
                await connection.execute(_STILL)
    lead.lost.set()
