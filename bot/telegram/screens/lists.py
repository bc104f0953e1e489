"""Lists of crossings: by country, nearby, and what a name may mean."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from bot.crossings.card import Card
from bot.crossings.catalogue import Catalogue, Country, Crossing
from bot.crossings.names import Found
from bot.crossings.nearest import Near
from bot.crossings.quantity import Quantity
from bot.crossings.report import Mode
from bot.telegram import buttons
from bot.telegram.buttons import Ask, Confirm, Countries, Locate
from bot.telegram.screen import Key, Row, Screen, clipped, grid, lines, paragraphs
from bot.telegram.screens import pages
from bot.telegram.screens.card import wait
from bot.telegram.screens.report import barred, modes, offered
from bot.texts import Html, Texts

PAGE = 8


def countries(catalogue: Catalogue, texts: Texts) -> Screen:
    """Offer the neighbours, in the order of the alphabet, with how many crossings lead there."""
    listed = sorted(catalogue.countries.values(), key=lambda country: texts.of(country.name))
    keys = [
        Key(f"{texts.of(country.name)} · {len(catalogue.of(country.id))}", buttons.Country(country.id, 0))
        for country in listed
        if catalogue.of(country.id)
    ]
    return Screen(
        texts("list-countries"), (*grid(keys, 2), (Key(texts("menu-nearest"), Locate()),), _guide(texts))
    )


def country(
    of: Country,
    crossings: Sequence[Crossing],
    cards: Sequence[Card],
    page: int,
    texts: Texts,
    *,
    simulated: bool,
) -> Screen:
    """List one page of a country's crossings with their waits; `cards` are those of the page."""
    told = [texts("list-line", name=texts.of(card.crossing.name), wait=wait(card, texts)) for card in cards]
    turn: Row = ()
    if page > 0:
        turn += (Key(texts("list-less"), buttons.Country(of.id, page - 1)),)
    if (page + 1) * PAGE < len(crossings):
        turn += (Key(texts("list-more"), buttons.Country(of.id, page + 1)),)
    text = paragraphs(
        texts("list-country", country=texts.of(of.name), count=len(crossings)),
        pages.simulated(texts, simulated),
        texts("card-warning", text=texts.of(of.note)) if of.note else None,
        lines(*told),
    )
    keys = _cards((card.crossing for card in cards), texts)
    return Screen(text, (*grid(keys, 2), turn, (Key(texts("menu-back"), Countries()),)))


def nearby(crossing: Crossing, near: Sequence[tuple[Near, Card]], texts: Texts) -> Screen:
    """Show what could be tried instead of a crossing."""
    title = texts("nearby-title", name=texts.of(crossing.name))
    told = lines(*(_near(item, card, texts) for item, card in near)) if near else texts("nearby-none")
    back = (Key(texts("card-back"), buttons.Card(crossing.id, None)),)
    return Screen(
        paragraphs(title, told), (*grid(_cards((item.crossing for item, _ in near), texts), 1), back)
    )


def nearest(near: Sequence[tuple[Near, Card]], texts: Texts) -> Screen:
    """Show what is nearest to a place."""
    told = lines(*(_near(item, card, texts) for item, card in near))
    keys = grid(_cards((item.crossing for item, _ in near), texts), 1)
    return Screen(paragraphs(texts("nearby-found"), told), (*keys, *pages.ways_on(texts)))


def locate(texts: Texts) -> Screen:
    """Ask for a location."""
    return Screen(texts("nearby-ask"))


def which(texts: Texts) -> Screen:
    """Ask for a crossing's name."""
    return Screen(
        texts("find-ask"), ((Key(texts("menu-queue"), Countries()),), (Key(texts("menu-nearest"), Locate()),))
    )


def choice(
    catalogue: Catalogue,
    found: Found,
    query: str,
    texts: Texts,
    does: Callable[[Crossing], buttons.Button] | None = None,
) -> Screen:
    """Offer what a name may mean, or the nearest spellings; without another wish, their cards."""
    if found.matches:
        text, ids = texts("find-several" if len(found.matches) > 1 else "find-one"), found.matches
    elif found.nearest:
        text, ids = texts("find-none", query=clipped(query)), found.nearest
    else:
        text, ids = texts("find-nothing", query=clipped(query)), ()
    keys = _keys((catalogue.crossings[id] for id in ids), texts, does or _card)
    return Screen(text, (*grid(keys, 1), (Key(texts("menu-queue"), Countries()),)))


def where(
    crossings: Sequence[Crossing], number: Quantity | None, mode: Mode | None, typed: str, texts: Texts
) -> Screen:
    """Ask which crossing a typed number is about; `crossings` are those that the text may mean.

    `mode` is the one that was named. Without a `number`, and where nobody goes so, a report begins anew.
    """

    def report(crossing: Crossing) -> buttons.Button:
        if number is None or barred(crossing, mode):
            return to_report(crossing)
        return Confirm(crossing.id, offered(crossing, mode), number.unit.value, number.number)

    text = texts("find-several") if crossings else texts("report-where", what=clipped(typed))
    return Screen(text, (*grid(_keys(crossings, texts, report), 1), (Key(texts("menu-queue"), Countries()),)))


def _near(near: Near, card: Card, texts: Texts) -> Html:
    other = near.crossing.other_side
    return texts(
        "nearby-line",
        name=texts.of(near.crossing.name),
        other=Html(" → " + escape(texts.of(other), quote=False)) if other else "",
        km=round(near.km),
        wind=texts(f"wind-{near.wind}"),
        wait=wait(card, texts),
    )


def _cards(crossings: Iterable[Crossing], texts: Texts) -> list[Key]:
    return _keys(crossings, texts, _card)


def _keys(
    crossings: Iterable[Crossing], texts: Texts, does: Callable[[Crossing], buttons.Button]
) -> list[Key]:
    """Return a key for each; those of the same name are told apart by their type."""
    listed = list(crossings)
    names = [texts.of(crossing.name) for crossing in listed]
    return [
        Key(name if names.count(name) == 1 else f"{name} · {texts(f'type-{crossing.type}')}", does(crossing))
        for name, crossing in zip(names, listed, strict=True)
    ]


def _card(crossing: Crossing) -> buttons.Button:
    return buttons.Card(crossing.id, None)


def to_report(crossing: Crossing) -> buttons.Button:
    """Return the button that begins a report of a crossing."""
    return Ask(crossing.id, modes(crossing)[0])


def _guide(texts: Texts) -> Row:
    return (Key(texts("menu-guide"), buttons.Menu()),)
