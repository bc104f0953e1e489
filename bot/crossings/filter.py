"""The filter: from evidence to how the total wait is distributed, moved along the time of joining.

A grid filter over the departure from the usual wait. Between two times of joining the wait drifts, and now
and then is drawn anew from the usual: so news older than the queue's memory shrinks to the usual level. The
memory grows with the wait. First in, first out bounds how fast a queue can get shorter.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate

from bot.crossings.evidence import Piece
from bot.crossings.grid import (
    BELOW,
    CELLS,
    STEP,
    WIDTH,
    Weights,
    around,
    blur,
    minutes,
    normal,
    place,
    quantiles,
    times,
)
from bot.crossings.usual import Hour, Usual, unknown

MEMORY_MINUTES, MEMORY_WAITS = 210.0, 3.0
"""Memory of a queue: these minutes, and so many times its typical wait."""

DRIFT = 0.35
"""Standard deviation of the logarithm of the wait, gathered over one memory."""

ANEW = 1.5
"""The wait is drawn anew from the usual once in so many memories."""

DRAIN = 4.0
"""Then it can have fallen at most so many minutes a minute of joining: one is the limit that first in, first
out sets, the rest allows for the time since the last evidence."""

SLOTS = 12
"""A memory is cut into so many steps, but none is shorter than `SHORTEST_SLOT` minutes."""

SHORTEST_SLOT = 15.0
MEMORIES = 4
"""Evidence from longer ago is not looked at."""

HOURS_KNOWN = 72.0
"""With so much history a crossing's usual wait is known."""


@dataclass(frozen=True)
class Motion:
    """How fast a wait may change, by the queue's `memory` in minutes."""

    memory: float

    @property
    def slot(self) -> float:
        """Length of a step, minutes."""
        return max(SHORTEST_SLOT, self.memory / SLOTS)

    def keep(self, minutes: float) -> float:
        """Return the probability that the wait is not drawn anew within a time."""
        return math.exp(-minutes / (ANEW * self.memory))

    def variance(self, minutes: float) -> float:
        """Return how much the wait drifts within a time, in cells squared."""
        return (DRIFT / STEP) ** 2 * minutes / self.memory


@dataclass(frozen=True)
class _Slot:
    """Those who joined around `at`: the likelihood of what was said of them, and what is known with it."""

    at: float
    likelihood: Weights | None
    known: Weights


def _motion(pieces: Sequence[Piece], usual: Usual) -> tuple[Motion, Usual]:
    """Return how fast this queue changes, and what is usual.

    That is by its usual wait or what is said now, whichever is longer. Where there is hardly any history,
    what is said now is all that can be called usual.
    """
    totals = [piece for piece in pieces if piece.total] or pieces
    typical = _median([(piece.said, piece.weight) for piece in totals])
    if usual.hours >= HOURS_KNOWN or not pieces:
        typical = max(typical, usual.typical)
    else:
        usual = unknown(typical)
    return Motion(MEMORY_MINUTES + MEMORY_WAITS * typical), usual


def waits(
    pieces: Sequence[Piece], usual: Usual, asked: float, joining: Sequence[float]
) -> list[tuple[float, ...]]:
    """Return p10, p50 and p90 of the wait in minutes of those who join at each of these times, now or later.

    Whoever joins later does not get through earlier than who joins now.
    """
    moves, usual = _motion(pieces, usual)
    slots = _forward(pieces, usual, moves, asked - MEMORIES * moves.memory, asked)

    def at(time: float) -> tuple[float, ...]:
        if not slots:
            return quantiles(usual.shape(time), usual.centre(time))
        last = slots[-1]
        return quantiles(_moved(last.known, moves, usual, time, time - last.at), usual.centre(time))

    now = at(asked)
    return [
        tuple(max(later, first - (time - asked)) for first, later in zip(now, at(time), strict=True))
        for time in joining
    ]


def hindsight(pieces: Sequence[Piece], usual: Usual, now: float, since: float) -> list[Hour]:
    """Return what is known now of each hour of joining after `since` of which anybody has told.

    Evidence from before and after the hour counts. Source: two-filter smoothing, D. Q. Mayne, "A solution of
    the smoothing problem for linear dynamic systems", Automatica 4 (1966).
    """
    moves, usual = _motion(pieces, usual)
    people: Counter[int] = Counter()
    for piece in pieces:
        people[int(piece.joined // 60)] += piece.people
    keep, variance = moves.keep(moves.slot), moves.variance(moves.slot)
    later: Weights = [1.0] * WIDTH
    found: dict[int, Hour] = {}
    nearest: dict[int, float] = {}  # how far from the middle of the hour
    for slot in reversed(_forward(pieces, usual, moves, since - moves.memory, now)):
        hour = int(slot.at // 60)
        if people[hour] and hour * 60 >= since and abs(slot.at - hour * 60 - 30) <= nearest.get(hour, 60.0):
            nearest[hour] = abs(slot.at - hour * 60 - 30)
            low, middle, high = quantiles(times(slot.known, later), usual.centre(slot.at))
            found[hour] = Hour(datetime.fromtimestamp(hour * 3600, UTC), low, middle, high, people[hour])
        said = times(later, slot.likelihood) if slot.likelihood else later
        mean = math.fsum(times(said, usual.shape(slot.at)))
        later = [keep * value / mean + 1 - keep for value in blur(said, variance)]
    return list(found.values())


def _forward(pieces: Sequence[Piece], usual: Usual, moves: Motion, since: float, asked: float) -> list[_Slot]:
    """Return what is known of those who joined after `since`, from the first of whom anything is known."""
    length = moves.slot
    count = math.ceil((asked - since) / length)
    start = asked - count * length
    said: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if start <= piece.joined < asked:
            said[int((piece.joined - start) / length)].append(piece)
    slots: list[_Slot] = []
    for index in range(min(said, default=count), count):
        at = start + (index + 0.5) * length
        known = _moved(slots[-1].known, moves, usual, at, length) if slots else usual.shape(at)
        likelihood = around(_together(said[index]), usual.centre(at)) if index in said else None
        if likelihood:
            known = normal(times(known, likelihood))
        slots.append(_Slot(at, likelihood, known))
    return slots


def _together(pieces: list[Piece]) -> Weights:
    """Return how likely all of these are, up to a factor."""
    logs = [0.0] * CELLS
    for piece in pieces:
        weight = piece.weight
        logs = [before + weight * log for before, log in zip(logs, piece.logs)]  # noqa: B905 (it costs a tenth)
    most = max(logs)
    return [math.exp(log - most) for log in logs]


def _moved(known: Weights, moves: Motion, usual: Usual, at: float, minutes: float) -> Weights:
    """Return what `known` (of the sum 1) says of those who join so many minutes later, at `at`."""
    if minutes <= 0:
        return known
    keep = moves.keep(minutes)
    reached = list(accumulate(known))
    # Drawn from the usual, of that what a queue can have drained to.
    anew = [
        share * reached[highest]
        for share, highest in zip(usual.shape(at), _drained(usual.centre(at), round(minutes, 3)), strict=True)
    ]
    share = (1 - keep) / math.fsum(anew)
    drifted = blur(known, moves.variance(minutes))
    return normal([keep * one + share * other for one, other in zip(drifted, anew, strict=True)])


@lru_cache(maxsize=4096)
def _drained(centre: int, duration: float) -> list[int]:
    """Return for each cell the highest from which a queue can have got down to it."""
    first = centre - BELOW
    found = []
    for cell in range(WIDTH):
        top = place(minutes(first + cell + 1) + DRAIN * duration) - first
        found.append(min(max(int(top), cell), WIDTH - 1))
    return found


def _median(pairs: list[tuple[float, float]]) -> float:
    half = math.fsum(weight for _, weight in pairs) / 2
    reached = 0.0
    for value, weight in sorted(pairs):
        reached += weight
        if reached >= half:
            return value
    return 0.0
