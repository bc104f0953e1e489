"""How much memory the bot holds after 10,000 updates of all kinds, and whether that still grows."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.bench import database
from bot.bench.figures import Figure, Outcome, at_most
from bot.bench.measure import Bench, crossings
from bot.bench.processes import serving
from bot.bench.stage import Load, Telegram
from bot.crossings.catalogue import Crossing
from bot.crossings.report import BANDS, Kind
from bot.simulator.people import Person
from bot.telegram.button_data import encode
from bot.telegram.buttons import About, Card, Country, Nearby, SendWait

NAME = "memory"
UPDATES = 10_000
SETTLED = 2_000
"""So many updates may fill caches; what grows after them is a leak."""

PEOPLE = 2_000
"""All of them have written by then."""

OUTSTANDING = 64
STORED = 20_000
LASTING = timedelta(days=7)
WORDS = (
    "/start",
    "/crossings",
    "/help",
    "/safety",
    "/language",
    "какой паспорт нужен в Казахстан",
    "Верхний Ларс",
    "вл",
    "where can I cross by bicycle",
    "ghjqnb kfhc",
    "lars 5 ч",
    "хочу в Грузию пешком",
)


class Mixture:
    """People who do all that people do with a bot: ask for cards, tap through them, report, ask in words."""

    def __init__(self, telegram: Telegram, places: Sequence[Crossing]) -> None:
        self._telegram = telegram
        self._places = places
        self._chance = random.Random(database.SEED)
        self._deeds: tuple[Callable[[Person, Crossing], int], ...] = (
            self._ask,
            self._ask,
            self._write,
            self._tap,
            self._tap,
            self._report,
        )

    def __call__(self, person: Person) -> int:
        """Let a person do something; returns the update's id."""
        return self._chance.choice(self._deeds)(person, self._chance.choice(self._places))

    def _ask(self, person: Person, place: Crossing) -> int:
        name = self._chance.choice((place.id, place.name.ru, place.name.en))
        return self._telegram.write(person, f"/crossing {name}")

    def _write(self, person: Person, _place: Crossing) -> int:
        return self._telegram.write(person, self._chance.choice(WORDS))

    def _tap(self, person: Person, place: Crossing) -> int:
        mode = database.modes_of(place)[0]
        buttons = (Card(place.id, mode), Nearby(place.id), About(place.id, 0), Country(place.country, 0))
        return self._telegram.press(person, encode(self._chance.choice(buttons)))

    def _report(self, person: Person, place: Crossing) -> int:
        mode, band = database.modes_of(place)[0], self._chance.randrange(len(BANDS))
        return self._telegram.press(person, encode(SendWait(place.id, mode, Kind.CROSSED, band)))


async def measure(
    bench: Bench,
    *,
    updates: int = UPDATES,
    settled: int = SETTLED,
    people: int = PEOPLE,
    stored: int = STORED,
) -> Outcome:
    """Measure the resident memory of a bot while it answers a mixture of updates."""
    places = database.reported(crossings())
    with bench.folder() as folder:
        bench.say(f"filling a database with {stored:,} reports")
        made = database.rows(stored, places, bench.clock.now(), LASTING)
        async with serving(bench.clock, folder, made) as (telegram, child):
            everybody = telegram.people(people // 2) + telegram.people(people - people // 2, "en")
            load = Load(telegram, everybody, Mixture(telegram, places))
            held = [child.resident_megabytes()]
            for done in range(0, updates, settled):
                bench.say(f"update {done:,} of {updates:,}")
                await load.run(OUTSTANDING, count=min(settled, updates - done))
                await load.drain()
                telegram.forget()
                held.append(child.resident_megabytes())
    growth = (max(held[1:]) / held[1] - 1) * 100
    return Outcome(
        (
            Figure(NAME, "at the start", "MB", held[0]),
            Figure(NAME, f"after {settled:,} updates", "MB", held[1]),
            Figure(NAME, f"after {updates:,} updates", "MB", held[-1], at_most(150)),
            Figure(NAME, f"growth after the first {settled:,}, at most", "%", growth, at_most(5)),
        ),
        f"Resident memory (RSS) of `bot run` with {stored:,} reports of the last {LASTING.days} days. "
        f"{people:,} people, half of them in English, ask for cards, tap through them, report and ask in "
        "words.",
    )
