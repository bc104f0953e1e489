"""How many messages may go out, and when the next: counted in windows, at an even pace. Pure arithmetic.

Instants are seconds of a monotonic clock.
"""

import math
from dataclasses import dataclass, replace

LEARNING = 64  # calls, of which the quickest tells how long a call takes at least
MOST_COUNTED = 250  # instants are kept for a limit, as all of them are copied with each message
MINUTE = 60.0
BUSY = 15  # messages to one chat within a minute that may well be too many for Telegram

Chat = int | str


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any stretch of `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out lately under some limits; instants are seconds of a monotonic clock, the oldest first."""

    limits: tuple[Limit, ...]
    keep: int  # how many instants
    at: tuple[float, ...] = ()  # from when they age
    under_way: int = 0
    held_until: float = -math.inf


PRIVATE = (Limit(5, 5.0),)  # one a second, and a burst of five
GROUP = (Limit(5, 5.0), Limit(20, MINUTE))


def per_second(rate: float) -> Limit:
    """Return the limit of that many a second, which need not be a whole number."""
    count = min(max(1, math.floor(rate)), MOST_COUNTED)
    return Limit(count, count / rate)


def nothing_sent(limits: tuple[Limit, ...], keep: int = 0) -> Sent:
    """Begin to count, keeping at least `keep` instants."""
    return Sent(limits, max(keep, *(limit.count for limit in limits)))


def free_at(sent: Sent) -> float:
    """Return the instant from which one more message is within the limits.

    It may be past; it is infinite if a call must end first.
    """
    at = sent.held_until
    for limit in sent.limits:
        room = limit.count - sent.under_way
        if room <= 0:
            return math.inf
        if len(sent.at) >= room:
            at = max(at, sent.at[-room] + limit.seconds)
    return at


def begun(sent: Sent) -> Sent:
    """Count a message whose call begins."""
    return Sent(sent.limits, sent.keep, sent.at, sent.under_way + 1, sent.held_until)


def ended(sent: Sent, at: float) -> Sent:
    """Let a message age from this instant, as its call has ended."""
    kept = sent.at[1:] if len(sent.at) == sent.keep else sent.at
    at = max(at, kept[-1]) if kept else at
    return Sent(sent.limits, sent.keep, (*kept, at), sent.under_way - 1, sent.held_until)


def held(sent: Sent, until: float) -> Sent:
    """Let nothing out before that instant, nor before what was said earlier."""
    return Sent(sent.limits, sent.keep, sent.at, sent.under_way, max(sent.held_until, until))


def lately(sent: Sent, seconds: float, now: float) -> int:
    """Count the messages of the last so many seconds, as far as they were kept."""
    return sent.under_way + sum(at > now - seconds for at in sent.at)


def forgettable(sent: Sent, now: float) -> bool:
    """Whether it makes no difference any more that something was sent.

    A lone message does as long as a limit looks back: so rarely that it is lone, no chat is `BUSY`.
    """
    matters = max(limit.seconds for limit in sent.limits) if len(sent.at) == 1 else MINUTE
    return not sent.under_way and sent.held_until <= now and (not sent.at or sent.at[-1] <= now - matters)


def chat_alone(chat: Sent, everything: Sent, now: float) -> bool:
    """Whether a 429 was clearly about this chat alone: it was busy and the bot as a whole was not."""
    burst, overall = chat.limits[0], everything.limits[0]
    busy = lately(chat, burst.seconds, now) >= burst.count or lately(chat, MINUTE, now) >= BUSY
    return busy and lately(everything, overall.seconds, now) <= overall.count / 2


def limits_of(chat: Chat) -> tuple[Limit, ...]:
    """Return the limits of a chat; a name ("@…") is a channel or a group, as people have only numbers."""
    return GROUP if isinstance(chat, str) or chat < 0 else PRIVATE


@dataclass(frozen=True, slots=True)
class Pace:
    """What goes out evenly, every `interval` seconds from `free_at` on; it makes up for being `late`.

    So many seconds at most, and not for those in which nothing waited.
    """

    interval: float
    late: float
    free_at: float = -math.inf

    def taken_up(self, now: float) -> "Pace":
        """Return the pace of what comes when nothing has waited."""
        return replace(self, free_at=max(self.free_at, now))

    def gone(self, now: float) -> "Pace":
        """Return the pace after one more has gone."""
        return replace(self, free_at=max(self.free_at, now - self.late) + self.interval)


@dataclass(frozen=True, slots=True)
class Quickest:
    """How long the quickest of the last calls took in seconds; 0 until there were `LEARNING`."""

    before: float = 0.0
    lately: float = math.inf
    count: int = 0

    @property
    def seconds(self) -> float:
        """Return it."""
        return min(self.before, self.lately)

    def heard(self, seconds: float) -> "Quickest":
        """Return what is known after one more call was answered."""
        lately = min(self.lately, seconds)
        if self.count + 1 < LEARNING:
            return Quickest(self.before, lately, self.count + 1)
        return Quickest(lately)
