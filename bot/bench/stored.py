"""Whether `/crossing` gets slower as reports pile up: a young database beside one that is a year old."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

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

SETTLE_SECONDS = 10.0
"""What a start leaves for later, such as making the search, is done by then in both."""


class Questions:
    """People who ask for crossings at random, for each as often as for the others."""

    def __init__(self, telegram: Telegram, places: Sequence[Crossing]) -> None:
        self._telegram = telegram
        self._places = places
        self._chance = random.Random(database.SEED)

    def __call__(self, person: Person) -> int:
        """Let a person ask; returns the update's id."""
        return self._telegram.write(person, f"/crossing {self._chance.choice(self._places).id}")


async def measure(bench: Bench, *, few: int = FEW, many: int = MANY, requests: int = 3_000) -> Outcome:
    """Measure how long a card takes with few and with many stored reports."""
    places = database.reported(crossings())
    with bench.folder() as folder:
        async with AsyncExitStack() as stack:
            loads = []
            for count, lasting in ((many, OLD), (few, YOUNG)):  # to fill the larger one takes long
                bench.say(f"filling a database with {count:,} reports")
                stored = database.rows(count, places, bench.clock.now(), lasting)
                opened = serving(bench.clock, folder / str(count), stored)
                telegram, _ = await stack.enter_async_context(opened)
                loads.append(Load(telegram, telegram.people(PEOPLE), Questions(telegram, places)))
            tidy()
            await asyncio.sleep(SETTLE_SECONDS)
            for number in range(0, requests, IN_TURN):
                bench.say(f"request {number:,} of {requests:,}")
                for load in loads if number % (2 * IN_TURN) else reversed(loads):
                    await load.run(1, count=min(IN_TURN, requests - number))
            size = database_of(folder / str(many)).stat().st_size / 1e6
    old, young = loads
    ratio = _milliseconds(old, 0.99) / _milliseconds(young, 0.99)
    return Outcome(
        (
            Figure(NAME, f"p50 with {few:,} reports", "ms", _milliseconds(young, 0.5)),
            Figure(NAME, f"p50 with {many:,} reports", "ms", _milliseconds(old, 0.5)),
            Figure(NAME, f"p99 with {few:,} reports", "ms", _milliseconds(young, 0.99)),
            Figure(NAME, f"p99 with {many:,} reports", "ms", _milliseconds(old, 0.99)),
            Figure(NAME, "p99 with many beside p99 with few", "×", ratio, at_most(1.5)),
            Figure(NAME, f"file with {many:,} reports", "MB", size),
        ),
        f"{few:,} reports of the last {YOUNG.days} days beside {many:,} of the last {OLD.days}, both "
        f"spread over all crossings by Zipf's law. {requests:,} requests each, one after another, at "
        "crossings drawn at random, from the delivery of the update to the card. Both bots were started "
        f"{SETTLE_SECONDS:.0f} s before or a little more, one right after the other.",
    )


def _milliseconds(load: Load, share: float) -> float:
    """Return what this share of the answers took at most."""
    return quantile([act.seconds for act in load.done], share) * 1000
