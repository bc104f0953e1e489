"""The editors' inbox: opened by the key file alone, sealed anew by a rotation, and gone in time."""

import asyncio
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli import main
from bot.guide.model import Language
from bot.privacy import keys as key_files
from bot.privacy.inbox import _AFTER, LONGEST, Inbox, Question, reseal
from bot.privacy.keys import Keys
from bot.privacy.retention import overdue, purge
from bot.storage import engine
from bot.storage.migrate import upgrade
from bot.storage.tables import inbox
from bot.storage.writer import Writer
from tests.clock import ManualClock

KEYS = Keys({1: bytes(range(32))})
WORDS = "Пустят ли с черепахой?"


def texts(found: tuple[list[Question], int]) -> list[str]:
    return [question.text for question in found[0]]


async def rows(database: AsyncEngine) -> list[tuple[object, ...]]:
    async with database.connect() as connection:
        return [tuple(row) for row in (await connection.execute(sa.select(inbox))).all()]


async def test_a_question_is_kept_once_a_day_and_read_newest_first(
    database: AsyncEngine, writer: Writer, clock: ManualClock
) -> None:
    kept = Inbox(writer, KEYS, clock)
    for _ in range(3):
        assert await kept.keep(WORDS, Language.RU)
    await clock.leap(86_400.0)
    assert await kept.keep("🐢" * LONGEST, Language.EN)
    questions, count = await kept.page(0, 10)
    assert count == 2
    assert [(each.language, each.text) for each in questions] == [("en", "🐢" * LONGEST), ("ru", WORDS)]
    assert questions[0].day - questions[1].day == timedelta(days=1)
    assert len({len(row[3]) for row in await rows(database)}) == 1, "a length tells nothing"  # type: ignore[arg-type]
    await kept.remove(questions[0].id)
    await kept.remove(questions[0].id)
    assert texts(await kept.page(0, 10)) == [WORDS]


async def test_no_time_of_day_can_be_stored(database: AsyncEngine, writer: Writer) -> None:
    values = {"id": 1, "language": "ru", "sealed": b"s"}
    with pytest.raises(sa.exc.IntegrityError):
        async with database.begin() as connection:
            await connection.execute(sa.insert(inbox).values(day_minute=1440 + 15, **values))
    assert await rows(database) == []


async def test_another_key_opens_nothing_and_breaks_nothing(writer: Writer, clock: ManualClock) -> None:
    await Inbox(writer, KEYS, clock).keep(WORDS, Language.RU)
    stranger = Inbox(writer, Keys({1: bytes(range(1, 33))}), clock)
    assert texts(await stranger.page(0, 10)) == []


async def test_the_name_of_a_row_says_nothing_without_the_key(
    database: AsyncEngine, writer: Writer, clock: ManualClock
) -> None:
    for number in (1, 2):
        await Inbox(writer, Keys({1: bytes([number, *range(31)])}), clock).keep(WORDS, Language.RU)
    assert len(await rows(database)) == 2


async def test_after_a_rotation_the_old_key_opens_nothing_and_nothing_is_lost(
    database: AsyncEngine, writer: Writer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.privacy.inbox._AFTER", _AFTER.limit(2))
    both = KEYS.with_another()
    for number in range(5):
        await Inbox(writer, KEYS if number % 2 else both, clock).keep(f"{number}", Language.RU)
    async with database.begin() as connection:
        await connection.execute(sa.insert(inbox).values(id=7, day_minute=0, language="ru", sealed=b"?"))
    assert sorted(texts(await Inbox(writer, both, clock).page(0, 10))) == ["0", "1", "2", "3", "4"]
    await reseal(writer, both)
    await reseal(writer, both)  # as after an interruption
    assert texts(await Inbox(writer, KEYS, clock).page(0, 10)) == []
    assert sorted(texts(await Inbox(writer, both.without_old(), clock).page(0, 10))) == [
        "0",
        "1",
        "2",
        "3",
        "4",
    ]
    assert len(await rows(database)) == 5, "what nobody can read goes"


async def test_it_is_gone_after_thirty_days(
    database: AsyncEngine, writer: Writer, clock: ManualClock
) -> None:
    await Inbox(writer, KEYS, clock).keep(WORDS, Language.RU)
    await clock.leap(29 * 86_400.0)
    assert await purge(writer, clock) == 0
    await clock.leap(86_400.0)
    assert await overdue(database, clock) == {"inbox": 1}
    assert await purge(writer, clock) == 1


# --- bot content inbox


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database with a question, and settings that name its key file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BOT_KEY_FILE", str(tmp_path / "key"))
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3"

    async def fill() -> None:
        database = engine.create(url)
        await upgrade(database)
        async with Writer(database) as writer:
            await Inbox(writer, key_files.load(tmp_path / "key", create=True), ManualClock()).keep(
                WORDS, Language.RU
            )
        await database.dispose()

    asyncio.run(fill())
    return url


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["content", "inbox", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_editors_with_the_key_file_read_it(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--database", asked) == 0
    assert capsys.readouterr().out == f"2026-11-22  ru  {WORDS}\n"
    assert run("--database", asked, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"day": "2026-11-22", "language": "ru", "text": WORDS}]
    with sqlite3.connect(asked.partition("///")[2]) as connection:
        connection.execute("DELETE FROM inbox")
    connection.close()
    assert run("--database", asked) == 0
    assert capsys.readouterr().out == "no questions\n"


def test_without_key_or_database_it_is_refused_in_one_line(
    asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 1
    assert "there is no database" in capsys.readouterr().err
    (tmp_path / "key").unlink()
    assert run("--database", asked) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "key").exists(), "reading makes no key"
