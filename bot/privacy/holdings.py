"""What is stored that belongs to one chat: looked up in every table there is, and erased from all of them."""

from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import SEALED, chats, metadata
from bot.storage.writer import Writer

OWNERS = ("chat", "reporter")
"""The columns that say whose a row is, if only to who holds the keys."""


def owned() -> list[sa.Column[bytes]]:
    """Return the column of each table that says whose its rows are."""
    return [table.c[name] for table in metadata.sorted_tables for name in OWNERS if name in table.c]


async def count(writer: Writer, names: Sequence[bytes]) -> Mapping[str, int]:
    """Return how many rows of each table belong to whom these names stand for; only of those with any.

    Raises `StorageUnavailable`.
    """
    found = {}
    async with writer.engine.connect() as connection:
        for column in owned():
            query = sa.select(sa.func.count()).select_from(column.table).where(column.in_(names))
            if number := (await connection.execute(query)).scalar_one():
                found[str(column.table.name)] = int(number)
    return found


async def erase_sealed(writer: Writer, names: Sequence[bytes], *, choices: bool = True) -> None:
    """Delete all that is sealed of a chat, or all but its `choices`; returns after the commit.

    Raises `StorageUnavailable`.
    """
    tables = [table for table in SEALED if choices or table is not chats]
    await writer.run(partial(_erase, names, tables))


async def _erase(names: Sequence[bytes], tables: Sequence[sa.Table], connection: AsyncConnection) -> None:
    for table in tables:
        await connection.execute(sa.delete(table).where(table.c.chat.in_(names)))
