"""What happens when handling an update fails; the one place that decides it."""

import logging

from telegram import Bot, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.privacy.abuse import TooOften
from bot.privacy.keys import KeyFileError
from bot.storage.engine import StorageUnavailable
from bot.telegram.buttons import StaleButton
from bot.telegram.chats import NOTHING
from bot.telegram.desk import Reception
from bot.telegram.handlers import guide
from bot.telegram.intake import OnError, Unanswered
from bot.telegram.limits import seconds_of
from bot.telegram.screen import Screen, above
from bot.telegram.screens import pages
from bot.telegram.turn import Turn

log = logging.getLogger(__name__)


def answering(reception: Reception, bot: Bot) -> OnError:
    """Return what answers a person whose update failed, or raises `Unanswered` so that it is handled again.

    The cases, in order:

    1. A button that this version does not know: the current menu, and why.
    2. A limit that the person has reached: which one; nothing was done.
    3. The database is locked, full or away, or the file of the epochs: "not saved, try again". Whoever has
       said the stop phrase is told nothing; the update is handled again.
    4. The person blocked the bot, or the chat is gone: nobody is there to answer.
    5. Telegram is away, or wants us to wait: nothing was said; the update is handled again.
    6. Anything else, among it what Telegram refuses of ours: an apology, and a line in the log.

    If the answer itself cannot be sent, case 4 or 5 holds for it.
    """

    async def answer(update: Update, error: Exception) -> None:
        desk = reception.desk
        try:
            turn = await Turn.of(desk, update, bot)
        except (StorageUnavailable, KeyFileError):
            turn = Turn.with_choices(desk, update, bot, NOTHING)  # in the language of the person's Telegram
        match error:
            case StaleButton():
                await _tell(turn, above(turn.texts("menu-changed"), guide.menu_screen(turn)), in_place=True)
            case TooOften(limit=limit):
                await _tell(turn, pages.too_often(turn.texts, limit))
            case StorageUnavailable() | KeyFileError():
                log.error("storage unavailable", extra={"fields": {"update": update.update_id}})
                if desk.wiping.begun(update.update_id) and update.callback_query is None:
                    raise Unanswered from error
                await _tell(turn, pages.not_saved(turn.texts))
            case Forbidden():
                log.info("nobody to answer", extra={"fields": {"update": update.update_id}})
            case RetryAfter() as wait:
                raise Unanswered(seconds_of(wait)) from error
            case NetworkError() if not isinstance(error, BadRequest):
                raise Unanswered from error
            case _:
                log.error("handling failed", exc_info=error, extra={"fields": {"update": update.update_id}})
                await _tell(turn, pages.sorry(turn.texts))
        await turn.leave_trail()

    return answer


async def _tell(turn: Turn, screen: Screen, *, in_place: bool = False) -> None:
    try:
        if in_place:
            await turn.show(screen)
        elif turn.update.effective_chat is not None:
            await turn.say(screen)
        await turn.close()
    except Forbidden:
        return
    except BadRequest:  # such as a chat that is gone or closed to us: again it would say the same
        log.warning("answer refused", extra={"fields": {"update": turn.update.update_id}})
    except TelegramError as failure:
        raise Unanswered from failure
