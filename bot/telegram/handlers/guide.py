"""The guide: questions by buttons, and answers."""

from bot.guide.model import COUNTRY, REPAIR, Facts
from bot.guide.route import Place, Question, arrive, decode, route
from bot.telegram.buttons import StaleButton
from bot.telegram.handlers import crossings
from bot.telegram.screen import Screen
from bot.telegram.screens import guide as screens
from bot.telegram.turn import Turn


async def menu(turn: Turn) -> None:
    """Ask the first question."""
    await turn.show(menu_screen(turn))


def menu_screen(turn: Turn) -> Screen:
    """Return the greeting with the first question."""
    place = route(turn.desk.guide, {})
    if not isinstance(place, Question):  # the file of the first question is broken
        return screens.repair(turn.texts)
    return screens.menu(turn.desk.guide, place, turn.texts, simulated=turn.desk.simulated)


async def go(turn: Turn, code: str) -> None:
    """Go where the facts lead."""
    await _show(turn, route(turn.desk.guide, _facts(turn, code)))


async def answer(turn: Turn, id: str, code: str) -> None:
    """Show an answer, after the questions that it needs."""
    try:
        place = arrive(turn.desk.guide, id, _facts(turn, code))
    except KeyError:
        raise StaleButton from None
    await _show(turn, place)


async def change(turn: Turn, code: str) -> None:
    """List the facts, to change one."""
    place = route(turn.desk.guide, _facts(turn, code))
    await turn.show(screens.change(turn.desk.guide, place, turn.texts))


async def _show(turn: Turn, place: Place) -> None:
    guide = turn.desk.guide
    if isinstance(place, Question):
        await turn.show(screens.question(guide, place, turn.texts))
    elif place.to == "@crossings":
        await crossings.of_country(turn, place.facts.get(COUNTRY))
    elif place.to == "@nearest":
        await crossings.locate(turn)
    elif place.to == REPAIR:
        await turn.show(screens.repair(turn.texts))
    else:
        today = turn.desk.clock.now().date()
        await turn.show(screens.answer(guide, place, turn.texts, today, turn.bot.username))


def _facts(turn: Turn, code: str) -> Facts:
    try:
        return decode(turn.desk.guide, code)
    except ValueError:
        raise StaleButton from None
