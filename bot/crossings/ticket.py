"""A queue ticket: what somebody who waits has told, when they are likely to get through, and when to ask.

Pure. The number is that of those who joined with them (`estimate.past`), as known now, and cut off at the
time that they have waited already. Where reports allow none, none is told.
"""

import math
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import NormalDist

from bot.crossings.catalogue import Crossing
from bot.crossings.estimate import Estimate, State, Wait
from bot.crossings.report import MOST_PEOPLE, Mode
from bot.crossings.usual import Hour
from bot.guide.model import Language

QUEUED = (Mode.CAR, Mode.FOOT, Mode.BICYCLE, Mode.BUS, Mode.TRUCK)
"""The modes in which people stand in a queue before the border."""

LONGEST = timedelta(days=4)
"""A ticket never lasts longer."""

TWICE = 2
"""It ends when twice the longest wait of nine in ten is over,"""

AFTER_WORD = timedelta(hours=3)
"""but not so soon after its person's last word,"""

IN_THE_DARK = timedelta(hours=24)
"""and so long after that word where nothing is known of the wait."""

ASK_AT = 0.75
"""We ask whether somebody is through when so many of those who joined with them should be."""

ASK_IN_THE_DARK = timedelta(hours=12)
"""We ask after so long where nothing is known of the wait."""

SETTLED = timedelta(minutes=30)
"""Not so soon after their last word."""

ASKED_EACH = timedelta(hours=3)
"""Each is asked for news once in so long at most,"""

ASKED_TOGETHER, ROUND = 3, timedelta(hours=1)
"""and so many of a queue in so long."""

NEWS_EACH = timedelta(hours=1)
"""Nobody is asked for news who told us something so lately."""

SHORTEST_SILENCE, LONGEST_SILENCE = timedelta(hours=2), timedelta(hours=12)
SILENCE_IN_THE_DARK = timedelta(hours=3)
"""Reports have fallen silent when the newest is older than the wait, but within these limits; where the wait
is not known, than the last. It is about half the time after which an estimate forgets them."""

LEAST_PACE, PACE_FACTOR = timedelta(minutes=30), 1.5
"""So long somebody must have been seen to move before it says anything, and how far it may be off."""

LEAST_MOVED = 0.1
"""And so large a part of the way they must have moved."""

TOP = 0.9  # what the range covers, as `estimate.HIGH`
_OFFSET_MINUTES = 5.0  # short waits err by minutes, long ones by a share
_NARROWEST = 0.02
_NORMAL = NormalDist()
_SURE = _NORMAL.inv_cdf(TOP)


class Stage(StrEnum):
    """What we last said to somebody."""

    WAITING = "waiting"
    ASKED = "asked"  # whether they are through: once
    STILL = "still"  # they were asked, and are not


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stood at a time: so many `ahead` of them, or at a landmark so many `metres` away."""

    at: datetime
    ahead: int | None = None
    metres: int | None = None
    landmark: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The total wait that somebody was told of at the start: p10, p50 and p90 in minutes."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """Somebody's place in a queue, as they told it.

    `begun_at` is when the ticket was taken out, `heard_at` when its person last told us something, in
    quarters of an hour. `message` is the live one, 0 if there is none; `renewed` says that it was gone once
    and sent anew. `question` is the one that stands open. `shown` is a check sum of the live message, as it
    was at `shown_at`. `first` is where they stood first, without the landmark's name.
    """

    crossing: str
    mode: Mode
    language: Language
    joined_at: datetime
    begun_at: datetime
    heard_at: datetime
    message: int = 0
    may_ask: bool = False
    said: Said | None = None
    first: Place | None = None
    place: Place | None = None
    asked_at: datetime | None = None
    stage: Stage = Stage.WAITING
    question: int = 0
    renewed: bool = False
    shown: int = 0
    shown_at: datetime | None = None

    def waited(self, now: datetime) -> timedelta:
        """Return how long they have waited."""
        return max(now - self.joined_at, timedelta())

    def waiting(self, now: datetime) -> "Ticket":
        """Return the ticket of somebody who says that they still wait."""
        stage = Stage.STILL if self.stage is Stage.ASKED else self.stage
        return replace(self, heard_at=now, stage=stage)

    def moved(self, place: Place) -> "Ticket":
        """Return the ticket of somebody who stands there now; a place of another sort begins anew."""
        first = self.first
        if first is None or (first.ahead is None) != (place.ahead is None):
            first = replace(place, landmark=None)
        return replace(self, first=first, place=place, heard_at=place.at)


class Basis(StrEnum):
    """What an arrival rests on; only `RANGE` and `USUAL` have times."""

    RANGE = "range"  # reports of those who joined about then
    USUAL = "usual"  # no report, but history
    LATE = "late"  # nine in ten of those who joined then should be through: how much longer, nobody knows
    LEAST = "least"  # all that is known is that others wait as well
    SINGLE = "single"
    DISPUTE = "dispute"
    CLOSED = "closed"
    HELD = "held"  # by moderators, as reports cannot be trusted now
    NONE = "none"


@dataclass(frozen=True)
class Arrival:
    """When somebody is likely to get through, as known now: p10, p50 and p90, given that they are not yet.

    `wait` is the whole wait of those who joined with them, by which we ask and end; None where no time may
    be told, since then neither of two camps is to be believed, nor a single person.
    """

    basis: Basis
    wait: Wait | None = None
    earliest_at: datetime | None = None
    likely_at: datetime | None = None
    latest_at: datetime | None = None


def arrival(
    ticket: Ticket, estimate: Estimate, hours: Sequence[Hour], now: datetime, *, held: bool = False
) -> Arrival:
    """Return when the ticket's person is likely to get through.

    `estimate` is that of who joins now, `hours` what is known now of those who joined earlier
    (`estimate.past`), of the ticket's crossing and mode; `held` says that moderators hold the number.
    """
    basis = Basis.HELD if held else _basis(estimate)
    if estimate.wait is None or basis not in (Basis.RANGE, Basis.USUAL):
        return Arrival(basis)
    wait = wait_of(ticket.joined_at, hours, now, estimate.wait)
    waited = ticket.waited(now) / timedelta(minutes=1)
    passed = share(wait, waited)
    if passed >= TOP:
        return Arrival(Basis.LATE, wait)
    # Given that the wait is longer than so far, it is distributed as what is left of it.
    times = [
        ticket.joined_at + timedelta(minutes=max(at_share(wait, passed + part * (1 - passed)), waited))
        for part in (1 - TOP, 0.5, TOP)
    ]
    return Arrival(basis, wait, *times)


def _basis(estimate: Estimate) -> Basis:
    match estimate.state:
        case State.NONE:
            return Basis.NONE if estimate.wait is None else Basis.USUAL
        case State.SINGLE:
            return Basis.SINGLE
        case State.DISPUTE:
            return Basis.DISPUTE
    if estimate.closed:
        return Basis.CLOSED
    return Basis.LEAST if estimate.middle_minutes is None else Basis.RANGE


def wait_of(joined_at: datetime, hours: Sequence[Hour], now: datetime, joining_now: Wait) -> Wait:
    """Return the wait of those who joined at a time, between the nearest before and after that are known.

    First in, first out: who joined between two gets through between them.
    """
    half = timedelta(minutes=30)
    known = [(hour.at + half, Wait(hour.low, hour.middle, hour.high)) for hour in hours]
    known = sorted((point for point in known if point[0] < now), key=lambda point: point[0])
    known.append((now, joining_now))
    after = next((point for point in known if point[0] >= joined_at), known[-1])
    before = next((point for point in reversed(known) if point[0] <= joined_at), after)
    between = (after[0] - before[0]) / timedelta(minutes=1)
    if not between:
        return after[1]
    part = (joined_at - before[0]) / timedelta(minutes=1) / between
    first, second = before[1], after[1]
    return Wait(
        first.low + part * (second.low - first.low),
        first.middle + part * (second.middle - first.middle),
        first.high + part * (second.high - first.high),
    )


def share(wait: Wait, minutes: float) -> float:
    """Return the probability that such a wait is over after so many minutes.

    Either side of the median is half a log-normal distribution.
    """
    middle, below, above = _halves(wait)
    apart = math.log(max(minutes, 0.0) + _OFFSET_MINUTES) - middle
    return _NORMAL.cdf(apart / (below if apart < 0 else above))


def at_share(wait: Wait, part: float) -> float:
    """Return the minutes after which such a wait is over with this probability, above 0 and below 1."""
    middle, below, above = _halves(wait)
    deviations = _NORMAL.inv_cdf(part)
    apart = deviations * (below if deviations < 0 else above)
    return max(math.exp(middle + apart) - _OFFSET_MINUTES, 0.0)


def _halves(wait: Wait) -> tuple[float, float, float]:
    low, middle, high = (math.log(max(each, 0.0) + _OFFSET_MINUTES) for each in _quantiles(wait))
    return middle, max((middle - low) / _SURE, _NARROWEST), max((high - middle) / _SURE, _NARROWEST)


def _quantiles(wait: Wait) -> tuple[float, float, float]:
    return wait.low, wait.middle, wait.high


def told(found: Arrival, ticket: Ticket) -> Said | None:
    """Return what is told with an arrival of the whole wait, to be compared with what it then takes."""
    if found.basis is not Basis.RANGE:
        return None
    times = (found.earliest_at, found.likely_at, found.latest_at)
    minutes = [round((at - ticket.joined_at) / timedelta(minutes=1)) for at in times if at is not None]
    return Said(*minutes)


def pace(ticket: Ticket, now: datetime) -> tuple[datetime, datetime] | None:
    """Return from when to when somebody gets through if they go on as they have moved so far."""
    first, place = ticket.first, ticket.place
    if first is None or place is None or place.at - first.at < LEAST_PACE:
        return None
    before, left = (first.metres, place.metres) if place.ahead is None else (first.ahead, place.ahead)
    if not before or left is None or before - left < max(LEAST_MOVED * before, 1):
        return None
    rest = (place.at - first.at) * (left / (before - left))
    latest = place.at + rest * PACE_FACTOR
    return None if latest <= now else (max(place.at + rest / PACE_FACTOR, now), latest)


def _expected(ticket: Ticket, wait: Wait | None) -> Wait | None:
    if wait is None and ticket.said is not None:
        return Wait(ticket.said.low, ticket.said.middle, ticket.said.high)
    return wait


def asks_through(ticket: Ticket, wait: Wait | None, now: datetime) -> bool:
    """Tell whether it is time to ask whether they are through; that is asked once."""
    if ticket.stage is not Stage.WAITING or now - ticket.heard_at < SETTLED:
        return False
    expected, waited = _expected(ticket, wait), ticket.waited(now)
    if expected is None:
        return waited >= ASK_IN_THE_DARK
    return share(expected, waited / timedelta(minutes=1)) >= ASK_AT


def expires_at(ticket: Ticket, wait: Wait | None) -> datetime:
    """Return when a ticket ends by itself."""
    expected = _expected(ticket, wait)
    if expected is None:
        ends = ticket.heard_at + IN_THE_DARK
    else:
        ends = max(ticket.joined_at + TWICE * timedelta(minutes=expected.high), ticket.heard_at + AFTER_WORD)
    return min(ends, ticket.begun_at + LONGEST)


class Trouble(StrEnum):
    """Why news is wanted of those who wait."""

    DISPUTE = "dispute"
    SILENT = "silent"


def trouble(estimate: Estimate, newest_at: datetime | None, now: datetime) -> Trouble | None:
    """Tell whether reports disagree or have fallen silent; `newest_at` is when the newest was made."""
    if estimate.state is State.DISPUTE:
        return Trouble.DISPUTE
    lasts = SILENCE_IN_THE_DARK
    if estimate.wait is not None:
        lasts = min(max(timedelta(minutes=estimate.wait.middle), SHORTEST_SILENCE), LONGEST_SILENCE)
    return Trouble.SILENT if newest_at is None or now - newest_at > lasts else None


def whom(tickets: Mapping[int, Ticket], asked: Collection[datetime], now: datetime) -> list[int]:
    """Return which of a queue's tickets to ask for news, by their keys: at most `ASKED_TOGETHER`.

    `asked` is when any of the queue were asked. Who agreed to it and was asked longest ago goes first, then
    who has waited longest.
    """
    room = ASKED_TOGETHER - sum(at > now - ROUND for at in asked)
    ready = [key for key, ticket in tickets.items() if _may_be_asked(ticket, now)]
    ready.sort(
        key=lambda key: (tickets[key].asked_at or datetime.min.replace(tzinfo=UTC), tickets[key].joined_at)
    )
    return ready[: max(room, 0)]


def _may_be_asked(ticket: Ticket, now: datetime) -> bool:
    return (
        ticket.may_ask
        and ticket.stage is not Stage.ASKED
        and (ticket.asked_at is None or now - ticket.asked_at >= ASKED_EACH)
        and now - ticket.heard_at >= NEWS_EACH
    )


# How a button says where somebody stands.

UNTOLD, SKIPPED, FIRST_LANDMARK, NOBODY_AHEAD = 0, 1, 2, 1000


def place_of(code: int, crossing: Crossing, at: datetime) -> Place | None:
    """Return the place that a button says; None if it was skipped. Raises ValueError for no such place."""
    if code == SKIPPED:
        return None
    if NOBODY_AHEAD <= code <= NOBODY_AHEAD + MOST_PEOPLE:
        return Place(at, ahead=code - NOBODY_AHEAD)
    if not FIRST_LANDMARK <= code < FIRST_LANDMARK + len(crossing.landmarks):
        raise ValueError(code)
    landmark = crossing.landmarks[code - FIRST_LANDMARK]
    return Place(at, metres=round(landmark.km * 1000), landmark=landmark.id)


# How a ticket is written: below the room of what is sealed, beside the eight bytes of its chat.

VERSION = 1
LONGEST_CODE = 182
_FORM = ">BBBBIIIIIqqHHHIIHIIHI"
_UNKNOWN, _UNKNOWN_METRES = 0xFFFF, 0xFFFFFFFF
_MODES, _LANGUAGES, _STAGES = tuple(Mode), tuple(Language), tuple(Stage)  # may be added to at the end only


class NotATicket(ValueError):
    """Bytes that this version cannot read as a ticket."""


def write(ticket: Ticket) -> bytes:
    """Return a ticket in at most `LONGEST_CODE` bytes; times in whole minutes."""
    said = ticket.said
    flags = ticket.may_ask | ticket.renewed << 1 | (said is not None) << 2 | _STAGES.index(ticket.stage) << 4
    head = struct.pack(
        _FORM,
        VERSION,
        _MODES.index(ticket.mode),
        _LANGUAGES.index(ticket.language),
        flags,
        *map(_minute, (ticket.joined_at, ticket.begun_at, ticket.heard_at, ticket.asked_at, ticket.shown_at)),
        ticket.message,
        ticket.question,
        *((min(each, _UNKNOWN) for each in (said.low, said.middle, said.high)) if said else (0, 0, 0)),
        ticket.shown,
        *_place_written(ticket.first),
        *_place_written(ticket.place),
    )
    landmark = (ticket.place.landmark if ticket.place else None) or ""
    names = (name.encode("ascii") for name in (ticket.crossing, landmark))
    return head + b"".join(bytes((len(name),)) + name for name in names)


def read(written: bytes) -> Ticket:
    """Return the ticket that `write` wrote; raises `NotATicket`."""
    try:
        return _read(written)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise NotATicket from error


def _read(written: bytes) -> Ticket:
    size = struct.calcsize(_FORM)
    version, mode, language, flags, *rest = struct.unpack(_FORM, written[:size])
    if version != VERSION:
        raise ValueError(version)
    joined, begun, heard, asked, shown_at, message, question, low, middle, high, shown, *places = rest
    end = size + 1 + written[size]
    crossing = written[size + 1 : end].decode("ascii")
    landmark = written[end + 1 : end + 1 + written[end]].decode("ascii")
    place = _place(*places[3:])
    joined_at, begun_at, heard_at = _instant(joined), _instant(begun), _instant(heard)
    if joined_at is None or begun_at is None or heard_at is None or not crossing:
        raise ValueError("without a time or place")
    return Ticket(
        crossing,
        _MODES[mode],
        _LANGUAGES[language],
        joined_at,
        begun_at,
        heard_at,
        message,
        bool(flags & 1),
        Said(low, middle, high) if flags & 4 else None,
        _place(*places[:3]),
        place and replace(place, landmark=landmark or None),
        _instant(asked),
        _STAGES[flags >> 4],
        question,
        bool(flags & 2),
        shown,
        _instant(shown_at),
    )


def _place_written(place: Place | None) -> tuple[int, int, int]:
    if place is None:
        return 0, _UNKNOWN, _UNKNOWN_METRES
    return (
        _minute(place.at),
        _UNKNOWN if place.ahead is None else place.ahead,
        _UNKNOWN_METRES if place.metres is None else place.metres,
    )


def _place(minute: int, ahead: int, metres: int) -> Place | None:
    at = _instant(minute)
    if at is None:
        return None
    return Place(at, None if ahead == _UNKNOWN else ahead, None if metres == _UNKNOWN_METRES else metres)


def _minute(at: datetime | None) -> int:
    return 0 if at is None else int(at.timestamp()) // 60


def _instant(minute: int) -> datetime | None:
    return datetime.fromtimestamp(minute * 60, UTC) if minute else None
