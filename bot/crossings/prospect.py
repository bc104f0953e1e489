"""What to expect of a crossing: the wait of who joins later, what is usual at this hour, when to join.

Only with a history of the crossing; and from the reports of today only where people agree and are enough.
Else a number could tell what one of them said, or be the middle of a dispute, which nobody said.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.crossings.estimate import Estimate, State, Wait, best_time, forecast
from bot.crossings.filter import HOURS_KNOWN
from bot.crossings.grid import OFFSET_MINUTES
from bot.crossings.report import Report
from bot.crossings.usual import UNKNOWN, Usual
from bot.crossings.votes import ENOUGH

HORIZONS = (3, 6, 12, 24)
"""So many hours ahead the wait is told."""

JOINING = (0, 2, 3, *range(4, 26, 2))
"""So many hours ahead a better time to join is looked for."""

WIDEST = 4.0
"""A range is told if its end is at most so many times its beginning, both taken 10 minutes longer. "1–4 h"
tells what to take along, "20 min–6 h" nothing (docs/decisions/014-history.md)."""

STEP = 10
"""Minutes to which a forecast is told; to one it would seem to know more than it does."""


@dataclass(frozen=True)
class Learned:
    """What is usual at a crossing for a mode, and on so many weeks' reports it rests."""

    usual: Usual = UNKNOWN
    weeks: int = 0

    @property
    def known(self) -> bool:
        """Whether there is enough history to speak of it."""
        return self.usual.hours >= HOURS_KNOWN


NOT_LEARNED = Learned()


@dataclass(frozen=True)
class Ahead:
    """Four of five who join at `at`, so many `hours` ahead, wait between `low_minutes` and `high_minutes`."""

    at: datetime
    hours: int
    low_minutes: int
    high_minutes: int


@dataclass(frozen=True)
class Prospect:
    """What can honestly be said of the time to come; empty where nothing can.

    `usual` is the wait at this hour as it mostly is, from `weeks` weeks of reports, and so no news. `ahead`
    is from today's reports; without any, `best` is when it is usually best to join (`foretold` is False).
    """

    ahead: tuple[Ahead, ...] = ()
    usual: Ahead | None = None
    best: Ahead | None = None
    foretold: bool = False
    weeks: int = 0


NOTHING_AHEAD = Prospect()


def prospect(reports: Collection[Report], now: datetime, estimate: Estimate, learned: Learned) -> Prospect:
    """Return what to expect, from a mode's reports, the estimate made of them, and what is usual."""
    usual = learned.usual
    if not learned.known or estimate.closed:
        return NOTHING_AHEAD
    joining = [now + timedelta(hours=hours) for hours in JOINING]
    foretold = _firm(estimate)
    waits = forecast(reports if foretold else (), now, joining, usual)
    (mostly,) = forecast((), now, [now], usual)
    told = dict(zip(JOINING, map(_ahead, JOINING, joining, waits), strict=True))
    best_at = best_time(joining, waits, usual) if estimate.state is not State.DISPUTE else None
    return Prospect(
        tuple(each for hours in HORIZONS if (each := told[hours])) if foretold else (),
        _ahead(0, now, mostly),
        next((each for each in told.values() if each and each.at == best_at), None),
        foretold,
        learned.weeks,
    )


def _firm(estimate: Estimate) -> bool:
    """Tell whether enough people agree on a wait, so that nothing made of it could single one out."""
    agreed = estimate.state is State.AGREE and estimate.middle_minutes is not None
    return agreed and estimate.people >= ENOUGH


def _ahead(hours: int, at: datetime, wait: Wait | None) -> Ahead | None:
    """Return what a wait tells, unless its range is too wide to tell anything."""
    if wait is None or wait.high + OFFSET_MINUTES > WIDEST * (wait.low + OFFSET_MINUTES):
        return None
    return Ahead(at, hours, STEP * math.floor(wait.low / STEP), STEP * math.ceil(wait.high / STEP))
