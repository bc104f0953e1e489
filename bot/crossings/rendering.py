"""The process that draws pictures: started at the first one, ended when nobody has wanted one for a while.

It is a program of its own (`bot.crossings.drawing`) and not a fork: it knows neither keys nor token nor any
report, gets no environment of ours, and whatever memory it takes goes with it.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter

import bot
from bot.clock import Clock
from bot.crossings.sheet import Sheet

MOST_WAITING = 8
"""So many pictures may be waited for, one of which is drawn: about as long as a person has patience."""

PATIENCE_SECONDS = 20.0
"""For one picture, and for the start of the process before it, which imports for a second or two."""

IDLE_SECONDS = 300.0
"""After so long without a picture the process is ended: it takes 80 MB."""

END_SECONDS = 1.0
"""So long the process has to end by itself, which it does when there is nothing more to read."""

TRIES = 2
PAUSE_SECONDS = 30.0
"""So long after a failure nobody waits for the next one."""

PROGRAM = (sys.executable, "-m", "bot.crossings.drawing")
FOLDER = Path(bot.__file__).parents[1]
LENGTH_BYTES = 4

log = logging.getLogger(__name__)


class NoPicture(Exception):
    """There is no picture now; the message says why."""


class Renderer:
    """Draws one picture after the other; `cache` is a folder in which matplotlib keeps its list of fonts."""

    def __init__(self, clock: Clock, cache: Path, program: Sequence[str] = PROGRAM) -> None:
        self._clock = clock
        self._cache = cache
        self._program = program
        self._write = TypeAdapter(Sheet).dump_json
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._process: Process | None = None
        self._used_at = self._failed_at = float("-inf")
        self._closed = False

    async def draw(self, sheet: Sheet) -> bytes:
        """Return a picture as PNG; raises `NoPicture` if it fails, takes too long, or too many wait."""
        if self._waiting >= MOST_WAITING:
            raise NoPicture("too many are waited for")
        self._waiting += 1
        try:
            async with self._turn:
                if self._closed or self._clock.monotonic() - self._failed_at < PAUSE_SECONDS:
                    raise NoPicture("none can be drawn now")
                return await self._draw(self._write(sheet))
        finally:
            self._waiting -= 1

    async def rest(self) -> None:
        """End the process if it was not needed for a while."""
        async with self._turn:
            if self._clock.monotonic() - self._used_at >= IDLE_SECONDS:
                await self._end()

    async def run(self) -> None:
        """Look after that, for ever."""
        while True:
            await self._clock.sleep(IDLE_SECONDS / 5)
            await self.rest()

    async def close(self) -> None:
        """End the process, whatever it does; none is started any more."""
        self._closed = True
        await self._end()

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    async def _draw(self, request: bytes) -> bytes:
        """Let the process draw; one that has died is started anew, once."""
        reason = "died"
        for _ in range(TRIES):
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    return _picture(await self._ask(request))
            except TimeoutError:
                reason = "took too long"
                break
            except (OSError, asyncio.IncompleteReadError):
                await self._end()
                if self._closed:
                    raise NoPicture("the bot ends") from None
            except asyncio.CancelledError:
                await self._end()  # or the next one would get this picture
                raise
        await self._end()
        self._failed_at = self._clock.monotonic()
        log.error("picture not drawn", extra={"fields": {"error": reason}})
        raise NoPicture(reason)

    async def _ask(self, request: bytes) -> bytes:
        if not self.running:
            self._process = await self._start()
            if self._closed:  # meanwhile
                raise ConnectionAbortedError
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(request).to_bytes(LENGTH_BYTES, "big") + request)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
        answer = await process.stdout.readexactly(length)
        self._used_at = self._clock.monotonic()
        return answer

    async def _start(self) -> Process:
        environment = {"PYTHONPATH": str(FOLDER), "MPLCONFIGDIR": str(self._cache), "MPLBACKEND": "agg"}
        return await asyncio.create_subprocess_exec(
            *self._program,
            stdin=PIPE,  # at whose end the process ends, so also when we are killed
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for us
        )

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        # Who kills a process that has just died makes asyncio complain that somebody else has seen it die.
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _picture(answer: bytes) -> bytes:
    if answer[:1] != b"+":
        log.error("picture not drawn", extra={"fields": {"error": answer[1:].decode("ascii", "replace")}})
        raise NoPicture("it could not be drawn")
    return answer[1:]
