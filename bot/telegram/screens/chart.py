"""The picture of a queue: what stands in it, and the same told in words, for whoever does not see it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from types import MappingProxyType

from bot.crossings.agreement import Camp
from bot.crossings.card import Card as CrossingCard
from bot.crossings.catalogue import Crossing
from bot.crossings.chart import DAY, HOUR, Chart, Dot, Range
from bot.crossings.prospect import Prospect
from bot.crossings.report import STEP, Event, Mode
from bot.crossings.sheet import Box, Flag, Row, Sheet, Side, Spot
from bot.guide.length import CAPTION, visible_length
from bot.telegram.buttons import Ask, Card
from bot.telegram.screen import Key, Screen, lines, paragraphs
from bot.telegram.screens import card, pages
from bot.telegram.screens.report import offered, sign, way
from bot.texts import Html, Texts

SIGNS = MappingProxyType(
    {
        Event.CLOSED: "✖",
        Event.REOPENED: "✔",
        Event.FOOT_ALLOWED: "↑",
        Event.FOOT_ENDED: "↓",
        Event.DRAFT_NOTICES: "✉",
        Event.TURNED_BACK: "↩",
        Event.PHONE_CHECKS: "☎",
        Event.WEATHER: "☂",
        Event.NO_FUEL: "⚠",
        Event.NO_WATER: "≈",
        Event.CALM: "☼",
    }
)
"""What the font of the picture has; their words stand below it."""

MOST_LINES = 3
LEAST_TOP = 20.0  # minutes: what is shorter is no queue
ROOM = 1.12  # above the highest range
OUTLIER = 1.25  # so many times as high as the ranges a dot may stand; higher ones are put at the edge
TICKS = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 5760)  # minutes
MOST_TICKS = 6
HOURS_OF_DAY = {2: 6, 3: 12}  # by the days that are shown, begun ones too; of more only the days are marked
MOST_DAYS = 5
BESIDE = timedelta(hours=3)  # so near to the end there is no room for a date


def sheet(shown: Chart, of: CrossingCard, texts: Texts, *, simulated: bool) -> Sheet:
    """Return what is drawn."""
    top = _top(shown)
    left, right = _across(shown, shown.since), _across(shown, shown.until)
    boxes = (
        *(_box(hour, shown, left, 0.0, top) for hour in shown.hours),
        *(_box(hour, shown, 0.0, right, top) for hour in (shown.now,) if hour),
        *(replace(_box(hour, shown, 0.0, right, top), ahead=True) for hour in shown.ahead),
    )
    heaviest = max((dot.weight for dot in shown.dots), default=1.0)
    spots = tuple(_spot(dot, shown, top, heaviest) for dot in shown.dots)
    usual = tuple((_across(shown, at + HOUR / 2), min(minutes, top)) for at, minutes in shown.usual)
    marks = shown.marks[:MOST_LINES]
    shut = any(camp.closed for camp in shown.camps) and all(mark.event is not Event.CLOSED for mark in marks)
    return Sheet(
        title=texts.of(of.crossing.name),
        subtitle=_plain(
            texts(
                "chart-made",
                mode=_mode(of.mode, texts),
                date=texts.date(of.local_at.date()),
                time=texts.clock(of.at, of.crossing.timezone),
            )
        ),
        notice=_plain(texts("chart-simulated")) if simulated else "",
        across=_plain(texts("chart-across")),
        now=_plain(texts("chart-now")),
        left=left,
        right=right,
        top=top,
        x_ticks=tuple(_x_ticks(shown, of.crossing, texts)),
        y_ticks=tuple(_y_ticks(top, texts)),
        boxes=boxes,
        spots=spots,
        usual=usual,
        sides=tuple(_side(camp, top, texts) for camp in shown.camps if not camp.closed),
        flags=tuple(
            Flag(_across(shown, mark.at), _across(shown, mark.until), SIGNS[mark.event]) for mark in marks
        ),
        legend=tuple((row, _plain(texts(f"chart-row-{row}"))) for row in _legend(boxes, spots, usual)),
        lines=(
            *((_plain(texts("chart-closed")),) if shut else ()),
            *(f"{SIGNS[mark.event]} {_plain(texts(f'event-{mark.event}'))}" for mark in marks),
        )[:MOST_LINES],
    )


def caption(shown: Chart, of: CrossingCard, ahead: Prospect, texts: Texts, *, simulated: bool) -> Screen:
    """Return what the picture says in words, and where to go on from it."""
    head = lines(
        texts("chart-title", name=texts.of(of.crossing.name), mode=way(of.mode, texts)),
        texts(
            "chart-as-of",
            date=texts.date(of.local_at.date()),
            time=texts.clock(of.at, of.crossing.timezone),
        ),
    )
    parts = [
        pages.simulated(texts, simulated),
        texts("card-flooded") if of.flooded else None,
        lines(card.summary(of.chosen, of.at, texts), *card.expected(of, ahead, texts)),
        lines(*(card.event(item, of.at, texts) for item in of.events)),
        _course(shown, of, texts),
        texts("chart-how"),
    ]
    while visible_length(paragraphs(head, *parts)) > CAPTION:  # what comes last is missed the least
        parts.pop()
    return Screen(paragraphs(head, *parts), _under(of.crossing, of.mode, texts))


def nothing(crossing: Crossing, mode: Mode, texts: Texts) -> Screen:
    """Say that there is nothing to draw."""
    said = texts("chart-nothing", name=texts.of(crossing.name), mode=way(mode, texts))
    return Screen(said, _under(crossing, mode, texts))


def unseen(told: Screen, texts: Texts) -> Screen:
    """Return the words of a picture that cannot be made now."""
    return Screen(paragraphs(texts("chart-not-now"), told.text), told.rows)


def _under(crossing: Crossing, mode: Mode, texts: Texts) -> tuple[tuple[Key, ...], ...]:
    report = Ask(crossing.id, offered(crossing, mode))
    return ((Key(texts("card-report"), report), Key(texts("card-back"), Card(crossing.id, mode))),)


def _course(shown: Chart, of: CrossingCard, texts: Texts) -> Html | None:
    """Tell who waited the least and who the longest, of those who joined in the time that is shown."""
    if shown.extremes is None:
        return None
    least, most = shown.extremes
    return texts(
        "chart-course",
        least=_span(least, texts),
        least_at=_when(least.at, of, texts),
        most=_span(most, texts),
        most_at=_when(most.at, of, texts),
    )


def _box(hour: Range, shown: Chart, left: float, right: float, top: float) -> Box:
    return Box(
        max(_across(shown, hour.at), left),
        min(_across(shown, hour.until), right),
        min(hour.low, top),
        top if hour.high is None else min(hour.high, top),
        hour.middle,
    )


def _span(hour: Range, texts: Texts) -> Html:
    return texts.span(round(hour.low), None if hour.high is None else max(round(hour.high), 1))


def _when(at: datetime, of: CrossingCard, texts: Texts) -> str:
    """Return the time of day on the Russian side, with the day where it is another."""
    clock = texts.clock(at, of.crossing.timezone)
    day = _local(at, of.crossing).date()
    if day == of.local_at.date():
        return clock
    return texts("chart-day-time", day=texts.short_date(day), time=clock)


def _local(at: datetime, crossing: Crossing) -> datetime:
    return at.astimezone(crossing.timezone)


def _across(shown: Chart, at: datetime) -> float:
    """Return the hours from now."""
    return (at - shown.made_at) / HOUR


def _mode(mode: Mode, texts: Texts) -> str:
    """Return a mode in words alone: the picture's font has no signs for them."""
    return way(mode, texts).removeprefix(sign(mode, texts)).strip()


def _plain(text: Html) -> str:
    return unescape(text)


def _top(shown: Chart) -> float:
    """Return how far up the picture goes, in minutes: over all ranges, and the dots that are not far off."""
    camps = [camp for camp in shown.camps if not camp.closed]
    ranges = (*shown.hours, *((shown.now,) if shown.now else ()), *shown.ahead)
    edges = [hour.high or 1.5 * hour.low for hour in ranges]
    edges += [camp.high_minutes or 1.5 * (camp.low_minutes or 0) for camp in camps]
    edges += [minutes for _, minutes in shown.usual]
    dots = [dot.minutes for dot in shown.dots]
    highest = max(edges, default=max(dots, default=0.0))
    near = [minutes for minutes in dots if minutes <= OUTLIER * highest]
    return ROOM * max(highest, *near, LEAST_TOP)


def _spot(dot: Dot, shown: Chart, top: float, heaviest: float) -> Spot:
    middle = _across(shown, dot.at + STEP / 2)
    return Spot(middle, min(dot.minutes, top), dot.weight / heaviest, dot.waiting, dot.minutes > top)


def _side(camp: Camp, top: float, texts: Texts) -> Side:
    low = camp.low_minutes or 0
    text = f"{texts.span(low, camp.high_minutes)}\n{texts('people', count=camp.people)}"
    return Side(low, top if camp.high_minutes is None else min(camp.high_minutes, top), unescape(text))


def _legend(boxes: Sequence[Box], spots: Sequence[Spot], usual: object) -> Iterator[Row]:
    known = [box for box in boxes if not box.ahead]
    if any(box.middle is not None for box in known):
        yield "band"
        yield "middle"
    if any(box.middle is None for box in known):
        yield "rough"
    if any(not spot.waiting for spot in spots):
        yield "through"
    if any(spot.waiting for spot in spots):
        yield "waiting"
    if any(spot.beyond for spot in spots):
        yield "beyond"
    if usual:
        yield "usual"
    if len(known) < len(boxes):
        yield "ahead"


def _x_ticks(shown: Chart, crossing: Crossing, texts: Texts) -> Iterator[tuple[float, str]]:
    """Mark hours of the local day, or where the picture shows days their beginnings."""
    days = math.ceil((shown.until - shown.since) / DAY)
    hours = HOURS_OF_DAY.get(days)
    every = timedelta(hours=hours) if hours else -(-days // MOST_DAYS) * DAY
    at = _local(shown.since, crossing).replace(hour=0, tzinfo=None)
    while (moment := at.replace(tzinfo=crossing.timezone)) <= shown.until:
        if moment >= shown.since:
            room = shown.until - moment >= BESIDE
            day = texts.short_date(at.date()) if at.hour == 0 and room else ""
            yield _across(shown, moment), f"{at:%H:%M}\n{day}" if hours else day
        at += every  # of the clock on the wall, whatever summer time does


def _y_ticks(top: float, texts: Texts) -> Iterator[tuple[float, str]]:
    every = next((step for step in TICKS if top / step <= MOST_TICKS), TICKS[-1])
    at = 0
    while at <= top:
        if every >= 1440:
            yield at, unescape(texts("chart-days", count=at // 1440)) if at else "0"
        else:
            yield at, texts.duration(at) if at else "0"
        at += every
