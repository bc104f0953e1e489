"""A crossing for moderators: look at what stands out, hide it, hold the number, post a notice, undo.

Nothing here says who reported: a group is what many said in some time, and its button carries what it is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from zlib import crc32

from sqlalchemy.ext.asyncio import AsyncConnection
from telegram import ForceReply, Message

from bot.crossings import moderated, moderating, standing_out
from bot.crossings.catalogue import Crossing
from bot.crossings.moderated import Unfit, read_notice
from bot.crossings.moderating import Asked, Did, Done, Outcome
from bot.crossings.report import Mode
from bot.crossings.standing_out import MOST_STEPS, Counted, Finding, Group
from bot.privacy import audit
from bot.telegram import buttons
from bot.telegram.buttons import Button, StaleButton
from bot.telegram.handlers import crossings
from bot.telegram.screen import above
from bot.telegram.screens import lists
from bot.telegram.screens import moderating as screens
from bot.telegram.screens.moderating import Place
from bot.telegram.turn import Alert, Turn

BUTTONS = (
    buttons.Moderate
    | buttons.Hide
    | buttons.HoldNumber
    | buttons.AskNotice
    | buttons.PostNotice
    | buttons.DropNotice
    | buttons.Undo
    | buttons.Audit
)
"""The buttons of moderators at a crossing."""

MOST_LOOKED_AT = 20
"""At so many crossings, those with the most reports, `/mod` looks for attacks."""

MOST_PAGES = 10_000
"""A forged button may ask for more than a database can count."""

AUDIT = ("audit", "аудит", "журнал")
"""What is typed after `/mod` to see what was done."""


def is_moderator(turn: Turn) -> bool:
    """Tell whether a moderator is alone with us."""
    return turn.private and turn.user_id in turn.desk.moderators


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button says; returns what to say of it. Raises `StaleButton` for everybody else."""
    if not is_moderator(turn):
        raise StaleButton
    match button:
        case buttons.Moderate(crossing, page):
            await show(turn, crossings.known(turn, crossing), page)
        case buttons.Hide(hidden=hidden) if hidden in (0, 1):
            group = _group(turn, button)
            job = partial(moderating.hide, group, hidden=bool(hidden))
            return await _do(turn, crossings.known(turn, group.crossing), job)
        case buttons.HoldNumber(crossing, mode, hours) if hours in (0, *moderated.HOLD_HOURS):
            return await _hold(turn, crossings.known(turn, crossing), mode, hours)
        case buttons.AskNotice(crossing):
            await _ask(turn, crossings.known(turn, crossing))
        case buttons.PostNotice(crossing, mark):
            return await _post(turn, crossings.known(turn, crossing), mark)
        case buttons.DropNotice(crossing, notice):
            return await _do(
                turn, crossings.known(turn, crossing), partial(moderating.withdraw, crossing, notice)
            )
        case buttons.Undo(line, page):
            return await _undo(turn, line, page)
        case buttons.Audit(page):
            await show_audit(turn, page)
        case _:
            raise StaleButton
    return None


def harmless(button: Button) -> Button:
    """Return the button that leads to where this one would act."""
    match button:
        case buttons.Hide() | buttons.HoldNumber() | buttons.PostNotice() | buttons.DropNotice():
            return buttons.Moderate(button.crossing, 0)
        case buttons.Undo(page=page):
            return buttons.Audit(page)
    return button


async def named(turn: Turn) -> None:
    """Show the crossing that was typed after `/mod`, or what was done."""
    if turn.typed.casefold() in AUDIT:
        await show_audit(turn, 0)
        return
    found = turn.desk.names.find(turn.typed)
    if len(found.matches) == 1 and found.sure:
        await show(turn, turn.desk.catalogue.crossings[found.matches[0]], 0)
    else:
        await turn.show(lists.choice(turn.desk.catalogue, found, turn.typed, turn.texts, _to_moderate))


async def show(turn: Turn, crossing: Crossing, page: int, undo: int | None = None) -> None:
    """Show what stands out at a crossing; `undo` is the line of what was just done."""
    desk, now = turn.desk, turn.desk.clock.now()
    card = await desk.board.card(crossing.id, None, now)
    reports = (await desk.reports.recent(crossing.id)).reports
    estimates = {news.mode: news.estimate for news in card.modes}
    hidden: list[Counted] = standing_out.counted(await desk.reports.hidden(crossing.id))
    hidden.sort(key=lambda each: each.group.first, reverse=True)
    groups: tuple[Finding | Counted, ...] = (*standing_out.findings(reports, estimates, now), *hidden)
    if page and page * screens.PAGE >= len(groups):  # what stood there is hidden, or has grown old
        page = 0
    shown = Place(card, standing_out.attacked(reports, now), groups)
    await turn.show(screens.place(shown, page, undo, turn.texts))


async def show_audit(turn: Turn, page: int) -> None:
    """Show a page of what moderators did."""
    desk = turn.desk
    page = min(page, MOST_PAGES)
    lines, count = await audit.page(desk.writer.engine, page * screens.LINES, screens.LINES)
    if page and not lines:
        await show_audit(turn, 0)
    else:
        await turn.show(screens.audit(lines, page, count, desk.catalogue, turn.texts))


async def attacked(turn: Turn, counts: Mapping[str, int]) -> list[str]:
    """Return the crossings at which there was a burst lately, of those with the most reports."""
    desk, now = turn.desk, turn.desk.clock.now()
    busy = [id for id in sorted(counts, key=lambda id: -counts[id]) if counts[id] >= standing_out.BURST]
    found = []
    for id, recent in (await desk.reports.recent_many(busy[:MOST_LOOKED_AT])).items():
        if standing_out.attacked(recent.reports, now):
            found.append(id)
        await asyncio.sleep(0)  # in a flood each may take some milliseconds
    return found


async def typed_notice(turn: Turn, about: str, typed: str) -> None:
    """Show the notice that answers our question as the card will; a wrong one is explained, asked again."""
    if not is_moderator(turn):
        raise StaleButton
    crossing, now = crossings.known(turn, about), turn.desk.clock.now()
    try:
        notice = read_notice(typed, now, crossing.timezone)
    except Unfit as unfit:
        await _ask(turn, crossing, unfit, typed)
    else:
        screen = screens.preview(crossing, notice, crc32(typed.encode()), now, turn.texts)
        # As a reply, so that what was typed comes with the tap that posts it.
        await turn.say(screen, quoting=True)


async def _ask(turn: Turn, crossing: Crossing, unfit: Unfit | None = None, typed: str = "") -> None:
    question = screens.ask_notice(crossing, turn.texts, turn.bot.username)
    if unfit is not None:
        question = above(screens.wrong_notice(unfit.why, typed, turn.texts), question)
    await turn.say(question, ForceReply(input_field_placeholder=turn.texts("notice-placeholder")))


async def _post(turn: Turn, crossing: Crossing, mark: int) -> str | None:
    tapped = turn.message if turn.update.callback_query else None
    typed = _text_of(tapped.reply_to_message if tapped else None, turn)
    if typed is None:  # it was deleted
        await _ask(turn, crossing)
        return None
    now = turn.desk.clock.now()
    try:
        notice = read_notice(typed, now, crossing.timezone)
    except Unfit as unfit:  # such as an end that has passed meanwhile
        await _ask(turn, crossing, unfit, typed)
        return None
    if crc32(typed.encode()) != mark:
        await turn.show(screens.preview(crossing, notice, crc32(typed.encode()), now, turn.texts))
        return None
    return await _do(turn, crossing, partial(moderating.post, crossing.id, notice))


def _text_of(message: Message | None, turn: Turn) -> str | None:
    if message is None or message.from_user is None or message.from_user.id != turn.user_id:
        return None
    return message.text.strip() if message.text else None


async def _hold(turn: Turn, crossing: Crossing, mode: Mode, hours: int) -> str:
    if not hours:
        return await _do(turn, crossing, partial(moderating.let_go, crossing.id, mode))
    now = turn.desk.clock.now()
    news = await turn.desk.board.news(crossing.id, mode, now)
    number = moderated.number(mode, news.estimate, now)
    return await _do(turn, crossing, partial(moderating.hold, crossing.id, mode, number, hours))


async def _undo(turn: Turn, line: int, page: int) -> str:
    outcome = await _done(turn, partial(moderating.undo, line))
    await show_audit(turn, page)
    return _told(turn, outcome)


async def _do(turn: Turn, crossing: Crossing, job: Callable[[Asked, AsyncConnection], Awaitable[Did]]) -> str:
    """Do a thing, show the crossing as it is then, and say what was done."""
    outcome = await _done(turn, job)
    await show(turn, crossing, 0, outcome.line if isinstance(outcome, Done) else None)
    return _told(turn, outcome)


async def _done(turn: Turn, job: Callable[[Asked, AsyncConnection], Awaitable[Did]]) -> Outcome:
    desk = turn.desk
    asked = Asked(desk.pseudonyms.report_ids(turn.update.update_id), desk.clock.now())
    return await desk.reports.moderate(partial(job, asked))


def _told(turn: Turn, outcome: Outcome) -> str:
    words = screens.done(outcome, turn.texts)
    return words if isinstance(outcome, Done) else Alert(words)


def _group(turn: Turn, button: buttons.Hide) -> Group:
    claim = standing_out.claims().get(button.claim)
    if claim is None or not 0 < button.steps <= MOST_STEPS or not standing_out.is_step(button.since):
        raise StaleButton
    crossing = crossings.known(turn, button.crossing)
    return Group(crossing.id, button.mode, claim, button.since, button.steps)


def _to_moderate(crossing: Crossing) -> Button:
    return buttons.Moderate(crossing.id, 0)
