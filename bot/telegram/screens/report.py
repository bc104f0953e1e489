"""The steps of a report: what, how much, and what became of it."""

from bot.crossings.catalogue import Crossing
from bot.crossings.quantity import Quantity, Unit
from bot.crossings.report import BANDS, Band, Event, Kind, Mode, Statement
from bot.telegram.buttons import (
    Ask,
    AskNumber,
    AskValue,
    Button,
    Card,
    Confirm,
    Countries,
    SendEvent,
    SendNumber,
    SendWait,
    TakeBack,
)
from bot.telegram.screen import Key, Row, Screen, clipped, grid, link, paragraphs
from bot.texts import Html, Texts

CONFIRM = {
    Kind.CROSSED: "report-confirm-crossed",
    Kind.WAITING: "report-confirm-waiting",
    Kind.LENGTH: "report-confirm-length",
}
"""What a button says that reports a typed number as this kind."""


def meanings(unit: Unit) -> tuple[Kind, ...]:
    """Return what a number of such things can mean; of minutes it has to be asked."""
    return (Kind.CROSSED, Kind.WAITING) if unit is Unit.MINUTES else (Kind.LENGTH,)


def modes(crossing: Crossing) -> tuple[Mode, ...]:
    """Return how people go through here; where nobody is admitted, how they would."""
    admitted = tuple(
        mode for mode in Mode if mode in crossing.modes and crossing.modes[mode].admitted != "no"
    )
    return admitted or tuple(mode for mode in Mode if mode in crossing.modes)


def offered(crossing: Crossing, mode: Mode | None) -> Mode:
    """Return this mode if people go so through here, else the first in which they do."""
    known = modes(crossing)
    return mode if mode in known else known[0]


def barred(crossing: Crossing, mode: Mode | None) -> Mode | None:
    """Return the mode that was named if nobody goes so through here, else None."""
    return None if mode in modes(crossing) else mode


def ask(crossing: Crossing, mode: Mode, texts: Texts) -> Screen:
    """Ask what is to be reported; the mode can be changed."""
    ways = modes(crossing)
    switch: Row = ()
    if len(ways) > 1:
        switch = tuple(Key(_marked(other, mode, texts), Ask(crossing.id, other)) for other in ways)
    return Screen(
        texts("report-ask", name=texts.of(crossing.name), mode=way(mode, texts)),
        (
            switch,
            (Key(texts("report-crossed"), AskValue(crossing.id, mode, Kind.CROSSED)),),
            (Key(texts("report-waiting"), AskValue(crossing.id, mode, Kind.WAITING)),),
            (Key(texts("report-length"), AskNumber(crossing.id, mode, Kind.LENGTH)),),
            (Key(texts("report-event"), AskValue(crossing.id, mode, Kind.EVENT)),),
            (Key(texts("card-back"), Card(crossing.id, mode)),),
        ),
    )


def ask_wait(crossing: Crossing, mode: Mode, kind: Kind, texts: Texts) -> Screen:
    """Ask how long, in bands."""
    keys = [
        Key(texts.span(band.low, band.high), SendWait(crossing.id, mode, kind, place))
        for place, band in enumerate(BANDS)
    ]
    key = "report-ask-waiting" if kind is Kind.WAITING else "report-ask-crossed"
    return Screen(
        texts(key, name=texts.of(crossing.name), mode=way(mode, texts)),
        (
            *grid(keys, 2),  # three would be cut off on a small phone
            (Key(texts("report-number"), AskNumber(crossing.id, mode, kind)),),
            (Key(texts("menu-back"), Ask(crossing.id, mode)),),
        ),
    )


def ask_event(crossing: Crossing, mode: Mode, texts: Texts) -> Screen:
    """Ask what is happening."""
    keys = [Key(capital(texts(f"event-{event}")), SendEvent(crossing.id, mode, event)) for event in Event]
    return Screen(
        texts("report-ask-event", name=texts.of(crossing.name), mode=way(mode, texts)),
        (*grid(keys, 1), (Key(texts("menu-back"), Ask(crossing.id, mode)),)),
    )


def ask_number(crossing: Crossing, mode: Mode, kind: Kind, texts: Texts, username: str) -> Screen:
    """Ask for a number to be typed; the link in the question carries what was chosen so far."""
    address = link(AskNumber(crossing.id, mode, kind), username)
    name = texts("report-link", address=address, name=texts.of(crossing.name))
    return Screen(texts("report-ask-number", link=name, mode=way(mode, texts), kind=kind.value))


def confirm(crossing: Crossing, mode: Mode, quantity: Quantity, texts: Texts) -> Screen:
    """Ask whether to report what was typed, and what it means."""
    what = amount(quantity, texts)
    unit, number = quantity.unit.value, quantity.number
    sends = tuple(
        (Key(texts(CONFIRM[kind], what=what), SendNumber(crossing.id, mode, kind, unit, number)),)
        for kind in meanings(quantity.unit)
    )
    ways = modes(crossing)
    switch: Row = ()
    if len(ways) > 1:
        switch = tuple(
            Key(_marked(other, mode, texts), Confirm(crossing.id, other, unit, number)) for other in ways
        )
    return Screen(
        texts("report-confirm", name=texts.of(crossing.name), mode=way(mode, texts), what=what),
        (switch, *sends, (Key(texts("card-back"), Card(crossing.id, mode)),)),
    )


def ask_unit(
    crossing: Crossing,
    mode: Mode,
    kind: Kind | None,
    readings: tuple[Quantity, ...],
    typed: str,
    texts: Texts,
) -> Screen:
    """Ask what a bare number counts; each of the readings may mean this kind.

    Without a kind nothing was asked about: then it is confirmed, or told what it means, before it counts.
    """

    def does(reading: Quantity) -> Button:
        unit, number = reading.unit.value, reading.number
        if kind is None:
            return Confirm(crossing.id, mode, unit, number)
        return SendNumber(crossing.id, mode, kind, unit, number)

    keys = [Key(amount(reading, texts), does(reading)) for reading in readings]
    text = texts("report-unit", name=texts.of(crossing.name), mode=way(mode, texts), number=clipped(typed))
    return Screen(text, grid(keys, 2))


def implausible(crossing: Crossing | None, texts: Texts) -> Screen:
    """Say what is accepted, to a number that no queue has and that nothing was asked about."""
    if crossing is not None:
        return notice(texts("report-implausible"), crossing, None, texts)
    return Screen(texts("report-implausible"), ((Key(texts("menu-queue"), Countries()),),))


def nobody_goes_so(crossing: Crossing, mode: Mode, texts: Texts) -> Screen:
    """Say that a report of a mode in which nobody is let through here is not taken for another mode."""
    text = texts("report-nobody-so", name=texts.of(crossing.name), mode=way(mode, texts))
    begin = (Key(texts("card-report"), Ask(crossing.id, modes(crossing)[0])),)
    return Screen(text, (begin, (Key(texts("card-back"), Card(crossing.id, None)),)))


def done(crossing: Crossing, statement: Statement, report: int, now: str | None, texts: Texts) -> Screen:
    """Confirm what was stored, and what the card says since."""
    text = texts(
        "report-done",
        name=texts.of(crossing.name),
        mode=way(statement.mode, texts),
        what=said(statement, texts).removesuffix("."),  # of `3 дн.`: the sentence has its own
    )
    return Screen(
        paragraphs(text, now),
        (
            (Key(texts("card-back"), Card(crossing.id, statement.mode)),),
            (Key(texts("report-take-back"), TakeBack(crossing.id, report)),),
        ),
    )


def notice(text: Html, crossing: Crossing, mode: Mode | None, texts: Texts) -> Screen:
    """Say what became of a report, with the way back to the card."""
    return Screen(text, ((Key(texts("card-back"), Card(crossing.id, mode)),),))


def said(statement: Statement, texts: Texts) -> str:
    """Return in words what a person reported."""
    match statement.kind:
        case Kind.EVENT if statement.event is not None:
            return texts(f"event-{statement.event}")
        case Kind.BAND if statement.band is not None:
            return texts("report-said-crossed", what=texts.span(statement.band.low, statement.band.high))
        case Kind.LENGTH:
            return texts("report-said-length", what=length(statement, texts))
        case Kind.WAITING if not statement.wait_minutes:
            return texts("report-said-waiting-unknown")
        case _:
            key = "report-said-waiting" if statement.kind is Kind.WAITING else "report-said-crossed"
            return texts(key, what=texts.exactly(statement.wait_minutes or 0))


def length(statement: Statement, texts: Texts) -> str:
    """Return a queue's length in words, of all that was said of it."""
    parts = [
        texts("card-vehicles", count=statement.vehicles) if statement.vehicles is not None else None,
        texts("people", count=statement.people) if statement.people is not None else None,
        texts.distance(statement.metres) if statement.metres is not None else None,
    ]
    return ", ".join(part for part in parts if part)


def amount(quantity: Quantity, texts: Texts) -> str:
    """Return a typed quantity in words."""
    match quantity.unit:
        case Unit.MINUTES:
            return texts.exactly(quantity.number)
        case Unit.VEHICLES:
            return texts("card-vehicles", count=quantity.number)
        case Unit.PEOPLE:
            return texts("people", count=quantity.number)
        case Unit.METRES:
            return texts.distance(quantity.number)


def statement(crossing: str, mode: Mode, kind: Kind, quantity: Quantity) -> Statement:
    """Return what a person states with a number; what it counts wins over what was asked."""
    number = quantity.number
    match quantity.unit:
        case Unit.MINUTES:
            return Statement(crossing, mode, kind, wait_minutes=number)
        case Unit.VEHICLES:
            return Statement(crossing, mode, Kind.LENGTH, vehicles=number)
        case Unit.PEOPLE:
            return Statement(crossing, mode, Kind.LENGTH, people=number)
        case Unit.METRES:
            return Statement(crossing, mode, Kind.LENGTH, metres=number)


def banded(crossing: str, mode: Mode, kind: Kind, band: Band) -> Statement:
    """Return what a person states with a band: in all, or at least its lower end so far."""
    if kind is Kind.WAITING:
        return Statement(crossing, mode, kind, wait_minutes=band.low)
    return Statement(crossing, mode, Kind.BAND, band=band)


def way(mode: Mode, texts: Texts) -> Html:
    """Return a mode in words: 🚗 by car."""
    return texts(f"mode-{mode}", short="no")


def sign(mode: Mode, texts: Texts) -> Html:
    """Return a mode's sign: 🚗."""
    return texts(f"mode-{mode}", short="yes")


def capital(text: str) -> str:
    """Return a text that begins a line."""
    return text[:1].upper() + text[1:]


def _marked(mode: Mode, chosen: Mode, texts: Texts) -> str:
    return ("• " if mode is chosen else "") + sign(mode, texts)
