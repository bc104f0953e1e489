"""Buttons: what a tap says, and who answers it."""

from collections.abc import Awaitable, Callable

from bot.telegram import buttons
from bot.telegram.button_data import decode
from bot.telegram.buttons import Button, StaleButton
from bot.telegram.handlers import (
    accuracy,
    alerts,
    chart,
    crossings,
    guide,
    inbox,
    moderation,
    pages,
    privacy,
    reports,
    tickets,
)
from bot.telegram.screen import PUBLIC
from bot.telegram.turn import Turn


async def tap(turn: Turn) -> None:
    """Do what the tapped button says, then stop its waiting animation."""
    query = turn.update.callback_query
    if query is None or not isinstance(query.data, str):
        raise StaleButton
    await turn.close(await press(turn, decode(query.data)))


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button says; returns what to show over the chat for a moment, if anything.

    Raises `StaleButton` if it names something that is no more.
    """
    match button:
        case _ if not turn.private and not isinstance(button, PUBLIC):
            return turn.texts("error-private")  # of a group's old message, or forged
        case buttons.Card(crossing, mode):
            return await crossings.card(turn, crossing, mode)
        case buttons.Nearby(crossing):
            await crossings.nearby(turn, crossing)
        case buttons.About(crossing, page):
            await crossings.about(turn, crossing, page)
        case buttons.Answers(crossing):
            await crossings.answers(turn, crossing)
        case buttons.Country(country, page):
            await crossings.country(turn, country, page)
        case buttons.Chart(crossing, mode):
            await chart.send(turn, crossing, mode)
        case buttons.Countries():
            await crossings.countries(turn)
        case buttons.Locate():
            await crossings.locate(turn)
        case buttons.SetLanguage(language):
            return await pages.set_language(turn, language)
        case _:
            return await _feature_of(button)(turn, button)
    return None


def _feature_of(button: Button) -> Callable[[Turn, Button], Awaitable[str | None]]:
    """Return what knows this kind of button; whatever nobody knows is for the last to refuse."""
    if isinstance(button, guide.BUTTONS):
        return guide.press
    if isinstance(button, privacy.BUTTONS):
        return privacy.press
    if isinstance(button, inbox.BUTTONS):
        return inbox.press
    if isinstance(button, buttons.Accuracy):
        return accuracy.press
    if isinstance(button, tickets.BUTTONS):
        return tickets.press
    if isinstance(button, alerts.BUTTONS):
        return alerts.press
    return moderation.press if isinstance(button, moderation.BUTTONS) else reports.press
