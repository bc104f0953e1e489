"""How long the wait is, judged from reports: a range, who is behind it and how old it is.

The method, until a better one comes behind the same interface: a median of one vote a person, weighted by
recency, with half-lives that scale with the wait (after the rule "recency" of `queue/bench.py`). Two camps
that contradict each other are shown as two camps.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from bot.crossings.report import BANDS, Band, Event, Kind, Report
from bot.crossings.votes import ENOUGH, Voices, quantile, shown_at, voices

LOOKBACK = timedelta(days=7)
"""Older reports are never looked at."""

SHORTEST_HALF_LIFE, LONGEST_HALF_LIFE = 45.0, 24 * 60.0  # minutes
MEMORY = 8  # half-lives: what is older is no news
CLOSED_LASTS = timedelta(days=1)

APART, APART_MINUTES = 2.0, 20.0  # how far apart two camps are
SMALLEST_CAMP, SMALLEST_SHARE = 2, 0.2  # people; weight

LOW, HIGH = 0.1, 0.9  # what the range covers
LONE_WIDTH, LEAST_WIDTH, LEAST_MINUTES = 0.8, 0.1, 5.0  # how much few votes widen it
STALE_WIDTH, WIDEST = 0.15, 2.0
BOUND = 0.75  # of those who wait, so many have waited less than what we say "at least" of
HEAVIEST = 0.9  # of all others' weight: one vote alone is never half


class State(StrEnum):
    """What the reports allow to be said."""

    NONE = "none"
    SINGLE = "single"
    AGREE = "agree"
    DISPUTE = "dispute"


@dataclass(frozen=True)
class Camp:
    """One side: `low_minutes` to `high_minutes` (None = open), or that the crossing is closed."""

    low_minutes: int | None
    high_minutes: int | None
    people: int
    newest_at: datetime
    closed: bool = False


@dataclass(frozen=True)
class Waiting:
    """Those who are still in the queue; what they say is that it takes longer than `at_least_minutes`."""

    people: int
    at_least_minutes: int
    newest_at: datetime


@dataclass(frozen=True)
class Estimate:
    """The total wait of somebody who joins now.

    `single`: one person's word, unconfirmed; the range is the band that it lies in. `dispute`: show `camps`,
    never the range over them. Without `high_minutes` the range is open upwards, without `middle_minutes` only
    a lower bound is known. With `closed` there are no numbers: what people say is that nobody gets through.
    `newest_at` is only as exact as may be shown.
    """

    state: State
    low_minutes: int | None = None
    middle_minutes: int | None = None
    high_minutes: int | None = None
    people: int = 0
    newest_at: datetime | None = None
    camps: tuple[Camp, ...] = ()
    closed: bool = False
    waiting: Waiting | None = None


NOTHING = Estimate(State.NONE)


def estimate(reports: Sequence[Report], asked_at: datetime, joining_at: datetime | None = None) -> Estimate:
    """Return what is known at `asked_at` of the wait of somebody who joins at `joining_at`, or else now.

    `reports` are of one crossing and mode, in any order; those after `asked_at` are not looked at.
    """
    heard = voices(filter(_bears_wait, reports), asked_at, asked_at - LOOKBACK, _certainty)
    shut, opened_at = _closure(reports, asked_at)
    denied = {report.reporter for report in shut.named}
    votes, bounds, half_life = _votes(heard, denied, asked_at)
    ahead = max(joining_at - asked_at, timedelta(0)) if joining_at else timedelta(0)
    waits = _waits(votes, bounds, half_life, asked_at, ahead / timedelta(minutes=half_life))
    if not shut.reports:
        return waits
    newest = max(report.observed_at for report in shut.reports)
    closed = Camp(None, None, shut.people, shown_at(newest, shut.people), closed=True)
    newer = sum(opened_at is None or report.observed_at > opened_at for report in shut.named)
    if not votes or newer >= ENOUGH:
        state = State.SINGLE if shut.people == 1 else State.AGREE
        return Estimate(
            state,
            people=shut.people,
            newest_at=closed.newest_at,
            camps=(closed,),
            closed=True,
            waiting=waits.waiting,
        )
    camps = waits.camps or (_camp_of(waits),)
    people = waits.people + closed.people
    return replace(waits, state=State.DISPUTE, people=people, camps=(*camps, closed))


class _Vote(NamedTuple):  # there may be thousands, and this is made in a third of the time
    low: float
    middle: float
    high: float
    weight: float
    at: datetime
    named: bool


def _bears_wait(report: Report) -> bool:
    statement = report.statement
    if statement.kind is Kind.BAND:
        return statement.band is not None
    if statement.kind is Kind.WAITING:  # "so far less than half an hour" says nothing of the whole
        return bool(statement.wait_minutes)
    return statement.kind is Kind.CROSSED and statement.wait_minutes is not None


def _certainty(report: Report) -> int:
    return (Kind.EVENT, Kind.WAITING, Kind.BAND, Kind.CROSSED).index(report.statement.kind)


def _range(report: Report) -> tuple[float, float, float]:
    """Return low, middle and high of the wait that a report states, be it only the wait so far."""
    band = report.statement.band
    if report.statement.kind is Kind.BAND and band is not None:
        if band.high is None:
            return band.low, 1.3 * band.low, math.inf
        return band.low, math.sqrt(max(band.low, 4) * band.high), band.high
    wait = float(report.statement.wait_minutes or 0)
    return wait, wait, wait


def _votes(
    heard: Voices, denied: set[bytes | None], asked_at: datetime
) -> tuple[list[_Vote], list[_Vote], float]:
    """Return the votes on the total wait, those of people who still wait, and the half-life in minutes."""
    ranges = [(report, _range(report)) for report in heard.reports]
    totals = sorted(middle for _, (_, middle, _) in ranges)
    typical = totals[len(totals) // 2] if totals else 0.0
    half_life = min(max(typical / 2, SHORTEST_HALF_LIFE), LONGEST_HALF_LIFE)
    oldest = asked_at - timedelta(minutes=MEMORY * half_life)
    votes: list[_Vote] = []
    bounds: list[_Vote] = []
    named = len(heard.named)
    for index, (report, (low, middle, high)) in enumerate(ranges):
        if report.observed_at < oldest or (index < named and report.reporter in denied):
            continue
        age = (asked_at - report.observed_at).total_seconds() / 60
        vote = _Vote(low, middle, high, 0.5 ** (age / half_life), report.observed_at, index < named)
        (bounds if report.statement.kind is Kind.WAITING else votes).append(vote)
    return _as_one(votes), _as_one(bounds), half_life


def _as_one(votes: list[_Vote]) -> list[_Vote]:
    """Let all whose pseudonym is gone weigh together as one person, for all we know they were one."""
    unnamed = [vote.weight for vote in votes if not vote.named]
    if len(unnamed) < 2:
        return votes
    factor = max(unnamed) / math.fsum(unnamed)
    return [vote if vote.named else vote._replace(weight=vote.weight * factor) for vote in votes]


def _people(votes: Sequence[_Vote]) -> int:
    named = sum(vote.named for vote in votes)
    return named + (named < len(votes))


def _middle(votes: Sequence[_Vote]) -> float:
    return quantile([(vote.middle, vote.weight) for vote in votes], 0.5)


def _waits(
    votes: list[_Vote], bounds: list[_Vote], half_life: float, asked_at: datetime, ahead: float
) -> Estimate:
    waiting = _still_waiting(bounds)
    if not votes:
        if waiting is None:
            return NOTHING
        state = State.SINGLE if waiting.people == 1 else State.AGREE
        low, people, newest = waiting.at_least_minutes, waiting.people, waiting.newest_at
        return Estimate(state, low, None, None, people, newest, waiting=waiting)
    # Those who have waited longer than the others' total wait prove it wrong; the rest prove nothing.
    middle = _middle(_tamed(votes))
    votes = _tamed(votes + [bound for bound in bounds if bound.middle > middle])
    people = _people(votes)
    newest = max(vote.at for vote in votes)
    stale = (asked_at - newest) / timedelta(minutes=half_life) + ahead
    whole = _camp(votes, stale)
    middle = _middle(votes)
    if people == 1:
        band = _band(middle)
        inside = None if band.high is None else round(math.sqrt(max(band.low, 4) * band.high))
        return Estimate(State.SINGLE, band.low, inside, band.high, people, whole.newest_at, waiting=waiting)
    low = whole.low_minutes or 0
    if waiting is not None and waiting.people >= SMALLEST_CAMP:
        low = max(low, min(waiting.at_least_minutes, int(middle)))
    camps = tuple(_camp(side, stale) for side in _sides(votes))
    state = State.DISPUTE if camps else State.AGREE
    high = whole.high_minutes
    return Estimate(state, low, round(middle), high, people, whole.newest_at, camps, waiting=waiting)


def _tamed(votes: list[_Vote]) -> list[_Vote]:
    """Keep the newest from outvoting all others by its weight alone, where there are others."""
    if len(votes) < ENOUGH:
        return votes
    heaviest = max(votes, key=lambda vote: (vote.weight, _order(vote)))
    most = HEAVIEST * (math.fsum(vote.weight for vote in votes) - heaviest.weight)
    if heaviest.weight <= most:
        return votes
    others = list(votes)
    others.remove(heaviest)
    return [*others, heaviest._replace(weight=most)]


def _order(vote: _Vote) -> tuple[float, float, float, float, bool]:
    return vote.middle, vote.low, vote.high, vote.weight, vote.named


def _still_waiting(bounds: list[_Vote]) -> Waiting | None:
    if not bounds:
        return None
    people = _people(bounds)
    least = quantile([(bound.middle, bound.weight) for bound in bounds], BOUND)
    shown = int(least) if people > 1 else _band(least).low
    return Waiting(people, shown, shown_at(max(bound.at for bound in bounds), people))


def _camp(votes: Sequence[_Vote], stale: float) -> Camp:
    """Return the range of votes, wider the fewer and the older they are."""
    middle = _middle(votes)
    total = math.fsum(vote.weight for vote in votes)
    alike = total**2 / math.fsum(vote.weight**2 for vote in votes)  # effective number (Kish)
    width = min(1 + LEAST_WIDTH + LONE_WIDTH / alike + STALE_WIDTH * stale, WIDEST)
    low = quantile([(vote.low, vote.weight) for vote in votes], LOW)
    high = quantile([(vote.high, vote.weight) for vote in votes], HIGH)
    low = max(min(low, middle / width, middle - LEAST_MINUTES), 0)
    high = max(high, middle * width, middle + LEAST_MINUTES)
    people = _people(votes)
    newest = shown_at(max(vote.at for vote in votes), people)
    return Camp(math.floor(low), None if math.isinf(high) else math.ceil(high), people, newest)


def _camp_of(waits: Estimate) -> Camp:
    assert waits.newest_at is not None
    return Camp(waits.low_minutes, waits.high_minutes, waits.people, waits.newest_at)


def _band(wait: float) -> Band:
    return next(band for band in reversed(BANDS) if wait >= band.low)


def _sides(votes: list[_Vote]) -> list[list[_Vote]]:
    """Return the two camps where there is a gap in what people say that no noise explains, else nothing."""
    ordered = sorted(votes, key=_order)
    tops = list(accumulate((vote.high for vote in ordered), max))
    bottoms = list(accumulate((vote.low for vote in reversed(ordered)), min))[::-1]
    weights = list(accumulate(vote.weight for vote in ordered))
    best, widest = 0, 1.0
    for split in range(1, len(ordered)):
        share = weights[split - 1] / weights[-1]
        gap = (bottoms[split] + 1) / (tops[split - 1] + 1)
        if (
            bottoms[split] > APART * tops[split - 1] + APART_MINUTES
            and SMALLEST_SHARE <= share <= 1 - SMALLEST_SHARE
            and gap > widest
            and min(_people(ordered[:split]), _people(ordered[split:])) >= SMALLEST_CAMP
        ):
            best, widest = split, gap
    return [ordered[:best], ordered[best:]] if best else []


def _closure(reports: Sequence[Report], asked_at: datetime) -> tuple[Voices, datetime | None]:
    """Return who says that it is closed, unless people passed later, and when somebody last passed."""
    heard = voices(filter(_bears_opening, reports), asked_at, asked_at - CLOSED_LASTS, _certainty)
    shut = heard.only(lambda report: report.statement.event is Event.CLOSED)
    if not shut.reports:
        return shut, None
    newest = max(report.observed_at for report in shut.reports)
    passed = heard.only(lambda report: report.statement.event is not Event.CLOSED)
    later = passed.only(lambda report: report.observed_at > newest)
    if later.people >= min(ENOUGH, shut.people):
        return Voices((), ()), None
    return shut, max((report.observed_at for report in passed.reports), default=None)


def _bears_opening(report: Report) -> bool:
    statement = report.statement
    if statement.kind is Kind.EVENT:
        return statement.event in (Event.CLOSED, Event.REOPENED)
    return statement.kind in (Kind.CROSSED, Kind.BAND)
