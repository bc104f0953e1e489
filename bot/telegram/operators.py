"""Those who keep the bot running (`BOT_MODERATORS`), and how they are told what they must know.

As everybody is: in their language, without a word in a notification if they chose so, and so that a wipe
removes it.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.guide.model import Language
from bot.storage.engine import StorageUnavailable
from bot.telegram.chats import Chosen
from bot.telegram.turn import DISCREET
from bot.texts import Html, Texts

log = logging.getLogger(__name__)

Message = Callable[[Texts], Html]
Note = Callable[[int, Sequence[int], int | None], Awaitable[None]]
"""Notes messages that were left in a chat, and after how many hours they shall vanish."""


class Operators:
    """Tells each of them a message once, in their language; if Telegram is away, later."""

    def __init__(
        self,
        bot: Bot,
        ids: Iterable[int],
        chosen: Callable[[int], Awaitable[Chosen]],
        note: Note,
        words: Callable[[], Mapping[Language, Texts]],
        hushed: Callable[[], bool] = lambda: False,
    ) -> None:
        """Make it with what a chat has chosen, and what notes a message; while `hushed` nothing is sent."""
        self._bot = bot
        self._ids = sorted(ids)
        self._chosen = chosen
        self._note = note
        self._words = words
        self._hushed = hushed
        self._untold: list[tuple[int, Message]] = []

    def tell(self, message: Message) -> None:
        """Have each of them told this with the next `deliver`."""
        self._untold += [(id, message) for id in self._ids]

    async def deliver(self) -> None:
        """Send what they do not know yet; what Telegram does not take now stays for the next time."""
        for one in () if self._hushed() else tuple(self._untold):
            id, message = one
            try:
                await self._send(id, message)
            except (BadRequest, Forbidden) as refused:  # they never started the bot, or left it
                log.warning("operator not told", extra={"fields": {"error": type(refused).__name__}})
            except TelegramError:
                continue
            self._untold.remove(one)

    async def _send(self, id: int, message: Message) -> None:
        try:
            chosen = await self._chosen(id)
        except StorageUnavailable:
            chosen = Chosen(discreet=True)
        text = message(self._words()[chosen.language or Language.RU])
        sent = await self._bot.send_message(
            id,
            DISCREET if chosen.discreet else text,
            parse_mode=ParseMode.HTML,
            disable_notification=chosen.discreet,
        )
        await self._note(id, [sent.message_id], chosen.vanish_hours)
        if chosen.discreet:
            await self._bot.edit_message_text(text, id, sent.message_id, parse_mode=ParseMode.HTML)
