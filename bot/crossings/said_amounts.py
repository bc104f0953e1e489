"""What the numbers in the clauses of a report count: a wait, vehicles, people, the length of the queue."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.crossings.amounts import (
    EITHER,
    NUMBER,
    SCALES,
    TO_SIGN,
    Amount,
    Token,
    Unit,
    amount_at,
    kind_at,
    number_at,
    scale_of,
    tokens_of,
)
from bot.crossings.report import (
    LONGEST_QUEUE_METRES,
    LONGEST_WAIT_MINUTES,
    MOST_PEOPLE,
    MOST_VEHICLES,
    Mode,
)
from bot.crossings.wording import known, wording


class Place(Enum):
    """Where what is counted stands."""

    BARRIER = auto()
    UNSAID = auto()
    BEYOND = auto()


@dataclass(frozen=True)
class Found:
    """A number of a clause; `scale` is a name of `SCALES`, or empty for a number that stands by itself."""

    unit: Unit
    number: float
    scale: str
    place: Place
    clause: int

    @property
    def mode(self) -> Mode | None:
        """How those go who are counted."""
        return _MODES.get(self.scale)


_MODES = {
    "vehicles": Mode.CAR,
    "cars": Mode.CAR,
    "trucks": Mode.TRUCK,
    "buses": Mode.BUS,
    "pedestrians": Mode.FOOT,
}
_MOST = {
    Unit.MINUTES: LONGEST_WAIT_MINUTES,
    Unit.VEHICLES: MOST_VEHICLES,
    Unit.PEOPLE: MOST_PEOPLE,
    Unit.METRES: LONGEST_QUEUE_METRES,
}

POST = (
    "(шлагбаум*|пост(а|у)?|кпп|границ*|мапп|пункт*|таможн*|погран*|нейтрал*|переход*|палк*|border|checkpoint|"
    "post|barrier)"
)
"""Where a queue ends."""

_BARRIER = wording(
    "(до|перед|у|на|от) (\\w+ )?(шлагбаум*|палк*)|палк*|шлагбаум*|впереди|(перед|передо) (нами|мной)",
    "ahead|in front",
)
_BEYOND = wording(
    "нейтрал*|буфер*|между (границами|постами|кпп)|на той стороне|нул(е|ь|евой|евая)|no mans land|neutral"
)
_BEHIND = wording("(за|после) (нами|мной|нас|меня)|позади|сзади|behind (us|me)")

# A moment or another span than the wait.
_MOMENT_BEFORE = re.compile(
    r"(?<!\w)(в|с|со|к|после|через|каждые|каждыи|at|since|by|until|до|раз в|последн\w+|every|last)\s*$"
)
# `третий час` is not yet three, and of `ни одной` there is none.
_NOT_SO_MANY = re.compile(
    r"(?<!\w)((втор|трет|четверт|пят|шест|седм|восм|девят|десят|одиннадцат|двенадцат|котор|какои)\w*|\d+-?и|ни|second|third)\s*$"
)
_LEFT = re.compile(r"(?<!\w)(остал\w+|осталос|еше|заимет|another)\s*(\w+\s+)?$")
_MOMENT_AFTER = re.compile(
    r"\s*(назад|утра|вечера|ночи|дня|ago|am|pm|пик|осталос\w*|до\s+(закрыт|открыт)\w*|хватит|пути|езды|ехат|лет[ау])(?!\w)"
)
_DRIVE = wording(
    "ехать|ехал(а|и)?|едем|еду|езды|в пути|добира*|доехал*|лететь|летели|летит|drive|driving|flight|опозда*",
    "работает|открыто с",
)
_AFTER = re.compile(r"(?<!\w)через\s*$")
_ARRIVED = wording("добрал*|прошли|прошел|прошла|вышли|вышел|вышла|попали|пропустили|выпустили|оказал*")
_RATE_AFTER = re.compile(r"\s*(в|за|per|an?)\s+(час|сутки|ден|смену|раз|hour|day)(?!\w)")
_EACH = re.compile(r"(?<!\w)по\s*$")
_ROWS = re.compile(r"(?<!\w)(\d+|два|две|три|четыре)\s+(ряда?|рядов|полос[аы]?|полоси|колонн[аи])\s+по\s*$")
_ROW_WORDS = {"два": 2, "две": 2, "три": 3, "четыре": 4}
# Those who went in are not in the queue any more.
_PASSED = re.compile(
    r"(?<!\w)(прош|проех|пропу|запу|впу|выпу|пуст|пуска|приня|оформ|let\s+in|took)\w*(\s+\w+){0,2}\s*$"
)
_PROGRESS = wording(
    "продвинул*|сдвинул*|проползл*|проехали|проехал|проехала|прошли|прошел|прошла|прошло|запустил*",
    "пропустил*|moved",
)
_OURS = re.compile(r"(?<!\w)(нас|мы|едем|едет|ишем|для|на|we|семи)\s*$")
_QUEUE = wording(
    "очеред*|хвост*|пробк*|колонн*|стоим|стою|стоят|стоит|тянется|растянул*|затор*|километров*|queue|line",
    "tail|jam|traffic|standing|waiting",
)
QUEUE_WORD = wording("очеред*|хвост*|пробк*|затор*|колонн*|queue|line|tail|jam")
_AFTER_TARGET = re.compile(r"\s*(до|от|from|to|before)\s+(?P<target>[\w-]+(\s+[\w-]+)?)")
_FROM_OR_TO = wording("от|до|from|to")
_STILL = wording("еще|уже|почти|всего|примерно|где-то|около|порядка|about|still")
_TO_POST = re.compile(wording(f"(до|to) (\\w+ )?{POST}").pattern + r"\W*(еше\W+)?$")
_POST = wording(POST)
_THROUGH = re.compile(r"(?<!\w)за\s*$")
_ABOUT_ONE = re.compile(
    r"(?<!\w)(болше|более|около|почти|менше|менее|порядка|свише|over|about)\s+(?=(часа|суток|дня|недели|километра|hour)(?!\w)(?!\s+\d))"
)
# `часа на 4`, `минут за 15`; `машин стоит 20`, `легковых под сотню`
_ROUGHLY = re.compile(r"(?<!\w)(минут|часа|часов|часиков|суток|дня)\s+(?:на|за)\s+(?=\w)")
_FILLED = re.compile(
    r"(?<!\w)(машин|авто|фур|легкових|грузових|автобусов|человек|людеи|пеших)\s+"
    r"(било|стоит|стоят|есть|ест|всего|еше|под|до|впереди|наверное|осталос)\s+(?=\w)"
)
_TIME = ("hours", "minutes", "days", "weeks")


def amounts(clauses: Sequence[str], is_place: Callable[[str], bool]) -> Iterator[Found]:
    """Yield what is counted in the clauses of a report, in order.

    `is_place` tells whether a word names a crossing: `2 км до Ларса` is how far a queue reaches.
    """
    for index, written in enumerate(clauses):
        clause = _tidied(written)
        tokens = list(tokens_of(clause))
        position = 0
        while position < len(tokens):
            amount = _amount(tokens, position)
            if amount is None:
                position += 1
                continue
            start, end = tokens[position].start, tokens[amount.end - 1].end
            before, after = clause[:start], clause[end:]
            position_after = amount.end
            if _RATE_AFTER.match(after):  # `5 машин в час`
                position = position_after + 2
                continue
            found = _meant(amount, tokens[position], before, after, clause, index, is_place)
            if found:
                yield found
            position = position_after


def _tidied(clause: str) -> str:
    clause = re.sub(r"(?<=\s)[-–—−](?=\d)", "- ", clause)
    clause = re.sub(r"(?<=\d)\s*\+", " ", clause)
    clause = _ROUGHLY.sub(r"\1 ", clause)
    clause = _FILLED.sub(_turned, clause)
    return _ABOUT_ONE.sub(r"\g<0>1 ", clause)


def _turned(match: re.Match[str]) -> str:
    """Put what counts beside its number, unless that stands before it: `машин стоит 20`."""
    before = list(tokens_of(match.string[: match.start()]))[-1:]
    return match[0] if kind_at(before, 0) == NUMBER else f"{match[2]} {match[1]} "


def _amount(tokens: Sequence[Token], index: int) -> Amount | None:
    """Parse an amount also where a dash stands after what is counted: `легковых - 0`."""
    amount = amount_at(tokens, index)
    scale = scale_of(tokens[index].text)
    if amount is None and scale and scale not in _TIME and kind_at(tokens, index + 1) == TO_SIGN:
        number = number_at(tokens, index + 2)
        if number and not scale_of(tokens[number.end].text if number.end < len(tokens) else ""):
            return Amount(number.value, number.end, scale)
    return amount


def _meant(
    amount: Amount,
    first: Token,
    before: str,
    after: str,
    clause: str,
    index: int,
    is_place: Callable[[str], bool],
) -> Found | None:
    scale = amount.scale
    if scale == EITHER:
        scale = "minutes" if _THROUGH.search(before) else "metres" if QUEUE_WORD.search(before) else ""
        if not scale:
            return None
    unit, one = SCALES[scale]
    number = amount.value * one
    if number > _MOST[unit] or _NOT_SO_MANY.search(before):
        return None
    match unit:
        case Unit.MINUTES:
            fits = _is_wait(before, after, clause)
        case Unit.METRES:
            fits = _is_length(before, after, clause, is_place)
        case _:
            rows = _ROWS.search(before)
            if rows:
                number *= _ROW_WORDS.get(rows[1]) or int(rows[1])
            fits = (
                first.text not in ("a", "an")
                and not (_EACH.search(before) and not rows)
                and not _PASSED.search(before)
                and not _BEHIND.search(clause)
                and not _OURS.search(before)
            )
    return Found(unit, number, scale, _place(clause), index) if fits else None


def _is_wait(before: str, after: str, clause: str) -> bool:
    if _AFTER.search(before) and _ARRIVED.search(before):  # `добрались через 3 часа`
        return True
    if _MOMENT_BEFORE.search(before) or _LEFT.search(before) or _MOMENT_AFTER.match(after):
        return False
    return not (_DRIVE.search(clause) and not _QUEUE.search(clause))


def _is_length(before: str, after: str, clause: str, is_place: Callable[[str], bool]) -> bool:
    """Tell whether so many metres are the queue or lie between it and the post, and are no road driven."""
    if _PROGRESS.search(clause) or _DRIVE.search(clause):
        return False
    if QUEUE_WORD.search(before) or re.match(
        r"\s*(очеред|хвост|пробк|машин|фур|легков|грузов|queue|line|of\s+(cars|trucks))", after
    ):
        return True
    target = _AFTER_TARGET.match(after)
    if target:
        named = bool(_POST.search(target["target"])) or is_place(target["target"])
        return named and bool(_QUEUE.search(clause) or target[1] in ("до", "to"))
    if _QUEUE.search(clause):
        return True
    # `Ларс 5 км`, but not `ремонт дороги 5 км`
    if _TO_POST.search(before) and not re.search(r"(?<!\w)(от|from)\s", before):
        return True
    last = _STILL.sub("", before).split()[-1:]
    alone = not re.search(r"\w", after) and not _FROM_OR_TO.search(before)
    return alone and all(is_place(word) or _BARE_BEFORE.search(word) for word in last)


_METRES = re.compile(r"(?<!\w)(метр(а|ов)?|км|километр(а|ов)?)(?!\w)")


def moved_on(clause: str) -> bool:
    """Tell whether a clause says how far one came in a time, `за час проехали 300 метров`: no total wait."""
    if not _PROGRESS.search(clause):
        return bool(re.search(r"(?<!\w)за\s", clause) and _METRES.search(clause))
    return bool(
        re.search(r"\d\s*(м|метр\w*|км|машин\w*|m|km|cars?)(?!\w)|(метров|машин)\s+\d|шлагбаум", clause)
    )


_BARE_BEFORE = wording(
    f"{POST}|рф|днр|лнр|росси(я|и|ю|ей)|грузи(я|и|ю)|казахстан*|монголи(я|и|ю)|буфер*|впереди",
    "(перед|передо) (нами|мной)|въезд*|выезд*|очеред*",
    "ahead|queue|line",
)
_MOST_BARE = 1500  # above it is a year, a price or a road
_NAME_LENGTH = 5
_BARE_AFTER = frozenset(("на", "в", "во", "из", "между", "перед", "и", "at", "in", "between"))


_PIECES = re.compile(r"(?<!\w)(?:штук|шт)\W*(?P<number>\d+)(?!\d)|(?<!\d)(?P<before>\d+)\W*(?:штук|шт)(?!\w)")
_NO_COUNT_BEFORE = re.compile(r"(?<!\w)(в|с|до|к|на|по|от|за|at|from|to)\s*$|[№/:]\s*$|\d\.\s*$")
_NO_COUNT_AFTER = re.compile(r"\s*[%:/№]|\s*\.\d")


def bare_counts(
    clauses: Sequence[str], counted: Collection[int], is_place: Callable[[str], bool]
) -> Iterator[Found]:
    """Yield numbers without a unit right behind a place: `палка 11`, `на нейтралке 2`, `25-30`, `штук 60`.

    People who count queues leave the word out. A number that anything else follows counts something else.
    Clauses with the numbers in `counted` have said already what they count.
    """
    for index, written in enumerate(clauses):
        if index in counted:
            continue
        clause = _tidied(written)
        pieces = _PIECES.search(clause)
        number = (
            float(pieces["number"] or pieces["before"])
            if pieces
            else _behind_a_place(clause, index == 0, is_place)
        )
        if number is not None and number <= _MOST_BARE and not _BEHIND.search(clause):
            yield Found(Unit.VEHICLES, number, "", _place(clause), index)


def _behind_a_place(clause: str, first: bool, is_place: Callable[[str], bool]) -> float | None:
    tokens = list(tokens_of(clause))
    taken = 0
    for position, token in enumerate(tokens):
        amount = _amount(tokens, position) if position >= taken else None
        taken = amount.end if amount else taken
        if position < taken:
            continue
        number = number_at(tokens, position) if token.text[:1].isdigit() else None
        if number is None or token.value != round(token.value):
            continue
        last = tokens[number.end - 1]
        before, after = clause[: token.start], clause[last.end :]
        if not last.text[:1].isdigit() or _NO_COUNT_BEFORE.search(before) or _NO_COUNT_AFTER.match(after):
            continue
        if number.end < len(tokens) and tokens[number.end].text not in _BARE_AFTER:
            continue
        words = re.findall(r"[\w-]+", before)
        if words and (
            _BARE_BEFORE.search(" ".join(words[-2:]))
            or is_place(words[-1])
            or (first and len(words) == 1 and len(words[0]) >= _NAME_LENGTH and not known(words[0]))
        ):
            return number.value
    return None


def _place(clause: str) -> Place:
    return (
        Place.BARRIER if _BARRIER.search(clause) else Place.BEYOND if _BEYOND.search(clause) else Place.UNSAID
    )
