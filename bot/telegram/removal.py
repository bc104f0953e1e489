"""Removing messages from chats: when they shall vanish, and when a person wipes the chat."""

import logging
from collections.abc import Iterable
from contextlib import suppress

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.clock import Clock
from bot.privacy.trail import Left, Trail
from bot.storage.engine import StorageUnavailable

AT_ONCE = 100  # messages a call, a limit of Telegram
ROWS = 500
EVERY_SECONDS = 60.0
NO_WORDS = "…"

log = logging.getLogger(__name__)


async def remove(bot: Bot, chat_id: int, messages: Iterable[int]) -> None:
    """Remove messages from a chat, on both sides; those that are gone already count as removed.

    One of ours that is too old for that is left without its words.

    Raises PTB's errors if Telegram was not reached or wants us to wait; then some may be left.
    """
    ids = sorted(set(messages))
    for start in range(0, len(ids), AT_ONCE):
        batch = ids[start : start + AT_ONCE]
        try:
            await bot.delete_messages(chat_id, batch)
        except BadRequest:
            # One that cannot be removed must not keep the others; what we say in one that is too old goes.
            for id in batch:
                await put_away(bot, chat_id, id)


async def put_away(bot: Bot, chat_id: int, message: int) -> None:
    """Remove a message; one of ours that is too old for that is left without its words and buttons.

    Raises as `remove`.
    """
    try:
        await bot.delete_message(chat_id, message)
    except BadRequest:
        with suppress(BadRequest):  # it is gone already
            await bot.edit_message_text(NO_WORDS, chat_id, message)


async def take_back(bot: Bot, trail: Trail, chat_id: int, message: int) -> None:
    """Remove a message that was noted already, in a chat that should not have got it; and the note of it.

    Raises as `remove`, and `StorageUnavailable`.
    """
    await put_away(bot, chat_id, message)
    await trail.forget([left for left in await trail.of(chat_id) if message in left.messages])


async def run_vanishing(bot: Bot, trail: Trail, clock: Clock) -> None:
    """Remove what shall vanish, every minute, for ever; what fails is tried again."""
    while True:
        try:
            await vanish(bot, trail)
        except (StorageUnavailable, TelegramError) as failure:
            log.warning("vanishing put off", extra={"fields": {"error": type(failure).__name__}})
        await clock.sleep(EVERY_SECONDS)


async def vanish(bot: Bot, trail: Trail) -> int:
    """Remove what shall have vanished by now; returns how many messages that were.

    Raises PTB's errors and `StorageUnavailable`; what was removed until then is noted.
    """
    await trail.settle()
    removed = 0
    while due := await trail.due(ROWS):
        by_chat: dict[int, list[Left]] = {}
        for left in due:
            by_chat.setdefault(left.chat_id, []).append(left)
        for chat_id, rows in by_chat.items():
            messages = [message for left in rows for message in left.messages]
            with suppress(Forbidden):  # in a chat that is closed to us there is nothing that we could do
                await remove(bot, chat_id, messages)
            await trail.forget(rows)
            removed += len(messages)
    return removed
