"""Migrations: up and down on both engines, between processes, and through a kill -9 in the middle."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage import engine
from bot.storage.engine import writing
from bot.storage.migrate import MIGRATIONS, MigrationError, downgrade, revisions, upgrade, version
from bot.storage.tables import chats, guide_votes, metadata, reports
from bot.storage.tables import revisions as crossing_revisions

NEXT = """
import sys
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", {previous!r}, None, None


def pause(where):
    if where in {pauses!r}:
        print(where, flush=True)
        sys.stdin.readline()


def upgrade():
    op.create_table("trust", sa.Column("reporter", sa.LargeBinary(16), primary_key=True))
    with op.batch_alter_table("reports") as batch:
        batch.add_column(sa.Column("weight", sa.Integer, nullable=False, server_default="0"))
        batch.alter_column("mode", new_column_name="way")
    pause("altered")
    op.execute("UPDATE reports SET weight = 7")
    op.execute("DELETE FROM chats")
    pause("filled")


def downgrade():
    with op.batch_alter_table("reports") as batch:
        batch.alter_column("way", new_column_name="mode")
        batch.drop_column("weight")
    op.drop_table("trust")
"""
FILLED = 500


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Our migrations and one more."""
    return with_another(tmp_path)


def with_another(tmp_path: Path, *pauses: str) -> Path:
    directory = tmp_path / "100% new"  # a percent sign means something to Alembic's configuration
    shutil.copytree(MIGRATIONS, directory, ignore=shutil.ignore_patterns("__pycache__"))
    text = NEXT.format(previous=revisions()[-1], pauses=pauses)
    (directory / "versions" / "9999_next.py").write_text(text)
    return directory


async def fill(database: AsyncEngine) -> None:
    async with writing(database) as connection:
        rows = [
            {
                "id": number,
                "crossing": "verkhny-lars",
                "mode": "car",
                "kind": "crossed",
                "wait_minutes": number,
                "observed_minute": number * 15,
                "reporter": number.to_bytes(16, "big"),
            }
            for number in range(FILLED)
        ]
        await connection.execute(sa.insert(reports), rows)
        await connection.execute(sa.insert(crossing_revisions).values(crossing="verkhny-lars", revision=3))
        await connection.execute(sa.insert(chats).values(id=1, chat=b"c" * 16, epoch=1, sealed=b"s"))


async def count(database: AsyncEngine, table: str, where: str = "true") -> int:
    query = sa.select(sa.func.count()).select_from(sa.text(table)).where(sa.text(where))
    async with database.connect() as connection:
        return int((await connection.execute(query)).scalar_one())


async def columns(database: AsyncEngine, table: str) -> set[str]:
    async with database.connect() as connection:
        return await connection.run_sync(
            lambda sync: {column["name"] for column in sa.inspect(sync).get_columns(table)}
        )


async def tables(database: AsyncEngine) -> set[str]:
    async with database.connect() as connection:
        return await connection.run_sync(lambda sync: set(sa.inspect(sync).get_table_names()))


def test_the_newest_number_is_what_alembic_thinks() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [revisions()[-1]]
    assert sorted(script.revision for script in scripts.walk_revisions()) == revisions()


async def test_migrations_and_tables_agree(empty_url: str) -> None:
    database = engine.create(empty_url)
    await upgrade(database)
    async with database.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"compare_server_default": True}), metadata
            )
        )
    await database.dispose()
    assert differences == []


async def test_no_finer_time_than_a_quarter_of_an_hour_can_be_stored(database: AsyncEngine) -> None:
    finer = sa.insert(reports).values(id=1, crossing="x", mode="car", kind="crossed", observed_minute=16)
    with pytest.raises(IntegrityError):
        await execute(database, finer)
    assert await count(database, "reports") == 0


async def test_no_time_of_day_can_be_stored_of_a_vote(database: AsyncEngine) -> None:
    vote = {"answer": "kz-car", "language": "ru", "reason": "outdated", "votes": 1}
    with pytest.raises(IntegrityError):
        await execute(database, sa.insert(guide_votes).values(day_minute=1440 + 15, **vote))
    await execute(database, sa.insert(guide_votes).values(day_minute=1440, **vote))
    assert await count(database, "guide_votes") == 1


NEWER = {
    "0003": ("guide_votes",),
    "0004": ("inbox",),
    "0005": ("hours", "measured", "notices", "holds"),
    "0006": ("tickets", "subscriptions", "alert_states", "alert_events"),
}
"""The tables that the migration after each brings."""

RENAMED = {"holds": "freezes"}
"""What tables were called before 0008."""


@pytest.mark.parametrize("below", NEWER)
async def test_newer_tables_come_and_go_and_all_else_stays(database: AsyncEngine, below: str) -> None:
    await fill(database)
    assert await downgrade(database, below)
    gone = {name for since, names in NEWER.items() if since >= below for name in names}
    there = {RENAMED.get(name, name) for name in metadata.tables if name not in gone}
    assert await tables(database) == {*there, "alembic_version"}
    assert await upgrade(database)
    for name in gone:
        assert await columns(database, name) == set(metadata.tables[name].columns.keys())
    assert await count(database, "reports", "NOT hidden") == FILLED
    assert await count(database, "chats") == 1


async def test_what_moderators_hold_and_what_was_told_is_carried_over(database: AsyncEngine) -> None:
    assert await downgrade(database, "0007")
    numbers = {"low": 1, "middle": 2, "high": 3, "people": 4, "newest_minute": 5, "until_minute": 7}
    held = {"id": 9, "crossing": "verkhny-lars", "mode": "car", "from_minute": 6, **numbers}
    told = {"crossing": "verkhny-lars", "mode": "car", "topics": "", "told": "{}", "priority": 1, "start": 0}
    at = {"made_second": 600, "made_minute": 10, "expires_second": 900}
    async with writing(database) as connection:
        await connection.execute(_insert("freezes", held))
        for id, ended in ((1, "sent"), (2, None)):
            await connection.execute(_insert("alert_events", {"id": id, "ended": ended, **told, **at}))
    assert await upgrade(database)
    assert await count(database, "holds", "id = 9 AND from_minute = 6 AND NOT lifted") == 1
    assert await count(database, "alert_events", "id = 1 AND ended_minute = 10") == 1
    assert await count(database, "alert_events", "id = 2 AND ended_minute IS NULL") == 1
    assert await downgrade(database, "0007")
    assert await count(database, "freezes", "id = 9 AND until_minute = 7") == 1


def _insert(table: str, values: dict[str, object]) -> sa.Insert:
    return sa.insert(sa.table(table, *map(sa.column, values))).values(values)


async def test_a_second_upgrade_does_nothing(empty_url: str) -> None:
    database = engine.create(empty_url)
    assert await version(database) is None
    assert await upgrade(database)
    assert await version(database) == revisions()[-1]
    assert not await upgrade(database)
    await database.dispose()


async def test_down_to_nothing_and_up_again_from_a_filled_database(database: AsyncEngine) -> None:
    await fill(database)
    assert await downgrade(database, "base")
    assert await tables(database) == {"alembic_version"}
    assert await version(database) is None
    assert await upgrade(database)
    assert await tables(database) == {*metadata.tables, "alembic_version"}


async def test_up_and_down_keep_the_rows(database: AsyncEngine, newer: Path) -> None:
    await fill(database)
    assert await upgrade(database, newer)
    assert await version(database) == "9999"
    assert {"weight", "way"} <= await columns(database, "reports")
    assert await count(database, "reports", "weight = 7") == FILLED
    assert await downgrade(database, revisions()[-1], newer)
    assert await columns(database, "reports") == set(reports.columns.keys())
    assert await count(database, "reports", "mode = 'car'") == FILLED
    assert not await upgrade(database)


@pytest.mark.parametrize("where", ["altered", "filled"])
async def test_a_kill_in_the_middle_leaves_the_old_form(
    database_url: str, tmp_path: Path, where: str
) -> None:
    database = engine.create(database_url)
    await fill(database)
    process = start(database_url, with_another(tmp_path, where), stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == f"{where}\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert await version(database) == revisions()[-1]
    assert await columns(database, "reports") == set(reports.columns.keys())
    assert "trust" not in await tables(database)
    assert await count(database, "reports", "mode = 'car'") == FILLED
    assert await count(database, "chats") == 1
    # And nothing is left that would stop the next start.
    shutil.rmtree(tmp_path / "100% new")
    assert await upgrade(database, with_another(tmp_path))
    assert await count(database, "reports", "weight = 7") == FILLED
    await database.dispose()


async def test_processes_that_start_at_once_upgrade_once(empty_url: str) -> None:
    said = [process.communicate()[0] for process in [start(empty_url, MIGRATIONS) for _ in range(3)]]
    assert sorted(text.split()[0] for text in said) == ["changed=False", "changed=False", "changed=True"]
    database = engine.create(empty_url)
    assert await version(database) == revisions()[-1]
    await database.dispose()


def test_a_start_without_migrations_does_not_import_alembic(database_url: str) -> None:
    assert start(database_url, MIGRATIONS).communicate()[0] == "changed=False alembic=False\n"


async def test_a_database_of_a_newer_version_is_told_in_one_line(database: AsyncEngine, newer: Path) -> None:
    await upgrade(database, newer)
    for way in (upgrade(database), downgrade(database, "base")):
        with pytest.raises(
            MigrationError, match=r"newer version of the bot \(9999, this one knows \d{4}\): "
        ) as caught:
            await way
        assert "\n" not in str(caught.value)
    assert await version(database) == "9999"


async def test_a_database_of_somebody_else_is_left_alone(empty_url: str) -> None:
    database = engine.create(empty_url)
    await execute(database, sa.text("CREATE TABLE reports (theirs INTEGER)"))
    with pytest.raises(MigrationError, match="has a table reports that is not the bot's"):
        await upgrade(database)
    assert await tables(database) == {"reports"}
    await database.dispose()


def test_an_installation_without_migrations_is_told(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="installation is incomplete"):
        revisions(tmp_path)


async def test_a_migration_that_would_leave_rows_pointing_nowhere_changes_nothing(
    tmp_path: Path, newer: Path
) -> None:
    """Only SQLite: there foreign keys are off while a table is made anew."""
    database = engine.create(f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3")
    await upgrade(database)
    await execute(
        database,
        sa.text("CREATE TABLE child (chat BLOB REFERENCES chats (chat))"),
        sa.insert(chats).values(id=1, chat=b"c" * 16, epoch=1, sealed=b"s"),
        sa.text("INSERT INTO child SELECT chat FROM chats"),
    )
    with pytest.raises(MigrationError, match="point nowhere"):
        await upgrade(database, newer)
    assert await version(database) == revisions()[-1]
    assert await count(database, "chats") == await count(database, "child") == 1
    await database.dispose()


def start(url: str, directory: Path, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.storage.upgrading", url, str(directory)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


async def execute(database: AsyncEngine, *statements: sa.Executable) -> None:
    async with writing(database) as connection:
        for statement in statements:
            await connection.execute(statement)
