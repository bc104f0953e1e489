"""The writer: many callers, one transaction, and nobody hears of anything before the commit."""

import asyncio
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage import engine
from bot.storage import writer as module
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import revisions
from bot.storage.writer import Job, Writer
from tests.databases import run_apart


class Refused(Exception):
    """What a job raises in these tests."""


def add(crossing: str) -> Job[str]:
    async def job(connection: AsyncConnection) -> str:
        await connection.execute(sa.insert(revisions).values(crossing=crossing, revision=0))
        return crossing

    return job


def add_and_fail(crossing: str) -> Job[str]:
    async def job(connection: AsyncConnection) -> str:
        await add(crossing)(connection)
        raise Refused

    return job


async def crossings(database: AsyncEngine) -> set[str]:
    async with database.connect() as connection:
        return set((await connection.execute(sa.select(revisions.c.crossing))).scalars())


class Commits:
    """Counts an engine's commits, and makes them fail on demand."""

    def __init__(self, database: AsyncEngine) -> None:
        self.count = 0
        self.failing = False
        event.listen(database.sync_engine, "commit", self._committing)

    def _committing(self, connection: sa.Connection) -> None:
        self.count += 1
        if self.failing:
            raise StorageUnavailable("full")


@pytest.fixture
def commits(database: AsyncEngine) -> Commits:
    return Commits(database)


async def test_a_job_returns_its_value_once_others_can_see_what_it_wrote(
    database: AsyncEngine, writer: Writer
) -> None:
    assert await writer.run(add("verkhny-lars")) == "verkhny-lars"
    assert await crossings(database) == {"verkhny-lars"}


async def test_those_who_wait_share_a_commit(database: AsyncEngine, writer: Writer, commits: Commits) -> None:
    names = [f"crossing-{number}" for number in range(50)]
    assert [*await asyncio.gather(*(writer.run(add(name)) for name in names))] == names
    assert commits.count == 1
    assert await crossings(database) == set(names)


async def test_a_group_has_a_limit(database: AsyncEngine, writer: Writer, commits: Commits) -> None:
    names = [f"crossing-{number}" for number in range(module.MOST_TOGETHER + 1)]
    await asyncio.gather(*(writer.run(add(name)) for name in names))
    assert commits.count == 2


async def test_more_callers_than_may_wait_all_get_their_turn(
    database: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    async with Writer(database) as writer:
        names = [f"crossing-{number}" for number in range(20)]
        assert [*await asyncio.gather(*(writer.run(add(name)) for name in names))] == names


async def test_one_that_fails_does_not_hurt_the_others(database: AsyncEngine, writer: Writer) -> None:
    outcomes = await asyncio.gather(
        writer.run(add("first")),
        writer.run(add_and_fail("refused")),
        writer.run(add("second")),
        writer.run(add("second")),
        writer.run(add("third")),
        return_exceptions=True,
    )
    assert [*outcomes[0::2]] == ["first", "second", "third"]
    assert isinstance(outcomes[1], Refused)
    assert isinstance(outcomes[3], IntegrityError)
    assert await crossings(database) == {"first", "second", "third"}


async def test_one_that_fails_alone_leaves_nothing(database: AsyncEngine, writer: Writer) -> None:
    with pytest.raises(Refused):
        await writer.run(add_and_fail("refused"))
    assert await crossings(database) == set()
    assert await writer.run(add("next")) == "next"


@pytest.mark.parametrize("others", [0, 2])
async def test_a_job_that_hides_an_error_is_never_told_a_false_success(
    database: AsyncEngine, writer: Writer, others: int
) -> None:
    """PostgreSQL has lost the transaction by then, and would answer a commit with no more than a remark."""

    async def hide(connection: AsyncConnection) -> str:
        await add("before")(connection)
        with suppress(IntegrityError):
            await add("before")(connection)
        return "stored"

    jobs = [writer.run(add(str(number))) for number in range(others)]
    *innocent, outcome = await asyncio.gather(*jobs, writer.run(hide), return_exceptions=True)
    assert innocent == [str(number) for number in range(others)]
    assert (outcome == "stored") == ("before" in await crossings(database))
    assert set(innocent) <= await crossings(database)


async def test_a_job_sees_what_those_before_it_wrote(writer: Writer) -> None:
    async def count(connection: AsyncConnection) -> int:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(revisions))).scalar_one())

    outcomes = await asyncio.gather(
        writer.run(add("a")), writer.run(count), writer.run(add("b")), writer.run(count)
    )
    assert [*outcomes[1::2]] == [1, 2]


async def test_a_commit_that_fails_fails_the_whole_group(
    database: AsyncEngine, writer: Writer, commits: Commits
) -> None:
    commits.failing = True
    outcomes = await asyncio.gather(
        writer.run(add("a")), writer.run(add_and_fail("b")), writer.run(add("c")), return_exceptions=True
    )
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
    assert await crossings(database) == set()
    commits.failing = False
    assert await writer.run(add("a")) == "a"


async def test_nobody_is_told_before_the_commit(database: AsyncEngine, writer: Writer) -> None:
    told = asyncio.Event()
    seen: list[bool] = []

    def committing(_connection: sa.Connection) -> None:
        seen.append(told.is_set())

    event.listen(database.sync_engine, "commit", committing)

    async def caller(job: Job[str]) -> None:
        with suppress(Refused):
            await writer.run(job)
        told.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(caller(add("a")))
        tasks.create_task(caller(add_and_fail("b")))
    assert seen == [False]
    assert told.is_set()


async def test_a_database_that_fails_inside_a_job_fails_its_group(
    database: AsyncEngine, writer: Writer
) -> None:
    async def lose(_connection: AsyncConnection) -> None:
        raise StorageUnavailable("lost")

    outcomes = await asyncio.gather(writer.run(add("a")), writer.run(lose), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["database lost", "database lost"]
    assert await crossings(database) == set()


async def test_errors_of_the_transaction_itself_are_unavailable(
    database: AsyncEngine, writer: Writer
) -> None:
    async def take_the_connection_away(connection: AsyncConnection) -> None:
        await connection.invalidate()

    with pytest.raises(StorageUnavailable):
        await writer.run(take_the_connection_away)
    assert await writer.run(add("next")) == "next"


async def test_a_caller_that_is_cancelled_hurts_nobody(database: AsyncEngine, writer: Writer) -> None:
    inside, leave = asyncio.Event(), asyncio.Event()

    async def slow(connection: AsyncConnection) -> None:
        await add("slow")(connection)
        inside.set()
        await leave.wait()

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(writer.run(slow))
        await inside.wait()
        waiting = tasks.create_task(writer.run(add("taken back")))
        other = tasks.create_task(writer.run(add("other")))
        await asyncio.sleep(0)
        running.cancel()
        waiting.cancel()
        leave.set()
    assert other.result() == "other"
    # What had begun is written; nobody was told, so Telegram brings the update again, and the same row.
    assert await crossings(database) == {"slow", "other"}


async def test_leaving_writes_what_waits_and_then_refuses(database: AsyncEngine) -> None:
    async with asyncio.TaskGroup() as tasks:
        async with Writer(database) as writer:
            waiting = [tasks.create_task(writer.run(add(f"crossing-{number}"))) for number in range(250)]
            await asyncio.sleep(0)
        assert len(await crossings(database)) == 250
    assert all(task.done() for task in waiting)
    with pytest.raises(StorageUnavailable, match="stopped"):
        await writer.run(add("late"))


async def test_leaving_by_an_error_writes_what_waits_as_well(database: AsyncEngine) -> None:
    async def fail(tasks: asyncio.TaskGroup) -> None:
        async with Writer(database) as writer:
            tasks.create_task(writer.run(add("a")))
            await asyncio.sleep(0)
            raise Refused

    async with asyncio.TaskGroup() as tasks:
        with pytest.raises(Refused):
            await fail(tasks)
    assert await crossings(database) == {"a"}


async def test_leaving_by_a_cancellation_writes_what_waits_as_well(database: AsyncEngine) -> None:
    async def serve(tasks: asyncio.TaskGroup) -> None:
        async with Writer(database) as writer:
            for number in range(module.MOST_TOGETHER + 1):
                tasks.create_task(writer.run(add(str(number))))
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve(tasks))
        await asyncio.sleep(0.001)
        serving.cancel()
    assert len(await crossings(database)) == module.MOST_TOGETHER + 1


async def test_a_writer_that_breaks_ends_what_relies_on_it(
    database: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_writer: Writer) -> None:
        raise AssertionError

    async def rely() -> None:
        async with Writer(database) as writer:
            with suppress(StorageUnavailable):
                await writer.run(add("a"))
            await asyncio.Event().wait()

    monkeypatch.setattr(Writer, "_next_group", broken)
    with pytest.raises(ExceptionGroup) as caught:
        await rely()
    assert caught.group_contains(AssertionError)


async def test_a_writer_that_is_ended_by_force_leaves_nobody_waiting(database: AsyncEngine) -> None:
    inside = asyncio.Event()

    async def for_ever(connection: AsyncConnection) -> None:
        await add("half")(connection)
        inside.set()
        await asyncio.Event().wait()

    outcomes: list[BaseException] = []

    async def caller(writer: Writer, job: Job[object]) -> None:
        with pytest.raises(StorageUnavailable) as caught:
            await writer.run(job)
        outcomes.append(caught.value)

    async def serve(tasks: asyncio.TaskGroup) -> None:
        async with Writer(database) as writer:
            tasks.create_task(caller(writer, for_ever))
            await inside.wait()
            tasks.create_task(caller(writer, add("behind")))
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve(tasks))
        await inside.wait()
        await asyncio.sleep(0.01)
        serving.cancel()
        await asyncio.sleep(0.01)
        serving.cancel()
    assert [str(outcome) for outcome in outcomes] == ["database stopped"] * 2
    assert await crossings(database) == set()


def test_what_was_acknowledged_survives_a_kill(database_url: str) -> None:
    command = [sys.executable, "-m", "tests.storage.writing", database_url]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(300)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split("\n")[:-1]  # the last line may be cut
    found: set[str] = set()

    async def look() -> None:
        database = engine.create(database_url)
        found.update(await crossings(database))
        await database.dispose()

    run_apart(look())
    assert len(told) >= 300
    assert set(told) <= found


async def test_the_loop_turns_while_a_large_group_is_written(database: AsyncEngine, writer: Writer) -> None:
    """On SQLite jobs run in the event loop; a hundred in one piece would hold up everybody else."""
    turns = 0
    done = asyncio.Event()

    async def turn() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    async def job(_connection: AsyncConnection) -> int:
        return turns

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(turn())
        seen = await asyncio.gather(*(writer.run(job) for _ in range(module.MOST_TOGETHER)))
        done.set()
    assert len(set(seen)) == module.MOST_TOGETHER // module.BETWEEN_PAUSES
