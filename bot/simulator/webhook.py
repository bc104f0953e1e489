"""Deliveries to a webhook: ordered within a chat, side by side across chats, until the bot says 200."""

import asyncio
import logging
import re
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.simulator.model import Model
from bot.simulator.parameters import Parameters
from bot.simulator.refusals import bad_request
from bot.simulator.updates import Update

log = logging.getLogger(__name__)

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CONNECTIONS = 40
_MOST_CONNECTIONS = 100
_LONGEST_PAUSE = 60.0  # seconds between two attempts
_ANSWER_SECONDS = 60.0

Lanes = dict[tuple[str, int], deque[Update]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates go."""

    url: str
    secret: str
    connections: int


class Courier:
    """Brings the updates of a model to its webhook, while there is one."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.webhook: Webhook | None = None
        self._task: asyncio.Task[None] | None = None
        self._last_error: tuple[int, str] | None = None

    async def set(self, parameters: Parameters) -> tuple[bool, str]:
        """Carry out `setWebhook`; an empty url takes the webhook away."""
        url = parameters.text("url").strip()
        if not url:
            return await self.delete(parameters)
        webhook = _checked(url, parameters)
        await self.stop()
        updates = self._model.updates
        if parameters.boolean("drop_pending_updates"):
            updates.clear()
        updates.allow(parameters.json("allowed_updates", "allowed updates"))
        arrivals: asyncio.Queue[Update] = asyncio.Queue()
        updates.hand_over(arrivals.put_nowait)
        self.webhook = webhook
        self._last_error = None
        self._task = asyncio.get_running_loop().create_task(self._deliver(webhook, arrivals))
        return True, "Webhook was set"

    async def delete(self, parameters: Parameters) -> tuple[bool, str]:
        """Carry out `deleteWebhook`."""
        was = self.webhook is not None
        await self.stop()
        if parameters.boolean("drop_pending_updates"):
            self._model.updates.clear()
        return True, "Webhook was deleted" if was else "Webhook is already deleted"

    def info(self) -> dict[str, Any]:
        """Carry out `getWebhookInfo`."""
        webhook, updates = self.webhook, self._model.updates
        body: dict[str, Any] = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(updates),
        }
        if webhook:
            body |= {"max_connections": webhook.connections, "ip_address": "127.0.0.1"}
        if webhook and self._last_error:
            body |= {"last_error_date": self._last_error[0], "last_error_message": self._last_error[1]}
        if updates.allowed is not None:
            body["allowed_updates"] = sorted(updates.allowed)
        return body

    async def stop(self) -> None:
        """Deliver nothing more; what was not confirmed waits on."""
        task, self._task, self.webhook = self._task, None, None
        self._model.updates.take_back()
        if task is None:
            return
        task.cancel()
        await asyncio.wait((task,))
        if not task.cancelled():
            task.result()  # raises what ended it before us

    async def _deliver(self, webhook: Webhook, arrivals: asyncio.Queue[Update]) -> None:
        lanes: Lanes = {}
        places = asyncio.Semaphore(webhook.connections)
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            while True:
                update = await arrivals.get()
                if update.lane in lanes:
                    lanes[update.lane].append(update)
                    continue
                lanes[update.lane] = deque((update,))
                group.create_task(self._drain(session, webhook, update.lane, lanes, places))

    async def _drain(
        self,
        session: aiohttp.ClientSession,
        webhook: Webhook,
        lane: tuple[str, int],
        lanes: Lanes,
        places: asyncio.Semaphore,
    ) -> None:
        """Bring the updates of one lane, one after the other."""
        waiting, updates = lanes[lane], self._model.updates
        while waiting:
            update = waiting[0]
            pause = 1.0
            while not (updates.confirmed(update.id) or updates.stale(update)):
                async with places:
                    problem = await self._post(session, webhook, update)
                if not problem:
                    updates.confirm((update.id,))
                    break
                self._last_error = (self._model.now(), problem)
                log.info("webhook failed", extra={"fields": {"update": update.id, "pause": pause}})
                await self._model.clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            waiting.popleft()
        del lanes[lane]

    async def _post(self, session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> str:
        """Bring one update; return what went wrong, or nothing."""
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        try:
            async with session.post(
                webhook.url, data=update.body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                if answer.status == 200:
                    return ""
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientConnectionError:
            return "Connection refused"
        except aiohttp.ClientError:
            return "Wrong response from the webhook"


def _checked(url: str, parameters: Parameters) -> Webhook:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if parts.scheme not in ("http", "https") or not host:
        raise bad_request("invalid webhook URL specified")
    if host not in _LOOPBACK:
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        raise bad_request("bad webhook: this local Telegram calls this machine only")
    secret = parameters.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return Webhook(url, secret, parameters.integer("max_connections", _CONNECTIONS, 1, _MOST_CONNECTIONS))
