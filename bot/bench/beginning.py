"""How long a person waits for a bot that has just been started."""

import asyncio
from pathlib import Path

from bot.bench.figures import Figure, Outcome, at_most, median
from bot.bench.measure import Bench
from bot.bench.processes import BOT, READY_SECONDS, running, settings
from bot.bench.stage import Load, Telegram

NAME = "start"
LEAVE = "import os; os._exit(0)"
IMPORTS = f"import bot.cli, gc; gc.disable(); import bot.serving; {LEAVE}"
"""All that a start imports, unless the database has to be brought to a new form."""


async def measure(bench: Bench, *, times: int = 5) -> Outcome:
    """Measure from the start of the process to the first answer, with a database and without one."""
    anew, again, imports = [], [], []
    with bench.folder() as folder:
        for number in range(times):
            bench.say(f"start {number + 1} of {times}")
            place = folder / str(number)
            place.mkdir()
            anew.append(await _to_first_answer(bench, place))
            again.append(await _to_first_answer(bench, place))
            bare = await _seconds(bench, place, LEAVE)
            imports.append(await _seconds(bench, place, IMPORTS) - bare)
    return Outcome(
        (
            Figure(NAME, "to the first answer", "s", median(again), at_most(2.5)),
            Figure(NAME, "the same at the very first start", "s", median(anew), at_most(2.5)),
            Figure(NAME, "the slowest of all", "s", max(again + anew)),
            Figure(NAME, "of which imports", "s", median(imports)),
            Figure(NAME, "share of imports", "%", median(imports) / median(again) * 100),
        ),
        f"Medians of {times} starts of `bot run`, from before the process exists until the answer to an "
        "update that already waits is at the simulator. The very first start makes the tables too, with "
        "Alembic. Byte code is compiled and the files are in the system's cache.",
    )


async def _to_first_answer(bench: Bench, folder: Path) -> float:
    async with Telegram(bench.clock) as telegram:
        load = Load(telegram, telegram.people(1), lambda person: telegram.write(person, "/start"))
        began = bench.clock.monotonic()
        async with running(BOT, folder, settings(telegram, folder)):
            await load.run(1, count=1)
        return load.done[0].answered_at - began


async def _seconds(bench: Bench, folder: Path, code: str) -> float:
    """Return how long a process takes that runs this code."""
    began = bench.clock.monotonic()
    async with running(("-c", code), folder) as child:
        async with asyncio.timeout(READY_SECONDS):
            status = await child.process.wait()
        if status:
            child.check()
        return bench.clock.monotonic() - began
