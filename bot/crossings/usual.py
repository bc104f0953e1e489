"""The usual wait at each hour of the week: a crossing's own history, shrunk to what is known of any."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from bot.crossings.grid import CELLS, STEP, Weights, minutes, normal, place

WEEK_HOURS = 168

ANY_MEDIAN, ANY_SPREAD = 60.0, 1.6
"""Of a crossing that nothing is known of: a wait of an hour (minutes), give or take a factor of five."""

ANY_DEPARTURE = 1.0
"""How far a wait departs from what is usual at its crossing: a standard deviation of the logarithm."""

ANY_HOURS, ANY_SHARE = 0.5, 0.02
"""That weighs as much as so many hours of history, and always as much as this share: anything may happen."""

SEASON = timedelta(days=60)
"""After this an hour of history counts half: people and rules change."""

ALIKE_HOURS = 1.5
SAME_HOUR, EVERY_HOUR = 0.2, 0.003
"""How much an hour of the week is like its neighbours, the same hour of other days, and any hour at all."""

SIDE = 0.1
"""Share of an hour that counts at p10, and as much at p90. Less than their share of the distribution (0.3 by
Swanson's rule): those ends are partly taken from the usual wait, which would learn from itself and blur."""

NEAR = tuple(math.exp(-0.5 * (lag / ALIKE_HOURS) ** 2) for lag in range(-4, 5))


@dataclass(frozen=True)
class Hour:
    """The wait of those who joined in an hour, as known afterwards: p10, p50 and p90 in minutes.

    `people` is how many have told of it; an hour that nobody told of teaches nothing.
    """

    at: datetime
    low: float
    middle: float
    high: float
    people: int


@dataclass(frozen=True)
class Usual:
    """The usual wait at each hour of the week, from Monday 00:00 UTC.

    `typical` is the median of all hours in minutes, `hours` how many hours of history are behind it, the old
    ones counted less. Instants are minutes since 1970.
    """

    typical: float
    hours: float
    _centres: tuple[int, ...] = field(repr=False)
    _shapes: tuple[Weights, ...] = field(repr=False)

    def centre(self, at: float) -> int:
        """Return the cell of the grid in which the usual wait lies."""
        return self._centres[_week_hour(at)]

    def shape(self, at: float) -> Weights:
        """Return how likely each wait is at that hour, by cells of the grid; the sum is 1."""
        return self._shapes[_week_hour(at)]

    def level(self, at: float) -> float:
        """Return the median of the usual wait at that hour, in minutes."""
        return minutes(_median(self.shape(at)))


def learn(history: Iterable[Hour], now: datetime) -> Usual:
    """Return the usual wait, from the history before `now` in any order; takes about 20 ms."""
    counts, hours = _counted(history, now)
    general = _around(ANY_MEDIAN, ANY_SPREAD)
    every = _mixed(counts, [1.0] * WEEK_HOURS)
    by_day = [_mixed(counts[hour::24], [1.0] * 7) for hour in range(24)]
    same = [_mixed([by_day[(hour + lag) % 24] for lag in range(-4, 5)], NEAR) for hour in range(24)]
    centres, shapes = [], []
    for hour in range(WEEK_HOURS):
        own = [counts[(hour + lag) % WEEK_HOURS] for lag in range(-4, 5)]
        known = _mixed([*own, same[hour % 24], every, general], [*NEAR, SAME_HOUR, EVERY_HOUR, ANY_HOURS])
        shapes.append(_mixed([normal(known), general], [1 - ANY_SHARE, ANY_SHARE]))
        centres.append(round(_median(shapes[-1])))
    typical = minutes(_median(_mixed([every, general], [1.0, ANY_HOURS])))
    return Usual(typical, hours, tuple(centres), tuple(shapes))


def _week_hour(at: float) -> int:
    return int(at // 60 + 72) % WEEK_HOURS  # 1970 began on a Thursday


def _counted(history: Iterable[Hour], now: datetime) -> tuple[list[Weights], float]:
    """Return how often each wait was at each hour of the week, and of how many hours that is."""
    counts = [[0.0] * CELLS for _ in range(WEEK_HOURS)]
    hours = 0.0
    for hour in history:
        if not hour.people:
            continue
        weight = 0.5 ** ((now - hour.at) / SEASON)
        hours += weight
        row = counts[_week_hour(hour.at.timestamp() / 60)]
        for wait, share in ((hour.low, SIDE), (hour.middle, 1 - 2 * SIDE), (hour.high, SIDE)):
            where = min(place(wait), CELLS - 1.001)
            cell = int(where)
            row[cell] += weight * share * (1 - where + cell)
            row[cell + 1] += weight * share * (where - cell)
    return counts, hours


def _around(wait: float, spread: float) -> Weights:
    """Return the normal distribution around a wait in minutes, with a standard deviation of the logarithm."""
    middle, deviation = place(wait), spread / STEP
    return normal([math.exp(-0.5 * ((cell - middle) / deviation) ** 2) for cell in range(CELLS)])


def _mixed(rows: Sequence[Weights], shares: Sequence[float]) -> Weights:
    mixed = [0.0] * len(rows[0])
    for row, share in zip(rows, shares, strict=True):
        mixed = [before + share * weight for before, weight in zip(mixed, row, strict=True)]
    return mixed


def _median(weights: Weights) -> float:
    """Return where the median lies, in cells."""
    half = math.fsum(weights) / 2
    cell, reached = 0, weights[0]
    while reached < half:
        cell += 1
        reached += weights[cell]
    return cell + 0.5 - (reached - half) / weights[cell]


@lru_cache(maxsize=1024)
def unknown(typical: float = ANY_MEDIAN) -> Usual:
    """Return the usual wait where there is no history, and only a typical wait in minutes is known."""
    shape = _mixed([_around(typical, ANY_DEPARTURE), [1 / CELLS] * CELLS], [1 - ANY_SHARE, ANY_SHARE])
    return Usual(typical, 0.0, (round(place(typical)),) * WEEK_HOURS, (shape,) * WEEK_HOURS)


UNKNOWN = unknown()
"""The usual wait at a crossing that nothing is known of."""
