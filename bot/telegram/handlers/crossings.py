"""Crossings: the card, the lists, what is near."""

from collections.abc import Iterable

from telegram import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.crossings.card import Card
from bot.crossings.catalogue import Crossing
from bot.crossings.names import Found
from bot.crossings.nearest import Near, alternatives, nearest
from bot.crossings.report import Mode
from bot.telegram.buttons import StaleButton
from bot.telegram.screen import Screen
from bot.telegram.screens import card as cards
from bot.telegram.screens import lists
from bot.telegram.turn import Turn
from bot.texts import Html


def known(turn: Turn, id: str) -> Crossing:
    """Return a crossing that a button names; raises `StaleButton` if it is no more."""
    crossing = turn.desk.catalogue.crossings.get(id)
    if crossing is None:
        raise StaleButton
    return crossing


async def crossing(turn: Turn) -> None:
    """Show the card of the crossing that was named; without a name, all of them."""
    if not turn.typed:
        await countries(turn)
    else:
        await found(turn, turn.desk.names.find(turn.typed), turn.typed)


async def found(turn: Turn, what: Found, query: str) -> None:
    """Show the card of the one crossing that was surely meant, or else what there is to choose."""
    if what.country is not None:
        await country(turn, what.country, 0)
    elif len(what.matches) == 1 and what.sure:
        await card(turn, what.matches[0], None)
    else:
        await turn.show(lists.choice(turn.desk.catalogue, what, query, turn.texts))


async def card(turn: Turn, id: str, mode: Mode | None) -> str | None:
    """Show a card; returns what to say if it has not changed."""
    known(turn, id)
    changed = await turn.show(await _card_screen(turn, id, mode))
    return None if changed else turn.texts("menu-fresh")


async def about(turn: Turn, id: str, page: int) -> None:
    """Show what is known of a crossing from elsewhere."""
    pages = cards.about(known(turn, id), turn.texts)
    if page >= len(pages):
        raise StaleButton
    await turn.show(pages[page])


async def answers(turn: Turn, id: str) -> None:
    """Offer the guide's answers for a crossing."""
    place = known(turn, id)
    country = turn.desk.catalogue.countries[place.country]
    await turn.show(cards.answers(place, country, turn.desk.guide, turn.texts))


async def nearby(turn: Turn, id: str) -> None:
    """Show what could be tried instead, with the waits there."""
    here = known(turn, id)
    near = alternatives(turn.desk.catalogue, here)
    await turn.show(lists.nearby(here, await _with_cards(turn, near), turn.texts))


async def countries(turn: Turn) -> None:
    """List the countries."""
    await turn.show(lists.countries(turn.desk.catalogue, turn.texts))


async def of_country(turn: Turn, id: str | None) -> None:
    """List a country's crossings; where none leads there, the countries."""
    if id is not None and turn.desk.catalogue.of(id):
        await country(turn, id, 0)
    else:
        await countries(turn)


async def country(turn: Turn, id: str, page: int) -> None:
    """List a page of a country's crossings, with the waits there."""
    of = turn.desk.catalogue.countries.get(id)
    if of is None:
        raise StaleButton
    crossings = turn.desk.catalogue.of(id)
    listed = crossings[page * lists.PAGE : (page + 1) * lists.PAGE]
    if not listed:
        raise StaleButton
    shown = await _cards(turn, listed)
    screen = lists.country(of, crossings, shown, page, turn.texts, simulated=turn.desk.simulated)
    await turn.show(screen)


async def locate(turn: Turn) -> None:
    """Ask for a location; Telegram sends one only from a keyboard below the chat."""
    key = KeyboardButton(turn.texts("nearby-send"), request_location=True)
    keyboard = ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)
    await turn.say(lists.locate(turn.texts), keyboard)


async def near_me(turn: Turn) -> None:
    """Offer the crossings nearest to a location, which is forgotten at once."""
    location = turn.message.location if turn.message else None
    if location is None:
        raise StaleButton
    near = nearest(turn.desk.catalogue, location.latitude, location.longitude)
    await turn.say(Screen(turn.texts("nearby-forgotten")), ReplyKeyboardRemove())
    await turn.show(lists.nearest(await _with_cards(turn, near), turn.texts))


async def summary(turn: Turn, crossing: Crossing, mode: Mode) -> Html:
    """Return what is known of one mode now."""
    now = turn.desk.clock.now()
    return cards.summary(await turn.desk.board.news(crossing.id, mode, now), now, turn.texts)


async def _card_screen(turn: Turn, id: str, mode: Mode | None) -> Screen:
    desk = turn.desk
    shown, ahead = await desk.board.card_ahead(id, mode, desk.clock.now())
    # The same card goes to everybody: its words are made once, and made anew when the board has another card.
    return desk.shown.get(
        shown,
        (id, mode, turn.language, turn.private),
        lambda: cards.card(
            shown,
            desk.guide,
            turn.texts,
            turn.bot.username,
            simulated=desk.simulated,
            private=turn.private,
            ahead=ahead,
        ),
    )


async def _cards(turn: Turn, crossings: Iterable[Crossing]) -> list[Card]:
    ids = [each.id for each in crossings]
    found = await turn.desk.board.cards(ids, turn.desk.clock.now())
    return [found[id] for id in ids]


async def _with_cards(turn: Turn, near: tuple[Near, ...]) -> list[tuple[Near, Card]]:
    return list(zip(near, await _cards(turn, (each.crossing for each in near)), strict=True))
