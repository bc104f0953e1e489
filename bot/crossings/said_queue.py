"""What the clauses of a report say of the queue: its kind, the waits, and who stands in it."""

import re
from collections.abc import Callable, Sequence
from datetime import time
from enum import StrEnum

from bot.crossings.amounts import Unit
from bot.crossings.report import Kind, Mode
from bot.crossings.said_amounts import QUEUE_WORD, Found, Place, amounts, bare_counts, moved_on
from bot.crossings.said_denied import FALSEHOOD
from bot.crossings.said_events import Happening, happening
from bot.crossings.said_now import STANDING
from bot.crossings.said_wording import (
    BORDER,
    COUNTRY,
    CROSSED,
    EMPTY,
    FULL,
    IN_LINE,
    JUST_A_QUEUE,
    MOVES,
    NOBODY,
    NOT_YET,
    OTHERS_STAND,
    PART,
    QUEUE_SAID,
    SO_FAR,
    STUCK,
    SUM,
    TOTAL,
    WAITING,
    ZERO,
)
from bot.crossings.spelling import plain
from bot.crossings.wording import wording


class Polarity(StrEnum):
    """Whether there is a queue at all, if something but its number says so."""

    QUEUE = "queue"
    NO_QUEUE = "noqueue"


_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s*"
    r"(?P<part>утра|вечера|ночи|дня|час\w*|am|pm)?(?![\w:.]*\d)"
)
_SINCE = re.compile(rf"(?<!\w)(?:с|со|since)\s+{_CLOCK}")


def _at_a_clock(*verbs: str) -> re.Pattern[str]:
    return re.compile(rf"{wording(*verbs).pattern}(?:\W+[^\W\d]\w*){{0,4}}?\W+(?:в|at)\s+{_CLOCK}")


_MODES = (
    (
        Mode.TRUCK,
        wording("фур(а|ы|у|ой|е|ам|ах|ами)?|грузов*|большегруз*|дальнобо*|камаз*|trucks?|lorr(y|ies)|semi"),
    ),
    (Mode.BICYCLE, wording("вел(ик*|осипед*|ом|о)|bicycles?|bikes?|cycling|cyclists?")),
    (
        Mode.BUS,
        wording("(микро)?автобус*|маршрутк*|рейсов*|бус(е|ом|ик*)?|bus|buses|minibus*|marshrutk*|coach"),
    ),
    (
        Mode.FOOT,
        wording(
            "пеш(ком|ая|ие|их|ими|ий|им|ую|ей|еход*|очередь|оход)|ногами|foot|walk(ed|ing)?|pedestrians?"
        ),
    ),
    (Mode.CAR, wording("машин*|легков*|авто|автомоб*|тачк*|тачек|за рулем|cars?|vehicles?|drove|driving")),
    (Mode.TRAIN, wording("поезд(ом|е|а)?|train|электричк*")),
    (Mode.PLANE, wording("самолет*|рейс(ом)?|plane|flight")),
    (Mode.BOAT, wording("паром*|ferry|катер*")),
)


class Evidence:
    """What the clauses of a message show."""

    def __init__(
        self,
        sentences: Sequence[Sequence[str]],
        whole: str,
        named: bool,
        is_place: Callable[[str], bool],
    ) -> None:
        self._clauses = [clause for sentence in sentences for clause in sentence]
        self.text = ". ".join(", ".join(sentence) for sentence in sentences)
        self._whole = whole
        happenings = (happening(", ".join(sentence)) for sentence in sentences)
        # `Ларс закрыт. Врут.`: what of it is denied is not told apart.
        lied = FALSEHOOD.search(whole)
        self.happening = None if lied else next((what for what in happenings if what), None)
        self._found = list(amounts(self._clauses, is_place))
        counted = {one.clause for one in self._found if one.unit is not Unit.MINUTES}
        self._found += bare_counts(self._clauses, counted, is_place)
        self._counts = [one for one in self._found if one.unit is not Unit.MINUTES]
        lengths = any(one.unit is Unit.METRES for one in self._counts)
        queue = (lengths or bool(QUEUE_WORD.search(whole))) and mode_in(whole) is not None
        before_us = any(one.place is Place.BARRIER for one in self._counts)
        self._named = named or queue or before_us or bool(BORDER.search(whole))
        self._at_border = self._named or bool(COUNTRY.search(whole))
        self._total, self._so_far = self._times()
        self.wait = _whole(self._total) if self._total or self._so_far else _between_clocks(self.text)

    def first(self, unit: Unit) -> int | None:
        """Return the first number of a unit."""
        return _whole(next((one for one in self._found if one.unit is unit), None))

    def _times(self) -> tuple[Found | None, Found | None]:
        """Return the wait of the whole crossing and the wait so far, each as first said."""
        total: Found | None = None
        so_far: Found | None = None
        for one in self._found:
            clause = self._clauses[one.clause]
            if one.unit is not Unit.MINUTES or moved_on(clause) or PART.search(clause):
                continue
            if self._is_so_far(clause):
                so_far = so_far or one
            elif NOT_YET.search(clause):
                continue
            elif SUM.search(clause):
                total = one
            elif (
                CROSSED.search(self.text)
                or TOTAL.search(clause)
                or (self._named and self.happening in (None, Happening.CALM))
            ):
                total = total or one
        return total, so_far

    def _is_so_far(self, clause: str) -> bool:
        """Tell whether a time in a clause is one of standing: by its own words, else by the message's."""
        if WAITING.search(clause) or (IN_LINE.search(clause) and not CROSSED.search(self.text)):
            return True
        if CROSSED.search(clause) or TOTAL.search(clause):
            return False
        if OTHERS_STAND.search(clause) or WAITING.search(self.text):
            return True
        if STUCK.search(self.text) and mode_in(clause) is None:  # else those who stand may be others
            return True
        return bool(SO_FAR.search(clause)) and not CROSSED.search(self.text)

    @property
    def kind(self) -> Kind | None:
        """The first kind that fits, None if nothing is said of a border or its queue."""
        if self.wait is not None and (self._at_border or CROSSED.search(self.text)):
            return Kind.CROSSED
        since = bool(STANDING.search(self.text) and _SINCE.search(self.text))
        placed = self._at_border or since or bool(self._counts)
        if self._so_far or (placed and (WAITING.search(self.text) or STUCK.search(self.text))):
            return Kind.WAITING
        if self.happening and self._at_border:
            return Kind.EVENT
        if any(self._at_border or (one.mode and one.number >= _MANY) for one in self._counts):
            return Kind.LENGTH
        if self._at_border and (any(how.search(self.text) for how in (EMPTY, FULL, MOVES, JUST_A_QUEUE))):
            return Kind.LENGTH
        return None

    @property
    def _vehicles(self) -> Found | None:
        """The count before the barrier, else the first, of cars before that of what stands beside them."""
        order = list(Place)
        return min(
            (one for one in self._found if one.unit is Unit.VEHICLES),
            key=lambda one: (order.index(one.place), one.mode not in (None, Mode.CAR)),
            default=None,
        )

    @property
    def vehicles(self) -> int | None:
        """How many vehicles stand before the barrier."""
        return _whole(self._vehicles) if self._vehicles else 0 if ZERO.search(self.text) else None

    @property
    def people(self) -> int | None:
        """How many people stand there on foot."""
        found = self.first(Unit.PEOPLE)
        barred = self.happening is Happening.NO_FOOT
        return 0 if found is None and not barred and NOBODY.search(self.text) else found

    @property
    def mode(self) -> Mode | None:
        """How those go of whom it is said, if a word says so: beside the number first, then anywhere."""
        timed = self._total or self._so_far
        if timed and self.happening is Happening.NO_FOOT:  # `проехали за 5 ч, пешком не пускают`
            return mode_in(self._clauses[timed.clause])
        if self.happening in (Happening.NO_FOOT, Happening.FOOT_ALLOWED):
            return Mode.FOOT
        counted = self._vehicles
        if counted and counted.mode:
            clause = self._clauses[counted.clause]
            before = clause.split("машин")[0] if counted.scale == "vehicles" else ""
            return mode_in(before) or counted.mode  # `грузовые, 150 машин`
        if timed and (mode := mode_in(self._clauses[timed.clause])):
            return mode
        if counted and self._counts != [counted]:
            return next((one.mode for one in self._counts if one.mode is Mode.CAR), None)
        return mode_in(self.text) or mode_in(self._whole)

    def waited(self, at: time | None) -> int | None:
        """Return the wait so far, with the time of day `at` also that since a stated hour."""
        since = _SINCE.search(self.text)
        if self._so_far or at is None or not since:
            return _whole(self._so_far)
        start = _minute_of_day(since)
        return None if start is None else (60 * at.hour + at.minute - start) % (24 * 60)

    @property
    def polarity(self) -> Polarity | None:
        """Whether words say that there is a queue, or none."""
        if EMPTY.search(self.text) or self.vehicles == 0:
            return Polarity.NO_QUEUE
        if FULL.search(self.text) or QUEUE_SAID.search(self.text):
            return Polarity.QUEUE
        return None


_MANY = 5  # so many vehicles are nobody's own, even if nothing else tells of a border
_AFTER_NOON = (plain("вечера"), plain("дня"), "pm")


# `подъехали в 9 утра, в Грузии были в 14:00`
_CAME = _at_a_clock("подъехал*|приехал*|встал*|заехал*|стал*|занял*|начал*|прибыл*|arrived|joined|came")
_WENT = _at_a_clock(
    "выехал*|вышл*|прошл*|проехал*|пересекл*|были|закончил*|выпустил*|на той стороне",
    "(грузи|казахстан|монголи|эстони)*|left|crossed|through",
)


def _between_clocks(text: str) -> int | None:
    """Return the minutes from coming to having crossed, if both times of day are said."""
    came, went = _CAME.search(text), _WENT.search(text)
    if came is None or went is None or went.start() < came.end():
        return None
    start, end = _minute_of_day(came), _minute_of_day(went)
    return None if start is None or end is None else (end - start) % (24 * 60)


def _minute_of_day(clock: re.Match[str]) -> int | None:
    hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
    if clock["part"] in _AFTER_NOON and hour < 12:
        hour += 12
    return 60 * hour + minute if hour < 24 else None


def mode_in(text: str) -> Mode | None:
    """Return the mode that a word of a text, as `plain` writes it, names."""
    return next((mode for mode, pattern in _MODES if pattern.search(text)), None)


def _whole(found: Found | None) -> int | None:
    return None if found is None else int(found.number + 0.5)
