"""Who is behind a topic: how many people say so or the contrary, and in how many reports."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts.situation import Situation
from bot.alerts.topics import Topic, What
from bot.crossings.events import LASTS, OPPOSITES
from bot.crossings.evidence import stated
from bot.crossings.report import Event, Kind, Mode, Report

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=1)

_Word = tuple[datetime, bytes | None, bool]  # when, by whom, and whether it says so or the contrary


def window(topic: Topic) -> timedelta:
    """Return how old a word may be that counts: on a wait as old as the limit, but 1 to 24 hours."""
    if topic.what is What.EVENT:
        return LASTS
    return min(max(timedelta(minutes=topic.limit), SHORTEST), LONGEST)


@dataclass(frozen=True)
class Backing:
    """How many people's newest word says so (`people`) or the contrary (`against`), and how many reports.

    All whose pseudonym is gone may be one person, and one of the others. `contradicted`: no newest word that
    says so is newer than those that say the contrary.
    """

    people: int = 0
    said: int = 0
    against: int = 0
    denied: int = 0
    contradicted: bool = False


class Ground:
    """What the reports of a situation say of each topic, found out once for topics that ask the same."""

    def __init__(self, seen: Situation) -> None:
        self._mode = seen.mode
        heard = [report for report in seen.reports if report.observed_at <= seen.now]
        self._reports = sorted(heard, key=_order, reverse=True)
        self._waits = [_wait(report) for report in self._reports if _bears_wait(report, seen.mode)]
        self._found: dict[tuple[What, int, Event | None, datetime], Backing] = {}

    def behind(self, topic: Topic, since: datetime) -> Backing:
        """Return who is behind a topic, by the words observed after `since`; of `go`, behind that limit."""
        above = topic.what is What.ABOVE
        asked = What.ABOVE if above else What.BELOW, topic.limit, topic.event, since
        if asked not in self._found:
            words = self._on(topic.event) if topic.event else self._beyond(topic.limit, above)
            self._found[asked] = _count(words, since)
        return self._found[asked]

    def _on(self, event: Event) -> Iterator[_Word]:
        for report in self._reports:
            says = _says(event, self._mode, report)
            if says is not None:
                yield report.observed_at, report.reporter, says

    def _beyond(self, limit: int, above: bool) -> Iterator[_Word]:
        for at, reporter, minutes, total in self._waits:
            says = minutes >= limit if above else minutes <= limit
            # "So far" proves that it takes longer, and never that it does not.
            if total or says is above:
                yield at, reporter, says


def _order(report: Report) -> tuple[datetime, int, int]:
    return report.observed_at, report.ordinal, report.id


def _bears_wait(report: Report, mode: Mode) -> bool:
    said = report.statement
    if said.kind is Kind.WAITING:
        return said.mode is mode and bool(said.wait_minutes)
    return said.mode is mode and (said.kind in (Kind.CROSSED, Kind.BAND) or said.event is Event.CLOSED)


def _wait(report: Report) -> tuple[datetime, bytes | None, float, bool]:
    """Return when, by whom, the wait in minutes (closed: without end), and whether that is all of it."""
    closed = report.statement.kind is Kind.EVENT
    minutes = math.inf if closed else stated(report)[1]
    return report.observed_at, report.reporter, minutes, report.statement.kind is not Kind.WAITING


def _says(event: Event, mode: Mode, report: Report) -> bool | None:
    """Tell whether a report says that an event happened, or the contrary, or nothing of it."""
    said = report.statement
    if event in (Event.CLOSED, Event.REOPENED) and said.mode is not mode:
        return None
    if said.event is not None:
        return True if said.event is event else (False if said.event is OPPOSITES.get(event) else None)
    passed = said.kind in (Kind.CROSSED, Kind.BAND)
    gainsaid = event is Event.CLOSED or (event is Event.FOOT_ENDED and said.mode is Mode.FOOT)
    return False if passed and gainsaid else None


def _count(words: Iterable[_Word], since: datetime) -> Backing:
    """Count the words after `since`; they come newest first."""
    reports, people, unnamed = {True: 0, False: 0}, {True: 0, False: 0}, set()
    newest: dict[bool, datetime] = {}
    heard = set()
    for at, reporter, says in words:
        if at <= since:
            break
        reports[says] += 1
        if reporter is None:
            unnamed.add(says)
        elif reporter not in heard:
            heard.add(reporter)
            people[says] += 1
        else:
            continue
        newest.setdefault(says, at)
    contradicted = False in newest and (True not in newest or newest[False] >= newest[True])
    return Backing(
        people[True] or int(True in unnamed),
        reports[True],
        people[False] or int(False in unnamed),
        reports[False],
        contradicted,
    )
