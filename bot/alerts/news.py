"""What is told of a crossing, once for all who wait for it: why, how surely, how urgent, for how long."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from bot.alerts.topics import LIMITS, Topic, What, read_topics, write_topics
from bot.crossings.estimate import State as Known
from bot.crossings.events import OPPOSITES
from bot.crossings.report import Event, Mode

EVENT_LASTS = timedelta(hours=6)
GO_LASTS = timedelta(hours=1)
WAIT_LASTS_MINUTES = (30, 120)  # as long as the limit, but between these
SILENCE_LASTS = timedelta(hours=6)
CORRECTION_LASTS = timedelta(hours=3)
"""How long an alert is of use; what is older is not sent any more."""

URGENT = (Event.CLOSED, Event.DRAFT_NOTICES, Event.TURNED_BACK)
"""What may pass quiet hours, if that was chosen."""

_MOST_PEOPLE = 9999  # more need not be told apart


class Priority(IntEnum):
    """What is sent first: the smaller number."""

    URGENT = 0
    EVENT = 1
    GO = 2
    BELOW = 3
    ABOVE = 4
    WEATHER = 5
    SILENT = 6
    DIGEST = 7


class Why(StrEnum):
    """Why something told was wrong."""

    WITHDRAWN = "withdrawn"  # what it stood on was taken back or hidden
    CONTRADICTED = "contradicted"  # one person had said it, and others say otherwise


@dataclass(frozen=True)
class Happening:
    """An event as it may be told: by how many, less than how long ago, when if three said it."""

    event: Event
    people: int
    within: timedelta
    newest_at: datetime | None = None
    contradicted: int = 0


@dataclass(frozen=True)
class Arrival:
    """The wait that who travels for `travel` minutes will meet: p10 and p90 in minutes."""

    travel: int
    low: int
    high: int


@dataclass(frozen=True)
class Correction:
    """What was told at `made_at` does not hold; `made_at` is that of the `News` which told it."""

    made_at: datetime
    why: Why


@dataclass(frozen=True)
class News:
    """What has changed at a crossing in one mode, for all who wait for any of its `topics`.

    It holds no more than the card shows. `state` to `newest_at` are those of the card's estimate. With `lone`
    the topics on waits rest on one person's word; an event tells by itself how many said it. `arrivals` are
    there where three people tell of the wait. With `corrects` it takes back `topics` of what was told before.
    Times are whole seconds.
    """

    crossing: str
    mode: Mode
    made_at: datetime
    topics: tuple[Topic, ...]
    state: Known = Known.NONE
    closed: bool = False
    low_minutes: int | None = None
    high_minutes: int | None = None
    people: int = 0
    newest_at: datetime | None = None
    lone: bool = False
    events: tuple[Happening, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    corrects: Correction | None = None

    @property
    def priority(self) -> Priority:
        """How soon it is sent, by the most urgent of its topics."""
        return min(map(priority, self.topics), default=Priority.DIGEST)

    @property
    def expires_at(self) -> datetime:
        """From when on it is of no use to anybody."""
        return max((self.of_use_until(topic) for topic in self.topics), default=self.made_at)

    def of_use_until(self, topic: Topic) -> datetime:
        """Return from when on it is of no use to who waits for this topic alone."""
        return self.made_at + (CORRECTION_LASTS if self.corrects else lasts(topic))


def priority(topic: Topic) -> Priority:
    """Return how soon news of a topic is sent."""
    if topic.event is Event.WEATHER:
        return Priority.WEATHER
    if topic.event is not None:
        return Priority.URGENT if topic.event in URGENT else Priority.EVENT
    return Priority[topic.what.name]


def lasts(topic: Topic) -> timedelta:
    """Return how long news of a topic is of use."""
    if topic.what is What.EVENT:
        return EVENT_LASTS
    if topic.what is What.GO:
        return GO_LASTS
    if topic.what is What.SILENT:
        return SILENCE_LASTS
    least, most = WAIT_LASTS_MINUTES
    return timedelta(minutes=min(max(topic.limit, least), most))


def remains(old: News, new: News) -> News | None:
    """Return what is still worth telling of `old` once there is `new`, or None.

    Not worth telling any more is what `new` tells anew or takes back, and the opposite of what it tells.
    """
    if (old.crossing, old.mode) != (new.crossing, new.mode) or old.made_at > new.made_at or old == new:
        return old
    if new.corrects is not None:
        if new.corrects.made_at != old.made_at or old.corrects is not None:
            return old
        gone = set(new.topics)
    elif old.corrects is not None:
        gone = set(new.topics)  # what was wrong is so now
    else:
        gone = set(new.topics) | {topic for each in new.topics for topic in opposites(each)}
    left = tuple(topic for topic in old.topics if topic not in gone)
    return replace(old, topics=left) if left else None


def opposites(topic: Topic) -> Iterable[Topic]:
    """Return the topics that do not hold where this one does."""
    if topic.event is not None:
        opposite = OPPOSITES.get(topic.event)
        return [] if opposite is None else [Topic(What.EVENT, event=opposite)]
    if topic.what is What.BELOW:
        return [Topic(What.ABOVE, limit) for limit in LIMITS if limit >= topic.limit]
    if topic.what is What.ABOVE:
        return [Topic(What.BELOW, limit) for limit in LIMITS if limit <= topic.limit]
    return []


def columns(news: News) -> dict[str, Any]:
    """Return what is stored of it, by columns of `alert_events`; `topics` ≤ 400, `told` ≤ 600 characters.

    The column `corrects` is not among them: it names a row, that with the `made_second` of
    `news.corrects.made_at`, crossing and mode.
    """
    made = _second(news.made_at)
    return {
        "crossing": news.crossing,
        "mode": news.mode.value,
        "topics": write_topics(news.topics),
        "told": _told(news),
        "priority": int(news.priority),
        "made_second": made,
        "made_minute": made // 60,
        "expires_second": _second(news.expires_at),
    }


def read(stored: Mapping[str, Any]) -> News:
    """Return the news of a row of `alert_events`; raises ValueError if it is none."""
    try:
        told = json.loads(stored["told"])
        corrects = told.get("corrects")
        low, high = told.get("range") or (None, None)
        return News(
            crossing=stored["crossing"],
            mode=Mode(stored["mode"]),
            made_at=_instant(stored["made_second"]),
            topics=read_topics(stored["topics"]),
            state=Known(told.get("state", "none")),
            closed=bool(told.get("closed")),
            low_minutes=low,
            high_minutes=high,
            people=told.get("people", 0),
            newest_at=_at_minute(told.get("newest")),
            lone=bool(told.get("lone")),
            events=tuple(_happening(each) for each in told.get("events", ())),
            arrivals=tuple(Arrival(*each) for each in told.get("arrivals", ())),
            corrects=None if corrects is None else Correction(_instant(corrects[0]), Why(corrects[1])),
        )
    except (LookupError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError("not what was stored of news") from error


def _told(news: News) -> str:
    told: dict[str, Any] = {
        "state": news.state.value,
        "closed": int(news.closed),
        "range": [news.low_minutes, news.high_minutes],
        "people": min(news.people, _MOST_PEOPLE),
        "newest": _minute(news.newest_at),
        "lone": int(news.lone),
        "events": [
            [
                each.event.value,
                min(each.people, _MOST_PEOPLE),
                each.within // timedelta(hours=1),
                _minute(each.newest_at),
                min(each.contradicted, _MOST_PEOPLE),
            ]
            for each in news.events
        ],
        "arrivals": [[each.travel, each.low, each.high] for each in news.arrivals],
        "corrects": news.corrects and [_second(news.corrects.made_at), news.corrects.why.value],
    }
    kept = {name: value for name, value in told.items() if value and value != [None, None]}
    return json.dumps(kept, separators=(",", ":"))


def _happening(told: tuple[str, int, int, int | None, int]) -> Happening:
    event, people, hours, newest, contradicted = told
    return Happening(Event(event), people, timedelta(hours=hours), _at_minute(newest), contradicted)


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _minute(at: datetime | None) -> int | None:
    return None if at is None else _second(at) // 60


def _at_minute(minute: int | None) -> datetime | None:
    return None if minute is None else _instant(minute * 60)
