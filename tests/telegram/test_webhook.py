import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from telegram import Bot

from bot.telegram.intake import TRIES, Unanswered
from bot.telegram.transport import AiohttpRequest
from bot.telegram.webhook import HEADER, LARGEST_BYTES, Webhook, register
from tests.clock import settle
from tests.waiting import until

SECRET = "the-secret-that-nobody-may-see"
PATH = "/telegram"


def update(number: int, chat: int = 1, text: str = "a secret text") -> dict[str, Any]:
    return {"update_id": number, "message": {"chat": {"id": chat}, "text": text}}


class Hands:
    """Handles updates when it is let, and fails as told."""

    def __init__(self) -> None:
        self.began: list[int] = []
        self.done: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.fails: dict[int, Exception] = {}

    async def __call__(self, raw: dict[str, Any]) -> None:
        number = raw["update_id"]
        self.began.append(number)
        if number in self.gates:
            await self.gates[number].wait()
        if number in self.fails:
            raise self.fails[number]
        self.done.append(number)

    def hold(self, number: int) -> asyncio.Event:
        self.gates[number] = asyncio.Event()
        return self.gates[number]


class Chat:
    """Posts as Telegram does."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client

    async def post(self, body: object, secret: str | None = SECRET) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if secret is None else {HEADER: secret}
        async with self.client.post(PATH, data=data, headers=headers) as response:
            return response.status


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def webhook(hands: Hands) -> Webhook:
    return Webhook(hands, SECRET)


@pytest.fixture
async def telegram(webhook: Webhook) -> AsyncIterator[Chat]:
    app = web.Application()
    webhook.add_to(app, PATH)
    async with TestClient(TestServer(app)) as client:
        yield Chat(client)


async def until_began(hands: Hands, *numbers: int) -> None:
    await until(lambda: set(numbers) <= set(hands.began))


async def test_200_comes_after_the_handling(telegram: Chat, hands: Hands, webhook: Webhook) -> None:
    gate = hands.hold(1)
    async with asyncio.TaskGroup() as group:
        posting = group.create_task(telegram.post(update(1)))
        await until_began(hands, 1)
        await asyncio.sleep(0.02)
        assert not posting.done()
        assert webhook.in_flight == 1
        gate.set()
    assert posting.result() == 200
    assert hands.done == [1]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "секрет"])
async def test_403_without_the_secret(telegram: Chat, hands: Hands, secret: str | None) -> None:
    assert await telegram.post(update(1), secret) == 403
    assert await telegram.post(b"not JSON", secret) == 403
    assert hands.began == []


async def test_only_posts_are_taken(telegram: Chat) -> None:
    async with telegram.client.get(PATH, headers={HEADER: SECRET}) as response:
        assert response.status == 405


async def test_503_when_it_was_not_answered_until_it_is_given_up(
    telegram: Chat, hands: Hands, webhook: Webhook
) -> None:
    hands.fails[1] = Unanswered()
    assert [await telegram.post(update(1)) for _ in range(TRIES)] == [503] * (TRIES - 1) + [200]
    assert webhook.quarantined == 1


async def test_503_and_then_200_when_it_is_answered_later(
    telegram: Chat, hands: Hands, webhook: Webhook
) -> None:
    hands.fails[1] = Unanswered()
    assert [await telegram.post(update(1)) for _ in range(TRIES - 1)] == [503] * (TRIES - 1)
    del hands.fails[1]
    assert await telegram.post(update(1)) == 200
    assert webhook.quarantined == 0
    assert webhook._failures == {}


async def test_a_failing_update_is_confirmed_and_shows_no_text(
    telegram: Chat, hands: Hands, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hands.fails[1] = ValueError("a secret text")
    assert await telegram.post(update(1)) == 200
    assert webhook.quarantined == 1
    for record in caplog.records:
        shown = repr(record.__dict__) + record.getMessage()
        assert "a secret text" not in shown
        assert SECRET not in shown


@pytest.mark.parametrize(
    "body", [b"", b"not JSON", b"[]", b"5", b"{}", b'{"update_id": "5"}', b"[" * 100_000, b"\xff\xfe"]
)
async def test_what_is_no_update_is_confirmed_and_counted(
    telegram: Chat, hands: Hands, webhook: Webhook, body: bytes
) -> None:
    assert await telegram.post(body) == 200
    assert webhook.quarantined == 1
    assert hands.began == []


async def test_a_body_that_is_too_large_is_refused(telegram: Chat, hands: Hands) -> None:
    body = io.BytesIO(json.dumps(update(1, text="x" * LARGEST_BYTES)).encode())
    async with telegram.client.post(PATH, data=body, headers={HEADER: SECRET}) as response:
        assert response.status == 413

    async def chunks() -> AsyncIterator[bytes]:  # no Content-Length
        for _ in range(40):
            yield b"x" * (LARGEST_BYTES // 32)

    async with telegram.client.post(PATH, data=chunks(), headers={HEADER: SECRET}) as response:
        assert response.status == 413
    assert hands.began == []


async def test_each_chat_is_handled_in_order_and_the_others_beside_it(telegram: Chat, hands: Hands) -> None:
    gate = hands.hold(1)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(telegram.post(update(1, chat=1)))
        await until_began(hands, 1)
        second = group.create_task(telegram.post(update(2, chat=1)))
        assert await telegram.post(update(3, chat=2)) == 200
        await settle()
        assert hands.done == [3]
        assert 2 not in hands.began
        gate.set()
    assert hands.done == [3, 1, 2]
    assert {first.result(), second.result()} == {200}


async def test_no_more_are_handled_at_once_than_there_are_places() -> None:
    hands = Hands()
    gates = [hands.hold(number) for number in range(3)]
    webhook = Webhook(hands, SECRET, at_once=2)
    app = web.Application()
    webhook.add_to(app, PATH)
    async with TestClient(TestServer(app)) as client, asyncio.TaskGroup() as group:
        telegram = Chat(client)
        for number in range(3):
            group.create_task(telegram.post(update(number, chat=number)))
            await until_began(hands, *range(min(number + 1, 2)))
        await asyncio.sleep(0.02)
        assert hands.began == [0, 1]
        assert webhook.in_flight == 2
        for gate in gates:
            gate.set()
    assert sorted(hands.done) == [0, 1, 2]


async def test_a_handling_that_hangs_does_not_hold_its_chat_for_ever() -> None:
    hands = Hands()
    hands.hold(1)
    webhook = Webhook(hands, SECRET, longest=0.02)
    app = web.Application()
    webhook.add_to(app, PATH)
    async with TestClient(TestServer(app)) as client:
        assert await Chat(client).post(update(1)) == 200
        assert await Chat(client).post(update(2)) == 200
    assert webhook.quarantined == 1
    assert hands.done == [2]


async def test_telegram_is_told_where_to_post_and_pending_updates_stay() -> None:
    asked: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append({"method": request.match_info["method"], **await request.json()})
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", answer)
    async with TestServer(app) as server, AiohttpRequest() as request:
        bot = Bot("1:a", base_url=f"{server.make_url('/bot')}", request=request, get_updates_request=request)
        await register(bot, "https://bot.example/telegram", SECRET)
    assert asked == [
        {
            "method": "setWebhook",
            "url": "https://bot.example/telegram",
            "secret_token": SECRET,
            "max_connections": 64,
            "allowed_updates": [
                "message",
                "edited_message",
                "callback_query",
                "inline_query",
                "my_chat_member",
            ],
        }
    ]
