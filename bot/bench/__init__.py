"""`bot bench`: what the bot can do on this machine, beside bare echoes and limits, all in one run."""

import asyncio
import json
import os
import platform
import sqlite3
import sys
import textwrap
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

from bot.bench.figures import Outcome, Unmeasured, json_object, table
from bot.clock import Clock, SystemClock

FILE = Path("bench.json")
"""Where all measures together are written, in the current directory."""

LONGEST_SECONDS = 240.0
"""So long one measure may take, unless it says itself how long; then something hangs."""

NEEDED = ("aiogram", "psutil")
"""What only benches need; it comes with requirements/dev.lock."""

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "start": "beginning",
        "crossing": "crossing",
        "reports": "reports",
        "stored": "stored",
        "memory": "memory",
        "crashes": "crashes",
        "alerts": "alerts",
    }
)
"""The measures in their order, and the modules that take them."""


def run(name: str | None, *, as_json: bool) -> int:
    """Take one measure, or all; print a table or JSON, and of all write `FILE` too.

    Returns 0 if all targets were reached, 1 if not, 2 if it was called wrongly.
    """
    missing = [module for module in NEEDED if find_spec(module) is None]
    if missing:
        sys.stderr.write(f"benches need {' and '.join(missing)}: install requirements/dev.lock\n")
        return 2
    if name is not None and name not in MEASURES:
        sys.stderr.write(f"there is no measure {name}; the measures are {', '.join(MEASURES)}\n")
        return 2
    clock = SystemClock()
    outcomes = {measure: _take(measure, clock) for measure in ([name] if name else MEASURES)}
    figures = [figure for outcome in outcomes.values() for figure in outcome.figures]
    notes = {measure: outcome.note for measure, outcome in outcomes.items()}
    written = json.dumps(_machine(clock) | json_object(figures, notes), ensure_ascii=False, indent=2) + "\n"
    if name is None:
        FILE.write_text(written, "utf-8")
    sys.stdout.write(written if as_json else f"{table(figures)}\n\n{_told(notes)}")
    well = all(outcome.figures for outcome in outcomes.values())
    return 0 if well and all(figure.reached is not False for figure in figures) else 1


def _take(name: str, clock: Clock) -> Outcome:
    """Take one measure in an event loop of its own; if it fails, its notes say why."""
    # Late: a measure imports most of the bot.
    module = import_module(f"bot.bench.{MEASURES[name]}")
    measure, longest = module.measure, getattr(module, "LONGEST_SECONDS", LONGEST_SECONDS)
    bench = import_module("bot.bench.measure").Bench
    progress = Progress(name, sys.stderr)

    async def bounded() -> Outcome:
        async with asyncio.timeout(longest):
            outcome: Outcome = await measure(bench(clock, progress))
            return outcome

    try:
        return asyncio.run(bounded())
    except Unmeasured as failure:
        why = str(failure)
    except TimeoutError:
        why = f"it took more than {longest:.0f} s"
    finally:
        progress.end()
    sys.stderr.write(f"{name} could not be measured: {why}\n")
    return Outcome((), f"could not be measured: {why}")


class Progress:
    """Tells on a terminal how far a measure is, on one line that goes when it is over; silent elsewhere."""

    def __init__(self, measure: str, terminal: TextIO) -> None:
        self._measure = measure
        self._terminal = terminal
        self._shown = terminal.isatty()

    def __call__(self, how_far: str) -> None:
        """Say how far it is."""
        self._write(f"{self._measure}: {how_far}")

    def end(self) -> None:
        """Clear the line."""
        self._write("")

    def _write(self, line: str) -> None:
        if self._shown:
            self._terminal.write(f"\r\x1b[K{line}")
            self._terminal.flush()


def _machine(clock: Clock) -> dict[str, Any]:
    """Return what figures depend on; the load tells whether anybody else was at work."""
    return {
        "at": clock.now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_average": list(os.getloadavg()),
    }


def _told(notes: Mapping[str, str]) -> str:
    said = (textwrap.fill(f"{measure}: {note}", 110) for measure, note in notes.items())
    return "\n".join(said) + "\n"
