"""The processes that are measured: started on loopback, watched, and ended whatever happens."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot.bench import database
from bot.bench.figures import Unmeasured
from bot.bench.stage import Telegram
from bot.clock import Clock
from bot.privacy import keys
from bot.privacy.epochs import Epochs
from bot.privacy.pseudonyms import Pseudonyms

SOURCE = Path(__file__).parents[2]
BOT = ("-m", "bot", "run")
READY_SECONDS = 30.0
STOP_SECONDS = 12.0  # the bot promises to stop within ten
LOGGED = 2_000  # characters of a log that are quoted

UNLIMITED = "2000"
"""Messages a second that the bot's limiter lets out in a bench: more than it can make."""


class Died(Unmeasured):
    """A measured process ended by itself; the message is the end of what it wrote."""


@dataclass(frozen=True)
class Child:
    """A running process."""

    process: asyncio.subprocess.Process
    log: Path

    def check(self) -> None:
        """Raise `Died` if it has ended."""
        if self.process.returncode is not None:
            raise Died(self.log.read_text("utf-8", "replace")[-LOGGED:] or "it ended without a word")

    def cpu_seconds(self) -> float:
        """Return how long it has kept a processor busy."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def resident_megabytes(self) -> float:
        """Return how much memory it holds."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    async def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Child:
    """Start `python` with these arguments and of our settings only these; whoever starts it has to end it."""
    log = folder / "log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    path = os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,  # where no .env lies
            env=inherited | {"PYTHONPATH": path} | dict(environment or {}),
            stdin=asyncio.subprocess.PIPE,  # ends with us, which an echo takes as its own end
            stdout=output,
            stderr=output,
        )
    return Child(process, log)


@asynccontextmanager
async def running(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Child]:
    """Run `python` for the time of a block, then ask it to stop. Raises `Unmeasured` if it does not."""
    child = await start(arguments, folder, environment)
    try:
        yield child
        if child.process.returncode is None:
            child.process.terminate()
            async with asyncio.timeout(STOP_SECONDS):
                await child.process.wait()
    except TimeoutError as late:
        if child.process.returncode is not None:
            raise
        raise Unmeasured(f"the bot did not stop within {STOP_SECONDS:.0f} s") from late
    finally:
        await child.kill()


@asynccontextmanager
async def serving(
    clock: Clock, folder: Path, stored: Iterable[database.Row] = ()
) -> AsyncIterator[tuple[Telegram, Child]]:
    """Run the real bot on a Telegram of its own, from when it polls, with these reports in its database."""
    path = database_of(folder)
    path.parent.mkdir(parents=True)
    await database.make(path)
    database.fill(path, stored)
    async with Telegram(clock) as telegram, running(BOT, folder, settings(telegram, folder)) as child:
        await telegram.polled(1, READY_SECONDS, child.check)
        yield telegram, child


@asynccontextmanager
async def echoing(
    clock: Clock, which: str, folder: Path, answer: Mapping[str, Any]
) -> AsyncIterator[tuple[Telegram, Child]]:
    """Run a bare echo of this answer (`bot.bench.echoes`) on a Telegram of its own, from when it polls."""
    file = _written(folder, answer)
    async with Telegram(clock) as telegram:
        arguments = ("-m", "bot.bench.echoes", which, telegram.url, telegram.token, str(file))
        async with running(arguments, folder) as child:
            await telegram.polled(1, READY_SECONDS, child.check)
            yield telegram, child


def _written(folder: Path, answer: Mapping[str, Any]) -> Path:
    folder.mkdir()
    file = folder / "answer.json"
    file.write_text(json.dumps(answer), "utf-8")
    return file


def settings(telegram: Telegram, folder: Path) -> dict[str, str]:
    """Return the settings of a bot that serves this Telegram from a folder, and make its key."""
    key = folder / "key"
    if not key.exists():
        keys.new(key)
    return {
        "BOT_TOKEN": telegram.token,
        "BOT_API_URL": telegram.url,
        "BOT_DATA_DIR": str(folder / "data"),
        "BOT_KEY_FILE": str(key),
        "BOT_LISTEN": "127.0.0.1:0",
        "BOT_MESSAGES_PER_SECOND": UNLIMITED,
    }


def database_of(folder: Path) -> Path:
    """Return the file of that bot's database."""
    return folder / "data" / "provodnik.sqlite3"


def pseudonyms_of(folder: Path, clock: Clock) -> Pseudonyms:
    """Return what that bot calls its reports, to find each in its database."""
    secret = keys.load(folder / "key", create=False)
    return Pseudonyms(Epochs(folder / "key", secret, clock))
