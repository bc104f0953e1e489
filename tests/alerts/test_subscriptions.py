"""What a chat wants to be told, kept sealed: on both engines, over epochs, however often it is changed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.alerts.rules import NEW
from bot.alerts.subscription import MOST_RULES, Quiet, Subscription, wake_at
from bot.alerts.subscriptions import All, Subscriptions, TooManyRules
from bot.alerts.topics import TOPICS, Rule, Topic, What
from bot.crossings.report import Mode
from bot.guide.model import Language
from bot.privacy.carry import Carried, carry
from bot.privacy.epochs import Epochs
from bot.privacy.holdings import count, erase_sealed
from bot.storage.tables import alert_states, subscriptions
from bot.storage.writer import Writer
from tests.clock import ManualClock
from tests.privacy.holding import ANNA, BEN, opened

DAY = 86_400.0
BELOW, ABOVE = Topic(What.BELOW, 60), Topic(What.ABOVE, 60)


@pytest.fixture
def epochs(tmp_path: Path, clock: ManualClock) -> Epochs:
    return opened(tmp_path, clock)


@pytest.fixture
def kept(database: AsyncEngine, writer: Writer, epochs: Epochs, clock: ManualClock) -> Subscriptions:
    return Subscriptions(database, writer, epochs, clock)


def made(now: datetime, crossing: str = "verkhny-lars", *topics: Topic) -> Subscription:
    rules = tuple(Rule(Mode.CAR, topic) for topic in topics or (BELOW,))
    return Subscription(crossing, Language.RU, rules, now, now)


def plus(*more: Subscription) -> Callable[[All], All]:
    return lambda all: (*all, *more)


async def rows(database: AsyncEngine) -> list[sa.Row[tuple[object, ...]]]:
    async with database.connect() as connection:
        return list((await connection.execute(sa.select(subscriptions))).all())


async def states(database: AsyncEngine) -> dict[tuple[str, str], tuple[str, int]]:
    async with database.connect() as connection:
        found = (await connection.execute(sa.select(alert_states))).all()
    return {(row.crossing, row.topic): (row.state, row.wanted_minute) for row in found}


async def test_what_is_kept_is_found_and_says_nothing_to_others(
    database: AsyncEngine, kept: Subscriptions, clock: ManualClock
) -> None:
    lars, upper = made(clock.now()), made(clock.now(), "petukhovo", BELOW, ABOVE)
    assert await kept.change(ANNA, plus(lars, upper)) == (upper, lars)
    assert await kept.of(ANNA) == (upper, lars)
    assert await kept.of(BEN) == ()
    for row in await rows(database):
        assert str(ANNA).encode() not in row.sealed
        assert ANNA.to_bytes(8, "big", signed=True) not in row.sealed
        assert row.renewed_minute % 15 == row.wake_minute % 15 == 0


async def test_a_change_keeps_the_place_in_which_one_is_told(
    database: AsyncEngine, kept: Subscriptions, clock: ManualClock
) -> None:
    await kept.change(ANNA, plus(made(clock.now())))
    [before] = await rows(database)
    quiet = lambda all: tuple(replace(each, quiet=Quiet(0, 60)) for each in all)  # noqa: E731
    [after] = await kept.change(ANNA, quiet)  # type: ignore[misc]
    [row] = await rows(database)
    assert row.id == before.id
    assert row.sealed != before.sealed
    assert row.wake_minute == int(wake_at(after, clock.now()).timestamp()) // 60


async def test_a_change_loses_nothing_that_is_due_and_not_told_yet(
    database: AsyncEngine, kept: Subscriptions, clock: ManualClock
) -> None:
    daily = replace(made(clock.now()), digest_hour=9, zone="UTC")
    await kept.change(ANNA, plus(daily))
    [before] = await rows(database)
    await clock.leap(DAY)
    await kept.change(ANNA, lambda all: tuple(replace(each, language=Language.EN) for each in all))
    [row] = await rows(database)
    assert row.wake_minute == before.wake_minute, "the digest of nine is still to be told"
    await clock.leap(14 * DAY)
    await kept.change(ANNA, plus(made(clock.now())))
    [anew] = await rows(database)
    assert anew.wake_minute > int(clock.now().timestamp()) // 60, "what has ended has nothing to tell"


async def test_what_is_wanted_begins_as_no_news_and_what_was_known_stays(
    database: AsyncEngine, kept: Subscriptions, clock: ManualClock
) -> None:
    await kept.change(ANNA, plus(made(clock.now())))
    key = ("verkhny-lars", BELOW.code)
    day = int(clock.now().timestamp()) // 86_400 * 1440
    assert await states(database) == {key: (NEW.write(), day)}
    async with database.begin() as connection:
        await connection.execute(sa.update(alert_states).values(state="known"))
    await clock.leap(2 * DAY)
    await kept.change(BEN, plus(made(clock.now())))
    assert await states(database) == {key: ("known", day + 2 * 1440)}


async def test_without_rules_and_digest_there_is_none(
    database: AsyncEngine, kept: Subscriptions, clock: ManualClock
) -> None:
    await kept.change(ANNA, plus(made(clock.now())))
    daily = lambda all: tuple(replace(each, rules=(), digest_hour=9) for each in all)  # noqa: E731
    assert await kept.change(ANNA, daily) != ()
    assert await kept.change(ANNA, lambda all: tuple(replace(e, digest_hour=None) for e in all)) == ()
    assert await rows(database) == []


async def test_twenty_rules_are_the_most_over_all_crossings(kept: Subscriptions, clock: ManualClock) -> None:
    first, more = TOPICS[: MOST_RULES - 1], TOPICS[MOST_RULES : MOST_RULES + 2]
    before = await kept.change(ANNA, plus(made(clock.now(), "verkhny-lars", *first)))
    assert await kept.change(ANNA, plus(made(clock.now(), "petukhovo", *more))) == TooManyRules(
        MOST_RULES + 1
    )
    assert await kept.of(ANNA) == before
    assert len(await kept.change(ANNA, plus(made(clock.now(), "petukhovo", more[0])))) == 2  # type: ignore[arg-type]


async def test_changes_at_once_lose_nothing(kept: Subscriptions, clock: ManualClock) -> None:
    names = [f"crossing-{number}" for number in range(10)]
    await asyncio.gather(*(kept.change(ANNA, plus(made(clock.now(), name))) for name in names))
    assert [each.crossing for each in await kept.of(ANNA)] == names


async def test_what_has_ended_is_not_there_and_makes_room(kept: Subscriptions, clock: ManualClock) -> None:
    await kept.change(ANNA, plus(made(clock.now(), "verkhny-lars", *TOPICS[:MOST_RULES])))
    await clock.leap(14 * DAY)
    assert await kept.of(ANNA) == ()
    new = made(clock.now())
    assert await kept.change(ANNA, plus(new)) == (new,)


async def test_it_is_carried_over_epochs_and_erased_with_the_chat(
    database: AsyncEngine, writer: Writer, epochs: Epochs, kept: Subscriptions, clock: ManualClock
) -> None:
    all = await kept.change(ANNA, plus(made(clock.now()), made(clock.now(), "petukhovo")))
    before = {row.id: (row.crossing, row.renewed_minute, row.wake_minute) for row in await rows(database)}
    for _ in range(3):
        epochs.turn_now()
        assert await carry(writer, epochs) == Carried(2, 0)
    assert await kept.of(ANNA) == all
    after = {row.id: (row.crossing, row.renewed_minute, row.wake_minute) for row in await rows(database)}
    assert after == before
    names = [key.chat for key in epochs.known(ANNA)]
    assert await count(writer, names) == {"subscriptions": 2}
    await erase_sealed(writer, names)
    assert await kept.of(ANNA) == ()


async def test_of_two_written_at_the_turn_of_an_epoch_the_newer_is_carried(
    database: AsyncEngine, writer: Writer, epochs: Epochs, kept: Subscriptions, clock: ManualClock
) -> None:
    await kept.change(ANNA, plus(made(clock.now())))
    [old] = await rows(database)
    epochs.turn_now()
    newer = made(clock.now() + timedelta(minutes=1), "verkhny-lars", ABOVE)
    assert await kept.change(ANNA, lambda all: (newer,)) == (newer,)
    async with database.begin() as connection:  # as another replica would have, which had not turned yet
        values = dict(old._mapping) | {"id": old.id ^ 1}
        await connection.execute(sa.insert(subscriptions).values(values))
    assert await kept.of(ANNA) == (newer,)
    await carry(writer, epochs)
    assert await kept.of(ANNA) == (newer,)
    assert len(await rows(database)) == 1


async def test_what_nobody_can_read_is_replaced(
    database: AsyncEngine, kept: Subscriptions, clock: ManualClock
) -> None:
    await kept.change(ANNA, plus(made(clock.now())))
    async with database.begin() as connection:
        await connection.execute(sa.update(subscriptions).values(sealed=b"s" * 220))
    assert await kept.of(ANNA) == ()
    new = made(clock.now(), "verkhny-lars", ABOVE)
    assert await kept.change(ANNA, plus(new)) == (new,)
    assert len(await rows(database)) == 1
