"""The database's engine: SQLite or PostgreSQL behind one face, with one error for "not now".

Read with `engine.connect()`. Write with `bot.storage.writer.Writer`, or alone with `writing(engine)`.
"""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, ExceptionContext, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from bot.storage import sqlite

BEGIN = "provodnik_begin"
"""Execution option on SQLite: what a connection's transactions begin with; "" is for outside of any."""

CONNECTIONS = 5
POOL_SECONDS = 10.0
CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 15.0

ONE_WRITER = 0x70726F76  # "prov"
"""PostgreSQL's advisory lock that a writing transaction holds: writers follow one another as on SQLite."""

_LOCK = sa.select(sa.func.pg_advisory_xact_lock(ONE_WRITER))

_SQLITE = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_INTERRUPT: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_NOMEM: "full",
    sqlite3.SQLITE_IOERR: "lost",
    sqlite3.SQLITE_CANTOPEN: "lost",
    sqlite3.SQLITE_PERM: "lost",
    sqlite3.SQLITE_READONLY: "lost",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}
_POSTGRESQL = {
    "08": "lost",  # connection exception
    "25006": "lost",  # a replica that only reads
    "25P03": "lost",  # idle in transaction for too long
    "28": "refused",  # wrong user or password
    "3D": "refused",  # no such database
    "40": "locked",  # deadlock, serialization failure
    "53": "full",  # disk, memory, connections
    "55P03": "locked",
    "57": "lost",  # shut down, or a statement that took too long
    "58": "lost",  # I/O error
    "XX": "damaged",
}


class StorageUnavailable(Exception):
    """The database cannot serve just now; nothing is known to be stored, and the same may be tried again.

    `reason` is one of `locked` (others hold it), `full` (no space or connections left), `lost` (not reachable
    or not writable), `refused` (wrong address, user or password), `damaged`, `busy` (too many wait) and
    `stopped`. The text is one line for the log and holds no data of anybody.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"database {reason}: {detail}" if detail else f"database {reason}")
        self.reason = reason
        self.detail = detail


def create(url: str | URL, *, patient: bool = False) -> AsyncEngine:
    """Make the engine for an address; opens nothing yet but makes SQLite's file and directory, for us alone.

    `patient` is for migrations and checks: nothing runs in the event loop, nothing is given up early.
    Raises `StorageUnavailable` where the file cannot be made, `ValueError` for an address that is not ours.
    """
    address = make_url(url)
    if address.drivername == "sqlite+aiosqlite" and address.database not in (None, "", ":memory:"):
        engine = _sqlite(address, patient)
    elif address.drivername == "postgresql+asyncpg":
        engine = _postgresql(address, patient)
    else:
        raise ValueError(
            "the database must be a file, sqlite+aiosqlite:///…, or a server, postgresql+asyncpg://…"
        )
    event.listen(engine.sync_engine, "handle_error", _translate)
    return engine


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in which nobody else writes, and commit it at the end.

    Writers of all processes follow one another, on both engines: what is read inside is still true at the
    commit.
    """
    async with engine.connect() as connection, alone(connection):
        yield connection


@asynccontextmanager
async def alone(connection: AsyncConnection) -> AsyncIterator[None]:
    """Open such a transaction on a connection that is outside of one."""
    await connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
    async with connection.begin():
        if connection.dialect.name == "postgresql":
            await connection.execute(_LOCK)
        yield


def sqlite_path(url: str | URL) -> Path | None:
    """Return the file of an SQLite address, None for PostgreSQL."""
    address = make_url(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


class _Pool(AsyncAdaptedQueuePool):
    # SQLAlchemy logs under this name, and our log prints its own records more fully than a library's.
    __module__ = "sqlalchemy.pool"

    def _do_get(self) -> ConnectionPoolEntry:
        try:
            return super()._do_get()
        except PoolTimeout:
            raise StorageUnavailable("busy", "all connections are taken") from None


def _sqlite(address: URL, patient: bool) -> AsyncEngine:
    path = Path(address.database or "")
    _make_private(path)
    sqlite.share_interpreter()
    engine = create_async_engine(
        address,
        async_creator=lambda: sqlite.connect(path, patient=patient),
        poolclass=_Pool,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite.Connection)
        driver.begin(connection.get_execution_options().get(BEGIN, "BEGIN"))

    return engine


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageUnavailable("lost", f"cannot open {path}: {error.strerror}") from error


def _postgresql(address: URL, patient: bool) -> AsyncEngine:
    settings = {"application_name": "provodnik"}
    if not patient:
        milliseconds = str(int(STATEMENT_SECONDS * 1000))
        settings |= {"statement_timeout": milliseconds, "idle_in_transaction_session_timeout": milliseconds}
    engine = create_async_engine(
        address,
        connect_args={
            "timeout": CONNECT_SECONDS,
            # Of the client: for a server that fell silent. Longer than the server's own, which says why.
            "command_timeout": None if patient else STATEMENT_SECONDS * 2,
            "server_settings": settings,
        },
        poolclass=_Pool,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: sa.Dialect, _entry: ConnectionPoolEntry, args: Any, options: Any) -> DBAPIConnection:
        try:
            return dialect.connect(*args, **options)
        except OSError as error:
            # Also a timeout. It is none of the driver's own errors, so `handle_error` does not hear of it.
            raise StorageUnavailable("lost", type(error).__name__) from error
        except (TypeError, ValueError) as error:  # of the driver, for an option in the address
            raise StorageUnavailable("refused", f"BOT_DATABASE_URL: {_first_line(error)}") from None

    return engine


def _translate(context: ExceptionContext) -> BaseException | None:
    """Say `StorageUnavailable` for whatever is the database's state and not our mistake."""
    error = context.original_exception
    if not isinstance(error, Exception):  # a cancellation, after which the connection is thrown away as well
        return None
    if isinstance(error, sqlite3.Error):
        reason = _SQLITE.get(getattr(error, "sqlite_errorcode", -1) & 0xFF)
        if str(error) == sqlite.ROLLED_BACK:
            reason = "full"
    elif isinstance(error, OSError):
        reason = "lost"
    else:
        state = getattr(error, "sqlstate", None) or ""
        reason = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
        if context.is_disconnect:
            reason = reason or "lost"
    return StorageUnavailable(reason, _first_line(error)) if reason else None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
