"""Whether `/crossing` gets slower as reports pile up: a young database beside one that is a year old."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.bench import database
from bot.bench.figures import Figure, Outcome, at_most, quantile
from bot.bench.measure import Bench, crossings, tidy
from bot.bench.processes import database_of, serving
from bot.bench.stage import Load, Telegram
from bot.crossings.catalogue import Crossing
from bot.simulator.people import Person

NAME = "stored"
FEW, MANY = 2_000, 2_000_000
YOUNG, OLD = timedelta(days=7), timedelta(days=365)
PEOPLE = 2_000
IN_TURN = 250
"""So many requests one database answers before the other has its turn."""


class Questions:
    """People who ask for crossings at random, for each as often as for the others.

    `first` are the updates that asked for a crossing for the first time, which cannot be in memory yet.
    """

    def __init__(self, telegram: Telegram, places: Sequence[Crossing]) -> None:
        self.first: set[int] = set()
        self._telegram = telegram
        self._places = places
        self._chance = random.Random(database.SEED)  # noqa: S311 - made-up people, no secret
        self._asked: set[str] = set()

    def __call__(self, person: Person) -> int:
        """Let a person ask; returns the update's id."""
        place = self._chance.choice(self._places)
        update = self._telegram.write(person, f"/crossing {place.id}")
        if place.id not in self._asked:
            self._asked.add(place.id)
            self.first.add(update)
        return update


@dataclass(frozen=True)
class Asked:
    """A bot with its database, and who asks it."""

    load: Load
    questions: Questions

    def milliseconds(self, share: float, *, first: bool = False) -> float:
        """Return what this share of the answers took at most; of all, or of those not from memory."""
        acts = (act for act in self.load.done if not first or act.update_id in self.questions.first)
        return quantile([act.seconds for act in acts], share) * 1000


async def measure(bench: Bench, *, few: int = FEW, many: int = MANY, requests: int = 3_000) -> Outcome:
    """Measure how long a card takes with few and with many stored reports, both from a fresh process on."""
    with bench.folder() as folder:
        async with AsyncExitStack() as stack:
            pair = []
            for count, lasting in ((few, YOUNG), (many, OLD)):
                bench.say(f"filling a database with {count:,} reports")
                opened = _opened(bench, folder / str(count), count, lasting)
                pair.append(await stack.enter_async_context(opened))
            tidy()
            for number in range(0, requests, IN_TURN):
                bench.say(f"request {number:,} of {requests:,}")
                for asked in pair if number % (2 * IN_TURN) else reversed(pair):
                    await asked.load.run(1, count=min(IN_TURN, requests - number))
            size = database_of(folder / str(many)).stat().st_size / 1e6
    young, old = pair
    ratio = old.milliseconds(0.99) / young.milliseconds(0.99)
    return Outcome(
        (
            Figure(NAME, f"p50 with {few:,} reports", "ms", young.milliseconds(0.5)),
            Figure(NAME, f"p50 with {many:,} reports", "ms", old.milliseconds(0.5)),
            Figure(NAME, f"p99 with {few:,} reports", "ms", young.milliseconds(0.99)),
            Figure(NAME, f"p99 with {many:,} reports", "ms", old.milliseconds(0.99)),
            Figure(NAME, "p99 with many beside p99 with few", "×", ratio, at_most(1.5)),
            Figure(NAME, f"p50 not from memory, {few:,} reports", "ms", young.milliseconds(0.5, first=True)),
            Figure(NAME, f"p50 not from memory, {many:,} reports", "ms", old.milliseconds(0.5, first=True)),
            Figure(NAME, f"p99 not from memory, {few:,} reports", "ms", young.milliseconds(0.99, first=True)),
            Figure(NAME, f"p99 not from memory, {many:,} reports", "ms", old.milliseconds(0.99, first=True)),
            Figure(NAME, f"file with {many:,} reports", "MB", size),
        ),
        f"{few:,} reports of the last {YOUNG.days} days beside {many:,} of the last {OLD.days}, both "
        f"spread over all crossings by Zipf's law. {requests:,} requests each, one after another, at "
        "crossings drawn at random, from the delivery of the update to the card. The first for each "
        "crossing are among them: they come to a fresh process, which has to read the database.",
    )


@asynccontextmanager
async def _opened(bench: Bench, folder: Path, count: int, lasting: timedelta) -> AsyncIterator[Asked]:
    places = database.reported(crossings())
    stored = database.rows(count, places, bench.clock.now(), lasting)
    async with serving(bench.clock, folder, stored) as (telegram, _):
        questions = Questions(telegram, places)
        yield Asked(Load(telegram, telegram.people(PEOPLE), questions), questions)
