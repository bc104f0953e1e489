"""A question without an answer goes to the editors: only with a yes, and without anything about who asks.

The question is not kept meanwhile. It stands in the person's own message, which the message with the buttons
answers, and comes with the tap (`bot.telegram.intake`).
"""

from zlib import crc32

from bot.privacy import audit
from bot.privacy.abuse import ALL_QUESTIONS, QUESTIONS, TooOften
from bot.privacy.contacts import CUT, without_contacts
from bot.privacy.inbox import LONGEST
from bot.telegram import buttons
from bot.telegram.buttons import Button, StaleButton
from bot.telegram.handlers.moderating import is_moderator
from bot.telegram.screens import inbox as screens
from bot.telegram.turn import Turn, typed

BUTTONS = buttons.NoneOfThese | buttons.SendQuestion | buttons.Questions | buttons.DropQuestion
"""The buttons of the inbox."""


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button of the inbox says; returns what to show over the chat for a moment, if anything."""
    match button:
        case buttons.NoneOfThese():
            await ask(turn)
        case buttons.SendQuestion(mark):
            await send(turn, mark)
        case buttons.Questions(page) if is_moderator(turn):
            await _questions(turn, page)
        case buttons.DropQuestion(question, page) if is_moderator(turn):
            return await _drop(turn, question, page)
        case _:
            raise StaleButton
    return None


async def ask(turn: Turn) -> None:
    """Show what would be kept of the person's question, and ask whether it may be sent."""
    question = _question(turn)
    if question is None:
        await turn.show(screens.gone(turn.texts))
    elif not question.replace(CUT, "").strip():
        await turn.show(screens.nothing_left(turn.texts))
    else:
        await turn.show(screens.ask(question, _mark(question), turn.texts))


async def send(turn: Turn, mark: int) -> None:
    """Keep the question, if it is what the person was shown; else ask again.

    Raises `TooOften`, and `StorageUnavailable` if that could not be stored.
    """
    question, desk = _question(turn), turn.desk
    if question is None or _mark(question) != mark:
        await ask(turn)
        return
    desk.limits.check(QUESTIONS, turn.user_id, turn.update.update_id)
    if not await desk.inbox.keep(question, turn.language):
        raise TooOften(ALL_QUESTIONS)
    desk.limits.note(QUESTIONS, turn.user_id, turn.update.update_id)
    await turn.show(screens.sent(turn.texts))


async def _questions(turn: Turn, page: int) -> None:
    questions, count = await turn.desk.inbox.page(page * screens.PAGE, screens.PAGE)
    if page and not questions:  # the last one of a page was deleted, or the month is over
        await _questions(turn, 0)
    else:
        await turn.show(screens.questions(questions, page, count, turn.texts))


async def _drop(turn: Turn, question: int, page: int) -> str:
    desk = turn.desk
    await desk.inbox.remove(question)
    line, _ = desk.pseudonyms.report_ids(turn.update.update_id)  # so that what comes again is one line
    await audit.note(desk.writer, line, desk.clock.now(), "question deleted", "inbox")
    await _questions(turn, page)
    return turn.texts("questions-deleted")


def _question(turn: Turn) -> str | None:
    """Return what would be kept of the question that the tapped message answers; None if it is gone."""
    tapped = turn.message if turn.update.callback_query else None
    asked = tapped.reply_to_message if tapped else None
    if asked is None or asked.text is None or asked.from_user is None or asked.from_user.id != turn.user_id:
        return None
    return without_contacts(typed(asked), LONGEST)


def _mark(question: str) -> int:
    return crc32(question.encode())
