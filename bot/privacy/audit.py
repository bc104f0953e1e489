"""The audit: what moderators did and when, never who of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.tables import audit
from bot.storage.writer import Writer

_LINES = sa.select(audit.c.id, audit.c.at_minute, audit.c.action, audit.c.subject, audit.c.about)
_KNOWN = _LINES.where(audit.c.id.in_(sa.bindparam("these", expanding=True)))
_UNDOING = _LINES.where(audit.c.about == sa.bindparam("line"))
_NEWEST = (
    _LINES.order_by(audit.c.at_minute.desc(), audit.c.id)
    .limit(sa.bindparam("most"))
    .offset(sa.bindparam("first"))
)
_UNDONE = sa.select(audit.c.about).where(audit.c.about.in_(sa.bindparam("these", expanding=True)))
_COUNT = sa.select(sa.func.count()).select_from(audit)
_INSERT = sa.insert(audit)


@dataclass(frozen=True)
class Line:
    """One thing that a moderator did; `about` is the line that it undid, if it was an undoing."""

    id: int
    at: datetime
    action: str
    subject: str
    about: int | None = None


async def note(writer: Writer, line: int, at: datetime, action: str, subject: str) -> None:
    """Keep a line, once for each `line`, a number that says nothing; returns after the commit.

    Raises `StorageUnavailable`.
    """
    await writer.run(partial(_note, Line(line, at, action, subject)))


async def _note(line: Line, connection: AsyncConnection) -> None:
    if await known(connection, (line.id,)) is None:
        await write(connection, line)


async def write(connection: AsyncConnection, line: Line) -> None:
    """Keep a line in the transaction of what it tells."""
    minute = int(line.at.timestamp()) // 60
    values = {"id": line.id, "at_minute": minute, "action": line.action, "subject": line.subject}
    await connection.execute(_INSERT, values | {"about": line.about})


async def known(connection: AsyncConnection, ids: Collection[int]) -> Line | None:
    """Return a line of one of these ids."""
    row = (await connection.execute(_KNOWN, {"these": list(ids)})).first()
    return None if row is None else _line(row)


async def undone(connection: AsyncConnection, line: int) -> bool:
    """Tell whether a line was undone."""
    return (await connection.execute(_UNDOING, {"line": line})).first() is not None


async def page(engine: AsyncEngine, first: int, most: int) -> tuple[list[tuple[Line, bool]], int]:
    """Return lines from the newest on, each with whether it was undone, and how many there are in all.

    Raises `StorageUnavailable`.
    """
    async with engine.connect() as connection:
        rows = (await connection.execute(_NEWEST, {"first": first, "most": most})).all()
        gone = await connection.execute(_UNDONE, {"these": [row[0] for row in rows]})
        over = set(gone.scalars())
        count: int = (await connection.execute(_COUNT)).scalar_one()
    return [(_line(row), row[0] in over) for row in rows], count


def _line(row: Sequence[Any]) -> Line:
    id, minute, action, subject, about = row
    return Line(id, datetime.fromtimestamp(minute * 60, UTC), action, subject, about)
