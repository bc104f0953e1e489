"""The history of waits: written at midnight, learned from, and the same as `bot estimate` would have it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.crossings import history as history_module
from bot.crossings.estimate import estimate
from bot.crossings.history import History
from bot.crossings.recorded import _Place
from bot.crossings.report import Kind, Mode, Report, Statement, step
from bot.crossings.store import Reports
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import hours
from bot.storage.tables import reports as rows
from bot.storage.writer import Writer
from tests.clock import ManualClock
from tests.crossings.saying import LARS
from tests.waiting import PATIENCE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime.fromisoformat("2026-11-01T00:00:00+00:00")


class Border:
    """Verkhny Lars, with its reports and its history."""

    def __init__(self, database: AsyncEngine, writer: Writer) -> None:
        self.database = database
        self.writer = writer
        self.clock = ManualClock(START)
        self.reports = Reports(database, writer, self.clock)
        self.history = History(database, writer, self.clock)
        self.said = 0

    async def says(self, who: str, minutes: int, mode: Mode = Mode.CAR) -> int:
        """Let somebody report now that it took so long; returns the report's id."""
        self.said += 1
        statement = Statement(LARS, mode, Kind.CROSSED, wait_minutes=minutes)
        await self.reports.add(statement, (who.encode(), None), self.said, self.clock.now())
        return self.said

    async def hide(self, report: int) -> None:
        async with self.database.begin() as connection:
            await connection.execute(sa.update(rows).where(rows.c.id == report).values(hidden=True))
        self.reports.forget()

    async def catch_up(self) -> None:
        await self.history.catch_up(self.reports, [LARS])

    async def written(self, mode: Mode = Mode.CAR) -> dict[datetime, Sequence[int]]:
        query = sa.select(hours).where(hours.c.mode == mode.value)
        async with self.database.connect() as connection:
            found = (await connection.execute(query)).all()
        return {
            datetime.fromtimestamp(row.hour_minute * 60, START.tzinfo): (
                row.low,
                row.middle,
                row.high,
                row.people,
            )
            for row in found
        }


@pytest.fixture
def border(database: AsyncEngine, writer: Writer) -> Border:
    return Border(database, writer)


async def live(border: Border, days: int, place: _Place | None = None) -> None:
    """Let days pass in which two people pass each hour; by day it takes longer."""
    for number in range(days * 24):
        now = border.clock.now()
        if now.hour == 0:
            await border.catch_up()
        for who in ("a", "b"):
            await both_hear(border, place, f"{who}{number}", 110 if 6 <= now.hour < 18 else 60)
        await border.clock.advance(3600)
    await border.catch_up()


async def both_hear(border: Border, place: _Place | None, who: str, minutes: int) -> None:
    """Let the bot hear a report, and `bot estimate` too."""
    id, now = await border.says(who, minutes), border.clock.now()
    if place is not None:
        said = Statement(LARS, Mode.CAR, Kind.CROSSED, wait_minutes=minutes)
        place.hear(Report(id, said, step(now), who.encode()), now)


async def test_the_bot_knows_what_bot_estimate_knows(border: Border) -> None:
    place = _Place()
    await live(border, 5, place)
    for who in "xyz":  # of a day of which little is told the usual tells more
        await border.clock.advance(8 * 3600)
        await border.catch_up()
        await both_hear(border, place, who, 240)
    await border.clock.advance(24 * 3600)
    await border.catch_up()
    place.wait_until(border.clock.now())
    known = border.history.of(LARS)[Mode.CAR]
    written = await border.written()
    theirs = place._history
    assert len(theirs) > 50
    assert written.keys() == theirs.keys()
    for at, hour in theirs.items():
        assert written[at][:3] == (hour.low, hour.middle, hour.high)
    recent = (await border.reports.recent(LARS)).reports
    ours = estimate(recent, border.clock.now(), usual=known.usual).wait
    assert ours is not None
    others = estimate(place.recent, border.clock.now(), usual=place.usual).wait
    assert others is not None
    assert (ours.middle, ours.high) == pytest.approx((others.middle, others.high), rel=0.05)


async def test_three_days_worth_of_hours_make_it_known(border: Border) -> None:
    await live(border, 3)
    assert Mode.CAR not in border.history.of(LARS)
    await live(border, 2)
    assert border.history.of(LARS)[Mode.CAR].weeks == 1
    assert border.history.usual(LARS, Mode.CAR).hours > 72
    assert border.history.usual(LARS, Mode.BUS).hours == 0


async def test_a_restart_keeps_it_and_writes_nothing_anew(border: Border) -> None:
    await live(border, 5)
    await border.clock.advance(5 * 3600)
    before, written = border.history.of(LARS), await border.written()
    await border.says("late", 900)
    border.history = History(border.database, border.writer, border.clock)
    assert not border.history.of(LARS)
    await border.catch_up()
    assert border.history.of(LARS) == before
    assert before
    assert await border.written() == written


async def test_a_day_without_the_bot_loses_nothing(border: Border) -> None:
    await live(border, 1)
    for number in range(2 * 24):
        await border.says(f"c{number}", 120)
        await border.clock.advance(3600)
    await border.clock.advance(3 * 3600)  # it starts again after two midnights, at three
    await border.catch_up()
    # Who gets through now has joined hours ago.
    assert max(await border.written()) >= START + 3 * DAY - 5 * HOUR
    by_day = Counter((at - START) // DAY for at in await border.written())
    assert min(by_day[day] for day in range(3)) > 12


async def test_replicas_at_once_do_no_harm(border: Border) -> None:
    await live(border, 3)
    others = [History(border.database, border.writer, border.clock) for _ in range(3)]
    for number in range(24):
        await border.says(f"c{number}", 120)
        await border.clock.advance(3600)
    await asyncio.gather(*(each.catch_up(border.reports, [LARS]) for each in (border.history, *others)))
    for each in others:
        assert each.of(LARS) == border.history.of(LARS)


@pytest.mark.parametrize("minutes", [100, 300])
async def test_what_is_hidden_changes_the_hour_at_the_next_writing(border: Border, minutes: int) -> None:
    await border.clock.advance(12 * 3600)
    true = [await border.says(who, minutes) for who in ("a", "b", "c")]
    await border.clock.advance(2 * 3600)
    false = [await border.says(f"liar {n}", 10) for n in range(9)]
    await border.clock.advance(10 * 3600)
    await border.catch_up()
    before = await border.written()
    late, early = START + 13 * HOUR, START + timedelta(hours=12 - minutes // 60 - 1)
    assert before[late][3] == len(false)
    assert before[early][3] == len(true) if minutes == 100 else early not in before or before[early][3]
    for report in (*false, true[0]):
        await border.hide(report)
    await border.catch_up()
    assert await border.written() == before  # as of this midnight it is done
    await border.clock.advance(24 * 3600)
    await border.catch_up()
    after = await border.written()
    assert late not in after
    # A long queue is judged in steps of more than an hour: not each hour has its turn at each midnight.
    assert early not in after or after[early][3] == 2


async def test_what_was_taken_back_after_midnight_goes_too(border: Border) -> None:
    await border.clock.advance(24 * 3600 - 600)
    report = await border.says("a", 60)
    await border.clock.advance(900)
    await border.catch_up()
    assert len(await border.written()) == 1
    await border.reports.withdraw(report, (b"a", None))
    await border.clock.advance(24 * 3600)
    await border.catch_up()
    assert not await border.written()


async def test_what_nobody_tells_of_any_more_goes_only_if_its_reports_do(border: Border) -> None:
    await border.clock.advance(12 * 3600)
    await border.says("a", 60)
    await border.clock.advance(12 * 3600)
    await border.catch_up()
    (first,) = await border.written()
    await border.clock.advance(3600)
    await border.says("a", 60)  # the newest word of a person is the one that counts
    await border.clock.advance(23 * 3600)
    await border.catch_up()
    assert first in await border.written()


async def test_people_are_counted_while_they_can_be_told_apart(border: Border) -> None:
    await border.clock.advance(12 * 3600)
    for who in "abcd":
        await border.says(who, 60)
    for _ in range(3):
        await border.clock.advance(24 * 3600)
        await border.catch_up()
        assert [people for *_, people in (await border.written()).values()] == [4]


async def test_after_three_days_an_hour_is_left_as_it_is(border: Border) -> None:
    await border.clock.advance(12 * 3600)
    report = await border.says("a", 60)
    await border.clock.advance(12 * 3600)
    await border.catch_up()
    written = await border.written()
    await border.clock.advance(4 * 24 * 3600)
    await border.hide(report)
    await border.says("b", 6000)  # who joined four days ago
    await border.clock.advance(24 * 3600)
    await border.catch_up()
    assert await border.written() == written


async def test_what_is_done_is_not_begun_again_before_midnight(
    border: Border, monkeypatch: pytest.MonkeyPatch
) -> None:
    await border.catch_up()
    asked = []

    async def counts(crossings: Sequence[str], since: datetime) -> dict[str, int]:
        asked.append(since)
        return {}

    monkeypatch.setattr(border.reports, "counts", counts)
    await border.clock.advance(23 * 3600)
    await border.catch_up()
    assert not asked
    await border.clock.advance(3600)
    await border.catch_up()
    assert asked


async def test_each_mode_has_its_own(border: Border) -> None:
    await border.clock.advance(12 * 3600)
    await border.says("a", 60)
    await border.says("b", 60, Mode.TRUCK)
    await border.clock.advance(12 * 3600)
    await border.catch_up()
    assert len(await border.written(Mode.CAR)) == len(await border.written(Mode.TRUCK)) == 1
    assert not await border.written(Mode.FOOT)


async def test_only_so_many_are_held_those_with_the_most_history(
    border: Border, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "MOST_LEARNED", 1)
    async with border.database.begin() as connection:
        for mode, count in (("car", 100), ("bus", 200), ("foot", 90)):
            some = [
                {
                    "crossing": LARS,
                    "mode": mode,
                    "hour_minute": int(START.timestamp()) // 60 - 60 * number,
                    "low": 60,
                    "middle": 90,
                    "high": 120,
                    "people": 3,
                }
                for number in range(1, count + 1)
            ]
            await connection.execute(sa.insert(hours), some)
    await border.catch_up()
    assert list(border.history.of(LARS)) == [Mode.BUS]


async def test_it_goes_on_at_each_midnight_and_makes_up_for_what_failed(
    border: Border, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await border.clock.advance(16 * 3600)
    for who in "abcd":
        await border.clock.advance(3600)
        await border.says(who, 60)
    keeping = asyncio.create_task(border.history.keep(border.reports, lambda: [LARS]))  # noqa: TID251 - ended here
    counts, away = border.reports.counts, True

    async def flaky(crossings: Sequence[str], since: datetime) -> dict[str, int]:
        if away:
            raise StorageUnavailable("locked")
        return await counts(crossings, since)

    monkeypatch.setattr(border.reports, "counts", flaky)
    await border.clock.until_asleep()
    for _ in range(5):
        await border.clock.advance(3600)
        await border.clock.until_asleep()
    assert "history not written" in caplog.text
    assert not await border.written()
    away = False
    await border.clock.advance(300)
    async with asyncio.timeout(PATIENCE):
        while not await border.written():
            await border.clock.advance(10)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
