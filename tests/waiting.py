"""Waiting for what is certain to come: however busy the machine is, only a hang fails."""

import asyncio
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds of real time."""


async def until(holds: Callable[[], object]) -> None:
    """Let the loop turn, network included, until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)
