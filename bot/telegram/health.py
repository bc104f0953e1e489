"""`/healthz`: whether the bot hears Telegram, reaches its database, and is alone with its token."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.alerts.leader import Undelivered
from bot.clock import Clock
from bot.storage.engine import StorageUnavailable

SILENCE = timedelta(seconds=90)
"""So long after the last successful poll the bot counts as deaf; a long poll takes up to 50 seconds."""


class Health:
    """What an operator's monitor asks; it names nobody and nothing secret."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Clock,
        last_poll_at: Callable[[], datetime | None] | None,
        alarmed: Callable[[], bool],
        content: Callable[[], tuple[str, int]],
        undelivered: Callable[[], Awaitable[Undelivered]],
    ) -> None:
        """Make it; without `last_poll_at` (a webhook) polls do not count.

        `content` is the version served, and how many problems the folder has; `undelivered` may raise
        `StorageUnavailable`.
        """
        self._engine = engine
        self._clock = clock
        self._last_poll_at = last_poll_at
        self._alarmed = alarmed
        self._content = content
        self._undelivered = undelivered

    def add_to(self, app: web.Application) -> None:
        """Serve it."""
        app.router.add_get("/healthz", self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer 200 if all is well, 503 if not; the body says what."""
        state: dict[str, object] = {"database": await self._database()}
        state["token"] = "alarm" if self._alarmed() else "ok"
        version, problems = self._content()
        state["content"] = version
        state["content_problems"] = problems
        undelivered = await self._alerts() if state["database"] else None
        oldest = undelivered.seconds if undelivered is not None else None
        state["seconds_undelivered"] = None if oldest is None else round(oldest)
        well = undelivered is not None and undelivered.well and not self._alarmed()
        if self._last_poll_at is not None:
            last = self._last_poll_at()
            age = self._clock.now() - last if last is not None else None
            state["seconds_since_poll"] = None if age is None else round(age.total_seconds())
            well = well and age is not None and age < SILENCE
        return web.json_response(state, status=200 if well else 503)

    async def _alerts(self) -> Undelivered | None:
        try:
            return await self._undelivered()
        except StorageUnavailable:
            return None

    async def _database(self) -> bool:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(sa.select(1))
        except StorageUnavailable:
            return False
        return True
