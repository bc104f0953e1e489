"""What happened at a crossing in the last day, and how much of it may be told."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.crossings.report import Event, Kind, Mode, Report
from bot.crossings.votes import ENOUGH, Voices, voices

LASTS = timedelta(days=1)
AGES = (timedelta(hours=3), timedelta(hours=12), LASTS)
"""The bands in which the age of a lone report is told."""

OPPOSITES = {
    Event.CLOSED: Event.REOPENED,
    Event.REOPENED: Event.CLOSED,
    Event.FOOT_ALLOWED: Event.FOOT_ENDED,
    Event.FOOT_ENDED: Event.FOOT_ALLOWED,
}
_PASSING = (Kind.CROSSED, Kind.BAND)


@dataclass(frozen=True)
class EventNews:
    """Something that people reported; `mode` is None if it was said of several.

    `within` tells the age in bands: it was less than that long ago. `first_at` and `newest_at` are None
    unless three people said it (`confirmed`), since a lone report is never shown with its time.
    `contradicted` is how many people have said the opposite since, too few to overrule it.
    """

    event: Event
    mode: Mode | None
    people: int
    within: timedelta
    first_at: datetime | None
    newest_at: datetime | None
    contradicted: int = 0

    @property
    def confirmed(self) -> bool:
        """Whether enough people said it."""
        return self.people >= ENOUGH


def news(reports: Sequence[Report], asked_at: datetime) -> tuple[EventNews, ...]:
    """Return what happened at one crossing in the day before `asked_at`, the best known first.

    `closed` and `reopened`, `foot_allowed` and `foot_ended` supersede each other: what as many people
    (three are always enough) later gainsay is not told any more, and who has passed says that it is open.
    """
    recent = [report for report in reports if asked_at - LASTS < report.observed_at <= asked_at]
    found = [*_opposed(recent, asked_at), *_plain(recent, asked_at)]
    return tuple(sorted(found, key=_importance))


def _importance(item: EventNews) -> tuple[bool, timedelta, int, str, str]:
    return not item.confirmed, item.within, -item.people, item.event, item.mode or ""


def _plain(recent: Sequence[Report], asked_at: datetime) -> Iterator[EventNews]:
    """Tell the events that stand for themselves."""
    by_event: dict[Event, list[Report]] = defaultdict(list)
    for report in recent:
        event = report.statement.event
        if event is not None and event not in OPPOSITES:
            by_event[event].append(report)
    for event, said in by_event.items():
        modes = {report.statement.mode for report in said}
        yield _told(
            event, modes.pop() if len(modes) == 1 else None, _heard(said, asked_at), said, asked_at, 0
        )


def _opposed(recent: Sequence[Report], asked_at: datetime) -> Iterator[EventNews]:
    """Tell the events that have an opposite: closed and reopened by mode, those on foot whatever the mode."""
    by_mode: dict[Mode, list[Report]] = defaultdict(list)
    on_foot = []
    for report in recent:
        if report.statement.event in (Event.FOOT_ALLOWED, Event.FOOT_ENDED):
            on_foot.append(report)
        elif report.statement.event in OPPOSITES or report.statement.kind in _PASSING:
            by_mode[report.statement.mode].append(report)
    for mode, said in by_mode.items():
        yield from _sides(Event.CLOSED, Event.REOPENED, mode, said, asked_at)
    walked = [report for report in by_mode[Mode.FOOT] if report.statement.kind in _PASSING]
    yield from _sides(Event.FOOT_ENDED, Event.FOOT_ALLOWED, Mode.FOOT, on_foot + walked, asked_at)


def _sides(
    barred: Event, passable: Event, mode: Mode, said: Sequence[Report], asked_at: datetime
) -> Iterator[EventNews]:
    heard = _heard(said, asked_at)
    shut = heard.only(partial(_says, barred))
    free = heard.only(lambda report: report.statement.event is not barred)
    for event, side, other in ((barred, shut, free), (passable, free, shut)):
        told = side.only(partial(_says, event))
        if told.reports and not _superseded(side, other):
            first = min(report.observed_at for report in told.reports)
            since = other.only(partial(_not_before, first))
            yield _told(event, mode, told, said, asked_at, since.people)


def _says(event: Event, report: Report) -> bool:
    return report.statement.event is event


def _not_before(at: datetime, report: Report) -> bool:
    return report.observed_at >= at


def _superseded(side: Voices, other: Voices) -> bool:
    newest = max(report.observed_at for report in side.reports)
    later = other.only(lambda report: report.observed_at > newest)
    return later.people >= min(ENOUGH, side.people)


def _heard(said: Sequence[Report], asked_at: datetime) -> Voices:
    return voices(
        said,
        asked_at,
        asked_at - LASTS,
        # Who passes and says within a quarter of an hour that it is closed now means the latter.
        lambda report: report.statement.kind is Kind.EVENT,
    )


def _told(
    event: Event,
    mode: Mode | None,
    heard: Voices,
    said: Sequence[Report],
    asked_at: datetime,
    contradicted: int,
) -> EventNews:
    newest = max(report.observed_at for report in heard.reports)
    first = min(report.observed_at for report in said if report.statement.event is event)
    within = next(age for age in AGES if asked_at - newest < age)
    exact = heard.people >= ENOUGH
    return EventNews(
        event,
        mode,
        heard.people,
        within,
        first if exact else None,
        newest if exact else None,
        contradicted,
    )
