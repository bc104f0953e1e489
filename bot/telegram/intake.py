"""How an update is handled: in the order of its chat, again if it was not answered, and whatever happens.

"Commit, then acknowledge": both ways in (`polling.py`, `webhook.py`) confirm an update to Telegram only after
its handling has returned, so that a crash loses none. What was in hand then comes again: handling an update
twice must do no harm.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackContext

from bot.telegram.button_data import VERSION
from bot.telegram.buttons import NoneOfThese, PostNotice, SendQuestion

Handle = Callable[[dict[str, Any]], Awaitable[None]]
Overhear = Callable[[dict[str, Any]], Awaitable[bool]]
"""Takes note of an update that will not be answered; tells whether it has to be all the same."""

OnError = Callable[[Update, Exception], Awaitable[None]]

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
AT_ONCE = 64
TAPPED = frozenset({"message_id", "date", "chat", "message_thread_id"})
"""What is read of a message whose button was tapped."""

ABOUT_QUESTION = tuple(VERSION + button.letter for button in (NoneOfThese, SendQuestion, PostNotice))
"""How the data of those buttons begins that are about a question or notice of the person's own: the message
which the tapped one answers."""

QUESTION = frozenset({"message_id", "date", "chat", "from", "text", "entities"})
"""What is read of it."""

TRIES = 6  # of an update that could not be answered
LONGEST_SECONDS = 60.0  # that one try may take; then something hangs

log = logging.getLogger(__name__)


class Unanswered(Exception):
    """Nothing was committed, or the reply could not be sent: the update has to be tried again.

    `retry_after` is the number of seconds before which that makes no sense, if known.
    """

    def __init__(self, retry_after: float = 0) -> None:
        super().__init__("the update was not answered")
        self.retry_after = retry_after


def dispatcher(
    application: Application[Any, Any, Any, Any, Any, Any], on_error: OnError | None = None
) -> Handle:
    """Return what hands a raw update to PTB's handlers and lets errors out.

    PTB swallows whatever an error handler raises, so give yours here and not to `add_error_handler`. If it
    returns, the update is done; what it raises, the handling raises: `Unanswered` to try again. Without it
    that is the handler's own error.
    """
    escaped: dict[int, Exception] = {}

    async def note(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        if not isinstance(update, Update) or context.error is None:
            return
        try:
            if on_error is None:
                raise context.error
            await on_error(update, context.error)
        except Exception as error:  # whatever it is, handle() raises it
            escaped[update.update_id] = error

    application.add_error_handler(note)

    async def handle(raw: dict[str, Any]) -> None:
        update = Update.de_json(_without_our_words(raw), application.bot)
        try:
            await application.process_update(update)
        finally:
            error = escaped.pop(update.update_id, None)
        if error is not None:
            raise error

    return handle


def overhearing(
    application: Application[Any, Any, Any, Any, Any, Any], hear: Callable[[Update], Awaitable[bool]]
) -> Overhear:
    """Return what takes note of a raw update by `hear`, which tells whether it has to be answered."""

    async def overhear(raw: dict[str, Any]) -> bool:
        return await hear(Update.de_json(_without_our_words(raw), application.bot))

    return overhear


def _without_our_words(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a raw update without what a tapped message says: it is ours, nobody reads it, it is the most."""
    query = raw.get("callback_query")
    message = query.get("message") if isinstance(query, dict) else None
    if not isinstance(query, dict) or not isinstance(message, dict):
        return raw
    where = {key: value for key, value in message.items() if key in TAPPED}
    question = message.get("reply_to_message")
    if isinstance(question, dict) and str(query.get("data")).startswith(ABOUT_QUESTION):
        where["reply_to_message"] = {key: value for key, value in question.items() if key in QUESTION}
    return raw | {"callback_query": query | {"message": where}}


def update_id_of(raw: object) -> int | None:
    """Return the id of a raw update; None if this is none."""
    found = raw.get("update_id") if isinstance(raw, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def chat_of(raw: dict[str, Any]) -> int | None:
    """Return whose turn a raw update has to wait for: its chat, or the person where there is none."""
    paths = (
        ("message", "chat"),
        ("edited_message", "chat"),
        ("callback_query", "message", "chat"),
        ("callback_query", "from"),
        ("inline_query", "from"),
        ("my_chat_member", "chat"),
    )
    for path in paths:
        found: object = raw
        for key in (*path, "id"):
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, int):
            return found
    return None


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Ordered:
    """Handle updates one after another in each chat, and at most `at_once` at a time in all.

    `longest` is the number of seconds after which a handling is taken to hang.
    """

    def __init__(self, handle: Handle, *, at_once: int = AT_ONCE, longest: float = LONGEST_SECONDS) -> None:
        self.places = asyncio.Semaphore(at_once)
        self.in_flight = 0
        self.quarantined = 0
        self._handle = handle
        self._longest = longest
        self._lines: dict[int, _Line] = {}

    @asynccontextmanager
    async def line(self, chat: int | None) -> AsyncIterator[None]:
        """Wait for an update's turn in its chat, by arrival; without a chat there is nothing to wait for."""
        if chat is None:
            yield
            return
        line = self._lines.setdefault(chat, _Line())
        line.users += 1
        try:
            async with line.lock:
                yield
        finally:
            line.users -= 1
            if not line.users:
                del self._lines[chat]

    async def handle(self, raw: dict[str, Any], update_id: int) -> Unanswered | None:
        """Handle an update once; return `Unanswered` if it should be tried again, None if it is dealt with.

        Take one of the `places` first.
        """
        self.in_flight += 1
        try:
            async with asyncio.timeout(self._longest):
                await self._handle(raw)
        except Unanswered as unanswered:
            return unanswered
        except Exception as error:  # whatever it is, the same update would only bring it again
            self.quarantine(update_id, type(error).__name__)
        finally:
            self.in_flight -= 1
        return None

    def quarantine(self, update_id: int | None, why: str) -> None:
        """Count an update that is confirmed without having been handled; its text is in no log."""
        self.quarantined += 1
        log.error("update quarantined", extra={"fields": {"update": update_id, "why": why}})
