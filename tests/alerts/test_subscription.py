"""What of the news is for whom and when: quiet hours in their own zone, pauses, ends, little room."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.news import EVENT_LASTS, Correction, News, Why
from bot.alerts.subscription import (
    LASTS,
    MOST_BYTES,
    MOST_RULES,
    Hold,
    Quiet,
    Reason,
    Send,
    Skip,
    Subscription,
    Unreadable,
    Wake,
    due,
    held,
    is_quiet,
    pack,
    quiet_since,
    unpack,
    wake_at,
    waking,
    wanted,
)
from bot.alerts.topics import TOPICS, Rule, Topic
from bot.crossings.report import STEP, Event, Mode
from bot.guide.model import Language
from bot.privacy.sealing import seal
from tests.alerts import given as anything
from tests.alerts.border import CLOSED, NOON, PLACE, REOPENED, above, below, event, go

NOTICES = event(Event.DRAFT_NOTICES)
NIGHT = Quiet(23 * 60, 8 * 60)
DAY = timedelta(days=1)


def subscribed(*topics: Topic, mode: Mode = Mode.CAR, **chosen) -> Subscription:  # type: ignore[no-untyped-def]
    """Return a subscription of yesterday, in Moscow."""
    rules = tuple(Rule(mode, topic) for topic in topics)
    made = NOON - DAY
    return replace(Subscription(PLACE, Language.RU, rules, made, made), **chosen)


def told(
    *topics: Topic, at: datetime = NOON, mode: Mode = Mode.CAR, corrects: datetime | None = None
) -> News:
    correction = None if corrects is None else Correction(corrects, Why.WITHDRAWN)
    return News(PLACE, mode, at, topics, corrects=correction)


def moscow(hour: int, minute: int = 0, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)


def utc(day: int, month: int) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def test_one_gets_what_one_asked_for_and_only_that() -> None:
    wants = subscribed(below(180), CLOSED)
    assert due(wants, told(CLOSED, below(60), below(180)), NOON) == Send((below(180), CLOSED))
    assert due(wants, told(below(60)), NOON) == Skip(Reason.UNWANTED)
    assert due(wants, told(CLOSED, mode=Mode.BUS), NOON) == Skip(Reason.UNWANTED)


def test_what_concerns_the_whole_crossing_is_told_once_to_who_asked_for_it_in_two_modes() -> None:
    rules = tuple(Rule(mode, topic) for mode in (Mode.FOOT, Mode.CAR) for topic in (NOTICES, CLOSED))
    wants = replace(subscribed(), rules=rules)
    news = [told(NOTICES, CLOSED, mode=mode) for mode in (Mode.CAR, Mode.FOOT)]
    assert [wanted(wants, each) for each in news] == [(CLOSED,), (NOTICES, CLOSED)]


def test_what_was_told_before_one_subscribed_is_not_for_one() -> None:
    wants = subscribed(CLOSED, begun_at=NOON + timedelta(minutes=1))
    assert due(wants, told(CLOSED), NOON + timedelta(minutes=2)) == Skip(Reason.EARLIER)
    later = told(CLOSED, at=NOON + timedelta(hours=1), corrects=NOON)
    assert due(wants, later, later.made_at) == Skip(Reason.EARLIER)


def test_renewing_loses_nothing() -> None:
    assert isinstance(due(subscribed(CLOSED, renewed_at=NOON + STEP), told(CLOSED), NOON + 2 * STEP), Send)


def test_pause_and_snooze_hold_nothing_back_for_later() -> None:
    until = NOON + timedelta(hours=2)
    assert due(subscribed(CLOSED, paused_until=until), told(CLOSED), NOON) == Skip(Reason.PAUSED)
    assert due(subscribed(CLOSED, snoozed_until=until), told(CLOSED), NOON) == Skip(Reason.SNOOZED)
    assert due(subscribed(CLOSED, snoozed_until=until), told(CLOSED, at=until), until) == Send((CLOSED,))


def test_a_correction_is_not_for_who_was_resting_when_it_was_told() -> None:
    correction = told(CLOSED, at=NOON + timedelta(hours=1), corrects=NOON)
    rested = subscribed(CLOSED, snoozed_until=NOON + timedelta(minutes=30))
    assert due(rested, correction, correction.made_at) == Skip(Reason.SNOOZED)
    assert due(subscribed(CLOSED), correction, correction.made_at) == Send((CLOSED,))


def test_what_is_of_no_use_any_more_is_not_sent() -> None:
    wants = subscribed(CLOSED, below(60), go(60, 30))
    news = told(CLOSED, below(60), go(60, 30))
    assert due(wants, news, NOON + timedelta(minutes=59)) == Send((CLOSED, below(60), go(60, 30)))
    assert due(wants, news, NOON + timedelta(hours=1)) == Send((CLOSED,))
    assert due(wants, news, NOON + timedelta(hours=6)) == Skip(Reason.STALE)


def test_a_subscription_ends_after_a_fortnight() -> None:
    wants = subscribed(CLOSED)
    last = wants.renewed_at + LASTS
    assert isinstance(due(wants, told(CLOSED, at=last - STEP), last - STEP), Send)
    assert due(wants, told(CLOSED, at=last), last) == Skip(Reason.ENDED)


@pytest.mark.parametrize(
    ("hour", "quiet"), [(22, False), (23, True), (2, True), (7, True), (8, False), (12, False)]
)
def test_quiet_hours_go_over_midnight(hour: int, quiet: bool) -> None:
    assert is_quiet(subscribed(quiet=NIGHT), moscow(hour)) is quiet
    assert is_quiet(subscribed(quiet=Quiet(8 * 60, 23 * 60)), moscow(hour)) is not quiet


def test_from_and_to_the_same_are_no_quiet_hours() -> None:
    wants = subscribed(quiet=Quiet(480, 480))
    assert not any(is_quiet(wants, NOON + number * STEP) for number in range(96))


def test_at_night_only_urgent_news_passes_and_only_if_chosen() -> None:
    at = moscow(2)
    news = told(below(180), NOTICES, at=at)
    wants = subscribed(below(180), NOTICES, quiet=NIGHT)
    assert due(wants, news, at) == Hold((below(180), NOTICES))
    awake = replace(wants, urgent_may_pass=True)
    assert due(awake, news, at) == Send((below(180), NOTICES))
    assert isinstance(due(awake, told(below(180), at=at), at), Hold)
    assert isinstance(due(subscribed(below(180), quiet=NIGHT, urgent_may_pass=True), news, at), Hold)


def night(*news: News, **chosen) -> list[tuple[Topic, ...]]:  # type: ignore[no-untyped-def]
    wants = subscribed(CLOSED, REOPENED, below(180), above(360), go(180, 60), quiet=NIGHT, **chosen)
    return [each.topics for each in held(wants, news, moscow(23, day=21))]


def test_in_the_morning_one_hears_what_the_night_brought_and_still_holds() -> None:
    fell = told(below(180), go(180, 60), at=moscow(1))
    closed = told(CLOSED, at=moscow(2))
    assert night(closed, fell) == [(below(180),), (CLOSED,)]
    assert night(fell, closed, told(REOPENED, at=moscow(3))) == [(below(180),), (REOPENED,)]
    assert night(fell, told(above(360), at=moscow(3))) == [(above(360),)]
    assert night(told(CLOSED, below(60), at=moscow(12))) == []


def test_what_was_corrected_in_the_night_is_not_told_at_all() -> None:
    correction = told(CLOSED, at=moscow(3), corrects=moscow(2))
    assert night(told(CLOSED, at=moscow(2)), correction) == []
    assert night(told(CLOSED, at=moscow(2)), told(REOPENED, at=moscow(2, 30)), correction) == [(REOPENED,)]


def test_what_was_told_in_the_evening_is_corrected_in_the_morning() -> None:
    evening = moscow(22, 45)
    assert night(told(CLOSED, at=moscow(23, 30), corrects=evening)) == [(CLOSED,)]


def test_what_was_on_its_way_as_quiet_hours_began_is_told_in_the_morning() -> None:
    late = told(CLOSED, at=moscow(22, 59, day=21))
    assert night(late) == [(CLOSED,)]
    assert night(late, told(REOPENED, at=moscow(3))) == [(REOPENED,)]
    # It may have been told before: then that it was wrong has to be, too.
    assert night(late, told(CLOSED, at=moscow(1), corrects=late.made_at)) == [(CLOSED,)]
    assert night(late, urgent_may_pass=True) == []  # for then it was told at once
    assert night(told(CLOSED, at=moscow(22, 59, day=21) - EVENT_LASTS)) == []


def test_urgent_news_that_woke_one_is_not_told_again_in_the_morning() -> None:
    assert night(told(REOPENED, at=moscow(1)), told(CLOSED, at=moscow(2)), urgent_may_pass=True) == []


@given(anything.subscriptions, st.lists(anything.news(), max_size=6), anything.seconds)
def test_of_what_is_held_nothing_contradicts_the_rest(
    subscription: Subscription, news: list[News], since: datetime
) -> None:
    found = held(subscription, news, since)
    assert list(found) == sorted(found, key=lambda each: each.made_at)
    for each in found:
        original = next(
            old for old in news if old.made_at == each.made_at and set(each.topics) <= set(old.topics)
        )
        assert set(each.topics) <= set(wanted(subscription, original))


@given(anything.subscriptions, anything.news(), anything.seconds)
def test_what_is_sent_was_wanted(subscription: Subscription, news: News, now: datetime) -> None:
    match due(subscription, news, now):
        case Send(topics):
            assert not is_quiet(subscription, now) or subscription.urgent_may_pass
        case Hold(topics):
            assert is_quiet(subscription, now)
        case Skip():
            return
    rules = {(rule.mode, rule.topic) for rule in subscription.rules}
    assert topics
    assert all((news.mode, topic) in rules and news.of_use_until(topic) > now for topic in topics)


def test_it_wakes_when_quiet_hours_end_for_the_digest_and_before_its_end() -> None:
    wants = subscribed(CLOSED, quiet=NIGHT, digest_hour=19)
    assert wake_at(wants, moscow(15)) == moscow(19)
    assert wake_at(wants, moscow(19)) == moscow(8, day=23)
    assert wake_at(wants, moscow(7, 59)) == moscow(8)
    assert waking(wants, moscow(8), moscow(8, 7)) == {Wake.MORNING}
    assert waking(wants, moscow(8), moscow(21)) == {Wake.MORNING, Wake.DIGEST}
    ends = wants.ends_at
    plain = subscribed(CLOSED)
    assert wake_at(plain, NOON) == ends - DAY
    assert waking(plain, ends - DAY, ends - DAY) == {Wake.OFFER}
    assert wake_at(plain, ends - DAY) == ends
    assert waking(plain, ends, ends + DAY) == {Wake.END}
    assert waking(wants, ends, ends + DAY) == {Wake.END}
    midnight = subscribed(CLOSED, digest_hour=0)
    assert wake_at(midnight, moscow(15)) == moscow(0, day=23)


def test_nobody_is_asked_to_renew_in_quiet_hours() -> None:
    wants = subscribed(CLOSED, quiet=Quiet(14 * 60, 16 * 60))
    asked = wants.ends_at - DAY
    assert is_quiet(wants, asked)
    assert waking(wants, asked, asked) == frozenset()
    assert wake_at(wants, asked) == asked + timedelta(hours=1)
    assert waking(wants, wake_at(wants, asked), asked + timedelta(hours=1)) == {Wake.MORNING, Wake.OFFER}


def test_while_it_rests_it_is_woken_only_for_its_end() -> None:
    wants = subscribed(CLOSED, quiet=NIGHT, digest_hour=8, paused_until=moscow(9))
    assert waking(wants, moscow(8), moscow(8)) == frozenset()
    assert waking(wants, wants.ends_at - DAY, wants.ends_at - DAY) == {Wake.OFFER}


@given(anything.subscriptions, anything.seconds)
def test_whatever_there_is_to_do_is_done_once_and_in_time(subscription: Subscription, now: datetime) -> None:
    at = wake_at(subscription, now)
    assert (at.minute % 15, at.second, at.microsecond) == (0, 0, 0)
    assert at > now or at >= subscription.ends_at
    rests = subscription.resting_until(at)
    assert waking(subscription, at, at) or rests
    if now < subscription.ends_at:
        assert at <= subscription.ends_at + STEP


@given(anything.subscriptions, st.integers(0, 365 * 96))
def test_quiet_hours_begin_and_end_whatever_the_clocks_do(subscription: Subscription, number: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + number * STEP
    began = quiet_since(subscription, at)
    if subscription.quiet is None:
        assert began is None
        return
    assert began is not None
    assert began <= at
    assert is_quiet(subscription, began)
    assert not is_quiet(subscription, began - STEP)
    lasting = replace(subscription, renewed_at=at, digest_hour=None, paused_until=None, snoozed_until=None)
    ends = wake_at(lasting, at)
    assert waking(lasting, ends, ends) == {Wake.MORNING}
    assert not is_quiet(subscription, ends)
    assert is_quiet(subscription, ends - STEP)


# Berlin: on 29 March 02:00 becomes 03:00, on 25 October 03:00 becomes 02:00.
@pytest.mark.parametrize(
    ("quiet", "before", "wakes"),
    [
        (Quiet(23 * 60, 150), utc(29, 3), ["29 01:00"]),  # 02:30 does not come: at 03:00
        (Quiet(23 * 60, 150), utc(25, 10), ["25 00:30", "25 01:30"]),  # it comes twice
        (Quiet(135, 165), utc(29, 3), ["30 00:45"]),  # that hour is left out
    ],
)
def test_clocks_that_change_in_the_night(quiet: Quiet, before: datetime, wakes: list[str]) -> None:
    wants = subscribed(CLOSED, quiet=quiet, zone="Europe/Berlin", renewed_at=before)
    at, found = before, []
    for _ in wakes:
        at = wake_at(wants, at)
        found.append(f"{at:%d %H:%M}")
    assert found == wakes


@pytest.mark.parametrize(("month", "day"), [(3, 28), (3, 29), (10, 24), (10, 25)])
def test_a_digest_comes_once_a_day_even_if_its_hour_is_left_out_or_comes_twice(month: int, day: int) -> None:
    start = datetime(2026, month, day, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    wants = subscribed(CLOSED, digest_hour=2, zone="Europe/Berlin", renewed_at=start)
    first = wake_at(wants, start)
    second = wake_at(wants, first)
    local = [at.astimezone(ZoneInfo("Europe/Berlin")).date() for at in (first, second)]
    assert local == [start.astimezone(ZoneInfo("Europe/Berlin")).date() + each * DAY for each in (0, 1)]


@given(anything.subscriptions)
def test_a_subscription_is_packed_in_little_room_and_unpacked(subscription: Subscription) -> None:
    packed = pack(subscription)
    assert len(packed) <= MOST_BYTES
    assert unpack(packed) == subscription


def test_the_largest_subscription_fits_beside_a_chat() -> None:
    rules = tuple(Rule(Mode.BOAT, topic) for topic in TOPICS[:MOST_RULES])
    largest = replace(subscribed(), crossing="x" * 40, rules=rules, zone="America/Argentina/ComodRivadavia")
    seal(bytes(32), "subscriptions.sealed", 1, bytes(8) + pack(largest))
    with pytest.raises(ValueError, match="at most 20"):
        replace(largest, rules=tuple(Rule(Mode.BOAT, topic) for topic in TOPICS[: MOST_RULES + 1]))


@given(st.binary(max_size=MOST_BYTES + 10) | st.binary(max_size=180).map(lambda each: b"\x01" + each))
def test_what_is_no_subscription_is_said_to_be_none(junk: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(unpack(junk), Subscription)


@given(anything.subscriptions, st.integers(0, MOST_BYTES), st.integers(1, 255))
def test_a_byte_that_is_wrong_is_found_or_means_something_else(
    subscription: Subscription, place: int, other: int
) -> None:
    packed = bytearray(pack(subscription))
    packed[place % len(packed)] ^= other
    with suppress(Unreadable):
        assert unpack(bytes(packed)) != subscription
    with pytest.raises(Unreadable):
        unpack(b"\x00" + bytes(packed[1:]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Base"},
        {"zone": "../etc"},
        {"zone": ""},
        {"digest_hour": 24},
        {"rules": (Rule(Mode.CAR, CLOSED),) * 2},
    ],
)
def test_what_cannot_be_is_refused(wrong) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"zone|digest|rules"):
        subscribed(**wrong)
    with pytest.raises(ValueError, match="quarters"):
        Quiet(7, 480)
