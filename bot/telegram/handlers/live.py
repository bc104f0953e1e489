"""On the local chat page: what a chat shows is shown anew when the content changes, so that editors see it.

This keeps what somebody has tapped or typed last, with all that it tells of them. The people of the local
page are invented; with a token nothing of this is there.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from telegram import Bot, Update

from bot.telegram import buttons
from bot.telegram.button_data import decode
from bot.telegram.buttons import StaleButton
from bot.telegram.desk import Reception
from bot.telegram.handlers import crossings, guide, pages, start, taps
from bot.telegram.screen import above
from bot.telegram.turn import Turn

log = logging.getLogger(__name__)

MOST = 100
"""So many chats are followed, those that were heard of last; a simulated crowd may be larger."""

Feature = Callable[[Turn], Awaitable[object]]

SHOWS = (
    buttons.Menu
    | buttons.Route
    | buttons.Show
    | buttons.Change
    | buttons.Card
    | buttons.Nearby
    | buttons.About
    | buttons.Answers
    | buttons.Country
    | buttons.Countries
)
"""The buttons that only show something; to press any other twice would do something twice."""

READS = (start.start, crossings.crossing, crossings.countries, pages.help, pages.safety)
"""The commands that only show something."""


@dataclass(frozen=True)
class _Open:
    """What a chat was shown last: in which message, on which update, and how to show it again."""

    message: int
    update: Update
    show: Feature


class Live:
    """Follows what chats show, and shows it anew."""

    def __init__(self, reception: Reception, bot: Bot) -> None:
        self._reception = reception
        self._bot = bot
        self._open: OrderedDict[int, _Open] = OrderedDict()

    async def perform(self, feature: Feature, turn: Turn) -> None:
        """Let a feature answer, and note what it shows."""
        self._open.pop(turn.chat_id, None)
        came = len(turn.left)
        await feature(turn)
        show = _again(turn, feature)
        message = turn.left[-1] if len(turn.left) > came else turn.place
        if show is not None and message is not None:
            self._open[turn.chat_id] = _Open(message, turn.update, show)
            if len(self._open) > MOST:
                self._open.popitem(last=False)

    async def refresh(self) -> None:
        """Show anew what each chat shows, in the same message."""
        for chat, shown in tuple(self._open.items()):
            try:
                turn = await Turn.of(self._reception.desk, shown.update, self._bot)
                if self._open.get(chat) is shown:  # nobody has gone on meanwhile
                    await _show(shown, replace(turn, left=[], place=shown.message))
            except Exception:  # whatever a text does to us: this is a look, and must not end the bot
                log.warning("not shown anew", exc_info=True)


async def _show(shown: _Open, turn: Turn) -> None:
    try:
        await shown.show(turn)
    except StaleButton:
        await turn.show(above(turn.texts("menu-changed"), guide.menu_screen(turn)))
    await turn.leave_trail()


def _again(turn: Turn, feature: Feature) -> Feature | None:
    """Return how to show again what a feature has shown; None if it may have done more than that."""
    query = turn.update.callback_query
    if query is None:
        return feature if feature in READS else None
    button = start.harmless(decode(str(query.data)))
    return partial(taps.press, button=button) if isinstance(button, SHOWS) else None
