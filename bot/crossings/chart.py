"""What the picture of a queue shows: the last day, now and the hours ahead, as data without words.

Time is that of joining the queue: what somebody says who is through stands where they joined. Nothing is
shown that would fit one person alone: of an hour that fewer than three have told of there is only the band in
which the wait lies, as on the card, and dots stand to the quarter of an hour. While moderators hold the
number, nothing is shown that came since, but events.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.crossings.agreement import Camp
from bot.crossings.card import ModeNews
from bot.crossings.estimate import LOOKBACK, State, forecast, past, told
from bot.crossings.events import EventNews
from bot.crossings.evidence import Piece
from bot.crossings.grid import OFFSET_MINUTES
from bot.crossings.moderated import until_held
from bot.crossings.prospect import NOT_LEARNED, WIDEST, Learned
from bot.crossings.report import BANDS, Event, Report, step
from bot.crossings.usual import Hour, Usual
from bot.crossings.votes import ENOUGH

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAITS_BACK = 2
"""The picture begins a day ago, or so many waits: else of a queue of days nobody in it would be through."""

AHEAD, MOST_AHEAD = timedelta(hours=12), DAY
MOST_DOTS = 200
CLEARLY, CLEARLY_MINUTES = 1.25, 15.0  # how far apart the best and the worst hour are, to be told


@dataclass(frozen=True)
class Range:
    """The wait of those who join from `at` to `until`: four in five wait `low` to `high` minutes.

    Half of them wait up to `middle`; without it so few have told of it that the range is only the band in
    which the wait lies. Without `high` it is open.
    """

    at: datetime
    until: datetime
    low: float
    middle: float | None
    high: float | None


@dataclass(frozen=True)
class Dot:
    """What was told of joining in the quarter of an hour from `at` on: the wait, or only that so far."""

    at: datetime
    minutes: float
    waiting: bool
    weight: float


@dataclass(frozen=True)
class Mark:
    """Something that at least three people have told of, first and last."""

    event: Event
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Chart:
    """What to show of a crossing and mode at `made_at`, from `since` to `until`.

    `hours` are whole hours, or where the picture shows days as many hours as days. `now` is what the card
    says of who joins now, `ahead` who joins later; that has no gaps. `usual` is the usual wait in minutes in
    the hour from a time on. In a dispute there are `camps`, nothing now or ahead, and no range over both.
    """

    made_at: datetime
    since: datetime
    until: datetime
    hours: tuple[Range, ...]
    dots: tuple[Dot, ...]
    now: Range | None
    ahead: tuple[Range, ...]
    usual: tuple[tuple[datetime, float], ...]
    camps: tuple[Camp, ...]
    marks: tuple[Mark, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is known that a picture could show."""
        return not (self.hours or self.dots or self.now or self.usual or self.camps)

    @property
    def extremes(self) -> tuple[Range, Range] | None:
        """The hours of the shortest and the longest wait so far, if those clearly differ."""
        exact = [hour for hour in self.hours if hour.middle is not None]
        if not exact:
            return None
        least, most = min(exact, key=_middle), max(exact, key=_middle)
        if _middle(most) < max(CLEARLY * _middle(least), _middle(least) + CLEARLY_MINUTES):
            return None
        return least, most


def chart(
    news: ModeNews,
    events: Iterable[EventNews],
    reports: Iterable[Report],
    now: datetime,
    learned: Learned = NOT_LEARNED,
) -> Chart:
    """Return what to show of one mode at `now`.

    `news` and `events` are what the card says, and the picture says nothing else. `reports` are all of one
    crossing, `learned` is what is usual there for the mode.
    """
    said = [report for report in reports if report.statement.mode is news.mode]
    said = until_held(said, news.held)
    back, ahead = _window(_middle_now(news))
    since, every = _hour(now) - back, back // DAY * HOUR
    pieces = told(said, now)
    hours = past(said, now, since, learned.usual, each=True)
    camps = news.estimate.camps if news.held is None else ()
    hours = [hour for hour in hours if _of_one_side(hour, pieces, camps)]
    until = now + (ahead if learned.known or camps else 3 * every)
    return Chart(
        now,
        since,
        until,
        tuple(_ranges(hours, since, every)),
        _dots(pieces, since),
        _now(news, now, now + every),
        tuple(_ahead(news, said, now, ahead, learned)),
        tuple(_usual(learned.usual, since, until)) if learned.known else (),
        camps,
        tuple(_marks(news, events, since)),
    )


def _middle(hour: Range) -> float:
    return hour.middle or 0.0


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _middle_now(news: ModeNews) -> float:
    """Return the minutes that half of those who join now wait at most, 0 if that is not known."""
    if news.held is not None:
        return news.held.middle_minutes
    return news.estimate.wait.middle if news.estimate.wait else 0.0


def _window(middle: float) -> tuple[timedelta, timedelta]:
    """Return how far to look back and ahead, in whole days and hours."""
    days = math.ceil(WAITS_BACK * middle / (DAY / timedelta(minutes=1)))
    back = min(max(days, 1) * DAY, LOOKBACK)
    return back, AHEAD if back == DAY else MOST_AHEAD


def _ranges(hours: Sequence[Hour], since: datetime, every: timedelta) -> Iterable[Range]:
    """Return the mean ranges of these hours, by stretches of `every`."""
    stretches: defaultdict[datetime, list[Hour]] = defaultdict(list)
    for hour in hours:
        stretches[since + (hour.at - since) // every * every].append(hour)
    for at, within in sorted(stretches.items()):
        people = sum(hour.people for hour in within)
        low, middle, high = (
            math.fsum(hour.people * value for hour, value in zip(within, values, strict=True)) / people
            for values in zip(*((hour.low, hour.middle, hour.high) for hour in within), strict=True)
        )
        until = at + every
        yield _rough(at, until, middle) if people < ENOUGH else Range(at, until, low, middle, high)


def _rough(at: datetime, until: datetime, middle: float) -> Range:
    """Return only the band in which a wait lies: more would tell what one person has said."""
    band = next(band for band in reversed(BANDS) if middle >= band.low)
    return Range(at, until, band.low, None, band.high)


def _now(news: ModeNews, now: datetime, until: datetime) -> Range | None:
    """Return what the card says, if that is a single range."""
    held = news.held
    if held is not None:
        middle = held.middle_minutes if held.people >= ENOUGH else None
        return Range(now, until, held.low_minutes, middle, held.high_minutes)
    found = news.estimate
    if found.state in (State.NONE, State.DISPUTE) or found.closed:
        return None
    middle = found.middle_minutes if found.people >= ENOUGH else None
    return Range(now, until, found.low_minutes or 0, middle, found.high_minutes)


def _ahead(
    news: ModeNews, said: Sequence[Report], now: datetime, ahead: timedelta, learned: Learned
) -> Iterable[Range]:
    """Return what is ahead, up to where nobody knows, by the same rule as `prospect` tells it on the card."""
    found = news.estimate
    if not learned.known or news.held is not None or found.closed:
        return
    if found.state is not State.AGREE or found.middle_minutes is None or found.people < ENOUGH:
        return
    joining = [now + hours * HOUR for hours in range(1, ahead // HOUR)]
    for at, wait in zip(joining, forecast(said, now, joining, learned.usual), strict=True):
        if wait is None or wait.high + OFFSET_MINUTES > WIDEST * (wait.low + OFFSET_MINUTES):
            return
        yield Range(at, at + HOUR, wait.low, wait.middle, wait.high)


def _of_one_side(hour: Hour, pieces: Iterable[Piece], camps: Sequence[Camp]) -> bool:
    """Tell whether neither the range of an hour nor who told of it is of more than one camp of a dispute."""
    at = hour.at.timestamp() / 60
    told_of = [(piece.said, piece.said) for piece in pieces if piece.total and 0 <= piece.joined - at < 60]
    touched = [
        camp
        for camp in camps
        if not camp.closed
        and any(
            (camp.low_minutes or 0) <= high
            and low <= (math.inf if camp.high_minutes is None else camp.high_minutes)
            for low, high in ((hour.low, hour.high), *told_of)
        )
    ]
    return len(touched) < 2


def _dots(pieces: Sequence[Piece], since: datetime) -> tuple[Dot, ...]:
    """Return what was told of the hours that enough people have told of, the heaviest."""
    people: Counter[int] = Counter()
    for piece in pieces:
        people[int(piece.joined // 60)] += piece.people
    weights: defaultdict[tuple[datetime, int, bool], float] = defaultdict(float)
    for piece in pieces:
        if people[int(piece.joined // 60)] >= ENOUGH:
            at = step(datetime.fromtimestamp(piece.joined * 60, UTC))
            weights[at, round(piece.said), not piece.total] += piece.weight
    dots = [Dot(*place, weight) for place, weight in weights.items() if place[0] >= since]
    return tuple(sorted(dots, key=lambda dot: (-dot.weight, dot.at, dot.minutes))[:MOST_DOTS])


def _usual(usual: Usual, since: datetime, until: datetime) -> Iterable[tuple[datetime, float]]:
    at = since
    while at < until:
        yield at, usual.level((at + HOUR / 2).timestamp() / 60)
        at += HOUR


def _marks(news: ModeNews, events: Iterable[EventNews], since: datetime) -> Iterable[Mark]:
    for item in events:
        if item.mode in (None, news.mode) and item.first_at and item.newest_at and item.newest_at >= since:
            yield Mark(item.event, max(item.first_at, since), item.newest_at)
