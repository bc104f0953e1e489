"""Updates by long polling.

A window lies over Telegram's queue. It begins at the oldest update that is not finished, because to ask from
there on confirms all before it; what is known already is skipped. Two facts about Telegram's server shape the
rest (telegram-bot-api, Client.cpp, process_get_updates_query): it returns at most 100 updates from the offset
on, and only one if the same offset is asked for twice within half a second.
"""

import asyncio
import itertools
import json
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, ParamSpec
from urllib.parse import urlencode

from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.clock import Clock
from bot.telegram.intake import (
    ALLOWED_UPDATES,
    AT_ONCE,
    TRIES,
    Handle,
    Ordered,
    Overhear,
    chat_of,
    update_id_of,
)
from bot.telegram.transport import answer_of

LONGEST_PAUSE_SECONDS = 60.0  # between two tries of an update
PER_CHAT = 16  # updates of one chat that wait; the rest of what it sends at once is only overheard
WINDOW = 100  # the most that Telegram returns
IN_THE_WAY_SECONDS = (
    10.0  # after which an update is given up if the window is full and most behind it is done
)
SAME_OFFSET_SECONDS = 0.6
FULL_SECONDS = 10.0  # between polls while all places are taken: to see that Telegram is there
SILENCE_SECONDS = 60.0  # without a successful poll: once over, start again; twice, give up
STOP_SECONDS = 7.0  # for what is in flight; the last confirmation has to fit into ten seconds too

P = ParamSpec("P")

log = logging.getLogger(__name__)


class TokenRejected(Exception):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__("BOT_TOKEN: Telegram does not accept it; take the current one from @BotFather")


class Deaf(Exception):
    """Polling has failed for so long that only a new process may help."""

    def __init__(self) -> None:
        super().__init__("no successful poll for two minutes, not even with new connections")


class Refused(Exception):
    """Telegram answered something else than a result."""

    def __init__(self, status: int, retry_after: float) -> None:
        super().__init__(f"Telegram answered {status}")
        self.status = status
        self.retry_after = retry_after


@dataclass(slots=True)
class _Entry:
    """An update in the window."""

    update_id: int
    chat: int | None
    seen_at: float
    done: bool = False
    running: bool = False
    given_up: str = ""  # why
    task: asyncio.Task[None] | None = None


class Polling:
    """Fetch updates by long polling and handle them.

    `base_url` ends with the token (PTB's `Bot.base_url`). `request` should be used for nothing else, or long
    polls take connections from replies. `timeout` is how many seconds a long poll waits. `overhear` is given
    what a chat sends beyond what is answered.
    """

    def __init__(
        self,
        request: BaseRequest,
        base_url: str,
        handle: Handle,
        clock: Clock,
        *,
        timeout: int = 50,
        allowed_updates: tuple[str, ...] = ALLOWED_UPDATES,
        at_once: int = AT_ONCE,
        overhear: Overhear | None = None,
    ) -> None:
        self.last_success_at: datetime | None = None
        self.conflicts = 0  # polls that somebody else's poll or webhook ended
        self.last_conflict_at: datetime | None = None
        self._request = request
        self._base_url = base_url
        self._clock = clock
        self._timeout = timeout
        self._allowed_updates = json.dumps(allowed_updates)
        self._ordered = Ordered(handle, at_once=at_once)
        self._overhear = overhear
        self._exempt: set[int] = set()  # chats of which one more update waits than is answered otherwise
        self._known: dict[int, _Entry] = {}  # by arrival; the finished ones at its head go with the next poll
        self._after = 0  # the id after that of the last arrival
        self._confirmed = 0  # the offset that Telegram has certainly got
        self._window_full = False
        self._webhook_deleted = False
        self._heard_at = clock.monotonic()
        self._stirred = asyncio.Event()  # something is finished
        self._stopping = False
        self._over: asyncio.Future[None] | None = None
        self._ended = asyncio.Event()

    @property
    def in_flight(self) -> int:
        """How many updates are being handled."""
        return self._ordered.in_flight

    @property
    def unconfirmed(self) -> int:
        """How many updates are not finished: in flight, waiting for their turn or to be tried again."""
        return sum(not entry.done for entry in self._known.values())

    @property
    def quarantined(self) -> int:
        """How many updates were confirmed without having been handled."""
        return self._ordered.quarantined

    async def take_back(self) -> None:
        """Let the next poll take away whatever webhook there is, as the first one did."""
        self._webhook_deleted = False

    async def stop(self) -> None:
        """Fetch no more, let what is in flight finish, confirm it; what has to wait comes again later."""
        if self._over is None:
            return
        if not self._over.done():
            self._over.set_result(None)
        await self._ended.wait()

    async def run(self) -> None:
        """Fetch and handle until `stop` or cancellation, which ends as cleanly (a second one ends at once).

        Raises `TokenRejected` and `Deaf`.
        """
        self._over = asyncio.get_running_loop().create_future()
        self._heard_at = self._clock.monotonic()
        verdict: Exception | None = None
        try:
            await self._request.initialize()
            async with asyncio.TaskGroup() as group:
                watching = self._start(group, self._watch, group)
                self._fetching = self._start(group, self._fetch, group, failures=0)
                try:
                    await self._over
                except Exception as error:  # of any task, see _start; a TaskGroup would wrap it
                    verdict = error
                finally:
                    await self._close(group, watching)
        finally:
            self._ended.set()
        if verdict is not None:
            raise verdict

    def _start(
        self,
        group: asyncio.TaskGroup,
        work: Callable[P, Coroutine[Any, Any, None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> asyncio.Task[None]:
        async def guarded() -> None:
            try:
                await work(*args, **kwargs)
            except Exception as error:  # run() raises it, after it has let the others finish
                if self._over is not None and not self._over.done():
                    self._over.set_exception(error)

        return group.create_task(guarded())

    async def _close(self, group: asyncio.TaskGroup, watching: asyncio.Task[None]) -> None:
        self._stopping = True
        for task in (watching, self._fetching):
            task.cancel()
            await asyncio.wait({task})
        tasks = set()
        for entry in self._known.values():
            if entry.task is not None and not entry.task.done():
                tasks.add(entry.task)
                if not entry.running:
                    entry.task.cancel()
        if tasks:
            cutting = group.create_task(self._cut_off(tasks))
            await asyncio.wait(tasks)
            cutting.cancel()
        await self._confirm()

    async def _cut_off(self, tasks: set[asyncio.Task[None]]) -> None:
        await self._clock.sleep(STOP_SECONDS)
        for task in tasks:
            task.cancel()

    async def _confirm(self) -> None:
        offset = self._offset()
        if offset == self._confirmed:
            return
        try:
            await self._request.initialize()  # a restart may have been cancelled half-way
            await self._call("getUpdates", 1.5, offset=offset, limit=1, timeout=0)
        except (Refused, TelegramError) as error:
            # Telegram takes up to 3 s to answer, and obeys before it does.
            log.info("last confirmation unanswered", extra={"fields": {"error": type(error).__name__}})

    async def _watch(self, group: asyncio.TaskGroup) -> None:
        restarted = False
        while True:
            await self._clock.sleep(1)
            silence = self._clock.monotonic() - self._heard_at
            if silence < SILENCE_SECONDS:
                restarted = False
            elif silence >= 2 * SILENCE_SECONDS:
                raise Deaf
            elif not restarted:
                restarted = True
                log.error("no successful poll: starting again", extra={"fields": {"seconds": round(silence)}})
                self._fetching.cancel()
                await asyncio.wait({self._fetching})
                await self._request.shutdown()
                await self._request.initialize()
                self._fetching = self._start(group, self._fetch, group, failures=1)
            self._clear_the_way()

    def _clear_the_way(self) -> None:
        """Give up what has long kept a full window from moving on, so that one chat cannot stop all others.

        Only if most of what is behind it is done: where nothing gets done, giving up would help nobody.
        """
        behind = list(itertools.dropwhile(lambda entry: entry.done, self._known.values()))
        if not self._window_full or sum(entry.done for entry in behind) < WINDOW // 2:
            return
        now = self._clock.monotonic()
        for entry in behind:
            if not entry.done and now - entry.seen_at > IN_THE_WAY_SECONDS and entry.task is not None:
                entry.given_up = "in the way"
                entry.task.cancel()

    async def _fetch(self, group: asyncio.TaskGroup, failures: int) -> None:
        while True:
            self._forget_finished()
            offset = self._offset()
            began = self._clock.monotonic()
            try:
                # After a failure a short one, which shows sooner that Telegram is back.
                updates = await self._poll(offset, 0 if failures else self._timeout)
            except (Refused, TelegramError) as error:
                failures += 1
                status = error.status if isinstance(error, Refused) else None
                if status in (401, 404) and self.last_success_at is None:
                    raise TokenRejected from None
                if status == HTTPStatus.CONFLICT:
                    self.conflicts += 1
                    self.last_conflict_at = self._clock.now()
                fields = {"error": type(error).__name__, "status": status, "failures": failures}
                log.warning("poll failed", extra={"fields": fields})
                retry_after = error.retry_after if isinstance(error, Refused) else 0
                await self._clock.sleep(max(retry_after, min(2.0 ** (failures - 1), 10)))
                continue
            failures = 0
            self._heard()
            self._confirmed = offset
            self._window_full = len(updates) >= WINDOW
            self._take(updates, offset, group)
            await self._until_a_poll_makes_sense(offset, began, group)

    def _forget_finished(self) -> None:
        # Only before a poll: one that is under way still answers with what has finished meanwhile.
        for entry in list(itertools.takewhile(lambda entry: entry.done, self._known.values())):
            del self._known[entry.update_id]

    def _offset(self) -> int:
        """Return the id of the oldest unfinished update, or of the next one; 0 if we know of none yet."""
        return next((entry.update_id for entry in self._known.values() if not entry.done), self._after)

    def _heard(self) -> None:
        self._heard_at = self._clock.monotonic()
        self.last_success_at = self._clock.now()

    async def _poll(self, offset: int, seconds: int) -> list[object]:
        if not self._webhook_deleted:
            await self._call("deleteWebhook", 10)  # keeps what is pending
            self._webhook_deleted = True
            self._heard()
        updates = await self._call(
            "getUpdates",
            seconds + 10,
            offset=offset,
            limit=WINDOW,
            timeout=seconds,
            allowed_updates=self._allowed_updates,
        )
        if not isinstance(updates, list):
            raise TelegramError("Invalid server response")
        if updates and not offset and all(update_id_of(raw) is None for raw in updates):
            raise TelegramError("No update has an id")  # and so there is no way to confirm them
        return updates

    async def _call(self, method: str, read_timeout: float, **parameters: int | str) -> object:
        status, payload = await self._request.do_request(
            f"{self._base_url}/{method}?{urlencode(parameters)}", "POST", read_timeout=read_timeout
        )
        answer = answer_of(payload) or {}
        if status == HTTPStatus.OK and "result" in answer:
            return answer["result"]
        about = answer.get("parameters")
        retry_after = about.get("retry_after") if isinstance(about, dict) else None
        raise Refused(status, retry_after if isinstance(retry_after, int) else 0)

    def _take(self, updates: list[object], offset: int, group: asyncio.TaskGroup) -> None:
        """Begin to handle what is new."""
        waiting = Counter(entry.chat for entry in self._known.values() if not entry.done)
        next_id = offset
        for raw in updates:
            update_id = update_id_of(raw)
            if update_id is None or not isinstance(raw, dict):
                # Ids grow, so its own is at least this: confirming that much passes over nothing else, and
                # every poll gets at least one further.
                update_id, raw = next_id, None
            next_id = update_id + 1
            if update_id in self._known:
                continue
            entry = _Entry(update_id, None if raw is None else chat_of(raw), self._clock.monotonic())
            self._known[update_id] = entry
            self._after = next_id
            if raw is None:
                self._drop(entry, "no update")
            elif entry.chat is not None and waiting[entry.chat] >= PER_CHAT:
                entry.task = self._start(group, self._pass_over, entry, raw, entry.chat)
            else:
                waiting[entry.chat] += 1
                entry.task = self._start(group, self._settle, entry, raw)

    def _drop(self, entry: _Entry, why: str) -> None:
        self._ordered.quarantine(entry.update_id, why)
        entry.done = True

    async def _pass_over(self, entry: _Entry, raw: dict[str, Any], chat: int) -> None:
        """Drop an update of a chat that sends too many, unless it must be answered, be it in its turn.

        One such of a chat waits at a time, so that nobody can fill the window with them.
        """
        must = False
        if self._overhear is not None:
            try:
                must = await self._overhear(raw)
            except asyncio.CancelledError:
                if self._stopping:
                    raise  # it stays unconfirmed
            except Exception as error:  # whatever it is, the update would be dropped without it
                log.warning("not overheard", extra={"fields": {"error": type(error).__name__}})
        if must and chat not in self._exempt:
            self._exempt.add(chat)
            try:
                await self._settle(entry, raw)
            finally:
                self._exempt.discard(chat)
        else:
            self._drop(entry, "too many of one chat")
            self._stirred.set()

    async def _settle(self, entry: _Entry, raw: dict[str, Any]) -> None:
        try:
            async with self._ordered.line(entry.chat):
                await self._try(entry, raw)
        except asyncio.CancelledError:
            if self._stopping:
                raise  # it stays unconfirmed
            # A handler can also let one out of its own that nobody meant for us.
            self._ordered.quarantine(entry.update_id, entry.given_up or "cancelled")
        entry.done = True
        self._stirred.set()

    async def _try(self, entry: _Entry, raw: dict[str, Any]) -> None:
        began = self._clock.monotonic()
        for tries in itertools.count(1):
            async with self._ordered.places:
                entry.running = True
                unanswered = await self._ordered.handle(raw, entry.update_id)
                entry.running = False
            self._stirred.set()
            if unanswered is None:
                return
            # While nothing gets through to Telegram, replies cannot either; the watchdog bounds that.
            if tries >= TRIES and self._heard_at > began:
                self._ordered.quarantine(entry.update_id, "unanswered")
                return
            if self._stopping:
                raise asyncio.CancelledError
            log.warning("update unanswered", extra={"fields": {"update": entry.update_id, "tries": tries}})
            pause = max(2.0 ** min(tries - 1, TRIES - 2), unanswered.retry_after)
            await self._clock.sleep(min(pause, LONGEST_PAUSE_SECONDS))

    async def _until_a_poll_makes_sense(self, offset: int, began: float, group: asyncio.TaskGroup) -> None:
        """Wait while the next poll could not bring anything new that can be begun."""
        while True:
            if self._ordered.places.locked():
                left = FULL_SECONDS
            elif self._offset() == offset:
                left = SAME_OFFSET_SECONDS
            else:
                return
            left -= self._clock.monotonic() - began
            if left <= 0:
                return
            await self._until_stirred(left, group)

    async def _until_stirred(self, seconds: float, group: asyncio.TaskGroup) -> None:
        self._stirred.clear()
        timer = group.create_task(self._clock.sleep(seconds))
        timer.add_done_callback(lambda _: self._stirred.set())
        try:
            await self._stirred.wait()
        finally:
            timer.cancel()
