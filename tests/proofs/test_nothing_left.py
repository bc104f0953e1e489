"""Marked people use everything, the bot is killed, and no byte that is left anywhere knows any of them.

The bot is the real `bot run` in a process of its own, with its own folders for data, keys, log and temporary
files. Each guard that keeps marks out is then taken away in turn, and the same search finds them.
"""

import asyncio
import base64
import json
import logging
import os
import re
import sqlite3
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.bench.processes import BOT, running
from bot.privacy import keys, redaction, sealing
from bot.privacy.epochs import ChatKey, Epoch
from bot.release import Content
from bot.simulator.limits import Limits
from bot.simulator.server import Simulator
from bot.telegram import chats
from bot.telegram.turn import Turn
from tests.clock import ManualClock
from tests.conftest import running as running_here
from tests.proofs.acting import BLAST, Marked
from tests.proofs.marks import Marks, found
from tests.waiting import PATIENCE

PEOPLE, PEOPLE_AT_DEBUG, PEOPLE_OF_A_LEAK = 120, 24, 4
AT_ONCE = 60
"""All at once are too much for a busy disk: the bot says "not saved, try again", which they do not."""

TALKATIVE = f"""
import logging
from bot import cli
from bot.crossings.names import Names
from bot.privacy import redaction

configure = redaction.configure
def everything(level, *rest):
    configure("DEBUG", *rest)
    logging.getLogger("bot").setLevel = lambda level: None
redaction.configure = everything

find = Names.find
def quoting(names, said):
    if "{BLAST}" in said:
        raise ValueError(said) from KeyError(f"{{said}} in a cause")
    return find(names, said)
Names.find = quoting

raise SystemExit(cli.main(["run"]))
"""
"""A bot that logs whatever any library says, and that breaks with an error that quotes what was said."""


async def leave(marks: Marks, folder: Path, database_url: str, program: tuple[str, ...]) -> None:
    """Let everybody use a bot of its own, and kill it."""
    for name in ("keys", "data", "tmp", "home"):
        (folder / name).mkdir(mode=0o700)
    keys.new(folder / "keys" / "key")
    async with Simulator(limits=Limits.off(), token=marks.token) as simulator:
        environment = {
            "BOT_TOKEN": marks.token,
            "BOT_API_URL": simulator.url,
            "BOT_DATA_DIR": str(folder / "data"),
            "BOT_DATABASE_URL": database_url,
            "BOT_KEY_FILE": str(folder / "keys" / "key"),
            "BOT_LISTEN": "127.0.0.1:0",
            "BOT_MODERATORS": str(marks.ids[0]),
            "BOT_MESSAGES_PER_SECOND": "2000",
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "home"),
        }
        async with running(program, folder, environment) as child:
            await everybody(simulator, marks)
            child.check()
            await child.kill()


async def everybody(simulator: Simulator, marks: Marks) -> None:
    """Let all marked people use everything, many at once."""
    people = [Marked(simulator, marks, number, patience=3 * PATIENCE) for number in range(marks.count)]
    places = asyncio.Semaphore(AT_ONCE)

    async def one(person: Marked) -> None:
        async with places:
            await person.use_everything()

    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(one(person))


def left_in(*folders: Path) -> Mapping[str, bytes]:
    """Read every file of these folders."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


def left_on_server(database_url: str, since: float) -> Mapping[str, bytes]:
    """Dump a database, and read what its server keeps of it and of its changes since then."""
    address = make_url(database_url)
    command = ["pg_dump", f"--host={address.query['host']}", f"--username={address.username}"]
    dump = subprocess.run([*command, str(address.database)], capture_output=True, check=True).stdout  # noqa: S603
    data, number = asyncio.run(_flushed(database_url))
    if not os.access(data, os.R_OK | os.X_OK):
        if os.environ.get("CI") == "true":
            pytest.fail(f"{data} cannot be read")
        pytest.skip(f"{data} belongs to another user: only the dump could be searched")
    changes = [
        path for path in (data / "pg_wal").iterdir() if path.is_file() and path.stat().st_mtime >= since
    ]
    logs = [path for path in data.parent.glob("log*") if path.is_file()]
    files = [*(data / "base" / number).iterdir(), *changes, *logs]
    return {"pg_dump": dump} | {f"server's {path.name}": path.read_bytes() for path in files}


async def _flushed(database_url: str) -> tuple[Path, str]:
    engine = create_async_engine(database_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text("CHECKPOINT"))
        data = (await connection.execute(sa.text("SHOW data_directory"))).scalar_one()
        number = "SELECT oid FROM pg_database WHERE datname = current_database()"
        oid = (await connection.execute(sa.text(number))).scalar_one()
    await engine.dispose()
    return Path(data), str(oid)


@pytest.mark.parametrize(
    ("program", "count"),
    [(BOT, PEOPLE), (("-c", TALKATIVE), PEOPLE_AT_DEBUG)],
    ids=["as it runs", "at DEBUG"],
)
def test_nobody_is_known_by_what_is_left(
    program: tuple[str, ...], count: int, database_url: str, tmp_path: Path
) -> None:
    marks = Marks(count)
    since = tmp_path.stat().st_mtime
    asyncio.run(leave(marks, tmp_path, database_url, program))
    path = make_url(database_url).database
    if database_url.startswith("sqlite"):
        held = left_in(tmp_path, Path(path or "").parent)
        assert any(name.endswith("-wal") for name in held), "a killed bot leaves its log of changes behind"
        rows = b"".join(held.values()).count(b"verkhny-lars")
    else:
        held = {**left_in(tmp_path), **left_on_server(database_url, since)}
        rows = held["pg_dump"].count(b"verkhny-lars")
        assert any(b"verkhny-lars" in data for name, data in held.items() if name.startswith("server's"))
    assert rows >= count, "the reports have been stored"
    log = held[str(tmp_path / "log")].decode()
    assert "update quarantined" in log
    assert program is BOT or ("handling failed" in log and "DEBUG" in log), "it had something to say"
    assert found(marks.searches(), held) == {}


# Without the guards


def _plainly(self: logging.Formatter, record: logging.LogRecord) -> str:
    return logging.Formatter().format(record)


async def _telling(desk: object, update: object, bot: object) -> Turn:
    logging.getLogger("bot").debug("update %s", update)
    return await _turn_of(desk, update, bot)  # type: ignore[arg-type]


_turn_of = Turn.of


def _open(key: bytes, place: str, row: int, plain: bytes) -> bytes:
    return plain.ljust(sealing.SIZE, b"\0")


def leaky_log(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(redaction.Lines, "format", _plainly)
    patch.setattr(Turn, "of", _telling)


def leaky_rows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.privacy.trail.seal", _open)


def leaky_tickets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.telegram.tickets.seal", _open)


def leaky_choices(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(chats, "_packed", lambda chat_id, chosen: struct.pack(">q", chat_id))
    patch.setattr("bot.telegram.chats.seal", _open)


def leaky_reporters(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Epoch, "reporter", lambda self, crossing, user_id: f"{user_id:016}".encode())


def leaky_indexes(patch: pytest.MonkeyPatch) -> None:
    def chat(self: Epoch, chat_id: int) -> ChatKey:
        return ChatKey(self.number, chat_id.to_bytes(16, "little"), bytes(32))

    patch.setattr(Epoch, "chat", chat)


def leaky_phrases(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.telegram.chats.keyed", lambda salt, phrase: phrase.encode("utf-16-le")[:32])
    patch.setattr("bot.telegram.chats.seal", _open)


def leaky_inbox(patch: pytest.MonkeyPatch) -> None:
    def plainly(key: bytes, place: str, row: int, plain: bytes, room: int) -> bytes:
        return plain.ljust(room, b"\0")

    patch.setattr("bot.privacy.inbox.seal", plainly)


@pytest.fixture
def log_is_put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.mark.parametrize(
    ("leak", "expected"),
    [
        (leaky_log, {"id", "name", "username", "text", "phrase", "phone", "place", "token"}),
        (leaky_rows, {"id"}),
        (leaky_tickets, {"id"}),
        (leaky_choices, {"id"}),
        (leaky_reporters, {"id"}),
        (leaky_indexes, {"id"}),
        (leaky_phrases, {"id", "phrase"}),
        (leaky_inbox, {"text"}),
    ],
)
@pytest.mark.usefixtures("log_is_put_back")
async def test_a_build_that_leaks_is_caught(
    leak: Callable[[pytest.MonkeyPatch], None],
    expected: set[str],
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marks = Marks(PEOPLE_OF_A_LEAK)
    leak(monkeypatch)
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(redaction.Lines([marks.token]))
        logging.getLogger().setLevel("DEBUG")
        logging.getLogger().handlers[:] = [handler]
        async with (
            Simulator(limits=Limits.off(), token=marks.token) as simulator,
            running_here(simulator, ManualClock(), tmp_path, content),
        ):
            await everybody(simulator, marks)
            held = left_in(tmp_path)
    assert set(found(marks.searches(), held)) == expected


def test_the_search_knows_a_mark_in_whatever_form(tmp_path: Path) -> None:
    marks = Marks(300)
    who = marks.ids[177]
    first, last, user = marks.names(177)
    lat, lon = marks.place(177)
    text, phrase, phone = marks.text(177), marks.phrase(177), marks.phone(177)

    path = tmp_path / "some.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE some (id INTEGER PRIMARY KEY, who INTEGER, lat REAL)")
        connection.execute("INSERT INTO some VALUES (1, ?, ?)", (who, lat))
    connection.close()

    # What comes before or after a number must not happen to be a digit of it.
    noise = b"\0" + zlib.compress(os.urandom(5000)) + b"\0"
    for what, data in (
        ("id", path.read_bytes()),
        ("place", path.read_bytes()),
        *(("id", struct.pack(form, who)) for form in ("<q", ">q", "<Q", ">Q", "<d", ">d")),
        *(
            ("id", form.format(who).encode())
            for form in ("id={}", "{:x}", "0x{:X}", "{:016x}", '{{"id":{}}}')
        ),
        ("id", base64.b64encode(f'{{"id": {who}, "is_bot": false}}'.encode())),
        ("id", base64.urlsafe_b64encode(b"x" + struct.pack("<q", who) + b"yz")),
        ("id", struct.pack("<q", who).hex().encode()),
        ("name", json.dumps({"first_name": first}).encode()),
        ("name", json.dumps({"first_name": first}, ensure_ascii=False).encode("utf-16")),
        ("name", first.upper().encode()),
        ("name", base64.b64encode(f"?{last}".encode())),
        ("username", f"https://t.me/{user}".encode()),
        ("text", text.encode()),
        ("text", text.casefold().encode("cp1251")),
        ("phrase", phrase.encode().hex().upper().encode()),
        ("phone", phone.encode()),
        ("phone", struct.pack("<q", int(phone))),
        *(("place", form.format(lat).encode()) for form in ("{:.5f}", "{:.6f}", "{:.4f}", "{}")),
        ("place", f"{lon:.5f}".replace(".", ",").encode()),
        ("place", struct.pack("<d", lon)),
        ("place", struct.pack("<q", round(lon * 1e6))),
        ("place", f"{round(lat * 1e6)}".encode()),
        ("token", marks.token.encode()),
        ("token", marks.token.replace(":", "%3A").encode()),
        ("token", base64.b64encode(marks.token.encode())),
    ):
        assert set(found(marks.searches(), {"file": noise + data + noise})) == {what} | (
            {"id", "place"} if data.startswith(b"SQLite") else set()
        ), data[:80]
    assert found(marks.searches(), {"file": noise * 100}) == {}
    assert not re.search(marks.word.encode(), noise)
