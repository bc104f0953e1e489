"""Which chats are being wiped, in this process: for what must not come between, and to end what has begun."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Wiping:
    """Knows of wipes from their beginning to their end.

    It holds a chat only while that is wiped, and an update only until its wipe is over: one that was given up
    stays, as a number that says nothing of anybody.
    """

    def __init__(self) -> None:
        self._chats: Counter[int] = Counter()
        self._updates: set[int] = set()
        self.over = 0
        """How many wipes have ended, be it by a failure."""

    @contextmanager
    def of(self, chat_id: int, update_id: int) -> Iterator[None]:
        """Let an update wipe a chat for the time of a block; if that raises, it is to go on with later."""
        self._chats[chat_id] += 1
        self._updates.add(update_id)
        try:
            yield
            self._updates.discard(update_id)
        finally:
            self._chats -= Counter((chat_id,))
            self.over += 1

    def begun(self, update_id: int) -> bool:
        """Tell whether an update has begun to wipe a chat, and has to end it."""
        return update_id in self._updates

    def concerns(self, chat_id: int) -> bool:
        """Tell whether a chat is being wiped now."""
        return chat_id in self._chats
