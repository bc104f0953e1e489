"""A process that upgrades a database, for tests that start several or kill one: `URL DIRECTORY`."""

import asyncio
import sys
from pathlib import Path

from bot.storage import engine, migrate


async def upgrade(url: str, directory: Path) -> None:
    """Upgrade, then say what happened and whether Alembic was needed."""
    database = engine.create(url)
    changed = await migrate.upgrade(database, directory)
    await database.dispose()
    sys.stdout.write(f"changed={changed} alembic={'alembic' in sys.modules}\n")


if __name__ == "__main__":
    asyncio.run(upgrade(sys.argv[1], Path(sys.argv[2])))
