"""What is known of a crossing at an instant, and whether a topic holds then."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.alerts.topics import TRAVELS, Topic, What
from bot.crossings.estimate import LOOKBACK, Estimate, State, Wait, outlook
from bot.crossings.events import EventNews, news
from bot.crossings.report import Mode, Report
from bot.crossings.usual import UNKNOWN, Usual

BACK, BACK_MINUTES = 1.25, 15
"""How far a wait must be on the other side of a limit before it is over: a factor, and minutes at least."""

THREE_QUARTERS, FOUR_FIFTHS = 0.526, 0.657
"""How far on from p50 to p90 p75 and p80 lie if the logarithm of the wait is normal."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Situation:
    """All that is known of a crossing in one mode at `now`.

    `reports` are what it stands on: all of the crossing, whatever the mode, without the hidden ones. `waits`
    are those of who will have travelled for so many minutes. `newest_at` is when somebody last reported in
    this mode, to the hour below. `events` are those of the crossing. `held` says that moderators hold the
    number of this mode, since its reports cannot be trusted: nobody knows then how long it takes.
    """

    crossing: str
    mode: Mode
    now: datetime
    estimate: Estimate
    events: tuple[EventNews, ...]
    waits: Mapping[int, Wait | None]
    newest_at: datetime | None
    reports: Sequence[Report]
    held: bool = False

    def event(self, topic: Topic) -> EventNews | None:
        """Return the news of an event, if it is one of this mode or of the whole crossing."""
        for item in self.events:
            if item.event is topic.event and (topic.whole_crossing or item.mode in (self.mode, None)):
                return item
        return None


def look(
    crossing: str,
    mode: Mode,
    reports: Sequence[Report],
    now: datetime,
    usual: Usual = UNKNOWN,
    travels: Collection[int] = TRAVELS,
    *,
    held: bool = False,
) -> Situation:
    """Return what the reports of a crossing say at `now`; `travels` are the journeys somebody asks for."""
    said = [report for report in reports if report.statement.mode is mode]
    seen = outlook(said, now, [now + timedelta(minutes=travel) for travel in travels], usual)
    times = [report.observed_at for report in said if now - LOOKBACK < report.observed_at <= now]
    newest = max(times).replace(minute=0, second=0, microsecond=0) if times else None
    waits = dict(zip(travels, seen.waits, strict=True))
    return Situation(crossing, mode, now, seen.estimate, news(reports, now), waits, newest, reports, held)


class Verdict(StrEnum):
    """Whether a topic holds."""

    HOLDS = "holds"
    NOT = "not"
    BETWEEN = "between"  # too near to the limit to tell
    UNKNOWN = "unknown"


def judge(topic: Topic, seen: Situation) -> Verdict:
    """Tell whether a topic holds.

    A wait is not judged by the middle of its range: that is on the wrong side of a limit half of the time. It
    is `below` the limit if it is so in three cases of four (p75, between p50 and p90 as if its logarithm were
    normal), and `above` as surely (p25); one person's word, a band, must lie there wholly. People drive by
    these, and an alert half an hour later costs them less than a wrong one. That is over when the middle has
    gone back to a quarter and 15 minutes beyond the limit. Of a dispute nothing is told, nor while the number
    is held.
    """
    if topic.what is What.EVENT:
        return Verdict.NOT if seen.event(topic) is None else Verdict.HOLDS
    if topic.what is What.SILENT:
        return _silent(topic, seen)
    estimate = seen.estimate
    if seen.held or estimate.state in (State.NONE, State.DISPUTE):
        return Verdict.UNKNOWN
    if estimate.closed:  # nobody gets through, in no time
        return Verdict.UNKNOWN if topic.what is What.ABOVE else Verdict.NOT
    if topic.what is What.GO:
        wait = seen.waits.get(topic.travel)
        if wait is None:
            return Verdict.UNKNOWN
        return _below(topic.limit, _between(wait.middle, wait.high, FOUR_FIFTHS), wait.middle)
    lower, middle, upper = _likely(estimate)
    if topic.what is What.BELOW:
        return _below(topic.limit, upper, lower if middle is None else middle)
    return _above(topic.limit, lower, upper if middle is None else middle)


def _below(limit: float, upper: float, middle: float) -> Verdict:
    if upper <= limit:
        return Verdict.HOLDS
    return Verdict.NOT if middle >= max(limit * BACK, limit + BACK_MINUTES) else Verdict.BETWEEN


def _above(limit: float, lower: float, middle: float) -> Verdict:
    if lower >= limit:
        return Verdict.HOLDS
    return Verdict.NOT if middle <= min(limit / BACK, limit - BACK_MINUTES) else Verdict.BETWEEN


def _likely(estimate: Estimate) -> tuple[float, float | None, float]:
    """Return p25, p50 and p75 of the wait in minutes; of one person's word its band, without a middle."""
    low = float(estimate.low_minutes or 0)
    high = math.inf if estimate.high_minutes is None else float(estimate.high_minutes)
    middle = estimate.middle_minutes
    if estimate.state is State.SINGLE or middle is None or math.isinf(high):
        return low, None, high
    return _between(middle, low, THREE_QUARTERS), middle, _between(middle, high, THREE_QUARTERS)


def _between(start: float, end: float, share: float) -> float:
    """Interpolate the logarithm; a minute is added, since a wait may be none."""
    return (start + 1) * math.pow((end + 1) / (start + 1), share) - 1


def _silent(topic: Topic, seen: Situation) -> Verdict:
    """Tell whether nobody has reported for so long, though somebody had in the days before."""
    if seen.newest_at is None:
        return Verdict.UNKNOWN
    # An hour more, since `newest_at` is rounded down. So it holds on the hour, which singles nobody out.
    silent = seen.now - seen.newest_at >= timedelta(minutes=topic.limit) + HOUR
    return Verdict.HOLDS if silent else Verdict.NOT
