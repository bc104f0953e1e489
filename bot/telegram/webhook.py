"""Updates that Telegram posts to us."""

import json
import logging
import secrets
from collections import OrderedDict
from typing import Any

from aiohttp import web
from telegram import Bot

from bot.telegram.intake import (
    ALLOWED_UPDATES,
    AT_ONCE,
    LONGEST_SECONDS,
    TRIES,
    Handle,
    Ordered,
    Unanswered,
    chat_of,
    update_id_of,
)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_BYTES = 1 << 20  # Telegram's own updates end at 64 KiB
REMEMBERED = 1024  # updates that wait for another try

log = logging.getLogger(__name__)


async def register(bot: Bot, url: str, secret: str) -> None:
    """Tell Telegram to post updates to `url`; what is pending stays. Raises PTB's errors."""
    await bot.set_webhook(
        url, secret_token=secret, max_connections=AT_ONCE, allowed_updates=list(ALLOWED_UPDATES)
    )


class Webhook:
    """Answer Telegram's posts, each only after its update has been handled.

    200: handled, or quarantined, as the same update would only fail again. 503: not answered, Telegram shall
    send it again; after `TRIES` of them it is quarantined. 403: the secret is missing or wrong.
    """

    def __init__(
        self, handle: Handle, secret: str, *, at_once: int = AT_ONCE, longest: float = LONGEST_SECONDS
    ) -> None:
        self._secret = secret.encode()
        self._ordered = Ordered(handle, at_once=at_once, longest=longest)
        self._failures: OrderedDict[int, int] = OrderedDict()

    def add_to(self, app: web.Application, path: str) -> None:
        """Serve the webhook at that path."""
        app.router.add_post(path, self.answer)

    @property
    def in_flight(self) -> int:
        """How many updates are being handled."""
        return self._ordered.in_flight

    @property
    def quarantined(self) -> int:
        """How many updates were acknowledged without having been handled."""
        return self._ordered.quarantined

    async def answer(self, request: web.Request) -> web.Response:
        """Handle one post."""
        # As bytes: compare_digest takes only ASCII text, and a header may be anything.
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not secrets.compare_digest(given, self._secret):
            return web.Response(status=403)
        body = await _read(request)
        if body is None:
            return web.Response(status=413)
        raw = _parsed(body)
        update_id = update_id_of(raw)
        if raw is None or update_id is None:
            self._ordered.quarantine(update_id, "no update")
            return web.Response()
        async with self._ordered.line(chat_of(raw)), self._ordered.places:
            unanswered = await self._ordered.handle(raw, update_id)
        return self._verdict(update_id, unanswered)

    def _verdict(self, update_id: int, unanswered: Unanswered | None) -> web.Response:
        failures = self._failures.pop(update_id, 0) + 1
        if unanswered is None:
            return web.Response()
        if failures >= TRIES:
            self._ordered.quarantine(update_id, "unanswered")
            return web.Response()
        self._failures[update_id] = failures
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)
        log.warning("update unanswered", extra={"fields": {"update": update_id, "tries": failures}})
        return web.Response(status=503)


async def _read(request: web.Request) -> bytes | None:
    """Return the body; None if it is too large, whatever its header says."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BYTES:
            return None
    return bytes(body)


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None
