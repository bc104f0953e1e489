"""A clock that stands still until a test moves it."""

import asyncio
import heapq
import itertools
import math
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class ManualClock:
    """A `bot.clock.Clock` whose time passes only by `advance`."""

    def __init__(self, now: datetime = START) -> None:
        self._start = now
        self._elapsed = 0.0
        self._numbers = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._fell_asleep = asyncio.Event()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        # A pause that is lost in rounding must still end later than now, or whoever repeats it never ends.
        at = max(self._elapsed + seconds, math.nextafter(self._elapsed, math.inf))
        heapq.heappush(self._sleepers, (at, next(self._numbers), woken))
        self._fell_asleep.set()
        await woken

    @property
    def sleepers(self) -> int:
        """How many sleep now."""
        return sum(not woken.done() for _, _, woken in self._sleepers)

    async def until_asleep(self) -> None:
        """Wait until somebody sleeps, however long what they do before takes."""
        while not self.sleepers:
            self._fell_asleep.clear()
            await self._fell_asleep.wait()

    async def advance(self, seconds: float) -> None:
        """Let that many seconds pass, waking each sleeper at its time and letting it run before the next."""
        until = self._elapsed + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, woken = heapq.heappop(self._sleepers)
            if woken.done():  # cancelled
                continue
            self._elapsed = max(self._elapsed, at)
            woken.set_result(None)
            await settle()
        self._elapsed = until
        await settle()

    async def leap(self, seconds: float) -> None:
        """Let that many seconds pass at once, as for a machine asleep: each sleeper wakes once, late."""
        self._elapsed += seconds
        await self.advance(0)


async def settle(turns: int = 20) -> None:
    """Let whatever is ready run, without waiting for the network."""
    for _ in range(turns):
        await asyncio.sleep(0)
