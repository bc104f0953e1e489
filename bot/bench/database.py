"""Databases to measure with: the real tables, filled with reports as people would have made them."""

import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

from bot.crossings.catalogue import Catalogue, Crossing, Type
from bot.crossings.report import BANDS, STEP, Event, Kind, Mode
from bot.crossings.votes import PSEUDONYM_LASTS
from bot.storage import engine, migrate
from bot.storage.tables import reports

SEED = 20221
"""The same reports in every run."""

AGAIN = 0.3
"""The share of reports by people who have reported at that crossing before."""

DIFFERENT = 20_000
"""So many different things are said; more reports repeat them at other times, which is made faster."""

_LAST_EVENTS = (Event.DRAFT_NOTICES, Event.PHONE_CHECKS, Event.TURNED_BACK, Event.NO_WATER, Event.CALM)
_KINDS = (Kind.CROSSED, Kind.BAND, Kind.WAITING, Kind.LENGTH, Kind.EVENT)
_KIND_WEIGHTS = tuple(accumulate((20, 35, 25, 15, 5)))

Row = tuple[object, ...]


def modes_of(crossing: Crossing) -> tuple[Mode, ...]:
    """Return the modes that a crossing lets through, or may let through."""
    return tuple(mode for mode, admission in crossing.modes.items() if admission.admitted != "no")


def reported(catalogue: Catalogue) -> tuple[Crossing, ...]:
    """Return the crossings that people report at: those that let somebody through, roads first."""
    passable = [crossing for crossing in catalogue.crossings.values() if modes_of(crossing)]
    return tuple(sorted(passable, key=lambda crossing: crossing.type is not Type.ROAD))


def rows(
    count: int, crossings: Sequence[Crossing], until: datetime, lasting: timedelta, seed: int = SEED
) -> Iterator[Row]:
    """Make so many reports of the time before `until`, as rows of the table.

    The first crossing has twice as many as the second, thrice as many as the third (Zipf's law). Waits at a
    crossing lie around one that is its own. People are told apart in the last 48 hours only, as after a
    purge.
    """
    chance = random.Random(seed)
    said = _sayings(min(count, DIFFERENT), crossings, chance)
    last, first = int(until.timestamp()) // 60, int((until - lasting).timestamp()) // 60
    forgotten = last - PSEUDONYM_LASTS // timedelta(minutes=1)
    step = STEP // timedelta(minutes=1)
    known: dict[object, list[bytes]] = defaultdict(list)
    between = 2**63 // count
    for number in range(count):
        saying = said[int(chance.random() * len(said))]
        minute = (first + int(chance.random() * (last - first))) // step * step
        reporter = _reporter(known[saying[0]], chance) if minute > forgotten else None
        # Rising ids fill their index ten times as fast as those of the bot, which are random.
        yield (number * between + int(chance.random() * between), *saying, minute, reporter, 0, False)


def _sayings(count: int, crossings: Sequence[Crossing], chance: random.Random) -> list[Row]:
    """Return the columns from `crossing` to `event` of so many reports."""
    cumulative = list(accumulate(1 / place for place in range(1, len(crossings) + 1)))
    typical = {crossing.id: chance.lognormvariate(4.8, 0.9) for crossing in crossings}  # minutes
    sayings = []
    for crossing in chance.choices(crossings, cum_weights=cumulative, k=count):
        wait = max(1, int(typical[crossing.id] * chance.lognormvariate(0, 0.35)))
        kind = chance.choices(_KINDS, cum_weights=_KIND_WEIGHTS)[0]
        mode = chance.choice(modes_of(crossing))
        sayings.append((crossing.id, mode.value, *_said(kind, wait, chance)))
    return sayings


def _reporter(known: list[bytes], chance: random.Random) -> bytes:
    if known and chance.random() < AGAIN:
        return chance.choice(known)
    known.append(chance.randbytes(16))
    return known[-1]


def _said(kind: Kind, wait: int, chance: random.Random) -> Row:
    """Return the columns from `kind` to `event`."""
    so_far = low = high = vehicles = people = metres = event = None
    match kind:
        case Kind.BAND:
            band = next(band for band in reversed(BANDS) if wait >= band.low)
            low, high = band.low, band.high
        case Kind.CROSSED:
            so_far = wait
        case Kind.WAITING:
            so_far = int(wait * chance.uniform(0.2, 0.9))
        case Kind.LENGTH:
            vehicles = min(wait * 2, 4_000)
        case Kind.EVENT:
            event = chance.choice(_LAST_EVENTS).value
    return kind.value, so_far, low, high, vehicles, people, metres, None, event


async def make(path: Path) -> None:
    """Make an empty database of this version."""
    database = engine.create(f"sqlite+aiosqlite:///{path}")
    try:
        await migrate.upgrade(database)
    finally:
        await database.dispose()


def fill(path: Path, made: Iterable[Row]) -> int:
    """Put rows into a database that nobody else has open, without care for a power cut; return how many."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000", "temp_store=MEMORY"):
            database.execute(f"PRAGMA {pragma}")
        indexes = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'reports' AND name LIKE 'ix_%'"
        ).fetchall()
        database.execute("BEGIN IMMEDIATE")
        for name, _ in indexes:  # to make them at the end takes a third of the time
            database.execute(f"DROP INDEX {name}")
        places = ", ".join("?" * len(reports.columns))
        database.executemany(f"INSERT INTO reports VALUES ({places})", made)  # noqa: S608 - only question marks
        for _, sql in indexes:
            database.execute(sql)
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode=WAL")
        count: int = database.execute("SELECT count(*) FROM reports").fetchone()[0]
        return count


def read(path: Path, columns: str, where: str = "TRUE") -> list[Row]:
    """Read some columns of all reports, while the bot may be writing."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(f"SELECT {columns} FROM reports WHERE {where}").fetchall()  # noqa: S608 - ours
