"""All of alerting, as the one process does it that leads: deciding, telling, and what is told by itself."""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.alerts.deciding import Deciding
from bot.alerts.outbox import Outbox
from bot.alerts.sender import AGAIN_SECONDS, Counts, Messenger, Reader, Sender
from bot.alerts.waking import Reminder, Waking
from bot.clock import Clock
from bot.crossings.report import Mode
from bot.crossings.store import Reports
from bot.crossings.usual import Usual
from bot.privacy.epochs import Epochs
from bot.storage.engine import StorageUnavailable
from bot.storage.leadership import Lead, leading
from bot.storage.writer import Writer

LEAST_AT_ONCE = 16
WINDOW_SECONDS = 0.25
"""So many people are told at once: as many as the rate allows in this time, which a call may well take."""

STALLED_SECONDS = 300.0
OVERDUE_SECONDS = 60.0
"""After so long without any progress, or since something should have been put away unsent, nobody tells."""

log = logging.getLogger(__name__)


class Voice(Messenger, Reminder, Protocol):
    """What brings all of it to chats."""


@dataclass(frozen=True)
class Undelivered:
    """What is to be told and is not yet: since when the oldest waits, and whether anybody is at it."""

    seconds: float | None
    well: bool


class Alerts:
    """Decides and tells, if no other process that shares the database does."""

    def __init__(
        self,
        writer: Writer,
        epochs: Epochs,
        reports: Reports,
        usual: Callable[[str, Mode], Usual],
        voice: Voice,
        clock: Clock,
        *,
        rate: float,
        held: Callable[[], bool] = lambda: False,
    ) -> None:
        """Make it; `rate` is in messages a second, and while `held` nothing is sent."""
        self.counts = Counts()
        self._engine: AsyncEngine = writer.engine
        self._writer = writer
        self._reports = reports
        self._usual = usual
        self._voice = voice
        self._clock = clock
        self._window = max(LEAST_AT_ONCE, math.ceil(rate * WINDOW_SECONDS))
        self._held = held
        self._outbox = Outbox(self._engine, writer)
        self._reader = Reader(self._outbox, epochs)
        self._sender: Sender | None = None

    @property
    def leads(self) -> bool:
        """Whether this process is the one that sends."""
        return self._sender is not None

    async def run(self) -> None:
        """Do all that whenever this process leads, for ever."""
        while True:
            try:
                async with leading(self._engine, self._clock) as lead:
                    log.info("alerts are sent from here")
                    await self._lead(lead)
                    log.warning("alerts are not sent from here any more")
            except StorageUnavailable as failure:
                log.warning("alerts wait for the database", extra={"fields": {"reason": failure.reason}})
                await self._clock.sleep(AGAIN_SECONDS)

    async def undelivered(self) -> Undelivered:
        """Return how it stands. Raises `StorageUnavailable`."""
        oldest = await self._outbox.oldest()
        if oldest is None:
            return Undelivered(None, well=True)
        made, expires = oldest
        now = self._clock.now().timestamp()
        stalled = self._sender is not None and self._sender.stalled_seconds() > STALLED_SECONDS
        return Undelivered(now - made, well=not stalled and now - expires <= OVERDUE_SECONDS)

    async def _lead(self, lead: Lead) -> None:
        sender = self._sender = Sender(
            self._outbox,
            self._reader,
            self._voice,
            self._clock,
            self.counts,
            window=self._window,
            held=self._held,
            leading=lambda: bool(lead),
        )
        deciding = Deciding(
            self._engine, self._writer, self._reports, self._usual, self._clock, put=sender.stir
        )
        waking = Waking(
            self._engine,
            self._writer,
            self._outbox,
            self._reader,
            self._voice,
            self._clock,
            self.counts,
            may=lambda: bool(lead) and not self._held(),
            busy=lambda: sender.busy,
        )
        try:
            async with asyncio.TaskGroup() as group:
                work = [group.create_task(each.run()) for each in (deciding, sender, waking)]
                await lead.lost.wait()
                for task in work:
                    task.cancel()
        finally:
            self._sender = None
