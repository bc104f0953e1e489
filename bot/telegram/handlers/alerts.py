"""Alerts: what a chat wants to be told, chosen by buttons; each tap is one edit of all of it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts.situation import Verdict, judge, look
from bot.alerts.subscription import Quiet, Subscription, is_quiet
from bot.alerts.subscriptions import All, TooManyRules
from bot.alerts.topics import TRAVELS, Rule, Topic, UnknownTopic, What, numbered
from bot.crossings.card import ModeNews
from bot.crossings.catalogue import Crossing
from bot.crossings.report import STEP, Mode, step
from bot.privacy.abuse import SUBSCRIPTIONS
from bot.telegram.buttons import (
    AlertKinds,
    AlertLimits,
    AlertMe,
    Alerts,
    AlertsOf,
    AskDigest,
    AskQuiet,
    Button,
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
    Snooze,
    StaleButton,
    Zones,
)
from bot.telegram.handlers import crossings
from bot.telegram.screens import alerts as screens
from bot.telegram.screens.alerts import HOURS, NEVER, Part
from bot.telegram.turn import Turn

BUTTONS = (
    Alerts
    | AlertMe
    | Follow
    | AlertKinds
    | AlertLimits
    | SetRule
    | DropRule
    | AlertsOf
    | EndAlerts
    | Pause
    | Snooze
    | Renew
    | AskQuiet
    | SetQuiet
    | SetPass
    | Zones
    | SetZone
    | AskDigest
    | SetDigest
)
"""The buttons of alerts."""

LONGEST_SNOOZE = 24  # hours
MORNING = 8
"""The hour until which is meant by "until the morning" where there are no quiet hours."""

One = Callable[[Subscription], Subscription]


async def alerts(turn: Turn) -> None:
    """List of which crossings the chat wants to be told."""
    await _every(turn, await turn.desk.subscriptions.of(turn.chat_id))


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button of alerts says; returns what to show over the chat for a moment, if anything.

    Raises `StaleButton` for what is no more, `TooOften`, and `StorageUnavailable`.
    """
    match button:
        case Alerts():
            await alerts(turn)
        case AlertMe(crossing, mode):
            place = crossings.known(turn, crossing)
            news, at = await _news(turn, crossing, mode)
            await turn.show(screens.offer(place, news, at, turn.texts))
        case AlertKinds(crossing, mode):
            await _kinds(turn, crossing, mode, await turn.desk.subscriptions.of(turn.chat_id))
        case AlertLimits(crossing, mode, what, travel) if what < len(What) and travel in (0, *TRAVELS):
            kind = list(What)[what]
            if kind is What.EVENT or (travel and kind is not What.GO):
                raise StaleButton
            await turn.show(screens.limits(crossings.known(turn, crossing), mode, kind, travel, turn.texts))
        case AlertsOf(crossing):
            await _of_crossing(turn, crossing, await turn.desk.subscriptions.of(turn.chat_id))
        case AskDigest(crossing):
            place, all = crossings.known(turn, crossing), await turn.desk.subscriptions.of(turn.chat_id)
            zone = all[0].zone if all else str(place.timezone)
            await turn.show(screens.digest(place, zone, turn.texts, subscribed=bool(all)))
        case AskQuiet() | SetQuiet() | SetPass() | Zones() | SetZone():
            return await _nights(turn, button)
        case _:
            return await _edit(turn, button)
    return None


def harmless(button: Button) -> Button:
    """Return the button that leads to where this one would act; others as they are."""
    match button:
        case Follow(crossing, mode):
            return AlertMe(crossing, mode)
        case SetRule(crossing, mode):
            return AlertKinds(crossing, mode)
        case Pause(""):
            return Alerts()
        case (
            DropRule(crossing)
            | EndAlerts(crossing)
            | Renew(crossing)
            | Pause(crossing)
            | Snooze(crossing)
            | SetDigest(crossing)
        ):
            return AlertsOf(crossing)
        case SetQuiet() | SetPass() | SetZone():
            return AskQuiet(NEVER)
    return button


async def _edit(turn: Turn, button: Button) -> str | None:
    """Change what the chat is told of a crossing, as a button says."""
    match button:
        case Follow(crossing, mode, parts, limit) if parts and parts in range(screens.EVERYTHING + 1):
            topics = screens.topics_of(Part(parts), _topic(limit, What.BELOW))
            return await _add(turn, crossing, mode, topics)
        case SetRule(crossing, mode, number, 1):
            return await _add(turn, crossing, mode, (_topic(number),))
        case SetRule(crossing, mode, number, 0) | DropRule(crossing, mode, number):
            return await _drop(turn, button, crossing, Rule(mode, _topic(number)))
        case SetDigest(crossing, hour) if hour <= NEVER:
            place, at = crossings.known(turn, crossing), None if hour == NEVER else hour
            return await _edit_one(turn, place, lambda each: replace(each, digest_hour=at))
        case EndAlerts(crossing):
            place = crossings.known(turn, crossing)
            await _change(turn, lambda all: tuple(each for each in all if each.crossing != place.id))
            await turn.show(screens.ended(place, next(iter(place.modes)), turn.texts))
            return None
        case Renew(crossing):
            now = _minute(turn)
            await _each(turn, crossing, lambda each: _renewed(each, now))
            return turn.texts("alerts-renewed")
        case Pause() | Snooze():
            return await _rest(turn, button)
    raise StaleButton


def _renewed(each: Subscription, now: datetime) -> Subscription:
    """Return it with a fortnight from now on; who had paused it still has, and reads so."""
    paused = each.paused_until is not None and each.paused_until > now
    renewed = replace(each, renewed_at=now)
    return replace(renewed, paused_until=renewed.ends_at if paused else None)


async def _nights(turn: Turn, button: Button) -> str | None:
    """Do what a button of quiet hours says; they are the same for all that a chat wants to be told."""
    all = await turn.desk.subscriptions.of(turn.chat_id)
    if not all:
        await _every(turn, all)
        return None
    match button:
        case AskQuiet(start) if start <= NEVER:
            await turn.show(screens.quiet(all[0], start, turn.texts))
            return None
        case Zones():
            await turn.show(screens.zones(all[0], turn.texts))
            return None
        case SetQuiet(start, end) if start < HOURS and end < HOURS:
            quiet = None if start == end else Quiet(start * 60, end * 60)
            changed = await _set(turn, lambda each: replace(each, quiet=quiet))
        case SetPass(on) if on in (0, 1):
            changed = await _set(turn, lambda each: replace(each, urgent_may_pass=bool(on)))
        case SetZone(place) if place < len(screens.ZONES):
            zone = screens.ZONES[place]
            changed = await _set(turn, lambda each: replace(each, zone=zone))
        case _:
            raise StaleButton
    if changed:
        await turn.show(screens.quiet(changed[0], NEVER, turn.texts))
    return turn.texts("alerts-kept")


async def _rest(turn: Turn, button: Pause | Snooze) -> str:
    now = _minute(turn)

    def until(each: Subscription) -> Subscription:
        match button:
            case Pause(_, 1):
                return replace(each, paused_until=each.ends_at)
            case Pause(_, 0):
                return replace(each, paused_until=None, snoozed_until=None)
            case Snooze(_, 0):
                return replace(each, snoozed_until=_morning(each, now))
            case Snooze(_, hours) if hours <= LONGEST_SNOOZE:
                return replace(each, snoozed_until=now + timedelta(hours=hours))
        raise StaleButton

    if isinstance(button, Pause) and not button.crossing:
        await _every(turn, await _set(turn, until))
    elif isinstance(button, Pause):
        await _each(turn, button.crossing, until)
    else:  # below an alert: it stays as it is
        known = crossings.known(turn, button.crossing).id
        mine = _mine(await _set(turn, lambda each: until(each) if each.crossing == known else each), known)
        if mine is None or mine.snoozed_until is None:
            return turn.texts("alerts-ended")
        return turn.texts("alerts-snoozed", time=turn.texts.clock(mine.snoozed_until, mine.zone_info))
    return turn.texts("alerts-paused" if button.on else "alerts-resumed")


def _morning(each: Subscription, now: datetime) -> datetime:
    """Return when the quiet hours end next, or where there are none when it is next eight."""
    at = step(now) + STEP
    for _ in range(2 * 24 * 4):
        local = at.astimezone(each.zone_info)
        over = is_quiet(each, at - STEP) and not is_quiet(each, at)
        if over if each.quiet else local.hour == MORNING:
            break
        at += STEP
    return at


async def _add(turn: Turn, crossing: str, mode: Mode, topics: Sequence[Topic]) -> str | None:
    """Let the chat be told of more; says what is so now, which is no news any more."""
    place = crossings.known(turn, crossing)
    rules = [Rule(mode, topic) for topic in topics]

    def with_them(each: Subscription) -> Subscription:
        more = [rule for rule in rules if not any(_same(rule, one) for one in each.rules)]
        return replace(each, rules=(*each.rules, *more))

    return await _edit_one(turn, place, with_them, kinds_of=mode if _events_alone(topics) else None)


def _events_alone(topics: Sequence[Topic]) -> bool:
    """Tell whether one event was chosen, after which one goes on to choose."""
    return len(topics) == 1 and topics[0].event is not None


def _same(rule: Rule, other: Rule) -> bool:
    """Tell whether two rules wait for the same; what concerns the whole crossing has no mode."""
    return rule.topic == other.topic and (rule.mode is other.mode or rule.topic.whole_crossing)


async def _drop(turn: Turn, button: Button, crossing: str, rule: Rule) -> str:
    known = crossings.known(turn, crossing).id

    def without(each: Subscription) -> Subscription:
        if each.crossing != known:
            return each
        return replace(each, rules=tuple(one for one in each.rules if not _same(one, rule)))

    left = await _set(turn, without)
    if isinstance(button, SetRule):
        await _kinds(turn, crossing, rule.mode, left)
    else:
        await _of_crossing(turn, crossing, left)
    return turn.texts("alerts-dropped")


async def _edit_one(turn: Turn, place: Crossing, edit: One, kinds_of: Mode | None = None) -> str | None:
    """Edit what the chat is told of a crossing, begun with the settings of the others; then show it."""
    now = _minute(turn)

    def edited(all: All) -> All:
        others = tuple(each for each in all if each.crossing != place.id)
        mine = next((each for each in all if each.crossing == place.id), None)
        if mine is None:
            mine = Subscription(place.id, turn.language, (), now, now, str(place.timezone))
            if others:
                like = others[0]
                mine = replace(mine, zone=like.zone, quiet=like.quiet, urgent_may_pass=like.urgent_may_pass)
        return (*others, replace(edit(mine), language=turn.language))

    after = await _change(turn, edited)
    if isinstance(after, TooManyRules):
        await turn.show(screens.too_many(after.count, turn.texts))
        return None
    if kinds_of is not None:
        await _kinds(turn, place.id, kinds_of, after)
    else:
        await _of_crossing(turn, place.id, after)
    return turn.texts("alerts-kept")


async def _each(turn: Turn, crossing: str, edit: One) -> None:
    """Edit what there is of a crossing, and show it; what has ended meanwhile is offered anew."""
    known = crossings.known(turn, crossing).id
    await _of_crossing(
        turn, crossing, await _set(turn, lambda each: edit(each) if each.crossing == known else each)
    )


async def _set(turn: Turn, edit: One) -> All:
    """Edit each subscription on its own, which adds no rules."""
    after = await _change(turn, lambda all: tuple(map(edit, all)))
    assert not isinstance(after, TooManyRules)
    return after


async def _change(turn: Turn, edit: Callable[[All], All]) -> All | TooManyRules:
    turn.desk.limits.check(SUBSCRIPTIONS, turn.user_id, turn.update.update_id)
    after = await turn.desk.subscriptions.change(turn.chat_id, edit)
    turn.desk.limits.note(SUBSCRIPTIONS, turn.user_id, turn.update.update_id)
    return after


async def _of_crossing(turn: Turn, crossing: str, all: All) -> None:
    place = crossings.known(turn, crossing)
    mine = _mine(all, crossing)
    if mine is None:
        await turn.show(screens.ended(place, next(iter(place.modes)), turn.texts))
        return
    modes = dict.fromkeys(rule.mode for rule in mine.rules)
    known = [(await _news(turn, crossing, mode))[0] for mode in modes]
    already = await _already(turn, mine)
    await turn.show(screens.of_crossing(place, mine, known, already, turn.desk.clock.now(), turn.texts))


async def _already(turn: Turn, mine: Subscription) -> Collection[Rule]:
    """Return the rules that wait for what is so now: only if it changes and comes back will that be told."""
    desk, now, id = turn.desk, turn.desk.clock.now(), mine.crossing
    recent = await desk.reports.recent(id)
    found: set[Rule] = set()
    for mode in {rule.mode for rule in mine.rules}:
        held = recent.moderated.held_at(mode, now) is not None
        rules = [rule for rule in mine.rules if rule.mode is mode]
        travels = sorted({rule.topic.travel for rule in rules if rule.topic.travel})
        seen = look(id, mode, recent.reports, now, desk.history.usual(id, mode), travels, held=held)
        found |= {rule for rule in rules if judge(rule.topic, seen) is Verdict.HOLDS}
    return found


async def _kinds(turn: Turn, crossing: str, mode: Mode, all: All) -> None:
    mine = _mine(all, crossing)
    await turn.show(screens.kinds(crossings.known(turn, crossing), mode, mine, turn.texts))


async def _every(turn: Turn, all: All) -> None:
    known = turn.desk.catalogue.crossings
    listed = [(known[each.crossing], each) for each in all if each.crossing in known]
    await turn.show(screens.every(listed, turn.desk.clock.now(), turn.texts))


def _mine(all: All, crossing: str) -> Subscription | None:
    return next((each for each in all if each.crossing == crossing), None)


async def _news(turn: Turn, crossing: str, mode: Mode) -> tuple[ModeNews, datetime]:
    now = turn.desk.clock.now()
    return await turn.desk.board.news(crossing, mode, now), now


def _topic(number: int, what: What | None = None) -> Topic:
    try:
        topic = numbered(number)
    except UnknownTopic:
        raise StaleButton from None
    if what is not None and topic.what is not what:
        raise StaleButton
    return topic


def _minute(turn: Turn) -> datetime:
    return turn.desk.clock.now().replace(second=0, microsecond=0)
