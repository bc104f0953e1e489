"""What every measure is given, and what they share."""

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import CONTENT
from bot.bench.figures import median
from bot.clock import Clock
from bot.crossings import catalogue
from bot.crossings.catalogue import Catalogue


@dataclass(frozen=True)
class Bench:
    """The clock of a measure, and whom it tells how far it is."""

    clock: Clock
    say: Callable[[str], None]

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Make a folder for the time of a measure; it is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="provodnik-bench-") as name:
            yield Path(name)


def crossings() -> Catalogue:
    """Read the bot's own crossings."""
    found = catalogue.load(CONTENT / "crossings").catalogue
    assert found is not None, "the bot would not start either"
    return found


def own_cpu_seconds() -> float:
    """Return how long this process, which is the simulator, has kept a processor busy."""
    times = os.times()
    return times.user + times.system


def tidy() -> None:
    """Let the next measurement not pay for what the last one left behind."""
    gc.collect()


def fsync_milliseconds(folder: Path, clock: Clock, times: int = 50) -> float:
    """Return how long the disk takes to make 4 kB last, the median: what a commit waits for."""
    took = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(times):
            began = clock.monotonic()
            os.write(file.fileno(), b"x" * 4096)
            os.fsync(file.fileno())
            took.append(clock.monotonic() - began)
    return median(took) * 1000
