"""Telling: what lies in the outbox goes to those who wait for it, once each as far as a crash allows.

One thing at a time, the most urgent first. Many people are told at once, but never more than `window` beyond
what is committed: so many may be told again after a crash. Each subscription is looked at anew when the
limits let its message out, so that nobody is told who does not want it any more.
"""

import asyncio
import itertools
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from bot.alerts.news import News
from bot.alerts.outbox import EXPIRED, SENT, Entry, Outbox, Progress, Row
from bot.alerts.subscription import Hold, Reason, Send, Skip, Subscription, Unreadable, due
from bot.alerts.subscriptions import opened
from bot.alerts.topics import Topic
from bot.clock import Clock
from bot.privacy.epochs import Epochs
from bot.privacy.keys import KeyFileError
from bot.privacy.sealing import Unsealable
from bot.storage.engine import StorageUnavailable

PAGE = 256
"""So many subscriptions are read in one go."""

BETWEEN_PAUSES = 32
"""So many of them are looked at before the event loop has a turn."""

LOOK_SECONDS = 1.0
"""So soon is seen what another process has put into the outbox, or what has ended by itself."""

AGAIN_SECONDS = 5.0
"""Until the next try where Telegram or the database could not be reached."""

TRIES = 5
"""After so many, each of a minute or so, the last one who cannot be reached is given up."""

STOP_SECONDS = 5.0
"""So long a stop waits for what is on its way."""

log = logging.getLogger(__name__)

Wanted = Callable[[], Awaitable[bool]]


class Answer(Enum):
    """What became of a message."""

    SENT = "sent"
    GONE = "gone"  # the chat is closed to us, for good as far as we can tell
    REFUSED = "refused"  # Telegram does not take it, and will not take it again
    UNWANTED = "unwanted"  # `wanted` said so when its turn came


class Unreachable(Exception):
    """Telegram could not be reached for a while; the message may be tried again."""


@dataclass(frozen=True)
class Told:
    """News as it is for one subscription: as far as it is about these topics."""

    subscription: Subscription
    news: News
    topics: tuple[Topic, ...]


class Messenger(Protocol):
    """What brings messages to chats."""

    async def tell(self, chat_id: int, told: Told, wanted: Wanted) -> Answer:
        """Tell news when its turn comes, if it is `wanted` then. Raises `Unreachable`."""
        ...


@dataclass(frozen=True)
class Known:
    """A subscription that could be read, and whose it is."""

    row: Row
    chat_id: int
    subscription: Subscription


class Reader:
    """Reads subscriptions, as far as their keys are still there."""

    def __init__(self, outbox: Outbox, epochs: Epochs) -> None:
        self._outbox = outbox
        self._epochs = epochs

    async def read(self, row: Row) -> Known | None:
        """Return what a row says, or None if nobody can read it any more."""
        known = self._unsealed(row)
        if known is None and (now := await self._outbox.row(row.id)) is not None and now != row:
            known = self._unsealed(now)  # it was carried into a new epoch meanwhile
        return known

    def names(self, chat_id: int) -> list[bytes]:
        """Return what a chat is called in rows."""
        return [key.chat for key in self._epochs.known(chat_id)]

    def _unsealed(self, row: Row) -> Known | None:
        try:
            key = self._epochs.key(row.epoch, row.chat)
        except KeyFileError as failure:
            raise StorageUnavailable("lost", str(failure)) from failure
        if key is None:
            return None
        with suppress(Unsealable, Unreadable):
            return Known(row, *opened(key, row.id, row.sealed))
        return None


@dataclass
class Counts:
    """What was done since the start."""

    sent: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(eq=False)
class _Item:
    """One subscription that is being told; `begun` once its message may be on its way."""

    row: int
    begun: bool = False
    done: bool = False
    sent: bool = False
    dropped: bool = False
    task: asyncio.Task[None] | None = None


class Sender:
    """Tells what is in the outbox, as long as `leading` and not `held`."""

    def __init__(
        self,
        outbox: Outbox,
        reader: Reader,
        messenger: Messenger,
        clock: Clock,
        counts: Counts,
        *,
        window: int,
        held: Callable[[], bool] = lambda: False,
        leading: Callable[[], bool] = lambda: True,
    ) -> None:
        self.counts = counts
        self._outbox = outbox
        self._reader = reader
        self._messenger = messenger
        self._clock = clock
        self._window = window
        self._held = held
        self._leading = leading
        self._stirred = asyncio.Event()
        self._moved_at: float | None = None

    def stir(self) -> None:
        """Look at once: something was put into the outbox."""
        self._stirred.set()

    @property
    def busy(self) -> bool:
        """Whether something is being told."""
        return self._moved_at is not None

    def stalled_seconds(self) -> float:
        """Return for how long nothing has gone on though there is something to tell; 0 if nothing is."""
        return 0.0 if self._moved_at is None else self._clock.monotonic() - self._moved_at

    async def run(self) -> None:
        """Tell for ever; what could not be read or written is tried again."""
        while True:
            self._stirred.clear()
            try:
                more = await self.tell_most_urgent()
            except (StorageUnavailable, Unreachable) as failure:
                log.warning("alerts put off", extra={"fields": {"error": type(failure).__name__}})
                await self._clock.sleep(AGAIN_SECONDS)
                continue
            if not more:
                await wait(self._stirred, self._clock, LOOK_SECONDS)

    async def tell_most_urgent(self) -> bool:
        """Tell what is most urgent, to all or until something else is; return whether there was anything.

        Raises `StorageUnavailable` and `Unreachable`; then it goes on from there the next time.
        """
        now = self._clock.now()
        open_ones = await self._outbox.open()
        for entry in open_ones:
            if entry.news.expires_at <= now:
                await self._outbox.advance(entry, Progress(entry.reached, entry.reached, 0, 0, now, EXPIRED))
        left = [entry for entry in open_ones if entry.news.expires_at > now]
        if not left or self._held() or not self._leading():
            self._moved_at = None
            return False
        if self._moved_at is None:
            self._moved_at = self._clock.monotonic()
        await _Telling(self, left[0]).run()
        return True


class _Telling:
    """The telling of one entry, from where it was left."""

    def __init__(self, sender: Sender, entry: Entry) -> None:
        self._sender = sender
        self._outbox, self._clock = sender._outbox, sender._clock
        self._entry = entry
        self._items: deque[_Item] = deque()  # in turn, those that are not committed
        self._reached = entry.reached  # committed
        self._begun = 0  # with whom, and it is not committed
        self._progress = asyncio.Event()
        self._room = asyncio.Event()
        self._closed = False
        self._over = False  # nobody more is begun with, but whoever stands before one that was
        self._overtaken = False  # by another process, which goes on instead
        self._failure: StorageUnavailable | None = None

    async def run(self) -> None:
        to_all = False
        async with asyncio.TaskGroup() as group:
            keeper, watcher = group.create_task(self._keep()), group.create_task(self._watch())
            try:
                to_all = await self._feed(group)
                await self._settle(keeper)
            except asyncio.CancelledError:
                self._over = True
                with suppress(TimeoutError):
                    async with asyncio.timeout(STOP_SECONDS):
                        await self._settle(keeper)
                raise
            finally:
                watcher.cancel()
        if self._failure is not None:
            raise self._failure
        if self._overtaken:
            return
        if to_all and not self._items:
            await self._commit(SENT)
        elif self._expired():
            await self._commit(EXPIRED)

    async def _feed(self, group: asyncio.TaskGroup) -> bool:
        """Begin with one subscription after the other; return whether those were all."""
        try:
            return await self._begin_with_each(group)
        except StorageUnavailable as failure:
            self._failure, self._over = failure, True
            return False

    async def _begin_with_each(self, group: asyncio.TaskGroup) -> bool:
        after, count = self._reached, 0
        while True:
            page = await self._outbox.page(self._entry, after, PAGE)
            for row in page:
                after, count = row.id, count + 1
                if count % BETWEEN_PAUSES == 0:
                    self._progress.set()
                    await asyncio.sleep(0)
                if not await self._goes_on():
                    return False
                item = _Item(row.id)
                known = await self._sender._reader.read(row)
                if known is None:
                    item.done = True
                elif not isinstance(decided := self._due(known.subscription), Send):
                    self._drop(item, decided)
                elif await self._find_room():
                    self._begun += 1
                    item.task = group.create_task(self._attend(item, known))
                else:
                    return False
                self._items.append(item)
            if len(page) < PAGE:
                return True

    async def _find_room(self) -> bool:
        """Wait until one more may be begun with; return False if that is over."""
        while self._begun >= self._sender._window and not self._over:
            self._room.clear()
            await self._room.wait()
        return not self._over

    async def _watch(self) -> None:
        """See at once when something more urgent comes, or nobody wants to hear of this any more."""
        try:
            while await self._goes_on():
                await self._sender._stirred.wait()
        except StorageUnavailable as failure:
            self._failure, self._over = failure, True
        self._room.set()
        self._withdraw()

    def _withdraw(self) -> None:
        """Let those go who only wait for their turn, behind all others."""
        last = max((place for place, item in enumerate(self._items) if item.begun), default=-1)
        for item in list(self._items)[last + 1 :]:
            if item.task is not None:
                item.task.cancel()

    async def _settle(self, keeper: asyncio.Task[None]) -> None:
        """Wait for whom we have begun with, and until that is committed."""
        if self._over:
            self._withdraw()
        tasks = [item.task for item in self._items if item.task is not None]
        if tasks:
            await asyncio.wait(tasks)
        self._closed = True
        self._progress.set()
        await asyncio.wait({keeper})

    async def _goes_on(self) -> bool:
        """Tell whether to begin with one more."""
        sender = self._sender
        if sender._stirred.is_set():
            sender._stirred.clear()
            now = self._clock.now()
            first = next((each for each in await self._outbox.open() if each.news.expires_at > now), None)
            if first is None or (first.id, first.news) != (self._entry.id, self._entry.news):
                self._over = True
                sender._stirred.set()  # for whoever looks next
        self._over = self._over or self._forbidden()
        return not self._over

    def _forbidden(self) -> bool:
        return self._expired() or self._overtaken or self._sender._held() or not self._sender._leading()

    def _expired(self) -> bool:
        return self._entry.news.expires_at <= self._clock.now()

    def _due(self, subscription: Subscription) -> Send | Hold | Skip:
        return due(subscription, self._entry.news, self._clock.now())

    def _drop(self, item: _Item, decided: Hold | Skip) -> None:
        reason = "held" if isinstance(decided, Hold) else decided.reason.value
        if reason == Reason.UNWANTED:
            item.done = True
        else:
            self._drop_because(item, reason)

    def _drop_because(self, item: _Item, reason: str) -> None:
        item.done = item.dropped = True
        self._sender.counts.dropped[reason] += 1

    async def _attend(self, item: _Item, known: Known | None) -> None:
        """Tell one person, however often that has to be tried."""
        began, tries = self._sender.counts.sent, 0
        while not item.done:
            before, tries = self._sender.counts.sent, tries + 1
            try:
                if known is None:
                    row = await self._outbox.row(item.row)
                    known = None if row is None else await self._sender._reader.read(row)
                if known is None:
                    self._drop_because(item, "erased")
                elif not isinstance(decided := self._due(known.subscription), Send):
                    self._drop(item, decided)
                elif not await self._tell(item, known, decided):
                    known = None  # it has changed
                    if self._forbidden() or (self._over and not self._is_before_begun(item)):
                        return
            except (Unreachable, StorageUnavailable) as failure:
                # Others could be reached before this try, and during it: then it is not the network.
                others = began < before < self._sender.counts.sent
                last = tries >= TRIES and all(each.done or each is item for each in self._items)
                if isinstance(failure, Unreachable) and (others or last):
                    self._drop_because(item, "unreachable")
                else:
                    log.warning("alert put off", extra={"fields": {"error": type(failure).__name__}})
                    await self._clock.sleep(AGAIN_SECONDS)
                    if self._forbidden():
                        return
        self._progress.set()

    async def _tell(self, item: _Item, known: Known, decided: Send) -> bool:
        """Tell one person; return False if it was not wanted when its turn came."""

        async def wanted() -> bool:
            if not await self._goes_on() and (self._forbidden() or not self._is_before_begun(item)):
                return False
            now = await self._outbox.row(item.row)
            if now != known.row or self._due(known.subscription) != decided:
                return False
            item.begun = True
            return True

        told = Told(known.subscription, self._entry.news, decided.topics)
        answer = await self._sender._messenger.tell(known.chat_id, told, wanted)
        if answer is Answer.SENT:
            item.done = item.sent = True
            self._sender.counts.sent += 1
        elif answer is Answer.GONE:
            await self._outbox.erase(self._sender._reader.names(known.chat_id))
            self._drop_because(item, "gone")
        elif answer is Answer.REFUSED:
            self._drop_because(item, "refused")
        return answer is not Answer.UNWANTED

    def _is_before_begun(self, item: _Item) -> bool:
        """Tell whether somebody after this one may have been told: then who stands between must be too."""
        return item.begun or any(
            each.begun for each in itertools.dropwhile(lambda each: each is not item, self._items)
        )

    async def _keep(self) -> None:
        """Commit how far it has come, again and again."""
        while True:
            await self._progress.wait()
            self._progress.clear()
            last = self._closed  # what is done after this is not seen by this commit
            try:
                await self._commit()
            except StorageUnavailable as failure:
                log.warning("alerts not noted", extra={"fields": {"reason": failure.reason}})
                await self._clock.sleep(AGAIN_SECONDS)
                self._progress.set()
            else:
                if last:
                    return

    async def _commit(self, ended: str | None = None) -> None:
        told = list(self._items) if ended else list(itertools.takewhile(lambda item: item.done, self._items))
        done = [item for item in told if item.done]
        if not done and not ended:
            return
        progress = Progress(
            self._reached,
            done[-1].row if done else self._reached,
            sum(item.sent for item in done),
            sum(item.dropped for item in done),
            self._clock.now(),
            ended,
        )
        if not await self._outbox.advance(self._entry, progress):
            self._overtaken = self._over = True
            self._room.set()
            return
        self._reached = progress.reached
        self._sender._moved_at = self._clock.monotonic()
        for item in told:
            self._items.remove(item)
            self._begun -= item.task is not None
        self._room.set()


async def wait(event: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Wait for an event, at most so many seconds."""
    async with asyncio.TaskGroup() as group:
        either = {group.create_task(event.wait()), group.create_task(_sleep(clock, seconds))}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        for task in either:
            task.cancel()


async def _sleep(clock: Clock, seconds: float) -> bool:
    await clock.sleep(seconds)
    return True
