"""Numbers with their units inside a text: `5 ч`, `полтора часа`, `от 5 до 6 часов`, `машин 300`, `1h30`.

The grammar shared by a number typed as an answer (`quantity`) and one inside a message (`said`). Words are
compared as `spelling.plain` writes them, so that `й`, `ё`, `ь` and `ы` do not matter.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.crossings.spelling import plain


class Unit(StrEnum):
    """What a number counts."""

    MINUTES = "minutes"
    VEHICLES = "vehicles"
    PEOPLE = "people"
    METRES = "metres"


# How many of the stored unit one of these is, and how people write it.
SCALES: dict[str, tuple[Unit, int]] = {
    "weeks": (Unit.MINUTES, 7 * 24 * 60),
    "days": (Unit.MINUTES, 24 * 60),
    "hours": (Unit.MINUTES, 60),
    "minutes": (Unit.MINUTES, 1),
    "vehicles": (Unit.VEHICLES, 1),
    "cars": (Unit.VEHICLES, 1),
    "trucks": (Unit.VEHICLES, 1),
    "buses": (Unit.VEHICLES, 1),
    "people": (Unit.PEOPLE, 1),
    "pedestrians": (Unit.PEOPLE, 1),
    "kilometres": (Unit.METRES, 1000),
    "metres": (Unit.METRES, 1),
}
EITHER = "m"  # `м`: minutes or metres
_SPELLINGS = re.compile(
    "|".join(
        f"(?P<{name}>{plain(pattern)})"
        for name, pattern in (
            ("weeks", "недел[яюиь]|weeks?"),
            ("days", "сутки|суток|сут|день|дн(?:я|ей|и)|дней|д|days?|d|sutki|sutok|dn(?:ya|ey|ei|i)|den"),
            ("hours", "час(?:а|ов|у|ик|ика|иков)?|ч|hours?|hrs?|h|chas(?:a|ov)?"),
            ("minutes", "минут(?:а|ы|у|ок)?|мин|min(?:ute)?s?|minut[ay]?"),
            (
                "vehicles",
                "машин(?:[аыу]|ок|ки)?|авто(?:мобил[ья]|мобилей)?|тачек|тачки|mashin[yi]?|cars?|vehicles?",
            ),
            ("cars", "легков(?:ых|ые|ушек|ушки)"),
            (
                "trucks",
                "фур[ыау]?|грузов(?:ых|ые|иков|ика)|большегрузов|камазов|fur[yi]?|trucks?|lorr(?:y|ies)",
            ),
            (
                "buses",
                "(?:микро)?автобус(?:ов|а)?|маршрут(?:ок|ки)|бус(?:ов|ика|иков)|bus(?:es)?|minibus(?:es)?",
            ),
            ("people", "человека?|чел|людей|люди|people|persons?|chelovek|chel"),
            ("pedestrians", "пеш(?:их|ими|ие|еход(?:ов|а))|pedestrians?"),
            ("kilometres", "км|километр(?:а|ов)?|km|kms|kilomet(?:re|er)s?"),
            ("metres", "метр(?:а|ов)?|met(?:re|er)s?"),
            (EITHER, "м|m"),
        )
    )
)
# Without a number these are one of themselves; `часов 5` is not such a word.
_LONE = {
    plain(word): scale
    for scale, words in (
        ("hours", "час часик hour"),
        ("days", "сутки день day"),
        ("weeks", "неделя неделю week"),
        ("kilometres", "километр"),
    )
    for word in words.split()
}
# With these words it is no span: `добрый день`, `каждый час`, `rush hour`, `час пик`; `весь день` is no day.
_NO_SPAN_BEFORE = re.compile(
    plain(
        r"(?!(?:цел|полн|бит)(?:ый|ую|ые) (?!день))"
        r"(?:\w+(?:ый|ий|ой|ую|ые|ие)|эт(?:от|у|и)|т(?:от|у|е)|сей|весь|good|nice|fine|bad|every|each|this|that|"
        r"what|which|last|next|first|one|rush|peak|happy|other|per|all|whole) \w+"
    )
)
_NO_SPAN_AFTER = re.compile(plain(r"пик\w*|рожд\w*|побед\w*|off|trips?"))
_HALF_WORDS = {
    plain(word): half
    for half, words in (
        (30.0, "полчаса полчасика polchasa"),
        (720.0, "полсуток полдня"),
    )
    for word in words.split()
}
_NUMBERS: dict[str, float] = {
    plain(word): number
    for words, number in (
        ("пол half", 0.5),
        ("полтора полторы полутора poltora", 1.5),
        ("один одна одни одну одной одного one a an", 1),
        ("два две двое двух пара пару two dva couple", 2),
        ("три трое трех three tri", 3),
        ("четыре четверо четырех four", 4),
        ("пять пятеро пяти five", 5),
        ("шесть шестеро шести six", 6),
        ("семь семеро семи seven", 7),
        ("восемь восьми eight", 8),
        ("девять девяти nine", 9),
        ("десять десяти десяток ten", 10),
        ("одиннадцать одиннадцати eleven", 11),
        ("двенадцать двенадцати twelve", 12),
        ("тринадцать thirteen", 13),
        ("четырнадцать fourteen", 14),
        ("пятнадцать пятнадцати fifteen", 15),
        ("шестнадцать sixteen", 16),
        ("семнадцать seventeen", 17),
        ("восемнадцать eighteen", 18),
        ("девятнадцать nineteen", 19),
        ("двадцать двадцати twenty", 20),
        ("тридцать тридцати thirty", 30),
        ("сорок сорока forty", 40),
        ("пятьдесят пятидесяти полсотни fifty", 50),
        ("шестьдесят шестидесяти sixty", 60),
        ("семьдесят seventy", 70),
        ("восемьдесят eighty", 80),
        ("девяносто ninety", 90),
        ("сто ста сотня сотню", 100),
        ("двести двухсот", 200),
        ("триста трехсот", 300),
        ("четыреста", 400),
        ("пятьсот", 500),
        ("шестьсот", 600),
        ("семьсот", 700),
        ("восемьсот", 800),
        ("девятьсот", 900),
    )
    for word in words.split()
}
_FRACTIONS = {"1/2": 0.5, "½": 0.5, "1/4": 0.25, "¼": 0.25, "3/4": 0.75, "¾": 0.75}
_TIMES = {
    plain(word): times
    for times, words in (
        (10, "десятка десятков"),
        (100, "сотни сотен hundred"),
        (1000, "тысяча тысячи тысяч тыс thousand"),
    )
    for word in words.split()
}
_TO = frozenset({"-", "до", "или", "to", "or"})
_ARTICLES = frozenset({"a", "an"})
_WORDS_AROUND = frozenset(
    plain(
        "больше более меньше менее почти уже еще всего ровно целых ждали ждем жду стоим стою стояли стоял "
        "стояла прошли прошел прошла проехали проехал очередь очереди в за на из длиной нас было есть там от "
        "over nearly almost already still waiting waited for in the queue line of long total took from"
    ).split()
)
_NOISE = frozenset(plain("штук шт около примерно где-то приблизительно порядка about around roughly").split())
MOMENT_BEFORE = frozenset({"в", "с", "к", "со", "после", "через", "at", "since", "by", "until", "до"})
MOMENT_AFTER = frozenset({"назад", "утра", "вечера", "ночи", "дня", "ago", "am", "pm"})

NUMBER, CLOCK, UNIT, TO_SIGN, FILLER, OTHER = "number", "clock", "unit", "to", "filler", "other"
_TOKEN = re.compile(
    r"(?P<clock>(?<![\d:.,])\d{1,3}:[0-5]\d(?![\d:]))"
    r"|(?P<fraction>\d+/\d+|[¼½¾])"
    r"|(?P<negative>(?<!\w)(?<!\d )[-−]\d+)"
    r"|(?P<ordinal>\d+-?(?:[йяие]|го|м[уи]|ая|[ыи]й|th|st|nd|rd)(?!\w))"
    r"|(?P<number>\d{1,3}(?:[ \xa0]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)(?:-?(?:у?х|[её]х|т?и|ми)(?!\w))?"
    r"|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)"
    r"|(?P<dash>[-–—−])"
)


@dataclass(frozen=True)
class Token:
    """A word, number or dash of a text; `value` is that of a number, or the minutes of a clock."""

    kind: str
    text: str
    start: int
    end: int
    value: float = 0


@dataclass(frozen=True)
class Amount:
    """A number or an amount, in units of `scale`, and the index after it.

    `scale` is a key of `SCALES`, `EITHER`, or empty for a number without a unit.
    """

    value: float
    end: int
    scale: str = ""


def tokens_of(text: str) -> Iterator[Token]:
    """Take a text apart, without signs and words such as `около`."""
    for match in _TOKEN.finditer(text):
        kind, value = OTHER, 0.0
        written = plain(match[0])
        if match["clock"]:
            hours, minutes = written.split(":")
            kind, value = CLOCK, 60 * int(hours) + int(minutes)
        elif match["fraction"]:
            # Any other is no amount, `24/7` for example; its second half must not be read as one.
            kind, value = (NUMBER, _FRACTIONS[written]) if written in _FRACTIONS else (OTHER, 0.0)
        elif match["number"]:
            kind, value = NUMBER, float(re.sub(r"\s", "", match["number"]).replace(",", "."))
        elif match["dash"]:
            kind, written = TO_SIGN, "-"
        elif match["word"]:
            if written in _NOISE:
                continue
            parts = written.split("-")
            if len(parts) > 1 and all(_word(part) in (NUMBER, UNIT) for part in parts):
                yield from _joined(match)  # `два-три`, `час-полтора`
                continue
            kind, value = _word(written), _NUMBERS.get(written, 0)
        yield Token(kind, written, match.start(), match.end(), value)


def _joined(match: re.Match[str]) -> Iterator[Token]:
    for part in re.finditer("[^-]+|-", match[0]):
        word = plain(part[0])
        kind = TO_SIGN if word == "-" else _word(word)
        yield Token(
            kind, word, match.start() + part.start(), match.start() + part.end(), _NUMBERS.get(word, 0)
        )


def _word(word: str) -> str:
    if word in _NUMBERS:
        return NUMBER
    if scale_of(word):
        return UNIT
    if word in _TO:
        return TO_SIGN
    return FILLER if word in _WORDS_AROUND else OTHER


def scale_of(word: str) -> str:
    """Return the name of the unit that a word, as `plain` writes it, stands for; empty if for none."""
    match = _SPELLINGS.fullmatch(word)
    return (match.lastgroup or "") if match else ""


def kind_at(tokens: Sequence[Token], index: int) -> str:
    """Return the kind of a token, empty behind the last."""
    return tokens[index].kind if index < len(tokens) else ""


def texts_at(tokens: Sequence[Token], index: int, length: int) -> tuple[str, ...]:
    """Return what up to `length` tokens from there say."""
    return tuple(token.text for token in tokens[index : index + length])


def _single(tokens: Sequence[Token], index: int) -> Amount | None:
    """Parse `5`, `2 1/2`, `двадцать пять`, `1,5 тыс`, `half an`, `пять с половиной`."""
    if kind_at(tokens, index) != NUMBER:
        return None
    value, end = tokens[index].value, index + 1
    if tokens[index].text == "half":
        return Amount(value, end + (texts_at(tokens, end, 1) in (("a",), ("an",))))
    if texts_at(tokens, index, 3) == ("a", "couple", "of"):
        value, end = 2, index + 3
    while kind_at(tokens, end) == NUMBER and tokens[end].text.isalpha() and _adds(value, tokens[end].value):
        value, end = value + tokens[end].value, end + 1
    if end < len(tokens) and tokens[end].text in _FRACTIONS:
        value, end = value + tokens[end].value, end + 1
    if end < len(tokens) and tokens[end].text in _TIMES:
        value, end = value * _TIMES[tokens[end].text], end + 1
    halves = _half_more(tokens, end)
    return Amount(value + 0.5 * bool(halves), end + halves)


def _adds(value: float, more: float) -> bool:
    """Tell whether `двадцать` and `пять` are one number, unlike `двадцать` and `тридцать`."""
    return (value % 100 == 0 and 1 <= more < 100) or (
        value % 10 == 0 and value % 100 >= 20 and 1 <= more < 10
    )


def _half_more(tokens: Sequence[Token], index: int) -> int:
    """Return how many tokens `с половиной` or `and a half` takes here, 0 if it does not stand here."""
    if texts_at(tokens, index, 2) == ("с", "половинои"):
        return 2
    return 3 * (texts_at(tokens, index, 3) == ("and", "a", "half"))


def number_at(tokens: Sequence[Token], index: int) -> Amount | None:
    """Parse a number or the middle of two: `5-6`, `от 5 до 6`."""
    low = _single(tokens, index)
    if low is None or (tokens[index].text in _ARTICLES and kind_at(tokens, low.end) != UNIT):
        return None
    high = _single(tokens, low.end + 1) if kind_at(tokens, low.end) == TO_SIGN else _next_word(tokens, low)
    return Amount((low.value + high.value) / 2, high.end) if high else low


def _next_word(tokens: Sequence[Token], low: Amount) -> Amount | None:
    """Return the upper end of `два три часа`."""
    high = _single(tokens, low.end)
    if high is None or not all(token.text.isalpha() for token in tokens[low.end - 1 : low.end + 1]):
        return None
    return high if low.value < high.value <= 2 * low.value and kind_at(tokens, high.end) == UNIT else None


def amount_at(tokens: Sequence[Token], index: int) -> Amount | None:
    """Parse a number with its unit, on either side of it, and what is added: `1 ч 30 мин`."""
    if kind_at(tokens, index) == UNIT:
        lone = _LONE.get(tokens[index].text)
        if lone and _is_no_span(tokens, index):
            return None
        if lone:
            most = _single(tokens, index + 2) if kind_at(tokens, index + 1) == TO_SIGN else None
            if most and most.value > 1 and kind_at(tokens, most.end) != UNIT:  # `час-полтора`
                return Amount((1 + most.value) / 2, most.end, lone)
            return _added(tokens, Amount(1, index + 1, lone))
        number = number_at(tokens, index + 1)
        if number is None or kind_at(tokens, number.end) == UNIT:
            return None
        return Amount(number.value, number.end, scale_of(tokens[index].text))
    if index < len(tokens) and tokens[index].text in _HALF_WORDS:
        return Amount(_HALF_WORDS[tokens[index].text], index + 1, "minutes")
    if kind_at(tokens, index) == CLOCK:
        spelled = kind_at(tokens, index + 1) == UNIT and scale_of(tokens[index + 1].text) == "hours"
        return Amount(tokens[index].value, index + 2, "minutes") if spelled else None
    number = number_at(tokens, index)
    if number is None or kind_at(tokens, number.end) != UNIT:
        return None
    return _added(tokens, Amount(number.value, number.end + 1, scale_of(tokens[number.end].text)))


def _is_no_span(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether the words beside a unit without a number make it a moment, a habit or a greeting."""
    before, after = " ".join(texts_at(tokens, max(index - 1, 0), 2)), texts_at(tokens, index + 1, 1)
    return bool(_NO_SPAN_BEFORE.fullmatch(before)) or any(_NO_SPAN_AFTER.fullmatch(word) for word in after)


def _added(tokens: Sequence[Token], amount: Amount) -> Amount:
    """Add the smaller units that follow a time: `2 дня 5 часов`, `1h30`, `час с половиной`."""
    while amount.scale in ("weeks", "days", "hours"):
        one = SCALES[amount.scale][1]
        minutes = amount.value * one
        halves = _half_more(tokens, amount.end)
        if halves:
            return Amount(minutes + one / 2, amount.end + halves, "minutes")
        start = amount.end + (texts_at(tokens, amount.end, 1) in (("и",), ("and",)))
        number = _single(tokens, start)
        if number is None:
            break
        scale = scale_of(tokens[number.end].text) if kind_at(tokens, number.end) == UNIT else ""
        if amount.scale == "hours" and scale in ("", EITHER, "minutes") and number.value < 60:
            return Amount(minutes + number.value, number.end + bool(scale), "minutes")
        if SCALES.get(scale, (None, one))[0] is not Unit.MINUTES or SCALES[scale][1] >= one:
            break
        smaller = _added(tokens, Amount(number.value, number.end + 1, scale))
        return Amount(minutes + smaller.value * SCALES[smaller.scale][1], smaller.end, "minutes")
    return amount
