"""How fast reports are taken in: many people tap at once, through the whole bot, each committed to disk."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.bench import database
from bot.bench.figures import Figure, Outcome, at_least, at_most, quantile
from bot.bench.measure import Bench, crossings, fsync_milliseconds, own_cpu_seconds, tidy
from bot.bench.processes import database_of, echoing, pseudonyms_of, serving
from bot.bench.stage import Act, Load, Telegram
from bot.clock import Clock
from bot.crossings.catalogue import Crossing
from bot.crossings.report import BANDS, Kind, Statement
from bot.crossings.store import Reports
from bot.simulator.people import Person
from bot.storage import engine
from bot.storage.writer import Writer
from bot.telegram.button_data import encode
from bot.telegram.buttons import SendWait

NAME = "reports"
AT_ONCE = 100
PEOPLE = 2_000
"""Of whom a hundred wait for an answer at any time: nobody reports faster than one chat is answered."""

PACE = 500.0
"""Reports a second, the target; how long one takes is asked at this pace."""


class Taps:
    """People who tap what they report: each at another crossing every time."""

    def __init__(self, telegram: Telegram, places: Sequence[Crossing]) -> None:
        self._telegram = telegram
        self._places = places
        self._turns: Counter[int] = Counter()

    def __call__(self, person: Person) -> int:
        """Let a person report; returns the update's id."""
        turn = self._turns[person.id]
        self._turns[person.id] += 1
        place = self._places[(person.id * 31 + turn) % len(self._places)]
        kind = (Kind.CROSSED, Kind.WAITING)[turn % 2]
        said = SendWait(place.id, database.modes_of(place)[0], kind, (person.id + turn) % len(BANDS))
        return self._telegram.press(person, encode(said))


async def measure(
    bench: Bench, *, seconds: float = 8.0, warm_up: int = 300, pace: float = PACE, people: int = PEOPLE
) -> Outcome:
    """Measure reports a second with a hundred people waiting at any time, and their wait at a steady pace."""
    places = database.reported(crossings())
    with bench.folder() as folder:
        bench.say("the database alone")
        disk = fsync_milliseconds(folder, bench.clock)
        alone = await _alone(bench.clock, folder / "alone" / "reports.sqlite3", places, seconds / 4)
        bench.say("starting the bot")
        async with serving(bench.clock, folder / "bot") as (telegram, child):
            tap = Taps(telegram, places)
            (first,) = telegram.people(1)
            reported: list[int] = []
            shown = await telegram.answer("editmessagetext", lambda: reported.append(tap(first)))
            load = Load(telegram, telegram.people(people), tap)
            await load.run(AT_ONCE, count=warm_up)
            await load.drain()
            tidy()
            bench.say(f"{AT_ONCE} people at once")
            before, cpu, own = len(load.done), child.cpu_seconds(), own_cpu_seconds()
            took = await load.run(AT_ONCE, seconds=seconds)
            full = load.done[before:]
            cpu, own = child.cpu_seconds() - cpu, own_cpu_seconds() - own
            await load.drain()
            telegram.forget()
            tidy()
            bench.say(f"{pace:.0f} reports a second")
            before = len(load.done)
            await load.paced(pace, AT_ONCE, seconds=seconds)
            paced = load.done[before:]
        bench.say("PTB alone")
        bare = await _bare(bench, folder / "bare", shown, places, people, warm_up, seconds / 2)
        ids = pseudonyms_of(folder / "bot", bench.clock)
        reported += [act.update_id for act in load.done]
        wanted = {ids.report_ids(update_id)[0] for update_id in reported}
        stored = [row[0] for row in database.read(database_of(folder / "bot"), "id")]
    at_pace = f"at {pace:.0f} reports/s"
    return Outcome(
        (
            Figure(NAME, "committed and answered", "reports/s", len(full) / took, at_least(PACE)),
            Figure(NAME, "p50 meanwhile, from delivery to reply", "ms", _milliseconds(full, 0.5)),
            Figure(NAME, "p99 meanwhile, from delivery to reply", "ms", _milliseconds(full, 0.99)),
            Figure(NAME, f"p50 {at_pace}, from delivery to reply", "ms", _milliseconds(paced, 0.5)),
            Figure(
                NAME, f"p99 {at_pace}, from delivery to reply", "ms", _milliseconds(paced, 0.99), at_most(100)
            ),
            Figure(
                NAME, f"p99 {at_pace}, from tap to reply", "ms", _milliseconds(paced, 0.99, of_person=True)
            ),
            Figure(NAME, "CPU", "ms/report", cpu / max(len(full), 1) * 1000),
            Figure(NAME, "the simulator's CPU", "% of a core", own / took * 100),
            Figure(NAME, "limit: PTB alone, the same calls and a row", "reports/s", bare),
            Figure(NAME, "limit: the database alone", "reports/s", alone),
            Figure(NAME, "limit: one fsync of this disk", "ms", disk),
            Figure(NAME, "answered but not stored", "reports", len(wanted - set(stored)), at_most(0)),
            Figure(NAME, "stored twice, or never sent", "reports", surplus(stored, wanted), at_most(0)),
        ),
        f"`bot run` with an empty database on this disk, synchronous=FULL. Of {people:,} people {AT_ONCE} "
        "wait for an answer at any time, so that the bot's limit of about a message a second and chat "
        "holds nobody back; its limit over all is lifted. A report is the last tap, at another crossing "
        "each time; it costs a commit, an edit of the message and an answer to the tap. While all wait "
        f"for the bot, the wait is set by their number; how long a report takes is asked at {pace:.0f} a "
        "second, at random moments. Every answered report is looked for in the file afterwards. The "
        f"database alone: the same reports without Telegram, {AT_ONCE} at once. PTB alone: a bare bot over "
        "our transport, polling and writer that answers each tap by committing one row, with the very same "
        "edit and with the answer to the tap, and does nothing else.",
    )


async def _bare(
    bench: Bench,
    folder: Path,
    shown: Mapping[str, Any],
    places: Sequence[Crossing],
    people: int,
    warm_up: int,
    seconds: float,
) -> float:
    """Return how many taps a second PTB takes in with the same answer and one row, and nothing else."""
    async with echoing(bench.clock, "taps", folder, shown) as (telegram, _):
        load = Load(telegram, telegram.people(people), Taps(telegram, places))
        await load.run(AT_ONCE, count=warm_up)
        before = len(load.done)
        took = await load.run(AT_ONCE, seconds=seconds)
        rate = (len(load.done) - before) / took
        await load.drain()
    return rate


async def _alone(clock: Clock, path: Path, places: Sequence[Crossing], seconds: float) -> float:
    """Return how many reports a second the store takes in by itself."""
    path.parent.mkdir()
    await database.make(path)
    opened = engine.create(f"sqlite+aiosqlite:///{path}")
    try:
        async with Writer(opened) as writer, asyncio.TaskGroup() as group:
            reports, began = Reports(opened, writer, clock), clock.monotonic()

            async def person(number: int) -> int:
                count = 0
                while clock.monotonic() < began + seconds:
                    place = places[(number * 31 + count) % len(places)]
                    id = number + AT_ONCE * count
                    said = Statement(place.id, database.modes_of(place)[0], Kind.CROSSED, wait_minutes=count)
                    await reports.add(said, (id.to_bytes(16, "big"), None), id + 1, clock.now())
                    count += 1
                return count

            people = [group.create_task(person(number)) for number in range(AT_ONCE)]
        return sum(each.result() for each in people) / (clock.monotonic() - began)
    finally:
        await opened.dispose()


def _milliseconds(acts: Sequence[Act], share: float, *, of_person: bool = False) -> float:
    took = [act.seconds_for_person if of_person else act.seconds for act in acts]
    return quantile(took, share) * 1000


def surplus(stored: Sequence[object], wanted: Collection[object]) -> int:
    """Return how many stored reports are one too many: nobody's, or there already."""
    return sum(id not in wanted for id in stored) + len(stored) - len(set(stored))
