"""Bring a database to the form that this version of the bot knows.

A migration is a file `migrations/versions/NNNN_words.py` whose revision is its number. All that are missing
run in one transaction, on both engines, so a process that dies in the middle leaves the old form. Alembic
takes a quarter of a second to import and is imported only when there is something to do.
"""

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.engine import BEGIN, alone, create
from bot.storage.tables import metadata

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parents[2] / "migrations"

_NUMBERED = re.compile(r"(\d{4})_\w+\.py")
_STORED = sa.text("SELECT version_num FROM alembic_version")


class MigrationError(Exception):
    """The database cannot be brought to the wanted form; the message is one line that says what to do."""


def revisions(directory: Path = MIGRATIONS) -> list[str]:
    """Return the numbers of all migrations, oldest first, without importing any."""
    names = (_NUMBERED.fullmatch(path.name) for path in directory.joinpath("versions").glob("*.py"))
    numbers = sorted(name[1] for name in names if name)
    if not numbers:
        raise MigrationError(f"no migrations in {directory}: the installation is incomplete")
    return numbers


async def version(engine: AsyncEngine) -> str | None:
    """Return the number of the newest migration that the database has seen, None for a new database."""
    async with engine.connect() as connection:
        return await _version(connection)


async def upgrade(engine: AsyncEngine, directory: Path = MIGRATIONS) -> bool:
    """Run the migrations that are missing; return whether there were any.

    Two processes that start at once do not hinder each other: the second waits for the first. Raises
    `MigrationError` where the database is newer than this version of the bot, or is not the bot's.
    """
    if await version(engine) == revisions(directory)[-1]:
        return False
    return await _move(engine, directory, "upgrade", revisions(directory)[-1])


async def downgrade(engine: AsyncEngine, target: str, directory: Path = MIGRATIONS) -> bool:
    """Undo migrations down to that number, or all of them with `base`; return whether there were any."""
    return await _move(engine, directory, "downgrade", target)


async def _move(
    engine: AsyncEngine, directory: Path, way: Literal["upgrade", "downgrade"], target: str
) -> bool:
    patient = create(engine.url, patient=True)
    try:
        async with patient.connect() as connection:
            if engine.dialect.name == "sqlite":
                await _enforce_no_foreign_keys(connection)
            async with alone(connection):
                # Asked anew, as another process may have been faster.
                before = await _version(connection)
                await _require_ours(connection, before, revisions(directory))
                await connection.run_sync(_run, directory, way, target)
                if engine.dialect.name == "sqlite":
                    await _require_whole(connection)
                after = await _version(connection)
    finally:
        await patient.dispose()
    if before != after:
        log.info(
            "database migrated", extra={"fields": {"before": before or "none", "after": after or "none"}}
        )
    return before != after


def _run(
    connection: sa.Connection, directory: Path, way: Literal["upgrade", "downgrade"], target: str
) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(directory).replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.upgrade if way == "upgrade" else command.downgrade)(config, target)


async def _version(connection: AsyncConnection) -> str | None:
    if not await connection.run_sync(lambda sync: sa.inspect(sync).has_table("alembic_version")):
        return None
    stored: str | None = (await connection.execute(_STORED)).scalar_one_or_none()
    return stored


async def _require_ours(connection: AsyncConnection, stored: str | None, known: Sequence[str]) -> None:
    if stored is not None and stored not in known:
        raise MigrationError(
            f"the database is of a newer version of the bot ({stored}, this one knows {known[-1]}): "
            "install that version, or restore a backup made before it"
        )
    if stored is None:
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
        if strangers := sorted(set(tables) & set(metadata.tables)):
            raise MigrationError(
                f"the database has a table {strangers[0]} that is not the bot's: give the bot one of its own"
            )


async def _enforce_no_foreign_keys(connection: AsyncConnection) -> None:
    """Let a table be made anew without losing rows that point to it; `_require_whole` looks afterwards."""
    await connection.execution_options(**{BEGIN: ""})  # inside a transaction the pragma does nothing
    await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    await connection.rollback()


async def _require_whole(connection: AsyncConnection) -> None:
    if (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first():
        raise MigrationError("a migration would leave rows that point nowhere; nothing was changed")
