"""Reports in the database: stored once, limited, taken back, and seen at once."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.crossings import rows, store
from bot.crossings.report import BANDS, Band, Event, Implausible, Kind, Mode, Report, Statement
from bot.crossings.rows import MOST_AN_HOUR
from bot.crossings.store import (
    Added,
    NotYours,
    Reporter,
    Reports,
    TooLate,
    TooMany,
    Withdrawn,
)
from bot.crossings.votes import voices
from bot.storage import tables
from bot.storage.engine import StorageUnavailable
from bot.storage.writer import Job, Result, Writer
from tests.clock import ManualClock, settle
from tests.crossings.saying import LARS
from tests.waiting import PATIENCE

ANNA: Reporter = (b"anna".ljust(16), None)
BORIS: Reporter = (b"boris".ljust(16), None)


def wait(minutes: int, crossing: str = LARS) -> Statement:
    return Statement(crossing, Mode.CAR, Kind.CROSSED, wait_minutes=minutes)


@dataclass
class Desk:
    """The store beside its database and clock."""

    reports: Reports
    engine: AsyncEngine
    clock: ManualClock
    queries: list[str] = field(default_factory=list)

    async def say(
        self, statement: Statement, who: Reporter = ANNA, id: int = 1, ago: float = 0
    ) -> Added | TooMany:
        return await self.reports.add(statement, who, id, self.clock.now() - timedelta(minutes=ago))

    async def recent(self, crossing: str = LARS) -> tuple[Report, ...]:
        return (await self.reports.recent(crossing)).reports

    async def stored(self) -> list[sa.Row[tuple[object, ...]]]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(sa.select(tables.reports))).all())

    async def purge(self, *changes: sa.Executable) -> None:
        async with self.engine.begin() as connection:
            for change in changes:
                await connection.execute(change)


@pytest.fixture
def desk(database: AsyncEngine, writer: Writer) -> Desk:
    clock = ManualClock()
    made = Desk(Reports(database, writer, clock), database, clock)

    @event.listens_for(database.sync_engine, "before_cursor_execute")
    def note(_a: object, _b: object, text: str, *_: object) -> None:
        made.queries.append(text)

    return made


@pytest.mark.parametrize(
    "statement",
    [
        wait(300),
        Statement(LARS, Mode.FOOT, Kind.WAITING, wait_minutes=90),
        Statement(LARS, Mode.BUS, Kind.WAITING),
        Statement(LARS, Mode.CAR, Kind.BAND, band=BANDS[3]),
        Statement(LARS, Mode.CAR, Kind.BAND, band=Band(4320, None)),
        Statement(LARS, Mode.TRUCK, Kind.LENGTH, vehicles=300, people=0, metres=2000, landmark="chmi"),
        Statement(LARS, Mode.CAR, Kind.EVENT, event=Event.PHONE_CHECKS),
    ],
    ids=lambda statement: str(statement.kind),
)
async def test_what_is_said_is_kept_as_it_was_said(desk: Desk, statement: Statement) -> None:
    said = await desk.say(statement)
    assert said == Added(Report(1, statement, desk.clock.now(), ANNA[0]))
    assert await desk.recent() == (said.report,)
    desk.reports.forget()
    assert await desk.recent() == (said.report,)


async def test_the_time_is_stored_in_quarters_of_an_hour_and_never_in_the_future(desk: Desk) -> None:
    await desk.clock.advance(14 * 60)
    await desk.say(wait(60), id=1)
    await desk.say(wait(70), id=2, ago=-600)
    assert {row.observed_minute * 60 for row in await desk.stored()} == {
        (desk.clock.now() - timedelta(minutes=14)).timestamp()
    }


async def test_nothing_but_the_report_is_stored(desk: Desk) -> None:
    await desk.say(wait(300))
    (row,) = await desk.stored()
    assert [value for value in row if value is not None] == [
        1,
        LARS,
        "car",
        "crossed",
        300,
        int(desk.clock.now().timestamp()) // 60,
        ANNA[0],
        0,
        False,  # hidden by nobody
    ]


async def test_the_same_update_twice_is_one_report(desk: Desk) -> None:
    first, second = await desk.say(wait(300)), await desk.say(wait(300))
    assert isinstance(first, Added)
    assert isinstance(second, Added)
    assert (first.report, first.again, second.again) == (second.report, False, True)
    assert second.report_id == 1
    await desk.clock.advance(40 * 60)  # it may come again after a restart that took its time
    assert await desk.say(wait(300)) == second
    assert len(await desk.stored()) == len(await desk.recent()) == 1


async def test_the_same_statement_of_the_same_person_soon_again_is_that_report(desk: Desk) -> None:
    await desk.say(wait(300), id=1)
    await desk.clock.advance(15 * 60)
    again = await desk.say(wait(300), id=2)
    assert isinstance(again, Added)
    assert (again.report_id, again.again) == (1, True)
    await desk.say(wait(310), id=3)
    await desk.say(wait(300), BORIS, id=4)
    await desk.say(wait(300, "psou"), (b"anna at psou", None), id=5)
    await desk.clock.advance(15 * 60)
    await desk.say(wait(300), id=6)
    assert sorted(row.id for row in await desk.stored()) == [1, 3, 4, 5, 6]


def newest_waits(reports: tuple[Report, ...], clock: ManualClock) -> list[int | None]:
    """Return what each person says in the end."""
    heard = voices(reports, clock.now(), clock.now() - timedelta(days=1))
    return [report.statement.wait_minutes for report in heard.named]


async def test_who_corrects_a_report_at_once_is_believed(desk: Desk) -> None:
    """Their times are the same quarter of an hour, and their ids stand in no order."""
    for id, minutes in enumerate((600, 120, 480, 60, 300), 100):
        await desk.say(wait(minutes), id=id * 7919 % 101)
        for known in (desk.reports, Reports(desk.engine, Writer(desk.engine), desk.clock)):  # memory, file
            assert newest_waits((await known.recent(LARS)).reports, desk.clock) == [minutes]


async def test_who_returns_to_what_they_said_first_is_believed(desk: Desk) -> None:
    for id, minutes in enumerate((300, 360, 300), 1):
        await desk.say(wait(minutes), id=id)
    assert newest_waits(await desk.recent(), desk.clock) == [300]


async def test_a_person_is_limited_at_a_crossing_for_an_hour(desk: Desk) -> None:
    for id in range(MOST_AN_HOUR):
        assert isinstance(await desk.say(wait(id), id=id), Added)
    assert await desk.say(wait(99), id=99) == TooMany(MOST_AN_HOUR)
    assert isinstance(await desk.say(wait(99), BORIS, id=98), Added)
    assert len(await desk.recent()) == MOST_AN_HOUR + 1
    assert isinstance(
        await desk.say(wait(0), id=0), Added
    )  # what was stored stays so, however often it comes
    await desk.clock.advance(3600)
    assert isinstance(await desk.say(wait(99), id=99), Added)


async def test_a_new_epoch_does_not_make_a_new_person(desk: Desk) -> None:
    for id in range(MOST_AN_HOUR):
        await desk.say(wait(id), id=id)
    await desk.say(wait(1), BORIS, id=50)
    renamed: Reporter = (b"anna tomorrow".ljust(16), ANNA[0])
    assert isinstance(await desk.say(wait(99), renamed, id=99), TooMany)
    owners = [row.reporter for row in await desk.stored()]
    assert sorted(owners) == sorted([renamed[0]] * MOST_AN_HOUR + [BORIS[0]])
    assert sorted(report.reporter or b"" for report in await desk.recent()) == sorted(owners)


async def test_no_queue_has_such_a_number(desk: Desk) -> None:
    with pytest.raises(Implausible):
        await desk.say(wait(900 * 60))
    assert await desk.stored() == []


async def test_a_report_can_be_taken_back_for_an_hour(desk: Desk) -> None:
    await desk.clock.advance(14 * 60)
    for id in (1, 2):
        await desk.say(wait(id), id=id)
    await desk.clock.advance(3600)
    assert await desk.reports.withdraw(1, ANNA) == Withdrawn()
    assert [report.id for report in await desk.recent()] == [2]
    assert [row.id for row in await desk.stored()] == [2]
    await desk.clock.advance(60)
    assert await desk.reports.withdraw(2, ANNA) == TooLate()
    assert len(await desk.stored()) == 1


async def test_taking_back_twice_is_taking_back(desk: Desk) -> None:
    await desk.say(wait(300))
    assert await desk.reports.withdraw(1, ANNA) == await desk.reports.withdraw(1, ANNA) == Withdrawn()


async def test_nobody_takes_back_what_others_said(desk: Desk) -> None:
    await desk.say(wait(300))
    assert await desk.reports.withdraw(1, BORIS) == NotYours()
    assert await desk.reports.withdraw(1, (b"anna tomorrow".ljust(16), ANNA[0])) == Withdrawn()
    await desk.say(wait(300))
    await desk.purge(sa.update(tables.reports).values(reporter=None))
    assert await desk.reports.withdraw(1, ANNA) == NotYours()


async def test_reports_are_read_once_and_then_from_memory(desk: Desk) -> None:
    await desk.recent()
    await desk.reports.recent_many(["psou", "ilek"])
    desk.queries.clear()
    await desk.say(wait(300))
    written = len(desk.queries)
    assert len(await desk.recent()) == 1
    await desk.reports.recent_many(["psou", "ilek", LARS])
    assert len(desk.queries) == written


async def test_a_report_costs_few_statements(desk: Desk) -> None:
    desk.queries.clear()
    await desk.say(wait(300))
    assert sum("reports" in query or "revisions" in query for query in desk.queries) <= 3


async def test_the_revision_rises_with_every_change(desk: Desk) -> None:
    seen = [(await desk.reports.recent(LARS)).revision]
    for change in (desk.say(wait(300), id=1), desk.say(wait(310), id=2), desk.reports.withdraw(1, ANNA)):
        await change
        seen.append((await desk.reports.recent(LARS)).revision)
    await desk.say(wait(310), id=2)
    seen.append((await desk.reports.recent(LARS)).revision)
    assert seen == [0, 1, 2, 3, 3]
    desk.reports.forget()
    assert (await desk.reports.recent(LARS)).revision == 3
    assert (await desk.reports.recent("psou")).revision == 0


async def test_only_the_last_seven_days_are_read(desk: Desk) -> None:
    await desk.say(wait(300), id=1, ago=7 * 24 * 60)
    await desk.say(wait(310), id=2, ago=7 * 24 * 60 - 15)
    desk.reports.forget()
    assert [report.id for report in await desk.recent()] == [2]


async def test_only_the_newest_are_held(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_RECENT", 3)
    for id in range(5):
        await desk.say(wait(id), (bytes([id]) * 16, None), id=id, ago=60 - 15 * id)
    assert {report.id for report in await desk.recent()} == {2, 3, 4}
    await desk.say(wait(9), BORIS, id=9)
    assert {report.id for report in await desk.recent()} == {3, 4, 9}


async def test_memory_is_bounded_over_all_crossings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_HELD", 2)
    for id, crossing in enumerate(("one", "two", "three")):
        await desk.say(wait(60, crossing), (crossing.encode(), None), id=id)
    found = await desk.reports.recent_many(["one", "two", "three"])
    assert [len(recent.reports) for recent in found.values()] == [1, 1, 1]
    desk.queries.clear()
    await desk.recent("three")
    held = len(desk.queries)
    await desk.recent("one")
    assert held == 0
    assert desk.queries


async def test_what_was_purged_is_soon_let_go(desk: Desk) -> None:
    await desk.say(wait(300))
    await desk.recent()
    await desk.purge(sa.update(tables.reports).values(reporter=None))
    await desk.clock.advance(store.HELD_SECONDS + 1)
    assert [report.reporter for report in await desk.recent()] == [None]


async def test_what_nobody_asks_for_any_more_is_let_go_too(desk: Desk) -> None:
    await desk.say(wait(300))
    held = weakref.ref(await desk.reports.recent(LARS))
    await desk.clock.advance(store.HELD_SECONDS + 1)
    assert held() is not None
    await desk.recent("psou")
    gc.collect()
    assert held() is None


async def test_nobody_waits_for_what_is_kept_warm(desk: Desk) -> None:
    await desk.say(wait(300))
    desk.reports.forget()
    async with asyncio.TaskGroup() as group:
        warming = group.create_task(desk.reports.keep_warm(lambda: (LARS,)))
        for _ in range(4):  # twice as long as reports are held
            await desk.clock.until_asleep()
            await desk.clock.advance(store.HELD_SECONDS / 2 - 1)
            desk.queries.clear()
            assert len(await desk.recent()) == 1
            assert not any("FROM reports" in query for query in desk.queries)
            await desk.clock.advance(1)
        warming.cancel()


async def test_what_cannot_be_read_ahead_is_read_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def locked(*_: object) -> list[Report]:
        raise StorageUnavailable("locked")

    await desk.say(wait(300))
    desk.reports.forget()
    async with asyncio.TaskGroup() as group:
        with monkeypatch.context() as patched:
            patched.setattr(rows, "read_recent", locked)
            warming = group.create_task(desk.reports.keep_warm(lambda: (LARS,)))
            await desk.clock.until_asleep()
        assert len(await desk.recent()) == 1
        warming.cancel()


async def test_a_restored_backup_is_believed(desk: Desk) -> None:
    await desk.recent()
    await desk.say(wait(300))
    await desk.purge(sa.delete(tables.reports), sa.delete(tables.revisions))
    await desk.clock.advance(store.HELD_SECONDS + 1)
    assert (await desk.reports.recent(LARS)).revision == 0
    desk.queries.clear()
    assert await desk.recent() == ()
    assert sum("reports" in query for query in desk.queries) == 0


async def test_another_replica_is_seen_within_a_second(desk: Desk, writer: Writer) -> None:
    mine = Reports(desk.engine, writer, desk.clock, shared=True)
    other = Reports(desk.engine, writer, desk.clock, shared=True)
    assert (await mine.recent(LARS)).reports == ()
    await other.add(wait(300), BORIS, 7, desk.clock.now())
    assert (await mine.recent(LARS)).reports == ()
    await desk.clock.advance(store.LOOK_SECONDS)
    assert [report.id for report in (await mine.recent(LARS)).reports] == [7]
    await other.withdraw(7, BORIS)
    await mine.add(wait(310), ANNA, 8, desk.clock.now())
    assert [report.id for report in (await mine.recent(LARS)).reports] == [8]


async def test_alone_nobody_else_is_looked_for(desk: Desk, writer: Writer) -> None:
    alone = Reports(desk.engine, writer, desk.clock, shared=False)
    await alone.recent(LARS)
    desk.queries.clear()
    await desk.clock.advance(60)
    await alone.recent(LARS)
    assert desk.queries == []


async def test_many_at_once_are_all_stored_and_all_seen(desk: Desk) -> None:
    people: list[Reporter] = [(bytes([n]) * 16, None) for n in range(100)]
    await desk.recent()
    said = await asyncio.gather(*(desk.say(wait(60), who, id) for id, who in enumerate(people)))
    assert all(isinstance(outcome, Added) for outcome in said)
    assert {report.id for report in await desk.recent()} == set(range(100))
    desk.reports.forget()
    assert {report.id for report in await desk.recent()} == set(range(100))


class Paused:
    """Stops the loads of one crossing after one of their queries, until they are let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, query: str, crossing: str = LARS) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        real = getattr(rows, query)

        async def slow(connection: AsyncConnection, asked: object = None, *rest: object) -> object:
            found = await real(connection, asked, *rest)
            if crossing in (asked if isinstance(asked, list) else [asked]):
                self.reached.set()
                await self.go.wait()
            return found

        monkeypatch.setattr(rows, query, slow)


@pytest.mark.parametrize("query", ["read_revisions", "read_recent"])
async def test_what_is_reported_and_taken_back_during_a_load_is_in_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(store, "ATTEMPTS", 1)  # so that it is not simply read again
    await desk.say(wait(300), id=1)
    await desk.say(wait(310), id=2)
    paused = Paused(monkeypatch, query)
    async with asyncio.TaskGroup() as tasks:
        load = tasks.create_task(desk.reports.recent(LARS))
        await paused.reached.wait()
        await desk.say(wait(320), id=3)
        await desk.reports.withdraw(1, ANNA)
        paused.go.set()
    assert [report.id for report in load.result().reports] == [2, 3]
    assert load.result().revision == 4
    assert await desk.recent() == load.result().reports


async def test_what_others_report_during_a_load_is_read_again(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Reports(desk.engine, writer, desk.clock, shared=True)
    mine = Reports(desk.engine, writer, desk.clock, shared=True)
    paused = Paused(monkeypatch, "read_recent")
    async with asyncio.TaskGroup() as tasks:
        load = tasks.create_task(mine.recent(LARS))
        await paused.reached.wait()
        await other.add(wait(300), BORIS, 7, desk.clock.now())
        await desk.clock.advance(store.LOOK_SECONDS)
        await mine.recent_many([])  # somebody else looks
        paused.go.set()
    assert [report.id for report in load.result().reports] == [7]


async def test_readers_of_one_crossing_share_a_load(desk: Desk) -> None:
    await desk.say(wait(300))
    desk.reports.forget()
    desk.queries.clear()
    one, *others = await asyncio.gather(*(desk.reports.recent(LARS) for _ in range(20)))
    assert all(other is one for other in others)
    assert sum("reports" in query for query in desk.queries) == 1


async def test_readers_do_not_wait_for_each_other_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused = Paused(monkeypatch, "read_recent", "b")
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.reports.recent("b"))
        await paused.reached.wait()
        tasks.create_task(desk.reports.recent_many(["a", "b", "c"]))  # has a, waits for b
        await settle()
        tasks.create_task(desk.reports.recent_many(["c", "a"]))  # must not take c now
        await settle()
        paused.go.set()


class Nervous(Writer):
    """A writer that runs every job twice, as it may."""

    async def run(self, job: Job[Result]) -> Result:
        async def twice(connection: AsyncConnection) -> Result:
            savepoint = await connection.begin_nested()
            await job(connection)
            await savepoint.rollback()
            return await job(connection)

        return await super().run(twice)


@asynccontextmanager
async def nervous(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[Reports]:
    async with Nervous(engine) as writer:
        yield Reports(engine, writer, clock)


async def test_a_job_may_run_twice(desk: Desk) -> None:
    async with nervous(desk.engine, desk.clock) as reports:
        await reports.recent(LARS)
        await reports.add(wait(300), ANNA, 1, desk.clock.now())
        await reports.add(wait(310), (b"new", ANNA[0]), 2, desk.clock.now())
        assert len((await reports.recent(LARS)).reports) == 2
        assert {report.reporter for report in (await reports.recent(LARS)).reports} == {b"new"}
        assert await reports.withdraw(1, (b"new", None)) == Withdrawn()
        assert (await reports.recent(LARS)).revision == 3


class Broken(Writer):
    """A writer whose disk is full."""

    async def run(self, job: Job[Result]) -> Result:
        raise StorageUnavailable("full")


async def test_what_could_not_be_stored_is_not_shown(desk: Desk) -> None:
    reports = Reports(desk.engine, Broken(desk.engine), desk.clock)
    assert (await reports.recent(LARS)).reports == ()
    with pytest.raises(StorageUnavailable):
        await reports.add(wait(300), ANNA, 1, desk.clock.now())
    assert (await reports.recent(LARS)).reports == ()
