"""The log under canaries: whatever libraries and our own code log at DEBUG, it names nobody."""

import asyncio
import io
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from aiohttp import ClientSession, web
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters
from telegram.request import BaseRequest, RequestData

from bot.privacy.redaction import Lines, configure
from bot.storage import engine, migrate

TOKEN = "7654321098:AAF-canary_canary-canary_canary12345"
USER, CHAT = 5123456789, -1001234567890
NAME, TEXT, SECRET = "Вероника-канарейка", "канарейка едет в Ларс", "webhook/secret+canary"
CANARIES = (TOKEN, str(USER), str(abs(CHAT)), NAME, TEXT, SECRET, "канарейк", "canary", ascii(TEXT)[1:20])


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the process logs at DEBUG, configured as in production."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    handlers, level = logging.root.handlers[:], logging.root.level
    written = io.StringIO()
    configure(logging.DEBUG, written, [SECRET, TOKEN])
    yield written
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def lines(stream: io.StringIO) -> Callable[[], list[str]]:
    return lambda: stream.getvalue().splitlines()


Read = Callable[[], list[str]]


def assert_silent(lines: list[str]) -> None:
    for line in lines:
        assert [canary for canary in CANARIES if canary in line] == [], line


def from_logger(lines: list[str], name: str) -> list[str]:
    return [line for line in lines if f" {name}" in line.split(" at=")[0]]


def test_a_line_has_time_level_logger_event_and_fields(lines: Read) -> None:
    logging.getLogger("bot.telegram").warning(
        "poll failed", extra={"fields": {"status": 502, "why": "bad gateway"}}
    )
    (line,) = lines()
    at, rest = line.split(" ", 1)
    assert at.endswith("Z")
    assert rest == 'WARNING bot.telegram poll failed status=502 why="bad gateway"'


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"user": USER}, "user=<number>"),
        ({"user": f"user{USER}"}, "user=user<number>"),
        ({"chat": CHAT}, "chat=-<number>"),
        ({"update": 123456789}, "update=123456789"),
        ({"update": f"{USER}"}, "update=<number>"),
        ({"count": 1_000_000}, "count=1000000"),
        ({"lag": 0.123456789}, "lag=0.123"),
        (
            {"url": f"https://api.telegram.org/bot{TOKEN}/getMe"},
            "url=https://api.telegram.org/bot<secret>/getMe",
        ),
        ({"other": "123456:" + "x" * 35}, "other=<token>"),
        ({"other": "123456%3A" + "x" * 35}, "other=<token>"),
        ({"path": f"/hook/{SECRET}"}, "path=/hook/<secret>"),
        ({"path": "/hook/webhook%2Fsecret%2Bcanary"}, "path=/hook/<secret>"),
        ({"error": ValueError(TEXT)}, "error=ValueError"),
        ({"long": "x" * 1000}, "long=" + "x" * 200 + "…"),
        ({"lines": "a\nb"}, r'lines="a\nb"'),
    ],
)
def test_values_of_fields(lines: Read, fields: dict[str, object], shown: str) -> None:
    logging.getLogger("bot").info("event", extra={"fields": fields})
    assert lines()[0].endswith(" event " + shown)


def test_a_version_of_the_content_is_whole_and_an_id_is_not(lines: Read) -> None:
    log = logging.getLogger("bot.telegram.releases")
    said = {"version": "3e123456", "versions": "3e123456", "answer": "3e123456"}
    log.info("served", extra={"fields": said})
    assert "version=3e123456 versions=3e<number> answer=3e<number>" in lines()[-1]
    for value in ("12345678", 12345678, "3e1234567", "by 123456a"):
        log.info("served", extra={"fields": {"version": value}})
        assert "12345" not in lines()[-1]


def test_our_own_arguments_and_errors_are_not_printed(lines: Read) -> None:
    log = logging.getLogger("bot.telegram.handlers")
    log.error("failed for %s: %s", NAME, TEXT)
    log.error(ValueError(TEXT))
    try:
        try:
            raise KeyError(TEXT)
        except KeyError as error:
            raise ValueError(TEXT) from error
    except ValueError:
        log.exception("handling failed", extra={"fields": {"update": 1}})
    assert_silent(lines())
    assert lines()[1].endswith(" ERROR bot.telegram.handlers ValueError")
    assert "handling failed update=1 error=" in lines()[2]
    assert "ValueError at test_redaction.py:" in lines()[2]
    assert "; KeyError at test_redaction.py:" in lines()[2]


def test_a_group_of_errors_tells_each_and_a_circle_ends(lines: Read) -> None:
    one, two = ValueError(TEXT), KeyError(TEXT)
    one.__context__, two.__context__ = two, one
    logging.getLogger("bot").error("failed", exc_info=ExceptionGroup(TEXT, [one, two]))
    assert_silent(lines())
    assert [name in lines()[0] for name in ("ExceptionGroup", "ValueError", "KeyError")] == [True] * 3


def test_what_logging_cannot_print_is_not_printed_another_way(
    lines: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unprintable:
        def __str__(self) -> str:
            raise RuntimeError(TEXT)

    logging.getLogger("bot").info("event", extra={"fields": {"it": Unprintable()}})
    assert lines()[0].startswith("a log record was lost at test_redaction.py:")
    assert_silent([*lines(), capsys.readouterr().err])


def test_uncaught_errors_and_warnings_go_through_the_log(lines: Read) -> None:
    def fail() -> None:
        raise ValueError(TEXT)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    warnings.showwarning(TEXT, UserWarning, "/home/somebody/bot/x.py", 7)
    assert_silent(lines())
    assert [line.split("redaction ")[1].split(" ")[0] for line in lines()] == [
        "uncaught",
        "uncaught",
        "warning",
    ]
    assert lines()[2].endswith("kind=UserWarning at=bot/x.py:7")


def test_ctrl_c_does_not_tell_what_it_interrupted(lines: Read, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise ValueError(TEXT)
        except ValueError:
            raise KeyboardInterrupt(NAME)  # noqa: B904 - as it comes
    except KeyboardInterrupt as error:
        sys.excepthook(KeyboardInterrupt, error, error.__traceback__)
    shown = capsys.readouterr().err
    assert shown.strip() == "KeyboardInterrupt"
    assert lines() == []


def test_handlers_that_a_library_gave_itself_are_taken_away(lines: Read) -> None:
    past_us = io.StringIO()
    logger = logging.getLogger("sqlalchemy.engine.Engine")
    logger.addHandler(logging.StreamHandler(past_us))
    configure(logging.DEBUG, io.StringIO())
    logger.warning(TEXT)
    assert past_us.getvalue() == ""


async def test_asyncio_does_not_tell(lines: Read) -> None:
    async def fail() -> None:
        raise ValueError(TEXT)

    loop = asyncio.get_running_loop()
    task = loop.create_task(fail())
    await asyncio.sleep(0)
    del task
    loop.call_exception_handler({"message": TEXT, "exception": ValueError(TEXT)})
    assert len(from_logger(lines(), "asyncio")) >= 2
    assert_silent(lines())


@pytest.fixture
def talkative_sqlalchemy() -> Iterator[None]:
    """Let SQLAlchemy log parameters and rows, which it does only when asked by name."""
    logger = logging.getLogger("sqlalchemy")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(level)


@pytest.mark.usefixtures("talkative_sqlalchemy")
async def test_databases_do_not_tell(lines: Read, tmp_path: Path) -> None:
    database = engine.create(f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3")
    await migrate.upgrade(database)
    async with database.connect() as connection:
        found = await connection.execute(sa.text("SELECT :text AS it").bindparams(text=TEXT))
        assert found.scalar_one() == TEXT
        with pytest.raises(sa.exc.DBAPIError) as caught:
            await connection.execute(sa.text("SELECT * FROM nonsense WHERE it = :text").bindparams(text=TEXT))
        logging.getLogger("sqlalchemy.engine").error("failed", exc_info=caught.value)
    await database.dispose()
    for name in ("sqlalchemy.engine", "sqlalchemy.pool", "aiosqlite", "alembic"):
        assert from_logger(lines(), name), name
    assert_silent(lines())


async def test_http_does_not_tell(lines: Read) -> None:
    async def fail(request: web.Request) -> web.Response:
        raise ValueError(await request.text())

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=TEXT)

    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/fail", fail)
    app.router.add_post(f"/bot{TOKEN}/answer", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with ClientSession(f"http://{host}:{port}") as session:
        for method in ("fail", "answer"):
            async with session.post(
                f"/bot{TOKEN}/{method}", json={"chat_id": USER, "text": TEXT}
            ) as response:
                await response.read()
    await runner.cleanup()
    transport = httpx.MockTransport(lambda _request: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get(f"https://api.telegram.org/bot{TOKEN}/sendMessage?chat_id={USER}&text={TEXT}")
    for name in ("aiohttp.server", "aiohttp.access", "httpx"):
        assert from_logger(lines(), name), name
    assert_silent(lines())


class Offline(BaseRequest):
    """Answers PTB without a network."""

    read_timeout = 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_timeouts: object,
        **_more: object,
    ) -> tuple[int, bytes]:
        if url.endswith("getMe"):
            me = b'{"id":1,"is_bot":true,"first_name":"bot","username":"canary_bot"}'
            return 200, b'{"ok":true,"result":' + me + b"}"
        return 400, f'{{"ok":false,"description":"Bad Request: {TEXT} {USER}"}}'.encode()


async def test_telegram_does_not_tell(lines: Read) -> None:
    async def fail(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text(TEXT)

    application = Application.builder().token(TOKEN).request(Offline()).get_updates_request(Offline()).build()
    application.add_handler(MessageHandler(filters.ALL, fail))
    await application.initialize()
    person = {"id": USER, "is_bot": False, "first_name": NAME}
    message = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": CHAT, "type": "group", "title": NAME},
        "from": person,
        "text": TEXT,
    }
    update = Update.de_json({"update_id": 1, "message": message}, application.bot)
    await application.process_update(update)
    await application.shutdown()
    assert len(from_logger(lines(), "telegram")) >= 3
    assert any("telegram.error.BadRequest" in line for line in lines())
    assert_silent(lines())


@given(message=st.text(), name=st.from_regex(r"[a-z_]{1,10}", fullmatch=True), value=st.text())
def test_a_record_is_always_one_line(message: str, name: str, value: str) -> None:
    record = logging.LogRecord("bot", logging.INFO, __file__, 1, message, (), None)
    record.fields = {name: value}
    assert len(Lines(["s"]).format(record).splitlines()) == 1


@given(number=st.integers(min_value=10**5, max_value=2**53), around=st.tuples(st.text(), st.text()))
def test_no_id_survives_in_a_message_or_field(number: int, around: tuple[str, str]) -> None:
    text = f"{around[0]}{number}{around[1]}"
    record = logging.LogRecord("bot", logging.INFO, __file__, 1, text, (), None)
    record.fields = {"it": text}
    line = Lines().format(record).split(" ", 1)[1]
    assert str(number) not in line


def test_templates_of_libraries_stay_readable(lines: Read) -> None:
    logging.getLogger("telegram.ext").debug("Processing update %s of %s", USER, NAME)
    assert 'telegram.ext template="Processing update %s of %s" at=test_redaction.py:' in lines()[0]
