"""The one writer: what waits to be written goes into one transaction; callers hear of it after the commit."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import PendingRollbackError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.engine import StorageUnavailable, writing

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Job = Callable[[AsyncConnection], Awaitable[Result]]

_ANYTHING = sa.select(sa.literal(1))

MOST_WAITING = 1_000
MOST_TOGETHER = 100
BETWEEN_PAUSES = 4
"""So many jobs run before the event loop has a turn; on SQLite a job does not pause by itself."""


@dataclass(frozen=True, eq=False)
class _Waiting:
    job: Job[Any]
    answer: asyncio.Future[Any]


@dataclass(frozen=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


class _JobFailed(Exception):
    """A job raised `error` while the others shared its transaction."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


_OF_ALL = (StorageUnavailable, PendingRollbackError)
"""Errors that are not of the job that meets them: the connection is gone for all."""

_Run = Callable[[AsyncConnection, Job[Any]], Awaitable[_Outcome]]


class Writer:
    """Write for everybody, in groups: `async with Writer(engine) as writer: … await writer.run(job)`.

    A job is a function of the connection, and only of it: it may run a second time, from the start, if
    another job of its group failed. So it changes nothing but the database, and waits for nothing but its
    statements. What is usual, such as a limit that is reached, it returns: raising costs its whole group a
    second run. Statements are made once, at module level, with `bindparam`: making one costs more than
    running it. Leaving the context writes what waits, then stops.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._waiting: deque[_Waiting] = deque()
        self._room = asyncio.Semaphore(MOST_WAITING)
        self._news = asyncio.Event()
        self._stopped = False
        self._tasks = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many jobs wait for their transaction."""
        return len(self._waiting)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._serve(), name="writer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        self._news.set()
        try:
            if self._task is not None:
                await asyncio.wait({self._task})
        finally:
            if isinstance(error, asyncio.CancelledError):  # perhaps by the group itself, as the writer broke
                await self._tasks.__aexit__(kind, error, trace)
            else:  # the group would wrap an error of the body in one of its own
                await self._tasks.__aexit__(None, None, None)

    async def run(self, job: Job[Result]) -> Result:
        """Run a job and return what it returned, after its commit.

        What the job raises is raised here, and nothing of it is stored. Raises `StorageUnavailable` if the
        transaction could not be committed, or if that is not known. Waits while too many others do. A caller
        that is cancelled takes its job back if that has not begun.
        """
        async with self._room:
            if self._stopped:
                raise StorageUnavailable("stopped")
            waiting = _Waiting(job, asyncio.get_running_loop().create_future())
            self._waiting.append(waiting)
            self._news.set()
            result: Result = await waiting.answer
            return result

    async def _serve(self) -> None:
        group: list[_Waiting] = []
        try:
            while self._waiting or not self._stopped:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    if not (group := self._next_group()):
                        continue
                    outcomes = await self._write([waiting.job for waiting in group])
                    for waiting, outcome in zip(group, outcomes, strict=True):
                        _tell(waiting, outcome)
        finally:
            self._stopped = True
            for waiting in [*group, *self._waiting]:
                _tell(waiting, _Outcome(error=StorageUnavailable("stopped")))

    def _next_group(self) -> list[_Waiting]:
        some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
        return [waiting for waiting in some if not waiting.answer.cancelled()]

    async def _write(self, jobs: Sequence[Job[Any]]) -> list[_Outcome]:
        """Write a group: at first without savepoints, which halve the speed and are seldom needed."""
        try:
            try:
                return (await self._together([*jobs, _require_whole], _bare))[: len(jobs)]
            except _JobFailed as failed:
                if len(jobs) == 1:
                    return [_Outcome(error=failed.error)]
                return await self._together(jobs, _apart)
        except StorageUnavailable as error:
            unavailable = error
        except SQLAlchemyError as error:  # of the transaction, as those of jobs are caught around each job
            unavailable = StorageUnavailable("lost", type(error).__name__)
        log.warning("write failed", extra={"fields": {"reason": unavailable.reason, "jobs": len(jobs)}})
        # Each caller raises one of its own: a traceback is written into what is raised.
        return [_Outcome(error=StorageUnavailable(unavailable.reason, unavailable.detail)) for _ in jobs]

    async def _together(self, jobs: Sequence[Job[Any]], run: _Run) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        async with writing(self.engine) as connection:
            for number, job in enumerate(jobs, 1):
                outcomes.append(await run(connection, job))
                if number % BETWEEN_PAUSES == 0:
                    await asyncio.sleep(0)
        return outcomes


async def _bare(connection: AsyncConnection, job: Job[Any]) -> _Outcome:
    """Run a job that fails the whole group if it fails."""
    try:
        return _Outcome(await job(connection))
    except _OF_ALL:
        raise
    except Exception as error:  # whatever a job raises is its caller's
        raise _JobFailed(error) from error


async def _apart(connection: AsyncConnection, job: Job[Any]) -> _Outcome:
    """Run a job in a savepoint, so that it fails alone."""
    savepoint = await connection.begin_nested()
    try:
        value = await job(connection)
        await _require_whole(connection)
    except _OF_ALL:
        raise
    except Exception as error:  # whatever a job raises is its caller's
        await savepoint.rollback()
        return _Outcome(error=error)
    await savepoint.commit()
    return _Outcome(value)


async def _require_whole(connection: AsyncConnection) -> None:
    """Raise if a job has hidden an error of its statements.

    After one, PostgreSQL takes `COMMIT` for a rollback, and says so only in passing.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(_ANYTHING)


def _tell(waiting: _Waiting, outcome: _Outcome) -> None:
    if waiting.answer.done():
        return
    if outcome.error is None:
        waiting.answer.set_result(outcome.value)
    else:
        waiting.answer.set_exception(outcome.error)
