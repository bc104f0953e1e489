"""How little is left to be seen: what we hold, messages that vanish, the discreet mode, the stop phrase."""

from dataclasses import replace

from telegram import ForceReply

from bot.privacy import holdings
from bot.telegram import buttons
from bot.telegram.buttons import Button, StaleButton
from bot.telegram.chats import VANISH_HOURS, Chosen, StopPhrase
from bot.telegram.handlers import wipe
from bot.telegram.screen import above
from bot.telegram.screens import privacy as screens
from bot.telegram.turn import Turn

BUTTONS = (
    buttons.Privacy
    | buttons.SetVanish
    | buttons.SetDiscreet
    | buttons.AskStop
    | buttons.ForgetStop
    | buttons.Wipe
    | buttons.WipeNow
    | buttons.MyData
    | buttons.Erase
)
"""The buttons of these pages."""

SHORTEST_PHRASE, LONGEST_PHRASE = 3, 60


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button of these pages says; returns what to show over the chat for a moment, if anything."""
    chosen = turn.chosen
    match button:
        case buttons.Privacy():
            await turn.show(screens.choices(chosen, turn.texts))
        case buttons.SetVanish(hours) if hours in (0, *VANISH_HOURS):
            return await _choose(turn, replace(chosen, vanish_hours=hours or None))
        case buttons.SetDiscreet(on) if on in (0, 1):
            return await _choose(turn, replace(chosen, discreet=bool(on)))
        case buttons.AskStop():
            await _ask_phrase(turn)
        case buttons.ForgetStop():
            return await _choose(turn, replace(chosen, stop=None))
        case buttons.Wipe():
            await wipe.ask(turn)
        case buttons.WipeNow():
            await wipe.now(turn)
        case buttons.MyData():
            await my_data(turn)
        case buttons.Erase():
            destroyed = await wipe.forget(turn)
            await turn.show(screens.erased(turn.texts, destroyed=destroyed))
            turn.left.clear()  # nothing is noted of a chat of which nothing is held
        case _:
            raise StaleButton
    return None


async def my_data(turn: Turn) -> None:
    """Show what is stored that belongs to this chat."""
    names = [*(key.chat for key in turn.desk.epochs.known(turn.chat_id)), *wipe.reporters(turn)]
    await turn.show(screens.my_data(await holdings.count(turn.desk.writer, names), turn.chosen, turn.texts))


async def typed_phrase(turn: Turn, phrase: str) -> None:
    """Keep a stop phrase, as a keyed hash, and remove the messages in which it was set."""
    if not SHORTEST_PHRASE <= len(phrase) <= LONGEST_PHRASE or phrase.startswith("/"):
        await _ask_phrase(turn, "stop-unfit")
        return
    chosen = replace(turn.chosen, stop=StopPhrase.of(phrase))
    await turn.choose(chosen)
    asked = turn.message.reply_to_message if turn.message else None
    await turn.remove([*turn.left, *([asked.message_id] if asked else [])])
    await turn.say(above(turn.texts("stop-set"), screens.choices(chosen, turn.texts)))


async def _choose(turn: Turn, chosen: Chosen) -> str:
    await turn.choose(chosen)
    await turn.show(screens.choices(chosen, turn.texts))
    return turn.texts("privacy-kept")


async def _ask_phrase(turn: Turn, above_it: str | None = None) -> None:
    question = screens.ask_phrase(turn.texts, turn.bot.username)
    if above_it is not None:
        question = above(turn.texts(above_it), question)
    await turn.say(question, ForceReply(input_field_placeholder=turn.texts("stop-placeholder")))
