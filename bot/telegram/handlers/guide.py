"""The guide: questions by buttons, and answers."""

from datetime import date

from bot.guide import votes
from bot.guide.model import COUNTRY, REPAIR, Facts, Term
from bot.guide.route import Place, Question, Target, arrive, decode, route
from bot.guide.votes import Reason
from bot.privacy.abuse import VOTES
from bot.telegram import buttons
from bot.telegram.buttons import Button, StaleButton
from bot.telegram.handlers import crossings
from bot.telegram.screen import Screen
from bot.telegram.screens import guide as screens
from bot.telegram.turn import Alert, Turn

BUTTONS = (
    buttons.Menu
    | buttons.Anew
    | buttons.Route
    | buttons.Show
    | buttons.Change
    | buttons.Explain
    | buttons.Keep
    | buttons.Doubt
    | buttons.Vote
)
"""The buttons of the guide."""


async def press(turn: Turn, button: Button) -> str | None:
    """Do what a button of the guide says; returns what to show over the chat for a moment, if anything."""
    match button:
        case buttons.Menu():
            await menu(turn)
        case buttons.Anew():
            await turn.say(menu_screen(turn))
        case buttons.Route(facts):
            await go(turn, facts)
        case buttons.Show(id, facts):
            await answer(turn, id, facts)
        case buttons.Change(facts):
            await change(turn, facts)
        case buttons.Explain(term):
            return Alert(turn.texts.of(_term(turn, term).text))
        case buttons.Keep(id, facts) | buttons.Doubt(id, facts) | buttons.Vote(id, facts):
            return await _with_answer(turn, _arrive(turn, id, facts), button)
        case _:
            raise StaleButton
    return None


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
    await _show(turn, _arrive(turn, id, code))


async def change(turn: Turn, code: str) -> None:
    """List the facts, to change one."""
    place = route(turn.desk.guide, _facts(turn, code))
    await turn.show(screens.change(turn.desk.guide, place, turn.texts))


async def explain(turn: Turn, id: str) -> None:
    """Say in a message what a term means."""
    await turn.show(screens.meaning(_term(turn, id), turn.texts))


def _term(turn: Turn, id: str) -> Term:
    term = turn.desk.guide.glossary.get(id)
    if term is None:
        raise StaleButton
    return term


async def _with_answer(
    turn: Turn, place: Place, button: buttons.Keep | buttons.Doubt | buttons.Vote
) -> str | None:
    """Do something with an answer; where it is being repaired, or asks something first, show that."""
    guide = turn.desk.guide
    if not isinstance(place, Target) or place.to not in guide.answers:
        await _show(turn, place)
        return None
    match button:
        case buttons.Keep():
            await turn.say(screens.kept(guide, place, turn.texts, _today(turn)))
            return turn.texts("guide-kept")
        case buttons.Doubt():
            await turn.show(screens.doubt(guide, place, turn.texts, _today(turn)))
            return None  # what goes over the chat would hide the reasons for a moment
        case buttons.Vote(reason=reason):
            said = await _count(turn, place.to, reason)
            await _show(turn, place)
            return said


async def _count(turn: Turn, answer: str, reason: Reason) -> str:
    """Count a vote, unless this person had one on the answer today; returns what to say of it.

    That is the same in both cases: whoever tries it on a phone that is not theirs shall not learn of a vote.
    """
    desk, limits = turn.desk, turn.desk.limits
    vote = (VOTES, turn.user_id, turn.update.update_id, answer)
    if limits.allows(*vote) and not limits.counted(*vote):  # Telegram may tell of the same tap again
        await votes.count(desk.writer, answer, turn.language, reason, desk.clock.now())
        limits.note(*vote)
    return turn.texts("vote-thanks")


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
        await turn.show(screens.answer(guide, place, turn.texts, _today(turn), turn.bot.username))


def _arrive(turn: Turn, id: str, code: str) -> Place:
    """Return where a button leads that names an answer; raises `StaleButton` if that is no more."""
    try:
        return arrive(turn.desk.guide, id, _facts(turn, code))
    except KeyError:
        raise StaleButton from None


def _today(turn: Turn) -> date:
    return turn.desk.clock.now().date()


def _facts(turn: Turn, code: str) -> Facts:
    try:
        return decode(turn.desk.guide, code)
    except ValueError:
        raise StaleButton from None
