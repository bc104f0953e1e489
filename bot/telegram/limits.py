"""How many messages we send: Telegram's limits, two lanes, and what to do when Telegram refuses.

What counts is what puts a message into a chat or changes one. Telegram's own people say that edits share the
limits of sends and that answerCallbackQuery has none (github.com/tdlib/td issues 2592 and 3034,
tdlib/telegram-bot-api issue 648); chat actions, commands and getMe are no messages. What doesn't count is
passed on at once and only repeated.

A 429 says how long to wait but not what it is about: one chat or the whole bot. Its chat is held for all of
that time. The others are held as well, unless it is clear that the limit was the chat's own: that chat was
busy and the bot as a whole was not. Without this exception one person who makes the bot edit a message again
and again (some 20 times are enough for a 429 of half a minute and more) would silence it for everybody. Where
the guess is wrong, the next 429 comes from a chat that was not busy, and all are held.

Telegram counts a message when it arrives, some time between our call and its answer, and over new or slow
connections two can arrive much closer together than they left. So a message begins to age only when its call
has ended: however late it arrived, no stretch of time holds too many. For the bot as a whole that alone would
cost a tenth of the rate where a call takes a tenth of a second, so what even the quickest of the last calls
took is taken off: of a message and the next one to follow it, the one's way back and the other's way
there together take no less.

Alerts go evenly, at very nearly the whole rate, and leave some places within each second to replies: of the
rate itself where it is large, beyond it where it is small (28 a second and two replies more; Telegram's own
limit is 30). The last place is never an alert's, so that a reply finds one, however many alerts wait.

A call that failed on the network or with a 5xx may have arrived all the same. It is repeated: a reply shown
twice is better than none, so delivery is at least once.
"""

import asyncio
import heapq
import itertools
import logging
import math
import random
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.clock import Clock
from bot.telegram.allowance import (
    BUSY,
    MOST_COUNTED,
    Chat,
    Limit,
    Pace,
    Quickest,
    Sent,
    begun,
    chat_alone,
    ended,
    forgettable,
    free_at,
    held,
    limits_of,
    nothing_sent,
    per_second,
)

PATIENCE = 10.0  # seconds after the call when a reply is too late to wait for
TRIES = 8  # of an alert while the network fails: some 40 to 80 seconds
ALERTS_SHARE = 0.995  # of the messages a second; the rest makes up for turns that come late
ALERTS_PEAK = 1.1  # times that, until what came late is made up for; in bursts it would come late again
AT_MOST_LATE, AT_ONCE = 1.0, 0.01  # seconds' worth of alerts that is made up for; and that may go at once
REPLIES_SHARE, MOST_REPLIES = 1 / 14, 2.0  # places for replies beside alerts: of the rate, and at most

COUNTED = ("send", "editmessage", "copymessage", "forwardmessage", "stopmessagelivelocation", "stoppoll")
NOT_COUNTED = frozenset({"sendchataction", "sendmessagedraft"})

Answer = bool | dict[str, Any] | list[dict[str, Any]]

log = logging.getLogger(__name__)


class Lane(Enum):
    """What goes first; pass it as `rate_limit_args`. No value is falsy: PTB would drop it."""

    INTERACTIVE = "interactive"
    ALERTS = "alerts"


COUNTED_AS: Mapping[Lane, tuple[Lane | None, ...]] = {
    Lane.INTERACTIVE: (None, Lane.INTERACTIVE, Lane.ALERTS),
    Lane.ALERTS: (None, Lane.ALERTS),
}
"""Against which limits of `limits_for` a message of each lane counts."""


class Unwanted(Exception):
    """An alert's turn had come, but it was not wanted any more; it was not sent."""


@dataclass(frozen=True, slots=True)
class Errand:
    """An alert that, when its turn has come, asks whether it is still `wanted`; a `rate_limit_args` too."""

    wanted: Callable[[], Awaitable[bool]]


def backoff(failures: int, jitter: float) -> float:
    """Return the seconds to wait after so many failures: 0.5, 1, 2 … 30, of which `jitter` takes up to half.

    `jitter` is from 0 to 1.
    """
    return min(30.0, 0.5 * 2.0 ** (failures - 1)) * (1 - jitter / 2)


def counts(endpoint: str) -> bool:
    """Whether Telegram counts a call of that method as a message; names are taken in any case, as it does."""
    name = endpoint.lower()
    return name.startswith(COUNTED) and name not in NOT_COUNTED


def chat_of(data: dict[str, Any]) -> Chat | None:
    """Return the chat that a call is about; None for an inline message, as nobody tells us its chat."""
    chat = data.get("chat_id")
    if isinstance(chat, str) and chat.removeprefix("-").isdecimal():
        return int(chat)
    return chat if isinstance(chat, Chat) else None


def limits_for(rate: float) -> dict[Lane | None, tuple[Limit, ...]]:
    """Return the limits of replies and, under None, of all messages, for so many a second.

    That of the alerts lane is on all messages too: until how many an alert may be one more of them.
    """
    evenly = rate * ALERTS_SHARE
    most = max(rate, evenly + min(rate * REPLIES_SHARE, MOST_REPLIES))
    # Whole numbers of whole seconds, as Telegram counts: 30 in any second, where the rate is 28.
    both = Limit(round(most), 1.0) if 1 <= most <= MOST_COUNTED else per_second(most)
    # Alerts keep to the rate by their pace: when a call took long, they shall not be late ever after.
    alerts = replace(both, count=max(both.count - 1, math.ceil(evenly * both.seconds)))
    return {None: (both,), Lane.INTERACTIVE: (per_second(rate),), Lane.ALERTS: (alerts,)}


@dataclass(slots=True)
class _Ticket:
    number: int  # by arrival
    lane: Lane
    chat: Chat | None
    deadline: float
    turn: asyncio.Future[None] = field(repr=False)


class Limiter(BaseRateLimiter[Lane | Errand]):
    """Let messages out as Telegram allows: replies before alerts, each lane by arrival.

    A message that must wait for its chat lets the others of its lane pass. A reply (`Lane.INTERACTIVE`)
    fails, with what holds it up or with `RetryAfter`, once it would have waited more than `PATIENCE` seconds
    since the call. An alert waits as long as Telegram says, and gives up when the network has failed it
    `TRIES` times, or with `Unwanted` if its `Errand` says so when its turn has come, each time anew.

    `rate` is in messages a second; `jitter` returns a number from 0 to 1.
    """

    def __init__(
        self, clock: Clock, *, rate: float = 28, jitter: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._sent = {lane: nothing_sent(limits) for lane, limits in limits_for(rate).items()}  # None: all
        interval = 1 / (rate * ALERTS_SHARE)
        self._paces: tuple[Pace, ...] = (Pace(interval, AT_MOST_LATE), Pace(interval / ALERTS_PEAK, AT_ONCE))
        self._quickest = Quickest()
        self._chats: OrderedDict[Chat, Sent] = OrderedDict()  # the longest not looked at first
        self._numbers = itertools.count()
        self._queued: Counter[Lane] = Counter()
        self._ready: dict[Lane, list[tuple[int, _Ticket]]] = {lane: [] for lane in Lane}
        self._asleep: list[tuple[float, int, _Ticket]] = []  # until their chats are free
        self._blocked: dict[Chat, list[_Ticket]] = {}  # until a call of their chats ends
        self._deadlines: list[tuple[float, int, _Ticket]] = []
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = math.inf

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Fail what still waits."""
        self._fail_all(TelegramError("The bot is shutting down"))
        alarm, self._alarm, self._alarm_at = self._alarm, None, math.inf
        if alarm is not None:
            alarm.cancel()
            await asyncio.wait({alarm})

    @property
    def waiting(self) -> int:
        """How many messages wait for their turn."""
        return self._queued.total()

    def queued(self, lane: Lane) -> int:
        """Return how many messages of a lane wait for their turn."""
        return self._queued[lane]

    @property
    def remembered(self) -> int:
        """How many chats we know something of."""
        return len(self._chats)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Lane | Errand | None,
    ) -> Answer:
        """Call `callback` in its turn, and again where that can help, and return what it returned."""
        errand = rate_limit_args if isinstance(rate_limit_args, Errand) else None
        lane = rate_limit_args if isinstance(rate_limit_args, Lane) else Lane.INTERACTIVE
        if errand is not None:
            lane = Lane.ALERTS
        counted = counts(endpoint)
        chat = chat_of(data)
        number = next(self._numbers)
        deadline = self._clock.monotonic() + PATIENCE if lane is Lane.INTERACTIVE else math.inf
        failures = 0
        while True:
            if counted:
                await self._turn(number, lane, chat, deadline)
            error: TelegramError
            try:
                if errand is not None and not await errand.wanted():
                    raise Unwanted
                return await self._timed(callback(*args, **kwargs))
            except RetryAfter as refusal:
                error, wait = refusal, seconds_of(refusal)
                if counted:
                    self._hold(chat, wait)
            except BadRequest:  # to PTB, a kind of NetworkError
                raise
            except NetworkError as failure:
                failures += 1
                error, wait = failure, backoff(failures, self._jitter())
            finally:
                if counted:
                    self._ended(lane, chat)
            if failures >= TRIES or self._clock.monotonic() + wait > deadline:
                raise error
            log.info("call again", extra={"fields": {"endpoint": endpoint, "seconds": round(wait, 1)}})
            if not (counted and isinstance(error, RetryAfter)):  # its turn comes when the hold is over
                await self._clock.sleep(wait)

    async def _timed(self, call: Coroutine[Any, Any, Answer]) -> Answer:
        began = self._clock.monotonic()
        answer = await call
        self._quickest = self._quickest.heard(self._clock.monotonic() - began)
        return answer

    async def _turn(self, number: int, lane: Lane, chat: Chat | None, deadline: float) -> None:
        now = self._clock.monotonic()
        if lane is Lane.ALERTS and not self._queued[lane]:
            self._paces = tuple(pace.taken_up(now) for pace in self._paces)
        free = max(self._lane_free_at(lane), self._chat_free_at(chat))
        if free <= now and not self.waiting:
            self._begin(lane, chat, now)
            return
        if deadline < free < math.inf:
            raise _too_late(free - now)
        ticket = _Ticket(number, lane, chat, deadline, asyncio.get_running_loop().create_future())
        heapq.heappush(self._ready[lane], (number, ticket))
        if deadline < math.inf:
            # Not `number`: the ticket of a call's earlier try may still be here.
            heapq.heappush(self._deadlines, (deadline, next(self._numbers), ticket))
        self._queued[lane] += 1
        try:
            self._let_out()
            await ticket.turn
        except asyncio.CancelledError:
            if not ticket.turn.cancelled() and ticket.turn.exception() is None:
                self._ended(lane, chat)  # its turn had come, but the call will not
            raise
        finally:
            self._queued[lane] -= 1

    def _let_out(self) -> None:
        """Give every ticket its turn whose time has come, and set the alarm for the next."""
        now = self._clock.monotonic()
        while self._deadlines and (self._deadlines[0][0] <= now or self._deadlines[0][2].turn.done()):
            ticket = heapq.heappop(self._deadlines)[2]
            if not ticket.turn.done():
                ticket.turn.set_exception(_too_late(self._chat_free_at(ticket.chat) - now))
        while self._asleep and self._asleep[0][0] <= now:
            ticket = heapq.heappop(self._asleep)[2]
            heapq.heappush(self._ready[ticket.lane], (ticket.number, ticket))
        # Replies first: what they leave over is for the alerts.
        next_at = self._let_out_lane(Lane.INTERACTIVE, now)
        if next_at == math.inf:
            next_at = self._let_out_lane(Lane.ALERTS, now)
        for queue in (self._asleep, self._deadlines):
            if queue:
                next_at = min(next_at, queue[0][0])
        self._set_alarm(next_at, now)

    def _let_out_lane(self, lane: Lane, now: float) -> float:
        """Let out what may go now; return when to look again, infinity if nothing is left."""
        ready = self._ready[lane]
        while ready:
            if ready[0][1].turn.done():  # given up
                heapq.heappop(ready)
                continue
            if (free := self._lane_free_at(lane)) > now:
                return free
            number, ticket = heapq.heappop(ready)
            free = self._chat_free_at(ticket.chat)
            if free <= now:
                self._begin(lane, ticket.chat, now)
                ticket.turn.set_result(None)
            elif free < math.inf or ticket.chat is None:
                heapq.heappush(self._asleep, (free, number, ticket))
            else:
                self._blocked.setdefault(ticket.chat, []).append(ticket)
        return math.inf

    def _lane_free_at(self, lane: Lane) -> float:
        free = max(free_at(self._sent[None]), free_at(self._sent[lane]))
        return free if lane is Lane.INTERACTIVE else max(free, *(pace.free_at for pace in self._paces))

    def _chat_free_at(self, chat: Chat | None) -> float:
        sent = None if chat is None else self._chats.get(chat)
        return -math.inf if sent is None else free_at(sent)

    def _begin(self, lane: Lane, chat: Chat | None, now: float) -> None:
        for counter in COUNTED_AS[lane]:
            self._sent[counter] = begun(self._sent[counter])
        if lane is Lane.ALERTS:
            self._paces = tuple(pace.gone(now) for pace in self._paces)
        if chat is not None:
            self._remember(chat, begun(self._known(chat)), now)

    def _ended(self, lane: Lane, chat: Chat | None) -> None:
        now = self._clock.monotonic()
        for counter in COUNTED_AS[lane]:
            self._sent[counter] = ended(self._sent[counter], now - self._quickest.seconds)
        if chat is not None:
            self._chats[chat] = ended(self._chats[chat], now)
            for ticket in self._blocked.pop(chat, ()):
                heapq.heappush(self._ready[ticket.lane], (ticket.number, ticket))
        if self.waiting:
            self._let_out()

    def _hold(self, chat: Chat | None, seconds: float) -> None:
        now = self._clock.monotonic()
        everything = self._sent[None]
        alone = False
        if chat is not None:
            sent = self._known(chat)
            alone = chat_alone(sent, everything, now)
            self._remember(chat, held(sent, now + seconds), now)
        if not alone:
            self._sent[None] = held(everything, now + seconds)
        fields = {"seconds": seconds, "held": "chat" if alone else "all"}
        log.warning("telegram refused: too many messages", extra={"fields": fields})

    def _known(self, chat: Chat) -> Sent:
        return self._chats.get(chat) or nothing_sent(limits_of(chat), keep=BUSY)

    def _remember(self, chat: Chat, sent: Sent, now: float) -> None:
        self._chats[chat] = sent
        self._chats.move_to_end(chat)
        for idle, what in list(itertools.islice(self._chats.items(), 2)):
            if forgettable(what, now):
                del self._chats[idle]
            else:  # let it not stand before the idle ones
                self._chats.move_to_end(idle)

    def _set_alarm(self, at: float, now: float) -> None:
        if self._alarm is not None and self._alarm_at <= at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm, self._alarm_at = None, math.inf
        if at < math.inf:
            # Ours: shutdown() cancels it, and if it failed, _rung() would hand that to everybody who waits.
            self._alarm, self._alarm_at = asyncio.get_running_loop().create_task(self._ring(at - now)), at
            self._alarm.add_done_callback(self._rung)

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._alarm, self._alarm_at = None, math.inf
        self._let_out()

    def _rung(self, alarm: asyncio.Task[None]) -> None:
        if not alarm.cancelled() and (error := alarm.exception()) is not None:
            self._fail_all(error)

    def _fail_all(self, error: BaseException) -> None:
        waiting = [ticket for queue in self._ready.values() for _, ticket in queue]
        waiting += [ticket for _, _, ticket in self._asleep]
        waiting += [ticket for tickets in self._blocked.values() for ticket in tickets]
        for ticket in waiting:
            if not ticket.turn.done():
                ticket.turn.set_exception(error)


def seconds_of(refusal: RetryAfter) -> float:
    """Return how many seconds Telegram wants us to wait."""
    wait = refusal.retry_after  # an int unless the environment says PTB_TIMEDELTA
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _too_late(seconds: float) -> RetryAfter:
    return RetryAfter(math.ceil(max(1.0, seconds)) if math.isfinite(seconds) else 1)
