"""The filter: from evidence to how the total wait is distributed, moved along the time of joining.

A grid filter over the wait. Between two times of joining it keeps its departure from what is usual at the
hour, drifts, and now and then is drawn anew from the usual: so news older than the queue's memory shrinks to
that. The memory grows with the wait. First in, first out bounds how fast a queue can get shorter.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate

from bot.crossings.evidence import Claim, Piece, log_likelihood
from bot.crossings.grid import CELLS, STEP, Weights, above, blur, minutes, place, quantiles, shifted, times
from bot.crossings.usual import Hour, Usual, unknown

MEMORY_MINUTES, MEMORY_WAITS = 210.0, 3.0
"""Memory of a queue: these minutes, and so many times its typical wait."""

DRIFT = 0.3
"""Standard deviation of the logarithm of the wait, gathered over one memory."""

ANEW = 1.8
"""The wait is drawn anew from the usual once in so many memories."""

DRAIN = 1.0
"""Then it can have fallen at most so many minutes a minute of joining: first in, first out lets nobody who
joins later get through earlier."""

SLOTS = 12
"""A memory is cut into so many slots, but none is shorter than `SHORTEST_SLOT` minutes."""

SHORTEST_SLOT = 15.0

LEAST_LOG = -300.0
"""Nothing is less likely than this logarithm, or all weights could become nothing."""

MEMORIES = 3
"""Evidence from longer ago is not looked at."""

HOURS_KNOWN = 72.0
"""With so much history a crossing's usual wait is known."""


@dataclass(frozen=True)
class Motion:
    """How fast a wait may change, by the queue's `memory` in minutes."""

    memory: float

    @property
    def slot(self) -> float:
        """Length of a slot, minutes."""
        return max(SHORTEST_SLOT, self.memory / SLOTS)

    def keep(self, minutes: float) -> float:
        """Return the probability that the wait is not drawn anew within a time."""
        return math.exp(-minutes / (ANEW * self.memory))

    def variance(self, minutes: float) -> float:
        """Return how much the wait drifts within a time, in cells squared."""
        return (DRIFT / STEP) ** 2 * minutes / self.memory


@dataclass(frozen=True)
class _Slot:
    """Those who joined around `at`: how likely what was said of them is, and what is known up to a factor."""

    at: float
    likelihood: Weights
    known: Weights


def _motion(pieces: Sequence[Piece], usual: Usual) -> tuple[Motion, Usual]:
    """Return how fast this queue changes, and what is usual.

    That is by its usual wait or what is said now, whichever is longer. Where there is hardly any history,
    what is said now is all that can be called usual.
    """
    typical = _typical(pieces)
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
        return quantiles(_moved(slots[-1], moves, usual, time) if slots else usual.shape(time))

    now = at(asked)
    return [
        now
        if time == asked
        else tuple(max(later, first - (time - asked)) for first, later in zip(now, at(time), strict=True))
        for time in joining
    ]


def hindsight(
    pieces: Sequence[Piece], usual: Usual, now: float, since: float, *, each: bool = False
) -> list[Hour]:
    """Return what is known now of each hour of joining after `since` of which anybody has told.

    A long queue is judged in steps of several hours. Of these only the middle one is told, as one is enough
    to learn from; with `each` it is all of them.

    Evidence from before and after the hour counts. Source: two-filter smoothing, D. Q. Mayne, "A solution of
    the smoothing problem for linear dynamic systems", Automatica 4 (1966).
    """
    moves, usual = _motion(pieces, usual)
    people: Counter[int] = Counter()
    for piece in pieces:
        people[int(piece.joined // 60)] += piece.people
    slots = _forward(pieces, usual, moves, since - moves.memory, now)
    later: Weights = [1.0] * CELLS
    found: dict[int, Hour] = {}
    nearest: dict[int, float] = {}  # how far from the middle of the hour
    for index in reversed(range(len(slots))):
        slot = slots[index]
        around = moves.slot / 2 if each else 0.0
        for hour in range(int((slot.at - around) // 60), int((slot.at + around) // 60) + 1):
            apart = abs(slot.at - hour * 60 - 30)
            if people[hour] and hour * 60 >= since and apart <= nearest.get(hour, math.inf):
                nearest[hour] = apart
                low, middle, high = quantiles(times(slot.known, later))
                found[hour] = Hour(datetime.fromtimestamp(hour * 3600, UTC), low, middle, high, people[hour])
        if index:
            later = _before(times(later, slot.likelihood), moves, usual, slot.at, slots[index - 1].at)
    return list(found.values())


def _forward(pieces: Sequence[Piece], usual: Usual, moves: Motion, since: float, asked: float) -> list[_Slot]:
    """Return what is known of those who joined after `since`, for each slot of which anything was said."""
    length = moves.slot
    said: defaultdict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if since <= piece.joined < asked:
            said[int((asked - piece.joined) / length)].append(piece)
    slots: list[_Slot] = []
    for ago in sorted(said, reverse=True):
        at = asked - (ago + 0.5) * length
        known = _moved(slots[-1], moves, usual, at) if slots else usual.shape(at)
        likelihood = _together(said[ago])
        slots.append(_Slot(at, likelihood, times(known, likelihood)))
    return slots


def _together(pieces: list[Piece]) -> Weights:
    """Return how likely all of these are, up to a factor."""
    weights: defaultdict[Claim, float] = defaultdict(float)
    for piece in pieces:
        weights[piece.claim] += piece.weight
    logs = [0.0] * CELLS
    for claim, weight in weights.items():
        likely = log_likelihood(claim)
        logs = [before + weight * log for before, log in zip(logs, likely, strict=True)]
    most = max(logs)
    if min(logs) < most + LEAST_LOG:
        logs = [max(log, most + LEAST_LOG) for log in logs]
    return [math.exp(log - most) for log in logs]


def _moved(slot: _Slot, moves: Motion, usual: Usual, at: float) -> Weights:
    """Return how likely each wait is for those who join at `at`, by what is known of a slot before; sum 1."""
    minutes = at - slot.at
    keep = moves.keep(minutes)
    reached = list(accumulate(slot.known))
    # Drawn from the usual, of that what a queue can have drained to.
    anew = [
        share * reached[top] for share, top in zip(usual.shape(at), _drained(round(minutes, 3)), strict=True)
    ]
    kept, drawn = keep / reached[-1], (1 - keep) / sum(anew)
    drifted = shifted(blur(slot.known, moves.variance(minutes)), usual.centre(at) - usual.centre(slot.at))
    return [kept * one + drawn * other for one, other in zip(drifted, anew, strict=True)]


def _before(said: Weights, moves: Motion, usual: Usual, at: float, earlier: float) -> Weights:
    """Return how likely what was said of those who join at `at` is, by the wait of those who did earlier."""
    minutes = at - earlier
    keep = moves.keep(minutes)
    mean = math.fsum(times(said, usual.shape(at)))
    back = above(said, usual.centre(at) - usual.centre(earlier))
    return [keep * value / mean + 1 - keep for value in blur(back, moves.variance(minutes))]


@lru_cache(maxsize=512)
def _drained(duration: float) -> list[int]:
    """Return for each cell the highest from which a queue can have got down to it."""
    tops = [int(place(minutes(cell + 1) + DRAIN * duration)) for cell in range(CELLS)]
    return [min(max(top, cell), CELLS - 1) for cell, top in enumerate(tops)]


def _typical(pieces: Sequence[Piece]) -> float:
    """Return the weighted median in minutes of what they say, if they can of whole waits."""
    totals: defaultdict[float, float] = defaultdict(float)
    so_far: defaultdict[float, float] = defaultdict(float)
    for (_, said, _, _, total, _, _), _, weight, _ in pieces:
        (totals if total else so_far)[said] += weight
    weights = totals or so_far
    half = math.fsum(weights.values()) / 2
    reached = 0.0
    for said in sorted(weights):
        reached += weights[said]
        if reached >= half:
            return said
    return 0.0
