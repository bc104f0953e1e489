"""What reports say of the wait of those who joined at a time: how likely each is, and how much it may weigh.

A person counts once, with the newest word. Every report is believed to be a lie or a mistake with some
probability, so that no single one can decide. Source: G. E. P. Box and G. C. Tiao, "A Bayesian approach to
some outlier problems", Biometrika 55 (1968). Those who say the same within an hour weigh little more than
one, all of an hour a few, and a crowd in an hour little more than one: a thousand fresh accounts are one
voice. Nobody is trusted for agreeing with the others. Who is believed more is who had said before, while
waiting, that they had joined at the time that they now say they joined.
"""

import math
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.crossings.grid import CELLS, EMPTY, OFFSET_MINUTES, REACH, STEP, Weights, minutes, place
from bot.crossings.report import LONGEST_WAIT_MINUTES, Kind, Report
from bot.crossings.votes import Voices

LIES, PROVEN_LIES = 0.4, 0.08
"""Probability that a report says nothing of the wait: of anybody, and of who was borne out."""

SLIPS = 0.01
"""Share of numbers in the wrong unit, hours for minutes or the other way round."""

ERROR, ERROR_MINUTES = 0.2, 2.0
"""What honest people err by: a share of the wait, and minutes."""

WAITING_ERROR = 0.08
"""How sharp the end of "so far" is, as a share of it."""

SAYING_MINUTES = 10.0
"""So long after the border somebody typically reports."""

ALIKE, SAME_CELLS = 0.4, 2
"""How much those who say the same (within so many cells of the grid) within an hour are as if they were one:
n of them weigh n / (1 + ALIKE (n - 1)), so never more than 1 / ALIKE. Source: the design effect of
L. Kish, "Survey Sampling" (1965)."""

HOURLY = 3.0
"""All reports of an hour weigh together at most so much."""

CROWD, CROWD_WEIGHT = 12, 1.0
"""More people than this in an hour are a crowd; it and the hours beside it weigh the less together the larger
it is, down to one person."""

ROUND_BELOW, ROUND_MINUTES = (60, 180, 360, 1440), (5, 15, 30, 60, 180)
"""People tell waits below these minutes in steps of so many, and longer ones in steps of the last."""

BORNE_OUT_AFTER = timedelta(minutes=30)
"""Two words of one person are so far apart before the later bears out the earlier."""


class Told(NamedTuple):  # there may be thousands, and this is made in a third of the time
    """What somebody tells at `at` (minutes since 1970): a wait between `low` and `high`, `said` its middle.

    Not `total`: it is the wait so far. `proven` are those who were borne out.
    """

    at: float
    said: float
    low: float
    high: float
    total: bool
    named: bool
    proven: bool


Claim = tuple[float, float, float, bool, bool, bool]
"""All but the first field of `Told`."""


class Piece(NamedTuple):
    """A piece of evidence on the wait of somebody who joined at `joined` (minutes since 1970).

    So many `people` say it, at least; together they weigh `weight`.
    """

    told: Told
    joined: float
    weight: float
    people: int

    @property
    def said(self) -> float:
        """The wait stated, in minutes, if `total`, else that so far."""
        return self.told.said

    @property
    def total(self) -> bool:
        """Whether it tells of the whole wait."""
        return self.told.total

    @property
    def claim(self) -> Claim:
        """What is told, whenever that was."""
        return self.told[1:]


_Alike = tuple[int, int, bool]  # the hour, and what is the same for those who say the same


def stated(report: Report) -> tuple[float, float, float]:
    """Return low, middle and high of the wait that a report states, be it only the wait so far."""
    band = report.statement.band
    if band is None:
        wait = float(report.statement.wait_minutes or 0)
        return wait, wait, wait
    if band.high is None:
        return band.low, 1.3 * band.low, math.inf
    return band.low, math.sqrt(max(band.low, 4) * band.high), band.high


def tally(heard: Voices, reports: Collection[Report]) -> list[tuple[Told, int]]:
    """Return what those who were heard tell, in an order of its own, and how many tell the very same.

    `reports` are all that bear on the wait, also the older ones of each person.
    """
    earlier = _earlier(heard, reports)
    found: defaultdict[Told, int] = defaultdict(int)
    waiting = Kind.WAITING
    for voices, named in ((heard.named, True), (heard.unnamed, False)):
        for report in voices:
            low, said, high = stated(report)
            total = report.statement.kind is not waiting
            proven = named and report.reporter in earlier and _borne_out(earlier[report.reporter], report)
            found[Told(report.observed_at.timestamp() / 60, said, low, high, total, named, proven)] += 1
    # Or the last digit of an estimate would depend on the order of the reports.
    return [(each, found[each]) for each in sorted(found)]


def pieces(counted: Sequence[tuple[Told, int]]) -> list[Piece]:
    """Return what was told as evidence, in the same order."""
    made = []
    for (each, count), weight in zip(counted, _weights(counted), strict=True):
        said = each.said
        before = SAYING_MINUTES if each.total else rounding(said) / 2  # "so far" is rounded down
        made.append(Piece(each, each.at - said - before, count * weight, count if each.named else 1))
    return made


def _earlier(heard: Voices, reports: Collection[Report]) -> dict[bytes | None, list[Report]]:
    """Return by person what they said while they waited, if they said more later."""
    newest = {report.reporter: report for report in heard.named}
    earlier: defaultdict[bytes | None, list[Report]] = defaultdict(list)
    for report in reports:
        last = newest.get(report.reporter)
        if last is None or last is report or report.statement.kind is not Kind.WAITING:
            continue
        if report.statement.wait_minutes and last.observed_at - report.observed_at >= BORNE_OUT_AFTER:
            earlier[report.reporter].append(report)
    return earlier


def _borne_out(earlier: list[Report], later: Report) -> bool:
    """Tell whether somebody joined when one of their earlier reports said that they had."""
    low, _, high = stated(later)
    if later.statement.kind is Kind.WAITING:
        least, most = low - rounding(low) - 30, low + rounding(low) + 30
    else:
        least, most = 0.7 * low - 30, 1.3 * high + 30
    return any(
        least <= (later.observed_at - one.observed_at) / timedelta(minutes=1) + stated(one)[0] <= most
        for one in earlier
    )


@lru_cache(maxsize=4096)  # people say the same few hundred things
def _cell(said: float) -> int:
    return int(place(said)) // SAME_CELLS


def _weights(counted: Sequence[tuple[Told, int]]) -> list[float]:
    """Return how much each person of those who say a thing may weigh."""
    keys = [  # those without a name are one person, for all we know
        (int(at // 60), _cell(said), total) if named else (int(at // 60), -1, False)
        for (at, said, _, _, total, named, _), _ in counted
    ]
    alike: defaultdict[_Alike, int] = defaultdict(int)
    for key, (_, count) in zip(keys, counted, strict=True):
        alike[key] += count
    people: defaultdict[int, int] = defaultdict(int)
    strength = {}
    together: defaultdict[int, float] = defaultdict(float)
    for key, count in alike.items():
        strength[key] = _strength(count, key[1] < 0)
        people[key[0]] += count
        together[key[0]] += strength[key]
    allowed = {hour: min(1.0, HOURLY / whole) for hour, whole in together.items()}
    crowded = {hour + lag for hour, count in people.items() if count > CROWD for lag in (-1, 0, 1)}
    for hour in crowded.intersection(together):
        beside = [near for near in (hour - 1, hour, hour + 1) if near in together]
        most = max(CROWD_WEIGHT, HOURLY * CROWD / max(people[near] for near in beside))
        allowed[hour] = min(1.0, most / math.fsum(together[near] for near in beside))
    each = {key: strength[key] / count * allowed[key[0]] for key, count in alike.items()}
    return [each[key] for key in keys]


def _strength(count: int, one: bool) -> float:
    """Return what so many who say the same weigh together, if they need not all be `one` person."""
    return count / (1 + (1.0 if one else ALIKE) * (count - 1))


def rounding(wait: float) -> float:
    """Return the step in minutes of the round numbers in which people tell a wait."""
    return ROUND_MINUTES[bisect_right(ROUND_BELOW, wait)]


@lru_cache(maxsize=4096)
def log_likelihood(claim: Claim) -> Sequence[float]:
    """Return the logarithms of how likely a claim is by the wait on the grid, to be taken times a weight."""
    said, low, high, total, _, proven = claim
    lies = PROVEN_LIES if proven else LIES
    if not total:
        logs = _of_waiting(said, lies)
    elif low == high:
        logs = _of_number(said, lies)
    else:
        logs = _of_band(low, high, lies)
    return array("d", logs)  # thousands are remembered, and lists are four times as large


def _of_number(said: float, lies: float) -> Weights:
    fits = _about(said)
    none = [0.0] * CELLS
    hours = _about(60 * said) if 60 * said <= LONGEST_WAIT_MINUTES else none
    minute = _about(said / 60) if said >= 60 else none
    half = rounding(said) / 2
    lie = lies * _share(said - half, said + half)
    honest = 1 - lies
    return [
        math.log(lie + honest * ((1 - SLIPS) * fit + SLIPS * (one + other)))
        for fit, one, other in zip(fits, hours, minute, strict=True)
    ]


def _of_band(low: float, high: float, lies: float) -> Weights:
    lie = lies * _share(low, min(high, LONGEST_WAIT_MINUTES))
    return [math.log(lie + (1 - lies) * fit) for fit in _between(low, high)]


def _of_waiting(so_far: float, lies: float) -> Weights:
    """Return the likelihood of a right-censored wait: whoever still waits only says that it takes longer."""
    where, sharp = place(so_far), STEP / WAITING_ERROR
    longer = (_logistic((max(cell, EMPTY) - where) * sharp) for cell in range(CELLS))
    return [math.log(lies + (1 - lies) * likely) for likely in longer]


def _share(low: float, high: float) -> float:
    """Return how likely a lie falls between two waits: anything goes, evenly by the logarithm."""
    return (place(high) - place(low)) * STEP / REACH


def _about(said: float) -> Weights:
    half = rounding(said) / 2
    return _between(said - half, said + half)


def _between(low: float, high: float) -> Weights:
    return [above - below for below, above in zip(_below(low), _below(high), strict=True)]


@lru_cache(maxsize=1024)
def _below(edge: float) -> Sequence[float]:
    """Return how likely an honest person feels to have waited less than `edge`, by the wait on the grid."""
    if edge <= 0:
        return [0.0] * CELLS
    if edge == math.inf:
        return [1.0] * CELLS
    where = place(edge)
    return array("d", (_logistic((where - cell) * sharp) for cell, sharp in _EDGES))


def _edge(cell: int) -> tuple[int, float]:
    """Return where those lie who waited so long, and how sharp what they say is, by cells."""
    wait = minutes(cell)
    deviation = math.hypot(ERROR * wait, ERROR_MINUTES) / (wait + OFFSET_MINUTES)
    # A logistic is close to a normal distribution of 1.7 times its scale, with heavier tails.
    return max(cell, EMPTY), 1.7 * STEP / deviation


_EDGES = tuple(map(_edge, range(CELLS)))


def _logistic(x: float) -> float:
    return 0.5 + 0.5 * math.tanh(0.5 * x)  # which no x makes overflow
