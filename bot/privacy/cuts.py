"""Chats whose keys are to be destroyed: all that wait are cut out with one writing of the epochs' file.

It is overwritten where it lies and grows with each cut, so a hundred who wipe at once would wait for each
other longer than an update may take; and whoever looks at the epochs meanwhile waits for the file too.
"""

import asyncio
from dataclasses import dataclass, field

from bot.privacy.epochs import Epochs
from bot.privacy.keys import KeyFileError


@dataclass
class _Batch:
    chats: set[int] = field(default_factory=set)
    done: bool = False
    failure: KeyFileError | None = None


class Cuts:
    """Destroys what chats' things are sealed with, of several together."""

    def __init__(self, epochs: Epochs) -> None:
        self._epochs = epochs
        self._next = _Batch()
        self._writing = asyncio.Lock()

    async def forget(self, chat_id: int) -> None:
        """Do what `Epochs.forget` does, beside whoever else waits for it. Raises `KeyFileError`."""
        batch = self._next
        batch.chats.add(chat_id)
        async with self._writing:
            if not batch.done:  # the first does it for all; if that is given up, the second does it again
                self._next = _Batch()
                try:
                    await asyncio.to_thread(self._epochs.forget, *batch.chats)
                except KeyFileError as failure:
                    batch.failure = failure
                batch.done = True
        if batch.failure is not None:
            raise KeyFileError(str(batch.failure)) from batch.failure
