"""`/start`, alone or with what a link carries.

Anybody can make a link and give it to others. So a link shows, and never does: where the button would
report, choose or wipe, its link leads to the page on which that can be done by a tap.
"""

from bot.crossings.quantity import Unit
from bot.crossings.report import Kind
from bot.telegram import buttons
from bot.telegram.button_data import decode
from bot.telegram.buttons import Button, StaleButton
from bot.telegram.handlers import alerts, crossings, guide, moderating, moderation, pages, taps
from bot.telegram.screens.report import meanings
from bot.telegram.turn import Turn


async def start(turn: Turn) -> None:
    """Begin, or open what a link names: an answer, a crossing, or what a button of ours says."""
    payload = turn.typed
    known = turn.desk.guide
    if not payload:
        await guide.menu(turn)
    elif payload in turn.desk.catalogue.crossings:
        await crossings.card(turn, payload, None)
    elif payload in known.answers or payload in known.redirects or payload in known.broken:
        await guide.answer(turn, payload, "")
    else:
        await _follow(turn, decode(link_data(payload)))


async def _follow(turn: Turn, button: Button) -> None:
    match button:
        case buttons.SetLanguage():
            await pages.language(turn)
        case buttons.Acknowledge():
            await moderation.overview(turn)
        case buttons.Explain(term):  # a pop-up answers a tap, and a link is none
            await guide.explain(turn, term)
        case _:
            await taps.press(turn, harmless(button))


def harmless(button: Button) -> Button:
    """Return the button that leads to where this one would act."""
    match button:
        case buttons.SendWait(crossing, mode, kind):
            return buttons.AskValue(crossing, mode, kind)
        case buttons.SendEvent(crossing, mode):
            return buttons.AskValue(crossing, mode, Kind.EVENT)
        case buttons.SendNumber(crossing, mode, kind, unit, number):
            if kind not in meanings(Unit(unit)):
                raise StaleButton
            return buttons.Confirm(crossing, mode, unit, number)
        case buttons.WipeNow():
            return buttons.Wipe()
        case buttons.Erase():
            return buttons.MyData()
        case buttons.SendQuestion():
            return buttons.NoneOfThese()
        case buttons.DropQuestion(page=page):
            return buttons.Questions(page)
        case buttons.Vote(answer, facts):
            return buttons.Show(answer, facts)
        case buttons.Join(crossing, mode) | buttons.JoinAnew(crossing, mode):
            return buttons.Join(crossing, mode, 0, 0, 0)
        case buttons.OnTicket(ticket):
            return buttons.OnTicket(ticket, buttons.Deed.SHOW, 0)
        case _ if isinstance(button, alerts.BUTTONS):
            return alerts.harmless(button)
        case buttons.SetVanish() | buttons.SetDiscreet() | buttons.ForgetStop():
            return buttons.Privacy()
    # It only shows; or it takes back a report, whose number nobody else knows.
    return moderating.harmless(button)


def link_data(payload: str) -> str:
    """Return the button's data that a link carries (`bot.telegram.screen.link`)."""
    return payload.replace("_", ":")
