"""What a moderator does, as it is stored: seen by every process, and nothing else is touched by it."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.crossings import moderating
from bot.crossings.moderated import HeldNumber, Notice
from bot.crossings.moderating import Action, Asked, Did, Done, Outcome, Refused, told
from bot.crossings.report import Kind, Mode, Statement
from bot.crossings.standing_out import counted
from bot.crossings.store import LOOK_SECONDS, Reports
from bot.privacy.audit import Line
from bot.storage import tables
from bot.storage.writer import Writer
from tests.clock import ManualClock
from tests.crossings.saying import LARS

Doing = Coroutine[Any, Any, Did]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def replicas(database: AsyncEngine, clock: ManualClock) -> AsyncIterator[tuple[Reports, Reports]]:
    """The stores of two processes that share a database, in which five people have reported."""
    async with AsyncExitStack() as stack:
        one, other = [
            Reports(database, await stack.enter_async_context(Writer(database)), clock, shared=True)
            for _ in range(2)
        ]
        for who in range(5):
            said = Statement(LARS, Mode.CAR, Kind.CROSSED, wait_minutes=300 + who)
            await one.add(said, (b"%016d" % who, None), who, clock.now())
        await other.recent(LARS)
        yield one, other


async def act(reports: Reports, clock: ManualClock, update: int, job: partial[Doing]) -> Outcome:
    return await reports.moderate(partial(job, Asked((update, None), clock.now())))


async def group_of(reports: Reports) -> partial[Doing]:
    (found,) = counted((await reports.recent(LARS)).reports)
    return partial(moderating.hide, found.group)


def held(clock: ManualClock) -> HeldNumber:
    now = clock.now()
    return HeldNumber(0, Mode.CAR, 300, 310, 330, 5, now, now, now)


async def test_what_one_process_hides_the_other_reads_no_more(
    replicas: tuple[Reports, Reports], clock: ManualClock
) -> None:
    one, other = replicas
    hide = partial(await group_of(one), hidden=True)
    assert await act(one, clock, 1_000, hide) == Done(1_000, Action.HIDE, 5)
    assert (await one.recent(LARS)).reports == ()
    await clock.advance(LOOK_SECONDS)
    assert (await other.recent(LARS)).reports == ()
    assert len(await other.hidden(LARS)) == 5
    assert await other.counts((LARS,), clock.now() - timedelta(hours=1)) == {}


async def test_only_the_mark_of_a_report_changes(
    replicas: tuple[Reports, Reports], clock: ManualClock, database: AsyncEngine
) -> None:
    one, _ = replicas

    async def stored() -> list[tuple[object, ...]]:
        async with database.connect() as connection:
            rows = await connection.execute(sa.select(tables.reports).order_by(tables.reports.c.id))
            return [tuple(row) for row in rows]

    before = await stored()
    group = await group_of(one)
    await act(one, clock, 1_000, partial(group, hidden=True))
    assert [row[:-1] for row in await stored()] == [row[:-1] for row in before]
    assert {row[-1] for row in await stored()} == {True}
    await act(one, clock, 1_001, partial(group, hidden=False))
    assert await stored() == before


async def test_what_one_process_holds_and_posts_the_other_shows(
    replicas: tuple[Reports, Reports], clock: ManualClock
) -> None:
    one, other = replicas
    await act(one, clock, 1_000, partial(moderating.hold, LARS, Mode.CAR, held(clock), 3))
    notice = Notice(0, "text", "source", clock.now(), clock.now() + timedelta(hours=5))
    await act(one, clock, 1_001, partial(moderating.post, LARS, notice))
    await clock.advance(LOOK_SECONDS)
    moderated = (await other.recent(LARS)).moderated
    shown = moderated.held_at(Mode.CAR, clock.now())
    assert shown is not None
    assert (shown.id, shown.low_minutes, shown.high_minutes) == (1_000, 300, 330)
    assert [each.text for each in moderated.notices_at(clock.now())] == ["text"]
    assert await act(other, clock, 1_002, partial(moderating.withdraw, LARS, 1_001)) == Done(
        1_002, Action.WITHDRAW
    )
    await clock.advance(LOOK_SECONDS)
    assert (await one.recent(LARS)).moderated.notices_at(clock.now()) == ()


async def test_what_is_over_is_not_brought_back(
    replicas: tuple[Reports, Reports], clock: ManualClock
) -> None:
    one, _ = replicas
    await act(one, clock, 1_000, partial(moderating.hold, LARS, Mode.CAR, held(clock), 1))
    await act(one, clock, 1_001, partial(moderating.let_go, LARS, Mode.CAR))
    await clock.advance(3_600)
    assert await act(one, clock, 1_002, partial(moderating.undo, 1_001)) is Refused.OVER
    assert await act(one, clock, 1_003, partial(moderating.undo, 1_000)) is Refused.UNDONE
    assert await act(one, clock, 1_004, partial(moderating.undo, 999)) is Refused.NOTHING


async def test_the_update_of_the_epoch_before_is_known_as_well(
    replicas: tuple[Reports, Reports], clock: ManualClock
) -> None:
    one, _ = replicas
    hide = partial(await group_of(one), hidden=True)
    first = await act(one, clock, 1_000, hide)
    again = await one.moderate(partial(hide, Asked((2_000, 1_000), clock.now())))
    assert again == first == Done(1_000, Action.HIDE, 5)


def test_a_line_of_something_else_tells_nothing_of_a_crossing(clock: ManualClock) -> None:
    for action, subject in (
        ("acknowledged", "alarm"),
        ("hide", "all"),
        ("hold", "x car"),
        ("hold", "x car 1 until 2"),
        ("post", ""),
        ("what a later version does", "x"),
    ):
        assert told(Line(1, clock.now(), action, subject)) is None
