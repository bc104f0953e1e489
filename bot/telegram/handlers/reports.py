"""Reports by buttons and typed numbers; nothing counts before it is committed."""

from telegram import ForceReply

from bot.crossings.catalogue import Crossing
from bot.crossings.quantity import Ambiguous, NotAQuantity, Quantity, Unit, read
from bot.crossings.report import BANDS, Implausible, Kind, Mode, Statement, check
from bot.crossings.store import Added, NotYours, TooLate, TooMany
from bot.telegram import buttons
from bot.telegram.buttons import AskNumber, Button, StaleButton
from bot.telegram.handlers import crossings
from bot.telegram.screen import Screen, above
from bot.telegram.screens import lists
from bot.telegram.screens import report as screens
from bot.telegram.turn import Turn


async def press(turn: Turn, button: Button) -> None:
    """Do what a button of a report says."""
    match button:
        case buttons.Ask(id, mode):
            await turn.show(screens.ask(crossings.known(turn, id), mode, turn.texts))
        case buttons.AskValue(id, mode, Kind.CROSSED | Kind.WAITING as kind):
            await turn.show(screens.ask_wait(crossings.known(turn, id), mode, kind, turn.texts))
        case buttons.AskValue(id, mode, Kind.EVENT):
            await turn.show(screens.ask_event(crossings.known(turn, id), mode, turn.texts))
        case buttons.AskNumber(id, mode, Kind.CROSSED | Kind.WAITING | Kind.LENGTH as kind):
            await _ask_number(turn, crossings.known(turn, id), mode, kind)
        case buttons.Confirm(id, mode, unit, number):
            quantity = Quantity(Unit(unit), number)
            await turn.show(screens.confirm(crossings.known(turn, id), mode, quantity, turn.texts))
        case buttons.SendWait(id, mode, Kind.CROSSED | Kind.WAITING as kind, band):
            await _send(turn, screens.banded(id, mode, kind, BANDS[band]))
        case buttons.SendEvent(id, mode, event):
            await _send(turn, Statement(id, mode, Kind.EVENT, event=event))
        case buttons.SendNumber(id, mode, Kind.CROSSED | Kind.WAITING | Kind.LENGTH as kind, unit, number):
            await _send(turn, screens.statement(id, mode, kind, Quantity(Unit(unit), number)))
        case buttons.TakeBack(id, report):
            await _take_back(turn, crossings.known(turn, id), report)
        case _:
            raise StaleButton


async def report(turn: Turn) -> None:
    """Begin a report; `/report NAME` tells where."""
    if not turn.typed:
        await turn.show(lists.which(turn.texts))
        return
    found = turn.desk.names.find(turn.typed)
    if len(found.matches) == 1 and found.sure:
        crossing = turn.desk.catalogue.crossings[found.matches[0]]
        await turn.show(screens.ask(crossing, screens.modes(crossing)[0], turn.texts))
    elif found.country is not None:
        await crossings.country(turn, found.country, 0)
    else:
        await turn.show(lists.choice(turn.desk.catalogue, found, turn.typed, turn.texts, to_report=True))


async def typed_number(turn: Turn, asked: AskNumber, typed: str) -> None:
    """Take the number that answers our question; a wrong one is explained, and asked again."""
    crossing = crossings.known(turn, asked.crossing)
    try:
        number = read(typed)
    except Implausible:
        await _ask_again(turn, crossing, asked, "report-implausible")
    except NotAQuantity:
        await _ask_again(turn, crossing, asked, "report-unclear")
    else:
        if isinstance(number, Ambiguous):
            readings = tuple(
                reading
                for reading in number.readings
                if (reading.unit is Unit.MINUTES) is (asked.kind is not Kind.LENGTH)
            )
            if readings:
                await turn.show(
                    screens.ask_unit(crossing, asked.mode, asked.kind, readings, typed, turn.texts)
                )
            else:  # it is only plausible as an answer to another question
                await _ask_again(turn, crossing, asked, "report-implausible")
        elif number.unit is Unit.MINUTES and asked.kind is Kind.LENGTH:
            await turn.show(screens.confirm(crossing, asked.mode, number, turn.texts))
        else:
            await _send(turn, screens.statement(crossing.id, asked.mode, asked.kind, number))


async def offer(turn: Turn, crossing: Crossing, mode: Mode | None, number: Quantity) -> None:
    """Offer to report what somebody typed without being asked."""
    offered = screens.modes(crossing)
    await turn.show(screens.confirm(crossing, mode if mode in offered else offered[0], number, turn.texts))


async def _ask_number(
    turn: Turn, crossing: Crossing, mode: Mode, kind: Kind, above_it: str | None = None
) -> None:
    question = screens.ask_number(crossing, mode, kind, turn.texts, turn.bot.username)
    if above_it is not None:
        question = above(turn.texts(above_it), question)
    placeholder = turn.texts("report-placeholder", kind=kind.value)
    await turn.say(question, ForceReply(input_field_placeholder=placeholder))


async def _ask_again(turn: Turn, crossing: Crossing, asked: AskNumber, why: str) -> None:
    await _ask_number(turn, crossing, asked.mode, asked.kind, why)


async def _send(turn: Turn, statement: Statement) -> None:
    crossing = crossings.known(turn, statement.crossing)
    if statement.mode not in screens.modes(crossing):
        raise StaleButton
    try:
        check(statement)
    except Implausible:
        await turn.show(_notice(turn, crossing, statement.mode, "report-implausible"))
        return
    desk = turn.desk
    reporter = desk.pseudonyms.reporter(crossing.id, turn.user_id)
    id = desk.pseudonyms.report_id(turn.update.update_id)
    outcome = await desk.reports.add(statement, reporter, id, desk.clock.now())
    match outcome:
        case Added():
            now = await crossings.summary(turn, crossing, statement.mode)
            await turn.show(screens.done(crossing, statement, outcome.report_id, now, turn.texts))
        case TooMany():
            text = turn.texts("report-too-many", count=outcome.count)
            await turn.show(screens.notice(text, crossing, statement.mode, turn.texts))


async def _take_back(turn: Turn, crossing: Crossing, report: int) -> None:
    reporter = turn.desk.pseudonyms.reporter(crossing.id, turn.user_id)
    outcome = await turn.desk.reports.withdraw(report, reporter)
    key = "report-taken-back"
    if isinstance(outcome, TooLate):
        key = "report-too-late"
    elif isinstance(outcome, NotYours):
        key = "report-not-yours"
    await turn.show(_notice(turn, crossing, None, key))


def _notice(turn: Turn, crossing: Crossing, mode: Mode | None, key: str) -> Screen:
    return screens.notice(turn.texts(key), crossing, mode, turn.texts)
