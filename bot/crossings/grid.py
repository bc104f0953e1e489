"""Waits on a grid: distributions over the total wait, as lists of weights of logarithmically spaced cells.

Source of the method: point-mass filters, R. S. Bucy and K. D. Senne, "Digital synthesis of non-linear
filters", Automatica 7 (1971). Plain lists: for sixty cells numpy would save a millisecond an estimate and
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

EMPTY = 10
"""The cell of no wait. There is none in those below it either: they tell how far a queue is from forming."""

REACH = math.log1p(LONGEST_WAIT_MINUTES / OFFSET_MINUTES)
CELLS = EMPTY + math.ceil(REACH / STEP) + 1

LEVELS = (0.1, 0.5, 0.9)

MOST_BLUR = 0.6
"""A pass of `blur` takes at most this variance, in the squared distance that it reaches."""


def place(minutes: float) -> float:
    """Return where a wait lies on the grid, in cells."""
    return EMPTY + math.log1p(max(minutes, 0.0) / OFFSET_MINUTES) / STEP


def minutes(place: float) -> float:
    """Return the wait at a place of the grid."""
    return max(OFFSET_MINUTES * math.expm1((place - EMPTY) * STEP), 0.0)


def shifted(weights: Weights, cells: int) -> Weights:
    """Move up by so many cells, or down if negative; what would leave the grid stays at its end."""
    if not cells:
        return weights
    if cells > 0:
        return [0.0] * cells + weights[: -cells - 1] + [math.fsum(weights[-cells - 1 :])]
    return [math.fsum(weights[: 1 - cells])] + weights[1 - cells :] + [0.0] * -cells


def above(weights: Weights, cells: int) -> Weights:
    """Return for each cell the weight so many cells above, or below if negative; the ends go on for ever."""
    if not cells:
        return weights
    if cells > 0:
        return weights[cells:] + weights[-1:] * cells
    return weights[:1] * -cells + weights[:cells]


def times(one: Weights, other: Weights) -> Weights:
    """Return the product, cell by cell."""
    return list(map(mul, one, other))


def normal(weights: Weights) -> Weights:
    """Return the weights with the sum 1."""
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def blur(weights: Weights, variance: float) -> Weights:
    """Spread by a variance, in cells squared; what would leave the grid stays at its end.

    In passes of which each reaches twice as far, so that a long time costs little more than a short one.
    Source: the algorithme a trous of M. Holschneider et al., in "Wavelets" (Springer, 1989).
    """
    reach = 1
    while variance > 0:
        part = min(variance, MOST_BLUR * reach**2)
        side = part / (2 * reach**2)
        middle = 1 - 2 * side
        lower = weights[:1] * reach + weights[:-reach]
        upper = weights[reach:] + weights[-1:] * reach
        weights = [middle * w + side * (a + b) for a, w, b in zip(lower, weights, upper, strict=True)]
        variance -= part
        reach *= 2
    return weights


def quantiles(weights: Weights, levels: Sequence[float] = LEVELS) -> tuple[float, ...]:
    """Return the waits in minutes below which lie these rising shares of the weights."""
    total = math.fsum(weights)
    found = []
    reached, cell, weight = 0.0, -1, 0.0
    for level in levels:
        while reached + weight < level * total and cell < len(weights) - 1:
            reached += weight
            cell += 1
            weight = weights[cell]
        inside = (level * total - reached) / weight if weight else 0.5
        found.append(minutes(cell - 0.5 + inside))
    return tuple(found)
