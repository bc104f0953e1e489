"""`/mod`: what moderators see; to everybody else there is no such command."""

from datetime import timedelta

from bot.privacy import abuse, audit
from bot.telegram.buttons import Acknowledge, Button, StaleButton
from bot.telegram.handlers import pages
from bot.telegram.screens import moderation as screens
from bot.telegram.screens.moderation import State
from bot.telegram.turn import Turn

HOUR = timedelta(hours=1)
BUSIEST = 5


async def moderate(turn: Turn) -> None:
    """Show the state of things to a moderator."""
    if not is_moderator(turn):
        await pages.unknown_command(turn)
        return
    await turn.show(screens.state(await _state(turn), turn.texts))


async def press(turn: Turn, button: Button) -> str:
    """Note that a moderator has seen it, and not which of them; returns what to say of it."""
    if not isinstance(button, Acknowledge) or not is_moderator(turn):
        raise StaleButton
    desk = turn.desk
    line, _ = desk.pseudonyms.report_ids(turn.update.update_id)  # so that what comes again is one line
    await audit.note(desk.writer, line, desk.clock.now(), "acknowledged", button.subject.value)
    return turn.texts("mod-acknowledged")


def is_moderator(turn: Turn) -> bool:
    """Tell whether a moderator is alone with us."""
    return turn.private and turn.user_id in turn.desk.moderators


async def _state(turn: Turn) -> State:
    desk, now = turn.desk, turn.desk.clock.now()
    counts = await desk.reports.counts(tuple(desk.catalogue.crossings), now - HOUR)
    busiest = sorted(counts, key=lambda id: (-counts[id], id))[:BUSIEST]
    cards = await desk.board.cards(busiest, now)
    alarm = desk.pulse.token_alarm
    _, questions = await desk.inbox.page(0, 0)
    return State(
        quarantined=desk.pulse.quarantined(),
        reports=sum(counts.values()),
        questions=questions,
        busiest=tuple((desk.catalogue.crossings[id], counts[id], cards[id].flooded) for id in busiest),
        epoch_until=desk.epochs.current.until,
        content=desk.content,
        content_problems=desk.pulse.content_problems(),
        token_alarm=alarm() if alarm is not None else None,
        refused=sum(desk.limits.refused[limit.name] for limit in abuse.TABLE),
    )
