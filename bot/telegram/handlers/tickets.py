"""Queue tickets: taken out by buttons, held in one live message, ended by "through" with the measured wait.

A ticket reports nothing by itself. "Through", "still waiting" and "closed" are reports as any: with the
person's pseudonym, within the limits, to be taken back.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from telegram import ForceReply

from bot.crossings.catalogue import Crossing
from bot.crossings.in_queue import InQueue, in_queue
from bot.crossings.quantity import Ambiguous, NotAQuantity, Quantity, Unit, read
from bot.crossings.report import Event, Implausible, Kind, Mode, Statement, step
from bot.crossings.rows import TooMany
from bot.crossings.ticket import LONGEST, NOBODY_AHEAD, QUEUED, Place, Ticket, place_of, told
from bot.telegram import removal
from bot.telegram.buttons import AskAhead, Button, Deed, Join, JoinAnew, OnTicket, StaleButton
from bot.telegram.handlers import crossings, reports
from bot.telegram.screen import Screen, above
from bot.telegram.screens import report as report_screens
from bot.telegram.screens import ticket as screens
from bot.telegram.tickets import Finding, HeldTicket
from bot.telegram.turn import Turn

BUTTONS = Join | JoinAnew | AskAhead | OnTicket
"""The buttons of tickets."""

QUARTER = timedelta(minutes=15)
COARSE_MINUTES = 5
"""A measured wait is told in steps of so many minutes."""


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button of a ticket says; returns what to show over the chat for a moment, if anything."""
    match button:
        case Join(crossing, mode, joined, place, may):
            await _join(turn, _place(turn, crossing, mode), mode, joined, place, may)
        case JoinAnew(crossing, mode):
            await _join_anew(turn, _place(turn, crossing, mode), mode)
        case AskAhead(crossing, mode, joined):
            _place(turn, crossing, mode)
            _joined(turn, joined)
            await _ask_ahead(turn, button, mode)
        case OnTicket(row, deed, value):
            held = await turn.desk.tickets.of(turn.chat_id)
            if held is None or held.row != row:
                await turn.show(screens.over("ticket-gone", None, None, turn.texts))
            else:
                return await _do(turn, held, deed, value)
        case _:
            raise StaleButton
    return None


async def typed_ahead(turn: Turn, asked: AskAhead | OnTicket, typed: str) -> None:
    """Take the number of those ahead that answers our question; a wrong one is explained, and asked again."""
    if isinstance(asked, AskAhead):
        crossing = _place(turn, asked.crossing, asked.mode)
        _joined(turn, asked.joined)
        number = await _number(turn, asked, asked.mode, typed)
        if number is not None:
            place = NOBODY_AHEAD + number
            await turn.show(screens.may_ask(crossing, asked.mode, asked.joined, place, turn.texts))
        return
    held = await turn.desk.tickets.of(turn.chat_id)
    if held is None or held.row != asked.ticket:
        await turn.show(screens.over("ticket-gone", None, None, turn.texts))
        return
    number = await _number(turn, asked, held.ticket.mode, typed)
    if number is not None:
        await _moved(turn, held, Place(turn.desk.clock.now(), ahead=number))


async def _number(turn: Turn, asked: AskAhead | OnTicket, mode: Mode, typed: str) -> int | None:
    """Return how many of those who queue in a mode a text means; if it means something else, ask again."""
    unit = Unit.PEOPLE if mode is Mode.FOOT else Unit.VEHICLES
    try:
        found = read(typed)
    except (NotAQuantity, Implausible):
        readings: tuple[Quantity, ...] = ()
    else:
        readings = found.readings if isinstance(found, Ambiguous) else (found,)
    number = next((reading.number for reading in readings if reading.unit is unit), None)
    if number is None:
        await _ask_ahead(turn, asked, mode, "ticket-unclear")
    return number


def _place(turn: Turn, id: str, mode: Mode) -> Crossing:
    """Return a crossing where people queue in this mode; raises `StaleButton` if there is no such."""
    crossing = crossings.known(turn, id)
    if mode not in QUEUED or mode not in report_screens.modes(crossing):
        raise StaleButton
    return crossing


def _joined(turn: Turn, quarters: int) -> datetime:
    """Return when somebody joined; raises `StaleButton` for a time that no button of ours says any more."""
    now = turn.desk.clock.now()
    minutes = quarters * 15
    if not (now - LONGEST).timestamp() / 60 <= minutes <= (now + QUARTER).timestamp() / 60:
        raise StaleButton
    return datetime.fromtimestamp(minutes * 60, UTC)


async def _join(turn: Turn, crossing: Crossing, mode: Mode, joined: int, place: int, may: int) -> None:
    held = await turn.desk.tickets.of(turn.chat_id)
    if held is not None:
        await _back_to(turn, held, crossing, mode)
    elif not joined:
        await turn.show(screens.since(crossing, mode, turn.desk.clock.now(), turn.texts))
    elif not place:
        _joined(turn, joined)
        await turn.show(screens.where(crossing, mode, joined, turn.texts))
    elif not may:
        _joined(turn, joined)
        _stands(turn, place, crossing)
        await turn.show(screens.may_ask(crossing, mode, joined, place, turn.texts))
    else:
        joined_at, stands = _joined(turn, joined), _stands(turn, place, crossing)
        await _take(turn, crossing, mode, joined_at, stands, may_ask=may == 1)


def _stands(turn: Turn, code: int, crossing: Crossing) -> Place | None:
    try:
        return place_of(code, crossing, turn.desk.clock.now())
    except ValueError:
        raise StaleButton from None


async def _back_to(turn: Turn, held: HeldTicket, crossing: Crossing, mode: Mode) -> None:
    """Show the ticket that there is; somewhere else, ask what is to become of it."""
    there = turn.desk.catalogue.crossings.get(held.ticket.crossing)
    if there is None or (there is crossing and held.ticket.mode is mode):
        await _show(turn, held)
    else:
        await turn.show(screens.other(held.row, held.ticket, there, crossing, mode, turn.texts))


async def _join_anew(turn: Turn, crossing: Crossing, mode: Mode) -> None:
    held = await turn.desk.tickets.of(turn.chat_id)
    if held is not None and await turn.desk.tickets.end(held.row):
        await _tidy(turn, held.ticket)
    await turn.show(screens.since(crossing, mode, turn.desk.clock.now(), turn.texts))


async def _take(
    turn: Turn, crossing: Crossing, mode: Mode, joined_at: datetime, place: Place | None, *, may_ask: bool
) -> None:
    now = turn.desk.clock.now()
    ticket = Ticket(
        crossing.id,
        mode,
        turn.language,
        joined_at,
        begun_at=step(now),
        heard_at=now,
        message=turn.place or 0,
        may_ask=may_ask,
        first=place and replace(place, landmark=None),
        place=place,
    )
    known = await _known(turn, ticket)
    ticket = replace(ticket, said=told(known.arrival(ticket), ticket))
    await _show(turn, await turn.desk.tickets.take(turn.chat_id, ticket), known)


async def _do(turn: Turn, held: HeldTicket, deed: Deed, value: int) -> str | None:
    ticket, texts = held.ticket, turn.texts
    crossing = turn.desk.catalogue.crossings.get(ticket.crossing)
    if crossing is None:  # it is in the catalogue no more
        await _end(turn, held, None)
        return None
    match deed:
        case Deed.SHOW:
            await _show(turn, held)
        case Deed.THROUGH:
            await _instead(turn, held, screens.when(held.row, ticket, turn.desk.clock.now(), texts))
        case Deed.THROUGH_AT:
            await _through(turn, held, crossing, value)
        case Deed.MOVE:
            await _instead(turn, held, screens.where_now(held.row, crossing, ticket, texts))
        case Deed.MOVED:
            place = _stands(turn, value, crossing)
            if place is None:
                raise StaleButton
            await _moved(turn, held, place)
            return texts("ticket-moved")
        case Deed.TYPE:
            await _ask_ahead(turn, OnTicket(held.row, Deed.TYPE, 0), ticket.mode)
        case Deed.WAITING:
            so_far = _coarse(ticket.waited(turn.desk.clock.now()), down=True)
            await _report(turn, held, crossing, _wait(ticket, Kind.WAITING, so_far))
        case Deed.BARRED:
            shut = Statement(ticket.crossing, ticket.mode, Kind.EVENT, event=Event.CLOSED)
            await _report(turn, held, crossing, shut)
        case Deed.END:
            await _end(turn, held, crossing)
    return None


def _wait(ticket: Ticket, kind: Kind, minutes: int) -> Statement:
    return Statement(ticket.crossing, ticket.mode, kind, wait_minutes=minutes)


def _coarse(time: timedelta, *, down: bool = False) -> int:
    steps = time / timedelta(minutes=COARSE_MINUTES)
    return COARSE_MINUTES * max(int(steps) if down else round(steps), 0)


async def _through(turn: Turn, held: HeldTicket, crossing: Crossing, minute: int) -> None:
    """End a ticket with the wait that is measured by it; 0 is now, else minutes since 1970."""
    now, ticket, desk = turn.desk.clock.now(), held.ticket, turn.desk
    if minute and not ticket.joined_at.timestamp() / 60 - 1 <= minute <= now.timestamp() / 60:
        raise StaleButton
    at = datetime.fromtimestamp(minute * 60, UTC) if minute else now
    statement = _wait(ticket, Kind.CROSSED, _coarse(at - ticket.joined_at))
    outcome = await reports.note(turn, crossing, statement, at)
    if isinstance(outcome, TooMany):  # the ticket stays: it can be told later
        await turn.show(reports.too_many(turn, crossing, ticket.mode, outcome))
        return
    measured = None
    if ticket.said is not None:
        id = desk.pseudonyms.measured_ids(outcome.report_id)[0]
        wait = statement.wait_minutes or 0
        measured = Finding(id, ticket.crossing, ticket.mode, ticket.joined_at, ticket.said, wait)
    await desk.tickets.end(held.row, measured)
    summary = await crossings.summary(turn, crossing, ticket.mode)
    done = screens.through(crossing, statement, outcome.report_id, ticket.said, summary, turn.texts)
    await turn.show(done)
    await _tidy(turn, ticket)


async def _report(turn: Turn, held: HeldTicket, crossing: Crossing, statement: Statement) -> None:
    """Report what the holder of a ticket says of the queue; the ticket goes on."""
    now = turn.desk.clock.now()
    outcome = await reports.note(turn, crossing, statement, now)
    changed = await turn.desk.tickets.alter(
        turn.chat_id, held.row, lambda ticket: replace(ticket.waiting(now), question=0)
    )
    if held.ticket.question not in (0, turn.place):  # it was answered elsewhere
        await _put_away(turn, held.ticket.question)
    if isinstance(outcome, TooMany):
        await turn.show(reports.too_many(turn, crossing, statement.mode, outcome))
        return
    summary = await crossings.summary(turn, crossing, statement.mode)
    done = report_screens.done(crossing, statement, outcome.report_id, summary, turn.texts)
    if turn.place == held.ticket.message and changed is not None:  # that one stays what it is
        await turn.say(done)
        await _show(turn, changed)
    else:
        await turn.show(done)


async def _moved(turn: Turn, held: HeldTicket, place: Place) -> None:
    changed = await turn.desk.tickets.alter(turn.chat_id, held.row, lambda ticket: ticket.moved(place))
    if changed is None:
        await turn.show(screens.over("ticket-gone", None, None, turn.texts))
    else:
        await _show(turn, changed)


async def _end(turn: Turn, held: HeldTicket, crossing: Crossing | None) -> None:
    await turn.desk.tickets.end(held.row)
    await turn.show(screens.over("ticket-ended", crossing, held.ticket.mode, turn.texts))
    await _tidy(turn, held.ticket)


async def _instead(turn: Turn, held: HeldTicket, screen: Screen) -> None:
    """Show something in place of the tapped message; the live one comes back there after a while."""
    if turn.place == held.ticket.message:
        now = turn.desk.clock.now()
        await turn.desk.tickets.alter(
            turn.chat_id, held.row, lambda ticket: replace(ticket, shown=0, shown_at=now)
        )
    await turn.show(screen)


async def _show(turn: Turn, held: HeldTicket, known: InQueue | None = None) -> None:
    """Make the message that this turn shows the live one, and put any other away."""
    ticket, desk = held.ticket, turn.desk
    crossing = desk.catalogue.crossings.get(ticket.crossing)
    if crossing is None:
        await _end(turn, held, None)
        return
    known = known or await _known(turn, ticket)
    body = screens.live(held.row, ticket, crossing, known, turn.texts, simulated=desk.simulated)
    sent = len(turn.left)
    await turn.show(screens.stamped(body, known.at, crossing, turn.texts))
    message = turn.left[-1] if len(turn.left) > sent else turn.place or 0
    question = 0 if ticket.question == message else ticket.question

    def shown(ticket: Ticket) -> Ticket:
        return replace(
            ticket,
            message=message,
            question=question,
            language=turn.language,
            shown=screens.digest(body),
            shown_at=known.at,
        )

    await desk.tickets.alter(turn.chat_id, held.row, shown)
    if ticket.message and ticket.message != message:
        await _put_away(turn, ticket.message)


async def _tidy(turn: Turn, ticket: Ticket) -> None:
    """Put away what a ticket that is over has left in the chat, besides what this turn shows."""
    for message in {ticket.message, ticket.question} - {0, turn.place}:
        await _put_away(turn, message)


async def _put_away(turn: Turn, message: int) -> None:
    await removal.put_away(turn.bot, turn.chat_id, message)


async def _known(turn: Turn, ticket: Ticket) -> InQueue:
    desk = turn.desk
    place = ticket.crossing, ticket.mode
    return await in_queue(
        desk.board, desk.reports, desk.history, *place, (ticket.joined_at,), desk.clock.now()
    )


async def _ask_ahead(
    turn: Turn, question: AskAhead | OnTicket, mode: Mode, above_it: str | None = None
) -> None:
    asked = screens.ask_ahead(question, mode, turn.texts, turn.bot.username)
    if above_it is not None:
        asked = above(turn.texts(above_it), asked)
    await turn.say(asked, ForceReply(input_field_placeholder="150"))
