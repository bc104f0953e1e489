"""Numbers as people type them: `5 ч`, `полтора часа`, `5-6 часов`, `300 машин`, `2 км`, `1h30`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.crossings.report import (
    LONGEST_QUEUE_METRES,
    LONGEST_WAIT_MINUTES,
    MOST_PEOPLE,
    MOST_VEHICLES,
    Implausible,
)


class Unit(StrEnum):
    """What a number counts."""

    MINUTES = "minutes"
    VEHICLES = "vehicles"
    PEOPLE = "people"
    METRES = "metres"


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
    tokens = list(_tokens(text))
    start = next((index for index, token in enumerate(tokens) if token.kind != _FILLER), len(tokens))
    while tokens[start:] and tokens[-1].kind == _FILLER:
        tokens.pop()
    if start and tokens[start - 1].text in _MOMENT_BEFORE:
        raise NotAQuantity(text)
    if _kind(tokens, start) == _CLOCK and len(tokens) == start + 1:
        return _checked(Unit.MINUTES, tokens[start].value)
    amount = _amount(tokens, start)
    if amount is not None and amount.end == len(tokens):
        return _meaning(amount)
    number = _range(tokens, start)
    if number is not None and number.end == len(tokens):
        return _either(number.value, ("hours", "minutes", "vehicles", "people", "kilometres"))
    raise NotAQuantity(text)


def may_be_clock(text: str) -> bool:
    """Tell whether a text that `read` takes for a wait may as well be the time of day: `14:30`."""
    said = [token for token in _tokens(text) if token.kind != _FILLER]
    return len(said) == 1 and said[0].kind == _CLOCK and said[0].value < 24 * 60


def extract(text: str) -> Extracted:
    """Return the quantities in a sentence, without times of day, what is ambiguous and what no queue has."""
    tokens = list(_tokens(text))
    quantities: list[Quantity] = []
    implausible = False
    rest: list[str] = []
    index = kept = 0
    while index < len(tokens):
        amount = _amount(tokens, index)
        if amount is None:
            index += 1
            continue
        before = tokens[index - 1].text if index else ""
        after = tokens[amount.end].text if amount.end < len(tokens) else ""
        rest.append(text[kept : tokens[index].start])
        kept = tokens[amount.end - 1].end
        index = amount.end
        if before in _MOMENT_BEFORE or after in _MOMENT_AFTER:
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

# How many of the stored unit one of these is, and how people write it.
_SCALES: dict[str, tuple[Unit, int]] = {
    "weeks": (Unit.MINUTES, 7 * 24 * 60),
    "days": (Unit.MINUTES, 24 * 60),
    "hours": (Unit.MINUTES, 60),
    "minutes": (Unit.MINUTES, 1),
    "vehicles": (Unit.VEHICLES, 1),
    "people": (Unit.PEOPLE, 1),
    "kilometres": (Unit.METRES, 1000),
    "metres": (Unit.METRES, 1),
}
_EITHER = "m"  # `м`: minutes or metres
_SPELLINGS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("weeks", "недел[яюиь]|weeks?"),
        ("days", "сутки|суток|сут|день|дн(я|ей|и)|д|days?|d|sutki|sutok|dn(ya|ey|ei|i)|den"),
        ("hours", "час(а|ов|у|ик|ика|иков)?|ч|hours?|hrs?|h|chas(a|ov)?"),
        ("minutes", "минут(а|ы|у|ок)?|мин|min(ute)?s?|minut[ay]?"),
        (
            "vehicles",
            "машин[аыу]?|авто(мобил[ья]|мобилей)?|тачек|тачки|легков(ых|ые|ушек)|фур[ыа]?|грузов(ых|иков)",
        ),
        ("vehicles", "автобус(ов|а)?|cars?|vehicles?|trucks?|lorr(y|ies)|bus(es)?|mashiny?"),
        ("people", "человека?|чел|людей|люди|пеших|пешеход(ов|а)|people|persons?|chelovek|chel"),
        ("kilometres", "км|километр(а|ов)?|km|kilomet(re|er)s?"),
        ("metres", "метр(а|ов)?|met(re|er)s?"),
        (_EITHER, "м|m"),
    )
)
# Without a number these are one of themselves; `часов 5` is not such a word.
_LONE = {
    "час": "hours",
    "часик": "hours",
    "hour": "hours",
    "сутки": "days",
    "день": "days",
    "day": "days",
    "неделя": "weeks",
    "неделю": "weeks",
    "week": "weeks",
}
_HALF_WORDS = {"полчаса": 30.0, "полчасика": 30.0, "полсуток": 720.0, "polchasa": 30.0}
_NUMBERS: dict[str, float] = {
    word: number
    for words, number in (
        ("полтора полторы poltora", 1.5),
        ("half", 0.5),
        ("один одна одни one a an", 1),
        ("два две двое пара пару two dva couple", 2),
        ("три трое three tri", 3),
        ("четыре четверо four", 4),
        ("пять пятеро five", 5),
        ("шесть шестеро six", 6),
        ("семь семеро seven", 7),
        ("восемь eight", 8),
        ("девять nine", 9),
        ("десять ten", 10),
        ("одиннадцать eleven", 11),
        ("двенадцать twelve", 12),
        ("пятнадцать fifteen", 15),
        ("двадцать twenty", 20),
        ("тридцать thirty", 30),
        ("сорок forty", 40),
        ("пятьдесят fifty", 50),
        ("сто", 100),
        ("двести", 200),
        ("триста", 300),
        ("пятьсот", 500),
    )
    for word in words.split()
}
_FRACTIONS = {"1/2": 0.5, "½": 0.5, "1/4": 0.25, "¼": 0.25, "3/4": 0.75, "¾": 0.75}
_THOUSAND = frozenset({"тысяча", "тысячи", "тысяч", "тыс", "thousand"})
_TO = frozenset({"-", "до", "или", "to", "or"})
_ARTICLES = frozenset({"a", "an"})
_WORDS_AROUND = frozenset(
    re.findall(
        r"\S+",
        "больше более меньше менее почти уже еще всего ровно целых ждали ждем жду стоим стою стояли стоял "
        "стояла прошли прошел прошла проехали проехал очередь очереди в за на из длиной нас было есть там от "
        "over nearly almost already still waiting waited for in the queue line of long total took from",
    )
)
_NOISE = frozenset(
    {"штук", "шт", "около", "примерно", "где-то", "приблизительно", "about", "around", "roughly"}
)
_MOMENT_BEFORE = frozenset({"в", "с", "к", "со", "после", "через", "at", "since", "by", "until", "до"})
_MOMENT_AFTER = frozenset({"назад", "утра", "вечера", "ночи", "дня", "ago", "am", "pm"})

_NUMBER, _CLOCK, _UNIT, _TO_SIGN, _FILLER, _OTHER = "number", "clock", "unit", "to", "filler", "other"
_TOKEN = re.compile(
    r"(?P<clock>(?<![\d:.,])\d{1,3}:[0-5]\d(?![\d:]))"
    r"|(?P<fraction>\d+/\d+|[¼½¾])"
    r"|(?P<negative>(?<!\w)(?<!\d )[-−]\d+)"
    r"|(?P<number>\d{1,3}(?:[ \xa0]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)"
    r"|(?P<dash>[-–—−])"
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int
    value: float = 0


@dataclass(frozen=True)
class _Parsed:
    """A number or an amount, in units of `scale`, and the index after it."""

    value: float
    end: int
    scale: str = ""


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind, value = _OTHER, 0.0
        written = match[0].casefold().replace("ё", "е")
        if match["clock"]:
            hours, minutes = written.split(":")
            kind, value = _CLOCK, 60 * int(hours) + int(minutes)
        elif match["fraction"]:
            # Any other is no amount, `24/7` for example; its second half must not be read as one.
            kind, value = (_NUMBER, _FRACTIONS[written]) if written in _FRACTIONS else (_OTHER, 0.0)
        elif match["number"]:
            kind, value = _NUMBER, float(re.sub(r"\s", "", written).replace(",", "."))
        elif match["dash"]:
            kind, written = _TO_SIGN, "-"
        elif match["word"]:
            if written in _NOISE:
                continue
            kind, value = _word(written), _NUMBERS.get(written, 0)
        yield _Token(kind, written, match.start(), match.end(), value)


def _word(word: str) -> str:
    if word in _NUMBERS:
        return _NUMBER
    if _scale(word):
        return _UNIT
    if word in _TO:
        return _TO_SIGN
    return _FILLER if word in _WORDS_AROUND else _OTHER


def _scale(word: str) -> str:
    return next((name for name, pattern in _SPELLINGS if pattern.fullmatch(word)), "")


def _kind(tokens: Sequence[_Token], index: int) -> str:
    return tokens[index].kind if index < len(tokens) else ""


def _texts(tokens: Sequence[_Token], index: int, length: int) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[index : index + length])


def _number(tokens: Sequence[_Token], index: int) -> _Parsed | None:
    """Parse `5`, `2 1/2`, `двадцать пять`, `1,5 тыс`, `half an`, `пять с половиной`."""
    if _kind(tokens, index) != _NUMBER:
        return None
    value, end = tokens[index].value, index + 1
    if tokens[index].text == "half":
        return _Parsed(value, end + (_texts(tokens, end, 1) in (("a",), ("an",))))
    if _texts(tokens, index, 3) == ("a", "couple", "of"):
        value, end = 2, index + 3
    while _kind(tokens, end) == _NUMBER and tokens[end].text.isalpha() and value % 100 in (0, 20, 30, 40, 50):
        value, end = value + tokens[end].value, end + 1
    if end < len(tokens) and tokens[end].text in _FRACTIONS:
        value, end = value + tokens[end].value, end + 1
    if end < len(tokens) and tokens[end].text in _THOUSAND:
        value, end = value * 1000, end + 1
    halves = _half_more(tokens, end)
    return _Parsed(value + 0.5 * bool(halves), end + halves)


def _half_more(tokens: Sequence[_Token], index: int) -> int:
    """Return how many tokens `с половиной` or `and a half` takes here, 0 if it does not stand here."""
    if _texts(tokens, index, 2) == ("с", "половиной"):
        return 2
    return 3 * (_texts(tokens, index, 3) == ("and", "a", "half"))


def _range(tokens: Sequence[_Token], index: int) -> _Parsed | None:
    """Parse a number or the middle of two: `5-6`, `от 5 до 6`."""
    low = _number(tokens, index)
    if low is None or (tokens[index].text in _ARTICLES and _kind(tokens, low.end) != _UNIT):
        return None
    high = _number(tokens, low.end + 1) if _kind(tokens, low.end) == _TO_SIGN else None
    return _Parsed((low.value + high.value) / 2, high.end) if high else low


def _amount(tokens: Sequence[_Token], index: int) -> _Parsed | None:
    """Parse a number with its unit, on either side of it, and what is added: `1 ч 30 мин`."""
    if _kind(tokens, index) == _UNIT:
        lone = _LONE.get(tokens[index].text)
        if lone:
            return _added(tokens, _Parsed(1, index + 1, lone))
        number = _range(tokens, index + 1)
        if number is None or _kind(tokens, number.end) == _UNIT:
            return None
        return _Parsed(number.value, number.end, _scale(tokens[index].text))
    if index < len(tokens) and tokens[index].text in _HALF_WORDS:
        return _Parsed(_HALF_WORDS[tokens[index].text], index + 1, "minutes")
    if _kind(tokens, index) == _CLOCK:
        spelled = _kind(tokens, index + 1) == _UNIT and _scale(tokens[index + 1].text) == "hours"
        return _Parsed(tokens[index].value, index + 2, "minutes") if spelled else None
    number = _range(tokens, index)
    if number is None or _kind(tokens, number.end) != _UNIT:
        return None
    return _added(tokens, _Parsed(number.value, number.end + 1, _scale(tokens[number.end].text)))


def _added(tokens: Sequence[_Token], amount: _Parsed) -> _Parsed:
    """Add the smaller units that follow a time: `2 дня 5 часов`, `1h30`, `час с половиной`."""
    while amount.scale in ("weeks", "days", "hours"):
        one = _SCALES[amount.scale][1]
        minutes = amount.value * one
        halves = _half_more(tokens, amount.end)
        if halves:
            return _Parsed(minutes + one / 2, amount.end + halves, "minutes")
        start = amount.end + (_texts(tokens, amount.end, 1) in (("и",), ("and",)))
        number = _number(tokens, start)
        if number is None:
            break
        scale = _scale(tokens[number.end].text) if _kind(tokens, number.end) == _UNIT else ""
        if amount.scale == "hours" and scale in ("", _EITHER, "minutes") and number.value < 60:
            return _Parsed(minutes + number.value, number.end + bool(scale), "minutes")
        if _SCALES.get(scale, (None, one))[0] is not Unit.MINUTES or _SCALES[scale][1] >= one:
            break
        smaller = _added(tokens, _Parsed(number.value, number.end + 1, scale))
        return _Parsed(minutes + smaller.value * _SCALES[smaller.scale][1], smaller.end, "minutes")
    return amount


def _meaning(amount: _Parsed) -> Quantity | Ambiguous:
    if amount.scale != _EITHER:
        unit, one = _SCALES[amount.scale]
        return _checked(unit, amount.value * one)
    # Nobody counts a wait in hundreds of minutes, nor a queue in tens of metres without saying so.
    if amount.value >= 100:
        return _checked(Unit.METRES, amount.value)
    return _either(amount.value, ("minutes", "metres"))


def _either(value: float, scales: tuple[str, ...]) -> Ambiguous:
    readings: dict[Quantity, None] = {}
    for scale in scales:
        unit, one = _SCALES[scale]
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
