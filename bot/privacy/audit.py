"""The audit: what moderators did and when, never who of them."""

from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import audit
from bot.storage.writer import Writer

_KNOWN = sa.select(audit.c.id).where(audit.c.id == sa.bindparam("line"))
_INSERT = sa.insert(audit)


async def note(writer: Writer, line: int, at: datetime, action: str, subject: str) -> None:
    """Keep a line, once for each `line`, a number that says nothing; returns after the commit.

    Raises `StorageUnavailable`.
    """
    minute = int(at.timestamp()) // 60
    values: dict[str, int | str] = {"id": line, "at_minute": minute, "action": action, "subject": subject}
    await writer.run(partial(_note, values))


async def _note(values: dict[str, int | str], connection: AsyncConnection) -> None:
    known = await connection.execute(_KNOWN, {"line": values["id"]})
    if known.first() is None:
        await connection.execute(_INSERT, values)
