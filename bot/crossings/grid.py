"""Waits on a grid: distributions over the total wait, as lists of weights of logarithmically spaced cells.

Source of the method: point-mass filters, R. S. Bucy and K. D. Senne, "Digital synthesis of non-linear
filters", Automatica 7 (1971). Plain lists: for sixty cells numpy would save two milliseconds an estimate and
cost 25 MB and the tenth of a second of its import.
"""

import math
from collections.abc import Sequence
from operator import mul

from bot.crossings.report import LONGEST_WAIT_MINUTES

Weights = list[float]

OFFSET_MINUTES = 10.0
"""Waits are compared by the logarithm of wait + this: two or four minutes make no difference to anybody."""

STEP = 0.15
"""Width of a cell in that logarithm: a bit over half of what honest people err by."""

REACH = math.log1p(LONGEST_WAIT_MINUTES / OFFSET_MINUTES)
CELLS = math.ceil(REACH / STEP) + 1

BELOW, ABOVE = 20, 44
"""A departure from the usual is looked for in so many cells: from a twentieth to seven hundred times."""

WIDTH = BELOW + 1 + ABOVE

LEVELS = (0.1, 0.5, 0.9)


def place(minutes: float) -> float:
    """Return where a wait lies on the grid, in cells."""
    return math.log1p(max(minutes, 0.0) / OFFSET_MINUTES) / STEP


def minutes(place: float) -> float:
    """Return the wait at a place of the grid."""
    return max(OFFSET_MINUTES * math.expm1(place * STEP), 0.0)


def around(weights: Weights, centre: int) -> Weights:
    """Return a whole grid's cells from `BELOW` under a centre to `ABOVE` over it; its ends go on for ever."""
    first = centre - BELOW
    head = weights[:1] * max(-first, 0)
    body = weights[max(first, 0) : first + WIDTH]
    return head + body + weights[-1:] * (WIDTH - len(head) - len(body))


def times(one: Weights, other: Weights) -> Weights:
    """Return the product, cell by cell."""
    return list(map(mul, one, other))


def normal(weights: Weights) -> Weights:
    """Return the weights with the sum 1."""
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def blur(weights: Weights, variance: float) -> Weights:
    """Spread by a variance, in cells squared; what would leave the grid stays at its end."""
    passes = math.ceil(variance / 0.6)
    if not passes:
        return weights
    side = variance / passes / 2
    middle = 1 - 2 * side
    for _ in range(passes):
        lower, upper = weights[:1] + weights[:-1], weights[1:] + weights[-1:]
        weights = [middle * w + side * (a + b) for a, w, b in zip(lower, weights, upper, strict=True)]
    return weights


def quantiles(weights: Weights, centre: int, levels: Sequence[float] = LEVELS) -> tuple[float, ...]:
    """Return the waits in minutes below which lie these rising shares of the weights around a centre."""
    total = math.fsum(weights)
    found = []
    reached, cell, weight = 0.0, -1, 0.0
    for level in levels:
        while reached + weight < level * total and cell < len(weights) - 1:
            reached += weight
            cell += 1
            weight = weights[cell]
        inside = (level * total - reached) / weight if weight else 0.5
        found.append(minutes(cell - BELOW + centre - 0.5 + inside))
    return tuple(found)
