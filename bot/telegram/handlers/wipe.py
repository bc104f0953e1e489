"""Wiping: every message of the last 48 hours on both sides, and all that we hold of the chat."""

from telegram import ChatMember

from bot.privacy import abuse, holdings
from bot.privacy.abuse import CUTS, NODES_A_CUT, WIPES
from bot.telegram import removal
from bot.telegram.chats import NOTHING
from bot.telegram.screens import privacy as screens
from bot.telegram.turn import Turn

GONE = (ChatMember.BANNED, ChatMember.LEFT)


def asked_for(turn: Turn) -> bool:
    """Tell whether the chat's stop phrase was said, in whatever kind of message.

    Also if the phrase has been forgotten on the way, and the update comes again: it is no text to be read.
    """
    message = turn.update.message or turn.update.edited_message
    stop = turn.chosen.stop
    if message is None or not turn.private:
        return False
    if turn.desk.wiping.begun(turn.update.update_id):
        return True
    return stop is not None and stop.said_in(message.text or message.caption or "")


async def ask(turn: Turn) -> None:
    """Ask whether to wipe the chat."""
    await turn.show(screens.wipe(turn.texts))


async def now(turn: Turn) -> None:
    """Wipe the chat and leave one harmless line.

    First the messages go, then what we hold: whatever fails on the way, the update comes again and there is
    still something to go by.
    """
    with turn.desk.wiping.of(turn.chat_id, turn.update.update_id):
        await _all(turn)


async def _all(turn: Turn) -> None:
    stands = await turn.desk.trail.of(turn.chat_id)
    messages = {message for left in stands for message in left.messages}
    messages.update(turn.left, [turn.message.message_id] if turn.message else [])
    await removal.remove(turn.bot, turn.chat_id, messages)
    held = await turn.desk.tickets.of(turn.chat_id)
    if held is not None and held.ticket.message and held.ticket.message not in messages:
        await removal.put_away(turn.bot, turn.chat_id, held.ticket.message)  # it can be older
    await forget(turn)
    turn.left.clear()  # also if the line that follows cannot be sent: nothing is noted of a wiped chat
    fresh = Turn(turn.desk, turn.update, turn.bot, NOTHING)
    await fresh.say(screens.wiped(fresh.texts))


async def blocked(turn: Turn) -> None:
    """Forget a chat whose person has blocked us: there is nobody left to keep anything for."""
    change = turn.update.my_chat_member
    if turn.private and change is not None and change.new_chat_member.status in GONE:
        await forget(turn)


async def forget(turn: Turn) -> bool:
    """Erase all that we hold of a chat; tell whether what it was sealed with is destroyed.

    Who wipes so often that it costs all others too much has that destroyed with the epoch (`abuse.WIPES`).
    """
    desk, update = turn.desk, turn.update.update_id
    cuts = len(desk.epochs.current.nodes) // NODES_A_CUT
    may_cut = abuse.allows(CUTS, cuts) and desk.limits.allows(WIPES, turn.user_id, update)
    names = [key.chat for key in desk.epochs.known(turn.chat_id)]
    await desk.reports.disown(reporters(turn))
    await holdings.erase_sealed(desk.writer, names, choices=False)
    if may_cut:
        await desk.cuts.forget(turn.chat_id)
        desk.limits.note(WIPES, turn.user_id, update)
    # The choices last: if we are stopped before, the phrase among them tells what the update was that comes
    # again.
    await holdings.erase_sealed(desk.writer, names)
    desk.chats.forget(names)
    desk.tickets.look_again()
    return may_cut


def reporters(turn: Turn) -> list[bytes]:
    """Return all that may stand for this person beside reports."""
    names = (turn.desk.pseudonyms.reporter(id, turn.user_id) for id in turn.desk.catalogue.crossings)
    return [name for each in names for name in each if name is not None]
