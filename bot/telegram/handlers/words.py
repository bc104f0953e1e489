"""Plain text: the answer to a question of ours, a report, a crossing's name, or a question about anything.

Urgent matters come first, whatever else a text is. What may be a report is repeated, and counts after a tap.
A question is answered at once only where the match is exact or far ahead; else up to three answers are
offered.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from telegram import Message, MessageEntity

from bot.crossings.catalogue import Crossing
from bot.crossings.quantity import Ambiguous, NotAQuantity, extract, read
from bot.crossings.report import Event, Implausible, Kind, Mode, Statement, check
from bot.crossings.said import Said
from bot.crossings.said_events import EVENTS, Happening
from bot.crossings.said_queue import Polarity
from bot.crossings.spelling import plain
from bot.crossings.wording import known
from bot.guide.model import REFUSAL
from bot.guide.search import Asked, Route
from bot.telegram import buttons
from bot.telegram.button_data import decode
from bot.telegram.buttons import AskNumber, Button, StaleButton
from bot.telegram.handlers import crossings, guide, moderating, privacy, reports, tickets
from bot.telegram.handlers.start import link_data
from bot.telegram.screens import asked as screens
from bot.telegram.screens import lists
from bot.telegram.screens import report as report_screens
from bot.telegram.turn import Turn

LONGEST_NAME = 40
"""What is longer is not the name of a crossing."""

A_NAME_AND_A_NUMBER = 3
"""Words that say no more than these two."""

FEW_WORDS = 5
"""A number among so few words is meant for a report, unless they ask something."""


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
    if isinstance(question, buttons.AskAhead) or _types(question):
        await tickets.typed_ahead(turn, question, text)
        return
    if isinstance(question, buttons.AskNotice):
        await moderating.typed_notice(turn, question.crossing, text)
        return
    asked = await turn.desk.searching.ask(text)
    if asked.route is Route.URGENT:
        await _answer(turn, asked, [])
    elif not (await _reported(turn, question, text, asked) or await _named(turn, text, asked)):
        await _asked(turn, text, asked)


async def ask(turn: Turn) -> None:
    """Answer the question behind `/ask`, which is never a report; without one, invite it."""
    text = turn.typed
    if not text:
        await turn.show(screens.invite(turn.texts))
        return
    asked = await turn.desk.searching.ask(text)
    if asked.route is Route.URGENT:
        await _answer(turn, asked, [])
    elif not await _named(turn, text, asked):
        await _asked(turn, text, asked)


async def report(turn: Turn) -> None:
    """Begin the report behind `/report`: with what it says, else by asking."""
    text = turn.typed
    if not (text and await _reported(turn, None, text, await turn.desk.searching.ask(text))):
        await reports.report(turn)


async def _reported(turn: Turn, question: Button | None, text: str, asked: Asked) -> bool:
    """Take a text for a report if it may be one: repeat it, or ask which crossing it is about."""
    mode, places = _about(turn, question, text)
    named_mode = turn.desk.listener.mode(text)
    if len(places) == 1 and (bare := _bare_number(turn, places[0], text)):
        way = report_screens.offered(places[0], mode)
        await turn.show(report_screens.ask_unit(places[0], way, None, bare[1].readings, bare[0], turn.texts))
        return True
    numbers = extract(text)
    said = turn.desk.listener.report(text)
    # What a bare number beside a name means, `Ларс 5 ч`, the person is asked below.
    if said is not None and not (numbers.quantities and len(text.split()) <= A_NAME_AND_A_NUMBER):
        if not places:
            places = [turn.desk.catalogue.crossings[id] for id in said.crossings]
        if len(places) == 1 and await _heard(turn, places[0], said, mode):
            return True
    asks = asked.route in (Route.ANSWER, Route.REFUSE) and said is None and len(text.split()) > FEW_WORDS
    if numbers.quantities and not asks and "?" not in text:
        if len(places) == 1 and (barred := report_screens.barred(places[0], named_mode)):
            await turn.show(report_screens.nobody_goes_so(places[0], barred, turn.texts))
        elif len(places) == 1:
            await reports.offer(turn, places[0], named_mode or mode, numbers.quantities[0])
        else:
            # Whose number it is, is certain only where nothing else is said: `петухово 2 часа, ларс 5 часов`.
            only = len(numbers.quantities) == 1 and (said is None or said.happening is None)
            number = numbers.quantities[0] if only else None
            await turn.show(lists.where(places, number, named_mode, text, turn.texts))
        return True
    # `90 дней` in a question is no wait. Beside a crossing's name it may be one, and a card in reply would
    # look as if we had noted it.
    if not asks and ((numbers.implausible and places) or _is_implausible(text)):
        place = places[0] if len(places) == 1 else None
        await turn.show(report_screens.implausible(place, turn.texts))
        return True
    return False


async def _heard(turn: Turn, place: Crossing, said: Said, mode: Mode | None) -> bool:
    """Repeat a report with a button for each thing that it says; tell whether it says any."""
    if said.into_russia:
        await turn.show(screens.into_russia(place, turn.texts))
        return True
    way = report_screens.offered(place, said.mode or mode)
    statements = statements_of(said, place.id, way)
    if barred := report_screens.barred(place, said.mode):
        # Whether people are let through on foot is said of the crossing, and may be what changes.
        about_it = said.happening in (Happening.FOOT_ALLOWED, Happening.NO_FOOT)
        kept = [each for each in statements if about_it and each.wait_minutes is None]
        if statements and not kept:
            await turn.show(report_screens.nobody_goes_so(place, barred, turn.texts))
            return True
        statements = kept
    if not statements:
        return False
    try:
        for statement in statements:
            check(statement)
    except Implausible:
        await turn.show(report_screens.implausible(place, turn.texts))
    else:
        await turn.show(screens.heard(place, way, statements, turn.texts))
    return True


def statements_of(said: Said, crossing: str, mode: Mode) -> list[Statement]:
    """Return what a message states, one thing each, the most telling first."""
    bare = Statement(crossing, mode, Kind.LENGTH)
    found = [
        replace(bare, kind=Kind.CROSSED, wait_minutes=said.wait_minutes) if said.wait_minutes else None,
        replace(bare, kind=Kind.WAITING, wait_minutes=said.waited_minutes) if said.waited_minutes else None,
        replace(bare, kind=Kind.EVENT, event=EVENTS[said.happening]) if said.happening in EVENTS else None,
        replace(bare, vehicles=said.vehicles) if said.vehicles is not None else None,
        replace(bare, people=said.people) if said.people is not None else None,
        replace(bare, metres=said.metres) if said.metres is not None else None,
    ]
    statements = [statement for statement in found if statement is not None]
    if not statements and said.polarity is Polarity.NO_QUEUE:
        return [replace(bare, kind=Kind.EVENT, event=Event.CALM)]
    return statements


async def _named(turn: Turn, text: str, asked: Asked) -> bool:
    """Show the crossing that a text names, if it asks for nothing else."""
    if asked.route is Route.CROSSING and len(asked.crossings) == 1:
        await crossings.card(turn, asked.crossings[0], None)
        return True
    found = turn.desk.names.find(text)
    known = found.matches or found.country
    if (known and found.sure and asked.route in (Route.CROSSING, Route.NONE)) or (
        asked.route is Route.NONE and (known or (found.nearest and len(text) <= LONGEST_NAME))
    ):
        await crossings.found(turn, found, text)
        return True
    return False


async def _asked(turn: Turn, text: str, asked: Asked) -> None:
    """Answer a question, or offer what it may mean."""
    if asked.route is Route.REFUSE and asked.sure:
        await guide.answer(turn, REFUSAL, "")
    elif asked.route is Route.NONE:
        await turn.say(screens.not_understood(turn.texts), quoting=True)
    else:
        named = [turn.desk.catalogue.crossings[id] for id in asked.crossings[:2]]
        await _answer(turn, asked, named)


async def _answer(turn: Turn, asked: Asked, named: list[Crossing]) -> None:
    first = asked.ids[0]
    if asked.sure and first in turn.desk.guide.answers:
        await guide.answer(turn, first, screens.told(turn.desk.guide, first, asked))
    else:
        # As a reply, so that the question can be read from there if none of these is what was meant.
        await turn.say(screens.offers(turn.desk.guide, asked, named, turn.texts), quoting=True)


def _about(turn: Turn, question: Button | None, text: str) -> tuple[Mode | None, list[Crossing]]:
    """Return the mode and the crossings that a text may be about: what it names, else what it replies to."""
    mentioned = turn.desk.names.mentioned
    ids = mentioned(text)
    if isinstance(question, buttons.Card | buttons.Ask | buttons.AskValue):
        replied = crossings.known(turn, question.crossing)
        # One name may be that of several; what was replied to tells which.
        one_name = len(ids) == 1 or any(set(mentioned(word)) == set(ids) for word in text.split())
        if not ids or (replied.id in ids and one_name):
            return question.mode, [replied]
    return None, [turn.desk.catalogue.crossings[id] for id in ids]


def _bare_number(turn: Turn, place: Crossing, text: str) -> tuple[str, Ambiguous] | None:
    """Return a number that does not say what it counts, if a text is no more than that and a place's name."""
    words = text.split()
    sides = [(words[:-1], words[-1:]), (words[1:], words[:1]), (words[:-2], words[-2:])]
    for name, number in sides if "?" not in text else ():
        typed = " ".join(number)
        try:
            reading = read(typed)
        except (NotAQuantity, Implausible):
            continue
        if isinstance(reading, Ambiguous) and (not name or _is_only_name(turn, place, name)):
            return typed, reading
    return None


def _is_only_name(turn: Turn, place: Crossing, words: list[str]) -> bool:
    """Tell whether words are a crossing's name and say nothing of its queue, unlike `ларс впереди`."""
    found = turn.desk.names.find(" ".join(words))
    return found.sure and place.id in found.matches and not any(known(plain(word)) for word in words)


def _types(question: Button | None) -> TypeGuard[buttons.OnTicket]:
    return isinstance(question, buttons.OnTicket) and question.deed is buttons.Deed.TYPE


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
            return decode(data)
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
