"""What reports say of the wait of those who joined at a time: how likely each is, and how much it may weigh.

A person counts once, with the newest word. Every report is believed to be a lie or a mistake with some
probability, so that no single one can decide. Source: G. E. P. Box and G. C. Tiao, "A Bayesian approach to
some outlier problems", Biometrika 55 (1968). Those who say the same within an hour weigh little more than
one, all of an hour a few, and a crowd in an hour little more than one: a thousand fresh accounts are one
voice. Nobody is trusted for agreeing with the others. Who is believed more is who had said before, while
waiting, that they had joined at the time that they now say they joined.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.crossings.grid import CELLS, OFFSET_MINUTES, REACH, STEP, Weights, minutes, place
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

CROWD, CROWD_WEIGHT = 12, 1.5
"""More people than this in an hour are a crowd; it and the hours beside it weigh so much together."""

ROUND_BELOW, ROUND_MINUTES = (60, 180, 360, 1440), (5, 15, 30, 60, 180)
"""People tell waits below these minutes in steps of so many, and longer ones in steps of the last."""

BORNE_OUT_AFTER = timedelta(minutes=30)
"""Two words of one person are so far apart before the later bears out the earlier."""


class Piece(NamedTuple):  # hundreds are made for each card
    """A piece of evidence on the wait of somebody who joined at `joined` (minutes since 1970).

    `logs` are the logarithms of how likely it is, by the wait on the grid, to be taken times its `weight`.
    `said` is the wait stated, in minutes, if `total`, else that so far. So many `people` say it, at least.
    """

    joined: float
    said: float
    total: bool
    weight: float
    people: int
    logs: Weights


class _Told(NamedTuple):
    """What one report states: the wait lies between `low` and `high`; made at `at`, joined at `joined`."""

    joined: float
    said: float
    low: float
    high: float
    at: float
    kind: Kind
    named: bool
    proven: bool


_Alike = tuple[int, int, bool]  # the hour, and what is the same for those who say the same


def stated(report: Report) -> tuple[float, float, float]:
    """Return low, middle and high of the wait that a report states, be it only the wait so far."""
    band = report.statement.band
    if report.statement.kind is Kind.BAND and band is not None:
        if band.high is None:
            return band.low, 1.3 * band.low, math.inf
        return band.low, math.sqrt(max(band.low, 4) * band.high), band.high
    wait = float(report.statement.wait_minutes or 0)
    return wait, wait, wait


def pieces(heard: Voices, reports: Collection[Report]) -> list[Piece]:
    """Return the evidence of those who were heard, in an order of its own.

    `reports` are all that bear on the wait, also the older ones of each person.
    """
    told = _told(heard, reports)
    told.sort()  # or the last digit of an estimate would depend on their order
    counted = list(Counter(told).items())  # in a crowd many say the very same
    weights = _weights([(_alike(each), count) for each, count in counted])
    made = []
    for (each, count), weight in zip(counted, weights, strict=True):
        total, people = each.kind is not Kind.WAITING, count if each.named else 1
        made.append(Piece(each.joined, each.said, total, count * weight, people, _logs(each)))
    return made


def _told(heard: Voices, reports: Collection[Report]) -> list[_Told]:
    newest = {report.reporter: report for report in heard.named}
    earlier: dict[bytes | None, list[Report]] = defaultdict(list)
    for report in reports:
        last = newest.get(report.reporter)
        if last is None or report.statement.kind is not Kind.WAITING or not report.statement.wait_minutes:
            continue
        if last.observed_at - report.observed_at >= BORNE_OUT_AFTER:
            earlier[report.reporter].append(report)
    told = []
    for index, report in enumerate(heard.reports):
        low, said, high = stated(report)
        kind, at, named = report.statement.kind, report.observed_at.timestamp() / 60, index < len(heard.named)
        before = rounding(said) / 2 if kind is Kind.WAITING else SAYING_MINUTES  # "so far" is rounded down
        proven = named and report.reporter in earlier and _borne_out(earlier[report.reporter], report)
        told.append(_Told(at - said - before, said, low, high, at, kind, named, proven))
    return told


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


def _alike(each: _Told) -> _Alike:
    hour = int(each.at // 60)
    if not each.named:  # for all we know they are one person
        return hour, -1, False
    return hour, _cell(each.said), each.kind is Kind.WAITING


@lru_cache(maxsize=4096)  # people say the same few hundred things
def _cell(said: float) -> int:
    return int(place(said)) // SAME_CELLS


def _weights(counted: list[tuple[_Alike, int]]) -> list[float]:
    """Return how much each person of those who say a thing may weigh."""
    alike: Counter[_Alike] = Counter()
    for key, count in counted:
        alike[key] += count
    people: Counter[int] = Counter()
    weighs: defaultdict[int, float] = defaultdict(float)
    for key, count in alike.items():
        hour = key[0]
        people[hour] += count
        weighs[hour] += _strength(count, key[1] < 0)
    crowded = {hour + lag for hour, count in people.items() if count > CROWD for lag in (-1, 0, 1)}
    allowed = {hour: min(1.0, HOURLY / whole) for hour, whole in weighs.items()}
    for hour in crowded.intersection(weighs):
        whole = math.fsum(weighs[near] for near in (hour - 1, hour, hour + 1) if near in weighs)
        allowed[hour] = min(1.0, CROWD_WEIGHT / whole)
    return [_strength(alike[key], key[1] < 0) / alike[key] * allowed[key[0]] for key, _ in counted]


def _strength(count: int, one: bool) -> float:
    """Return what so many who say the same weigh together, if they need not all be `one` person."""
    return count / (1 + (1.0 if one else ALIKE) * (count - 1))


def rounding(wait: float) -> float:
    """Return the step in minutes of the round numbers in which people tell a wait."""
    return ROUND_MINUTES[bisect_right(ROUND_BELOW, wait)]


def _logs(each: _Told) -> Weights:
    lies = PROVEN_LIES if each.proven else LIES
    if each.kind is Kind.WAITING:
        return _of_waiting(each.low, lies)
    if each.kind is Kind.BAND:
        return _of_band(each.low, each.high, lies)
    return _of_number(each.said, lies)


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=256)
def _of_band(low: float, high: float, lies: float) -> Weights:
    lie = lies * _share(low, min(high, LONGEST_WAIT_MINUTES))
    return [math.log(lie + (1 - lies) * fit) for fit in _between(low, high)]


@lru_cache(maxsize=4096)
def _of_waiting(so_far: float, lies: float) -> Weights:
    """Return the likelihood of a right-censored wait: whoever still waits only says that it takes longer."""
    where, sharp = place(so_far), STEP / WAITING_ERROR
    return [math.log(lies + (1 - lies) * _logistic((cell - where) * sharp)) for cell in range(CELLS)]


def _share(low: float, high: float) -> float:
    """Return how likely a lie falls between two waits: anything goes, evenly by the logarithm."""
    return (place(high) - place(low)) * STEP / REACH


def _about(said: float) -> Weights:
    half = rounding(said) / 2
    return _between(said - half, said + half)


def _between(low: float, high: float) -> Weights:
    return [above - below for below, above in zip(_below(low), _below(high), strict=True)]


@lru_cache(maxsize=1024)
def _below(edge: float) -> Weights:
    """Return how likely an honest person feels to have waited less than `edge`, by the wait on the grid."""
    if edge <= 0:
        return [0.0] * CELLS
    if edge == math.inf:
        return [1.0] * CELLS
    where = place(edge)
    found = []
    for cell in range(CELLS):
        wait = minutes(cell)
        deviation = math.hypot(ERROR * wait, ERROR_MINUTES) / (wait + OFFSET_MINUTES)
        # A logistic is close to a normal distribution of 1.7 times its scale, with heavier tails.
        found.append(_logistic(1.7 * (where - cell) * STEP / deviation))
    return found


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(min(x, 500.0), -500.0)))
