"""Plain text: the answer to a question of ours, a crossing's name, or what somebody sees there."""

from collections.abc import Iterator

from telegram import Message, MessageEntity

from bot.crossings.catalogue import Crossing
from bot.crossings.quantity import NotAQuantity, extract, read
from bot.crossings.report import Implausible, Mode
from bot.telegram import buttons
from bot.telegram.buttons import AskNumber, Button, StaleButton
from bot.telegram.handlers import crossings, privacy, reports
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
    if isinstance(question, buttons.AskStop):
        await privacy.typed_phrase(turn, text)
        return
    names = turn.desk.names
    numbers = extract(text)
    mode, places = _about(turn, question, text)
    place = places[0] if len(places) == 1 else None
    if numbers.quantities and place:
        await reports.offer(turn, place, mode, numbers.quantities[0])
        return
    if numbers.quantities:
        await turn.show(lists.where(places, numbers.quantities[0], text, turn.texts))
        return
    # `90 дней` in a question is no wait. Beside a crossing's name it may be one, and a card in reply would
    # look as if we had noted it.
    if (numbers.implausible and places) or _is_implausible(text):
        await turn.show(report_screens.implausible(place, turn.texts))
        return
    found = names.find(text)
    if found.matches or found.country or (found.nearest and len(text) <= LONGEST_NAME):
        await crossings.found(turn, found, text)
    else:
        await turn.show(pages.not_understood(turn.texts))


def _about(turn: Turn, question: Button | None, text: str) -> tuple[Mode | None, list[Crossing]]:
    """Return the mode and the crossings that a text may be about: what it replies to, or what it names."""
    if isinstance(question, buttons.Card | buttons.Ask | buttons.AskValue):
        return question.mode, [crossings.known(turn, question.crossing)]
    return None, [turn.desk.catalogue.crossings[id] for id in turn.desk.names.mentioned(text)]


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
