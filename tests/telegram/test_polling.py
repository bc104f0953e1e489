import asyncio
import json
import logging
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import settings as configured
from hypothesis import strategies as st
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.clock import SystemClock
from bot.telegram.intake import Handle, Overhear, Unanswered
from bot.telegram.polling import PER_CHAT, STOP_SECONDS, WINDOW, Deaf, Polling, TokenRejected
from bot.telegram.transport import AiohttpRequest
from tests.clock import START, ManualClock, settle
from tests.waiting import PATIENCE, until

TOKEN = "123456:the-token-that-nobody-may-see"


def message(chat: int, text: str = "hello") -> dict[str, Any]:
    return {"message": {"message_id": 1, "date": 0, "chat": {"id": chat, "type": "private"}, "text": text}}


@dataclass
class Telegram:
    """Telegram's queue of updates, with the quirks of the real one that polling must live with."""

    clock: ManualClock | SystemClock = field(default_factory=ManualClock)
    queue: dict[int, object] = field(default_factory=dict)
    polls: list[dict[str, str]] = field(default_factory=list)
    faults: list[object] = field(
        default_factory=list
    )  # what the next polls bring: (status, body) or an exception
    methods: list[str] = field(default_factory=list)
    next_id: int = 1000
    down: bool = False
    _previous: tuple[str, float] = ("", -1.0)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, *updates: Any) -> list[int]:
        """Put updates into the queue; what is not a dict comes as it is."""
        ids = []
        for update in updates:
            ids.append(self.next_id)
            self.queue[self.next_id] = (
                {"update_id": self.next_id, **update} if isinstance(update, dict) else update
            )
            self.next_id += 1
        self._news.set()
        return ids

    async def answer(self, method: str, asked: dict[str, str]) -> tuple[int, object]:
        self.methods.append(method)
        if self.down:
            raise NetworkError("ClientConnectorError")
        if method != "getUpdates":
            return 200, {"ok": True, "result": True}
        self.polls.append(asked)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            if fault is not None:
                assert isinstance(fault, tuple)
                return fault
        offset = int(asked["offset"])
        self.queue = {update_id: update for update_id, update in self.queue.items() if update_id >= offset}
        limit = int(asked["limit"])
        now = self.clock.monotonic()
        if self._previous[0] == asked["offset"] and now < self._previous[1] + 0.5:
            limit = 1
        self._previous = (asked["offset"], now)
        if not self.queue and int(asked["timeout"]):
            self._news.clear()
            await self._news.wait()
        return 200, {"ok": True, "result": list(self.queue.values())[:limit]}


class Wire(BaseRequest):
    """Carries calls to `Telegram` without a network."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.opened = 0

    @property
    def read_timeout(self) -> float | None:
        return 5

    async def initialize(self) -> None:
        self.opened += 1

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        parts = urlsplit(url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        status, answer = await self.telegram.answer(parts.path.rpartition("/")[2], asked)
        return status, answer if isinstance(answer, bytes) else json.dumps(answer).encode()


def polling_of(
    telegram: Telegram, handle: Handle, request: BaseRequest | None = None, overhear: Overhear | None = None
) -> Polling:
    wire, url = request or Wire(telegram), f"http://localhost/bot{TOKEN}"
    return Polling(wire, url, handle, telegram.clock, overhear=overhear)


@asynccontextmanager
async def running(polling: Polling) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.get_running_loop().create_task(polling.run())
    try:
        yield task
    finally:
        task.cancel()
        await settle(2)
        task.cancel()  # at once
        await asyncio.wait({task})


async def killed(task: asyncio.Task[None]) -> None:
    """End it as a crash would: nothing more is said to Telegram."""
    task.cancel()
    await settle(1)
    task.cancel()
    await asyncio.wait({task})


class Hands:
    """Handles updates: notes each, and waits or fails as told."""

    def __init__(self) -> None:
        self.began: list[int] = []
        self.done: list[int] = []
        self.fails: dict[int, list[Exception | None]] = defaultdict(list)
        self.gates: dict[int, asyncio.Event] = {}

    async def __call__(self, raw: dict[str, Any]) -> None:
        update_id = raw["update_id"]
        self.began.append(update_id)
        if update_id in self.gates:
            await self.gates[update_id].wait()
        if self.fails[update_id] and (error := self.fails[update_id].pop(0)) is not None:
            raise error
        self.done.append(update_id)

    def hold(self, *update_ids: int) -> None:
        self.gates |= {update_id: asyncio.Event() for update_id in update_ids}

    def release(self, *update_ids: int) -> None:
        for update_id in update_ids:
            self.gates[update_id].set()


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
def hands() -> Hands:
    return Hands()


async def advance(telegram: Telegram, seconds: float) -> None:
    assert isinstance(telegram.clock, ManualClock)
    await telegram.clock.advance(seconds)


# --- commit, then acknowledge


async def test_an_update_is_confirmed_only_after_its_handling(telegram: Telegram, hands: Hands) -> None:
    first, second = telegram.push(message(1), message(2))
    hands.hold(first)
    async with running(polling_of(telegram, hands)):
        await advance(telegram, 5)
        assert hands.done == [second]
        assert set(telegram.queue) == {first, second}
        hands.release(first)
        await settle(40)
        assert not telegram.queue
    assert hands.began == [first, second]


async def test_what_a_crash_interrupts_comes_again_and_what_was_confirmed_does_not(
    telegram: Telegram, hands: Hands
) -> None:
    before = telegram.push(message(1))
    async with running(polling_of(telegram, hands)) as task:
        await settle()
        hit, other = telegram.push(message(2), message(3))
        hands.hold(hit)
        await advance(telegram, 1)
        assert hands.done == [*before, other]
        await killed(task)
    assert set(telegram.queue) == {hit, other}

    again = Hands()
    async with running(polling_of(telegram, again)):
        await settle()
        assert again.done == [hit, other]


async def test_what_finishes_while_a_poll_is_under_way_is_not_handled_again(hands: Hands) -> None:
    class Slow(Telegram):
        async def answer(self, method: str, asked: dict[str, str]) -> tuple[int, object]:
            answered = await super().answer(method, asked)
            if len(self.polls) == 2:
                hands.release(1000)  # it was still unfinished when this poll began
                await settle()
            return answered

    telegram = Slow()
    hands.hold(1000)
    telegram.push(message(1), message(2))
    async with running(polling_of(telegram, hands)):
        await advance(telegram, 3)
        assert not telegram.queue
    assert sorted(hands.began) == [1000, 1001]


async def test_polling_asks_for_what_we_handle_and_takes_back_a_webhook(
    telegram: Telegram, hands: Hands
) -> None:
    async with running(polling_of(telegram, hands)):
        await settle()
    assert telegram.methods[:2] == ["deleteWebhook", "getUpdates"]
    assert json.loads(telegram.polls[0]["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
        "inline_query",
        "my_chat_member",
    ]
    assert telegram.polls[0]["timeout"] == "50"


# --- order, and many chats at once


@given(
    chats=st.lists(st.integers(1, 5), max_size=60),
    pauses=st.lists(st.integers(0, 7), min_size=60, max_size=60),
    failing=st.sets(st.integers(0, 59), max_size=5),
    batches=st.sets(st.integers(0, 59), max_size=4),
)
@configured(deadline=None, max_examples=60)
def test_each_chat_is_handled_in_order(
    chats: list[int], pauses: list[int], failing: set[int], batches: set[int]
) -> None:
    handled: dict[int, list[int]] = defaultdict(list)
    running_now: set[int] = set()
    failed: set[int] = set()

    async def handle(raw: dict[str, Any]) -> None:
        chat, number = raw["message"]["chat"]["id"], raw["update_id"] - 1000
        assert chat not in running_now
        running_now.add(chat)
        try:
            await settle(pauses[number])
            if number in failing and number not in failed:
                failed.add(number)
                raise Unanswered
            handled[chat].append(number)
        finally:
            running_now.discard(chat)

    async def story() -> None:
        telegram = Telegram()
        async with running(polling_of(telegram, handle)):
            for number, chat in enumerate(chats):
                telegram.push(message(chat))
                if number in batches or number % PER_CHAT == PER_CHAT - 1:
                    await advance(telegram, 30)
            await advance(telegram, 60)
            assert not telegram.queue

    asyncio.run(story())
    for chat in set(chats):
        assert handled[chat] == [number for number, other in enumerate(chats) if other == chat]


async def test_a_stuck_chat_does_not_stop_the_others(telegram: Telegram, hands: Hands) -> None:
    stuck = telegram.push(message(1), message(1))
    hands.hold(*stuck)
    async with running(polling_of(telegram, hands)):
        for number in range(80):
            telegram.push(message(10 + number))
            await advance(telegram, 0.7)
        assert len(hands.done) == 80
        assert stuck[1] not in hands.began


async def test_at_most_64_are_handled_at_once(telegram: Telegram, hands: Hands) -> None:
    ids = telegram.push(*(message(chat) for chat in range(1, 91)))
    hands.hold(*ids)
    polling = polling_of(telegram, hands)
    async with running(polling):
        await advance(telegram, 5)
        assert polling.in_flight == 64
        assert polling.unconfirmed == 90
        assert hands.began == ids[:64]
        hands.release(*ids)
        await settle(200)
        assert sorted(hands.done) == ids


async def test_an_update_that_waits_to_be_tried_again_takes_no_place(
    telegram: Telegram, hands: Hands
) -> None:
    failing = telegram.push(*(message(chat) for chat in range(1, 65)))
    for update_id in failing:
        hands.fails[update_id] = [Unanswered()] * 6
    (other,) = telegram.push(message(99))
    async with running(polling_of(telegram, hands)):
        await settle(100)
        assert hands.done == [other]


async def test_a_stuck_update_does_not_make_us_ask_all_the_time(telegram: Telegram, hands: Hands) -> None:
    hands.hold(*telegram.push(message(1)))
    async with running(polling_of(telegram, hands)):
        await advance(telegram, 30)
        assert len(telegram.polls) <= 51


async def test_we_are_heard_from_while_all_places_are_taken(telegram: Telegram, hands: Hands) -> None:
    hands.hold(*telegram.push(*(message(chat) for chat in range(1, 91))))
    wire = Wire(telegram)
    async with running(polling_of(telegram, hands, wire)) as task:
        await advance(telegram, 300)
        assert not task.done()
        assert wire.opened == 1
        assert len(telegram.polls) <= 32


async def test_what_is_in_the_way_of_a_full_window_is_given_up(
    telegram: Telegram, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    (stuck,) = telegram.push(message(1, "a secret text"))
    hands.hold(stuck)
    polling = polling_of(telegram, hands)
    async with running(polling):
        telegram.push(*(message(chat) for chat in range(2, 202)))
        await advance(telegram, 9)
        assert len(hands.done) == WINDOW - 1
        await advance(telegram, 4)
        assert len(hands.done) == 200
        assert polling.quarantined == 1
        assert not telegram.queue
    assert "a secret text" not in caplog.text


async def test_nothing_is_given_up_while_the_window_has_room(telegram: Telegram, hands: Hands) -> None:
    (stuck, *_) = telegram.push(*(message(chat) for chat in range(1, 81)))
    hands.hold(stuck)
    polling = polling_of(telegram, hands)
    async with running(polling):
        await advance(telegram, 40)
        assert len(hands.done) == 79
        assert polling.quarantined == 0


async def test_nothing_is_given_up_while_nothing_gets_done(telegram: Telegram, hands: Hands) -> None:
    ids = telegram.push(*(message(chat) for chat in range(1, 202)))
    for update_id in ids:
        hands.fails[update_id] = [Unanswered(retry_after=25)]
    polling = polling_of(telegram, hands)
    async with running(polling):
        await advance(telegram, 24)
        assert hands.done == []
        await advance(telegram, 60)
        assert sorted(hands.done) == ids
        assert polling.quarantined == 0


async def test_who_sends_too_much_at_once_stops_nobody(telegram: Telegram, hands: Hands) -> None:
    flood = telegram.push(*[message(1)] * 150)
    hands.hold(flood[0])
    (other,) = telegram.push(message(2))
    polling = polling_of(telegram, hands)
    async with running(polling):
        await advance(telegram, 2)
        assert hands.began == [flood[0]]
        await advance(telegram, 12)
        assert hands.done[-1] == other or other in hands.done
        assert not telegram.queue
    assert len(hands.done) <= 3 * PER_CHAT


async def test_who_sends_too_much_bit_by_bit_stops_nobody_either(telegram: Telegram, hands: Hands) -> None:
    flood = telegram.push(*[message(1)] * (PER_CHAT - 2))
    hands.hold(flood[0])
    polling = polling_of(telegram, hands)
    async with running(polling):
        for _ in range(5):
            telegram.push(message(1))
            await advance(telegram, 1)
        assert polling.quarantined == 3
        hands.release(flood[0])
        await settle(100)
        assert len(hands.done) == PER_CHAT
        telegram.push(message(1))
        await settle(100)
        assert len(hands.done) == PER_CHAT + 1


async def test_of_too_much_what_must_be_answered_is_one_at_a_time_and_in_its_turn(
    telegram: Telegram, hands: Hands
) -> None:
    heard = []

    async def overhear(raw: dict[str, Any]) -> bool:
        heard.append(raw["update_id"])
        return str(raw["message"]["text"]) == "wish"

    before = telegram.push(*[message(1)] * PER_CHAT)
    hands.hold(before[0])
    beyond = telegram.push(message(1), message(1, "wish"), message(1, "wish"), message(1))
    polling = polling_of(telegram, hands, overhear=overhear)
    async with running(polling):
        await settle(100)
        assert (heard, hands.done, polling.quarantined) == (beyond, [], 3)
        hands.release(before[0])
        await settle(100)
        assert hands.done == [*before, beyond[1]]
        await advance(telegram, 30)
        assert not telegram.queue


@pytest.mark.parametrize("broken", [True, False], ids=["fails", "hangs"])
async def test_what_cannot_be_overheard_stops_nobody(
    telegram: Telegram, hands: Hands, *, broken: bool
) -> None:
    async def overhear(raw: dict[str, Any]) -> bool:
        if broken:
            raise RuntimeError
        await asyncio.Event().wait()
        return True

    flood = telegram.push(*[message(1)] * (PER_CHAT + 2))
    others = telegram.push(*(message(chat) for chat in range(2, 202)))
    async with running(polling_of(telegram, hands, overhear=overhear)):
        await advance(telegram, 60)
        assert sorted(hands.done) == [*flood[:PER_CHAT], *others]
        assert not telegram.queue


# --- what cannot be handled


async def test_a_malformed_update_in_the_middle_of_a_batch_is_quarantined_alone(
    telegram: Telegram, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    ids = telegram.push(message(1), {"message": ["a secret text"]}, message(2))
    hands.fails[ids[1]] = [KeyError("a secret text")]
    polling = polling_of(telegram, hands)
    async with running(polling):
        await settle(40)
        assert hands.done == [ids[0], ids[2]]
        assert not telegram.queue
    assert polling.quarantined == 1
    (record,) = [record for record in caplog.records if record.message == "update quarantined"]
    assert record.__dict__["fields"] == {"update": ids[1], "why": "KeyError"}
    assert "a secret text" not in caplog.text


@pytest.mark.parametrize("junk", ["text", None, 5, [], {"update_id": "5"}, {"update_id": True}])
async def test_what_has_no_id_does_not_block_polling(telegram: Telegram, hands: Hands, junk: Any) -> None:
    telegram.push(message(1))
    polling = polling_of(telegram, hands)
    async with running(polling):
        await settle(40)
        ids = [telegram.next_id, telegram.next_id + 2]
        telegram.push(message(1), "junk", message(1), "junk", "junk")
        for update_id, update in telegram.queue.items():
            if update == "junk":
                telegram.queue[update_id] = junk
        await advance(telegram, 5)
        assert hands.done == [1000, *ids]
        assert not telegram.queue
    assert polling.quarantined == 3


async def test_junk_before_the_first_id_goes_with_it(telegram: Telegram, hands: Hands) -> None:
    telegram.push("junk", "junk", message(1))
    async with running(polling_of(telegram, hands)):
        await settle(40)
        assert hands.done == [1002]
        assert not telegram.queue


async def test_nothing_but_junk_is_no_successful_poll(telegram: Telegram, hands: Hands) -> None:
    telegram.push(*["junk"] * 100)
    async with running(polling_of(telegram, hands)) as task:
        await advance(telegram, 125)
        assert isinstance(task.exception(), Deaf)
        assert len(telegram.polls) < 40


async def test_ids_may_begin_anew(telegram: Telegram, hands: Hands) -> None:
    """After a week without updates Telegram goes on with a random id."""
    telegram.push(message(1))
    async with running(polling_of(telegram, hands)):
        await settle(40)
        telegram.next_id = 7
        telegram.queue = {7: {"update_id": 7, **message(1)}}
        telegram.faults.append((200, {"ok": True, "result": list(telegram.queue.values())}))
        telegram._news.set()
        await advance(telegram, 3)
        assert hands.done == [1000, 7]
        assert telegram.polls[-1]["offset"] == "8"


async def test_a_cancellation_from_within_a_handler_is_its_own_failure(telegram: Telegram) -> None:
    async def handle(raw: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    telegram.push(message(1))
    polling = polling_of(telegram, handle)
    async with running(polling):
        await settle(40)
        assert polling.quarantined == 1
        assert not telegram.queue


# --- trying again


async def test_an_unanswered_update_is_tried_again_and_stays_unconfirmed(
    telegram: Telegram, hands: Hands
) -> None:
    (first, second) = telegram.push(message(1), message(1))
    hands.fails[first] = [Unanswered(), Unanswered(), None]
    async with running(polling_of(telegram, hands)):
        await advance(telegram, 0.9)
        assert hands.began == [first]
        await advance(telegram, 0.2)
        assert hands.began == [first, first]
        await advance(telegram, 1.7)
        assert first in telegram.queue
        await advance(telegram, 0.3)
        assert hands.done == [first, second]
        assert not telegram.queue


async def test_an_update_that_is_never_answered_is_quarantined_after_six_tries(
    telegram: Telegram, hands: Hands
) -> None:
    (update,) = telegram.push(message(1))
    hands.fails[update] = [Unanswered()] * 100
    polling = polling_of(telegram, hands)
    async with running(polling):
        await advance(telegram, 30.9)
        assert len(hands.began) == 5
        assert polling.quarantined == 0
        await advance(telegram, 0.2)
        assert len(hands.began) == 6
        assert polling.quarantined == 1
        await settle(40)
        assert not telegram.queue


async def test_a_reply_that_telegram_wants_later_is_tried_later(telegram: Telegram, hands: Hands) -> None:
    (update,) = telegram.push(message(1))
    hands.fails[update] = [Unanswered(retry_after=20), None]
    async with running(polling_of(telegram, hands)):
        await advance(telegram, 19.9)
        assert len(hands.began) == 1
        await advance(telegram, 0.2)
        assert hands.done == [update]


async def test_no_update_is_given_up_while_telegram_cannot_be_reached(
    telegram: Telegram, hands: Hands
) -> None:
    (update,) = telegram.push(message(1))
    hands.fails[update] = [Unanswered()] * 7
    polling = polling_of(telegram, hands)
    async with running(polling):
        await settle()
        telegram.down = True
        await advance(telegram, 50)
        assert len(hands.began) == 7
        assert polling.quarantined == 0
        telegram.down = False
        await advance(telegram, 30)
        assert hands.done == [update]


async def test_a_handling_that_hangs_is_ended(telegram: Telegram, hands: Hands) -> None:
    (update,) = telegram.push(message(1))
    hands.hold(update)
    polling = polling_of(telegram, hands)
    polling._ordered._longest = 0.02
    async with running(polling):
        await settle()
        await until(lambda: polling.quarantined == 1)
        await settle(40)
        assert not telegram.queue


# --- Telegram fails


INVALID = b"<html>not JSON"


@pytest.mark.parametrize(
    "fault",
    [
        (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
        (502, INVALID),
        (200, INVALID),
        (200, b"[]"),
        (200, {"ok": True}),
        (200, {"ok": True, "result": {"update_id": 5}}),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}),
        (404, {"ok": False, "error_code": 404, "description": "Not Found"}),
        (
            409,
            {
                "ok": False,
                "error_code": 409,
                "description": "Conflict: terminated by other getUpdates request",
            },
        ),
        TimedOut("Timed out (SocketTimeoutError)"),
        NetworkError("ClientConnectorError"),
    ],
)
async def test_polling_goes_on_after_a_failure(telegram: Telegram, hands: Hands, fault: object) -> None:
    telegram.push(message(1))
    telegram.faults = [None, fault, fault, fault]
    async with running(polling_of(telegram, hands)):
        await advance(telegram, 1)
        (second,) = telegram.push(message(1))
        await advance(telegram, 10)
        assert hands.done == [1000, second]
        assert not telegram.queue
    assert [poll["timeout"] for poll in telegram.polls] == ["50", "50", "0", "0", "0", "50"]


async def test_conflicts_are_counted_and_only_they(telegram: Telegram, hands: Hands) -> None:
    telegram.faults = [(500, {"ok": False}), (409, {"ok": False}), (409, {"ok": False})]
    polling = polling_of(telegram, hands)
    async with running(polling):
        await advance(telegram, 0.5)
        assert (polling.conflicts, polling.last_conflict_at) == (0, None)
        await advance(telegram, 10)
        assert polling.conflicts == 2
        assert polling.last_conflict_at == START + timedelta(seconds=3), "after pauses of one and two seconds"


async def test_what_took_the_webhook_away_at_the_start_does_so_again(
    telegram: Telegram, hands: Hands
) -> None:
    telegram.faults = [(409, {"ok": False})]
    polling = polling_of(telegram, hands)
    async with running(polling):
        await settle()
        await polling.take_back()
        await advance(telegram, 2)
    assert telegram.methods[:4] == ["deleteWebhook", "getUpdates", "deleteWebhook", "getUpdates"]


async def test_polling_waits_as_long_as_telegram_says(telegram: Telegram, hands: Hands) -> None:
    telegram.push(message(1))
    telegram.faults = [(429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 17}})]
    async with running(polling_of(telegram, hands)):
        await advance(telegram, 16.9)
        assert len(telegram.polls) == 1
        await advance(telegram, 0.2)
        assert hands.done == [1000]


@pytest.mark.parametrize("status", [401, 404])
async def test_a_wrong_token_ends_the_start_with_one_clear_line(hands: Hands, status: int) -> None:
    class Strict(Telegram):
        async def answer(self, method: str, asked: dict[str, str]) -> tuple[int, object]:
            return status, {"ok": False, "error_code": status, "description": "Unauthorized"}

    with pytest.raises(TokenRejected) as caught:
        await asyncio.wait_for(polling_of(Strict(), hands).run(), PATIENCE)
    assert "BOT_TOKEN" in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_the_watchdog_starts_again_and_then_gives_up(telegram: Telegram, hands: Hands) -> None:
    wire = Wire(telegram)
    polling = polling_of(telegram, hands, wire)
    async with running(polling) as task:
        await settle()
        heard_at = polling.last_success_at
        assert heard_at is not None
        telegram.down = True
        telegram._news.set()
        await advance(telegram, 59)
        assert wire.opened == 1
        await advance(telegram, 2)
        assert wire.opened == 2
        await advance(telegram, 57)
        assert not task.done()
        await advance(telegram, 3)
        assert isinstance(task.exception(), Deaf)
        assert polling.last_success_at == heard_at


async def test_a_poll_that_hangs_is_started_again(telegram: Telegram, hands: Hands) -> None:
    class Hanging(Telegram):
        async def answer(self, method: str, asked: dict[str, str]) -> tuple[int, object]:
            if len(self.polls) == 1:
                self.polls.append(asked)
                await asyncio.Event().wait()
            return await super().answer(method, asked)

    telegram = Hanging()
    telegram.push(message(1))
    async with running(polling_of(telegram, hands)) as task:
        await advance(telegram, 30)
        telegram.push(message(1))
        await advance(telegram, 20)
        assert hands.done == [1000]
        await advance(telegram, 15)
        assert hands.done == [1000, 1001]
        await advance(telegram, 30)
        assert not task.done()


async def test_a_rejected_token_later_is_left_to_the_watchdog(telegram: Telegram, hands: Hands) -> None:
    async with running(polling_of(telegram, hands)) as task:
        await settle()
        telegram.faults = [(401, {"ok": False, "error_code": 401})] * 100
        telegram._news.set()
        await advance(telegram, 110)
        assert not task.done()
        await advance(telegram, 15)
        assert isinstance(task.exception(), Deaf)


# --- stopping


async def test_a_stop_lets_what_is_in_flight_finish_and_confirms_it(telegram: Telegram, hands: Hands) -> None:
    (update,) = telegram.push(message(1))
    hands.hold(update)
    polling = polling_of(telegram, hands)
    async with running(polling) as task:
        await settle()
        stopping = asyncio.get_running_loop().create_task(polling.stop())
        await advance(telegram, STOP_SECONDS / 2)
        (late,) = telegram.push(message(2))
        hands.release(update)
        await asyncio.wait_for(stopping, PATIENCE)
        await asyncio.wait_for(task, PATIENCE)
    assert hands.done == [update]
    assert set(telegram.queue) == {late}
    assert telegram.polls[-1] == {"offset": str(update + 1), "limit": "1", "timeout": "0"}


async def test_a_stop_ends_what_does_not_finish_and_leaves_it_unconfirmed(
    telegram: Telegram, hands: Hands
) -> None:
    stuck, waiting, done, failing = telegram.push(message(1), message(1), message(2), message(3))
    hands.hold(stuck)
    hands.fails[failing] = [Unanswered()] * 10
    polling = polling_of(telegram, hands)
    async with running(polling) as task:
        await settle()
        stopping = asyncio.get_running_loop().create_task(polling.stop())
        await advance(telegram, STOP_SECONDS - 0.1)
        assert not stopping.done()
        await advance(telegram, 0.2)
        await asyncio.wait_for(stopping, PATIENCE)
        await asyncio.wait_for(task, PATIENCE)
    assert hands.done == [done]
    assert set(telegram.queue) == {stuck, waiting, done, failing}
    assert polling.quarantined == 0


async def test_a_stop_does_not_wait_for_what_waits(telegram: Telegram, hands: Hands) -> None:
    (failing,) = telegram.push(message(1))
    hands.fails[failing] = [Unanswered()] * 10
    polling = polling_of(telegram, hands)
    async with running(polling):
        await settle()
        await asyncio.wait_for(polling.stop(), PATIENCE)
    assert set(telegram.queue) == {failing}


async def test_what_fails_during_a_stop_is_not_tried_again(telegram: Telegram, hands: Hands) -> None:
    (update,) = telegram.push(message(1))
    hands.hold(update)
    hands.fails[update] = [Unanswered()]
    polling = polling_of(telegram, hands)
    async with running(polling):
        await settle()
        stopping = asyncio.get_running_loop().create_task(polling.stop())
        await settle()
        hands.release(update)
        await asyncio.wait_for(stopping, PATIENCE)
    assert set(telegram.queue) == {update}


async def test_cancellation_stops_as_cleanly(telegram: Telegram, hands: Hands) -> None:
    (update,) = telegram.push(message(1))
    hands.hold(update)
    async with running(polling_of(telegram, hands)) as task:
        await settle()
        task.cancel()
        await settle()
        assert not task.done()
        hands.release(update)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE)
        assert not telegram.queue


async def test_a_stop_of_an_idle_bot_is_immediate_and_leaves_no_task(
    telegram: Telegram, hands: Hands
) -> None:
    polling = polling_of(telegram, hands)
    await polling.stop()  # it does not run yet
    async with running(polling) as task:
        await settle()
        await asyncio.wait_for(polling.stop(), PATIENCE)
        await asyncio.wait_for(task, PATIENCE)
    await settle()
    assert len(asyncio.all_tasks()) == 1
    assert len(telegram.polls) == 1, "there was nothing to confirm"


async def test_a_stop_does_not_wait_for_a_telegram_that_is_gone(telegram: Telegram, hands: Hands) -> None:
    telegram.push(message(1))
    polling = polling_of(telegram, hands)
    async with running(polling) as task:
        await settle()
        telegram.down = True
        telegram._news.set()
        await asyncio.wait_for(polling.stop(), PATIENCE)
        await asyncio.wait_for(task, PATIENCE)


# --- over a real connection


@asynccontextmanager
async def served(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        await web.SockSite(runner, listening).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/bot{TOKEN}"
        finally:
            await runner.cleanup()


async def test_updates_come_over_http_and_no_log_line_shows_the_token_or_a_text(
    hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram = Telegram(clock=SystemClock())

    async def answer(request: web.Request) -> web.StreamResponse:
        status, body = await telegram.answer(request.match_info["method"], dict(request.query))
        if isinstance(body, bytes):
            return web.Response(status=status, body=body)
        return web.json_response(body, status=status)

    telegram.push(*(message(chat, "a secret text") for chat in range(1, 301)))
    telegram.faults = [(409, {"ok": False}), (200, b'{"a secret text'), (502, f"POST /bot{TOKEN}/x".encode())]
    hands.fails[1005] = [ValueError("a secret text")]
    request = AiohttpRequest()
    async with served(answer) as base_url:
        polling = Polling(request, base_url, hands, ManualSleeps())
        async with running(polling) as task:
            await until(lambda: not telegram.queue)
            await asyncio.wait_for(polling.stop(), PATIENCE)
            await asyncio.wait_for(task, PATIENCE)
        await request.shutdown()
    assert sorted(hands.done) == [number for number in range(1000, 1300) if number != 1005]
    for record in caplog.records:
        shown = logging.Formatter("%(name)s %(message)s").format(record) + repr(record.__dict__)
        assert TOKEN not in shown
        assert "secret" not in shown


async def test_a_telegram_that_cannot_be_reached_shows_no_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    clock = ManualClock()
    request = AiohttpRequest()
    polling = Polling(request, f"http://127.0.0.1:9/bot{TOKEN}", Hands(), clock)
    async with running(polling) as task:
        async with asyncio.timeout(PATIENCE):
            while not task.done():
                await clock.advance(1)
                await asyncio.sleep(0.002)
        with pytest.raises(Deaf) as caught:
            await task
    await request.shutdown()
    assert TOKEN not in caplog.text + repr(caught.value) + repr(polling)
    assert any(record.message == "poll failed" for record in caplog.records)


class ManualSleeps(SystemClock):
    """The machine's clock, but nobody waits long."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))
