"""`/mod`: what moderators see; to everybody else there is no such command.

`/mod NAME` leads to a crossing, `/mod audit` to what was done (`bot.telegram.handlers.moderating`).
"""

from datetime import timedelta

from bot.crossings.standing_out import ATTACK_LASTS
from bot.privacy import abuse, audit
from bot.telegram.buttons import Acknowledge, Button, Moderate, StaleButton
from bot.telegram.handlers import moderating, pages
from bot.telegram.handlers.moderating import is_moderator
from bot.telegram.screens import moderation as screens
from bot.telegram.screens.moderation import Busy, State
from bot.telegram.turn import Turn

BUTTONS = Acknowledge | moderating.BUTTONS
"""The buttons of moderators, but those of the inbox."""

HOUR = timedelta(hours=1)
BUSIEST = 5
"""So many crossings are listed, and those under attack."""


async def moderate(turn: Turn) -> None:
    """Show the state of things to a moderator."""
    if not is_moderator(turn):
        await pages.unknown_command(turn)
        return
    if turn.typed:
        await moderating.named(turn)
    else:
        await overview(turn)


async def overview(turn: Turn) -> None:
    """Show the state of things to a moderator, also where a link leads to it."""
    if not is_moderator(turn):
        raise StaleButton
    await turn.show(screens.state(await _state(turn), turn.texts))


async def press(turn: Turn, button: Button) -> str | None:
    """Note that a moderator has seen it, and not which of them, or do what another button of theirs says.

    Returns what to say of it.
    """
    if isinstance(button, Moderate) and not button.crossing:
        await overview(turn)
        return None
    if isinstance(button, moderating.BUTTONS):
        return await moderating.press(turn, button)
    if not isinstance(button, Acknowledge) or not is_moderator(turn):
        raise StaleButton
    desk = turn.desk
    line, _ = desk.pseudonyms.report_ids(turn.update.update_id)  # so that what comes again is one line
    await audit.note(desk.writer, line, desk.clock.now(), "acknowledged", button.subject.value)
    return turn.texts("mod-acknowledged")


async def _state(turn: Turn) -> State:
    desk, now = turn.desk, turn.desk.clock.now()
    counts = await desk.reports.counts(tuple(desk.catalogue.crossings), now - HOUR)
    lately = await desk.reports.counts(tuple(desk.catalogue.crossings), now - ATTACK_LASTS)
    attacked = await moderating.attacked(turn, lately)
    busiest = sorted(counts, key=lambda id: (-counts[id], id))[:BUSIEST]
    listed = list(dict.fromkeys((*attacked, *busiest)))[: BUSIEST + moderating.MOST_LOOKED_AT]
    cards = await desk.board.cards(listed, now)
    alarm = desk.pulse.token_alarm
    _, questions = await desk.inbox.page(0, 0)
    return State(
        quarantined=desk.pulse.quarantined(),
        reports=sum(counts.values()),
        questions=questions,
        busiest=tuple(
            Busy(desk.catalogue.crossings[id], counts.get(id, 0), cards[id].flooded, id in attacked)
            for id in listed
        ),
        epoch_until=desk.epochs.current.until,
        content=desk.content,
        content_problems=desk.pulse.content_problems(),
        token_alarm=alarm() if alarm is not None else None,
        refused=sum(desk.limits.refused[limit.name] for limit in abuse.TABLE),
    )
