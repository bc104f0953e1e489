"""What can be waited for: a finite list, so that its state is kept once for all who want the same."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bot.crossings.report import Event, Mode

HOUR, DAY = 60, 1440

LIMITS = (30, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY)
"""Limits of a wait, in minutes. This and the lists below may be added to at their end only."""

GO_LIMITS = (HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY)
TRAVELS = (30, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY)
"""How long one travels to the crossing, in minutes."""

SILENCES = (3 * HOUR, 6 * HOUR, 12 * HOUR, DAY)
"""How long nobody reports, in minutes."""

EVENTS = (
    Event.CLOSED,
    Event.REOPENED,
    Event.FOOT_ALLOWED,
    Event.FOOT_ENDED,
    Event.DRAFT_NOTICES,
    Event.TURNED_BACK,
    Event.WEATHER,
)

OF_A_MODE = (Event.CLOSED, Event.REOPENED)
"""What is said of one mode; every other event concerns whoever goes there, however they go."""

_UNITS = {"d": DAY, "h": HOUR, "m": 1}


class What(StrEnum):
    """The kinds of topics."""

    BELOW = "below"  # the wait falls below `limit`
    ABOVE = "above"  # it rises above it
    EVENT = "event"  # `event` happens
    GO = "go"  # for who leaves now and travels for `travel`, the wait is below `limit`, four times in five
    SILENT = "silent"  # nobody has reported for `limit`


@dataclass(frozen=True)
class Topic:
    """Something to wait for at a crossing and in a mode, which are known beside it; times in minutes."""

    what: What
    limit: int = 0
    travel: int = 0
    event: Event | None = None

    @property
    def code(self) -> str:
        """What it is called where it is stored: at most 20 characters, such as `go:3h:30m`."""
        return _code(self)

    @property
    def number(self) -> int:
        """What it is called where there is little room: less than 4096, and the same for ever."""
        if self.event is not None:
            first, second = EVENTS.index(self.event), 0
        else:
            first = _LIMITS[self.what].index(self.limit)
            second = TRAVELS.index(self.travel) if self.what is What.GO else 0
        return _WHATS.index(self.what) << 8 | first << 4 | second

    @property
    def of_wait(self) -> bool:
        """Whether it is about how long it takes."""
        return self.what in (What.BELOW, What.ABOVE, What.GO)

    @property
    def whole_crossing(self) -> bool:
        """Whether it is the same for all modes."""
        return self.event is not None and self.event not in OF_A_MODE


@dataclass(frozen=True)
class Rule:
    """What somebody wants to be told of a crossing: a topic, for one mode."""

    mode: Mode
    topic: Topic


class UnknownTopic(ValueError):
    """What is stored is none of our topics; perhaps a later version wrote it."""


TOPICS = (
    *(Topic(What.EVENT, event=event) for event in EVENTS),
    *(Topic(What.GO, limit, travel) for limit in GO_LIMITS for travel in TRAVELS),
    *(Topic(What.BELOW, limit) for limit in LIMITS),
    *(Topic(What.ABOVE, limit) for limit in LIMITS),
    *(Topic(What.SILENT, limit) for limit in SILENCES),
)
"""All of them."""

_WHATS = tuple(What)  # may be added to at its end only
_LIMITS = {What.BELOW: LIMITS, What.ABOVE: LIMITS, What.GO: GO_LIMITS, What.SILENT: SILENCES}


@cache
def _code(topic: Topic) -> str:
    if topic.event is not None:
        return f"{topic.what}:{topic.event}"
    travel = f":{_span(topic.travel)}" if topic.what is What.GO else ""
    return f"{topic.what}:{_span(topic.limit)}{travel}"


def _span(minutes: int) -> str:
    return next(f"{minutes // size}{unit}" for unit, size in _UNITS.items() if minutes % size == 0)


_BY_CODE = {topic.code: topic for topic in TOPICS}
_BY_NUMBER = {topic.number: topic for topic in TOPICS}
_PLACES = {topic: place for place, topic in enumerate(TOPICS)}


def read_topic(code: str) -> Topic:
    """Return the topic of a `code`; raises `UnknownTopic`."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise UnknownTopic from None


def numbered(number: int) -> Topic:
    """Return the topic of a `number`; raises `UnknownTopic`."""
    try:
        return _BY_NUMBER[number]
    except KeyError:
        raise UnknownTopic from None


def ordered(topics: Iterable[Topic]) -> tuple[Topic, ...]:
    """Return topics in the order of `TOPICS`, each once."""
    return tuple(sorted(set(topics), key=_PLACES.__getitem__))


def write_topics(topics: Iterable[Topic]) -> str:
    """Write any of the topics in at most 400 characters: `below:1h,2h go:3h:30m,1h`."""
    ends = defaultdict(list)
    for topic in ordered(topics):
        start, _, end = topic.code.rpartition(":")
        ends[start].append(end)
    return " ".join(f"{start}:{','.join(each)}" for start, each in ends.items())


def read_topics(text: str) -> tuple[Topic, ...]:
    """Read what `write_topics` wrote, without those that are no topics any more."""
    found = []
    for group in text.split():
        start, _, ends = group.rpartition(":")
        found += [_BY_CODE[code] for end in ends.split(",") if (code := f"{start}:{end}") in _BY_CODE]
    return ordered(found)
