"""What the tests of sealed tables share: epochs, and a look at all rows of a database."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.privacy.epochs import Epochs
from bot.privacy.keys import load
from bot.storage.tables import SEALED
from tests.clock import ManualClock

ANNA, BEN = 5123456789, -1001234567890


def opened(folder: Path, clock: ManualClock) -> Epochs:
    """Open the epochs of a folder, as each replica does."""
    path = folder / "key"
    return Epochs(path, load(path, create=True), clock)


async def rows(database: AsyncEngine, *tables: sa.Table) -> list[sa.Row[Any]]:
    """Return all rows of these tables, or of all that are sealed: id, chat, epoch, sealed and others."""
    async with database.connect() as connection:
        return [
            row for table in tables or SEALED for row in (await connection.execute(sa.select(table))).all()
        ]
