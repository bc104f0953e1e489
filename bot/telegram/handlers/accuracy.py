"""`/accuracy`: how good our numbers were, for everybody to see."""

from bot.telegram import buttons
from bot.telegram.buttons import Button, StaleButton
from bot.telegram.screens import accuracy as screens
from bot.telegram.turn import Turn


async def accuracy(turn: Turn) -> None:
    """Show how good the numbers were."""
    await _show(turn, 0)


async def press(turn: Turn, button: Button) -> None:
    """Turn the page."""
    if not isinstance(button, buttons.Accuracy):
        raise StaleButton
    await _show(turn, button.page)


async def _show(turn: Turn, page: int) -> None:
    known = await turn.desk.accuracies.now()
    if page and page * screens.PAGE >= len(known) - 1:
        page = 0
    await turn.show(screens.accuracy(known, page, turn.desk.catalogue, turn.texts))
