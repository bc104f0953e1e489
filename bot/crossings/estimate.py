"""How long the wait is, judged from reports: a range, who is behind it and how old it is.

The numbers come from a filter over the time of joining (docs/decisions/012-estimator.md). Whether people
agree is judged apart from it (`bot.crossings.agreement`).
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.crossings.agreement import (
    Camp,
    Vote,
    Waiting,
    band_of,
    behind,
    camps,
    middle_of,
    people_of,
    still_waiting,
    tamed,
    told_at,
    votes_of,
)
from bot.crossings.evidence import Piece, Told, pieces, tally
from bot.crossings.filter import HOURS_KNOWN, hindsight, waits
from bot.crossings.report import Event, Kind, Report
from bot.crossings.usual import UNKNOWN, Hour, Usual
from bot.crossings.votes import ENOUGH, Voices, shown_at, voices

LOOKBACK = timedelta(days=7)
"""Older reports are never looked at."""

CLOSED_LASTS = timedelta(days=1)

SURE = 0.84  # standard deviations, for four in five
FEW = 3  # people; the range that they stand for contradicts none of them


class State(StrEnum):
    """What the reports allow to be said."""

    NONE = "none"
    SINGLE = "single"
    AGREE = "agree"
    DISPUTE = "dispute"


@dataclass(frozen=True)
class Wait:
    """How the total wait of somebody who joins at a time is distributed: p10, p50 and p90 in minutes."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """The total wait of somebody who joins now.

    `single`: one person's word, unconfirmed; the range is the band that it lies in. `dispute`: show `camps`,
    never the range over them. Without `high_minutes` the range is open upwards, without `middle_minutes` only
    a lower bound is known. With `closed` there are no numbers: what people say is that nobody gets through.
    `newest_at` is only as exact as may be shown.

    `wait` is the best judgement whatever the state, and without any reports the usual wait if that is known.
    Of few people it is not for showing: it could tell what one of them said.
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
    wait: Wait | None = None


NOTHING = Estimate(State.NONE)


@dataclass(frozen=True)
class Outlook:
    """What is known now (`estimate`), and the waits of those who join at each of the times asked for."""

    estimate: Estimate
    waits: tuple[Wait | None, ...]


def outlook(
    reports: Collection[Report], asked_at: datetime, joining: Sequence[datetime], usual: Usual = UNKNOWN
) -> Outlook:
    """Return what is known at `asked_at` of the wait of somebody who joins now, and at each of these times.

    `reports` are of one crossing and mode, in any order; those after `asked_at` are not looked at. It costs
    as much as `estimate` alone. A wait is None if nothing is known; who joins later does not get through
    earlier.
    """
    heard = _heard(reports, asked_at)
    now, *later = _distribution(heard.told, asked_at, (asked_at, *joining), usual)
    return Outlook(_judged(heard, reports, asked_at, asked_at, now), tuple(later))


def estimate(
    reports: Collection[Report],
    asked_at: datetime,
    joining_at: datetime | None = None,
    usual: Usual = UNKNOWN,
) -> Estimate:
    """Return what is known at `asked_at` of the wait of somebody who joins at `joining_at`, or else now.

    `reports` as for `outlook`.
    """
    joining_at = max(joining_at or asked_at, asked_at)
    heard = _heard(reports, asked_at)
    (wait,) = _distribution(heard.told, asked_at, (joining_at,), usual)
    return _judged(heard, reports, asked_at, joining_at, wait)


def forecast(
    reports: Collection[Report], asked_at: datetime, joining: Sequence[datetime], usual: Usual = UNKNOWN
) -> tuple[Wait | None, ...]:
    """Return the waits of an `outlook` alone."""
    return _distribution(_heard(reports, asked_at).told, asked_at, joining, usual)


def best_time(
    joining: Sequence[datetime], waits: Sequence[Wait | None], usual: Usual = UNKNOWN
) -> datetime | None:
    """Return when to join for a clearly shorter wait than at the first of these times, if ever.

    Clearly: by half an hour and a quarter, with a probability of four in five if the two waits were
    independent and log-normal. None without a history of the crossing: then nobody knows when it is better.
    """
    if usual.hours < HOURS_KNOWN or not waits or waits[0] is None:
        return None
    now = waits[0]
    best: tuple[float, datetime] | None = None
    for at, wait in zip(joining[1:], waits[1:], strict=True):
        if wait is None or wait.middle > min(0.75 * now.middle, now.middle - 30):
            continue
        apart = math.log(now.middle / max(wait.middle, 1.0))
        if apart >= SURE * math.hypot(_deviation(now), _deviation(wait)) and (
            not best or wait.middle < best[0]
        ):
            best = wait.middle, at
    return best[1] if best else None


def past(
    reports: Collection[Report],
    asked_at: datetime,
    since: datetime,
    usual: Usual = UNKNOWN,
    *,
    each: bool = False,
) -> list[Hour]:
    """Return what is known at `asked_at` of each hour of joining after `since` that anybody has told of.

    It is the history from which `usual.learn` learns; an hour is to be written again while news of it comes.
    Of a long queue that is some hours only; with `each` all that anybody has told of.
    """
    return hindsight(told(reports, asked_at), usual, _minute(asked_at), _minute(since), each=each)


def told(reports: Collection[Report], asked_at: datetime) -> list[Piece]:
    """Return the evidence on the wait that all of this stands on: once a person, and as far as it weighs.

    What it says of few people is not for showing.
    """
    return pieces(_heard(reports, asked_at).told)


@dataclass(frozen=True)
class _Heard:
    """Whose word on the wait is heard, and what they tell."""

    voices: Voices
    told: list[tuple[Told, int]]


def _heard(reports: Collection[Report], asked_at: datetime) -> _Heard:
    heard = voices(filter(_bears_wait, reports), asked_at, asked_at - LOOKBACK, _certainty)
    return _Heard(heard, tally(heard, reports))


def _distribution(
    counted: Sequence[tuple[Told, int]], asked_at: datetime, joining: Sequence[datetime], usual: Usual
) -> tuple[Wait | None, ...]:
    if not counted and usual.hours < HOURS_KNOWN:
        return (None,) * len(joining)
    found = waits(pieces(counted), usual, _minute(asked_at), [_minute(at) for at in joining])
    return tuple(Wait(low, middle, high) for low, middle, high in found)


def _judged(
    heard: _Heard, reports: Collection[Report], asked_at: datetime, joining_at: datetime, wait: Wait | None
) -> Estimate:
    """Return the estimate in which `wait` is the judgement, with who is behind it and whether they agree."""
    shut, opened_at = _closure(reports, asked_at)
    counted = heard.told
    if shut.named:  # they no longer stand for the wait they had
        denied = {report.reporter for report in shut.named}
        counted = tally(heard.voices.only(lambda report: report.reporter not in denied), reports)
    votes, bounds, half_life = votes_of(counted, _minute(asked_at))
    ahead = (joining_at - asked_at) / timedelta(minutes=half_life)
    found = replace(_waits(votes, bounds, half_life, _minute(asked_at), ahead, wait), wait=wait)
    if not shut.reports:
        return found
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
            waiting=found.waiting,
            wait=wait,
        )
    sides = found.camps or (_camp_of(found),)
    people = found.people + closed.people
    return replace(found, state=State.DISPUTE, people=people, camps=(*sides, closed))


def _deviation(wait: Wait) -> float:
    """Return the standard deviation of the logarithm, of which p10 and p90 are 2.56 apart."""
    return math.log((wait.high + 1) / (wait.low + 1)) / 2.56


def _minute(at: datetime) -> float:
    return at.timestamp() / 60


def _bears_wait(report: Report) -> bool:
    wait = report.statement.wait_minutes
    if wait is None:
        return report.statement.band is not None
    # "So far less than half an hour" says nothing of the whole.
    return wait > 0 or report.statement.kind is Kind.CROSSED


def _certainty(report: Report) -> int:
    return (Kind.EVENT, Kind.WAITING, Kind.BAND, Kind.CROSSED).index(report.statement.kind)


def _waits(
    votes: list[Vote],
    bounds: list[Vote],
    half_life: float,
    now: float,
    ahead: float,
    wait: Wait | None,
) -> Estimate:
    waiting = still_waiting(bounds)
    if not votes:
        if waiting is None:
            return NOTHING
        state = State.SINGLE if waiting.people == 1 else State.AGREE
        low, people, newest = waiting.at_least_minutes, waiting.people, waiting.newest_at
        return Estimate(state, low, None, None, people, newest, waiting=waiting)
    # Those who have waited longer than the others' total wait prove it wrong; the rest prove nothing.
    least = middle_of(tamed(votes))
    votes = tamed(votes + [bound for bound in bounds if bound.middle > least])
    people = people_of(votes)
    newest_at = told_at(votes, people)
    if people == 1:
        band = band_of(middle_of(votes))
        inside = None if band.high is None else round(math.sqrt(max(band.low, 4) * band.high))
        return Estimate(State.SINGLE, band.low, inside, band.high, people, newest_at, waiting=waiting)
    assert wait is not None
    stale = (now - max(vote.at for vote in votes)) / half_life + ahead
    sides = camps(votes, stale)
    state = State.DISPUTE if sides else State.AGREE
    low, middle, high = math.floor(wait.low), round(wait.middle), math.ceil(wait.high)
    if not sides:
        near = behind(votes, low, high)
        people = people_of(near)
        newest_at = told_at(near, people)
        if people <= FEW:
            # To the middle of a band: "under 12 h" would deny who was through in 12 to 24.
            low = math.floor(min(low, *(vote.middle for vote in near)))
            high = math.ceil(max(high, *(vote.middle for vote in near)))
    return Estimate(state, low, middle, high, people, newest_at, sides, waiting=waiting)


def _camp_of(waits: Estimate) -> Camp:
    assert waits.newest_at is not None
    return Camp(waits.low_minutes, waits.high_minutes, waits.people, waits.newest_at)


def _closure(reports: Collection[Report], asked_at: datetime) -> tuple[Voices, datetime | None]:
    """Return who says that it is closed, unless people passed later, and when somebody last passed."""
    closed = Event.CLOSED
    if all(report.statement.event is not closed for report in reports):
        return Voices((), ()), None
    heard = voices(filter(_bears_opening, reports), asked_at, asked_at - CLOSED_LASTS, _certainty)
    shut = heard.only(lambda report: report.statement.event is closed)
    if not shut.reports:
        return shut, None
    newest = max(report.observed_at for report in shut.reports)
    passed = heard.only(lambda report: report.statement.event is not closed)
    later = passed.only(lambda report: report.observed_at > newest)
    if later.people >= min(ENOUGH, shut.people):
        return Voices((), ()), None
    return shut, max((report.observed_at for report in passed.reports), default=None)


def _bears_opening(report: Report) -> bool:
    statement = report.statement
    if statement.kind is Kind.EVENT:
        return statement.event in (Event.CLOSED, Event.REOPENED)
    return statement.kind in (Kind.CROSSED, Kind.BAND)
