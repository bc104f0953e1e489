"""What a chat wants to be told: offered, chosen, listed and changed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import IntFlag

from babel.dates import get_timezone_location

from bot.alerts.subscription import MOST_RULES, Subscription
from bot.alerts.topics import EVENTS, GO_LIMITS, LIMITS, SILENCES, TRAVELS, Rule, Topic, What
from bot.crossings.card import ModeNews
from bot.crossings.catalogue import Crossing
from bot.crossings.report import Event, Mode
from bot.telegram.buttons import (
    AlertKinds,
    AlertLimits,
    AlertMe,
    Alerts,
    AlertsOf,
    AskDigest,
    AskQuiet,
    Button,
    Card,
    Countries,
    DropRule,
    EndAlerts,
    Follow,
    Pause,
    Renew,
    SetDigest,
    SetPass,
    SetQuiet,
    SetRule,
    SetZone,
    Zones,
)
from bot.telegram.screen import Key, Row, Screen, grid, lines, paragraphs
from bot.telegram.screens import card as cards
from bot.telegram.screens.alert import named
from bot.telegram.screens.report import sign, way
from bot.texts import Html, Texts

HOURS = 24
NEVER = 24
"""An hour of no day: what is not told yet, or never."""

SHORT_NIGHTS = ((22, 7), (23, 8), (0, 6))
"""Quiet hours that most mean."""

ZONES = (
    "Europe/Moscow",
    "Europe/Kaliningrad",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Kamchatka",
    "Asia/Tbilisi",
    "Asia/Yerevan",
    "Asia/Almaty",
    "Asia/Ulaanbaatar",
    "Europe/Istanbul",
    "Europe/Helsinki",
)
"""Where our readers are; may be added to at its end only."""

_ASK = {
    What.BELOW: "alerts-ask-below",
    What.ABOVE: "alerts-ask-above",
    What.GO: "alerts-ask-go",
    What.SILENT: "alerts-ask-silent",
}

_ASKED = {
    What.BELOW: "alerts-rule-below",
    What.ABOVE: "alerts-rule-above",
    What.GO: "alerts-rule-go",
}

LOWER = 0.75
"""What is worth to be told of is a wait of so much of what it is now."""


class Part(IntFlag):
    """What most want to be told of a crossing."""

    WAIT = 1
    CLOSING = 2
    NOTICES = 4


CLOSING = (Event.CLOSED, Event.REOPENED)
NOTICES = (Event.DRAFT_NOTICES, Event.TURNED_BACK)
EVERYTHING = Part.WAIT | Part.CLOSING | Part.NOTICES


def topics_of(parts: Part, limit: Topic) -> tuple[Topic, ...]:
    """Return what those parts are, with the limit of the wait."""
    events = (CLOSING if Part.CLOSING in parts else ()) + (NOTICES if Part.NOTICES in parts else ())
    wait = (limit,) if Part.WAIT in parts else ()
    return (*wait, *(Topic(What.EVENT, event=event) for event in events))


def sensible(news: ModeNews) -> Topic:
    """Return the wait below which most want to be told: clearly less than it is now, or two hours."""
    now = news.estimate.middle_minutes
    lower = [limit for limit in LIMITS if now is not None and limit <= LOWER * now]
    return Topic(What.BELOW, lower[-1] if lower else LIMITS[0] if now is not None else LIMITS[2])


def offer(crossing: Crossing, news: ModeNews, at: datetime, texts: Texts) -> Screen:
    """Offer what most want to be told of a crossing, in one tap."""
    mode, limit = news.mode, sensible(news)
    wait = _asked(limit, texts)

    def follow(label: str, parts: Part) -> Row:
        return (Key(label, Follow(crossing.id, mode, parts.value, limit.number)),)

    return Screen(
        paragraphs(_title(crossing, texts), cards.summary(news, at, texts), texts("alerts-offer", wait=wait)),
        (
            follow(texts("alerts-everything"), EVERYTHING),
            follow(texts("alerts-only", what=wait), Part.WAIT),
            follow(texts("alerts-only-closing"), Part.CLOSING),
            (Key(texts("alerts-choose"), AlertKinds(crossing.id, mode)),),
            (Key(texts("alerts-all"), Alerts()), Key(texts("card-back"), Card(crossing.id, mode))),
        ),
    )


def kinds(crossing: Crossing, mode: Mode, subscription: Subscription | None, texts: Texts) -> Screen:
    """Offer everything that one can be told of a crossing; what was chosen of events is marked."""
    rules = subscription.rules if subscription else ()
    chosen = {rule.topic for rule in rules if rule.mode is mode or rule.topic.whole_crossing}

    def event(of: Event) -> Key:
        topic = Topic(What.EVENT, event=of)
        label = texts(f"event-{of}")
        mark = "✅ " if topic in chosen else ""
        return Key(f"{mark}{label}", SetRule(crossing.id, mode, topic.number, int(topic not in chosen)))

    def limited(what: What, label: str) -> Key:
        return Key(texts(label), AlertLimits(crossing.id, mode, list(What).index(what), 0))

    return Screen(
        paragraphs(_title(crossing, texts), texts("alerts-kinds", mode=way(mode, texts))),
        (
            (limited(What.BELOW, "alerts-below"), limited(What.ABOVE, "alerts-above")),
            (limited(What.GO, "alerts-go"), limited(What.SILENT, "alerts-silent")),
            *grid([event(each) for each in EVENTS], 2),
            (Key(texts("alerts-digest"), AskDigest(crossing.id)),),
            (
                Key(texts("alerts-mine"), AlertsOf(crossing.id)),
                Key(texts("card-back"), Card(crossing.id, mode)),
            ),
        ),
    )


def limits(crossing: Crossing, mode: Mode, what: What, travel: int, texts: Texts) -> Screen:
    """Ask for the limit of a kind of topic; of `go`, first how long the way is."""
    place = list(What).index(what)
    keys: list[Key]
    if what is What.GO and not travel:
        ask = texts("alerts-ask-travel")
        keys = [Key(texts.duration(each), AlertLimits(crossing.id, mode, place, each)) for each in TRAVELS]
    else:
        ask = texts(_ASK[what], **({"travel": texts.duration(travel)} if travel else {}))
        offered = GO_LIMITS if what is What.GO else SILENCES if what is What.SILENT else LIMITS
        keys = [
            Key(texts.duration(each), SetRule(crossing.id, mode, Topic(what, each, travel).number, 1))
            for each in offered
        ]
    back = Key(texts("alerts-back"), AlertKinds(crossing.id, mode))
    return Screen(paragraphs(_title(crossing, texts), ask), (*grid(keys, 3), (back,)))


def of_crossing(
    crossing: Crossing,
    subscription: Subscription,
    known: Sequence[ModeNews],
    already: Collection[Rule],
    now: datetime,
    texts: Texts,
) -> Screen:
    """Show what a chat wants to be told of a crossing, what is so already, and how to change it."""
    rules = [
        (Key(f"✖️ {_rule(rule, texts)}", DropRule(crossing.id, rule.mode, rule.topic.number)),)
        for rule in subscription.rules
    ]
    told = [texts("told-item", text=_waited_for(rule, already, texts)) for rule in subscription.rules]
    daily = None
    if (hour := subscription.digest_hour) is not None:
        daily = texts("alerts-digest-at", hour=hour)
        label = texts("alerts-digest-off", hour=hour)
        rules.append((Key(f"✖️ {label}", SetDigest(crossing.id, NEVER)),))
    mode = subscription.rules[0].mode if subscription.rules else None
    kinds_of: Button = AlertKinds(crossing.id, mode) if mode else Card(crossing.id, None)
    return Screen(
        paragraphs(
            _title(crossing, texts),
            lines(texts("alerts-told"), *told) if told else None,
            daily,
            lines(texts("told-now"), *(cards.summary(each, now, texts) for each in known)) if known else None,
            lines(_rest(subscription, now, texts), _nights(subscription, texts), _end(subscription, texts)),
        ),
        (
            *rules,
            (Key(texts("alerts-more"), kinds_of), Key(texts("alerts-digest"), AskDigest(crossing.id))),
            (
                _pausing(crossing.id, subscription.resting_until(now) is not None, texts),
                Key(texts("alerts-quiet"), AskQuiet(NEVER)),
            ),
            (Key(texts("told-renew"), Renew(crossing.id)),),
            (Key(texts("alerts-end"), EndAlerts(crossing.id)),),
            (Key(texts("alerts-all"), Alerts()), Key(texts("card-back"), Card(crossing.id, mode))),
        ),
    )


def every(subscriptions: Sequence[tuple[Crossing, Subscription]], now: datetime, texts: Texts) -> Screen:
    """List the crossings of which a chat wants to be told; without any, say how to begin."""
    if not subscriptions:
        return Screen(texts("alerts-none"), ((Key(texts("menu-queue"), Countries()),),))
    rules = sum(each.count for _, each in subscriptions)
    resting = all(each.resting_until(now) for _, each in subscriptions)
    first = subscriptions[0][1]

    def line(crossing: Crossing, each: Subscription) -> Key:
        label = texts("alerts-line", name=texts.of(crossing.name), count=each.count)
        return Key(f"⏸ {label}" if each.resting_until(now) else label, AlertsOf(crossing.id))

    keys = [line(crossing, each) for crossing, each in subscriptions]
    return Screen(
        paragraphs(
            texts("alerts-list", count=rules, most=MOST_RULES),
            lines(texts("alerts-resting") if resting else None, _nights(first, texts)),
        ),
        (
            *grid(keys, 1),
            (_pausing("", resting, texts), Key(texts("alerts-quiet"), AskQuiet(NEVER))),
        ),
    )


def quiet(subscription: Subscription, start: int, texts: Texts) -> Screen:
    """Ask for quiet hours: from when, or until when if that is told."""
    if start == NEVER:
        nights = [
            Key(texts("alerts-hours", start=first, end=last), SetQuiet(first, last))
            for first, last in SHORT_NIGHTS
        ]
        hours = [Key(f"{hour:02}", AskQuiet(hour)) for hour in range(HOURS)]
        passing = Key(
            texts("alerts-pass-off" if subscription.urgent_may_pass else "alerts-pass-on"),
            SetPass(int(not subscription.urgent_may_pass)),
        )
        return Screen(
            paragraphs(texts("alerts-ask-quiet"), _nights(subscription, texts)),
            (
                tuple(nights),
                *grid(hours, 6),
                (Key(texts("alerts-never-quiet"), SetQuiet(0, 0)),),
                (passing,),
                (Key(texts("alerts-zone", zone=zone_name(subscription.zone, texts)), Zones()),),
                (Key(texts("alerts-all"), Alerts()),),
            ),
        )
    hours = [Key(f"{hour:02}", SetQuiet(start, hour)) for hour in range(HOURS) if hour != start]
    return Screen(
        texts("alerts-ask-until", start=start),
        (*grid(hours, 6), (Key(texts("alerts-back"), AskQuiet(NEVER)),)),
    )


def zones(subscription: Subscription, texts: Texts) -> Screen:
    """Offer the time zones."""
    keys = [
        Key(("• " if zone == subscription.zone else "") + zone_name(zone, texts), SetZone(place))
        for place, zone in enumerate(ZONES)
    ]
    return Screen(texts("alerts-ask-zone"), (*grid(keys, 2), (Key(texts("alerts-back"), AskQuiet(NEVER)),)))


def digest(crossing: Crossing, zone: str, texts: Texts, *, subscribed: bool) -> Screen:
    """Ask at which hour to tell a crossing's card every day.

    The time zone can be chosen by whoever is `subscribed` to something; else it is the crossing's own.
    """
    hours = [Key(f"{hour:02}", SetDigest(crossing.id, hour)) for hour in range(HOURS)]
    zones: Row = (Key(texts("alerts-zone", zone=zone_name(zone, texts)), Zones()),)
    return Screen(
        paragraphs(_title(crossing, texts), texts("alerts-ask-digest", zone=zone_name(zone, texts))),
        (
            *grid(hours, 6),
            (Key(texts("alerts-no-digest"), SetDigest(crossing.id, NEVER)),),
            *((zones,) if subscribed else ()),
            (Key(texts("alerts-mine"), AlertsOf(crossing.id)),),
        ),
    )


def too_many(count: int, texts: Texts) -> Screen:
    """Say that these would be too many, and what to do."""
    return Screen(
        texts("alerts-too-many", count=count, most=MOST_RULES), ((Key(texts("alerts-all"), Alerts()),),)
    )


def ended(crossing: Crossing, mode: Mode, texts: Texts) -> Screen:
    """Say that nothing more will be told of a crossing."""
    return Screen(
        paragraphs(_title(crossing, texts), texts("alerts-ended")),
        (
            (Key(texts("alerts-again"), AlertMe(crossing.id, mode)),),
            (Key(texts("alerts-all"), Alerts()), Key(texts("card-back"), Card(crossing.id, mode))),
        ),
    )


def zone_name(zone: str, texts: Texts) -> str:
    """Return the city that a time zone is named after, in the reader's language."""
    return str(get_timezone_location(zone, locale=texts.locale, return_city=True))


def _title(crossing: Crossing, texts: Texts) -> Html:
    return texts("told-title", name=texts.of(crossing.name))


def _asked(topic: Topic, texts: Texts) -> Html:
    """Return what is waited for, in words."""
    key = _ASKED.get(topic.what)
    if key is None:
        return named(topic, texts)
    travel = {"travel": texts.duration(topic.travel)} if topic.travel else {}
    return texts(key, limit=texts.duration(topic.limit), **travel)


def _waited_for(rule: Rule, already: Collection[Rule], texts: Texts) -> Html:
    words = _rule(rule, texts)
    return texts("alerts-already", rule=words) if rule in already else words


def _rule(rule: Rule, texts: Texts) -> Html:
    """Return what a rule waits for, with the mode where it is of one."""
    words = _asked(rule.topic, texts)
    return words if rule.topic.whole_crossing else Html(f"{sign(rule.mode, texts)} {words}")


def _pausing(crossing: str, resting: bool, texts: Texts) -> Key:
    return Key(texts("alerts-resume" if resting else "alerts-pause"), Pause(crossing, int(not resting)))


def _rest(subscription: Subscription, now: datetime, texts: Texts) -> Html | None:
    until = subscription.resting_until(now)
    if until is None:
        return None
    if until >= subscription.ends_at:
        return texts("alerts-resting")
    return texts("alerts-resting-until", time=texts.clock(until, subscription.zone_info))


def _nights(subscription: Subscription, texts: Texts) -> Html | None:
    quiet = subscription.quiet
    if quiet is None:
        return None
    return texts(
        "alerts-nights",
        start=quiet.from_minute // 60,
        end=quiet.to_minute // 60,
        zone=zone_name(subscription.zone, texts),
        urgent="yes" if subscription.urgent_may_pass else "no",
    )


def _end(subscription: Subscription, texts: Texts) -> Html:
    return texts(
        "alerts-until", date=texts.date(subscription.ends_at.astimezone(subscription.zone_info).date())
    )
