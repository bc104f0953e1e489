"""What Telegram itself shows of the bot: its commands, and what it says before anybody has started it."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from telegram import BotCommand
from telegram.error import TelegramError
from telegram.ext import Application

from bot.guide.model import Language
from bot.telegram.desk import Reception
from bot.telegram.handlers import COMMANDS
from bot.telegram.watch import Watch, introduction
from bot.texts import Texts

log = logging.getLogger(__name__)

PTB = Application[Any, Any, Any, Any, Any, Any]


class Presence:
    """Keeps it as our words are now."""

    def __init__(self, application: PTB, reception: Reception, watch: Watch | None) -> None:
        self._application = application
        self._reception = reception
        self._watch = watch
        self._said: tuple[object, ...] | None = None
        self._saying = asyncio.Lock()

    async def renew(self) -> None:
        """Set what has changed since the last time, and let the watch know what to expect."""
        async with self._saying:
            words = self._reception.desk.texts
            ours = introduction(words)
            said = ours, *(menu(words, language) for language in Language)
            if said == self._said:
                return
            self._said = said
            done = await introduce(self._application, words)
            if self._watch is None:
                return
            if done:
                self._watch.expect(ours)
            else:
                self._watch.trust(ours)


async def introduce(application: PTB, words: Mapping[Language, Texts]) -> bool:
    """Fill Telegram's menu and what it shows of us before the start, for each language and for all others.

    Returns whether Telegram took it all.
    """
    try:
        for language in (None, *Language):
            texts_of = words[language or Language.EN]
            await application.bot.set_my_commands(menu(words, language), language_code=language)
            await application.bot.set_my_description(texts_of("bot-description"), language)
            await application.bot.set_my_short_description(texts_of("bot-about"), language)
    except TelegramError as error:
        # These are a convenience, and the old ones stay.
        log.warning("introduction not set", extra={"fields": {"error": type(error).__name__}})
        return False
    return True


def menu(words: Mapping[Language, Texts], language: Language | None) -> list[BotCommand]:
    """Return Telegram's menu of our commands in a language; None stands for all that we do not speak."""
    texts_of = words[language or Language.EN]
    return [BotCommand(name, texts_of(f"command-{name}")) for name in COMMANDS]
