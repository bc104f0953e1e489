"""Those who keep the bot running (`BOT_MODERATORS`), and how they are told what they must know."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.guide.model import Language
from bot.storage.engine import StorageUnavailable
from bot.texts import Html, Texts

log = logging.getLogger(__name__)

Message = Callable[[Texts], Html]


class Operators:
    """Tells each of them a message once, in their language; if Telegram is away, later."""

    def __init__(
        self,
        bot: Bot,
        ids: Iterable[int],
        language_of: Callable[[int], Awaitable[Language]],
        words: Callable[[], Mapping[Language, Texts]],
        hushed: Callable[[], bool] = lambda: False,
    ) -> None:
        """Make it; while `hushed` is true nothing is sent."""
        self._bot = bot
        self._ids = sorted(ids)
        self._language_of = language_of
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
            text = message(self._words()[await self._language(id)])
            try:
                await self._bot.send_message(id, text, parse_mode=ParseMode.HTML)
            except (BadRequest, Forbidden) as refused:  # they never started the bot, or left it
                log.warning("operator not told", extra={"fields": {"error": type(refused).__name__}})
            except TelegramError:
                continue
            self._untold.remove(one)

    async def _language(self, id: int) -> Language:
        try:
            return await self._language_of(id)
        except StorageUnavailable:
            return Language.RU
