"""What happened in this Telegram, numbered, for whoever watches: the chat page and people in tests."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_KEPT = 4_096  # events that a page can still catch up on


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `payload` is computed when somebody reads it, since mostly nobody does."""

    number: int
    kind: str
    payload: Callable[[], dict[str, Any] | None]


class Events:
    """A short memory of events, and a way to wait for the next."""

    def __init__(self) -> None:
        self.last = 0
        self.closed = False
        self._kept: deque[Event] = deque(maxlen=_KEPT)
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, kind: str, payload: Callable[[], dict[str, Any] | None]) -> int:
        """Number and keep an event, and wake who waits."""
        self.last += 1
        self._kept.append(Event(self.last, kind, payload))
        self.wake()
        return self.last

    def after(self, number: int) -> list[Event] | None:
        """Return the events since that number, or None if some of them are forgotten."""
        missing = self.last - number
        if missing < 0 or missing > len(self._kept):
            return None
        return [self._kept[index] for index in range(-missing, 0)]

    def wake(self) -> None:
        """Let everybody who waits look again."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def changed(self) -> None:
        """Wait until something happens: an event, a confirmed update, an answer, or the end."""
        if self.closed:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until `holds` is true, at most that many real seconds; tell whether it is."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    if self.closed:
                        return False
                    await self.changed()
        except TimeoutError:
            return holds()
        return True

    def close(self) -> None:
        """Let everybody go who waits: the simulator ends."""
        self.closed = True
        self.wake()
