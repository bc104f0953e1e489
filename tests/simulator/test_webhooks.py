"""Deliveries to a webhook."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from bot.simulator.people import Person
from tests.clock import ManualClock
from tests.simulator.api import Api
from tests.waiting import until

ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Hook:
    """A bot's end of a webhook: keeps what comes, and answers what `status` says."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        self.status: Callable[[dict[str, Any]], int] = lambda _update: 200
        self.gate = asyncio.Event()
        self.gate.set()
        self.inside = 0
        self.most_inside = 0

    async def take(self, request: web.Request) -> web.Response:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        await self.gate.wait()
        self.inside -= 1
        update = json.loads(await request.read())
        self.received.append(update)
        self.headers.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return web.Response(status=self.status(update))

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.received]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    hook.gate.set()
    await runner.cleanup()


async def test_updates_are_brought_and_confirmed_by_200(api: Api, anna: Person, hook: Hook) -> None:
    model = api.simulator.model
    before = model.send(anna, "before")
    assert await api.call("setWebhook", url=hook.url, secret_token="s-1") == (
        200,
        {"ok": True, "result": True, "description": "Webhook was set"},
    )
    after = model.send(anna, "after")
    await model.events.until(lambda: len(model.updates) == 0, 5)
    assert hook.texts == ["before", "after"]
    assert [update["update_id"] for update in hook.received] == [before.update_id, after.update_id]
    assert hook.headers == ["s-1", "s-1"]
    info = await api.ok("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)
    assert "last_error_message" not in info


async def test_what_fails_comes_again_later_and_later(
    api: Api, anna: Person, hook: Hook, clock: ManualClock
) -> None:
    model = api.simulator.model
    hook.status = lambda _update: 200 if len(hook.received) > 3 else 500
    await api.ok("setWebhook", url=hook.url)
    model.send(anna, "a")
    model.send(anna, "b")
    for tries, seconds in enumerate((1, 2, 4), 1):
        await until(lambda: clock.sleepers == 1)
        assert len(hook.received) == tries
        await clock.advance(seconds - 0.1)
        assert clock.sleepers == 1  # still waiting to try again
        await clock.advance(0.1)
    await until(lambda: len(model.updates) == 0)
    # The second waits for the first: order is kept within a chat.
    assert hook.texts == ["a", "a", "a", "a", "b"]
    info = await api.ok("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert info["last_error_date"]


async def test_a_chat_that_fails_does_not_hold_up_others(api: Api, anna: Person, hook: Hook) -> None:
    model = api.simulator.model
    boris = model.add_person("Boris")
    hook.status = lambda update: 500 if update["message"]["from"]["id"] == anna.id else 200
    await api.ok("setWebhook", url=hook.url)
    failing = model.send(anna, "a")
    fine = model.send(boris, "b")
    assert failing.update_id
    assert fine.update_id
    await model.events.until(lambda: model.updates.confirmed(fine.update_id or 0), 5)
    assert not model.updates.confirmed(failing.update_id)


async def test_no_more_come_at_once_than_allowed(api: Api, hook: Hook) -> None:
    model = api.simulator.model
    hook.gate.clear()
    await api.ok("setWebhook", url=hook.url, max_connections=3)
    for number in range(6):
        model.send(model.add_person(str(number)), "x")
    await until(lambda: hook.inside == 3)
    hook.gate.set()
    await model.events.until(lambda: len(model.updates) == 0, 5)
    assert hook.most_inside == 3


async def test_a_webhook_that_is_not_there(api: Api, anna: Person, clock: ManualClock) -> None:
    await api.ok("setWebhook", url="http://127.0.0.1:9/none")
    api.simulator.model.send(anna, "a")
    await until(lambda: clock.sleepers == 1)
    assert (await api.ok("getWebhookInfo"))["last_error_message"] == "Connection refused"
    await api.ok("deleteWebhook")
    assert len(await api.ok("getUpdates")) == 1


async def test_polls_and_a_webhook_exclude_each_other(
    api: Api, anna: Person, hook: Hook, clock: ManualClock
) -> None:
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(api.call("getUpdates", timeout=30))
        await until(lambda: clock.sleepers == 1)
        await api.ok("setWebhook", url=hook.url)
        status, body = await poll
    assert (status, body["description"]) == (409, "Conflict: terminated by setWebhook request")
    assert await api.refused("getUpdates") == (
        409,
        f"Conflict: {ACTIVE}",
    )
    deleted = await api.call("deleteWebhook")
    assert deleted[1]["description"] == "Webhook was deleted"
    again = await api.call("setWebhook", url="")
    assert again[1]["description"] == "Webhook is already deleted"
    api.simulator.model.send(anna, "a")
    assert len(await api.ok("getUpdates")) == 1
    assert hook.received == []


async def test_pending_updates_are_dropped_on_request(api: Api, anna: Person, hook: Hook) -> None:
    model = api.simulator.model
    model.send(anna, "old")
    await api.ok("setWebhook", url=hook.url, drop_pending_updates=True, allowed_updates=["message"])
    model.send(anna, "new")
    await model.events.until(lambda: len(model.updates) == 0, 5)
    assert hook.texts == ["new"]
    assert (await api.ok("getWebhookInfo"))["allowed_updates"] == ["message"]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"url": "ftp://127.0.0.1/"}, "invalid webhook URL specified"),
        ({"url": "http://["}, "invalid webhook URL specified"),
        ({"url": "http://example.com/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://example.com/hook"},
            "bad webhook: this local Telegram calls this machine only",
        ),
        (
            {"url": "http://localhost:1/", "secret_token": "не то"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_a_webhook_is_refused(api: Api, parameters: dict[str, str], words: str) -> None:
    assert await api.refused("setWebhook", **parameters) == (400, f"Bad Request: {words}")
    assert (await api.ok("getWebhookInfo"))["url"] == ""
