"""Whether people agree on a wait: one vote a person that fades with the wait; two camps where they do not.

Two camps that contradict each other are shown as two camps, never as the range over them.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import NamedTuple

from bot.crossings.evidence import Told
from bot.crossings.report import BANDS, Band
from bot.crossings.votes import ENOUGH, quantile, shown_at

SHORTEST_HALF_LIFE, LONGEST_HALF_LIFE = 45.0, 24 * 60.0  # minutes
MEMORY = 8  # half-lives: what is older is no news

APART, APART_MINUTES = 2.0, 20.0  # how far apart two camps are
SMALLEST_CAMP, SMALLEST_SHARE = 2, 0.2  # people; weight

LOW, HIGH = 0.1, 0.9  # what the range covers
LONE_WIDTH, LEAST_WIDTH, LEAST_MINUTES = 0.8, 0.1, 5.0  # how much few votes widen it
STALE_WIDTH, WIDEST = 0.15, 2.0
BOUND = 0.75  # of those who wait, so many have waited less than what we say "at least" of
HEAVIEST = 0.9  # of all others' weight: one vote alone is never half


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


class Vote(NamedTuple):
    """What `people` tell at `at` (minutes since 1970) in the same words; each of them weighs `weight`."""

    middle: float
    low: float
    high: float
    at: float
    weight: float
    named: bool
    people: int


def votes_of(counted: Sequence[tuple[Told, int]], now: float) -> tuple[list[Vote], list[Vote], float]:
    """Return the votes on the total wait, those of people who still wait, and the half-life in minutes."""
    half_life = min(max(_typical(counted) / 2, SHORTEST_HALF_LIFE), LONGEST_HALF_LIFE)
    votes: list[Vote] = []
    bounds: list[Vote] = []
    for (at, said, low, high, total, named, _), people in counted:
        age = (now - at) / half_life
        if age <= MEMORY:
            (votes if total else bounds).append(Vote(said, low, high, at, 0.5**age, named, people))
    return _as_one(votes), _as_one(bounds), half_life


def _typical(counted: Sequence[tuple[Told, int]]) -> float:
    """Return the median of what is told, in minutes."""
    people: defaultdict[float, int] = defaultdict(int)
    for each, count in counted:
        people[each.said] += count
    left = sum(people.values()) // 2
    for said in sorted(people):
        left -= people[said]
        if left < 0:
            return said
    return 0.0


def _as_one(votes: list[Vote]) -> list[Vote]:
    """Let all whose pseudonym is gone weigh together as one person, for all we know they were one."""
    unnamed = [vote for vote in votes if not vote.named]
    if not unnamed:
        return votes
    factor = max(vote.weight for vote in unnamed) / _weight(unnamed)
    return [vote if vote.named else vote._replace(weight=vote.weight * factor) for vote in votes]


def _weight(votes: Sequence[Vote]) -> float:
    return math.fsum(vote.weight * vote.people for vote in votes)


def people_of(votes: Sequence[Vote]) -> int:
    """Return how many people there are at least: all without a name may be one, and one of the named."""
    return sum(vote.people for vote in votes if vote.named) or int(bool(votes))


def middle_of(votes: Sequence[Vote]) -> float:
    """Return the median wait in minutes, by weight."""
    return quantile([(vote.middle, vote.weight * vote.people) for vote in votes], 0.5)


def behind(votes: list[Vote], low: float, high: float) -> list[Vote]:
    """Return those whose word is not far off the range, or a crowd that moved no number would vouch for it.

    All if that leaves hardly anybody: then nobody knows who is right.
    """
    near = [
        vote
        for vote in votes
        if vote.low <= APART * high + APART_MINUTES and low <= APART * vote.high + APART_MINUTES
    ]
    return near if people_of(near) >= SMALLEST_CAMP else votes


def tamed(votes: list[Vote]) -> list[Vote]:
    """Keep the newest from outvoting all others by its weight alone, where there are others."""
    if sum(vote.people for vote in votes) < ENOUGH:
        return votes
    heaviest = max(votes, key=lambda vote: (vote.weight, vote))
    most = HEAVIEST * (_weight(votes) - heaviest.weight)
    if heaviest.weight <= most:
        return votes
    others = list(votes)
    others.remove(heaviest)
    return [*others, heaviest._replace(weight=most)]


def still_waiting(bounds: list[Vote]) -> Waiting | None:
    """Return what those who still wait say together, None if there are none."""
    if not bounds:
        return None
    people = people_of(bounds)
    least = quantile([(bound.middle, bound.weight * bound.people) for bound in bounds], BOUND)
    shown = int(least) if people > 1 else band_of(least).low
    return Waiting(people, shown, told_at(bounds, people))


def told_at(votes: Sequence[Vote], people: int) -> datetime:
    """Return when the newest was told, as exactly as may be shown of so many people."""
    newest = max(vote.at for vote in votes)
    return shown_at(datetime.fromtimestamp(round(60 * newest), UTC), people)


def band_of(wait: float) -> Band:
    """Return the band in which a wait in minutes lies."""
    return next(band for band in reversed(BANDS) if wait >= band.low)


def camps(votes: list[Vote], stale: float) -> tuple[Camp, ...]:
    """Return the two camps if people contradict each other, else none.

    `stale` is how many half-lives lie between the newest vote and the time that is asked for.
    """
    return tuple(_camp(side, stale) for side in _sides(votes))


def _camp(votes: Sequence[Vote], stale: float) -> Camp:
    """Return the range of votes, wider the fewer and the older they are."""
    middle = middle_of(votes)
    alike = _weight(votes) ** 2 / math.fsum(
        vote.weight**2 * vote.people for vote in votes
    )  # effective (Kish)
    width = min(1 + LEAST_WIDTH + LONE_WIDTH / alike + STALE_WIDTH * stale, WIDEST)
    low = quantile([(vote.low, vote.weight * vote.people) for vote in votes], LOW)
    high = quantile([(vote.high, vote.weight * vote.people) for vote in votes], HIGH)
    low = max(min(low, middle / width, middle - LEAST_MINUTES), 0)
    high = max(high, middle * width, middle + LEAST_MINUTES)
    people = people_of(votes)
    return Camp(
        math.floor(low), None if math.isinf(high) else math.ceil(high), people, told_at(votes, people)
    )


def _sides(votes: list[Vote]) -> list[list[Vote]]:
    """Return the two camps where there is a gap in what people say that no noise explains, else nothing."""
    ordered = sorted(votes)
    tops = list(accumulate((vote.high for vote in ordered), max))
    bottoms = list(accumulate((vote.low for vote in reversed(ordered)), min))[::-1]
    weights = list(accumulate(vote.weight * vote.people for vote in ordered))
    best, widest = 0, 1.0
    for split in range(1, len(ordered)):
        share = weights[split - 1] / weights[-1]
        gap = (bottoms[split] + 1) / (tops[split - 1] + 1)
        if (
            bottoms[split] > APART * tops[split - 1] + APART_MINUTES
            and SMALLEST_SHARE <= share <= 1 - SMALLEST_SHARE
            and gap > widest
            and min(people_of(ordered[:split]), people_of(ordered[split:])) >= SMALLEST_CAMP
        ):
            best, widest = split, gap
    return [ordered[:best], ordered[best:]] if best else []
