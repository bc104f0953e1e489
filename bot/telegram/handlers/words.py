"""Plain text: the answer to a question of ours, a crossing's name, or what somebody sees there."""

from collections.abc import Iterator

from telegram import Message, MessageEntity

from bot.crossings.quantity import NotAQuantity, extract, read
from bot.crossings.report import Implausible
from bot.telegram import buttons
from bot.telegram.buttons import AskNumber, Button, StaleButton
from bot.telegram.handlers import crossings, reports
from bot.telegram.handlers.start import link_data
from bot.telegram.screens import lists, pages
from bot.telegram.screens import report as report_screens
from bot.telegram.turn import Turn

LONGEST_NAME = 40
"""What is longer is not the name of a crossing."""


async def words(turn: Turn) -> None:
    """Answer a text, whichever of these it is."""
    text = turn.typed
    question = _question(turn)
    if isinstance(question, AskNumber):
        await reports.typed_number(turn, question, text)
        return
    names = turn.desk.names
    numbers = extract(text).quantities
    if numbers:
        places = names.mentioned(text)
        if isinstance(question, buttons.Card | buttons.Ask | buttons.AskValue):
            await reports.offer(turn, crossings.known(turn, question.crossing), question.mode, numbers[0])
        elif len(places) == 1:
            await reports.offer(turn, turn.desk.catalogue.crossings[places[0]], None, numbers[0])
        else:
            crossings_meant = [turn.desk.catalogue.crossings[id] for id in places]
            await turn.show(lists.where(crossings_meant, numbers[0], text, turn.texts))
        return
    if _is_implausible(text):
        await turn.show(report_screens.implausible(turn.texts))
        return
    found = names.find(text)
    if found.matches or found.country or (found.nearest and len(text) <= LONGEST_NAME):
        await crossings.found(turn, found, text)
    else:
        await turn.show(pages.not_understood(turn.texts))


def _is_implausible(text: str) -> bool:
    try:
        read(text)
    except Implausible:
        return True
    except NotAQuantity:
        pass
    return False


def _question(turn: Turn) -> Button | None:
    """Return what the message asked that this one replies to; it is in its links and buttons."""
    asked = turn.message.reply_to_message if turn.message else None
    if asked is None or asked.from_user is None or asked.from_user.id != turn.bot.id:
        return None
    for data in _data(asked):
        try:
            return buttons.decode(data)
        except StaleButton:
            continue
    return None


def _data(message: Message) -> Iterator[str]:
    for entity in message.entities:
        if entity.type == MessageEntity.TEXT_LINK and entity.url and "?start=" in entity.url:
            yield link_data(entity.url.partition("?start=")[2])
    for row in message.reply_markup.inline_keyboard if message.reply_markup else ():
        for key in row:
            if isinstance(key.callback_data, str):
                yield key.callback_data
