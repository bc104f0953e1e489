"""The public history as CSV: `hour,crossing,mode,p10,p50,p90,people`, hours in ISO UTC, waits in minutes.

Anybody may be given it. Of an hour that fewer than three people told of it says only in which band the wait
lies, and `1-2` for the people.
"""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.crossings.report import BANDS
from bot.crossings.usual import Hour
from bot.crossings.votes import ENOUGH
from bot.storage.beside import beside
from bot.storage.tables import hours

COLUMNS = ("hour", "crossing", "mode", "p10", "p50", "p90", "people")
FEW = f"1-{ENOUGH - 1}"

PAGE = 5_000
"""So many rows are read at a time: the bot beside is not to wait, and memory stays small."""

_ORDER = (hours.c.crossing, hours.c.mode, hours.c.hour_minute)


async def export(
    database: AsyncEngine,
    out: TextIO,
    crossing: str | None = None,
    since: datetime | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Write all hours, or those of a crossing or from an instant on; return how many.

    Raises `StorageUnavailable`, `OSError` if `out` takes no more.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    wanted: sa.ColumnElement[bool] = sa.true()
    if crossing is not None:
        wanted &= hours.c.crossing == crossing
    if since is not None:
        wanted &= hours.c.hour_minute >= int(since.timestamp()) // 60
    done = 0
    async with database.connect() as connection:
        of = (
            await connection.execute(sa.select(sa.func.count()).select_from(hours).where(wanted))
        ).scalar_one()
        after: sa.ColumnElement[bool] = sa.true()
        while True:
            page = sa.select(hours).where(wanted, after).order_by(*_ORDER).limit(PAGE)
            rows = (await connection.execute(page)).all()
            for row in rows:
                at = datetime.fromtimestamp(row.hour_minute * 60, UTC)
                hour = Hour(at, row.low, row.middle, row.high, row.people)
                writer.writerow(cells(row.crossing, row.mode, hour))
            done += len(rows)
            if len(rows) < PAGE:
                progress(done, done)
                return done
            progress(done, max(done, of))
            last = rows[-1]
            after = sa.tuple_(*_ORDER) > sa.tuple_(last.crossing, last.mode, last.hour_minute)


async def export_from(
    url: str,
    out: TextIO,
    crossing: str | None = None,
    since: datetime | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Do what `export` does, of the database at an address, beside the bot that uses it.

    Raises `Unreadable`, `OSError`.
    """
    async with beside(url) as database:
        return await export(database, out, crossing, since, progress)


def cells(crossing: str, mode: str, hour: Hour) -> tuple[str, ...]:
    """Return the row of an hour, which tells nothing that fits only one or two people."""
    at = f"{hour.at:%Y-%m-%dT%H:%M:%SZ}"
    if hour.people >= ENOUGH:
        waits = (hour.low, hour.middle, hour.high)
        return at, crossing, mode, *(str(round(wait)) for wait in waits), str(hour.people)
    band = next(band for band in reversed(BANDS) if hour.middle >= band.low)
    return at, crossing, mode, str(band.low), "", "" if band.high is None else str(band.high), FEW
