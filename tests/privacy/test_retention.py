"""Forgetting: what has a term goes before its end, also from the files; the rest stays."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.privacy import retention
from bot.privacy.kept import KEPT, Kept, Lasting, Term
from bot.privacy.retention import overdue, purge, run_purge
from bot.storage.engine import StorageUnavailable, sqlite_path
from bot.storage.tables import audit, chats, reports, revisions, trail
from bot.storage.writer import Writer
from tests.clock import START, ManualClock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Promise(NamedTuple):
    """What must go, told here once more, so that a slip in the table is seen."""

    name: str
    since: sa.Column[int]
    most: timedelta
    there: sa.ColumnElement[bool]
    """What it looks like while it is still there."""


PROMISES = [
    Promise("reports.reporter", reports.c.observed_minute, 48 * HOUR, reports.c.reporter.is_not(None)),
    Promise("trail", trail.c.sent_minute, 48 * HOUR, sa.true()),
    Promise("audit", audit.c.at_minute, 365 * DAY, sa.true()),
]
REPORTER, TRAIL, AUDIT = PROMISES

each = pytest.mark.parametrize("promise", PROMISES, ids=[promise.name for promise in PROMISES])


async def store(writer: Writer, promise: Promise, *ages: timedelta, mark: bytes = b"m" * 16) -> None:
    """Store a row of each age."""
    table, since = promise.since.table, promise.since.name
    tables: dict[str, dict[str, Any]] = {
        "reports": {
            "crossing": "lars",
            "mode": "car",
            "kind": "crossed",
            "wait_minutes": 60,
            "reporter": mark,
        },
        "trail": {"chat": mark, "epoch": 1, "sealed": b"s" * 220},
        "audit": {"action": "hide", "subject": "lars"},
    }
    more = tables[promise.name.split(".")[0]]
    rows = [{"id": secrets.randbits(62), since: minute(START - age), **more} for age in ages]
    await write(writer, sa.insert(table).values(rows))


async def write(writer: Writer, *statements: sa.Executable) -> None:
    async def job(connection: AsyncConnection) -> None:
        for statement in statements:
            await connection.execute(statement)

    await writer.run(job)


def minute(at: datetime) -> int:
    return int(at.timestamp()) // 900 * 15


async def kept(database: AsyncEngine, promise: Promise, now: datetime = START) -> list[timedelta]:
    """Return the ages of what is still there, the youngest first."""
    query = sa.select(promise.since).where(promise.there)
    async with database.connect() as connection:
        minutes = (await connection.execute(query)).scalars().all()
    return sorted(now - START + timedelta(minutes=START.timestamp() // 60 - at) for at in minutes)


async def count(database: AsyncEngine, table: sa.Table) -> int:
    async with database.connect() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


@each
async def test_only_what_would_grow_too_old_goes(
    database: AsyncEngine, writer: Writer, promise: Promise
) -> None:
    stay = [timedelta(0), promise.most - HOUR, promise.most - 30 * MINUTE]
    go = [promise.most - 15 * MINUTE, promise.most, promise.most + 30 * DAY]
    await store(writer, promise, *stay, *go)
    assert await purge(writer, ManualClock()) == len(go)
    assert await kept(database, promise) == stay


async def test_a_report_outlives_who_made_it(database: AsyncEngine, writer: Writer) -> None:
    await store(writer, REPORTER, HOUR, 3 * DAY, 3000 * DAY)
    await purge(writer, ManualClock())
    async with database.connect() as connection:
        waits = (await connection.execute(sa.select(reports.c.wait_minutes))).scalars().all()
    assert waits == [60] * 3


async def test_choices_and_counters_stay(database: AsyncEngine, writer: Writer) -> None:
    await write(
        writer,
        sa.insert(chats).values(id=1, chat=b"c" * 16, epoch=1, sealed=b"s" * 220),
        sa.insert(revisions).values(crossing="lars", revision=1),
    )
    clock = ManualClock()
    await clock.leap((3000 * DAY).total_seconds())
    assert await purge(writer, clock) == 0
    assert await count(database, chats) == await count(database, revisions) == 1


@pytest.mark.parametrize("promise", [REPORTER, TRAIL], ids=["reporter", "trail"])
async def test_nothing_of_a_person_is_ever_older_than_48_hours(
    database: AsyncEngine, writer: Writer, promise: Promise
) -> None:
    clock = ManualClock()
    await store(writer, promise, timedelta(0))
    async with asyncio.TaskGroup() as tasks:
        purging = tasks.create_task(run_purge(writer, clock))
        for _ in range(47 * 4 + 2):
            await advance(clock)
            assert len(await kept(database, promise)) == 1
        await advance(clock)
        assert clock.now() - START < 48 * HOUR
        assert await kept(database, promise) == []
        purging.cancel()


async def advance(clock: ManualClock) -> None:
    """Let a quarter of an hour pass and the purge of that moment end."""
    await clock.until_asleep()
    await clock.advance(15 * 60)
    await clock.until_asleep()


EDGES = (timedelta(0), -48 * HOUR, 48 * HOUR, 365 * DAY)
AGES = st.lists(
    st.one_of(
        st.builds(lambda edge, steps: edge + steps * 15 * MINUTE, st.sampled_from(EDGES), st.integers(-4, 4)),
        st.integers(-4000 * 96, 4000 * 96).map(lambda steps: steps * 15 * MINUTE),
    ),
    max_size=12,
)
"""Ages by the quarter of an hour, many near to where something happens, some of a clock that was wrong."""


@settings(
    max_examples=25,
    # Each example empties the tables first.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ages=st.tuples(AGES, AGES, AGES), later=st.integers(0, 15 * 60 - 1))
async def test_nothing_outlives_its_term(
    database: AsyncEngine, writer: Writer, ages: tuple[list[timedelta], ...], later: int
) -> None:
    """Whatever there was, no purge leaves what grows too old before the next one, and takes nothing else."""
    await write(writer, *(sa.delete(promise.since.table) for promise in PROMISES))
    for promise, its in zip(PROMISES, ages, strict=True):
        if its:
            await store(writer, promise, *its)
    clock = ManualClock()
    await clock.leap(later)
    await purge(writer, clock)
    for promise, its in zip(PROMISES, ages, strict=True):
        left = await kept(database, promise, clock.now())
        late = clock.now() - START
        assert all(age + 15 * MINUTE < promise.most + MINUTE for age in left)
        assert all(age >= -48 * HOUR - MINUTE for age in left)
        sure = [age + late for age in its if -48 * HOUR <= age + late < promise.most - 16 * MINUTE]
        assert set(sure) <= set(left)
    assert await count(database, reports) == len(ages[0])


@each
async def test_a_time_in_the_future_keeps_nothing_for_ever(
    database: AsyncEngine, writer: Writer, promise: Promise
) -> None:
    await store(writer, promise, -1000 * DAY, -HOUR)
    assert await purge(writer, ManualClock()) == 1
    assert await kept(database, promise) == [-HOUR]


@each
async def test_more_than_fit_in_one_go_go_one_after_the_other(
    database: AsyncEngine, writer: Writer, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(writer, promise, *[1000 * DAY] * 7, HOUR)
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    goes = []
    run = writer.run

    async def counted(job: Callable[[AsyncConnection], Awaitable[int]]) -> int:
        goes.append(await run(job))
        return goes[-1]

    monkeypatch.setattr(writer, "run", counted)
    assert await purge(writer, ManualClock()) == 7
    assert [some for some in goes if some] == [3, 3, 1]
    assert await kept(database, promise) == [HOUR]


@each
async def test_overdue_tells_what_a_dead_bot_left(
    database: AsyncEngine, writer: Writer, promise: Promise
) -> None:
    await store(writer, promise, HOUR, promise.most, promise.most + HOUR, promise.most + 500 * HOUR)
    assert await overdue(database, ManualClock()) == {promise.name: 2}
    await purge(writer, ManualClock())
    assert await overdue(database, ManualClock()) == {}


def changed(table: str, term: Term | Lasting, column: str | None = None) -> Kept:
    """Return what is kept with another term of a table or of one column."""
    rows = KEPT[table]
    if column is None:
        return {**KEPT, table: replace(rows, term=term)}
    its = replace(rows.columns[column], term=term)
    return {**KEPT, table: replace(rows, columns={**rows.columns, column: its})}


async def test_the_purge_and_the_check_follow_the_table(database: AsyncEngine, writer: Writer) -> None:
    await store(writer, AUDIT, HOUR, 3 * HOUR)
    await store(writer, TRAIL, HOUR, 90 * HOUR)
    await store(writer, REPORTER, HOUR, 30 * HOUR)
    clock = ManualClock()

    sooner = changed("audit", Term(2 * HOUR, "at_minute"))
    for_ever = changed("trail", Lasting("for good"))
    another = changed("reports", Term(20 * HOUR, "observed_minute"), "wait_minutes")
    assert await overdue(database, clock, for_ever) == {}
    assert await overdue(database, clock, sooner) == {"audit": 1, "trail": 1}
    assert await overdue(database, clock, another) == {"reports.wait_minutes": 1, "trail": 1}

    await purge(writer, clock, for_ever)
    assert await kept(database, TRAIL) == [HOUR, 90 * HOUR]
    await purge(writer, clock, sooner)
    assert await kept(database, AUDIT) == await kept(database, TRAIL) == [HOUR]
    await purge(writer, clock, another)
    assert await kept(database, REPORTER) == [HOUR, 30 * HOUR]
    async with database.connect() as connection:
        query = sa.select(reports.c.wait_minutes).order_by(reports.c.observed_minute)
        assert (await connection.execute(query)).scalars().all() == [None, 60]


async def test_a_purge_that_fails_is_made_up_for(
    database: AsyncEngine, writer: Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await store(writer, REPORTER, 3 * DAY)
    clock = ManualClock()

    async def locked(_job: object) -> None:
        raise StorageUnavailable("locked")

    with monkeypatch.context() as patched:
        patched.setattr(writer, "run", locked)
        async with asyncio.TaskGroup() as tasks:
            purging = tasks.create_task(run_purge(writer, clock))
            await clock.until_asleep()
            assert len(await kept(database, REPORTER)) == 1
            patched.undo()
            await advance(clock)
            purging.cancel()
    assert await kept(database, REPORTER) == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["purge failed"]


@pytest.mark.parametrize("promise", [REPORTER, TRAIL], ids=["reporter", "trail"])
async def test_nothing_of_what_is_gone_is_left_in_the_files(
    database: AsyncEngine, writer: Writer, promise: Promise
) -> None:
    path = sqlite_path(database.url)
    if path is None:  # PostgreSQL's log keeps it; there, only destroying the epoch's key helps
        return
    canary = b"canary-somebody!"
    await store(writer, promise, *[HOUR] * 200)
    await store(writer, promise, 3 * DAY, mark=canary)
    assert found(path, canary)
    await purge(writer, ManualClock())
    assert not found(path, canary)


async def test_the_log_is_cut_even_when_nothing_was_due(database: AsyncEngine, writer: Writer) -> None:
    """What somebody erased just before is in it as well."""
    path = sqlite_path(database.url)
    if path is None:
        return
    log = path.with_name(path.name + "-wal")
    await store(writer, TRAIL, HOUR)
    assert log.stat().st_size
    assert await purge(writer, ManualClock()) == 0
    assert not log.stat().st_size


async def test_a_reader_delays_cutting_the_log_but_not_the_purge(
    database: AsyncEngine, writer: Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if sqlite_path(database.url) is None:
        return
    monkeypatch.setattr("bot.storage.sqlite.PATIENT_SECONDS", 0.01)
    await store(writer, REPORTER, 3 * DAY)
    async with database.connect() as reader:
        await reader.execute(sa.select(reports))
        assert await purge(writer, ManualClock()) == 1
    assert "log not cut" in [record.message for record in caplog.records]


def found(path: Path, canary: bytes) -> bool:
    return any(canary in file.read_bytes() for file in path.parent.iterdir())
