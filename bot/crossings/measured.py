"""What tickets measured, read from the database: it changes slowly, so all see the same for some minutes."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.crossings.accuracy import Accuracy, Measured, summary
from bot.crossings.report import Mode
from bot.storage import tables

HELD_SECONDS = 900.0

MOST = 20_000
"""So many of the newest are looked at."""

_NEWEST = (
    sa.select(
        tables.measured.c.crossing,
        tables.measured.c.mode,
        tables.measured.c.low,
        tables.measured.c.middle,
        tables.measured.c.high,
        tables.measured.c.wait_minutes,
    )
    .order_by(tables.measured.c.day_minute.desc())
    .limit(MOST)
)


class Accuracies:
    """How good our numbers were, read again after a quarter of an hour."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._held: tuple[float, tuple[Accuracy, ...]] | None = None

    async def now(self) -> tuple[Accuracy, ...]:
        """Return it as `bot.crossings.accuracy.summary` does. Raises `StorageUnavailable`."""
        at = self._clock.monotonic()
        if self._held is None or at - self._held[0] >= HELD_SECONDS:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(_NEWEST)).all()
            said = (Measured(row[0], Mode(row[1]), *row[2:]) for row in rows)
            self._held = at, summary(said)
        return self._held[1]
