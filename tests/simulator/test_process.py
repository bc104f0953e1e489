"""The simulator as a process of its own."""

import asyncio
import signal
import sys

import aiohttp


async def test_it_says_where_it_is_and_stops_when_told() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", "--no-limits", "--token", "7:x", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session, session.get(f"{url}7:x/getMe") as answer:
        assert (await answer.json())["result"]["id"] == 7
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
