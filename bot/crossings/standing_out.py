"""What stands out of a crossing's reports, for moderators: in groups of what many said, never by person.

A group is what was said of a mode in some steps of time, so coarsely that it is no one's own words: a band of
waits, an order of magnitude of a queue, an event. Of fewer than three people it is told by whole hours.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from statistics import median

from bot.crossings.agreement import Camp
from bot.crossings.estimate import Estimate, State
from bot.crossings.report import BANDS, STEP, Event, Kind, Mode, Report, Statement
from bot.crossings.votes import ENOUGH

STEPS_AN_HOUR = timedelta(hours=1) // STEP
MOST_STEPS = 24 * STEPS_AN_HOUR
"""So long is the longest group."""

LATELY = timedelta(hours=24)
"""Older reports stand out no more: they hardly weigh, but at the slowest borders."""

ATTACK_LASTS = timedelta(hours=6)
"""So long after a burst a crossing is listed as under attack."""

BURST = 20
"""So many new people within an hour who say the same are a burst, unless many speak there anyway. Fewer often
are just the first who come upon a long queue, and if they lie, they are far from the rest or a camp."""

OVER_USUAL = 5.0
"""So many times as many people as usual there in such a time are a burst."""

NEW_SHARE = 0.75
"""So many of them have said nothing before it."""

FAR, FAR_MINUTES = 4.0, 60.0
"""By far: so many times as much as the middle of the rest, and so much beyond."""

AROUND = timedelta(hours=3)
"""The rest is what was said so long before a group and after it."""


_Who = bytes | int
_Spoke = defaultdict[int, set[_Who]]
"""Who spoke in which step."""


class Of(StrEnum):
    """What a claim is about; the value begins its code."""

    THROUGH = "t"
    WAITING = "w"
    VEHICLES = "v"
    PEOPLE = "p"
    METRES = "m"
    LANDMARK = "l"
    EVENT = "e"


@dataclass(frozen=True)
class Claim:
    """What a report says, coarsely: a range (`high` None: open, `low` None: no number) or an event."""

    code: str
    name: str
    of: Of
    low: int | None = None
    high: int | None = None
    event: Event | None = None


LENGTHS = (0, 10, 30, 100, 300, 1000, 3000)
METRES = (0, 100, 300, 1000, 3000, 10_000, 30_000)
_EDGES: Mapping[Of, tuple[int, ...]] = {
    Of.THROUGH: tuple(band.low for band in BANDS),
    Of.WAITING: tuple(band.low for band in BANDS),
    Of.VEHICLES: LENGTHS,
    Of.PEOPLE: LENGTHS,
    Of.METRES: METRES,
}


@cache
def claims() -> Mapping[str, Claim]:
    """Return every claim there is, by its code of two characters."""
    return {claim.code: claim for claim in _claims()}


@cache
def _by_name() -> Mapping[str, Claim]:
    return {claim.name: claim for claim in claims().values()}


def _claims() -> Iterator[Claim]:
    for of, edges in _EDGES.items():
        for place, low in enumerate(edges):
            high = edges[place + 1] if place + 1 < len(edges) else None
            name = f"{of.name.lower()}-{low}" + ("" if high is None else f"-{high}")
            yield Claim(f"{of}{place}", name, of, low, high)
    yield Claim(f"{Of.WAITING}u", "waiting", Of.WAITING)
    yield Claim(f"{Of.LANDMARK}u", "landmark", Of.LANDMARK)
    for place, event in enumerate(Event):
        yield Claim(f"{Of.EVENT}{chr(ord('a') + place)}", f"event-{event}", Of.EVENT, event=event)


def claim_of(said: Statement) -> Claim:
    """Return what a statement claims."""
    if said.kind is Kind.EVENT:
        return claims()[f"{Of.EVENT}{chr(ord('a') + list(Event).index(said.event or Event.CALM))}"]
    if said.kind is Kind.BAND and said.band is not None:
        return _at(Of.THROUGH, said.band.low)
    if said.kind is Kind.LENGTH:
        given = ((Of.VEHICLES, said.vehicles), (Of.PEOPLE, said.people), (Of.METRES, said.metres))
        for of, number in given:
            if number is not None:
                return _at(of, number)
        return claims()[f"{Of.LANDMARK}u"]
    if said.kind is Kind.WAITING and said.wait_minutes is None:
        return claims()[f"{Of.WAITING}u"]
    return _at(Of.WAITING if said.kind is Kind.WAITING else Of.THROUGH, said.wait_minutes or 0)


def _at(of: Of, number: int) -> Claim:
    place = max(place for place, low in enumerate(_EDGES[of]) if low <= max(number, 0))
    return claims()[f"{of}{place}"]


@dataclass(frozen=True)
class Group:
    """All reports of a crossing and mode that claim the same in `steps` of 15 minutes from `first` on.

    `first` is a number of such steps since 1970.
    """

    crossing: str
    mode: Mode
    claim: Claim
    first: int
    steps: int

    @property
    def since(self) -> datetime:
        """When it begins."""
        return _instant(self.first)

    @property
    def until(self) -> datetime:
        """When it is over."""
        return _instant(self.first + self.steps)

    def covers(self, report: Report) -> bool:
        """Tell whether a report is of this group."""
        said = report.statement
        return (
            said.crossing == self.crossing
            and said.mode is self.mode
            and self.first <= _step(report.observed_at) < self.first + self.steps
            and claim_of(said) is self.claim
        )

    def __str__(self) -> str:
        minutes = self.steps * (STEP // timedelta(minutes=1))
        return f"{self.crossing} {self.mode} {self.since:%Y-%m-%dT%H:%M}+{minutes} {self.claim.name}"

    @classmethod
    def read(cls, written: str) -> "Group":
        """Read what `str` wrote; ValueError for anything else."""
        crossing, mode, span, name = written.split(" ")
        at, _, minutes = span.partition("+")
        steps = int(minutes) // (STEP // timedelta(minutes=1))
        first = _step(datetime.strptime(at, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC))
        claim = _by_name().get(name)
        if claim is None or not 0 < steps <= MOST_STEPS:
            raise ValueError(written)
        return cls(crossing, Mode(mode), claim, first, steps)


@dataclass(frozen=True)
class Counted:
    """A group with how many reports and, at least, how many people are in it."""

    group: Group
    reports: int
    people: int

    @property
    def exact(self) -> bool:
        """Whether it may be told to the quarter of an hour; else it is of whole hours."""
        return self.people >= ENOUGH


class Why(StrEnum):
    """Why a group stands out; the value names its text."""

    BURST = "burst"
    FAR = "far"
    CAMP = "camp"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Finding:
    """A group, and why a moderator should look at it."""

    counted: Counted
    why: Why


def findings(
    reports: Sequence[Report], estimates: Mapping[Mode, Estimate], now: datetime
) -> tuple[Finding, ...]:
    """Return the groups of one crossing's reports of the last day: what stands out first, then all others."""
    recent = [report for report in reports if now - LATELY < report.observed_at <= now]
    bursts = list(_bursts(recent, now))
    honest = [report for report in recent if not any(each.group.covers(report) for each in bursts)]
    found = {each.group: Finding(each, Why.BURST) for each in bursts}
    for each in counted(honest):
        why = Why.NOTHING
        if _far(each.group, honest):
            why = Why.FAR
        elif _in_a_camp(each.group, estimates.get(each.group.mode)):
            why = Why.CAMP
        found.setdefault(each.group, Finding(_count(each.group, recent), why))
    return tuple(sorted(found.values(), key=_importance))


def attacked(reports: Iterable[Report], now: datetime) -> bool:
    """Tell whether there was a burst at a crossing in the last hours."""
    recent = [report for report in reports if now - LATELY < report.observed_at <= now]
    return any(now - each.group.until < ATTACK_LASTS for each in _bursts(recent, now))


def counted(reports: Collection[Report]) -> list[Counted]:
    """Return the groups that hold all of these reports: of what was said with pauses under an hour."""
    by_claim: defaultdict[tuple[str, Mode, Claim], list[Report]] = defaultdict(list)
    for report in reports:
        said = report.statement
        by_claim[said.crossing, said.mode, claim_of(said)].append(report)
    found: dict[Group, Counted] = {}
    for (crossing, mode, claim), alike in by_claim.items():
        for first, last in _runs(sorted({_step(report.observed_at) for report in alike})):
            exact = _count(Group(crossing, mode, claim, first, last - first + 1), alike)
            told = exact if exact.exact else _count(_whole_hours(exact.group), alike)
            found[told.group] = told
    return list(found.values())


def _runs(steps: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return first and last of the steps that follow each other with pauses under an hour, a day at most."""
    first = last = steps[0]
    for step in steps[1:]:
        if step - last > STEPS_AN_HOUR or step - first >= MOST_STEPS - 2 * STEPS_AN_HOUR:
            yield first, last
            first = step
        last = step
    yield first, last


def _whole_hours(group: Group) -> Group:
    first = group.first - group.first % STEPS_AN_HOUR
    steps = math.ceil((group.first + group.steps - first) / STEPS_AN_HOUR) * STEPS_AN_HOUR
    return replace(group, first=first, steps=steps)


def _count(group: Group, reports: Iterable[Report]) -> Counted:
    covered = [report.reporter for report in reports if group.covers(report)]
    named = {reporter for reporter in covered if reporter is not None}
    return Counted(group, len(covered), len(named) + (None in covered))


def _bursts(recent: Sequence[Report], now: datetime) -> Iterator[Counted]:
    """Return the groups in which unusually many new people say the same at once."""
    began: dict[_Who, int] = {}
    by_mode: defaultdict[Mode, list[Report]] = defaultdict(list)
    for report in recent:
        who, step = _who(report), _step(report.observed_at)
        began[who] = min(step, began.get(who, step))
        by_mode[report.statement.mode].append(report)
    for mode, said in by_mode.items():
        by_claim: defaultdict[Claim, _Spoke] = defaultdict(lambda: defaultdict(set))
        for report in said:
            by_claim[claim_of(report.statement)][_step(report.observed_at)].add(_who(report))
        least = max(BURST, OVER_USUAL * _usual(said, now))
        for claim, spoke in by_claim.items():
            for first, last in _dense(spoke, least, began):
                crossing = said[0].statement.crossing
                yield _count(Group(crossing, mode, claim, first, last - first + 1), said)


def _usual(said: Sequence[Report], now: datetime) -> float:
    """Return how many people speak in an hour of the last day: the median, so that no flood is usual."""
    hours: defaultdict[int, set[_Who]] = defaultdict(set)
    for report in said:
        hours[(now - report.observed_at) // timedelta(hours=1)].add(_who(report))
    return median(len(hours[hour]) for hour in range(LATELY // timedelta(hours=1)))


def _dense(spoke: _Spoke, least: float, began: Mapping[_Who, int]) -> Iterator[tuple[int, int]]:
    """Return the runs of steps that are of an hour in which there is a burst of one claim."""
    dense: set[int] = set()
    for start in spoke:
        hour = [step for step in range(start, start + STEPS_AN_HOUR) if step in spoke]
        people = set[_Who]().union(*(spoke[step] for step in hour))
        new = sum(began[who] >= start for who in people)
        if new >= least and new >= NEW_SHARE * len(people):
            dense.update(step for step in hour if len(spoke[step]) * STEPS_AN_HOUR >= least)
    if dense:
        yield from _runs(sorted(dense))


def _who(report: Report) -> _Who:
    """Return who made a report; one whose pseudonym is gone counts as somebody's of their own."""
    return report.id if report.reporter is None else report.reporter


def _far(group: Group, reports: Sequence[Report]) -> bool:
    """Tell whether a group contradicts by far what at least three others say around it."""
    claim = group.claim
    shut = claim.event is Event.CLOSED
    if claim.of not in (Of.THROUGH, Of.WAITING) and not shut:
        return False
    rest: dict[_Who, float] = {}
    for report in reports:
        said = claim_of(report.statement)
        near = group.since - AROUND <= report.observed_at < group.until + AROUND
        later = not shut or report.observed_at >= group.since
        other = report.statement.mode is group.mode and not group.covers(report)
        if near and later and other and said.of is Of.THROUGH:
            rest[_who(report)] = _inside(said)
    if len(rest) < ENOUGH:
        return False
    middle = median(rest.values())
    if shut:
        return True
    much = claim.low is not None and claim.low > FAR * middle + FAR_MINUTES
    little = claim.of is Of.THROUGH and claim.high is not None
    return much or (little and FAR * (claim.high or 0) + FAR_MINUTES < middle)


def _inside(claim: Claim) -> float:
    """Return a wait inside a band."""
    low = claim.low or 0
    return 1.3 * low if claim.high is None else math.sqrt(max(low, 4) * claim.high)


def _in_a_camp(group: Group, estimate: Estimate | None) -> bool:
    if estimate is None or estimate.state is not State.DISPUTE:
        return False
    return any(_is_of(camp, group.claim) for camp in estimate.camps)


def _is_of(camp: Camp, claim: Claim) -> bool:
    if camp.closed:
        return claim.event is Event.CLOSED
    if claim.of is not Of.THROUGH:
        return False
    low, high = claim.low or 0, claim.high
    return (camp.high_minutes is None or low <= camp.high_minutes) and (
        high is None or high >= (camp.low_minutes or 0)
    )


def _importance(each: Finding) -> tuple[int, int, int, str, str]:
    group = each.counted.group
    return (
        list(Why).index(each.why),
        -each.counted.people if each.why is not Why.NOTHING else -group.first,
        -group.first,
        group.mode,
        group.claim.code,
    )


def is_step(number: int) -> bool:
    """Tell whether this may be the number of a step, up to the year 2255."""
    return 0 <= number < 10_000_000


def _step(at: datetime) -> int:
    return int(at.timestamp()) // int(STEP.total_seconds())


def _instant(step: int) -> datetime:
    return datetime.fromtimestamp(step * int(STEP.total_seconds()), UTC)
