"""Numbers as people type them: `5 ч`, `полтора часа`, `5-6 часов`, `300 машин`, `2 км`, `1h30`."""

from dataclasses import dataclass

from bot.crossings.amounts import (
    CLOCK,
    EITHER,
    FILLER,
    MOMENT_AFTER,
    MOMENT_BEFORE,
    SCALES,
    Amount,
    amount_at,
    kind_at,
    number_at,
    tokens_of,
)
from bot.crossings.amounts import Unit as Unit
from bot.crossings.report import (
    LONGEST_QUEUE_METRES,
    LONGEST_WAIT_MINUTES,
    MOST_PEOPLE,
    MOST_VEHICLES,
    Implausible,
)


@dataclass(frozen=True)
class Quantity:
    """A whole number of minutes, vehicles, people or metres, within what queues have."""

    unit: Unit
    number: int


@dataclass(frozen=True)
class Ambiguous:
    """A number without a unit that says what it counts; `readings` are what it may mean, to be asked."""

    readings: tuple[Quantity, ...]


@dataclass(frozen=True)
class Extracted:
    """The quantities that stand in a sentence, in order, and the sentence without them.

    `implausible` says that there was one more that no queue has.
    """

    quantities: tuple[Quantity, ...]
    rest: str
    implausible: bool = False


class NotAQuantity(ValueError):
    """A text that is not one number which we understand."""


def read(text: str) -> Quantity | Ambiguous:
    """Return the quantity that a text is.

    Raises `NotAQuantity` if it is something else, and `Implausible` if no queue has such a number.
    """
    tokens = list(tokens_of(text))
    start = next((index for index, token in enumerate(tokens) if token.kind != FILLER), len(tokens))
    while tokens[start:] and tokens[-1].kind == FILLER:
        tokens.pop()
    if start and tokens[start - 1].text in MOMENT_BEFORE:
        raise NotAQuantity(text)
    if kind_at(tokens, start) == CLOCK and len(tokens) == start + 1:
        return _checked(Unit.MINUTES, tokens[start].value)
    amount = amount_at(tokens, start)
    if amount is not None and amount.end == len(tokens):
        return _meaning(amount)
    number = number_at(tokens, start)
    if number is not None and number.end == len(tokens):
        return _either(number.value, ("hours", "minutes", "vehicles", "people", "kilometres"))
    raise NotAQuantity(text)


def may_be_clock(text: str) -> bool:
    """Tell whether a text that `read` takes for a wait may as well be the time of day: `14:30`."""
    said = [token for token in tokens_of(text) if token.kind != FILLER]
    return len(said) == 1 and said[0].kind == CLOCK and said[0].value < 24 * 60


def extract(text: str) -> Extracted:
    """Return the quantities in a sentence, without times of day, what is ambiguous and what no queue has."""
    tokens = list(tokens_of(text))
    quantities: list[Quantity] = []
    implausible = False
    rest: list[str] = []
    index = kept = 0
    while index < len(tokens):
        amount = amount_at(tokens, index)
        if amount is None:
            index += 1
            continue
        before = tokens[index - 1].text if index else ""
        after = tokens[amount.end].text if amount.end < len(tokens) else ""
        rest.append(text[kept : tokens[index].start])
        kept = tokens[amount.end - 1].end
        index = amount.end
        if before in MOMENT_BEFORE or after in MOMENT_AFTER:
            continue
        try:
            quantity = _meaning(amount)
        except Implausible:
            implausible = True
            continue
        if isinstance(quantity, Quantity):
            quantities.append(quantity)
    rest.append(text[kept:])
    return Extracted(tuple(quantities), " ".join(" ".join(rest).split()), implausible)


_MOST = {
    Unit.MINUTES: ("wait", LONGEST_WAIT_MINUTES),
    Unit.VEHICLES: ("vehicles", MOST_VEHICLES),
    Unit.PEOPLE: ("people", MOST_PEOPLE),
    Unit.METRES: ("length", LONGEST_QUEUE_METRES),
}


def _meaning(amount: Amount) -> Quantity | Ambiguous:
    if amount.scale != EITHER:
        unit, one = SCALES[amount.scale]
        return _checked(unit, amount.value * one)
    # Nobody counts a wait in hundreds of minutes, nor a queue in tens of metres without saying so.
    if amount.value >= 100:
        return _checked(Unit.METRES, amount.value)
    return _either(amount.value, ("minutes", "metres"))


def _either(value: float, scales: tuple[str, ...]) -> Ambiguous:
    readings: dict[Quantity, None] = {}
    for scale in scales:
        unit, one = SCALES[scale]
        number = value * one
        if number <= _MOST[unit][1] and number == round(number):
            readings[Quantity(unit, round(number))] = None
    if not readings:
        raise Implausible("wait")
    return Ambiguous(tuple(readings))


def _checked(unit: Unit, number: float) -> Quantity:
    what, most = _MOST[unit]
    if number > most:
        raise Implausible(what)
    return Quantity(unit, round(number))
