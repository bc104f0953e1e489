import asyncio
import math
import random
import time
from bisect import bisect_left
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

from bot.telegram.allowance import (
    GROUP,
    LEARNING,
    PRIVATE,
    Limit,
    Sent,
    begun,
    ended,
    free_at,
    held,
    nothing_sent,
    per_second,
)
from bot.telegram.limits import (
    ALERTS_PEAK,
    AT_ONCE,
    PATIENCE,
    TRIES,
    Errand,
    Lane,
    Limiter,
    Unwanted,
    backoff,
    counts,
    limits_for,
)
from tests.clock import ManualClock, settle


@pytest.fixture(autouse=True)
def _retry_after_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@dataclass
class Telegram:
    """Answers calls through a limiter and remembers when each came; `latency` is how long a call takes."""

    clock: ManualClock = field(default_factory=ManualClock)
    rate: float = 28
    latency: float = 0
    answers: list[TelegramError] = field(default_factory=list)
    came: list[tuple[float, Lane, int | str | None, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.clock, rate=self.rate, jitter=lambda: 0.0)
        self.began = self.clock.monotonic()

    async def call(
        self,
        chat: int | str | None = 1,
        lane: Lane | Errand | None = None,
        endpoint: str = "sendMessage",
        label: object = None,
    ) -> Any:
        async def post() -> bool:
            which = Lane.ALERTS if isinstance(lane, Errand) else lane or Lane.INTERACTIVE
            self.came.append((self.clock.monotonic(), which, chat, label))
            if self.latency:
                await self.clock.sleep(self.latency)
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
    ordered = sorted(times)
    return max(
        (bisect_left(ordered, at + seconds - 1e-6) - number for number, at in enumerate(ordered)), default=0
    )


# --- the arithmetic


@given(
    limits=st.lists(st.builds(Limit, st.integers(1, 30), st.floats(0.5, 60)), min_size=1, max_size=3),
    calls=st.lists(st.tuples(st.floats(0, 5), st.floats(0, 3), st.floats(0, 1)), max_size=100),
)
@configured(deadline=None)
def test_whenever_messages_arrive_no_stretch_of_time_holds_more_than_the_limit(
    limits: list[Limit], calls: list[tuple[float, float, float]]
) -> None:
    sent, now = nothing_sent(tuple(limits)), 0.0
    under_way: list[float] = []  # when they end
    arrivals = []
    for pause, lasts, arrives in calls:
        now += pause
        while True:
            for at in sorted(under_way):
                if at <= now or math.isinf(free_at(sent)):
                    under_way.remove(at)
                    sent = ended(sent, at)
                    now = max(now, at)
            if free_at(sent) <= now:
                break
            now = min([free_at(sent), *under_way])
        sent = begun(sent)
        under_way.append(now + lasts)
        arrivals.append(now + lasts * arrives)
    for limit in limits:
        assert most_within(arrivals, limit.seconds) <= limit.count


@given(count=st.integers(1, 30), seconds=st.floats(0.5, 60), gap=st.floats(0.01, 100))
def test_nothing_waits_that_is_within_the_limit(count: int, seconds: float, gap: float) -> None:
    sent = nothing_sent((Limit(count, seconds),))
    for number in range(count):
        assert free_at(sent) <= number * gap
        sent = ended(begun(sent), number * gap)
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
        ("editmessagetext", True),  # as `Turn` calls it
        ("editMessageReplyMarkup", True),
        ("copyMessage", True),
        ("answerCallbackQuery", False),
        ("answerInlineQuery", False),
        ("sendChatAction", False),
        ("sendchataction", False),
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
        await telegram.clock.advance(1.5)
        for chat in range(1, 29):
            group.create_task(telegram.call(chat))
        await settle()
        replies = [at for at, lane, *_ in telegram.came if lane is Lane.INTERACTIVE]
        assert replies == [1.5, 1.5], "places are free whatever waits"
        await telegram.clock.advance(1.1)
        assert sum(lane is Lane.INTERACTIVE for _, lane, *_ in telegram.came) == 28
        await telegram.clock.advance(10)


@pytest.mark.parametrize(("rate", "seconds"), [(28, 20), (1000, 2)])
@pytest.mark.parametrize("latency", [0, 0.12])
async def test_a_fan_out_takes_nearly_all_of_the_rate_evenly_and_leaves_a_place(
    rate: int, seconds: int, latency: float
) -> None:
    """`latency` is that of a call."""
    telegram = Telegram(rate=rate, latency=latency)
    count = rate * seconds
    left, waited = iter(range(1, count)), []

    async def fan() -> None:
        for chat in left:
            await telegram.call(chat, Lane.ALERTS)

    async with asyncio.TaskGroup() as group:
        fans = [group.create_task(fan()) for _ in range(max(16, int(rate / 4)))]
        for reply in range(count, count + 10):
            await telegram.clock.advance(seconds * 0.083)
            asked_at = telegram.clock.monotonic()
            group.create_task(telegram.call(reply, label="reply"))
            await telegram.clock.advance(0.05)
            waited.append(next(at for at, *_, label in reversed(telegram.came) if label) - asked_at)
        await telegram.clock.advance(seconds)
        assert all(fan.done() for fan in fans)
    alerts = [at for at, lane, *_ in telegram.came if lane is Lane.ALERTS]
    learned = alerts[2 * LEARNING] + 0.5  # what went before counts from the end of its call
    late = [at for at in alerts if at >= learned]
    assert (len(late) - 1) / (late[-1] - late[0]) >= 0.98 * rate
    assert max(waited) <= 1 / 28, "while it learns how long a call takes, turns bunch a little"
    assert most_within(telegram.times, 1) <= max(rate, 30)
    assert most_within(alerts, 0.25) <= rate * 0.25 * ALERTS_PEAK + rate * AT_ONCE + 2
    await telegram.limiter.shutdown()


@pytest.mark.parametrize(("rate", "every", "share"), [(28, 0.71, 0.98), (28, 0.39, 0.94), (1000, 0.39, 0.98)])
async def test_replies_that_come_one_by_one_never_wait_for_alerts(
    rate: int, every: float, share: float
) -> None:
    telegram = Telegram(rate=rate)
    left, replies = iter(range(1, rate * 10)), iter(range(rate * 10, rate * 20))

    async def fan() -> None:
        for chat in left:
            await telegram.call(chat, Lane.ALERTS)

    async with asyncio.TaskGroup() as group:
        fans = [group.create_task(fan()) for _ in range(16)]
        while not all(fan.done() for fan in fans):
            await telegram.clock.advance(every)
            before = len(telegram.came)
            group.create_task(telegram.call(next(replies)))
            await settle()
            assert Lane.INTERACTIVE in {lane for _, lane, *_ in telegram.came[before:]}, "it waits"
    alerts = [at for at, lane, *_ in telegram.came if lane is Lane.ALERTS]
    assert (len(alerts) - 1) / (alerts[-1] - alerts[0]) >= share * rate
    assert most_within(telegram.times, 1) <= max(rate, 30)
    await telegram.limiter.shutdown()


@given(seed=st.integers(0, 999), there=st.floats(0, 0.2), back=st.floats(0, 0.2))
@configured(deadline=None, max_examples=20)
def test_however_the_ways_vary_no_second_holds_too_many(seed: int, there: float, back: float) -> None:
    """A call takes at least the way `there` and `back`, and each of its ways more by chance."""
    arrived = []
    chance = random.Random(seed)
    ways = [(chance.uniform(0, 0.3), chance.uniform(0, 0.3)) for _ in range(300)]

    async def story() -> None:
        clock = ManualClock()
        limiter = Limiter(clock, rate=28)
        # Some are as quick as can be: what takes longer for all and at once is quick again cannot be known.
        varied = iter([(0.0, 0.0) if number % 20 == 0 else way for number, way in enumerate(ways)])

        async def post() -> bool:
            more_there, more_back = next(varied)
            await clock.sleep(there + more_there)
            arrived.append(clock.monotonic())
            await clock.sleep(back + more_back)
            return True

        async with asyncio.TaskGroup() as group:
            for chat in range(1, len(ways) + 1):
                lane = Lane.INTERACTIVE if chat % 20 == 0 else Lane.ALERTS
                call = limiter.process_request(post, (), {}, "sendMessage", {"chat_id": chat}, lane)
                group.create_task(call)
            await clock.advance(60)
        await limiter.shutdown()

    asyncio.run(story())
    assert len(arrived) == len(ways)
    assert most_within(arrived, 1) <= 30


async def test_an_alert_that_is_not_wanted_at_its_turn_does_not_go(telegram: Telegram) -> None:
    wanted = [True, False]

    async def still() -> bool:
        return wanted.pop(0)

    telegram.answers = [RetryAfter(3)]
    async with asyncio.TaskGroup() as group:
        alert = group.create_task(_outcome(telegram.call(1, Errand(still))))
        await telegram.clock.advance(2)
        assert len(telegram.came) == 1
        await telegram.clock.advance(2)
        assert alert.result() == "unwanted"
        assert len(telegram.came) == 1, "asked again when the hold was over"


async def test_a_lane_is_served_by_arrival(telegram: Telegram) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(telegram.call(number + 1, label=number))
        await telegram.clock.advance(5)
    assert telegram.labels == list(range(100))


@dataclass(frozen=True)
class Wish:
    pause: float  # after the one before
    lane: Lane
    chat: int
    lasts: float
    arrives: float  # 0 as soon as the call begins, 1 when it ends
    cancelled: bool


wishes = st.builds(
    Wish,
    pause=st.sampled_from([0, 0, 0, 0.05, 0.3, 1.1]),
    lane=st.sampled_from(Lane),
    chat=st.sampled_from([1, 2, 3, 4, 5, 6, -1]),
    lasts=st.sampled_from([0, 0, 0.1, 0.7, 5]),
    arrives=st.floats(0, 1),
    cancelled=st.integers(0, 9).map(lambda n: n == 0),
)


@given(
    wishes=st.lists(wishes, max_size=60),
    rate=st.sampled_from([0.7, 2, 5, 28]),
    refusals=st.dictionaries(st.integers(0, 60), st.integers(1, 20), max_size=3),
)
@configured(deadline=None, max_examples=150)
def test_any_traffic(wishes: list[Wish], rate: float, refusals: dict[int, int]) -> None:
    """Limits hold in every stretch of time, no alert goes while a reply could, and every call ends."""

    async def story() -> None:
        traffic = Traffic(rate, refusals)
        async with asyncio.TaskGroup() as group:
            for number, wish in enumerate(wishes):
                await traffic.clock.advance(wish.pause)
                task = group.create_task(traffic.call(number, wish))
                if wish.cancelled:
                    await settle(number % 4)
                    task.cancel()
            await traffic.clock.advance(1000)
        traffic.check()
        await traffic.limiter.shutdown()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTB_TIMEDELTA", "true")
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
        self.arrived: list[tuple[float, int]] = []
        self.under_way = 0

    async def call(self, number: int, wish: Wish) -> None:
        self.chats.setdefault(wish.chat, nothing_sent(GROUP if wish.chat < 0 else PRIVATE))
        if wish.lane is Lane.INTERACTIVE:
            self.replies[number] = wish.chat
        self.under_way += 1
        try:
            data = {"chat_id": wish.chat}
            await self.limiter.process_request(self.post, (number, wish), {}, "sendMessage", data, wish.lane)
        except RetryAfter:
            assert wish.lane is Lane.INTERACTIVE, "an alert waits as long as Telegram says"
        finally:
            self.replies.pop(number, None)
            self.under_way -= 1

    async def post(self, number: int, wish: Wish) -> bool:
        now = self.clock.monotonic()
        self.replies.pop(number, None)
        if wish.lane is Lane.ALERTS:
            assert not [other for other in self.replies.values() if free_at(self.chats[other]) <= now]
        self.chats[wish.chat] = begun(self.chats[wish.chat])
        try:
            await self.clock.sleep(wish.lasts * wish.arrives)
            self.arrived.append((self.clock.monotonic(), wish.chat))
            seconds = self.refusals.pop(len(self.arrived), None)
            await self.clock.sleep(wish.lasts * (1 - wish.arrives))
            if seconds is not None:
                until = self.clock.monotonic() + seconds
                self.chats[wish.chat] = held(self.chats[wish.chat], until)
                raise RetryAfter(seconds)
        finally:
            self.chats[wish.chat] = ended(self.chats[wish.chat], self.clock.monotonic())
        return True

    def check(self) -> None:
        assert self.under_way == 0, "every call ends"
        assert self.limiter.waiting == 0
        for limit in limits_for(self.rate)[None]:
            assert most_within([at for at, _ in self.arrived], limit.seconds) <= limit.count
        for one in self.chats:
            times = [at for at, chat in self.arrived if chat == one]
            for limit in GROUP if one < 0 else PRIVATE:
                assert most_within(times, limit.seconds) <= limit.count


async def test_nothing_goes_early_because_somebody_asked() -> None:
    telegram = Telegram(rate=1)
    await telegram.call(1)
    async with asyncio.TaskGroup() as group:
        await telegram.clock.advance(0.9)
        group.create_task(telegram.call(2))
        group.create_task(telegram.call(3))
        await telegram.clock.advance(0.05)
        assert telegram.times == [0]
        await telegram.clock.advance(2)
    assert telegram.times == [0, 1, 2]
    await telegram.limiter.shutdown()


async def test_a_reply_that_waited_can_wait_again(telegram: Telegram) -> None:
    for _ in range(5):
        await telegram.call(1)
    telegram.answers = [RetryAfter(2)]
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(1))
        await telegram.clock.advance(10)
    assert telegram.times[5:] == [5, 7]


async def test_a_reply_gives_up_on_a_chat_whose_calls_do_not_end(telegram: Telegram) -> None:
    telegram.latency = PATIENCE + 5
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(telegram.call(1))
        late = group.create_task(_outcome(telegram.call(1)))
        await telegram.clock.advance(PATIENCE + 0.1)
        assert late.result() == "RetryAfter"
        await telegram.clock.advance(PATIENCE)


async def test_a_limit_is_not_used_up_by_calls_that_never_went_out(telegram: Telegram) -> None:
    async def nobody() -> bool:
        raise AssertionError("it was cancelled before")

    for _ in range(50):
        for _ in range(5):
            await telegram.call(1)
        task = asyncio.get_running_loop().create_task(
            telegram.limiter.process_request(nobody, (), {}, "sendMessage", {"chat_id": 1}, None)
        )
        await settle()
        assert telegram.limiter.waiting == 1
        telegram.clock._elapsed += 5
        telegram.limiter._let_out()  # its turn has come, but it has not noticed
        task.cancel()
        await telegram.clock.advance(5)
    await telegram.call(1)


async def test_a_chat_that_answers_slowly_is_not_overrun(telegram: Telegram) -> None:
    telegram.latency = 3
    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(telegram.call(1))
        group.create_task(telegram.call(2))
        await telegram.clock.advance(7.9)
        assert len(telegram.came) == 6
        await telegram.clock.advance(0.2)
        assert telegram.times[-1] == 8
        await telegram.clock.advance(3)


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
    except Unwanted:
        return "unwanted"


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
    assert 100 < telegram.limiter.remembered < 200, "those of the last seconds, where each got one"
    await telegram.clock.advance(120)
    for _ in range(250):
        await telegram.call(1_000)
        await telegram.clock.advance(1)
    assert telegram.limiter.remembered == 1


async def test_a_held_chat_is_not_forgotten(telegram: Telegram) -> None:
    for _ in range(4):
        await telegram.call(1)
    telegram.answers = [RetryAfter(600)]
    with pytest.raises(RetryAfter):
        await telegram.call(1)
    for chat in range(2, 30):
        await telegram.clock.advance(10)
        await telegram.call(chat)
    with pytest.raises(RetryAfter):
        await telegram.call(1)


async def test_nobody_passes_those_whose_turn_is_due() -> None:
    telegram = Telegram(rate=1)
    await telegram.call(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(2, label="waited"))
        await settle()
        telegram.clock._elapsed += 1.5  # a loop so busy that the alarm is late
        group.create_task(telegram.call(3, Lane.ALERTS, label="came later"))
        await telegram.clock.advance(0)
        assert telegram.labels[1:] == ["waited"]
        await telegram.clock.advance(3)
    await telegram.limiter.shutdown()


async def test_the_alarm_is_set_earlier_for_who_may_go_earlier(telegram: Telegram) -> None:
    for _ in range(5):
        await telegram.call(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.call(1))  # at 5 s
        for chat in range(2, 32):
            group.create_task(telegram.call(chat))
        await telegram.clock.advance(1.1)
        assert len(telegram.came) == 35
        await telegram.clock.advance(4)


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


async def test_shutdown_ends_what_waits_because_telegram_said_so(telegram: Telegram) -> None:
    telegram.answers = [RetryAfter(600)]
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_outcome(telegram.call(1, Lane.ALERTS)))
        await settle()
        await telegram.limiter.shutdown()
    assert waiting.result() == "TelegramError"


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
