"""Reports told in a few words: `crossed(300, "anna", ago=20)`."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bot.crossings.catalogue import Catalogue, Crossing, load
from bot.crossings.report import BANDS, Band, Event, Kind, Mode, Report, Statement, step

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LARS = "verkhny-lars"
CONTENT = Path(__file__).parents[2] / "content" / "crossings"

_ids = count(1)


def catalogue() -> Catalogue:
    """Return the real catalogue."""
    loaded = load(CONTENT)
    assert loaded.catalogue is not None
    return loaded.catalogue


def lars() -> Crossing:
    """Return the real Verkhny Lars."""
    return catalogue().crossings[LARS]


def person(who: str | None) -> bytes | None:
    """Return somebody's pseudonym; None for a forgotten one."""
    return None if who is None else who.encode().ljust(16, b".")


def said(statement: Statement, who: str | None = "anna", ago: float = 0) -> Report:
    """Return a report of a statement `ago` minutes ago."""
    return Report(next(_ids), statement, step(NOW - timedelta(minutes=ago)), person(who))


def crossed(minutes: int, who: str | None = "anna", ago: float = 0, mode: Mode = Mode.CAR) -> Report:
    return said(Statement(LARS, mode, Kind.CROSSED, wait_minutes=minutes), who, ago)


def waiting(minutes: int | None, who: str | None = "anna", ago: float = 0, mode: Mode = Mode.CAR) -> Report:
    return said(Statement(LARS, mode, Kind.WAITING, wait_minutes=minutes), who, ago)


def tapped(band: Band, who: str | None = "anna", ago: float = 0, mode: Mode = Mode.CAR) -> Report:
    return said(Statement(LARS, mode, Kind.BAND, band=band), who, ago)


def happened(event: Event, who: str | None = "anna", ago: float = 0, mode: Mode = Mode.CAR) -> Report:
    return said(Statement(LARS, mode, Kind.EVENT, event=event), who, ago)


def queue(
    vehicles: int | None = None,
    who: str | None = "anna",
    ago: float = 0,
    *,
    people: int | None = None,
    metres: int | None = None,
    landmark: str | None = None,
    mode: Mode = Mode.CAR,
) -> Report:
    statement = Statement(
        LARS, mode, Kind.LENGTH, vehicles=vehicles, people=people, metres=metres, landmark=landmark
    )
    return said(statement, who, ago)


def everybody(minutes: int, names: str, ago: float = 0) -> list[Report]:
    """Return the same wait from several people, named in one string."""
    return [crossed(minutes, who, ago) for who in names.split()]


HOURS_3_TO_6 = next(band for band in BANDS if band.low == 180)
