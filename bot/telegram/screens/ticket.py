"""A queue ticket, from "I am in the queue" to "through"."""

import zlib
from datetime import datetime, timedelta, tzinfo

from bot.crossings.catalogue import Crossing
from bot.crossings.estimate import Estimate
from bot.crossings.in_queue import InQueue
from bot.crossings.report import Mode, Statement
from bot.crossings.ticket import (
    FIRST_LANDMARK,
    SKIPPED,
    UNTOLD,
    Arrival,
    Basis,
    Place,
    Said,
    Stage,
    Ticket,
    Trouble,
    pace,
)
from bot.crossings.votes import ENOUGH
from bot.telegram.buttons import Ask, AskAhead, Card, Countries, Deed, Join, JoinAnew, OnTicket
from bot.telegram.screen import Key, Row, Screen, above, grid, lines, link, paragraphs
from bot.telegram.screens import pages
from bot.telegram.screens import report as reports
from bot.texts import Html, Texts

SINCE_MINUTES = (30, 60, 120, 180, 240, 360, 540, 720, 1080, 1440, 2160, 2880, 4320)
"""How long ago somebody can say that they joined."""

AGO_MINUTES = (15, 30, 60, 120, 180, 360)
"""How long ago somebody can say that they got through."""

JOIN_STEP_MINUTES = 15
MINUTE = timedelta(minutes=1)
QUARTER, HALF, HOUR, DAY = 15 * MINUTE, 30 * MINUTE, 60 * MINUTE, timedelta(days=1)
EXACT, ROUGH = 6 * HOUR, DAY
"""What is nearer than this is told by quarters of an hour, by half hours, and beyond by hours."""


def since(crossing: Crossing, mode: Mode, now: datetime, texts: Texts) -> Screen:
    """Ask when they joined."""
    keys = [
        Key(texts.duration(minutes), _joined(crossing, mode, now - timedelta(minutes=minutes)))
        for minutes in SINCE_MINUTES
    ]
    return Screen(
        texts("ticket-since", name=texts.of(crossing.name), mode=reports.way(mode, texts)),
        (
            (Key(texts("ticket-since-now"), _joined(crossing, mode, now)),),
            *grid(keys, 3),
            (Key(texts("card-back"), Card(crossing.id, mode)),),
        ),
    )


def _joined(crossing: Crossing, mode: Mode, at: datetime) -> Join:
    # To the nearest, or every wait that is measured from it would come out too long.
    quarter = round(at.timestamp() / 60 / JOIN_STEP_MINUTES)
    return Join(crossing.id, mode, quarter, UNTOLD, 0)


def where(crossing: Crossing, mode: Mode, joined: int, texts: Texts) -> Screen:
    """Ask where they stand."""
    keys = [Key(name, Join(crossing.id, mode, joined, code, 0)) for code, name in _landmarks(crossing, texts)]
    return Screen(
        texts("ticket-where", name=texts.of(crossing.name), mode=reports.way(mode, texts)),
        (
            (Key(_type_it(mode, texts), AskAhead(crossing.id, mode, joined)),),
            *grid(keys, 2),
            (Key(texts("ticket-skip"), Join(crossing.id, mode, joined, SKIPPED, 0)),),
            (Key(texts("menu-back"), Join(crossing.id, mode, 0, UNTOLD, 0)),),
        ),
    )


def where_now(row: int, crossing: Crossing, ticket: Ticket, texts: Texts) -> Screen:
    """Ask where somebody stands now."""
    keys = [Key(name, OnTicket(row, Deed.MOVED, code)) for code, name in _landmarks(crossing, texts)]
    return Screen(
        texts("ticket-where-now"),
        (
            (Key(_type_it(ticket.mode, texts), OnTicket(row, Deed.TYPE, 0)),),
            *grid(keys, 2),
            (Key(texts("menu-back"), OnTicket(row, Deed.SHOW, 0)),),
        ),
    )


def _landmarks(crossing: Crossing, texts: Texts) -> list[tuple[int, str]]:
    return [
        (code, f"{texts.distance(round(landmark.km * 1000))} · {texts.of(landmark.name)}")
        for code, landmark in enumerate(crossing.landmarks, FIRST_LANDMARK)
    ]


def _type_it(mode: Mode, texts: Texts) -> str:
    return texts("ticket-type", what="people" if mode is Mode.FOOT else "vehicles")


def ask_ahead(question: AskAhead | OnTicket, mode: Mode, texts: Texts, username: str) -> Screen:
    """Ask how many are ahead; the link in the question carries what was chosen so far."""
    what = "people" if mode is Mode.FOOT else "vehicles"
    return Screen(texts("ticket-ask-ahead", address=link(question, username), what=what))


def may_ask(crossing: Crossing, mode: Mode, joined: int, place: int, texts: Texts) -> Screen:
    """Ask whether we may ask for news, and say what that means."""
    keys = tuple(
        (Key(texts(f"ticket-may-{answer}"), Join(crossing.id, mode, joined, place, may)),)
        for answer, may in (("yes", 1), ("no", 2))
    )
    return Screen(texts("ticket-may-ask"), keys)


def other(row: int, ticket: Ticket, there: Crossing, here: Crossing, mode: Mode, texts: Texts) -> Screen:
    """Ask what is to become of the ticket that there is."""
    text = texts("ticket-other", name=texts.of(there.name), mode=reports.way(ticket.mode, texts))
    return Screen(
        text,
        (
            (Key(texts("ticket-other-back"), OnTicket(row, Deed.SHOW, 0)),),
            (Key(texts("ticket-other-anew"), JoinAnew(here.id, mode)),),
        ),
    )


def live(
    row: int, ticket: Ticket, crossing: Crossing, known: InQueue, texts: Texts, *, simulated: bool
) -> Screen:
    """Show a ticket as it is now, without the time at which that is (`stamped`)."""
    now, zone = known.at, crossing.timezone
    body = paragraphs(
        texts("ticket-title", name=texts.of(crossing.name), mode=reports.way(ticket.mode, texts)),
        pages.simulated(texts, simulated),
        lines(_since(ticket, now, zone, texts), _stands(ticket, crossing, now, texts)),
        lines(
            _arrival(known.arrival(ticket), known.estimate, now, zone, texts),
            _pace(ticket, now, zone, texts),
        ),
    )
    if ticket.stage is Stage.ASKED:
        return above(texts("ticket-through-ask"), Screen(body, (*_answers(row, texts), _end(row, texts))))
    move = Key(texts("ticket-move"), OnTicket(row, Deed.MOVE, 0))
    return Screen(
        body,
        (
            (Key(texts("ticket-through"), OnTicket(row, Deed.THROUGH, 0)),),
            (move, *_end(row, texts)),
        ),
    )


def stamped(screen: Screen, now: datetime, crossing: Crossing, texts: Texts) -> Screen:
    """Return a screen that says of when it is."""
    stamp = texts("ticket-updated", time=texts.clock(now, crossing.timezone))
    return Screen(paragraphs(screen.text, stamp), screen.rows)


def digest(screen: Screen) -> int:
    """Return a number by which to tell whether a screen would show something else; it protects nothing."""
    return zlib.crc32(f"{screen.text}\0{screen.markup}".encode()) or 1


def through_question(row: int, crossing: Crossing, texts: Texts) -> Screen:
    """Ask, in a message of its own, whether they are through."""
    text = paragraphs(texts("ticket-through-ask"), texts("ticket-about", name=texts.of(crossing.name)))
    return Screen(text, _answers(row, texts))


def news_question(row: int, why: Trouble, crossing: Crossing, texts: Texts) -> Screen:
    """Ask for news, where reports disagree or are silent."""
    text = texts(f"ticket-news-{why}", name=texts.of(crossing.name))
    barred = Key(f"⛔ {reports.capital(texts('event-closed'))}", OnTicket(row, Deed.BARRED, 0))
    return Screen(text, (*_answers(row, texts), (barred,)))


def _answers(row: int, texts: Texts) -> tuple[Row, ...]:
    return (
        (Key(texts("ticket-still"), OnTicket(row, Deed.WAITING, 0)),),
        (
            Key(texts("ticket-through-now"), OnTicket(row, Deed.THROUGH_AT, 0)),
            Key(texts("ticket-through-earlier"), OnTicket(row, Deed.THROUGH, 0)),
        ),
    )


def _end(row: int, texts: Texts) -> Row:
    return (Key(texts("ticket-end"), OnTicket(row, Deed.END, 0)),)


def when(row: int, ticket: Ticket, now: datetime, texts: Texts) -> Screen:
    """Ask when they got through."""
    ago = [
        Key(
            texts("age", duration=texts.duration(minutes)), _through_at(row, now - timedelta(minutes=minutes))
        )
        for minutes in AGO_MINUTES
        if now - timedelta(minutes=minutes) > ticket.joined_at
    ]
    return Screen(
        texts("ticket-when"),
        (
            (Key(texts("ticket-through-now"), OnTicket(row, Deed.THROUGH_AT, 0)),),
            *grid(ago, 2),
            (Key(texts("ticket-not-through"), OnTicket(row, Deed.SHOW, 0)),),
        ),
    )


def _through_at(row: int, at: datetime) -> OnTicket:
    return OnTicket(row, Deed.THROUGH_AT, int(at.timestamp()) // 60)


def through(
    crossing: Crossing, statement: Statement, report: int, said: Said | None, now: str | None, texts: Texts
) -> Screen:
    """Say what was measured, beside what we had said."""
    done = reports.done(crossing, statement, report, now, texts)
    if said is None:
        return above(texts("ticket-through-done"), done)
    told = texts("ticket-through-said", span=texts.span(said.low, said.high))
    return above(lines(texts("ticket-through-done"), told), done)


def over(key: str, crossing: Crossing | None, mode: Mode | None, texts: Texts) -> Screen:
    """Say that a ticket is over, and why: `ticket-ended`, `ticket-expired` or `ticket-gone`."""
    if crossing is None:
        return Screen(texts(key), ((Key(texts("menu-queue"), Countries()),),))
    return Screen(texts(key), ((Key(texts("card-back"), Card(crossing.id, mode)),),))


def expired(crossing: Crossing, mode: Mode, texts: Texts) -> Screen:
    """Say that a ticket has ended by itself; how long it took can still be reported."""
    screen = over("ticket-expired", crossing, mode, texts)
    return Screen(screen.text, ((Key(texts("card-report"), Ask(crossing.id, mode)),), *screen.rows))


def _since(ticket: Ticket, now: datetime, zone: tzinfo, texts: Texts) -> Html:
    waited = ticket.waited(now)
    coarse = int(waited / HALF) * 30 if waited < EXACT else int(waited / HOUR) * 60
    so_far = texts.duration(coarse) if coarse else "no"
    return texts("ticket-joined", time=_moment(ticket.joined_at, now, zone, texts), so_far=so_far)


def _stands(ticket: Ticket, crossing: Crossing, now: datetime, texts: Texts) -> Html | None:
    place = ticket.place
    if place is None:
        return None
    at = _moment(place.at, now, crossing.timezone, texts)
    if place.ahead is not None:
        count = "people" if ticket.mode is Mode.FOOT else "card-vehicles"
        return texts("ticket-ahead", count=texts(count, count=place.ahead), time=at)
    landmark = _landmark(place, crossing, texts)
    return None if landmark is None else texts("ticket-at", place=landmark, time=at)


def _landmark(place: Place, crossing: Crossing, texts: Texts) -> str | None:
    known = crossing.landmark(place.landmark or "")
    if known is not None:
        return texts.of(known.name)
    return None if place.metres is None else texts.distance(place.metres)


def _arrival(found: Arrival, estimate: Estimate, now: datetime, zone: tzinfo, texts: Texts) -> Html:
    if found.basis is Basis.LEAST:
        return texts("ticket-arrival-least", span=texts.duration(estimate.low_minutes or 0))
    if found.earliest_at is None or found.likely_at is None or found.latest_at is None:
        return texts(f"ticket-arrival-{found.basis}")
    exact = _exactness(found.latest_at - now)
    times = {
        "earliest": _moment(_down(found.earliest_at, exact), now, zone, texts),
        "likely": _moment(_down(found.likely_at + exact / 2, exact), now, zone, texts),
        "latest": _moment(_down(found.latest_at + exact - MINUTE, exact), now, zone, texts),
    }
    if found.basis is Basis.USUAL or estimate.newest_at is None:
        return texts("ticket-arrival-usual", **times)
    rests = texts(
        "ticket-rests",
        people=texts("people", count=estimate.people),
        newest=_newest(estimate.newest_at, estimate.people, now, zone, texts),
    )
    return lines(texts("ticket-arrival-range", **times), rests)


def _newest(at: datetime, people: int, now: datetime, zone: tzinfo, texts: Texts) -> str:
    """Return when the newest report was made: times that do not grow old need not be told anew."""
    if people >= ENOUGH:
        return _moment(at, now, zone, texts)
    return f"{_moment(at, now, zone, texts)}–{texts.clock(at + HOUR, zone)}"  # only the hour is known


def _pace(ticket: Ticket, now: datetime, zone: tzinfo, texts: Texts) -> Html | None:
    found = pace(ticket, now)
    if found is None:
        return None
    earliest, latest = found
    exact = _exactness(latest - now)
    return texts(
        "ticket-pace",
        earliest=_moment(_down(earliest, exact), now, zone, texts),
        latest=_moment(_down(latest + exact - MINUTE, exact), now, zone, texts),
    )


def _exactness(ahead: timedelta) -> timedelta:
    return QUARTER if ahead < EXACT else HALF if ahead < ROUGH else HOUR


def _down(at: datetime, to: timedelta) -> datetime:
    return at - timedelta(seconds=at.timestamp() % to.total_seconds())


def _moment(at: datetime, now: datetime, zone: tzinfo, texts: Texts) -> str:
    """Return a time as people at the crossing say it, with the day if it is another."""
    days = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
    clock = texts.clock(at, zone)
    if not days:
        return clock
    names = {-1: "ticket-yesterday", 1: "ticket-tomorrow"}
    if days in names:
        return texts(names[days], time=clock)
    return texts("ticket-day", date=texts.date(at.astimezone(zone).date()), time=clock)
