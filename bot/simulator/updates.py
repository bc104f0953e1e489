"""The queue of updates: numbered, kept until the bot confirms them, forgotten when they are too old."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any

from bot.clock import Clock
from bot.simulator.refusals import conflict

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_NUMBERS = 2**31 - 2**20  # Telegram's update ids are 32 bits; the rest is for what comes after the first
_A_SECOND = 8  # updates a second, on average over a run, that never meet the ids of the next run
_MESSAGE_SECONDS = 86_400
_QUERY_SECONDS = 150  # Telegram gives up on taps and inline queries that a bot does not fetch
# Telegram sends these only to bots that ask for them by name.
_ON_REQUEST = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
_KINDS = _ON_REQUEST | {
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "my_chat_member",
}
_TAKEN_OVER = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_SET = "terminated by setWebhook request"
_WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


def first_update_id(now: datetime) -> int:
    """Return the first id for a run that starts now: below 2³¹, and past what an earlier run reached."""
    return int((now - _FIRST_DAY).total_seconds() * _A_SECOND) % _NUMBERS + 1


@dataclass(frozen=True, slots=True)
class Update:
    """An update that waits; `body` is its JSON of when it happened. `lane` keeps its order in webhooks."""

    id: int
    lane: tuple[str, int]
    body: bytes
    expires: float  # unix seconds


class Updates:
    """What the bot has not confirmed yet, oldest first, and the one poll that may wait for more."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._next = first_update_id(clock.now())
        self._waiting: OrderedDict[int, Update] = OrderedDict()
        self._poll: asyncio.Future[str] | None = None
        self.allowed: frozenset[str] | None = None  # None: all but those on request
        self._receive: Callable[[Update], None] | None = None
        self._closed = False
        self.delivered = 0  # how many were confirmed, for benches

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def next_id(self) -> int:
        """Return the id that the next update will get."""
        return self._next

    def add(self, kind: str, body: dict[str, Any], sender: int) -> int | None:
        """Queue an update and return its id, or None if the bot does not want this kind."""
        if kind in _ON_REQUEST if self.allowed is None else kind not in self.allowed:
            return None
        query = kind in ("callback_query", "inline_query")
        number = self._next
        text = json.dumps({"update_id": number, kind: body}, ensure_ascii=False, separators=(",", ":"))
        seconds = _QUERY_SECONDS if query else _MESSAGE_SECONDS
        lane = (kind if query else "message", sender)
        return self._queue(lane, text.encode("utf-8", "surrogatepass"), seconds)

    def add_raw(self, body: dict[str, Any]) -> int:
        """Queue an update as it stands, be it malformed, and return its id."""
        text = json.dumps({"update_id": self._next} | body)
        return self._queue(("raw", 0), text.encode(), _MESSAGE_SECONDS)

    def _queue(self, lane: tuple[str, int], body: bytes, seconds: int) -> int:
        number = self._next
        self._next += 1
        update = Update(number, lane, body, self._clock.now().timestamp() + seconds)
        self._waiting[number] = update
        self._interrupt("")
        if self._receive:
            self._receive(update)
        return number

    def confirmed(self, number: int) -> bool:
        """Tell whether the bot said that it is done with this update."""
        return number < self._next and number not in self._waiting

    def confirm(self, numbers: Iterable[int]) -> None:
        """Forget updates that are done with."""
        for number in numbers:
            if self._waiting.pop(number, None) is not None:
                self.delivered += 1
        self._changed()

    def clear(self) -> None:
        """Forget everything that waits."""
        self._waiting.clear()

    def allow(self, kinds: object) -> None:
        """Remember which kinds the bot wants; what is not a list leaves it as it was."""
        if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
            return
        known = frozenset(kind.lower() for kind in kinds) & _KINDS
        self.allowed = known or None

    def stale(self, update: Update) -> bool:
        """Tell whether an update is too old to matter."""
        return update.expires <= self._clock.now().timestamp()

    def peek(self, count: int) -> list[Update]:
        """Return the oldest updates that still matter, dropping those that are too old."""
        now = self._clock.now().timestamp()
        found: list[Update] = []
        stale: list[Update] = []
        for update in self._waiting.values():
            if len(found) == count:
                break
            (stale if update.expires <= now else found).append(update)
        for update in stale:
            del self._waiting[update.id]
        return found

    async def poll(self, offset: int, limit: int, seconds: int) -> bytes:
        """Answer `getUpdates`: confirm what is below `offset`, return what waits, or wait for it.

        Returns a JSON array. Raises `Refused` (409) if a webhook is set, now or while waiting, or if another
        poll takes over: as in Telegram the newer poll wins and the older one learns of it.
        """
        if self._receive:
            raise conflict(_WEBHOOK_ACTIVE)
        self._forget_before(offset)
        self._interrupt(_TAKEN_OVER)
        found = self.peek(limit)
        if not found and seconds > 0 and not self._closed:
            await self._wait(seconds)
            found = self.peek(limit)
        return b"[" + b",".join(update.body for update in found) + b"]"

    def _forget_before(self, offset: int) -> None:
        if offset < 0:
            last = len(self._waiting)
            self.confirm(list(islice(self._waiting, max(0, last + offset))))
        # An offset from the future is ignored, as in Telegram: it confirms nothing.
        elif offset <= self._next:
            self.confirm(list(takewhile(lambda number: number < offset, self._waiting)))

    async def _wait(self, seconds: float) -> None:
        poll: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            async with asyncio.TaskGroup() as group:
                alarm = group.create_task(self._clock.sleep(seconds))
                alarm.add_done_callback(lambda _: self._interrupt("", poll))
                why = await poll
                alarm.cancel()
        finally:
            if self._poll is poll:
                self._poll = None
        if why:
            raise conflict(why)

    def _interrupt(self, why: str, poll: asyncio.Future[str] | None = None) -> None:
        poll = poll or self._poll
        if poll is not None and not poll.done():
            poll.set_result(why)

    def hand_over(self, receive: Callable[[Update], None]) -> None:
        """Hand every update that waits or comes to a webhook; a poll that waits ends with 409."""
        self._receive = receive
        self._interrupt(_WEBHOOK_SET)
        for update in self._waiting.values():
            receive(update)

    def take_back(self) -> None:
        """Keep the updates for polls again: no webhook takes them."""
        self._receive = None

    def close(self) -> None:
        """End a poll that waits, and let no other wait: the simulator ends."""
        self._closed = True
        self._interrupt("")
