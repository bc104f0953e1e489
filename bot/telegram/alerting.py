"""Alerts as Telegram carries them: in the words of the chat, in the alerts' lane, noted in the trail."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.alerts.sender import Answer, Told, Unreachable, Wanted
from bot.alerts.waking import Digest, Offer
from bot.crossings.catalogue import Crossing
from bot.storage.engine import StorageUnavailable
from bot.telegram import removal
from bot.telegram.chats import Chosen
from bot.telegram.desk import Desk, Reception
from bot.telegram.limits import Errand, Unwanted
from bot.telegram.screen import Screen
from bot.telegram.screens import alert as screens
from bot.telegram.screens import card as cards
from bot.telegram.screens.alert import Setting
from bot.telegram.turn import NO_PREVIEW

NOBODY_THERE = ("chat not found", "user is deactivated", "peer_id_invalid")
"""Where Telegram says with a 400 that nobody is there."""

MOST_SHOWN = 64
"""So many screens are kept: the same alert goes to many."""

log = logging.getLogger(__name__)


class Alerting:
    """Brings what was decided to chats: a `bot.alerts.sender.Messenger`."""

    def __init__(self, reception: Reception, bot: ExtBot[Any]) -> None:
        self._reception = reception
        self._bot = bot
        self._shown: OrderedDict[Hashable, Screen] = OrderedDict()

    async def tell(self, chat_id: int, told: Told, wanted: Wanted) -> Answer:
        """Tell news when its turn comes, if it is `wanted` then. Raises `Unreachable`."""
        desk = self._reception.desk
        chosen = await desk.chats.of(chat_id)
        language = chosen.language or told.subscription.language
        crossing = desk.catalogue.crossings.get(told.news.crossing)
        if crossing is None:
            return Answer.REFUSED  # it is no more
        setting = _setting(desk, crossing, chosen)
        minute = int(setting.now.timestamp()) // 60
        of = (desk.content.version, told.news, told.topics, language, chosen.discreet, minute)
        texts = desk.texts[language]
        screen = self._screen(of, lambda: screens.alert(told.news, told.topics, setting, texts))
        return await self._send(desk, chat_id, chosen, screen, wanted)

    async def remind(self, chat_id: int, what: Digest | Offer, wanted: Wanted) -> Answer:
        """Tell what is to be told by itself. Raises as `tell`, and `StorageUnavailable`."""
        desk = self._reception.desk
        chosen = await desk.chats.of(chat_id)
        texts = desk.texts[chosen.language or what.subscription.language]
        crossing = desk.catalogue.crossings.get(what.subscription.crossing)
        if crossing is None:
            return Answer.REFUSED
        setting = _setting(desk, crossing, chosen)
        modes = what.subscription.modes
        if isinstance(what, Offer):
            screen = screens.offer(next(iter(modes), None), setting, texts)
        else:
            known = await desk.board.card(crossing.id, next(iter(modes), None), setting.now)
            news = [await desk.board.news(crossing.id, mode, setting.now) for mode in modes]
            summaries = [cards.summary(each, known.at, texts) for each in news or [known.chosen]]
            screen = screens.digest(what.news, summaries, known.mode, setting, texts)
        return await self._send(desk, chat_id, chosen, screen, wanted)

    def _screen(self, of: Hashable, make: Callable[[], Screen]) -> Screen:
        screen = self._shown.get(of)
        if screen is None:
            screen = self._shown[of] = make()
            if len(self._shown) > MOST_SHOWN:
                self._shown.popitem(last=False)
        return screen

    async def _send(self, desk: Desk, chat_id: int, chosen: Chosen, screen: Screen, wanted: Wanted) -> Answer:
        message: dict[str, Any]
        wipes = desk.wiping.over
        try:
            message = await self._call(
                wanted,
                {
                    "chat_id": chat_id,
                    "text": screen.text,
                    "parse_mode": ParseMode.HTML,
                    "link_preview_options": NO_PREVIEW,
                    "reply_markup": screen.markup,
                },
            )
        except Unwanted:
            return Answer.UNWANTED
        except Forbidden:
            return Answer.GONE
        except BadRequest as refused:
            if any(words in refused.message.lower() for words in NOBODY_THERE):
                return Answer.GONE
            log.error("alert refused", extra={"fields": {"error": type(refused).__name__}})
            return Answer.REFUSED
        except TelegramError as failure:
            raise Unreachable from failure
        # Telegram has it: from here on it is told, and `/wipe` must find it.
        await desk.trail.note(chat_id, [message["message_id"]], chosen.vanish_hours)
        # Whoever wiped while it was on its way read the trail before that, or is just about to erase it.
        if desk.wiping.concerns(chat_id) or (desk.wiping.over != wipes and not await wanted()):
            await self._take_back(desk, chat_id, message["message_id"])
            return Answer.UNWANTED
        return Answer.SENT

    async def _take_back(self, desk: Desk, chat_id: int, message: int) -> None:
        try:
            await removal.take_back(self._bot, desk.trail, chat_id, message)
        except (TelegramError, StorageUnavailable) as failure:
            log.warning("alert not taken back", extra={"fields": {"error": type(failure).__name__}})

    async def _call(self, wanted: Wanted, parameters: dict[str, Any]) -> Any:
        if self._bot.rate_limiter is not None:
            return await self._bot.do_api_request("sendmessage", parameters, rate_limit_args=Errand(wanted))
        if not await wanted():  # nothing holds messages back, as in tests
            raise Unwanted
        return await self._bot.do_api_request("sendmessage", parameters)


def _setting(desk: Desk, crossing: Crossing, chosen: Chosen) -> Setting:
    return Setting(crossing, desk.clock.now(), chosen.discreet, desk.simulated)
