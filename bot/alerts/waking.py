"""What is to be told by itself: what a quiet night has brought, a daily digest, that it will end soon.

Each subscription says when there is next something to do for it. When that is done, the next time is written:
a crash in between repeats what was on its way, and nothing else.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.alerts.news import News
from bot.alerts.outbox import Outbox, Row
from bot.alerts.sender import AGAIN_SECONDS, Answer, Counts, Known, Reader, Unreachable, Wanted
from bot.alerts.subscription import Subscription, Wake, held, quiet_since, wake_at, waking
from bot.clock import Clock
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import subscriptions
from bot.storage.writer import Writer

LOOK_SECONDS = 20.0
BUSY_SECONDS = 1.0
"""So soon is looked again whether alerts, which go first, are told."""

AT_ONCE = 8
PAGE = 64
MOST_NEWS = 200
"""So much news of a night is looked at."""

log = logging.getLogger(__name__)

_DUE = (
    sa.select(
        subscriptions.c.id,
        subscriptions.c.chat,
        subscriptions.c.epoch,
        subscriptions.c.sealed,
        subscriptions.c.wake_minute,
    )
    .where(subscriptions.c.wake_minute <= sa.bindparam("now"))
    .order_by(subscriptions.c.wake_minute)
    .limit(sa.bindparam("most"))
)
# Only if it is still what was read: its person may have changed it meanwhile, and with it the time.
_SAME = (
    subscriptions.c.id == sa.bindparam("row"),
    subscriptions.c.sealed == sa.bindparam("was"),
    subscriptions.c.wake_minute == sa.bindparam("woken"),
)
_NEXT = sa.update(subscriptions).where(*_SAME).values(wake_minute=sa.bindparam("next"))
_END = sa.delete(subscriptions).where(*_SAME)


@dataclass(frozen=True)
class Digest:
    """What a quiet night has brought, if it has; it is told beside what is known now."""

    subscription: Subscription
    news: tuple[News, ...]


@dataclass(frozen=True)
class Offer:
    """To renew a subscription that ends in a day."""

    subscription: Subscription


class Reminder(Protocol):
    """What brings these to chats."""

    async def remind(self, chat_id: int, what: Digest | Offer, wanted: Wanted) -> Answer:
        """Tell it when its turn comes, if it is `wanted` then.

        Raises `bot.alerts.sender.Unreachable`, and `StorageUnavailable`.
        """
        ...


@dataclass(frozen=True)
class _Woken:
    row: Row
    minute: int


class Waking:
    """Does what it is time for, as long as `may` and not `busy` with what is more urgent."""

    def __init__(
        self,
        engine: AsyncEngine,
        writer: Writer,
        outbox: Outbox,
        reader: Reader,
        reminder: Reminder,
        clock: Clock,
        counts: Counts,
        *,
        may: Callable[[], bool] = lambda: True,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._outbox = outbox
        self._reader = reader
        self._reminder = reminder
        self._clock = clock
        self._counts = counts
        self._may = may
        self._busy = busy

    async def run(self) -> None:
        """Do it for ever; what fails is tried again."""
        while True:
            try:
                while await self.wake_some():
                    pass
            except (StorageUnavailable, Unreachable) as failure:
                log.warning("digests put off", extra={"fields": {"error": type(failure).__name__}})
                await self._clock.sleep(AGAIN_SECONDS)
            await self._clock.sleep(LOOK_SECONDS)

    async def wake_some(self) -> bool:
        """Do what it is time for, for some; return whether there may be more.

        Raises `StorageUnavailable` and `Unreachable`.
        """
        if not self._may():
            return False
        asked = {"now": int(self._clock.now().timestamp()) // 60, "most": PAGE}
        async with self._engine.connect() as connection:
            rows = (await connection.execute(_DUE, asked)).all()
        places = asyncio.Semaphore(AT_ONCE)
        failures: list[Exception] = []

        async def one(woken: _Woken) -> None:
            async with places:
                while self._busy() and self._may():
                    await self._clock.sleep(BUSY_SECONDS)
                if failures or not self._may():
                    return
                try:
                    await self._wake(woken)
                except (StorageUnavailable, Unreachable) as failure:
                    failures.append(failure)

        async with asyncio.TaskGroup() as group:
            for *row, minute in rows:
                group.create_task(one(_Woken(Row(*row), minute)))
        if failures:
            raise failures[0]
        return len(rows) == PAGE and self._may()

    async def _wake(self, woken: _Woken) -> None:
        known = await self._reader.read(woken.row)
        if known is None:  # nobody can read it any more; that is for the next carrying to clear
            await self._write(woken, None)
            return
        now, subscription = self._clock.now(), known.subscription
        due = waking(subscription, datetime.fromtimestamp(woken.minute * 60, UTC), now)
        if Wake.END in due:
            await self._writer.run(partial(_changed, _END, _same(woken)))
            return
        told: tuple[News, ...] = ()
        if Wake.MORNING in due:
            told = await self._of_the_night(subscription)
        what: list[Digest | Offer] = []
        if told or Wake.DIGEST in due:
            what.append(Digest(subscription, told))
        if Wake.OFFER in due:
            what.append(Offer(subscription))
        for each in what:
            if not await self._tell(known, woken, each):
                return
        await self._write(woken, int(wake_at(subscription, self._clock.now()).timestamp()) // 60)

    async def _of_the_night(self, subscription: Subscription) -> tuple[News, ...]:
        since = quiet_since(subscription, self._clock.now())
        if since is None:
            return ()
        return held(subscription, await self._outbox.since(subscription.crossing, since, MOST_NEWS), since)

    async def _tell(self, known: Known, woken: _Woken, what: Digest | Offer) -> bool:
        """Tell it; return whether this is done with."""

        async def wanted() -> bool:
            return self._may() and await self._outbox.row(woken.row.id) == known.row

        answer = await self._reminder.remind(known.chat_id, what, wanted)
        if answer is Answer.SENT:
            self._counts.sent += 1
        elif answer is Answer.GONE:
            await self._outbox.erase(self._reader.names(known.chat_id))
            self._counts.dropped["gone"] += 1
        elif answer is Answer.REFUSED:
            self._counts.dropped["refused"] += 1
        return answer not in (Answer.UNWANTED, Answer.GONE)

    async def _write(self, woken: _Woken, minute: int | None) -> None:
        await self._writer.run(partial(_changed, _NEXT, _same(woken) | {"next": minute}))


def _same(woken: _Woken) -> dict[str, Any]:
    return {"row": woken.row.id, "was": woken.row.sealed, "woken": woken.minute}


async def _changed(
    statement: sa.Update | sa.Delete, values: Mapping[str, Any], connection: AsyncConnection
) -> int:
    return (await connection.execute(statement, values)).rowcount
