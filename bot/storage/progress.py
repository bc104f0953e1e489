"""Long work for an operator: done in a thread, seen on a terminal, ended when nobody waits for it."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TextIO, TypeVar

from bot.clock import Clock
from bot.storage.sqlite import PATIENT_SECONDS

Result = TypeVar("Result")

QUIET_SECONDS = 2.0
TICK_SECONDS = 0.5
STEPS = 100_000
"""So many steps of SQLite's machine lie between two looks at whether to go on: some milliseconds."""


class Watch:
    """Lets work in a thread say how far it is, and stop when nobody waits for it any more."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.fraction: Callable[[], float] | None = None

    def open(self, path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
        """Open a database that exists; its statements end with an error after `stopping`."""
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        database = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENT_SECONDS)
        database.set_progress_handler(self.stopping.is_set, STEPS)
        return database

    def copied(self, _status: int, remaining: int, total: int) -> None:
        """Note how many pages are left to copy."""
        self.fraction = lambda: 1 - remaining / max(total, 1)
        if self.stopping.is_set():
            raise sqlite3.OperationalError("interrupted")


async def in_thread(
    work: Callable[[Watch], Result], label: str, clock: Clock, terminal: TextIO | None
) -> Result:
    """Do work in a thread, with its progress on the terminal; it is told to stop when nobody waits for it."""
    watch = Watch()
    async with progress(label, clock, terminal, watch):
        try:
            return await asyncio.to_thread(work, watch)
        finally:
            watch.stopping.set()


@asynccontextmanager
async def progress(
    label: str, clock: Clock, terminal: TextIO | None, watch: Watch | None = None
) -> AsyncIterator[None]:
    """Show on a terminal that work goes on, once it took two seconds."""
    failure: Exception | None = None
    async with asyncio.TaskGroup() as tasks:
        ticking = tasks.create_task(_tick(label, clock, terminal, watch))
        try:
            yield
        except Exception as error:  # raised below: the group would wrap it in one of its own
            failure = error
        finally:
            ticking.cancel()
    if failure is not None:
        raise failure


async def _tick(label: str, clock: Clock, terminal: TextIO | None, watch: Watch | None) -> None:
    if terminal is None or not terminal.isatty():
        return
    started = clock.monotonic()
    await clock.sleep(QUIET_SECONDS)
    try:
        while True:
            done = (
                f"{watch.fraction():.0%}"
                if watch and watch.fraction
                else f"{clock.monotonic() - started:.0f} s"
            )
            terminal.write(f"\r\033[K{label}: {done}")
            terminal.flush()
            await clock.sleep(TICK_SECONDS)
    finally:
        terminal.write("\r\033[K")
        terminal.flush()
