"""What a person can say about a crossing, and what we accept of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

STEP = timedelta(minutes=15)
"""Reports are stored in steps of this size, so that a stored time singles nobody out."""

LONGEST_WAIT_MINUTES = 10 * 24 * 60
MOST_VEHICLES = 5_000
MOST_PEOPLE = 20_000
LONGEST_QUEUE_METRES = 60_000


class Mode(StrEnum):
    """How somebody goes through a crossing."""

    CAR = "car"
    FOOT = "foot"
    BICYCLE = "bicycle"
    BUS = "bus"
    TRUCK = "truck"
    TRAIN = "train"
    PLANE = "plane"
    BOAT = "boat"


class Kind(StrEnum):
    """What a report states."""

    CROSSED = "crossed"  # is through: the total wait is known
    WAITING = "waiting"  # still in the queue: the wait so far, a lower bound of the total
    BAND = "band"  # is through and tapped a band: the total wait lies inside it
    LENGTH = "length"  # how long the queue is, in vehicles, people or metres
    EVENT = "event"  # something happened


class Event(StrEnum):
    """What can happen at a crossing."""

    CLOSED = "closed"
    REOPENED = "reopened"
    FOOT_ALLOWED = "foot_allowed"
    FOOT_ENDED = "foot_ended"
    DRAFT_NOTICES = "draft_notices"
    TURNED_BACK = "turned_back"
    PHONE_CHECKS = "phone_checks"
    WEATHER = "weather"
    NO_FUEL = "no_fuel"
    NO_WATER = "no_water"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Band:
    """A range of waits in minutes: `low` ≤ wait < `high`; without `high` it is open."""

    low: int
    high: int | None


BANDS = (
    Band(0, 30),
    Band(30, 60),
    Band(60, 180),
    Band(180, 360),
    Band(360, 720),
    Band(720, 1440),
    Band(1440, 2880),
    Band(2880, 4320),
    Band(4320, None),
)
"""What can be tapped; the edges are those of the benchmark in DESIGN."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that somebody says about a crossing, without the person.

    Waits are whole minutes. Which fields are set depends on `kind`: `crossed` and `waiting` (where it may
    be unknown) carry `wait_minutes`; `band` carries `band`; `length` any of `vehicles`, `people`, `metres`,
    `landmark`; `event` carries `event`.
    """

    crossing: str
    mode: Mode
    kind: Kind
    wait_minutes: int | None = None
    band: Band | None = None
    vehicles: int | None = None
    people: int | None = None
    metres: int | None = None
    landmark: str | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A stored statement, who said it (a pseudonym, gone after 48 hours) and when, in 15-minute steps.

    `ordinal` orders what one person said of a crossing within a step.
    """

    id: int
    statement: Statement
    observed_at: datetime
    reporter: bytes | None
    ordinal: int = 0


class Implausible(ValueError):
    """A number that no queue has; `what` names it: `wait`, `vehicles`, `people` or `length`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def check(statement: Statement) -> None:
    """Raise `Implausible` for a number outside of what the longest known queues had."""
    limits = (
        ("wait", statement.wait_minutes, LONGEST_WAIT_MINUTES),
        ("vehicles", statement.vehicles, MOST_VEHICLES),
        ("people", statement.people, MOST_PEOPLE),
        ("length", statement.metres, LONGEST_QUEUE_METRES),
    )
    for what, number, most in limits:
        if number is not None and not 0 <= number <= most:
            raise Implausible(what)


def step(at: datetime) -> datetime:
    """Round an instant down to the 15-minute step in which it is stored."""
    seconds = int(at.timestamp()) // int(STEP.total_seconds()) * int(STEP.total_seconds())
    return datetime.fromtimestamp(seconds, UTC)
