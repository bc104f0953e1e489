"""What tickets bring about by themselves: live messages that follow the news, questions, and an end.

Nobody is sent anything here while the token may be stolen (`Watch.alarmed`). What is said is noted in the
ticket first, and only if nobody else has changed that: so of several replicas one says it, and a question is
asked once at most. A live message that could not be changed is tried again when its words change.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telegram import InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.clock import Clock
from bot.crossings.catalogue import Crossing
from bot.crossings.in_queue import InQueue, in_queue
from bot.crossings.report import Mode
from bot.crossings.ticket import ROUND, Stage, Ticket, asks_through, expires_at, trouble, whom
from bot.storage.engine import StorageUnavailable
from bot.telegram import removal
from bot.telegram.chats import Chosen
from bot.telegram.desk import Desk, Reception
from bot.telegram.limits import Lane
from bot.telegram.screen import Screen
from bot.telegram.screens import ticket as screens
from bot.telegram.tickets import HeldTicket
from bot.telegram.turn import CANNOT_EDIT, DISCREET, UNCHANGED
from bot.texts import Texts

EVERY_SECONDS = 30.0
LEAST_BETWEEN = timedelta(minutes=5)
"""A live message is changed so often at most."""

AT_ONCE = 8
PATIENCE_SECONDS = 60.0
"""So long one chat may hold up the others: Telegram can want to wait for long."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

FAILURES = (TelegramError, TimeoutError, StorageUnavailable)
"""What puts one chat off and not the others."""

Queue = tuple[str, Mode]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Reader:
    """Whose ticket it is, and how they want to be told."""

    chat_id: int
    chosen: Chosen
    texts: Texts


class _Gone(Exception):
    """The chat has no such message, or takes none any more: `closed`."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__()
        self.closed = closed


class TicketUpdates:
    """Attends to all tickets, a look after the other."""

    def __init__(self, reception: Reception, bot: ExtBot[Lane], alarmed: Callable[[], bool]) -> None:
        """Make it; while `alarmed` is true nothing is sent."""
        self._reception = reception
        self._bot = bot
        self._alarmed = alarmed
        self._lane = Lane.ALERTS if bot.rate_limiter else None
        self._looked: dict[int, datetime] = {}
        self._asked: defaultdict[Queue, dict[int, datetime]] = defaultdict(dict)

    async def look(self) -> None:
        """Attend to each ticket for which it is time. Raises `StorageUnavailable`."""
        desk = self._reception.desk
        now = desk.clock.now()
        queues: defaultdict[Queue, list[HeldTicket]] = defaultdict(list)
        for held in await desk.tickets.all():
            queues[held.ticket.crossing, held.ticket.mode].append(held)
        for queue, holders in queues.items():
            due = [held for held in holders if self._due(held, now)]
            if not due:
                continue
            crossing = desk.catalogue.crossings.get(queue[0])
            if crossing is None:  # it is in the catalogue no more
                for held in holders:
                    await desk.tickets.end(held.row)
                continue
            joined = [held.ticket.joined_at for held in due]
            known = await in_queue(desk.board, desk.reports, desk.history, *queue, joined, now)
            await self._each(desk, due, crossing, known)
            await self._ask_for_news(desk, queue, crossing, known)
        rows = {held.row for holders in queues.values() for held in holders}
        self._looked = {row: at for row, at in self._looked.items() if row in rows}
        for queue, asked in list(self._asked.items()):
            if all(at <= now - ROUND for at in asked.values()):
                del self._asked[queue]

    def _due(self, held: HeldTicket, now: datetime) -> bool:
        last = [at for at in (self._looked.get(held.row), held.ticket.shown_at) if at is not None]
        return not last or now - max(last) >= LEAST_BETWEEN

    async def _each(
        self, desk: Desk, holders: Sequence[HeldTicket], crossing: Crossing, known: InQueue
    ) -> None:
        room = asyncio.Semaphore(AT_ONCE)

        async def attend(held: HeldTicket) -> None:
            async with room:
                if self._alarmed():
                    return
                self._looked[held.row] = known.at
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await self._attend(desk, held, crossing, known)
                except FAILURES as failure:
                    log.info("ticket put off", extra={"fields": {"error": type(failure).__name__}})

        async with asyncio.TaskGroup() as group:
            for held in holders:
                group.create_task(attend(held))

    async def _attend(self, desk: Desk, held: HeldTicket, crossing: Crossing, known: InQueue) -> None:
        ticket, now = held.ticket, known.at
        wait = known.arrival(ticket).wait
        reader = await self._reader(desk, held)
        if reader is None:
            return
        try:
            if now >= expires_at(ticket, wait):
                await self._expire(desk, held, reader, crossing)
            elif asks_through(ticket, wait, now):
                await self._ask_through(desk, held, reader, crossing, known)
            else:
                await self._show(desk, held, reader, crossing, known)
        except _Gone as gone:
            if gone.closed:
                await desk.tickets.end(held.row)

    async def _reader(self, desk: Desk, held: HeldTicket) -> _Reader | None:
        chat_id = desk.tickets.whose(held)
        if chat_id is None:
            return None
        chosen = await desk.chats.of(chat_id)
        return _Reader(chat_id, chosen, desk.texts[chosen.language or held.ticket.language])

    async def _expire(self, desk: Desk, held: HeldTicket, reader: _Reader, crossing: Crossing) -> None:
        ticket = held.ticket
        if not await desk.tickets.end(held.row):
            return  # another replica did it
        screen = screens.expired(crossing, ticket.mode, reader.texts)
        if ticket.message:
            await self._edit(reader, ticket.message, screen)
        await self._put_question_away(reader, ticket)

    async def _ask_through(
        self, desk: Desk, held: HeldTicket, reader: _Reader, crossing: Crossing, known: InQueue
    ) -> None:
        asked = await desk.tickets.change(held, replace(held.ticket, stage=Stage.ASKED))
        if asked is None:
            return
        shown = await self._show(desk, asked, reader, crossing, known)
        # An edit makes no sound, nor does it move the chat up.
        if shown is not None:
            screen = screens.through_question(held.row, crossing, reader.texts)
            await self._ask(desk, shown, reader, screen)

    async def _ask_for_news(self, desk: Desk, queue: Queue, crossing: Crossing, known: InQueue) -> None:
        why = trouble(known.estimate, known.newest_at, known.at)
        if why is None:
            return
        now = known.at
        holders = {
            held.row: held
            for held in await desk.tickets.all()
            if (held.ticket.crossing, held.ticket.mode) == queue
        }
        tickets: Mapping[int, Ticket] = {row: held.ticket for row, held in holders.items()}
        # Who was asked by another replica is known by the ticket, whose ticket is gone from memory.
        asked = {row: at for row, ticket in tickets.items() if (at := ticket.asked_at) is not None}
        for row in whom(tickets, {**self._asked[queue], **asked}.values(), now):
            held = holders[row]
            reader = await self._reader(desk, held)
            if reader is None or self._alarmed():
                continue
            self._asked[queue][row] = now
            claimed = await desk.tickets.change(held, replace(held.ticket, asked_at=now))
            if claimed is None:
                continue
            screen = screens.news_question(row, why, crossing, reader.texts)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._ask(desk, claimed, reader, screen)
            except _Gone:
                await desk.tickets.end(row)
            except FAILURES as failure:
                log.info("holder not asked", extra={"fields": {"error": type(failure).__name__}})

    async def _ask(self, desk: Desk, held: HeldTicket, reader: _Reader, screen: Screen) -> None:
        """Ask in a message of its own, in place of an earlier question."""
        message = await self._say(desk, reader, screen)
        noted = await desk.tickets.alter(
            reader.chat_id, held.row, lambda ticket: replace(ticket, question=message)
        )
        await self._put_question_away(
            reader, held.ticket if noted else replace(held.ticket, question=message)
        )

    async def _put_question_away(self, reader: _Reader, ticket: Ticket) -> None:
        if ticket.question:
            await removal.put_away(self._bot, reader.chat_id, ticket.question)

    async def _show(
        self, desk: Desk, held: HeldTicket, reader: _Reader, crossing: Crossing, known: InQueue
    ) -> HeldTicket | None:
        """Change the live message if its words have; return the ticket as it is then."""
        ticket, texts = held.ticket, reader.texts
        body = screens.live(held.row, ticket, crossing, known, texts, simulated=desk.simulated)
        if not ticket.message or screens.digest(body) == ticket.shown:
            return held
        claimed = await desk.tickets.change(
            held, replace(ticket, shown=screens.digest(body), shown_at=known.at)
        )
        if claimed is None:
            return None
        screen = screens.stamped(body, known.at, crossing, texts)
        try:
            await self._edit(reader, ticket.message, screen)
        except _Gone as gone:
            if gone.closed:
                raise
            return await self._renew(desk, claimed, reader, screen)
        return claimed

    async def _renew(
        self, desk: Desk, held: HeldTicket, reader: _Reader, screen: Screen
    ) -> HeldTicket | None:
        """Go on without a live message that vanished as all do; if it was lost send another, but once."""
        ticket = held.ticket
        if reader.chosen.vanish_hours is not None:
            return await desk.tickets.change(held, replace(ticket, message=0))
        claimed = None
        if not ticket.renewed:
            claimed = await desk.tickets.change(held, replace(ticket, renewed=True))
        if claimed is None:
            await desk.tickets.end(held.row)
            return None
        message = await self._say(desk, reader, screen)
        noted = await desk.tickets.alter(
            reader.chat_id, held.row, lambda ticket: replace(ticket, message=message)
        )
        if noted is None:  # it was given back meanwhile
            await removal.put_away(self._bot, reader.chat_id, message)
        return noted

    async def _say(self, desk: Desk, reader: _Reader, screen: Screen) -> int:
        """Send a quiet message and note it; in the discreet mode no notification shows its words."""
        discreet = reader.chosen.discreet
        try:
            message = await self._bot.send_message(
                reader.chat_id,
                DISCREET if discreet else screen.text,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                disable_notification=True,
                reply_markup=None if discreet else _markup(screen),
                rate_limit_args=self._lane,
            )
        except (Forbidden, BadRequest) as refused:
            raise _Gone(closed=True) from refused
        await desk.trail.note(reader.chat_id, [message.message_id], reader.chosen.vanish_hours)
        if desk.wiping.concerns(reader.chat_id):  # the wipe has read the trail already, perhaps
            await removal.take_back(self._bot, desk.trail, reader.chat_id, message.message_id)
            raise _Gone(closed=True)
        if discreet:
            await self._edit(reader, message.message_id, screen)
        return message.message_id

    async def _edit(self, reader: _Reader, message: int, screen: Screen) -> None:
        try:
            await self._bot.edit_message_text(
                screen.text,
                reader.chat_id,
                message,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=_markup(screen),
                rate_limit_args=self._lane,
            )
        except Forbidden as refused:
            raise _Gone(closed=True) from refused
        except BadRequest as refused:
            reason = refused.message.lower()
            if UNCHANGED not in reason:
                raise _Gone(closed=not any(words in reason for words in CANNOT_EDIT)) from refused


def _markup(screen: Screen) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.de_json(json.loads(screen.markup), None)


async def run_tickets(updates: TicketUpdates, clock: Clock) -> None:
    """Look after tickets, for ever; what cannot be read or written now is made up for by the next look."""
    while True:
        try:
            await updates.look()
        except StorageUnavailable as error:
            log.warning("tickets put off", extra={"fields": {"reason": error.reason}})
        await clock.sleep(EVERY_SECONDS)
