"""One leader at a time, whoever starts, ends or loses its connection."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import SystemClock
from bot.storage import engine
from bot.storage.leadership import LOOK_SECONDS, ONE_LEADER, leading
from tests.clock import ManualClock, settle
from tests.waiting import PATIENCE

END_LEADER = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND granted AND objid = :lock AND datname = current_database()
"""


async def until(clock: ManualClock, happened: asyncio.Event) -> None:
    """Let the waiting one try again, as often as it may take."""
    async with asyncio.timeout(PATIENCE):
        while not happened.is_set():
            await clock.advance(LOOK_SECONDS)
            await asyncio.sleep(0.01)


async def lead(database: AsyncEngine, clock: ManualClock, leads: asyncio.Event, end: asyncio.Event) -> None:
    async with leading(database, clock):
        leads.set()
        await end.wait()


async def test_the_second_waits_and_takes_over_when_the_first_ends(database: AsyncEngine) -> None:
    clock = ManualClock()
    first, second, end, last = (asyncio.Event() for _ in range(4))
    async with asyncio.TaskGroup() as group:
        group.create_task(lead(database, clock, first, end))
        async with asyncio.timeout(PATIENCE):
            await first.wait()
        group.create_task(lead(database, clock, second, last))
        for _ in range(10):
            await clock.advance(LOOK_SECONDS)
            await asyncio.sleep(0.01)
        assert not second.is_set()
        end.set()
        await until(clock, second)
        last.set()


LEADER = """
import asyncio, sys
from bot.clock import SystemClock
from bot.storage import engine
from bot.storage.leadership import leading

async def main():
    async with leading(engine.create(sys.argv[1]), SystemClock()):
        print("leads", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_killed_process_leads_no_more(database_url: str) -> None:
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - it is waited for in a thread
        [sys.executable, "-c", LEADER, database_url], stdout=subprocess.PIPE, text=True
    )
    opened = engine.create(database_url)
    try:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "leads\n"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), leading(opened, SystemClock()):
                pytest.fail("two lead")
        os.kill(process.pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE), leading(opened, SystemClock()) as lead:
            assert lead
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        await opened.dispose()


async def test_a_lost_connection_is_a_lost_lead(database: AsyncEngine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("a file is not lost")
    clock = ManualClock()
    async with leading(database, clock) as lead:
        assert lead
        async with database.connect() as other:
            await other.execute(sa.text(END_LEADER), {"lock": ONE_LEADER})
        async with asyncio.timeout(PATIENCE):
            await lead.lost.wait()
        assert not lead
    await settle()
