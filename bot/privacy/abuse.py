"""What one person and all people together may do: the limits in one table, and what counts them.

Two sorts of counting. What is stored anyway (reports, cut keys) is counted there, and no restart loses it.
The rest is counted in memory, for one window of its limit at most and in bounded room, by a name of a person
that nobody else can make: an HMAC under a key that this process has made at its start and tells nobody.

Each limit says what happens where it cannot count. Open: it is allowed. Closed: it is refused. What protects
a person in danger (an answer, a choice, a wipe) is never closed by what others do.
"""

import hashlib
import hmac
import secrets
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

from bot.clock import Clock

MOST_HELD = 100_000
"""So many events of each limit are held in memory, some 40 MB if they are all of different people."""

NODES_A_CUT = 100
"""About so many nodes a cut adds to an epoch's tree (`bot.privacy.tree`), once there are many."""

MINUTE, QUARTER, HOUR, DAY = (
    timedelta(minutes=1),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(days=1),
)


class Of(StrEnum):
    """What a limit counts together."""

    PERSON = "a person"
    PERSON_HERE = "a person at a crossing"
    PERSON_ABOUT = "a person on an answer"
    CROSSING = "a crossing"
    ALL = "all together"


class Fails(StrEnum):
    """What a limit does where it cannot count."""

    OPEN = "open"
    CLOSED = "closed"
    NEVER = "never"  # it is counted from what is stored


@dataclass(frozen=True)
class Limit:
    """At most `most` in any `window`; `told` is the text for who reaches it, `beyond` what happens then."""

    name: str
    most: int
    window: timedelta
    of: Of
    restart: Literal[Fails.OPEN, Fails.NEVER]
    full: Fails
    beyond: str
    why: str
    told: str = ""


MESSAGES = Limit(
    "messages and taps",
    60,
    MINUTE,
    Of.PERSON,
    Fails.OPEN,
    Fails.OPEN,
    beyond="no answer, but one line a minute; /wipe and the stop phrase always work",
    why="whoever needs us is to be answered, be there a flood or not; our pace to Telegram is held elsewhere",
    told="limit-messages",
)
REMARKS = Limit(
    "that line",
    1,
    MINUTE,
    Of.PERSON,
    Fails.OPEN,
    Fails.CLOSED,
    beyond="nothing",
    why="a flood so large that it fills the memory is not to be answered as well",
)
REPORTS = Limit(
    "reports",
    20,
    HOUR,
    Of.PERSON,
    Fails.OPEN,
    Fails.OPEN,
    beyond="not noted, and told so",
    why="the next limit is counted from the database and holds behind it; closed, a flood would silence all",
    told="limit-reports",
)
REPORTS_HERE = Limit(
    "reports here",
    6,
    HOUR,
    Of.PERSON_HERE,
    Fails.NEVER,
    Fails.NEVER,
    beyond="not noted, and told so",
    why="counted from the reports themselves",
    told="report-too-many",
)
REPORTERS = Limit(
    "reporters",
    200,
    QUARTER,
    Of.CROSSING,
    Fails.NEVER,
    Fails.NEVER,
    beyond="reports are taken as before; for six hours the card says that some may be false, /mod too",
    why="to refuse the two hundred and first would let two hundred accounts silence a border; lies are "
    "weighed where the wait is estimated",
)
CHOICES = Limit(
    "choices",
    20,
    HOUR,
    Of.PERSON,
    Fails.OPEN,
    Fails.OPEN,
    beyond="not saved, and told so",
    why="a choice protects who makes it: nobody else's flood may keep a person from it",
    told="limit-choices",
)
WIPES = Limit(
    "wipes",
    6,
    HOUR,
    Of.PERSON,
    Fails.OPEN,
    Fails.CLOSED,
    beyond="messages and rows go all the same, but the key is destroyed with its epoch only, in 48 hours",
    why="a wipe is never refused; only cutting keys costs much, and that is what a flood would go for",
)
CUTS = Limit(
    "keys cut",
    1_000,
    DAY,
    Of.ALL,
    Fails.NEVER,
    Fails.NEVER,
    beyond="as for wipes",
    why="counted from the epochs' file, which each cut makes longer and which everybody waits for",
)

VOTES = Limit(
    "votes",
    1,
    DAY,
    Of.PERSON_ABOUT,
    Fails.OPEN,
    Fails.CLOSED,
    beyond="not counted; what is said is the same, and tells nobody of an earlier vote",
    why="a vote helps editors and nobody at once: what cannot be counted once is better not counted",
    told="vote-thanks",
)

INLINE = Limit(
    "inline queries",
    60,
    MINUTE,
    Of.PERSON,
    Fails.OPEN,
    Fails.OPEN,
    beyond="no answer; messages are not counted with them",
    why="one is sent with every pause in typing: who looks for something elsewhere is to be heard here still",
)

PICTURES = Limit(
    "pictures",
    20,
    QUARTER,
    Of.PERSON,
    Fails.OPEN,
    Fails.OPEN,
    beyond="none is sent, and told so; the card says the same in words",
    why="each is a message and may have to be drawn, one at a time for all",
    told="limit-pictures",
)

SUBSCRIPTIONS = Limit(
    "alerts changed",
    60,
    HOUR,
    Of.PERSON,
    Fails.OPEN,
    Fails.OPEN,
    beyond="not saved, and told so",
    why="each is a write; how many rules a person has is counted from what is stored and holds behind it",
    told="limit-choices",
)

QUESTIONS = Limit(
    "questions to editors",
    5,
    DAY,
    Of.PERSON,
    Fails.OPEN,
    Fails.CLOSED,
    beyond="not kept, and told so",
    why="a question helps editors and nobody at once; they can read so many",
    told="limit-questions",
)
ALL_QUESTIONS = Limit(
    "all questions to editors",
    200,
    DAY,
    Of.ALL,
    Fails.NEVER,
    Fails.NEVER,
    beyond="not kept, and told so",
    why="counted from what is kept; many accounts shall not fill the disk, and more nobody reads",
    told="limit-all-questions",
)

TABLE = (
    MESSAGES,
    REMARKS,
    INLINE,
    REPORTS,
    REPORTS_HERE,
    REPORTERS,
    CHOICES,
    WIPES,
    CUTS,
    VOTES,
    PICTURES,
    SUBSCRIPTIONS,
    QUESTIONS,
    ALL_QUESTIONS,
)


class TooOften(Exception):
    """A person has reached a limit; nothing was done."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.name)
        self.limit = limit


def allows(limit: Limit, count: int, *, room: bool = True) -> bool:
    """Decide whether one more is allowed after `count` in the window; without `room` it cannot be counted."""
    return count < limit.most and (room or limit.full is Fails.OPEN)


class Limits:
    """The counters of this process; they hold neither an id nor what anybody did but that it was allowed."""

    def __init__(self, clock: Clock, most_held: int = MOST_HELD) -> None:
        self._clock = clock
        self._most_held = most_held
        self._key = secrets.token_bytes(32)
        self._logs: dict[str, _Log] = {}
        self.refused: Counter[str] = Counter()
        """How often each limit was reached since the start, by its name."""

    def allows(self, limit: Limit, person: int, update: int, about: str = "") -> bool:
        """Tell whether a person may do it once more; an update that comes again is counted already.

        What is `about` different things is counted apart.
        """
        log, name = self._log(limit), self._name(person, about)
        allowed = log.has(name, update) or allows(limit, log.count(name), room=log.room)
        self.refused[limit.name] += not allowed
        return allowed

    def check(self, limit: Limit, person: int, update: int) -> None:
        """Raise `TooOften` if a person may not do it once more."""
        if not self.allows(limit, person, update):
            raise TooOften(limit)

    def counted(self, limit: Limit, person: int, update: int, about: str = "") -> bool:
        """Tell whether this very update was counted."""
        return self._log(limit).has(self._name(person, about), update)

    def note(self, limit: Limit, person: int, update: int, about: str = "") -> None:
        """Count what a person did."""
        self._log(limit).note(self._name(person, about), update)

    def take(self, limit: Limit, person: int, update: int) -> bool:
        """Count it if it is allowed; tell whether it is."""
        allowed = self.allows(limit, person, update)
        if allowed:
            self.note(limit, person, update)
        return allowed

    def _name(self, person: int, about: str = "") -> bytes:
        return hmac.digest(self._key, f"{person}:{about}".encode(), hashlib.sha256)[:16]

    def _log(self, limit: Limit) -> "_Log":
        log = self._logs.get(limit.name)
        if log is None:
            log = self._logs[limit.name] = _Log(limit.window.total_seconds(), self._most_held)
        log.forget_before(self._clock.monotonic())
        return log


class _Event(NamedTuple):
    at: float
    update: int


class _Log:
    """What happened in the last window, by name; who did something last stands last."""

    def __init__(self, window: float, most_held: int) -> None:
        self._window = window
        self._most_held = most_held
        # Lists, as most hold one or two events: an empty deque takes ten times what a list of one does.
        self._events: OrderedDict[bytes, list[_Event]] = OrderedDict()
        self._held = 0
        self._now = 0.0

    def forget_before(self, now: float) -> None:
        """Let go of whoever did nothing in the window that ends now."""
        self._now = now
        while self._events:
            name = next(iter(self._events))
            if self._events[name][-1].at > now - self._window:
                break
            self._held -= len(self._events.pop(name))

    @property
    def room(self) -> bool:
        """Whether one more can be held."""
        return self._held < self._most_held

    def has(self, name: bytes, update: int) -> bool:
        """Tell whether this name did this very thing in the window."""
        return any(event.update == update for event in self._of(name))

    def count(self, name: bytes) -> int:
        """Return how often this name did something in the window, as far as there was room to hold it."""
        return len(self._of(name))

    def note(self, name: bytes, update: int) -> None:
        """Hold what this name did now, once, if there is room."""
        if self.room and not self.has(name, update):
            self._events.setdefault(name, []).append(_Event(self._now, update))
            self._events.move_to_end(name)
            self._held += 1

    def _of(self, name: bytes) -> list[_Event]:
        events = self._events.get(name, [])
        over = 0
        while over < len(events) and events[over].at <= self._now - self._window:
            over += 1
        del events[:over]
        self._held -= over
        return events
