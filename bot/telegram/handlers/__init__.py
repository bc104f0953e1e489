"""Which feature answers which update: the one place where updates are routed.

One module a feature; a handler reads the turn, asks the domain, shows a screen.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from telegram import Bot, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.guide.model import HELP_NOW
from bot.privacy import abuse
from bot.telegram.button_data import encode
from bot.telegram.buttons import Wipe, WipeNow
from bot.telegram.desk import Reception
from bot.telegram.handlers import (
    accuracy,
    alerts,
    crossings,
    inline,
    moderation,
    pages,
    privacy,
    start,
    taps,
    wipe,
    words,
)
from bot.telegram.turn import Turn

Feature = Callable[[Turn], Awaitable[None]]

COMMANDS: Mapping[str, Feature] = MappingProxyType(
    {
        "start": start.start,
        "crossing": crossings.crossing,
        "crossings": crossings.countries,
        "report": words.report,
        "alerts": alerts.alerts,
        "ask": words.ask,
        "accuracy": accuracy.accuracy,
        "language": pages.language,
        "safety": pages.safety,
        "mydata": privacy.my_data,
        "wipe": wipe.ask,
        "help": pages.help,
    }
)
"""What can be typed with a slash, in the order of Telegram's menu."""

IN_GROUPS = ("crossing",)
"""The commands that answer in a group; the others would show to all what concerns one."""

UNLISTED: Mapping[str, Feature] = MappingProxyType({"mod": moderation.moderate})
"""What moderators can type, privately and in no menu."""

WIPING = frozenset({encode(Wipe()), encode(WipeNow())})
"""What the buttons say that lead to wiping the chat."""


async def text(turn: Turn) -> None:
    """Open the page that a text asks for and nothing else, as its command does; else read it as words."""
    page = _page(turn)
    if page is None:
        await words.words(turn)
    else:
        await COMMANDS[page](replace(turn, bare=True))


def _page(turn: Turn) -> str | None:
    """Return the command that a text stands for."""
    if turn.message is None or turn.message.reply_to_message is not None:  # it may answer a question of ours
        return None
    page = turn.desk.content.alone.typed(turn.typed)
    if page == HELP_NOW:
        return None
    name = page or turn.typed.casefold()
    return name if name in COMMANDS else None


async def perform(feature: Feature, turn: Turn) -> None:
    """Let a feature answer."""
    await feature(turn)


def register(
    application: Application[Any, Any, Any, Any, Any, Any],
    reception: Reception,
    perform: Callable[[Feature, Turn], Awaitable[None]] = perform,
) -> None:
    """Route every kind of update to its feature; the first that matches answers, as `perform` lets it."""

    def answered_by(feature: Feature) -> Callable[[Update, CallbackContext[Any, Any, Any, Any]], Any]:
        async def answer(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
            turn = await Turn.of(reception.desk, update, context.bot)
            try:
                if wipe.asked_for(turn):
                    await perform(wipe.now, turn)
                elif _heard(turn):
                    await perform(feature, turn)
                else:
                    await pages.slow_down(turn)
            finally:
                await turn.leave_trail()

        return answer

    async def offer(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        turn = await Turn.of(reception.desk, update, context.bot)
        if turn.desk.limits.take(abuse.INLINE, turn.user_id, update.update_id):
            await inline.query(turn)

    private = filters.ChatType.PRIVATE
    # A live location is edited every few seconds; a text that was mended is answered anew.
    new = private & ~filters.UpdateType.EDITED_MESSAGE
    routes: list[BaseHandler[Any, Any, Any]] = [
        CallbackQueryHandler(answered_by(taps.tap)),
        InlineQueryHandler(offer),
        ChatMemberHandler(answered_by(wipe.blocked), ChatMemberHandler.MY_CHAT_MEMBER),
        *(CommandHandler(name, answered_by(COMMANDS[name]), ~private) for name in IN_GROUPS),
        *(
            CommandHandler(name, answered_by(pages.private_only), ~private)
            for name in COMMANDS
            if name not in IN_GROUPS
        ),
        *(
            CommandHandler(name, answered_by(feature), private)
            for name, feature in (*COMMANDS.items(), *UNLISTED.items())
        ),
        MessageHandler(private & filters.VIA_BOT, answered_by(inline.sent)),
        MessageHandler(private & filters.COMMAND, answered_by(pages.unknown_command)),
        MessageHandler(new & filters.LOCATION, answered_by(crossings.near_me)),
        MessageHandler(private & filters.TEXT, answered_by(text)),
        MessageHandler(new & ~filters.StatusUpdate.ALL, answered_by(pages.media)),
    ]
    application.add_handlers(routes)


async def overhear(reception: Reception, bot: Bot, update: Update) -> bool:
    """Note what an update leaves in the chat that sent too many to be answered; tell whether it asks to wipe.

    Raises `StorageUnavailable`.
    """
    if update.effective_chat is None:
        return False
    turn = await Turn.of(reception.desk, update, bot)
    await turn.leave_trail()
    return wipe.asked_for(turn) or _leads_to_wiping(turn)


def _leads_to_wiping(turn: Turn) -> bool:
    """Tell whether an update is heard however much its person writes: /wipe, its buttons, or a block."""
    update = turn.update
    if update.callback_query is not None:
        return update.callback_query.data in WIPING
    if update.my_chat_member is not None:
        return True
    written = (turn.message.text or "").split() if turn.message and turn.private else []
    return bool(written) and written[0].partition("@")[0].casefold() == "/wipe"


def _heard(turn: Turn) -> bool:
    """Tell whether an update is answered: the wish to wipe is, whatever else its person does."""
    return _leads_to_wiping(turn) or turn.desk.limits.take(
        abuse.MESSAGES, turn.user_id, turn.update.update_id
    )
