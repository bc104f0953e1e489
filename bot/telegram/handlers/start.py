"""`/start`, alone or with what a link carries."""

from bot.telegram import buttons
from bot.telegram.handlers import crossings, guide, taps
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
        await taps.press(turn, buttons.decode(link_data(payload)))


def link_data(payload: str) -> str:
    """Return the button's data that a link carries (`bot.telegram.screen.link`)."""
    return payload.replace("_", ":")
