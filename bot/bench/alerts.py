"""How alerts go out: as fast as Telegram lets them, once each, also through kills, replies going first."""

import asyncio
import gc
import random
import secrets
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

from bot.alerts.leader import LEAST_AT_ONCE
from bot.alerts.rules import Phase, State, decide
from bot.alerts.situation import look
from bot.alerts.subscription import Subscription, wake_at
from bot.alerts.subscriptions import sealed
from bot.alerts.topics import TOPICS, Rule, Topic, What
from bot.bench import database
from bot.bench.figures import Figure, Outcome, at_least, at_most, quantile
from bot.bench.measure import Bench, crossings
from bot.bench.processes import BOT, READY_SECONDS, Child, database_of, settings, start
from bot.bench.stage import Stalled, Telegram
from bot.clock import Clock
from bot.crossings.report import Event, Kind, Mode, Report, Statement, step
from bot.guide.model import Language
from bot.privacy import keys
from bot.privacy.epochs import Epochs
from bot.simulator.limits import Limits
from bot.simulator.parameters import Parameters
from bot.simulator.people import Person
from bot.telegram.button_data import encode
from bot.telegram.buttons import SendEvent

NAME = "alerts"
LONGEST_SECONDS = 1_500.0

CROSSING, MODE = "verkhny-lars", Mode.CAR
CLOSED = Topic(What.EVENT, event=Event.CLOSED)
FREE, PAID = 28.0, 1_000.0
"""Messages a second: what is safe for any bot, and what Telegram sells."""

SAMPLE, ALL, KILLED = 840, 100_000, 1_600
KILLS, KILLED_RATE = 20, 60.0
ASKING, ASKED_EACH = 40, 0.7
"""So many people ask meanwhile, one of them every so many seconds."""

IDLE_SECONDS = 25.0
STALLED_SECONDS = 60.0
RULES = 10_000


class Audience:
    """Who subscribed, and how often each was told; and people who ask the bot meanwhile."""

    def __init__(self, telegram: Telegram, subscribers: Sequence[Person], asking: Sequence[Person]) -> None:
        self.told: Counter[int] = Counter()
        self.first_at = self.last_at = float("nan")
        self.took: list[float] = []
        self._telegram = telegram
        self._subscribers = {person.id for person in subscribers}
        self._asking = list(asking)
        self._asked: dict[int, float] = {}
        telegram.heard = self._hear

    def _hear(self, method: str, parameters: Parameters) -> None:
        if method != "sendmessage":
            return
        chat, now = parameters.integer("chat_id"), self._telegram.clock.monotonic()
        if chat in self._subscribers:
            if not self.told:
                self.first_at = now
            self.told[chat] += 1
            self.last_at = now
            self._telegram.model.chats[chat].messages.clear()
        elif chat in self._asked:
            self.took.append(now - self._asked.pop(chat))
            self._telegram.model.chats[chat].messages.clear()

    async def ask(self) -> None:
        """Let people ask for the crossing's card one after the other, for ever."""
        for turn in range(1_000_000):
            person = self._asking[turn % len(self._asking)]
            if person.id not in self._asked:
                self._asked[person.id] = self._telegram.clock.monotonic()
                self._telegram.write(person, "/crossing lars")
            await asyncio.sleep(ASKED_EACH)

    async def reach(self, people: int, alive: Callable[[], None]) -> None:
        """Wait until so many were told; raises `Stalled` if nobody is told anything for long."""
        seen, since = 0, self._telegram.clock.monotonic()
        while len(self.told) < people:
            alive()
            count, now = self.told.total(), self._telegram.clock.monotonic()
            if count != seen:
                seen, since = count, now
            if now - since > STALLED_SECONDS:
                raise Stalled(f"nobody was told anything for {STALLED_SECONDS:.0f} s; {seen:,} were before")
            await asyncio.sleep(0.02)

    @property
    def rate(self) -> float:
        """How many were told a second."""
        return (self.told.total() - 1) / (self.last_at - self.first_at)

    def lost(self) -> int:
        """How many were not told."""
        return len(self._subscribers - self.told.keys())

    def repeated(self) -> int:
        """How often somebody was told again."""
        return self.told.total() - len(self.told)


@asynccontextmanager
async def _audience(
    bench: Bench, folder: Path, count: int, in_all: int
) -> AsyncIterator[tuple[Telegram, Audience, list[Person]]]:
    """Make a Telegram with subscribers whose rows lie sealed in the database, and two who report."""
    path = database_of(folder)
    path.parent.mkdir(parents=True)
    await database.make(path)
    async with Telegram(bench.clock, Limits(in_all_per_second=in_all)) as telegram:
        settings(telegram, folder)  # makes the key
        people = telegram.people(count + ASKING + 2)
        for person in people:
            person.started = True
        subscribers, asking, reporting = people[:count], people[count : count + ASKING], people[-2:]
        _store(path, folder, subscribers, bench.clock)
        yield telegram, Audience(telegram, subscribers, asking), reporting


def _store(path: Path, folder: Path, people: Sequence[Person], clock: Clock) -> None:
    """Subscribe people to a closure, as the bot would have."""
    epochs = Epochs(folder / "key", keys.load(folder / "key", create=False), clock)
    begun = step(clock.now() - timedelta(hours=2))
    wanted = Subscription(CROSSING, Language.RU, (Rule(MODE, CLOSED),), begun, begun)
    minute = int(begun.timestamp()) // 60
    wake, current = int(wake_at(wanted, clock.now()).timestamp()) // 60, epochs.current

    def made() -> Iterator[tuple[object, ...]]:
        for person in people:
            key, id = current.chat(person.id), secrets.randbits(63)
            yield id, key.chat, key.epoch, sealed(key.key, id, person.id, wanted), CROSSING, minute, wake

    with closing(sqlite3.connect(path)) as opened:
        opened.executemany(
            "INSERT INTO subscriptions (id, chat, epoch, sealed, crossing, renewed_minute, wake_minute) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            made(),
        )
        state = (CROSSING, MODE.value, CLOSED.code, State(Phase.ARMED).write(), minute // 1440 * 1440)
        opened.execute("INSERT INTO alert_states VALUES (?, ?, ?, ?, ?)", state)
        opened.commit()


async def _start(folder: Path, telegram: Telegram, rate: float) -> Child:
    child = await start(BOT, folder, settings(telegram, folder) | {"BOT_MESSAGES_PER_SECOND": f"{rate:g}"})
    await telegram.polled(telegram.model.calls["getupdates"] + 1, READY_SECONDS, child.check)
    return child


async def _close(telegram: Telegram, reporting: Sequence[Person]) -> float:
    """Let two people say that it is closed; returns when the second of them did."""
    for person in reporting:
        telegram.press(person, encode(SendEvent(CROSSING, MODE, Event.CLOSED)))
        said_at = telegram.clock.monotonic()
        await asyncio.sleep(1.0)
    return said_at


async def measure(
    bench: Bench, *, sample: int = SAMPLE, full: int = ALL, killed: int = KILLED, kills: int = KILLS
) -> Outcome:
    """Tell a closure to many, at the free and at the paid rate, and through kills."""
    deciding = _deciding(bench.clock)
    with bench.folder() as folder:
        free = await _fan_out(bench, folder / "free", sample, FREE, 30)
        paid = await _fan_out(bench, folder / "paid", full, PAID, round(PAID))
        lost, repeated = await _through_kills(bench, folder / "kills", killed, kills)
    limit = LEAST_AT_ONCE * kills
    figures = [
        Figure(NAME, f"deciding, for {RULES:,} rules on one estimate", "ms", deciding, at_most(50)),
        *_figures(f"{FREE:.0f}/s, {sample:,} people", FREE, free, slow=True),
        *_figures(f"{PAID:,.0f}/s, {full:,} people", PAID, paid, slow=False),
        Figure(NAME, f"lost through {kills} × kill -9", "alerts", lost, at_most(0)),
        Figure(NAME, f"repeated through {kills} × kill -9", "alerts", repeated, at_most(limit)),
    ]
    return Outcome(
        tuple(figures),
        "`bot run` on the simulator with Telegram's limits of the rate; subscribers lie sealed in its "
        "database, as the bot seals them. Two people report a closure; from the tap of the second to the "
        "first alert that has arrived is the time to it. The rate is that of arrivals from first to last, "
        "beside the rate that the bot is set to. Meanwhile one person every "
        f"{ASKED_EACH} s asks for the card; their wait is beside that of {IDLE_SECONDS:.0f} s before, and at "
        "the paid rate, where the bot's processor is what limits it, it is told without a target. Memory is "
        "RSS. "
        f"Killed with SIGKILL at random while it tells {killed:,} people at {KILLED_RATE:.0f}/s, started "
        f"again each time: at most {LEAST_AT_ONCE} are on their way at any time. Rules: as many people want "
        "the same, what is decided is bounded by the list of all that can be wanted.",
    )


class _Told:
    """What one fan-out measured."""

    def __init__(self) -> None:
        self.rate = self.first = self.idle = self.meanwhile = self.growth = float("nan")
        self.lost = self.repeated = 0


async def _fan_out(bench: Bench, folder: Path, count: int, rate: float, in_all: int) -> _Told:
    told = _Told()
    bench.say(f"sealing {count:,} subscriptions")
    async with _audience(bench, folder, count, in_all) as (telegram, audience, reporting):
        child = await _start(folder, telegram, rate)
        try:
            async with asyncio.TaskGroup() as group:
                asking = group.create_task(audience.ask())
                bench.say("people ask")
                await asyncio.sleep(IDLE_SECONDS)
                told.idle = quantile(audience.took[len(audience.took) // 5 :], 0.95)
                audience.took.clear()
                gc.collect()
                said_at = await _close(telegram, reporting)
                enough = min(count, 2_000)
                held = 0.0
                for part in range(1, 21):
                    goal = max(1, count * part // 20)
                    await audience.reach(goal, child.check)
                    bench.say(f"{len(audience.told):,} of {count:,} told")
                    if not held and goal >= enough:
                        held = child.resident_megabytes()
                told.growth = (child.resident_megabytes() / held - 1) * 100 if held else float("nan")
                told.meanwhile = quantile(audience.took, 0.95)
                asking.cancel()
                await asyncio.sleep(2.0)  # for what would be told again
        finally:
            await child.kill()
        told.first = audience.first_at - said_at
        told.rate, told.lost, told.repeated = audience.rate, audience.lost(), audience.repeated()
    return told


async def _through_kills(bench: Bench, folder: Path, count: int, kills: int) -> tuple[int, int]:
    chance = random.Random(database.SEED)
    async with _audience(bench, folder, count, 1_000) as (telegram, audience, reporting):
        child = await _start(folder, telegram, KILLED_RATE)
        try:
            await _close(telegram, reporting)
            for number in range(1, kills + 1):
                bench.say(f"kill {number} of {kills}, {len(audience.told):,} told")
                some = min(len(audience.told) + 15, count)
                await audience.reach(some, child.check)
                await asyncio.sleep(chance.uniform(0, 0.5))
                await child.kill()
                child = await _start(folder, telegram, KILLED_RATE)
            await audience.reach(count, child.check)
            await asyncio.sleep(2.0)
        finally:
            await child.kill()
        return audience.lost(), audience.repeated()


def _figures(at: str, rate: float, told: _Told, *, slow: bool) -> Iterator[Figure]:
    yield Figure(NAME, f"at {at}: told", "alerts/s", told.rate)
    yield Figure(NAME, "share of the rate", "%", told.rate / rate * 100, at_least(98))
    yield Figure(NAME, "lost", "alerts", told.lost, at_most(0))
    yield Figure(NAME, "repeated", "alerts", told.repeated, at_most(0))
    yield Figure(NAME, "from the deciding report to the first alert", "s", told.first, at_most(1))
    yield Figure(NAME, "p95 of a reply before", "ms", told.idle * 1000)
    yield Figure(NAME, "p95 of a reply meanwhile", "ms", told.meanwhile * 1000)
    beside = told.meanwhile / told.idle
    yield Figure(NAME, "the same beside before", "×", beside, at_most(1.5) if slow else None)
    if not slow:
        yield Figure(NAME, "memory, from 2,000 told to all", "% more", told.growth, at_most(5))


def _deciding(clock: Clock) -> float:
    """Return how many milliseconds it takes to decide for many rules, with a few hundred reports."""
    place, now = crossings().crossings[CROSSING], step(clock.now())
    chance = random.Random(database.SEED)
    reports = [
        Report(
            number + 1,
            Statement(place.id, MODE, Kind.CROSSED, wait_minutes=chance.randrange(60, 400)),
            now - timedelta(minutes=15 * chance.randrange(96)),
            chance.randbytes(16),
        )
        for number in range(300)
    ]
    rules = [chance.choice(TOPICS) for _ in range(RULES)]
    took = []
    for _ in range(7):
        states = {topic: State(Phase.ARMED) for topic in rules}
        began = clock.monotonic()
        decide(states, look(place.id, MODE, reports, now))
        took.append((clock.monotonic() - began) * 1000)
    return quantile(took, 0.5)
