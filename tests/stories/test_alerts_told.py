"""Alerts as people get them: from a report to a message, by the whole bot."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.rules import NEW
from bot.alerts.subscription import Quiet, Subscription
from bot.alerts.subscriptions import Subscriptions
from bot.alerts.topics import Rule, Topic, What
from bot.crossings import moderating
from bot.crossings.moderated import HeldNumber
from bot.crossings.moderating import Asked
from bot.crossings.report import Event, Kind, Mode, Statement, step
from bot.guide.model import Language
from bot.privacy import holdings
from bot.release import Content
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.storage.tables import alert_events, alert_states
from bot.telegram.button_data import encode
from bot.telegram.buttons import SendEvent
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person
from tests.stories.test_alert_choices import tell
from tests.stories.test_limits import tapped
from tests.stories.test_wipe import GREETING
from tests.waiting import PATIENCE, until

LARS = "verkhny-lars"
CLOSED = Topic(What.EVENT, event=Event.CLOSED)
REOPENED = Topic(What.EVENT, event=Event.REOPENED)
MOST_TURNS = 60


class Watching:
    """The world while alerts are sent; time passes only by `passes`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._updates = iter(range(500_000, 600_000))

    async def subscribe(self, person: Person, *topics: Topic, **more: object) -> None:
        desk = self.world.bot.desk
        begun = step(desk.clock.now())
        rules = tuple(Rule(Mode.CAR, topic) for topic in topics)
        subscription = Subscription(LARS, Language(person.account.language_code), rules, begun, begun)
        subscription = replace(subscription, **more)  # type: ignore[arg-type]
        subscriptions = Subscriptions(self.world.bot.engine, desk.writer, desk.epochs, desk.clock)
        await subscriptions.change(person.id, lambda those: (*those, subscription))

    async def report(self, person: Person, event: Event) -> None:
        await tapped(self.world, person, next(self._updates), encode(SendEvent(LARS, Mode.CAR, event)))

    async def passes(self, seconds: float = 2.0) -> None:
        """Let some time pass, and what is on its way arrive."""
        for _ in range(20):
            await self.world.clock.leap(seconds / 20)
            await self._turn()
        for _ in range(MOST_TURNS):  # on a busy machine what was begun takes longer
            if await self._calm():
                break
            await self._turn()

    async def _turn(self) -> None:
        """Let the bot go as far as the disk and the simulated Telegram let it."""
        await asyncio.sleep(0.03)
        await self.world.bot.writer.run(_nothing)

    async def _calm(self) -> bool:
        """Tell whether everything that somebody waits for was looked at, and everything was told."""
        waiting = (
            sa.select(sa.func.count()).select_from(alert_states).where(alert_states.c.state == NEW.write())
        )
        open_ones = sa.select(sa.func.count()).select_from(alert_events).where(alert_events.c.ended.is_(None))
        async with self.world.bot.engine.connect() as connection:
            counts = [(await connection.execute(query)).scalar_one() for query in (waiting, open_ones)]
        return self.world.bot.alerts.leads and not any(counts)


async def _nothing(connection: AsyncConnection) -> None:
    await connection.execute(sa.select(1))


@asynccontextmanager
async def alerting(world: World) -> AsyncIterator[Watching]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(world.bot.alerts.run())
        try:
            yield Watching(world)
        finally:
            running.cancel()


@pytest.fixture
async def watching(world: World) -> AsyncIterator[Watching]:
    async with alerting(world) as made:
        yield made


async def meet(world: World, count: int) -> list[Person]:
    people = world.people(count)
    for person in people:
        await person.send("/help")
    return people


async def test_two_reports_of_a_closure_are_told_to_who_waits_for_it(watching: Watching) -> None:
    anna, ben, vera, gleb = await meet(watching.world, 4)
    await watching.subscribe(anna, CLOSED)
    await watching.subscribe(ben, REOPENED)
    await watching.passes()
    await watching.report(vera, Event.CLOSED)
    await watching.passes()
    assert len(anna.messages) == 1, "one may be mistaken"
    await watching.report(gleb, Event.CLOSED)
    await watching.passes(1)
    told = await anna.sees("закрыто")
    assert "закрыто" in told.text
    assert "2 человека" in told.text
    assert len(ben.messages) == 1
    await watching.passes(120)
    assert len(anna.messages) == 2, "told once"
    await anna.tap("Карточка", told)
    assert "Верхний Ларс" in anna.last.text


async def test_a_correction_follows_what_was_taken_back(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED)
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    await anna.sees("закрыто")
    for person in (vera, gleb):
        await person.tap("Отменить" if "Отменить" in " ".join(person.last.labels) else "Убрать")
    await watching.passes()
    assert "Поправка" in anna.last.text


async def test_a_closure_is_told_while_moderators_hold_the_number_but_no_wait(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED, Topic(What.BELOW, 60))
    await watching.passes()
    reports, now = watching.world.bot.desk.reports, watching.world.clock.now()
    number = HeldNumber(0, Mode.CAR, 300, 360, 480, 14, now, now, now)
    asked = Asked((1, None), now)
    await reports.moderate(partial(moderating.hold, LARS, Mode.CAR, number, 1, asked))
    for who in range(10):
        said = Statement(LARS, Mode.CAR, Kind.CROSSED, wait_minutes=10)
        await reports.add(said, (b"%016d" % who, None), 10_000 + who, now)
    await watching.passes(120)
    assert len(anna.messages) == 1, "nobody knows whether those are there"
    await watching.passes(900)
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    told = await anna.sees("закрыто")
    assert "мин ·" not in told.text
    assert "меньше 60 мин" not in told.text


async def test_alerts_wait_while_somebody_else_may_have_the_token(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED)
    await watching.passes()
    watching.world.bot.desk.pulse.token_alarm = lambda: True
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    assert len(anna.messages) == 1
    watching.world.bot.desk.pulse.token_alarm = lambda: False
    await watching.passes()
    await anna.sees("закрыто")


async def test_who_blocked_the_bot_is_subscribed_to_nothing(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED)
    await watching.passes()
    watching.world.simulator.model.faults.add(Fault("sendmessage", 403, "Forbidden: user is deactivated"))
    desk = watching.world.bot.desk
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    subscriptions = Subscriptions(watching.world.bot.engine, desk.writer, desk.epochs, desk.clock)
    assert await subscriptions.of(anna.id) == ()


async def test_an_alert_is_in_the_trail_and_a_wipe_takes_it_away(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED)
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    await anna.sees("закрыто")
    await anna.send("/wipe")
    await anna.tap("Да, убрать")
    assert [seen.text for seen in anna.messages] == ["Здравствуйте! Начать: /start"]
    await watching.report(vera, Event.REOPENED)
    await watching.report(gleb, Event.REOPENED)
    await watching.passes()
    assert len(anna.messages) == 1


@pytest.mark.parametrize("over", [True, False], ids=["after it", "in the middle"])
async def test_an_alert_that_was_on_its_way_during_a_wipe_is_taken_back(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, *, over: bool
) -> None:
    desk, note, erase = watching.world.bot.desk, watching.world.bot.desk.trail.note, holdings.erase_sealed
    anna, ben, vera = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED)
    await watching.passes()
    await watching.report(ben, Event.CLOSED)
    await watching.passes()
    await anna.send("/wipe")
    sent, noted, wiped = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def late(chat_id: int, messages: Sequence[int], hours: int | None) -> None:
        if chat_id == anna.id and not wiped.is_set():
            sent.set()
            await wiped.wait()
        await note(chat_id, messages, hours)
        noted.set()

    async def erased(*names: Any, **more: Any) -> None:
        if not over:
            wiped.set()
            await noted.wait()
        await erase(*names, **more)

    monkeypatch.setattr(desk.trail, "note", late)
    monkeypatch.setattr(holdings, "erase_sealed", erased)
    await watching.report(vera, Event.CLOSED)
    async with asyncio.timeout(PATIENCE):
        while not sent.is_set():
            await watching.world.clock.leap(0.1)
            await asyncio.sleep(0.01)
    alert = anna.last
    assert "закрыто" in alert.text
    await anna.tap("Да, убрать всё", anna.messages[-2], wait=False)
    await until(lambda: GREETING in [message.text for message in anna.messages])
    wiped.set()
    await until(lambda: [message.text for message in anna.messages] == [GREETING])
    await until(noted.is_set)
    await watching.passes()
    assert [message.text for message in anna.messages] == [GREETING]
    names = [key.chat for key in desk.epochs.known(anna.id)]
    assert await holdings.count(desk.writer, names) == {}


async def test_a_discreet_chat_is_told_that_there_is_news_and_not_of_what(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await anna.send("/safety")
    await anna.tap("меньше было видно")
    await anna.tap("Включить незаметный режим")
    await watching.subscribe(anna, CLOSED)
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    assert anna.last.text == "Есть новость, о которой вы просили."
    await anna.tap("Открыть")
    assert "Верхний Ларс" in anna.last.text


async def test_what_a_quiet_night_brought_is_told_in_the_morning(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED, quiet=Quiet(11 * 60, 14 * 60), zone="UTC")
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    assert len(anna.messages) == 1
    await watching.world.clock.leap(timedelta(hours=2).total_seconds())
    await watching.passes(60)
    told = await anna.sees("тихое время")
    assert "закрыто" in told.text
    await watching.passes(600)
    assert len(anna.messages) == 2


async def test_what_was_on_its_way_as_the_night_began_is_told_in_the_morning(watching: Watching) -> None:
    anna, ben, vera, gleb = await meet(watching.world, 4)
    await watching.subscribe(anna, CLOSED, quiet=Quiet(12 * 60 + 15, 14 * 60), zone="UTC")
    await watching.subscribe(ben, CLOSED, quiet=Quiet(12 * 60 + 45, 14 * 60), zone="UTC")
    await watching.passes()
    desk = watching.world.bot.desk
    desk.pulse.token_alarm = lambda: True  # nothing is sent for now
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    await watching.world.clock.leap(timedelta(minutes=20).total_seconds())
    desk.pulse.token_alarm = lambda: False
    await watching.passes()
    await ben.sees("закрыто")
    assert (len(anna.messages), len(ben.messages)) == (1, 2)
    await watching.world.clock.leap(timedelta(hours=2).total_seconds())
    await watching.passes(60)
    await anna.sees("тихое время")
    await anna.sees("закрыто")
    assert len(ben.messages) == 2, "told again"


async def test_what_is_urgent_may_pass_a_quiet_night(watching: Watching) -> None:
    anna, ben, vera, gleb = await meet(watching.world, 4)
    night = Quiet(11 * 60, 14 * 60)
    await watching.subscribe(anna, CLOSED, quiet=night, zone="UTC", urgent_may_pass=True)
    await watching.subscribe(ben, CLOSED, quiet=night, zone="UTC")
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    await anna.sees("закрыто")
    assert len(ben.messages) == 1


async def test_a_tap_in_the_morning_loses_nothing_of_the_night(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED, quiet=Quiet(11 * 60, 14 * 60), zone="UTC")
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    desk = watching.world.bot.desk
    desk.pulse.token_alarm = lambda: True  # nothing is sent for now
    await watching.world.clock.leap(timedelta(hours=2).total_seconds())
    await anna.send("/alerts")
    await anna.tap("Верхний Ларс")
    await anna.tap("🔁")
    desk.pulse.token_alarm = lambda: False
    await watching.passes(60)
    await anna.sees("тихое время")


async def test_what_happens_seconds_after_one_has_asked_is_news(watching: Watching) -> None:
    anna, ben, vera, gleb = await meet(watching.world, 4)
    await watching.subscribe(ben, REOPENED)
    await watching.passes()
    await watching.subscribe(anna, CLOSED)
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    await anna.sees("закрыто")


async def test_below_an_alert_it_is_put_off_or_ended(watching: Watching) -> None:
    anna, vera, gleb = await meet(watching.world, 3)
    await watching.subscribe(anna, CLOSED, REOPENED)
    await watching.passes()
    for person in (vera, gleb):
        await watching.report(person, Event.CLOSED)
    await watching.passes()
    told = await anna.sees("закрыто")
    await anna.tap("🔕", told)
    assert "до 18:0" in anna.toast, "by the clocks of Moscow"
    assert "закрыто" in told.text, "it stays to be read"
    for person in (vera, gleb):
        await watching.report(person, Event.REOPENED)
    await watching.passes()
    assert len(anna.messages) == 2
    await anna.tap("Об этом больше не писать", told)
    desk = watching.world.bot.desk
    subscriptions = Subscriptions(watching.world.bot.engine, desk.writer, desk.epochs, desk.clock)
    [left] = await subscriptions.of(anna.id)
    assert [rule.topic for rule in left.rules] == [REOPENED]


async def test_a_wait_is_told_once_and_again_when_it_has_been_otherwise(watching: Watching) -> None:
    (anna,) = await meet(watching.world, 1)
    await watching.subscribe(anna, Topic(What.BELOW, 180), Topic(What.GO, 180, 30))
    await watching.passes()
    await tell(watching.world, 60, 70)
    await watching.passes()
    told = await anna.sees("меньше 3 ч")
    assert "пора выезжать: через 30 мин пути" in told.text, "one message for both"
    assert "2 человека" in told.text
    for minutes in (20, 20):
        await watching.world.clock.leap(minutes * 60)
        await tell(watching.world, 60)
        await watching.passes()
    assert len(anna.messages) == 2, "it is no news any more"
    await watching.world.clock.leap(10 * 3600)
    await tell(watching.world, 600, 640, 700, 720)
    await watching.passes()
    assert len(anna.messages) == 2
    await watching.world.clock.leap(8 * 3600)
    await tell(watching.world, 60, 60, 70, 70, 80)
    await watching.passes(120)
    assert len(anna.messages) == 3


async def test_silence_and_a_daily_digest_come_by_themselves(watching: Watching) -> None:
    anna, ben = await meet(watching.world, 2)
    await watching.subscribe(anna, Topic(What.SILENT, 180))
    await watching.subscribe(ben, digest_hour=15, zone="UTC")
    await tell(watching.world, 60, 60, 70)
    await watching.passes()
    await watching.world.clock.leap(4 * 3600)
    await watching.passes(120)
    assert "уже 3 ч никто ничего не сообщает" in (await anna.sees("никто")).text
    assert "Сейчас" in (await ben.sees("🔔 Верхний Ларс")).text
    await watching.world.clock.leap(23 * 3600)
    await watching.passes(120)
    assert len(ben.messages) == 3, "each day once"
    assert len(anna.messages) == 2


async def test_a_digest_tells_of_every_mode_that_one_asked_for(watching: Watching) -> None:
    (anna,) = await meet(watching.world, 1)
    rules = tuple(Rule(mode, Topic(What.BELOW, 60)) for mode in (Mode.BICYCLE, Mode.CAR))
    await watching.subscribe(anna, rules=rules, digest_hour=15, zone="UTC")
    await watching.world.clock.leap(4 * 3600)
    await watching.passes(120)
    now = (await anna.sees("Сейчас")).text
    assert now.index("велосипед") < now.index("машин")


async def test_a_restart_loses_nothing_and_repeats_nothing(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    async with running(simulator, clock, tmp_path, content) as world, alerting(world) as watching:
        anna, vera, gleb = await meet(world, 3)
        await watching.subscribe(anna, CLOSED)
        await watching.passes()
        await watching.report(vera, Event.CLOSED)
    async with running(simulator, clock, tmp_path, content) as world:
        # It ends again before anything was decided.
        await tapped(world, gleb, 600_000, encode(SendEvent(LARS, Mode.CAR, Event.CLOSED)))
    for _ in range(2):
        async with running(simulator, clock, tmp_path, content) as world, alerting(world) as watching:
            await watching.passes()
            await anna.sees("закрыто")
    assert len(anna.messages) == 2


async def test_it_is_offered_to_renew_and_then_it_ends(watching: Watching) -> None:
    (anna,) = await meet(watching.world, 1)
    await watching.subscribe(anna, CLOSED)
    await watching.world.clock.leap(timedelta(days=13, minutes=20).total_seconds())
    await watching.passes(60)
    await anna.sees("Продлить?")
    await watching.world.clock.leap(timedelta(days=1).total_seconds())
    await watching.passes(60)
    desk = watching.world.bot.desk
    subscriptions = Subscriptions(watching.world.bot.engine, desk.writer, desk.epochs, desk.clock)
    assert await subscriptions.of(anna.id) == ()
    assert len(anna.messages) == 2
