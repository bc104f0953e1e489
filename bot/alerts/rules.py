"""Whether to alert: what has changed, told from what the reports say now and what was known before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.alerts.news import News
from bot.alerts.topics import Topic
from bot.crossings.estimate import Estimate, Wait
from bot.crossings.events import EventNews
from bot.crossings.report import Mode, Report


@dataclass(frozen=True)
class Situation:
    """All that is known of a crossing in one mode at `now`.

    `reports` are what it stands on: all of the crossing, whatever the mode, without the hidden ones. `waits`
    are those of who will have travelled for so many minutes. `newest_at` is when somebody last reported in
    this mode, to the hour below. `events` are those of the crossing.
    """

    crossing: str
    mode: Mode
    now: datetime
    estimate: Estimate
    events: tuple[EventNews, ...]
    waits: Mapping[int, Wait | None]
    newest_at: datetime | None
    reports: Sequence[Report]


class Phase(StrEnum):
    """What is known of a topic."""

    NEW = "new"  # somebody has just asked for it: whatever holds now is not news
    ARMED = "armed"  # it does not hold; if it comes to hold, that is news
    HOLDS = "holds"  # it holds, and that was told or known from the start


@dataclass(frozen=True)
class Decision:
    """What follows: the states that have changed, what is to be told, and what was told wrongly."""

    states: Mapping[Topic, "State"]
    news: News | None
    corrections: tuple[News, ...]


@dataclass(frozen=True)
class State:
    """What is remembered of a topic."""

    phase: Phase = Phase.NEW
