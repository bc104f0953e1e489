"""What one chat wants to know of one crossing, and what of the news is for it now."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.alerts.news import URGENT, News, remains
from bot.alerts.topics import Rule, Topic, What, numbered
from bot.crossings.report import STEP, Mode
from bot.crossings.report import step as floor
from bot.guide.model import Language

MOST_RULES = 20
"""So many rules may a person have, at all crossings together, each daily digest among them."""

LASTS = timedelta(days=14)
OFFERED_BEFORE = timedelta(days=1)
"""A subscription ends so long after it was renewed, and to renew it is offered so long before."""

MOST_BYTES = 182
"""No subscription is packed in more: it is sealed beside a chat's id."""


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    # ZoneInfo itself keeps eight and reads the others from disk each time.
    return ZoneInfo(name)


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing is sent: from and to so many minutes after midnight, in steps of 15.

    They may go over midnight; from and to the same are none.
    """

    from_minute: int
    to_minute: int

    def __post_init__(self) -> None:
        for minute in (self.from_minute, self.to_minute):
            if not 0 <= minute < 1440 or minute % 15:
                raise ValueError("quiet hours are told in quarters of an hour")


@dataclass(frozen=True)
class Subscription:
    """A chat's rules for one crossing, and when it wants to be left alone.

    `begun_at` is when it was made, `renewed_at` when it was made or last renewed. `zone` is an IANA time
    zone, in which `quiet` and `digest_hour` (0 to 23) are told. Until `paused_until` or `snoozed_until`
    nothing is sent, nor told later. Times are whole minutes. Raises ValueError for what cannot be.
    """

    crossing: str
    language: Language
    rules: tuple[Rule, ...]
    begun_at: datetime
    renewed_at: datetime
    zone: str = "Europe/Moscow"
    quiet: Quiet | None = None
    urgent_may_pass: bool = False
    digest_hour: int | None = None
    paused_until: datetime | None = None
    snoozed_until: datetime | None = None

    def __post_init__(self) -> None:
        if len(self.rules) > MOST_RULES or len(set(self.rules)) < len(self.rules):
            raise ValueError(f"at most {MOST_RULES} rules, each once")
        if self.digest_hour is not None and not 0 <= self.digest_hour <= 23:
            raise ValueError("a digest comes at an hour of the day")
        try:
            _zone(self.zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{self.zone!r} is no time zone") from None

    @property
    def zone_info(self) -> ZoneInfo:
        """The time zone itself."""
        return _zone(self.zone)

    @property
    def count(self) -> int:
        """How many of the rules that a person may have these are; a daily digest is one."""
        return len(self.rules) + (self.digest_hour is not None)

    @property
    def modes(self) -> tuple[Mode, ...]:
        """What the rules are about, in their order; none if it is for a digest alone."""
        return tuple(dict.fromkeys(rule.mode for rule in self.rules))

    @property
    def ends_at(self) -> datetime:
        """When it ends unless it is renewed."""
        return self.renewed_at + LASTS

    def resting_until(self, at: datetime) -> datetime | None:
        """Return until when it is paused or snoozed at an instant, or None if it is not."""
        ends = [end for end in (self.paused_until, self.snoozed_until) if end is not None and end > at]
        return max(ends, default=None)


class Reason(StrEnum):
    """Why news is not sent to a chat at all."""

    UNWANTED = "unwanted"  # it asked for none of this
    ENDED = "ended"  # its subscription is over
    EARLIER = "earlier"  # that was known when it subscribed
    PAUSED = "paused"
    SNOOZED = "snoozed"
    STALE = "stale"  # it is of no use any more


@dataclass(frozen=True)
class Send:
    """It is for this chat now, as far as it is about these topics."""

    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Hold:
    """It is quiet there: tell it in the morning, see `held`."""

    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Skip:
    """It is not for this chat."""

    reason: Reason


def due(subscription: Subscription, news: News, now: datetime) -> Send | Hold | Skip:
    """Decide what becomes of news for one subscription at `now`.

    A correction is for those alone whom what it corrects was for.
    """
    told_at = news.corrects.made_at if news.corrects else news.made_at
    topics = wanted(subscription, news)
    if not topics:
        return Skip(Reason.UNWANTED)
    if now >= subscription.ends_at:
        return Skip(Reason.ENDED)
    if told_at < subscription.begun_at:
        return Skip(Reason.EARLIER)
    # A pause that is over may have been in force when that was told which is corrected now.
    since = min(told_at, now) if news.corrects else now
    if subscription.paused_until is not None and subscription.paused_until > since:
        return Skip(Reason.PAUSED)
    if subscription.snoozed_until is not None and subscription.snoozed_until > since:
        return Skip(Reason.SNOOZED)
    topics = tuple(topic for topic in topics if news.of_use_until(topic) > now)
    if not topics:
        return Skip(Reason.STALE)
    passes = subscription.urgent_may_pass and any(topic.event in URGENT for topic in topics)
    return Hold(topics) if is_quiet(subscription, now) and not passes else Send(topics)


def wanted(subscription: Subscription, news: News) -> tuple[Topic, ...]:
    """Return what of the news' topics somebody asked for.

    What concerns the whole crossing is news in every mode that anybody wants it for; who asked for it in
    several is told once.
    """
    told, rules, seen = set(news.topics), subscription.rules, set()
    found = []
    for rule in rules:
        if rule.topic in told and rule.mode is news.mode and rule.topic not in seen:
            found.append(rule.topic)
        if rule.topic.whole_crossing:
            seen.add(rule.topic)
    return tuple(found)


def held(subscription: Subscription, news: Iterable[News], since: datetime) -> tuple[News, ...]:
    """Return what of the news is to be told in the morning, oldest first; quiet hours began at `since`.

    Each with this subscription's topics alone. Left out is what later news of the night took back or told
    anew, and `go`, which is of no use any more; the rest tells what the night brought beside the card, which
    tells what is now. What was on its way as the quiet hours began may have reached this chat or not, and so
    is told, and if it was taken back that is told as well.
    """
    kept: list[News] = []
    untold = set()
    for each in sorted(news, key=lambda each: each.made_at):
        kept = [left for old in kept if (left := remains(old, each)) is not None]
        decided = due(subscription, each, max(each.made_at, since))
        if not isinstance(decided, Hold):
            continue
        if each.made_at >= since:
            untold.add((each.mode, each.made_at))
        if each.corrects and (each.mode, each.corrects.made_at) in untold:
            continue  # what it corrects was not told either
        topics = tuple(topic for topic in decided.topics if topic.what is not What.GO)
        if topics:
            kept.append(replace(each, topics=topics))
    return tuple(kept)


def is_quiet(subscription: Subscription, at: datetime) -> bool:
    """Tell whether an instant lies in a subscription's quiet hours, by the clocks of its zone."""
    quiet = subscription.quiet
    if quiet is None:
        return False
    local = at.astimezone(_zone(subscription.zone))
    minute = local.hour * 60 + local.minute
    if quiet.from_minute <= quiet.to_minute:
        return quiet.from_minute <= minute < quiet.to_minute
    return minute >= quiet.from_minute or minute < quiet.to_minute


def quiet_since(subscription: Subscription, at: datetime) -> datetime | None:
    """Return when the quiet hours began that an instant lies in or that were the last before it."""
    began = None
    for quarter in _quarters(at, -STEP):
        if is_quiet(subscription, quarter):
            began = quarter
        elif began is not None:
            break
    return began


class Wake(StrEnum):
    """What is to be done for a subscription by itself."""

    MORNING = "morning"  # quiet hours are over: tell what was held
    DIGEST = "digest"
    OFFER = "offer"  # it will end in a day: offer to renew it
    END = "end"


def wake_at(subscription: Subscription, now: datetime) -> datetime:
    """Return when there is next something to do for it after `now`, a quarter of an hour sharp.

    It lies in the past only for a subscription that has ended.
    """
    return min(_wakes(subscription, now).values())


def waking(subscription: Subscription, woken_at: datetime, now: datetime) -> frozenset[Wake]:
    """Return what is to be done at `now` for a subscription whose `wake_at` was `woken_at`.

    Each at most once, however late it is. One that has ended has nothing but its end.
    """
    due = {wake for wake, at in _wakes(subscription, woken_at - STEP).items() if at <= now}
    if Wake.END in due:
        return frozenset({Wake.END})
    if subscription.resting_until(now):
        due -= {Wake.MORNING, Wake.DIGEST}
    return frozenset(due)


def _wakes(subscription: Subscription, after: datetime) -> dict[Wake, datetime]:
    found = {Wake.END: _rounded_up(subscription.ends_at)}
    offered = _rounded_up(subscription.ends_at - OFFERED_BEFORE)
    while is_quiet(subscription, offered):
        offered += STEP
    if offered > after:
        found[Wake.OFFER] = offered
    for wake, begins in ((Wake.MORNING, _is_morning), (Wake.DIGEST, _is_digest)):
        at = next((at for at in _quarters(after, STEP) if begins(subscription, at)), None)
        if at is not None:
            found[wake] = at
    return found


def _is_morning(subscription: Subscription, at: datetime) -> bool:
    return not is_quiet(subscription, at) and is_quiet(subscription, at - STEP)


def _is_digest(subscription: Subscription, at: datetime) -> bool:
    """Tell whether the hour of the digest has just come, or was just skipped as clocks were put forward."""
    hour = subscription.digest_hour
    if hour is None:
        return False
    zone = _zone(subscription.zone)
    here, before = at.astimezone(zone), (at - STEP).astimezone(zone)
    return here.hour >= hour and (before.date() < here.date() or before.hour < hour)


def _quarters(start: datetime, step: timedelta) -> Iterator[datetime]:
    """Yield the quarters of an hour of two days after `start`, or before and with it."""
    first = floor(start)
    return (first + step * number for number in range(0 if step < timedelta() else 1, 2 * 96 + 2))


def _rounded_up(at: datetime) -> datetime:
    down = floor(at)
    return down if down == at else down + STEP


class Unreadable(ValueError):
    """What was stored is no subscription."""


_VERSION = 1
# What is stored by its place in a list; they may be added to at their end only, up to 16.
_MODES, _LANGUAGES = tuple(Mode), tuple(Language)
_HEAD = ">BBBBBIIIIBB"
_NO_HOUR = 24
_URGENT_MAY_PASS, _NO_FLAGS = 1, 0b1110  # the language is in the upper four bits


def pack(subscription: Subscription) -> bytes:
    """Return it in at most `MOST_BYTES`."""
    quiet = subscription.quiet or Quiet(0, 0)
    hour = _NO_HOUR if subscription.digest_hour is None else subscription.digest_hour
    crossing, zone = subscription.crossing.encode("ascii"), subscription.zone.encode("ascii")
    head = struct.pack(
        _HEAD,
        _VERSION,
        subscription.urgent_may_pass * _URGENT_MAY_PASS | _LANGUAGES.index(subscription.language) << 4,
        hour,
        quiet.from_minute // 15,
        quiet.to_minute // 15,
        _minute(subscription.begun_at),
        _minute(subscription.renewed_at),
        _minute(subscription.paused_until),
        _minute(subscription.snoozed_until),
        len(subscription.rules),
        len(crossing),
    )
    rules = b"".join(map(_packed_rule, subscription.rules))
    packed = head + rules + crossing + zone
    if len(packed) > MOST_BYTES:
        raise ValueError(f"{len(packed)} bytes are too many")
    return packed


def unpack(packed: bytes) -> Subscription:
    """Return what was packed; raises `Unreadable`."""
    try:
        return _unpacked(packed)
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise Unreadable("this is no subscription") from error


def _unpacked(packed: bytes) -> Subscription:
    head, rest = packed[: struct.calcsize(_HEAD)], packed[struct.calcsize(_HEAD) :]
    version, flags, hour, start, end, begun, renewed, paused, snoozed, count, named = struct.unpack(
        _HEAD, head
    )
    rules, names = rest[: 2 * count], rest[2 * count :]
    if version != _VERSION or flags & _NO_FLAGS or len(rules) < 2 * count or len(names) <= named:
        raise Unreadable("another version, or not all of it")
    return Subscription(
        names[:named].decode("ascii"),
        _LANGUAGES[flags >> 4],
        tuple(_unpacked_rule(rules[place : place + 2]) for place in range(0, 2 * count, 2)),
        _at(begun),
        _at(renewed),
        names[named:].decode("ascii"),
        None if start == end else Quiet(start * 15, end * 15),
        bool(flags & _URGENT_MAY_PASS),
        None if hour == _NO_HOUR else hour,
        _at(paused) if paused else None,
        _at(snoozed) if snoozed else None,
    )


def _packed_rule(rule: Rule) -> bytes:
    return (_MODES.index(rule.mode) << 12 | rule.topic.number).to_bytes(2, "big")


def _unpacked_rule(packed: bytes) -> Rule:
    number = int.from_bytes(packed, "big")
    return Rule(_MODES[number >> 12], numbered(number & 0xFFF))


def _minute(at: datetime | None) -> int:
    return 0 if at is None else int(at.timestamp()) // 60


def _at(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
