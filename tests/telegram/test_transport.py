import asyncio
import io
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest

from bot.telegram.transport import AiohttpRequest

TOKEN = "123456:the-token-that-nobody-may-see"
MESSAGE = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": "hi"}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Telegram:
    """Answers each call as told and remembers what came."""

    def __init__(self) -> None:
        self.answer: Answer = self.result(MESSAGE)
        self.came: list[web.Request] = []
        self.bodies: list[Any] = []
        self.connections: set[object] = set()
        self.base_url = ""

    def result(self, result: object, status: int = 200) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            return web.json_response({"ok": True, "result": result}, status=status)

        return answer

    def refusal(self, status: int, description: str, **parameters: int) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            refused = {
                "ok": False,
                "error_code": status,
                "description": description,
                "parameters": parameters,
            }
            return web.json_response(refused, status=status)

        return answer

    def text(self, status: int, body: str) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=status, text=body)

        return answer

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.came.append(request)
        self.connections.add(request.transport)
        if request.content_type == "application/json":
            self.bodies.append(await request.json())
        elif request.content_type == "multipart/form-data":
            form = await request.post()
            self.bodies.append(
                {
                    name: (value.filename, value.content_type, value.file.read())
                    if isinstance(value, web.FileField)
                    else value
                    for name, value in form.items()
                }
            )
        return await self.answer(request)


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    telegram = Telegram()
    app = web.Application(client_max_size=1 << 24)
    app.router.add_route("*", "/{path:.*}", telegram.take)
    async with TestServer(app) as server:
        telegram.base_url = str(server.make_url("/bot"))
        yield telegram


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest(read_timeout=2) as request:
        yield request


@pytest.fixture
def bot(telegram: Telegram, request_: AiohttpRequest) -> Bot:
    return bot_on(telegram.base_url, request_)


def bot_on(base_url: str, request: BaseRequest) -> Bot:
    return Bot(
        TOKEN,
        base_url=base_url,
        base_file_url=base_url.replace("/bot", "/file/bot"),
        request=request,
        get_updates_request=request,
    )


# --- what goes out


async def test_a_message_goes_out_as_json(telegram: Telegram, bot: Bot) -> None:
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Ещё", callback_data="1m")]])
    message = await bot.send_message(7, "Привет 👋", parse_mode="HTML", reply_markup=buttons)
    assert message.message_id == 1
    assert telegram.came[0].path == f"/bot{TOKEN}/sendMessage"
    assert telegram.bodies == [
        {
            "chat_id": 7,
            "text": "Привет 👋",
            "parse_mode": "HTML",
            "reply_markup": {"inline_keyboard": [[{"text": "Ещё", "callback_data": "1m"}]]},
        }
    ]


@pytest.mark.parametrize("photo", [b"\x89PNG" * 10, b"\x89PNG" * 500_000])
async def test_a_photo_goes_out_as_a_form(telegram: Telegram, bot: Bot, photo: bytes) -> None:
    await bot.send_photo(7, photo, caption="Очередь", filename="chart.png")
    (form,) = telegram.bodies
    assert form == {"chat_id": "7", "caption": "Очередь", "photo": ("chart.png", "image/png", photo)}


async def test_an_open_file_can_be_sent(telegram: Telegram, bot: Bot) -> None:
    await bot.send_document(7, io.BytesIO(b"content"), filename="a.txt")
    assert telegram.bodies[0]["document"] == ("a.txt", "text/plain", b"content")


async def test_a_call_without_parameters(telegram: Telegram, bot: Bot) -> None:
    telegram.answer = telegram.result({"id": 1, "is_bot": True, "first_name": "Bot"})
    assert (await bot.get_me()).first_name == "Bot"


async def test_a_file_comes_back_as_bytes(telegram: Telegram, request_: AiohttpRequest) -> None:
    telegram.answer = telegram.text(200, "content")
    assert (
        await request_.retrieve(telegram.base_url.replace("/bot", "/file/bot") + TOKEN + "/a/b.jpg")
        == b"content"
    )


async def test_connections_are_used_again(telegram: Telegram, bot: Bot) -> None:
    for _ in range(5):
        await bot.send_message(7, "hi")
    assert len(telegram.connections) == 1


async def test_many_calls_run_at_once(telegram: Telegram, bot: Bot) -> None:
    everyone_here = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if len(telegram.came) == 64:
            everyone_here.set()
        await everyone_here.wait()
        return await telegram.result(MESSAGE)(request)

    telegram.answer = answer
    async with asyncio.TaskGroup() as group:
        for chat in range(1, 65):
            group.create_task(bot.send_message(chat, "hi"))


async def test_a_session_can_be_opened_again(telegram: Telegram) -> None:
    request = AiohttpRequest()
    bot = bot_on(telegram.base_url, request)
    for _ in range(2):
        await request.initialize()
        await request.initialize()
        await bot.send_message(7, "hi")
        await request.shutdown()
        await request.shutdown()
    with pytest.raises(NetworkError, match="not initialized"):
        await bot.send_message(7, "hi")


# --- timeouts


async def silence(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(0.15)
    return web.Response()


async def test_the_timeouts_are_the_requests_own_unless_the_call_says_otherwise(telegram: Telegram) -> None:
    telegram.answer = silence
    async with AiohttpRequest(read_timeout=0.05) as request:
        assert request.read_timeout == 0.05
        bot = bot_on(telegram.base_url, request)
        with pytest.raises(TimedOut):
            await bot.send_message(7, "hi")
        with pytest.raises(TelegramError, match="Invalid server response"):  # it came: empty
            await bot.send_message(7, "hi", read_timeout=2)
        with pytest.raises(TelegramError, match="Invalid server response"):
            await bot.send_message(7, "hi", read_timeout=None)
    async with AiohttpRequest(read_timeout=None) as request:
        with pytest.raises(TimedOut):
            await bot_on(telegram.base_url, request).send_message(7, "hi", read_timeout=0.05)


async def test_waiting_for_a_connection_has_its_timeout(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.answer = silence
    async with AiohttpRequest(connections=1, pool_timeout=0.05, connect_timeout=0.05) as request:
        bot = bot_on(telegram.base_url, request)
        outcomes = await asyncio.gather(
            bot.send_message(7, "hi"), bot.send_message(7, "hi"), return_exceptions=True
        )
    assert [type(outcome) for outcome in outcomes] == [TelegramError, TimedOut]
    assert isinstance(outcomes[1], BaseException)
    assert_nothing_secret(outcomes[1], caplog)


# --- what goes wrong, and that nothing tells the token


async def refuse(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def redirect(telegram: Telegram) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(telegram.base_url + "elsewhere/sendMessage")

    return answer


FAILURES: dict[str, tuple[Callable[[Telegram], Answer], type[TelegramError]]] = {
    "bad request": (lambda t: t.refusal(400, "Bad Request: chat not found"), BadRequest),
    "429": (lambda t: t.refusal(429, "Too Many Requests", retry_after=3), RetryAfter),
    "401": (lambda t: t.refusal(401, "Unauthorized"), InvalidToken),
    "500": (lambda t: t.refusal(500, "Internal Server Error"), NetworkError),
    "a page that is not Telegram's": (
        lambda t: t.text(502, f"<h1>Cannot POST /bot{TOKEN}/x</h1>"),
        NetworkError,
    ),
    "another page": (lambda t: t.text(404, f"Cannot POST /bot{TOKEN}/sendMessage"), InvalidToken),
    "an answer that is no object": (lambda t: t.text(500, f'["{TOKEN}"]'), NetworkError),
    "not JSON": (lambda t: t.text(200, f'{{"ok": true, "result": "a secret text {TOKEN}'), TelegramError),
    "redirect": (redirect, NetworkError),
    "disconnected": (lambda t: refuse, NetworkError),
    "timeout": (lambda t: silence, TimedOut),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_is_of_its_kind_and_tells_neither_token_nor_text(
    telegram: Telegram, name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # or PTB warns of each RetryAfter
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram").setLevel(logging.INFO)  # PTB's DEBUG is for bot.privacy to silence
    answer, kind = FAILURES[name]
    telegram.answer = answer(telegram)
    async with AiohttpRequest(read_timeout=0.1) as request:
        with pytest.raises(kind) as caught:
            await bot_on(telegram.base_url, request).send_message(7, "hi")
    assert type(caught.value) is kind
    assert_nothing_secret(caught.value, caplog)
    logging.getLogger("telegram").setLevel(logging.NOTSET)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/bot", "http://[broken/bot", "ftp://x/bot"])
async def test_a_connection_that_cannot_be_made_tells_no_token(
    base_url: str, request_: AiohttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(NetworkError) as caught:
        await bot_on(base_url, request_).send_message(7, "hi")
    assert_nothing_secret(caught.value, caplog)


async def test_no_failure_whatever_tells_the_token(
    request_: AiohttpRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ClientSession, method: str, url: object, **_: object) -> None:
        raise LookupError(f"{method} {url}")

    monkeypatch.setattr(ClientSession, "request", fail)
    with pytest.raises(NetworkError, match="LookupError") as caught:
        await bot_on("http://127.0.0.1:9/bot", request_).send_message(7, "hi")
    assert_nothing_secret(caught.value, caplog)


async def test_no_redirect_is_followed(telegram: Telegram, bot: Bot) -> None:
    telegram.answer = redirect(telegram)
    with pytest.raises(NetworkError):
        await bot.send_message(7, "hi")
    assert len(telegram.came) == 1


def assert_nothing_secret(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    shown = "".join(traceback.format_exception(error)) + repr(error)
    chain: BaseException | None = error
    while chain is not None:  # also what a traceback would not show
        shown += repr(chain) + str(chain)
        chain = chain.__cause__ or chain.__context__
    ours = [record for record in caplog.records if record.name != "aiohttp.access"]  # that is the server's
    shown += "".join(repr(record.__dict__) + record.getMessage() for record in ours)
    assert TOKEN not in shown
    assert "a secret text" not in shown


async def test_a_call_that_is_cancelled_ends_at_once(telegram: Telegram, bot: Bot) -> None:
    never = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    telegram.answer = answer
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.send_message(7, "hi"), 0.05)
    never.set()
    telegram.answer = telegram.result(MESSAGE)
    await bot.send_message(7, "hi")


def test_an_answer_is_read_whatever_its_bytes() -> None:
    answer = {"ok": True, "result": "\ud83d"}
    assert AiohttpRequest.parse_json_payload(json.dumps(answer).encode()) == answer
    with pytest.raises(TelegramError):
        AiohttpRequest.parse_json_payload(b"[" * 100_000)
