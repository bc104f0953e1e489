"""Reading a database beside the bot that uses it, for commands of editors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage import engine
from bot.storage.engine import StorageUnavailable
from bot.storage.migrate import revisions, version


class Unreadable(Exception):
    """The database cannot be read; the message is one line that says why."""


@asynccontextmanager
async def beside(url: str) -> AsyncIterator[AsyncEngine]:
    """Open the database at an address to be read, if it is there and of this version; makes none.

    Raises `Unreadable`, also for a `StorageUnavailable` within.
    """
    try:
        path = engine.sqlite_path(url)
        if path is not None and not path.is_file():
            raise Unreadable(f"there is no database {path}")
        database = engine.create(url, patient=True)
    except (StorageUnavailable, ValueError, sa.exc.ArgumentError) as error:
        raise Unreadable(str(error)) from error
    try:
        if await version(database) != revisions()[-1]:
            raise Unreadable("the database is of another version: see `bot db upgrade`")
        yield database
    except StorageUnavailable as error:
        raise Unreadable(str(error)) from error
    finally:
        await database.dispose()
