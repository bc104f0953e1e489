"""Pseudonyms: what stands for a person or a chat where anything is stored.

Each is a keyed HMAC, so that without the key nobody can try all of Telegram's ids. A reporter's differs from
crossing to crossing and from day to day, so that rows cannot be joined to a journey.
"""

import hashlib
import hmac
from datetime import UTC, date
from typing import NamedTuple

from bot.clock import Clock
from bot.privacy.keys import Secret

LENGTH = 16


class Reporter(NamedTuple):
    """A person at one crossing: the pseudonym of this epoch, and that of the one before."""

    current: bytes
    previous: bytes


class Pseudonyms:
    """Makes pseudonyms; nothing else sees ids and key together."""

    def __init__(self, secret: Secret, clock: Clock) -> None:
        self._reporters = secret.derive("reporter")
        self._chats = secret.derive("chat")
        self._reports = secret.derive("report")
        self._clock = clock

    def reporter(self, crossing: str, user_id: int) -> Reporter:
        """Return what stands for a user at a crossing, of 16 bytes each; epochs are days in UTC."""
        epoch = (self._clock.now().astimezone(UTC).date() - date(1970, 1, 1)).days
        return Reporter(*(self._of_epoch(number, crossing, user_id) for number in (epoch, epoch - 1)))

    def chat(self, chat_id: int) -> bytes:
        """Return what stands for a chat, of 16 bytes; it stays the same, so that the chat is found again."""
        return _keyed(self._chats, str(chat_id))

    def report_id(self, update_id: int) -> int:
        """Return the id of the report that an update brings: positive, of 63 bits, always the same."""
        return int.from_bytes(_keyed(self._reports, str(update_id))[:8], "big") >> 1 or 1

    def _of_epoch(self, epoch: int, crossing: str, user_id: int) -> bytes:
        # A crossing's id holds no colon, so no two different threes are one text.
        return _keyed(self._reporters, f"{epoch}:{user_id}:{crossing}")


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)[:LENGTH]
