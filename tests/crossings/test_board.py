"""Cards on show: computed once, and never out of date."""

import asyncio
import gc
import weakref
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.crossings import board as board_module
from bot.crossings.board import Board
from bot.crossings.card import Card, card
from bot.crossings.estimate import Estimate, State, estimate
from bot.crossings.history import History
from bot.crossings.report import Kind, Mode, Report, Statement
from bot.crossings.store import Reports
from bot.storage.tables import hours
from bot.storage.writer import Writer
from tests.clock import ManualClock
from tests.crossings.saying import LARS, catalogue

CATALOGUE = catalogue()
WAIT = Statement(LARS, Mode.CAR, Kind.CROSSED, wait_minutes=300)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def reports(database: AsyncEngine, writer: Writer, clock: ManualClock) -> Reports:
    return Reports(database, writer, clock)


@pytest.fixture
def board(reports: Reports, database: AsyncEngine, writer: Writer, clock: ManualClock) -> Board:
    return Board(CATALOGUE, reports, History(database, writer, clock))


async def test_a_report_changes_the_card_at_once(board: Board, reports: Reports, clock: ManualClock) -> None:
    assert (await board.card(LARS, None, clock.now())).quiet
    await reports.add(WAIT, (b"anna", None), 1, clock.now())
    assert (await board.card(LARS, None, clock.now())).chosen.estimate.state is State.SINGLE
    await reports.withdraw(1, (b"anna", None))
    assert (await board.card(LARS, None, clock.now())).quiet


async def test_a_card_is_computed_once_a_minute(
    board: Board, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(*arguments: Any, **more: Any) -> Card:
        made.append(arguments)
        return card(*arguments, **more)

    monkeypatch.setattr(board_module, "card", counted)
    for mode in (None, Mode.CAR, None, Mode.CAR):
        await board.card(LARS, mode, clock.now())
    assert len(made) == 2
    await clock.advance(59)
    await board.card(LARS, None, clock.now())
    assert len(made) == 2
    await clock.advance(1)
    await board.card(LARS, None, clock.now())
    assert len(made) == 3


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """As of when waits by car were judged."""
    times = []

    def noted(said: Sequence[Report], at: datetime, **rest: Any) -> Estimate:
        if said and said[0].statement.mode is Mode.CAR:
            times.append(at)
        return estimate(said, at, **rest)

    monkeypatch.setattr(board_module, "estimate", noted)
    return times


async def test_a_wait_is_judged_every_five_minutes_and_with_each_report(
    board: Board, reports: Reports, clock: ManualClock, judged: list[datetime]
) -> None:
    await reports.add(WAIT, (b"anna", None), 1, clock.now())
    began = clock.now()
    for minute in range(5):
        shown = await board.card(LARS, None, clock.now())
        assert shown.at == began + timedelta(minutes=minute), "how old it is is told to the minute"
        await clock.advance(60)
    assert judged == [began]
    await board.card(LARS, None, clock.now())
    await reports.add(WAIT, (b"ben", None), 2, clock.now())
    await clock.advance(60)
    assert (await board.card(LARS, None, clock.now())).chosen.estimate.people == 2
    assert judged == [began, *[began + timedelta(minutes=5)] * 2]


async def test_where_many_report_waits_are_judged_before_anybody_asks(
    database: AsyncEngine,
    writer: Writer,
    clock: ManualClock,
    judged: list[datetime],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board_module, "BUSY", 3)
    reports = Reports(database, writer, clock, shared=False)  # all that is read is in memory
    board = Board(CATALOGUE, reports, History(database, writer, clock))
    began = clock.now()
    for number in range(4):
        await reports.add(WAIT, (f"person {number}".encode(), None), number + 1, began)
    await reports.warm(CATALOGUE.crossings)

    async def ahead() -> None:
        while True:
            await board.judge_ahead(clock)

    async with asyncio.TaskGroup() as group:
        judging = group.create_task(ahead())
        await clock.advance(301)
        judging.cancel()
    assert judged == [began, began + timedelta(minutes=5)]
    assert (await board.card(LARS, None, clock.now())).chosen.estimate.people == 4
    assert len(judged) == 2


async def test_a_modes_news_is_that_of_the_card(board: Board, reports: Reports, clock: ManualClock) -> None:
    quiet = await board.news(LARS, Mode.CAR, clock.now())
    assert not quiet.known
    assert quiet is (await board.card(LARS, Mode.CAR, clock.now())).chosen
    await reports.add(WAIT, (b"anna", None), 1, clock.now())
    assert (await board.news(LARS, Mode.CAR, clock.now())).known
    assert (await board.card(LARS, Mode.CAR, clock.now())).chosen.known
    assert not (await board.news(LARS, Mode.TRUCK, clock.now())).known


async def test_news_grows_old_on_the_card_too(board: Board, reports: Reports, clock: ManualClock) -> None:
    await reports.add(WAIT, (b"anna", None), 1, clock.now())
    assert not (await board.card(LARS, None, clock.now())).quiet
    await clock.advance(8 * 24 * 3600)
    assert (await board.card(LARS, None, clock.now())).quiet


async def test_a_countrys_cards_come_together(board: Board, reports: Reports, clock: ManualClock) -> None:
    await reports.add(WAIT, (b"anna", None), 1, clock.now())
    wanted = [crossing.id for crossing in CATALOGUE.of("ge")]
    found = await board.cards(wanted, clock.now())
    assert list(found) == wanted
    assert not found[LARS].quiet
    assert found["psou"].quiet
    assert found[LARS] is await board.card(LARS, None, clock.now())


async def test_a_card_holds_no_pseudonym(board: Board, reports: Reports, clock: ManualClock) -> None:
    await reports.add(WAIT, (b"anna", None), 1, clock.now())
    await board.card(LARS, None, clock.now())
    recent = weakref.ref(await reports.recent(LARS))
    reports.forget()
    gc.collect()
    assert recent() is None


async def test_there_is_no_card_of_nowhere(board: Board, clock: ManualClock) -> None:
    with pytest.raises(KeyError):
        await board.card("nowhere", None, clock.now())
    with pytest.raises(KeyError):
        await board.cards([LARS, "nowhere"], clock.now())


async def test_where_many_report_a_card_stands_for_some_seconds(
    board: Board, reports: Reports, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a flood would have it made for each of its reports."""
    monkeypatch.setattr(board_module, "BUSY", 3)
    for number in range(4):
        await reports.add(WAIT, (f"person {number}".encode(), None), number + 1, clock.now())
    before = (await board.card(LARS, None, clock.now())).chosen.estimate
    await reports.add(WAIT, (b"anna", None), 9, clock.now())
    assert (await board.card(LARS, None, clock.now())).chosen.estimate == before
    await clock.advance(1)
    assert (await board.card(LARS, None, clock.now())).chosen.estimate.people == before.people + 1


async def test_what_is_usual_goes_into_every_estimate(
    reports: Reports, database: AsyncEngine, writer: Writer, clock: ManualClock
) -> None:
    midnight = int(clock.now().replace(hour=0).timestamp()) // 60
    row = {"crossing": LARS, "mode": "car", "low": 200, "middle": 240, "high": 290, "people": 3}
    async with database.begin() as connection:
        await connection.execute(
            sa.insert(hours), [{**row, "hour_minute": midnight - 60 * n} for n in range(1, 200)]
        )
    history = History(database, writer, clock)
    before, after = Board(CATALOGUE, reports, history), Board(CATALOGUE, reports, history)
    assert (await before.news(LARS, Mode.CAR, clock.now())).estimate.wait is None
    await history.catch_up(reports, [LARS])
    wait = (await after.news(LARS, Mode.CAR, clock.now())).estimate.wait
    assert wait is not None
    assert 200 < wait.middle < 290
    await clock.advance(60)
    shown, ahead = await after.card_ahead(LARS, Mode.CAR, clock.now())
    assert shown.chosen.estimate.wait is not None
    assert shown.chosen.estimate.wait.middle == pytest.approx(wait.middle, rel=0.01)
    assert ahead.usual is not None
    assert not (await after.news(LARS, Mode.TRUCK, clock.now())).estimate.wait
