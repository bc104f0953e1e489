"""Whether a bot that is killed again and again loses a report or counts one twice."""

import asyncio
import random
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.bench import database
from bot.bench.figures import Figure, Outcome, at_most
from bot.bench.measure import Bench, crossings
from bot.bench.processes import BOT, READY_SECONDS, database_of, pseudonyms_of, running, settings, start
from bot.bench.stage import ANSWERS, STALLED_SECONDS, Stalled, Telegram
from bot.crossings.catalogue import Crossing
from bot.crossings.report import LONGEST_QUEUE_METRES, Kind
from bot.simulator.content import formatted
from bot.simulator.parameters import Parameters
from bot.simulator.people import Person
from bot.telegram.button_data import encode
from bot.telegram.buttons import AskNumber, SendNumber

NAME = "crashes"
KILLS = 30
PEOPLE = 512
OUTSTANDING = 96
"""So many reports are on their way at any time: more than the bot takes in hand at once."""

FIRST = 20
"""So many reports are confirmed before a kill, except where it comes early."""

EARLY = 5
"""Every fifth kill comes as soon as the bot has polled: what it was given again is in its hands."""

LEAST_METRES = 1_000
"""Where the numbers begin: what is typed as "50 м" may also be minutes, and the bot asks."""

LONGEST_LIFE, SHORTEST_LIFE = 0.6, 0.05  # seconds from then to the kill, at most; and where it comes early


@dataclass(slots=True)
class Told:
    """A report on its way: the update that brought it, its number, and how often it was answered."""

    update_id: int
    number: int
    replies: int = 0
    confirmed: bool = False


class Crowd:
    """People who each report a number of their own, half by buttons, half in words, and wait for its answer.

    Who was answered reports again only after the update is confirmed, so that a second answer is seen as one.
    """

    def __init__(self, telegram: Telegram, places: Sequence[Crossing], people: list[Person]) -> None:
        self.told: list[Told] = []
        self._telegram = telegram
        self._places = places
        self._idle = deque(people)
        self._waiting: dict[int, tuple[Person, Told]] = {}  # by chat
        self._turns: Counter[int] = Counter()
        self._acting = False
        telegram.heard = self._hear

    @property
    def confirmed(self) -> int:
        """How many reports were confirmed to Telegram so far."""
        return len(self.told) - len(self._waiting)

    def act(self) -> None:
        """Begin to report."""
        self._acting = True
        for _ in range(OUTSTANDING):
            self._report()

    def rest(self) -> None:
        """Report nothing more."""
        self._acting = False

    async def more(self, count: int, alive: Callable[[], None]) -> None:
        """Wait until so many more are confirmed. Raises `Stalled`."""
        enough = self.confirmed + count
        await self._until(lambda: self.confirmed >= enough, alive)

    async def answered(self, alive: Callable[[], None]) -> None:
        """Wait until all are answered. Raises `Stalled`."""
        await self._until(lambda: all(each.replies for each in self.told), alive)

    async def _until(self, holds: Callable[[], bool], alive: Callable[[], None]) -> None:
        clock = self._telegram.clock
        last = clock.monotonic() + STALLED_SECONDS
        while not holds():
            alive()
            if clock.monotonic() > last:
                raise Stalled(f"reports are neither confirmed nor answered for {STALLED_SECONDS:.0f} s")
            await asyncio.sleep(0.01)

    def _report(self) -> None:
        number = LEAST_METRES + len(self.told)
        if not self._acting or not self._idle or number > LONGEST_QUEUE_METRES:
            return
        person = self._idle.popleft()
        turn = self._turns[person.id]
        self._turns[person.id] += 1
        place = self._places[(person.id * 31 + turn) % len(self._places)]
        say = self._tap if number % 2 else self._write
        told = Told(say(person, place, number), number)
        self.told.append(told)
        self._waiting[person.id] = person, told

    def _tap(self, person: Person, place: Crossing, number: int) -> int:
        said = SendNumber(place.id, database.modes_of(place)[0], Kind.LENGTH, "metres", number)
        return self._telegram.press(person, encode(said))

    def _write(self, person: Person, place: Crossing, number: int) -> int:
        payload = encode(AskNumber(place.id, database.modes_of(place)[0], Kind.LENGTH)).replace(":", "_")
        address = f"https://t.me/{self._telegram.model.account.username}?start={payload}"
        asked = self._telegram.show(person, formatted(f'<a href="{address}">{place.id}</a>?', "HTML", None))
        return self._telegram.write(person, f"{number} м", reply_to=asked.id)

    def _hear(self, method: str, parameters: Parameters) -> None:
        if method == "getupdates":
            self._note_confirmed()
        elif method in ANSWERS:
            _, told = self._waiting.get(parameters.integer("chat_id"), (None, None))
            if told is not None:
                told.replies += 1

    def _note_confirmed(self) -> None:
        updates = self._telegram.model.updates
        for person, told in list(self._waiting.values()):
            if updates.confirmed(told.update_id):
                told.confirmed = True
                del self._waiting[person.id]
                self._telegram.model.chats[person.id].messages.clear()
                self._idle.append(person)
                self._report()


async def measure(bench: Bench, *, kills: int = KILLS, people: int = PEOPLE, first: int = FIRST) -> Outcome:
    """Kill a bot under load, start it again, and compare what was confirmed with what is stored."""
    chance = random.Random(database.SEED)
    with bench.folder() as folder:
        async with Telegram(bench.clock) as telegram:
            environment = settings(telegram, folder)
            crowd = Crowd(telegram, database.reported(crossings()), telegram.people(people))
            crowd.act()
            for number in range(1, kills + 1):
                bench.say(f"kill {number} of {kills}, {crowd.confirmed:,} reports confirmed")
                child = await start(BOT, folder, environment)
                try:
                    polls = telegram.model.calls["getupdates"] + 1
                    await telegram.polled(polls, READY_SECONDS, child.check)
                    if number % EARLY:
                        await crowd.more(first, child.check)
                        await asyncio.sleep(chance.uniform(0, LONGEST_LIFE))
                    else:
                        await asyncio.sleep(chance.uniform(0, SHORTEST_LIFE))
                    child.check()
                finally:
                    await child.kill()
            crowd.rest()
            bench.say("the last start")
            async with running(BOT, folder, environment) as child:
                # The last ones are confirmed as it stops: until then a long poll is waiting for more.
                await crowd.answered(child.check)
        stored = database.read(database_of(folder), "id, metres")
        damage = _damage(database_of(folder))
        count = tally(crowd.told, stored, pseudonyms_of(folder, bench.clock).report_ids)
    return Outcome(
        (
            Figure(NAME, "kill -9 under load", "times", kills),
            Figure(NAME, "reports sent", "reports", len(crowd.told)),
            Figure(NAME, "never confirmed", "reports", count.unconfirmed, at_most(0)),
            Figure(NAME, "confirmed but lost", "reports", count.lost, at_most(0)),
            Figure(NAME, "stored more than once", "reports", count.repeated, at_most(0)),
            Figure(NAME, "stored but never sent", "reports", count.strange, at_most(0)),
            Figure(NAME, "confirmed but never answered", "reports", count.silent, at_most(0)),
            Figure(NAME, "damage found by SQLite", "lines", damage, at_most(0)),
            Figure(NAME, "answers shown again", "messages", count.again),
        ),
        f"`bot run` is killed with SIGKILL while {OUTSTANDING} reports are on their way, each with a "
        f"number of its own, half tapped and half typed; every {EARLY}th time as soon as it has polled. A "
        "killed process, not a power cut: what the kernel has is not lost. An answer shown again is "
        "allowed: it is what an update brings that was handled but not confirmed.",
    )


@dataclass(frozen=True)
class Tally:
    """What became of the reports: `lost` to `strange` count reports, `again` answers that came once more."""

    unconfirmed: int
    lost: int
    repeated: int
    strange: int
    silent: int
    again: int


def tally(
    told: Sequence[Told],
    stored: Sequence[Sequence[object]],
    report_ids: Callable[[int], tuple[int, int | None]],
) -> Tally:
    """Compare what was sent with the ids and numbers that are stored."""
    ids = {id for id, _ in stored}
    times = Counter(number for _, number in stored)
    return Tally(
        unconfirmed=sum(not each.confirmed for each in told),
        lost=sum(each.confirmed and ids.isdisjoint(report_ids(each.update_id)) for each in told),
        repeated=sum(max(times[each.number] - 1, 0) for each in told),
        strange=len(stored) - sum(times[each.number] for each in told),
        silent=sum(each.confirmed and not each.replies for each in told),
        again=sum(max(each.replies - 1, 0) for each in told),
    )


def _damage(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as opened:
        found = [line for (line,) in opened.execute("PRAGMA integrity_check")]
    return 0 if found == ["ok"] else len(found)
