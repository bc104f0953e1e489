"""The engine: what holds on every connection, who waits for whom, and which errors mean "not now"."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage import engine, sqlite
from bot.storage.engine import StorageUnavailable, writing
from bot.storage.tables import revisions

LARS = sa.insert(revisions).values(crossing="verkhny-lars", revision=0)
CHANGE = sa.update(revisions).values(revision=7)
READ = sa.select(revisions.c.revision)


PROMISES = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "secure_delete": 1,
    "foreign_keys": 1,
    "temp_store": 2,  # MEMORY
    "journal_size_limit": 16 * 1024 * 1024,
}


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An SQLite database whose file the test knows."""
    made = engine.create(f"sqlite+aiosqlite:///{tmp_path}/data/bot.sqlite3")
    async with writing(made) as connection:
        await connection.run_sync(revisions.create)
        await connection.execute(LARS)
    yield made
    await made.dispose()


async def test_every_connection_keeps_the_promises(file: AsyncEngine) -> None:
    """All that a pool can hold at once, of both sorts; when used again; and those made for lost ones."""
    assert set(PROMISES) == set(sqlite.PRAGMAS)
    for made, wait in ((file, 5000), (engine.create(file.url, patient=True), 60_000)):
        seen = set()
        for turn in range(3):
            connections = [await made.connect() for _ in range(engine.CONNECTIONS)]
            for connection in connections:
                for pragma, value in {**PROMISES, "busy_timeout": wait}.items():
                    assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value
                seen.add((await connection.get_raw_connection()).driver_connection)
                if turn == 1:
                    await connection.invalidate()
            for connection in connections:
                await connection.close()
        assert len(seen) == 2 * engine.CONNECTIONS
        await made.dispose()


async def test_busy_timeout_is_restored_after_a_write(file: AsyncEngine) -> None:
    async with writing(file) as connection:
        await connection.execute(READ)
        assert (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar_one() == 5000


async def test_file_and_directory_are_only_ours(file: AsyncEngine) -> None:
    path = engine.sqlite_path(file.url)
    assert path is not None
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        assert stat.S_IMODE(name.stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "mysql://x/y"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be a file"):
        engine.create(url)


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable, match="cannot open"):
        engine.create(f"sqlite+aiosqlite:///{tmp_path}/file/bot.sqlite3")


async def test_readers_see_one_moment(database: AsyncEngine) -> None:
    async with writing(database) as connection:
        await connection.execute(LARS)
    async with database.connect() as reader:
        if database.dialect.name == "postgresql":
            await reader.execution_options(isolation_level="REPEATABLE READ")
        assert (await reader.execute(READ)).scalar_one() == 0
        async with writing(database) as connection:
            await connection.execute(sa.update(revisions).values(revision=1))
        assert (await reader.execute(READ)).scalar_one() == 0
    async with database.connect() as reader:
        assert (await reader.execute(READ)).scalar_one() == 1


async def test_no_increment_is_lost_between_writers(database: AsyncEngine) -> None:
    """Each reads, pauses, and writes what it read plus one: without a lock from the start most were lost."""
    async with writing(database) as connection:
        await connection.execute(LARS)

    async def increment() -> None:
        async with writing(database) as connection:
            seen = (await connection.execute(READ)).scalar_one()
            await asyncio.sleep(0.001)
            await connection.execute(sa.update(revisions).values(revision=seen + 1))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(40):
            tasks.create_task(increment())
    async with database.connect() as reader:
        assert (await reader.execute(READ)).scalar_one() == 40


async def test_what_failed_is_not_stored(database: AsyncEngine) -> None:
    with pytest.raises(IntegrityError):
        await write(database, LARS, LARS)
    assert await rows(database) == 0


async def test_our_own_mistakes_are_not_called_unavailable(database: AsyncEngine) -> None:
    async with database.connect() as connection:
        with pytest.raises(
            (OperationalError, ProgrammingError)
        ):  # no such table, in the words of each engine
            await connection.execute(sa.text("SELECT * FROM nonsense"))


async def test_errors_do_not_repeat_the_data(database: AsyncEngine) -> None:
    with pytest.raises(DBAPIError) as caught:
        await write(database, sa.text("INSERT INTO nonsense VALUES (:it)").bindparams(it="canary"))
    assert "canary" not in str(caught.value)


async def test_a_lock_that_stays_is_unavailable(file: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(str(file.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    impatient = engine.create(file.url)
    with pytest.raises(StorageUnavailable) as caught:
        await write(impatient, CHANGE)
    assert caught.value.reason == "locked"
    other.close()
    await write(impatient, CHANGE)
    await impatient.dispose()


async def test_waiting_for_a_lock_does_not_stop_the_loop(file: AsyncEngine) -> None:
    other = sqlite3.connect(str(file.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(write(file, CHANGE))
        await asyncio.sleep(0.05)  # would be the whole busy timeout if the loop stood still
        assert not waiting.done()
        other.execute("COMMIT")
    other.close()
    assert await rows(file, revision=7) == 1


async def test_a_full_disk_is_unavailable_and_nothing_is_half_stored(file: AsyncEngine) -> None:
    many = [{"crossing": f"crossing-{number}", "revision": number} for number in range(1000)]

    async def fill(connection: AsyncConnection) -> None:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        await connection.execute(CHANGE)
        await connection.execute(sa.insert(revisions), many)
        await connection.commit()

    async with file.connect() as connection:
        with pytest.raises(StorageUnavailable) as caught:
            await fill(connection)
    assert caught.value.reason == "full"
    assert await rows(file, revision=0) == await rows(file) == 1


@pytest.mark.parametrize("then", [[], [CHANGE]])
async def test_nothing_is_written_after_sqlite_rolled_back_by_itself(
    file: AsyncEngine, then: list[sa.Executable]
) -> None:
    """As on a full disk. The rest would be committed piece by piece, or the loss be called a success."""

    async def lose_the_transaction() -> None:
        async with writing(file) as connection:
            await connection.execute(CHANGE)
            raw = (await connection.get_raw_connection()).driver_connection
            assert isinstance(raw, sqlite.Connection)
            await raw.aside(lambda: raw._conn.execute("ROLLBACK"))
            for statement in then:
                await connection.execute(statement)

    with pytest.raises(StorageUnavailable) as caught:
        await lose_the_transaction()
    assert caught.value.reason == "full"
    assert await rows(file, revision=0) == 1


async def test_a_damaged_file_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite3"
    path.write_bytes(b"this was never a database" * 1000)
    made = engine.create(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(StorageUnavailable) as caught:
        async with made.connect() as connection:
            await connection.execute(READ)
    assert caught.value.reason == "damaged"
    # A thread that still ran would answer to an event loop that may be gone.
    assert not [thread for thread in threading.enumerate() if "connection_worker" in thread.name]
    await made.dispose()


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    made = engine.create(f"postgresql+asyncpg://nobody@/nothing?host={tmp_path}")
    with pytest.raises(StorageUnavailable) as caught:
        async with made.connect() as connection:
            await connection.execute(READ)
    assert caught.value.reason == "lost"
    await made.dispose()


async def test_an_option_that_the_driver_does_not_know_is_told() -> None:
    made = engine.create("postgresql+asyncpg://bot:hush@127.0.0.1:1/name?nosuch=1")
    with pytest.raises(StorageUnavailable, match=r"refused: BOT_DATABASE_URL: .*nosuch") as caught:
        async with made.connect() as connection:
            await connection.execute(READ)
    assert "hush" not in str(caught.value)
    await made.dispose()


async def test_after_the_server_ended_a_connection_the_next_one_works(database: AsyncEngine) -> None:
    if database.dialect.name == "sqlite":  # there is no server
        return

    async def be_ended() -> None:
        async with writing(database) as connection:
            own = (await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
            async with database.connect() as other:
                await other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
            await connection.execute(LARS)

    with pytest.raises(StorageUnavailable) as caught:
        await be_ended()
    assert caught.value.reason == "lost"
    await write(database, LARS)
    assert await rows(database) == 1


async def test_all_connections_taken_is_unavailable(
    file: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "POOL_SECONDS", 0.01)
    narrow = engine.create(file.url)
    taken = [await narrow.connect() for _ in range(engine.CONNECTIONS)]
    with pytest.raises(StorageUnavailable) as caught:
        async with narrow.connect():
            pass
    assert caught.value.reason == "busy"
    for connection in taken:
        await connection.close()
    await narrow.dispose()


async def test_a_cancelled_writer_lets_go_of_the_lock(database: AsyncEngine) -> None:
    begun = asyncio.Event()

    async def write_for_ever() -> None:
        async with writing(database) as connection:
            await connection.execute(LARS)
            begun.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(write_for_ever())
        await begun.wait()
        task.cancel()
    assert await rows(database) == 0
    async with writing(database) as connection:
        await connection.execute(LARS)
    assert await rows(database) == 1


async def test_a_writer_cancelled_while_it_waits_does_not_take_the_lock_later(file: AsyncEngine) -> None:
    other = sqlite3.connect(str(file.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(write(file, CHANGE))
        await asyncio.sleep(0.02)
        waiting.cancel()  # and this is done long before the time for waiting is over
    other.execute("COMMIT")
    other.close()
    await write(file, CHANGE)
    assert await rows(file, revision=7) == 1


async def test_a_writer_cancelled_while_it_commits_lets_go_of_the_lock(database: AsyncEngine) -> None:
    async def write_and_be_cancelled() -> None:
        task = asyncio.current_task()
        assert task is not None
        async with writing(database) as connection:
            await connection.execute(LARS)
            asyncio.get_running_loop().call_soon(task.cancel)

    with pytest.raises(asyncio.CancelledError):
        await write_and_be_cancelled()
    await write(database, CHANGE)  # whether or not the row is there is not known
    await write(database, sa.delete(revisions), LARS)
    assert await rows(database) == 1


async def test_rows_can_be_streamed(database: AsyncEngine) -> None:
    async with writing(database) as connection:
        await connection.execute(
            sa.insert(revisions), [{"crossing": str(number), "revision": number} for number in range(300)]
        )
    async with database.connect() as reader:
        result = await reader.stream(READ.order_by(revisions.c.revision))
        assert [row.revision async for row in result] == list(range(300))


async def write(database: AsyncEngine, *statements: sa.Executable) -> None:
    """Execute statements in one writing transaction."""
    async with writing(database) as connection:
        for statement in statements:
            await connection.execute(statement)


async def rows(database: AsyncEngine, **values: int) -> int:
    """Count the rows that a new connection sees."""
    query = sa.select(sa.func.count()).select_from(revisions).filter_by(**values)
    async with database.connect() as connection:
        return int((await connection.execute(query)).scalar_one())
