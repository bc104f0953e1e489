import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as configured
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.telegram.limits import (
    GROUP,
    PATIENCE,
    PRIVATE,
    TRIES,
    Lane,
    Limit,
    Limiter,
    Sent,
    backoff,
    counts,
    free_at,
    held,
    noted,
    nothing_sent,
    per_second,
)
from tests.clock import ManualClock, settle


@pytest.fixture(autouse=True)
def _retry_after_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@dataclass
class Telegram:
    """Answers calls through a limiter and remembers when each came."""

    clock: ManualClock = field(default_factory=ManualClock)
    rate: float = 28
    answers: list[TelegramError] = field(default_factory=list)
    came: list[tuple[float, Lane, int | str | None, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.clock, rate=self.rate, jitter=lambda: 0.0)
        self.began = self.clock.monotonic()

    async def call(
        self,
        chat: int | str | None = 1,
        lane: Lane | None = None,
        endpoint: str = "sendMessage",
        label: object = None,
    ) -> Any:
        async def post() -> bool:
            self.came.append((self.clock.monotonic(), lane or Lane.INTERACTIVE, chat, label))
            if self.answers:
                raise self.answers.pop(0)
            return True

        data = {} if chat is None else {"chat_id": chat}
        return await self.limiter.process_request(post, (), {}, endpoint, data, lane)

    @property
    def times(self) -> list[float]:
        return [at for at, *_ in self.came]

    @property
    def labels(self) -> list[object]:
        return [label for *_, label in self.came]


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    telegram = Telegram()
    yield telegram
    await telegram.limiter.shutdown()


def most_within(times: list[float], seconds: float) -> int:
    # A hair less than the stretch: 0.1 + 0.2 is not 0.3.
    return max((sum(at <= t < at + seconds - 1e-6 for t in times) for at in times), default=0)


# --- the arithmetic


@given(
    limits=st.lists(st.builds(Limit, st.integers(1, 30), st.floats(0.5, 60)), min_size=1, max_size=3),
    wishes=st.lists(st.floats(0, 5), max_size=120),
)
@configured(deadline=None)
def test_no_stretch_of_time_holds_more_than_the_limit(limits: list[Limit], wishes: list[float]) -> None:
    sent, now, times = nothing_sent(tuple(limits)), 0.0, []
    for pause in wishes:
        now = max(now + pause, free_at(sent))
        sent = noted(sent, now)
        times.append(now)
    for limit in limits:
        assert most_within(times, limit.seconds) <= limit.count


@given(count=st.integers(1, 30), seconds=st.floats(0.5, 60), gap=st.floats(0.01, 100))
def test_nothing_waits_that_is_within_the_limit(count: int, seconds: float, gap: float) -> None:
    sent = nothing_sent((Limit(count, seconds),))
    for number in range(count):
        assert free_at(sent) <= number * gap
        sent = noted(sent, number * gap)
    assert free_at(sent) == seconds


@given(rate=st.floats(0.1, 1000))
def test_a_rate_need_not_be_a_whole_number(rate: float) -> None:
    limit = per_second(rate)
    assert limit.count / limit.seconds == pytest.approx(rate)


def test_a_hold_is_not_shortened_by_a_later_one() -> None:
    assert free_at(held(held(nothing_sent(PRIVATE), 30), 5)) == 30


@pytest.mark.parametrize(
    ("endpoint", "counted"),
    [
        ("sendMessage", True),
        ("sendPhoto", True),
        ("editMessageText", True),
        ("editMessageReplyMarkup", True),
        ("copyMessage", True),
        ("answerCallbackQuery", False),
        ("answerInlineQuery", False),
        ("sendChatAction", False),
        ("setMyCommands", False),
        ("getMe", False),
        ("deleteMessage", False),
        ("editForumTopic", False),
    ],
)
def test_only_what_puts_or_changes_a_message_counts(endpoint: str, counted: bool) -> None:
    assert counts(endpoint) is counted


def test_backoff_grows_to_half_a_minute_and_jitter_shortens_it() -> None:
    assert [backoff(failures, 0) for failures in (1, 2, 3, 7, 50)] == [0.5, 1, 2, 30, 30]
    assert backoff(3, 1) == 1


def test_ptb_does_not_drop_a_lane() -> None:
    assert all(Lane)


# --- limits


async def test_a_burst_to_many_chats_stays_within_the_rate(telegram: Telegram) -> None:
    async with asyncio.TaskGroup() as group:
        for chat in range(1, 201):
            group.create_task(telegram.call(chat))
        await telegram.clock.advance(10)
    assert most_within(telegram.times, 1) == 28
    assert max(telegram.times) < 200 / 28


async def test_a_chat_gets_a_short_burst_and_then_one_a_second(telegram: Telegram) -> None:
    for _ in range(5):
        await telegram.call(7)
    assert telegram.times == [0] * 5
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(7))
        await telegram.clock.advance(4.9)
        assert len(telegram.came) == 5
        await telegram.clock.advance(0.2)
    assert telegram.times[-1] == 5


async def test_a_group_gets_20_a_minute(telegram: Telegram) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(40):
            group.create_task(telegram.call(-100123, Lane.ALERTS))
        await telegram.clock.advance(150)
    assert most_within(telegram.times, 60) == 20


async def test_a_number_in_words_is_the_same_chat_and_a_name_is_a_group(telegram: Telegram) -> None:
    for chat in (-5, "-5", -5, "-5", -5):
        await telegram.call(chat)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(telegram.call("-5"), 0.01)
    assert telegram.limiter.remembered == 1
    async with asyncio.TaskGroup() as group:
        for _ in range(21):
            group.create_task(telegram.call("@channel", Lane.ALERTS))
        await telegram.clock.advance(59)
        assert sum(chat == "@channel" for _, _, chat, _ in telegram.came) == 20
        await telegram.clock.advance(2)


async def test_what_does_not_count_never_waits(telegram: Telegram) -> None:
    for _ in range(100):
        await telegram.call(7, endpoint="answerCallbackQuery")
        await telegram.call(7, endpoint="sendChatAction")
    assert telegram.times == [0] * 200
    await telegram.call(7)


async def test_a_busy_chat_does_not_hold_up_the_others(telegram: Telegram) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(9):
            group.create_task(telegram.call(1))
        for chat in range(2, 12):
            group.create_task(telegram.call(chat))
        await settle()
        assert Counter(chat for _, _, chat, _ in telegram.came) == {1: 5} | dict.fromkeys(range(2, 12), 1)
        await telegram.clock.advance(10)


# --- lanes


async def test_replies_go_before_alerts_that_came_earlier(telegram: Telegram) -> None:
    async with asyncio.TaskGroup() as group:
        for chat in range(100, 200):
            group.create_task(telegram.call(chat, Lane.ALERTS))
        await telegram.clock.advance(0.5)
        for chat in range(1, 29):
            group.create_task(telegram.call(chat))
        await settle()
        replies = [at for at, lane, *_ in telegram.came if lane is Lane.INTERACTIVE]
        assert replies == [0.5] * 7, "alerts leave a quarter of the places to replies"
        await telegram.clock.advance(0.6)
        assert sum(lane is Lane.INTERACTIVE for _, lane, *_ in telegram.came) == 28
        await telegram.clock.advance(10)


async def test_a_lane_is_served_by_arrival(telegram: Telegram) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(telegram.call(number + 1, label=number))
        await telegram.clock.advance(5)
    assert telegram.labels == list(range(100))


@given(
    arrivals=st.lists(
        st.tuples(
            st.sampled_from([0, 0, 0, 0.05, 0.3, 1.1]),
            st.sampled_from(Lane),
            st.sampled_from([1, 2, 3, 4, 5, 6, -1]),
            st.integers(0, 9).map(lambda n: n == 0),
        ),
        max_size=60,
    ),
    rate=st.sampled_from([0.7, 2, 5, 28]),
    refusals=st.dictionaries(st.integers(0, 60), st.integers(1, 20), max_size=3),
)
@configured(deadline=None, max_examples=150)
def test_any_traffic(
    arrivals: list[tuple[float, Lane, int, bool]], rate: float, refusals: dict[int, int]
) -> None:
    """Limits hold in every stretch of time, no alert goes while a reply could, and every call ends."""

    async def story() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PTB_TIMEDELTA", "true")
            await _any_traffic(arrivals, rate, refusals)

    asyncio.run(story())


class Traffic:
    """Calls that check, each time one goes out, that it may."""

    def __init__(self, rate: float, refusals: dict[int, int]) -> None:
        self.clock = ManualClock()
        self.rate = rate
        self.limiter = Limiter(self.clock, rate=rate, jitter=lambda: 0.5)
        self.refusals = refusals
        self.chats: dict[int, Sent] = {}
        self.replies: dict[int, int] = {}  # that wait: number -> chat
        self.out: list[tuple[float, int]] = []
        self.under_way = 0

    async def call(self, number: int, lane: Lane, chat: int) -> None:
        self.chats.setdefault(chat, nothing_sent(GROUP if chat < 0 else PRIVATE))
        if lane is Lane.INTERACTIVE:
            self.replies[number] = chat
        self.under_way += 1
        try:
            await self.limiter.process_request(
                self.post, (number, lane, chat), {}, "sendMessage", {"chat_id": chat}, lane
            )
        except RetryAfter:
            assert lane is Lane.INTERACTIVE, "an alert waits as long as Telegram says"
        finally:
            self.replies.pop(number, None)
            self.under_way -= 1

    async def post(self, number: int, lane: Lane, chat: int) -> bool:
        now = self.clock.monotonic()
        self.replies.pop(number, None)
        if lane is Lane.ALERTS:
            assert not [other for other in self.replies.values() if free_at(self.chats[other]) <= now]
        self.chats[chat] = noted(self.chats[chat], now)
        self.out.append((now, chat))
        if (seconds := self.refusals.pop(len(self.out), None)) is not None:
            self.chats[chat] = held(self.chats[chat], now + seconds)
            raise RetryAfter(seconds)
        return True

    def check(self) -> None:
        assert self.under_way == 0, "every call ends"
        assert self.limiter.waiting == 0
        limit = per_second(self.rate)
        assert most_within([at for at, _ in self.out], limit.seconds) <= limit.count
        for one in self.chats:
            times = [at for at, chat in self.out if chat == one]
            for limit in GROUP if one < 0 else PRIVATE:
                assert most_within(times, limit.seconds) <= limit.count


async def _any_traffic(
    arrivals: list[tuple[float, Lane, int, bool]], rate: float, refusals: dict[int, int]
) -> None:
    traffic = Traffic(rate, refusals)
    async with asyncio.TaskGroup() as group:
        for number, (pause, lane, chat, impatient) in enumerate(arrivals):
            await traffic.clock.advance(pause)
            task = group.create_task(traffic.call(number, lane, chat))
            if impatient:
                await settle(2)
                task.cancel()
        await traffic.clock.advance(1000)
    traffic.check()
    await traffic.limiter.shutdown()


# --- refusals and failures


async def test_a_429_holds_everybody_for_all_of_its_time(telegram: Telegram) -> None:
    telegram.answers = [RetryAfter(7)]
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(1, label="first"))
        await settle()
        group.create_task(telegram.call(2, label="other chat"))
        group.create_task(telegram.call(3, Lane.ALERTS, label="alert"))
        await telegram.clock.advance(6.9)
        assert telegram.labels == ["first"]
        await telegram.clock.advance(0.2)
    assert telegram.labels == ["first", "first", "other chat", "alert"]
    assert telegram.times[1:] == [7, 7, 7]


async def test_a_429_that_is_clearly_the_chats_own_holds_only_that_chat(telegram: Telegram) -> None:
    for _ in range(4):
        await telegram.call(1)
    telegram.answers = [RetryAfter(8)]
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(1, label="too many"))
        await settle()
        await telegram.call(2, label="other chat")
        group.create_task(telegram.call(1, label="same chat"))
        await telegram.clock.advance(7.9)
        assert telegram.labels[4:] == ["too many", "other chat"]
        await telegram.clock.advance(0.2)
        assert sorted(map(str, telegram.labels[6:])) == ["same chat", "too many"]


async def test_a_reply_gives_up_at_once_when_telegram_says_too_long(telegram: Telegram) -> None:
    telegram.answers = [RetryAfter(11)]
    with pytest.raises(RetryAfter):
        await telegram.call(1)
    with pytest.raises(RetryAfter):  # all are held
        await telegram.call(2)
    assert telegram.times == [0]
    await telegram.clock.advance(11)
    await telegram.call(2)
    assert telegram.times == [0, 11]


async def test_a_reply_gives_up_when_it_has_waited_too_long_and_an_alert_does_not() -> None:
    telegram = Telegram(rate=1)
    async with asyncio.TaskGroup() as group:
        replies = [group.create_task(_outcome(telegram.call(chat))) for chat in range(1, 21)]
        alert = group.create_task(_outcome(telegram.call(99, Lane.ALERTS)))
        await telegram.clock.advance(PATIENCE + 0.1)
        assert sum(task.done() for task in replies) == 20
        assert Counter(task.result() for task in replies) == {"True": 10, "RetryAfter": 10}
        await telegram.clock.advance(10)
    assert alert.result() == "True"
    await telegram.limiter.shutdown()


async def _outcome(call: Any) -> str:
    try:
        return str(await call)
    except TelegramError as error:
        return type(error).__name__


@pytest.mark.parametrize("error", [NetworkError("Bad Gateway"), TimedOut()])
async def test_network_and_server_errors_are_tried_again_with_growing_pauses(
    telegram: Telegram, error: NetworkError
) -> None:
    telegram.answers = [error] * 3
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(1))
        await telegram.clock.advance(20)
    assert telegram.times == [0, 0.5, 1.5, 3.5]


async def test_a_reply_gives_up_within_its_patience_when_the_network_is_down(telegram: Telegram) -> None:
    telegram.answers = [NetworkError("down")] * 100
    async with asyncio.TaskGroup() as group:
        reply = group.create_task(_outcome(telegram.call(1)))
        await telegram.clock.advance(PATIENCE)
    assert reply.result() == "NetworkError"
    assert max(telegram.times) <= PATIENCE


async def test_an_alert_gives_up_after_some_tries(telegram: Telegram) -> None:
    telegram.answers = [NetworkError("down")] * 100
    async with asyncio.TaskGroup() as group:
        alert = group.create_task(_outcome(telegram.call(1, Lane.ALERTS)))
        await telegram.clock.advance(200)
    assert alert.result() == "NetworkError"
    assert len(telegram.came) == TRIES


@pytest.mark.parametrize("error", [BadRequest("message is not modified"), Forbidden("blocked")])
async def test_what_telegram_refuses_for_good_is_not_tried_again(
    telegram: Telegram, error: TelegramError
) -> None:
    telegram.answers = [error]
    with pytest.raises(type(error)):
        await telegram.call(1)
    assert len(telegram.came) == 1


async def test_a_429_to_what_does_not_count_holds_nobody_else(telegram: Telegram) -> None:
    telegram.answers = [RetryAfter(5)]
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(None, endpoint="setMyCommands", label="commands"))
        await settle()
        await telegram.call(1, label="reply")
        assert telegram.times == [0, 0]
        await telegram.clock.advance(5)
    assert telegram.labels == ["commands", "reply", "commands"]


# --- housekeeping


async def test_idle_chats_are_forgotten(telegram: Telegram) -> None:
    async with asyncio.TaskGroup() as group:
        for chat in range(1, 501):
            group.create_task(telegram.call(chat, Lane.ALERTS))
        await telegram.clock.advance(60)
    assert telegram.limiter.remembered > 100
    await telegram.clock.advance(120)
    for _ in range(250):
        await telegram.call(1_000)
        await telegram.clock.advance(1)
    assert telegram.limiter.remembered == 1


async def test_a_held_chat_is_not_forgotten(telegram: Telegram) -> None:
    telegram.answers = [RetryAfter(600)]
    with pytest.raises(RetryAfter):
        await telegram.call(1)
    await telegram.clock.advance(300)
    with pytest.raises(RetryAfter):
        await telegram.call(1)


async def test_a_call_that_is_cancelled_leaves_its_place_to_others(telegram: Telegram) -> None:
    for _ in range(5):
        await telegram.call(1)
    waiting = [asyncio.get_running_loop().create_task(telegram.call(1, label=n)) for n in range(3)]
    await settle()
    waiting[0].cancel()
    await telegram.clock.advance(6)
    assert telegram.labels[5:] == [1, 2]
    assert telegram.limiter.waiting == 0


async def test_shutdown_ends_what_waits(telegram: Telegram) -> None:
    for _ in range(5):
        await telegram.call(1)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_outcome(telegram.call(1)))
        await settle()
        await telegram.limiter.shutdown()
    assert waiting.result() == "TelegramError"
    assert telegram.clock.sleepers == 0


async def test_nothing_runs_while_nothing_waits(telegram: Telegram) -> None:
    for chat in range(1, 20):
        await telegram.call(chat)
    assert telegram.clock.sleepers == 0
    assert len(asyncio.all_tasks()) == 1


async def test_letting_a_message_through_costs_microseconds() -> None:
    class Racing(ManualClock):
        def monotonic(self) -> float:  # so that no limit is ever reached
            self._elapsed += 1
            return self._elapsed

    limiter = Limiter(Racing())

    async def post() -> bool:
        return True

    best = math.inf
    for _ in range(5):
        began = time.perf_counter()
        for chat in range(200):
            await limiter.process_request(post, (), {}, "sendMessage", {"chat_id": chat}, None)
        best = min(best, (time.perf_counter() - began) / 200)
    assert best < 200e-6  # measured: about 10 µs; the rest is for a machine under load


def test_a_method_that_ptb_learns_must_be_looked_at() -> None:
    names = ("send", "edit", "copy", "forward", "stop")
    assert {name for name in dir(Bot) if name.startswith(names) and "_" not in name and not counts(name)} <= {
        "sendChatAction",
        "sendMessageDraft",
        "editForumTopic",
        "editGeneralForumTopic",
        "editChatInviteLink",
        "editChatSubscriptionInviteLink",
        "editStory",
        "editUserStarSubscription",
    }
