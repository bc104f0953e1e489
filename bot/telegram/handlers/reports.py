"""Reports by buttons and typed numbers; nothing counts before it is committed."""

from datetime import datetime

from telegram import ForceReply

from bot.crossings.catalogue import Crossing
from bot.crossings.quantity import Ambiguous, NotAQuantity, Quantity, Unit, may_be_clock, read
from bot.crossings.report import BANDS, Implausible, Kind, Mode, Statement, check
from bot.crossings.store import Added, NotYours, TooLate, TooMany
from bot.privacy import abuse
from bot.telegram import buttons
from bot.telegram.buttons import AskNumber, Button, StaleButton
from bot.telegram.handlers import crossings
from bot.telegram.screen import Screen, above, clipped
from bot.telegram.screens import lists
from bot.telegram.screens import report as screens
from bot.telegram.turn import Turn

Step = (
    buttons.Ask
    | buttons.AskValue
    | buttons.AskNumber
    | buttons.Confirm
    | buttons.SendWait
    | buttons.SendEvent
    | buttons.SendNumber
)
"""What leads to a report."""


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button of a report says."""
    if isinstance(button, buttons.TakeBack):
        await _take_back(turn, crossings.known(turn, button.crossing), button.report)
    elif isinstance(button, Step):
        await _go_on(turn, button)
    else:
        raise StaleButton
    return None


async def _go_on(turn: Turn, step: Step) -> None:
    crossing, mode = _place(turn, step), step.mode
    match step:
        case buttons.Ask():
            await turn.show(screens.ask(crossing, mode, turn.texts))
        case buttons.AskValue(kind=Kind.CROSSED | Kind.WAITING as kind):
            await turn.show(screens.ask_wait(crossing, mode, kind, turn.texts))
        case buttons.AskValue(kind=Kind.EVENT):
            await turn.show(screens.ask_event(crossing, mode, turn.texts))
        case buttons.AskNumber(kind=Kind.CROSSED | Kind.WAITING | Kind.LENGTH as kind):
            await _ask_number(turn, crossing, mode, kind)
        case buttons.Confirm(unit=unit, number=number):
            await turn.show(screens.confirm(crossing, mode, Quantity(Unit(unit), number), turn.texts))
        case buttons.SendWait(kind=Kind.CROSSED | Kind.WAITING as kind, band=band):
            await _send(turn, crossing, screens.banded(crossing.id, mode, kind, BANDS[band]))
        case buttons.SendEvent(event=event):
            await _send(turn, crossing, Statement(crossing.id, mode, Kind.EVENT, event=event))
        case buttons.SendNumber(kind=kind, unit=unit, number=number) if kind in screens.meanings(Unit(unit)):
            quantity = Quantity(Unit(unit), number)
            await _send(turn, crossing, screens.statement(crossing.id, mode, kind, quantity))
        case _:
            raise StaleButton


def _place(turn: Turn, step: Step) -> Crossing:
    """Return the crossing of a step; raises `StaleButton` if it is no more, or nobody goes that way there."""
    crossing = crossings.known(turn, step.crossing)
    if step.mode not in screens.modes(crossing):
        raise StaleButton
    return crossing


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
        await turn.show(lists.choice(turn.desk.catalogue, found, turn.typed, turn.texts, lists.to_report))


async def typed_number(turn: Turn, asked: AskNumber, typed: str) -> None:
    """Take the number that answers our question; a wrong one is explained, and asked again."""
    crossing = _place(turn, asked)
    try:
        number = read(typed)
    except Implausible:
        await _ask_again(turn, crossing, asked, "report-implausible")
    except NotAQuantity:
        await _ask_again(turn, crossing, asked, "report-unclear")
    else:
        if isinstance(number, Ambiguous):
            readings = tuple(
                reading for reading in number.readings if asked.kind in screens.meanings(reading.unit)
            )
            if readings:
                await turn.show(
                    screens.ask_unit(crossing, asked.mode, asked.kind, readings, typed, turn.texts)
                )
            else:  # it is only plausible as an answer to another question
                await _ask_again(turn, crossing, asked, "report-implausible")
        elif number.unit is Unit.MINUTES and asked.kind is Kind.LENGTH:
            await turn.show(screens.confirm(crossing, asked.mode, number, turn.texts))
        elif may_be_clock(typed):
            form = screens.confirm(crossing, asked.mode, number, turn.texts)
            await turn.show(above(turn.texts("report-clock", typed=clipped(typed)), form))
        else:
            await _send(turn, crossing, screens.statement(crossing.id, asked.mode, asked.kind, number))


async def offer(turn: Turn, crossing: Crossing, mode: Mode | None, number: Quantity) -> None:
    """Offer to report what somebody typed without being asked."""
    await turn.show(screens.confirm(crossing, screens.offered(crossing, mode), number, turn.texts))


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


async def _send(turn: Turn, crossing: Crossing, statement: Statement) -> None:
    try:
        check(statement)
    except Implausible:
        await turn.show(_notice(turn, crossing, statement.mode, "report-implausible"))
        return
    outcome = await note(turn, crossing, statement, _said_at(turn))
    match outcome:
        case Added():
            now = await crossings.summary(turn, crossing, statement.mode)
            await turn.show(screens.done(crossing, statement, outcome.report_id, now, turn.texts))
        case TooMany():
            await turn.show(too_many(turn, crossing, statement.mode, outcome))


async def note(turn: Turn, crossing: Crossing, statement: Statement, at: datetime) -> Added | TooMany:
    """Store what a person states and count it; returns after the commit.

    Raises `TooOften`, and `StorageUnavailable` if it could not be stored.
    """
    desk = turn.desk
    reporter = desk.pseudonyms.reporter(crossing.id, turn.user_id)
    id, earlier = desk.pseudonyms.report_ids(turn.update.update_id)
    desk.limits.check(abuse.REPORTS, turn.user_id, turn.update.update_id)
    outcome = await desk.reports.add(statement, reporter, id, at, earlier)
    if isinstance(outcome, Added) and not outcome.again:
        desk.limits.note(abuse.REPORTS, turn.user_id, turn.update.update_id)
    return outcome


def too_many(turn: Turn, crossing: Crossing, mode: Mode, outcome: TooMany) -> Screen:
    """Say that a person has reported enough here."""
    return screens.notice(turn.texts("report-too-many", count=outcome.count), crossing, mode, turn.texts)


def _said_at(turn: Turn) -> datetime:
    """Return when a person said what this turn brings; Telegram keeps it for a day if we are away.

    A message has its date. A tap has none, and needs none: Telegram drops what was tapped if nobody fetches
    it within 150 seconds. The message under whose button it was would tell only when we showed that.
    """
    if turn.update.callback_query is not None or turn.message is None:
        return turn.desk.clock.now()
    # The clock of Telegram may be ahead of ours; `Reports.add` takes no future.
    return turn.message.edit_date or turn.message.date


async def _take_back(turn: Turn, crossing: Crossing, report: int) -> None:
    reporter = turn.desk.pseudonyms.reporter(crossing.id, turn.user_id)
    outcome = await turn.desk.reports.withdraw(report, reporter)
    key = "report-taken-back"
    if isinstance(outcome, TooLate):
        key = "report-too-late"
    elif isinstance(outcome, NotYours):
        key = "report-not-yours"
    else:  # with a ticket's report goes what was measured by it
        await turn.desk.tickets.unmeasure(turn.desk.pseudonyms.measured_ids(report))
    await turn.show(_notice(turn, crossing, None, key))


def _notice(turn: Turn, crossing: Crossing, mode: Mode | None, key: str) -> Screen:
    return screens.notice(turn.texts(key), crossing, mode, turn.texts)
