"""SQLite for an event loop: statements run where they are, only what waits for the disk goes to a thread.

aiosqlite hands every call to a thread, and sqlite3 there has to win back Python's global lock after every
step. A waiter asks for that lock only when it saw no release of it for a whole switch interval; a busy event
loop releases it at every turn and takes it again at once, so the thread starves: measured here, 4 reports a
second beside a loaded loop. A statement that finds its pages in memory takes some 20 µs, far less than the
way to the thread and back. So statements run in the event loop, and `COMMIT`, which waits for the disk, runs
in the thread: 1,600 reports a second beside the same loop.
"""

import asyncio
import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import aiosqlite

Result = TypeVar("Result")

BUSY_SECONDS = 5.0
PATIENT_SECONDS = 60.0

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",  # FULL: what we acknowledge to Telegram survives a power cut
    "secure_delete": "1",
    "foreign_keys": "1",
    "temp_store": "2",  # MEMORY: no sorted copy of anything in /tmp
    "journal_size_limit": str(16 * 1024 * 1024),
}
"""What holds on every connection, as SQLite reports it back."""

ROLLED_BACK = "the transaction was rolled back"

Begin = Literal["", "BEGIN", "BEGIN IMMEDIATE"]


def open_file(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """Open a database file with everything in `PRAGMAS` set; waits that long for other processes' locks."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=wait_seconds)
    try:
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}").close()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def share_interpreter() -> None:
    """Let a thread that waits for Python's global lock ask for it after 0.1 ms instead of 5 ms.

    Process-wide. Without it, a commit in its thread waits beside a busy event loop for 60 to 200 ms; with
    it, for one or two.
    """
    sys.setswitchinterval(min(sys.getswitchinterval(), 0.0001))


async def connect(path: Path, *, patient: bool = False) -> "Connection":
    """Open a database file; with `patient`, all statements run in its thread and wait longer for locks."""
    connection = Connection(path, patient=patient)
    try:
        await connection
    except BaseException:
        # aiosqlite only asks its thread to end; it would answer to a loop that may be gone by then.
        await asyncio.to_thread(connection.join)
        raise
    return connection


class Cursor(aiosqlite.Cursor):
    """A cursor that has all rows of its result in hand once it has executed."""

    _conn: "Connection"
    _rows: deque[Any]

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        """Run one statement."""
        await self._conn.perform(partial(self._run, sql, parameters or ()))
        return self

    async def executemany(self, sql: str, parameters: Any) -> Self:
        """Run one statement for each set of parameters."""
        await self._conn.perform(partial(self._cursor.executemany, sql, parameters))
        return self

    def _run(self, sql: str, parameters: Any) -> None:
        self._cursor.execute(sql, parameters)
        self._rows = deque(self._cursor.fetchall()) if self._cursor.description else deque()

    async def fetchone(self) -> Any:
        """Return the next row, or None."""
        return self._rows.popleft() if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return up to that many rows."""
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    async def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """Let go of the statement."""
        await self._conn.aside(self._cursor.close)


class Connection(aiosqlite.Connection):
    """A connection whose statements run in the event loop, and whose commits run in its thread."""

    def __init__(self, path: Path, *, patient: bool) -> None:
        self._wait_seconds = PATIENT_SECONDS if patient else BUSY_SECONDS
        super().__init__(partial(open_file, path, self._wait_seconds), iter_chunk_size=64)
        # As SQLAlchemy does: a forgotten connection must not keep the process alive.
        self._thread.daemon = True
        self._patient = patient
        self._begin: Begin = ""
        self._begun = False

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def cursor(self) -> Any:
        """Make a cursor."""
        return Cursor(self, self._conn.cursor())

    def begin(self, how: Begin) -> None:
        """Open a transaction before the next statement; "" is for what must run outside of one."""
        self._begin = how
        self._begun = False

    async def perform(self, work: Callable[[], Result]) -> Result:
        """Do something in the transaction, which is opened if it is not yet."""
        if self._begin:
            await self._open_transaction()
        if self._begun and not self._conn.in_transaction:
            # By SQLite itself, for example on a full disk; what follows would be committed piece by piece.
            raise sqlite3.OperationalError(ROLLED_BACK)
        return await self.aside(work)

    async def aside(self, work: Callable[[], Result]) -> Result:
        """Do something that has no part in the transaction."""
        if self._patient:
            return await self._in_thread(work)
        return work()

    async def _open_transaction(self) -> None:
        if self._begin == "BEGIN":
            self._conn.execute("BEGIN")  # takes no lock and reads nothing
        else:
            await self._take_the_write_lock()
        self._begin, self._begun = "", True

    async def _take_the_write_lock(self) -> None:
        """Wait for other writers in the event loop: in the thread, the wait could not be cancelled."""
        for pause in _pauses(self._wait_seconds):
            try:
                self._begin_immediate()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                await asyncio.sleep(pause)
            else:
                return
        self._begin_immediate()

    def _begin_immediate(self) -> None:
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            self._conn.execute("BEGIN IMMEDIATE")
        finally:
            self._conn.execute(f"PRAGMA busy_timeout={int(self._wait_seconds * 1000)}")

    async def commit(self) -> None:
        """Commit; returns when the disk has it."""
        begun, self._begin, self._begun = self._begun, "", False
        if self._conn.in_transaction:
            await self._in_thread(self._conn.commit)
        elif begun:
            raise sqlite3.OperationalError(ROLLED_BACK)

    async def rollback(self) -> None:
        """Undo what was not committed."""
        self._begin, self._begun = "", False
        if self._conn.in_transaction:
            await self.aside(self._conn.rollback)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((answer, work))
        return await answer


def _pauses(seconds: float) -> Iterator[float]:
    """Return growing pauses that together last about that long."""
    pause, left = 0.001, seconds
    while left > 0:
        yield pause
        left -= pause
        pause = min(2 * pause, 0.025)
