"""Forgetting: pseudonyms go before they are 48 hours old, also from the files; the reports stay."""

import asyncio
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.privacy import retention
from bot.privacy.retention import overdue, purge, run_purge
from bot.storage.engine import StorageUnavailable, sqlite_path
from bot.storage.tables import reports
from bot.storage.writer import Writer
from tests.clock import START, ManualClock


async def report(writer: Writer, observed_at: datetime, reporter: bytes | None = b"r" * 16) -> None:
    async def add(connection: AsyncConnection) -> None:
        await connection.execute(
            sa.insert(reports).values(
                id=secrets.randbits(62),
                crossing="verkhny-lars",
                mode="car",
                kind="crossed",
                wait_minutes=60,
                observed_minute=int(observed_at.timestamp()) // 900 * 15,
                reporter=reporter,
            )
        )

    await writer.run(add)


async def kept(database: AsyncEngine) -> list[timedelta]:
    """Return the ages of those reports that still have a pseudonym, the youngest first."""
    query = sa.select(reports.c.observed_minute).where(reports.c.reporter.is_not(None))
    async with database.connect() as connection:
        minutes = (await connection.execute(query)).scalars().all()
    return sorted(timedelta(minutes=START.timestamp() // 60 - minute) for minute in minutes)


async def test_only_those_that_would_grow_too_old_are_cleared(database: AsyncEngine, writer: Writer) -> None:
    ages = [timedelta(0), timedelta(hours=47), timedelta(hours=47, minutes=30)]
    due = [timedelta(hours=47, minutes=45), timedelta(hours=48), timedelta(days=30)]
    for age in ages + due:
        await report(writer, START - age)
    assert await purge(writer, ManualClock()) == len(due)
    assert await kept(database) == ages
    async with database.connect() as connection:
        query = sa.select(sa.func.count()).select_from(reports).where(reports.c.wait_minutes == 60)
        assert (await connection.execute(query)).scalar_one() == len(ages + due)


async def test_no_pseudonym_is_ever_older_than_48_hours(database: AsyncEngine, writer: Writer) -> None:
    clock = ManualClock()
    await report(writer, START)
    async with asyncio.TaskGroup() as tasks:
        purging = tasks.create_task(run_purge(writer, clock))
        for _ in range(47 * 4 + 2):
            await advance(clock)
            assert len(await kept(database)) == 1
        await advance(clock)
        assert clock.now() - START < timedelta(hours=48)
        assert await kept(database) == []
        purging.cancel()


async def advance(clock: ManualClock) -> None:
    """Let a quarter of an hour pass and the purge of that moment end."""
    await idle(clock)
    await clock.advance(15 * 60)
    await idle(clock)


async def idle(clock: ManualClock) -> None:
    while not clock.sleepers:  # noqa: ASYNC110 - the database's thread or server gives no event
        await asyncio.sleep(0.001)


async def test_a_time_in_the_future_does_not_keep_a_pseudonym_for_ever(
    database: AsyncEngine, writer: Writer
) -> None:
    await report(writer, START + timedelta(days=1000))
    await report(writer, START + timedelta(hours=1))
    assert await purge(writer, ManualClock()) == 1
    assert await kept(database) == [timedelta(hours=-1)]


async def test_more_than_fit_in_one_go_are_all_cleared(
    database: AsyncEngine, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        await report(writer, START - timedelta(days=3))
    few = sa.update(reports).where(reports.c.id.in_(sa.select(reports.c.id).where(retention._DUE).limit(3)))
    monkeypatch.setattr(retention, "_CLEAR", few.values(reporter=None))
    assert await purge(writer, ManualClock()) == 7
    assert await kept(database) == []


async def test_overdue_counts_what_a_dead_bot_left(database: AsyncEngine, writer: Writer) -> None:
    for hours in (1, 48, 49, 500):
        await report(writer, START - timedelta(hours=hours))
    assert await overdue(database, ManualClock()) == 2
    await purge(writer, ManualClock())
    assert await overdue(database, ManualClock()) == 0


async def test_a_purge_that_fails_is_made_up_for(
    database: AsyncEngine, writer: Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await report(writer, START - timedelta(days=3))
    clock = ManualClock()

    async def locked(_job: object) -> None:
        raise StorageUnavailable("locked")

    with monkeypatch.context() as patched:
        patched.setattr(writer, "run", locked)
        async with asyncio.TaskGroup() as tasks:
            purging = tasks.create_task(run_purge(writer, clock))
            await idle(clock)
            assert len(await kept(database)) == 1
            patched.undo()
            await advance(clock)
            purging.cancel()
    assert await kept(database) == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["purge failed"]


async def test_nothing_of_a_cleared_pseudonym_is_left_in_the_files(
    database: AsyncEngine, writer: Writer
) -> None:
    path = sqlite_path(database.url)
    if path is None:  # PostgreSQL's log keeps it; there, only destroying the epoch's key helps
        return
    canary = b"canary-reporter!"
    for _ in range(200):
        await report(writer, START - timedelta(hours=1))
    await report(writer, START - timedelta(days=3), canary)
    assert found(path, canary)
    await purge(writer, ManualClock())
    assert not found(path, canary)


async def test_a_reader_delays_cutting_the_log_but_not_the_purge(
    database: AsyncEngine, writer: Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if sqlite_path(database.url) is None:
        return
    monkeypatch.setattr("bot.storage.sqlite.PATIENT_SECONDS", 0.01)
    await report(writer, START - timedelta(days=3))
    async with database.connect() as reader:
        await reader.execute(sa.select(reports))
        assert await purge(writer, ManualClock()) == 1
    assert "log not cut" in [record.message for record in caplog.records]


def found(path: Path, canary: bytes) -> bool:
    return any(canary in file.read_bytes() for file in path.parent.iterdir())
