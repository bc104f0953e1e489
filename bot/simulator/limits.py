"""Telegram's limits: how long things may be, and how many messages a bot may send."""

from collections import deque
from dataclasses import dataclass
from math import ceil

from bot.simulator.refusals import too_many_requests

TEXT = 4096  # UTF-16 units, after entities are parsed
CAPTION = 1024  # the same
ENTITIES = 100  # the rest of them is dropped without a word
CALLBACK_DATA = 64  # bytes
START_PAYLOAD = 64  # characters of A-Z a-z 0-9 _ -
BUTTONS = 100
BUTTONS_IN_ROW = 8
MARKUP_BYTES = 10_000
COPY_TEXT = 256
PLACEHOLDER = 64
CALLBACK_ANSWER = 200
COMMANDS = 100
COMMAND = 32
COMMAND_DESCRIPTION = 256
NAME = 64
DESCRIPTION = 512
SHORT_DESCRIPTION = 120
INLINE_RESULTS = 50
INLINE_RESULT_ID = 64  # bytes
PHOTO_BYTES = 10 << 20
PHOTO_SIDES = 10_000  # width + height
PHOTO_RATIO = 20
UPLOAD_BYTES = 50 << 20
DOWNLOAD_BYTES = 20 << 20
DELETABLE_SECONDS = 48 * 3600
QUERY_SECONDS = 30  # Telegram does not publish how long a tap may stay unanswered; bots see half a minute
DELETED_AT_ONCE = 100
POLL_SECONDS = 50
POLL_UPDATES = 100


@dataclass(frozen=True)
class Limits:
    """How many messages and edits Telegram lets through before it answers 429.

    The defaults are those of Telegram's own FAQ: about one message a second in a chat, with a short burst; 20
    a minute in a group; 30 a second in all.
    """

    in_all_per_second: int = 30
    chat_per_second: float = 1.0
    chat_burst: int = 5
    group_per_minute: int = 20
    enforced: bool = True

    @classmethod
    def off(cls) -> "Limits":
        """Return limits that let everything through, for benches and stories of one person."""
        return cls(enforced=False)


class Flood:
    """Counts what a bot sends and refuses what is too much; a refused message does not count.

    All instants are seconds of a monotonic clock.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._in_all: deque[float] = deque(maxlen=limits.in_all_per_second)
        self._groups: dict[int, deque[float]] = {}
        # When each chat would be free again had it sent at an even rate all along: one number a chat, not a
        # window (generic cell rate algorithm).
        self._even: dict[int, float] = {}

    def admit(self, chat_id: int, now: float) -> None:
        """Count a message to that chat, or raise `Refused` with the whole seconds to wait."""
        limits = self.limits
        if not limits.enforced:
            return
        # Rounded: what is left over by the arithmetic of fractions is no second more to wait.
        longest = max(
            _window_wait(self._in_all, 1, now),
            self._chat_wait(chat_id, now),
            _window_wait(self._group(chat_id), 60, now) if chat_id < 0 else 0,
        )
        wait = round(longest, 6)
        if wait > 0:
            raise too_many_requests(ceil(wait))
        self._in_all.append(now)
        self._even[chat_id] = max(self._even.get(chat_id, now), now) + 1 / limits.chat_per_second
        if chat_id < 0:
            self._group(chat_id).append(now)

    def _group(self, chat_id: int) -> deque[float]:
        if chat_id not in self._groups:
            self._groups[chat_id] = deque(maxlen=self.limits.group_per_minute)
        return self._groups[chat_id]

    def _chat_wait(self, chat_id: int, now: float) -> float:
        head_start = (self.limits.chat_burst - 1) / self.limits.chat_per_second
        return self._even.get(chat_id, now) - head_start - now


def _window_wait(sent: deque[float], seconds: float, now: float) -> float:
    """Return how long until the oldest of a full window is `seconds` old."""
    return sent[0] + seconds - now if len(sent) == sent.maxlen else 0
