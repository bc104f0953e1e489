"""Who says what, counted once a person: the ground that estimates, queue lengths and news stand on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.crossings.report import Report

ENOUGH = 3
"""So many people must say a thing before a time or number may be shown that fits only one of them."""

PSEUDONYM_LASTS = timedelta(hours=48)
"""The longest that we can tell two reporters apart.

It is applied to the very minute, so that nothing shown depends on when the purge happened to run.
"""


@dataclass(frozen=True)
class Voices:
    """The newest report of each person, and the reports of which nobody can tell any more who made them."""

    named: tuple[Report, ...]
    unnamed: tuple[Report, ...]

    @property
    def people(self) -> int:
        """How many distinct people there are at least: one of them may have said what nobody is named for."""
        return len(self.named) or int(bool(self.unnamed))

    @property
    def reports(self) -> tuple[Report, ...]:
        """All of them."""
        return self.named + self.unnamed

    def only(self, wanted: Callable[[Report], bool]) -> "Voices":
        """Return those whose report is wanted."""
        return Voices(tuple(filter(wanted, self.named)), tuple(filter(wanted, self.unnamed)))


def voices(
    reports: Iterable[Report],
    asked_at: datetime,
    since: datetime,
    rank: Callable[[Report], int] = lambda report: 0,
) -> Voices:
    """Return each person's newest report of those observed after `since` and up to `asked_at`.

    Of two in the same 15-minute step the later said is the newer, or if that is not known the one with the
    higher `rank`.
    """
    forgotten = max(asked_at - PSEUDONYM_LASTS, since)
    newest: dict[bytes, Report] = {}
    unnamed = []
    for report in reports:
        at, reporter = report.observed_at, report.reporter
        if at > asked_at or at <= since:
            continue
        if reporter is None or at <= forgotten:
            unnamed.append(report)
            continue
        known = newest.get(reporter)
        if known is None or _newer(report, known, rank):
            newest[reporter] = report
    return Voices(tuple(newest.values()), tuple(unnamed))


def _newer(report: Report, than: Report, rank: Callable[[Report], int]) -> bool:
    if report.observed_at != than.observed_at:
        return report.observed_at > than.observed_at
    return (report.ordinal, rank(report), report.id) > (than.ordinal, rank(than), than.id)


def shown_at(at: datetime, people: int) -> datetime:
    """Return the time that may be shown: to the hour where it could fit a single person."""
    return at if people >= ENOUGH else at.replace(minute=0, second=0, microsecond=0)


def quantile(pairs: Sequence[tuple[float, float]], share: float) -> float:
    """Return the least of the (value, weight) pairs at which the weights reach their share.

    Never a value between two of them: the middle of a dispute would be what nobody said.
    """
    ordered = sorted(pairs)
    wanted = share * sum(weight for _, weight in ordered)
    reached = 0.0
    for value, weight in ordered:
        reached += weight
        if reached >= wanted * (1 - 1e-9):
            return value
    return ordered[-1][0]
