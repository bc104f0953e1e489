"""A process that writes without end and says what was acknowledged, for a test that kills it."""

import asyncio
import sys
from itertools import count

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import engine
from bot.storage.tables import revisions
from bot.storage.writer import Writer

ADD = sa.insert(revisions).values(revision=0)


async def write(url: str) -> None:
    """Let ten callers write, each as soon as its last was acknowledged."""
    numbers = count()

    async def caller(writer: Writer) -> None:
        while True:
            name = str(next(numbers))

            async def job(connection: AsyncConnection, name: str = name) -> None:
                await connection.execute(ADD, {"crossing": name})

            await writer.run(job)
            sys.stdout.write(name + "\n")
            sys.stdout.flush()

    async with Writer(engine.create(url)) as writer, asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(caller(writer))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1]))
