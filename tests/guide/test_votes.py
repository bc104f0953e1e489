"""Votes on answers: counted by day on both engines, shown from three on, and gone in time."""

import asyncio
import json
import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli import main
from bot.guide.model import Language
from bot.guide.votes import FEW, Reason, count, read
from bot.privacy.retention import overdue, purge
from bot.storage import engine
from bot.storage.migrate import downgrade, upgrade
from bot.storage.tables import guide_votes
from bot.storage.writer import Writer
from tests.clock import START, ManualClock
from tests.guide.builder import Content, kazakhstan

TODAY = START.date()
DAY = timedelta(days=1)


async def vote(
    writer: Writer,
    times: int = 1,
    *,
    answer: str = "kz-car",
    language: Language = Language.RU,
    reason: Reason = Reason.OUTDATED,
    at: datetime = START,
) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(times):
            group.create_task(count(writer, answer, language, reason, at))


async def rows(database: AsyncEngine) -> list[tuple[object, ...]]:
    async with database.connect() as connection:
        return [tuple(row) for row in (await connection.execute(sa.select(guide_votes))).all()]


async def test_votes_that_are_alike_are_one_row_with_the_day_and_nothing_finer(
    database: AsyncEngine, writer: Writer
) -> None:
    await vote(writer, 5)
    await vote(writer, at=datetime.combine(TODAY, datetime.max.time(), START.tzinfo))
    midnight = int(datetime.combine(TODAY, datetime.min.time(), START.tzinfo).timestamp()) // 60
    assert await rows(database) == [("kz-car", "ru", "outdated", midnight, 6)]


async def test_each_answer_language_reason_and_day_is_counted_apart(
    database: AsyncEngine, writer: Writer
) -> None:
    await vote(writer)
    await vote(writer, answer="kz-stay")
    await vote(writer, language=Language.EN)
    await vote(writer, reason=Reason.UNCLEAR)
    await vote(writer, at=START + DAY)
    assert [row[-1] for row in await rows(database)] == [1] * 5


async def test_counts_are_shown_from_three_on_in_both_languages_and_all_days_together(
    database: AsyncEngine, writer: Writer
) -> None:
    since = {"kz-car": TODAY, "kz-stay": TODAY}
    await vote(writer, FEW - 1)
    await vote(writer, FEW - 1, reason=Reason.NOT_MINE)
    assert await read(database, since) == {}, "fewer could be recognised"
    await vote(writer, language=Language.EN, at=START + DAY)
    assert await read(database, since) == {"kz-car": {"outdated": FEW}}
    await vote(writer, FEW, answer="kz-stay", reason=Reason.UNCLEAR)
    assert await read(database, since) == {"kz-car": {"outdated": FEW}, "kz-stay": {"unclear": FEW}}


async def test_votes_from_before_the_last_check_and_on_answers_that_are_no_more_have_no_say(
    database: AsyncEngine, writer: Writer
) -> None:
    await vote(writer, 7, at=START - DAY)
    await vote(writer, 4)
    await vote(writer, 9, answer="kz-gone")
    assert await read(database, {"kz-car": TODAY}) == {"kz-car": {"outdated": 4}}
    assert await read(database, {"kz-car": TODAY - DAY}) == {"kz-car": {"outdated": 11}}
    assert await read(database, {"kz-car": date(2026, 12, 31)}) == {}


async def test_votes_go_after_400_days(database: AsyncEngine, writer: Writer) -> None:
    midnight = datetime.combine(TODAY, datetime.min.time(), START.tzinfo)
    for age in (0, 399, 400, 401, 4000):
        await vote(writer, at=midnight - age * DAY)
        await vote(writer, at=midnight - age * DAY, reason=Reason.UNCLEAR)
    assert await overdue(database, ManualClock()) == {"guide_votes": 6}
    assert await purge(writer, ManualClock()) == 6
    assert len(await rows(database)) == 4
    assert await overdue(database, ManualClock()) == {}


# --- bot content stale


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    """A small guide, and settings that name a folder for the database, in which there is none yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    return kazakhstan(tmp_path)


def filled(path: Path, newest: str | None = None) -> str:
    """Make a database in which three people call kz-car outdated; return its address."""
    url = f"sqlite+aiosqlite:///{path}"

    async def fill() -> None:
        database = engine.create(url)
        await upgrade(database)
        async with Writer(database) as writer:
            await vote(writer, FEW)
            await vote(writer, FEW - 1, reason=Reason.UNCLEAR)
        if newest is not None:
            await downgrade(database, newest)
        await database.dispose()

    asyncio.run(fill())
    return url


def stale(content: Content, *arguments: str) -> int:
    """Look on the day of the votes at a guide that was checked two days before; return how it ended."""
    day = ["--as-of", TODAY.isoformat()]
    with pytest.raises(SystemExit) as ended:
        main(["content", "--folder", str(content.folder), "stale", *day, *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_editors_are_told_of_votes_in_a_database_that_they_name(
    content: Content, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = filled(tmp_path / "bot.sqlite3")
    assert stale(content, "--database", url, "--json") == 0
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert (answer["id"], answer["votes"]) == ("kz-car", {"outdated": FEW})
    assert stale(content, "--database", url) == 0
    assert f"kz-car  ({FEW} outdated)" in capsys.readouterr().out


def test_without_one_the_votes_are_those_of_the_bots_database_if_there_is_one(
    content: Content, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stale(content) == 0
    assert capsys.readouterr() == ("nothing is due\n", ""), "and none was made"
    assert not (tmp_path / "local-chat.sqlite3").exists()
    filled(tmp_path / "local-chat.sqlite3")
    assert stale(content) == 0
    assert f"({FEW} outdated)" in capsys.readouterr().out


def test_a_database_that_cannot_be_read_stops_nobody_but_who_named_it(
    content: Content, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(tmp_path / "local-chat.sqlite3", newest="0003")
    assert stale(content) == 0
    told = capsys.readouterr()
    assert told.out == "nothing is due\n"
    assert told.err.startswith("without readers' votes: the database is of another version")
    (tmp_path / "text").write_text("no database " * 1000)
    sqlite3.connect(tmp_path / "theirs").execute("CREATE TABLE votes (n INTEGER)").connection.close()
    for address, why in (
        ("local-chat.sqlite3", "of another version: see `bot db upgrade`"),
        ("none", "there is no database"),
        ("text", "database damaged"),
        ("theirs", "of another version"),
    ):
        assert stale(content, "--database", f"sqlite+aiosqlite:///{tmp_path / address}") == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert why in line
    assert not (tmp_path / "none").exists()
    for address in ("nonsense", "mysql://somewhere/votes"):
        assert stale(content, "--database", address) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_wrong_setting_stops_no_editor(
    content: Content, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_LISTEN", "nowhere")
    assert stale(content) == 0
    assert capsys.readouterr().err.startswith("without readers' votes: BOT_LISTEN")
