"""Backup, restore and check: what an operator runs, on a live database and on damaged files."""

import asyncio
import io
import os
import secrets
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage import engine, migrate, progress
from bot.storage.backup import BackupError, backup, check, restore
from bot.storage.tables import chats, inbox, reports, trail
from bot.storage.writer import Writer
from tests.clock import ManualClock
from tests.waiting import PATIENCE

CLOCK = ManualClock()
CANARY = b"canary-reporter!"


class Terminal(io.StringIO):
    """A terminal that remembers what was on it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/data/bot.sqlite3"


@pytest.fixture
def path(url: str) -> Path:
    path = engine.sqlite_path(url)
    assert path is not None
    return path


@pytest.fixture
async def running(url: str) -> AsyncIterator[Writer]:
    """A bot at work on a database with some reports."""
    database = engine.create(url)
    await migrate.upgrade(database)
    async with Writer(database) as writer:
        await writer.run(fill(range(100)))
        yield writer
    await database.dispose()


def fill(numbers: range) -> Callable[[AsyncConnection], Awaitable[None]]:
    async def job(connection: AsyncConnection) -> None:
        rows = [
            {
                "id": number,
                "crossing": "lars",
                "mode": "car",
                "kind": "event",
                "observed_minute": 0,
                "reporter": CANARY,
            }
            for number in numbers
        ]
        await connection.execute(sa.insert(reports), rows)
        await connection.execute(
            sa.insert(chats).values(id=secrets.randbits(63), chat=os.urandom(16), epoch=1, sealed=b"s")
        )
        left = {"id": secrets.randbits(63), "chat": CANARY, "epoch": 1, "sealed": CANARY, "sent_minute": 0}
        await connection.execute(sa.insert(trail).values(left))
        asked = {"id": secrets.randbits(63), "day_minute": 0, "language": "ru", "sealed": CANARY}
        await connection.execute(sa.insert(inbox).values(asked))

    return job


@pytest.fixture
async def copy(running: Writer, url: str, tmp_path: Path) -> Path:
    """A backup of it, taken while it ran."""
    await backup(url, tmp_path / "copy.sqlite3", CLOCK)
    return tmp_path / "copy.sqlite3"


@pytest.fixture
async def elsewhere(tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/elsewhere/bot.sqlite3"


def rows(path: Path, table: str = "reports", where: str = "true") -> int:
    query = sa.select(sa.func.count()).select_from(sa.text(table)).where(sa.text(where))
    connection = sqlite3.connect(path)
    found = connection.execute(str(query)).fetchone()[0]
    connection.close()
    return int(found)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def content(path: Path) -> bytes:
    return path.read_bytes()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def test_a_backup_is_one_whole_file_that_only_we_can_read(copy: Path) -> None:
    assert rows(copy) == 100
    assert rows(copy, "chats") == 1
    assert mode(copy) == 0o600
    assert names(copy.parent) == [copy.name, "data"]


async def test_a_backup_holds_no_pseudonym_and_no_trail_but_the_database_does(copy: Path, path: Path) -> None:
    assert CANARY not in content(copy)
    assert (rows(copy, "inbox"), rows(path, "inbox")) == (0, 1)
    assert rows(copy, "reports", "reporter IS NULL") == 100
    assert rows(path, "reports", "reporter IS NULL") == 0


async def test_a_backup_is_of_one_moment_while_reports_come_in(
    running: Writer, url: str, tmp_path: Path
) -> None:
    """Each transaction adds ten reports and one choice of language, so their numbers must fit in any copy."""
    stop = asyncio.Event()

    async def report() -> None:
        start = 100
        while not stop.is_set():
            await running.run(fill(range(start, start + 10)))
            start += 10
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(report())
        for number in range(3):
            await backup(url, tmp_path / str(number), CLOCK)
        stop.set()
    counts = [(rows(tmp_path / str(number)), rows(tmp_path / str(number), "chats")) for number in range(3)]
    assert all(reports == 100 + 10 * (chosen - 1) for reports, chosen in counts)
    assert counts[0] < counts[2]


async def test_a_file_that_exists_is_not_overwritten(copy: Path, url: str) -> None:
    before = content(copy)
    with pytest.raises(BackupError, match="exists already"):
        await backup(url, copy, CLOCK)
    assert content(copy) == before


def make(path: Path, content: bytes | None) -> None:
    path.parent.mkdir(exist_ok=True)
    if content is not None:
        path.write_bytes(content)


STRANGE = [None, b"", b"not a database" * 1000]


@pytest.mark.parametrize("content", STRANGE)
async def test_nothing_to_back_up_is_told(
    tmp_path: Path, url: str, path: Path, content: bytes | None
) -> None:
    make(path, content)
    with pytest.raises(BackupError, match=r"there is no database|is not a database of the bot"):
        await backup(url, tmp_path / "copy", CLOCK)
    assert names(tmp_path) == ["data"]


async def test_a_database_that_cannot_be_read_now_is_not_called_damaged(
    running: Writer, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENT_SECONDS", 0.0)
    await running.engine.dispose()
    path = engine.sqlite_path(url)
    assert path is not None
    # Without a log to write to, readers and a writer would have to wait for each other.
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BackupError, match="cannot be read now: database is locked"):
            await backup(url, tmp_path / "copy", CLOCK)


async def test_a_file_that_may_not_be_opened_is_told(
    running: Writer, url: str, path: Path, copy: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(progress.Watch, "open", refuse)  # as it is for others than root
    with pytest.raises(BackupError, match=f"{path} cannot be read now"):
        await backup(url, copy.with_name("another"), CLOCK)
    with pytest.raises(BackupError, match=f"{copy} cannot be read now"):
        await restore(elsewhere, copy, CLOCK)


async def test_check_tells_that_a_file_may_not_be_opened(url: str, path: Path) -> None:
    make(path, None)
    make(path / "inside", None)  # a folder cannot be opened, not even by root
    assert (await check(url, CLOCK)).problems == (f"database lost: cannot open {path}: Is a directory",)


async def test_a_place_that_cannot_be_written_is_told(running: Writer, url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"cannot write .*: No such file or directory"):
        await backup(url, tmp_path / "missing" / "copy", CLOCK)


async def test_a_backup_comes_back(copy: Path, elsewhere: str) -> None:
    said = await restore(elsewhere, copy, CLOCK)
    assert said == f"100 reports were restored from {copy}"
    restored = engine.create(elsewhere)
    assert not await migrate.upgrade(restored)
    async with restored.connect() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(reports))).scalar_one() == 100
    assert (await check(elsewhere, CLOCK)).problems == ()
    await restored.dispose()


async def test_a_running_bot_is_never_overwritten(running: Writer, copy: Path, url: str, path: Path) -> None:
    for force in (False, True):
        with pytest.raises(BackupError, match="in use; stop the bot first"):
            await restore(url, copy, CLOCK, force=force)
    await running.run(fill(range(1000, 1010)))
    assert rows(path) == 110


async def test_a_database_with_rows_is_overwritten_only_by_force(copy: Path, elsewhere: str) -> None:
    path = engine.sqlite_path(elsewhere)
    assert path is not None
    await restore(elsewhere, copy, CLOCK)
    database = engine.create(elsewhere)
    async with Writer(database) as writer:
        await writer.run(fill(range(1000, 1010)))
    await database.dispose()
    with pytest.raises(BackupError, match="is not empty; back it up, then say --force"):
        await restore(elsewhere, copy, CLOCK)
    assert rows(path) == 110
    await restore(elsewhere, copy, CLOCK, force=True)
    assert rows(path) == 100
    assert names(path.parent) == [path.name]


async def test_an_empty_database_may_be_overwritten(copy: Path, elsewhere: str) -> None:
    database = engine.create(elsewhere)
    await migrate.upgrade(database)
    await database.dispose()
    await restore(elsewhere, copy, CLOCK)
    assert rows(engine.sqlite_path(elsewhere) or Path()) == 100


async def test_a_damaged_database_may_be_overwritten_by_force(copy: Path, elsewhere: str) -> None:
    path = engine.sqlite_path(elsewhere)
    assert path is not None
    make(path, b"damaged" * 1000)
    with pytest.raises(BackupError, match="--force"):
        await restore(elsewhere, copy, CLOCK)
    await restore(elsewhere, copy, CLOCK, force=True)
    assert rows(path) == 100


def damage_index(path: Path) -> None:
    """Overwrite an index, so that all rows can still be read."""
    connection = sqlite3.connect(path)
    query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_reports_pseudonymous'"
    page = connection.execute(query).fetchone()[0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


def damage(path: Path) -> None:
    """Overwrite the middle of a file, past what SQLite reads first."""
    whole = bytearray(path.read_bytes())
    for page in range(2, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 2048] = b"\xff" * 2048
    path.write_bytes(bytes(whole))


async def test_a_damaged_backup_is_found_before_anything_is_touched(copy: Path, elsewhere: str) -> None:
    await restore(elsewhere, copy, CLOCK)
    damage_index(copy)
    with pytest.raises(BackupError, match=r"is damaged \(.*\); nothing was changed"):
        await restore(elsewhere, copy, CLOCK, force=True)
    assert rows(engine.sqlite_path(elsewhere) or Path()) == 100


@pytest.mark.parametrize("content", STRANGE)
async def test_what_is_no_backup_is_told(tmp_path: Path, elsewhere: str, content: bytes | None) -> None:
    source = tmp_path / "source"
    make(source, content)
    with pytest.raises(BackupError, match=r"there is no file|is not a database of the bot"):
        await restore(elsewhere, source, CLOCK)


async def test_a_backup_of_a_newer_version_is_refused(copy: Path, elsewhere: str) -> None:
    connection = sqlite3.connect(copy)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(BackupError, match=r"newer version of the bot \(9999\)"):
        await restore(elsewhere, copy, CLOCK)


async def test_postgresql_is_told_the_right_command(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://bot:password@db.example:5433/provodnik"
    with pytest.raises(BackupError) as caught:
        await backup(url, tmp_path / "copy", CLOCK)
    file = tmp_path / "copy"
    assert str(caught.value).endswith(
        f"pg_dump --format=custom --file={file} --dbname=postgresql://bot@db.example:5433/provodnik"
    )
    with pytest.raises(BackupError, match=r"pg_restore .*--single-transaction"):
        await restore(url, tmp_path / "copy", CLOCK)


async def test_a_running_database_is_in_order(running: Writer, url: str) -> None:
    checked = await check(url, CLOCK)
    assert checked.problems == ()
    assert checked.facts[1:] == (f"version {migrate.revisions()[-1]}", "100 reports")


async def test_check_on_both_engines(database: AsyncEngine, database_url: str) -> None:
    checked = await check(database_url, CLOCK)
    assert checked.facts[1:] == (f"version {migrate.revisions()[-1]}", "0 reports")
    if database.dialect.name == "postgresql":  # the tests' server runs without fsync
        assert "fsync is off: what was acknowledged can be lost in a power cut" in checked.problems


async def test_an_empty_database_is_told(empty_url: str) -> None:
    made = engine.create(empty_url)
    await made.dispose()
    assert "the database is empty: bot db upgrade" in (await check(empty_url, CLOCK)).problems


async def test_check_makes_no_database(url: str, path: Path) -> None:
    with pytest.raises(BackupError, match=r"there is no database"):
        await check(url, CLOCK)
    assert names(path.parent.parent) == []


async def test_check_sees_damage_open_files_and_an_old_form(copy: Path, elsewhere: str) -> None:
    await restore(elsewhere, copy, CLOCK)
    path = engine.sqlite_path(elsewhere)
    assert path is not None
    path.chmod(0o644)
    path.parent.chmod(0o755)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.commit()
    connection.close()
    problems = "\n".join((await check(elsewhere, CLOCK)).problems)
    assert f"chmod 600 {path}\n" in problems
    assert f"chmod 700 {path.parent}\n" in problems
    assert "the database is at 0000" in problems
    damage(path)
    assert "damaged" in "\n".join((await check(elsewhere, CLOCK)).problems)


async def test_a_server_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    checked = await check(f"postgresql+asyncpg://nobody@/nothing?host={tmp_path}", CLOCK)
    assert checked.problems == ("database lost: FileNotFoundError",)


async def test_progress_is_shown_after_two_seconds_and_only_on_a_terminal() -> None:
    clock, terminal, pipe = ManualClock(), Terminal(), io.StringIO()
    done = threading.Event()

    def work(watch: progress.Watch) -> str:
        watch.fraction = lambda: 0.5
        done.wait(PATIENCE)
        return "done"

    async with asyncio.TaskGroup() as tasks:
        seen = tasks.create_task(progress.in_thread(work, "copying", clock, terminal))
        unseen = tasks.create_task(progress.in_thread(work, "copying", clock, pipe))
        await clock.advance(1.9)
        assert terminal.getvalue() == ""
        await clock.advance(0.2)
        assert terminal.getvalue().endswith("copying: 50%")
        done.set()
    assert seen.result() == unseen.result() == "done"
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert pipe.getvalue() == ""


async def test_work_is_stopped_when_nobody_waits_for_it(running: Writer, url: str, tmp_path: Path) -> None:
    stopped = threading.Event()

    def work(watch: progress.Watch) -> None:
        try:
            connection = watch.open(engine.sqlite_path(url) or Path(), "rw")
            endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
            with pytest.raises(sqlite3.OperationalError, match="interrupted"):
                connection.execute(endless).fetchone()
            connection.close()
        finally:
            stopped.set()

    task = asyncio.get_running_loop().create_task(progress.in_thread(work, "copying", CLOCK, None))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stopped.wait, PATIENCE)
