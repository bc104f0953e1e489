"""The card of a crossing, in words: what is known, from how many, how old, and what is not known."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape

from bot.crossings.agreement import Camp
from bot.crossings.card import Card, ModeNews, answers_about
from bot.crossings.catalogue import Country, Crossing, Known, Landmark, Source
from bot.crossings.estimate import Estimate, State
from bot.crossings.events import EventNews
from bot.crossings.length import QueueLength
from bot.crossings.moderated import HeldNumber, Notice
from bot.crossings.prospect import NOTHING_AHEAD, Ahead, Prospect
from bot.crossings.report import Mode
from bot.crossings.ticket import QUEUED
from bot.crossings.votes import ENOUGH
from bot.guide.length import MESSAGE, utf16_length, visible_length
from bot.guide.model import Guide
from bot.guide.render import notice_line, notices
from bot.telegram import buttons
from bot.telegram.buttons import About, AlertMe, Answers, Ask, Chart, Join, Nearby, Show
from bot.telegram.screen import Key, Row, Screen, grid, lines, paragraphs, share
from bot.telegram.screens import pages
from bot.telegram.screens.report import offered, sign, way
from bot.texts import Html, Texts

HALF_AN_HOUR = timedelta(minutes=30)

FRESH_MINUTES = (15, 30)
"""What is newer is told as newer than that: times are stored in steps of a quarter of an hour."""

PAGE_LENGTH = 2500
"""UTF-16 units of a page, with its markup: what still reads well, far below Telegram's limit."""


def card(
    shown: Card,
    guide: Guide,
    texts: Texts,
    username: str,
    *,
    simulated: bool,
    private: bool,
    ahead: Prospect = NOTHING_AHEAD,
) -> Screen:
    """Show a card, and what is `ahead` of its first mode; in a group without what is for one person only."""
    rows = _rows(shown, guide, texts, username, private=private)
    for part in _parts(shown):
        text = _text(part, guide, texts, simulated=simulated, private=private, ahead=ahead)
        if visible_length(text) <= MESSAGE:
            break
    return Screen(text, rows)


def as_of(shown: Card, guide: Guide, texts: Texts, *, simulated: bool) -> Html:
    """Return a card to be passed on: it says when it was so, as it will not change any more."""
    at = texts(
        "card-place-then",
        country=texts.of(shown.country.name),
        region=texts.of(shown.crossing.region),
        time=texts.clock(shown.local_at, shown.crossing.timezone),
        date=texts.date(shown.local_at.date()),
    )
    for part in _parts(shown):
        text = _text(part, guide, texts, simulated=simulated, private=False, place=at)
        if visible_length(text) <= MESSAGE:
            break
    return text


def _parts(shown: Card) -> Iterator[Card]:
    """Return a card, and then with less and less: other modes are told under their buttons."""
    yield shown
    first = replace(shown, modes=shown.modes[:1])
    yield first
    yield replace(first, notices=shown.notices[:1])


def _text(
    shown: Card,
    guide: Guide,
    texts: Texts,
    *,
    simulated: bool,
    private: bool,
    place: Html | None = None,
    ahead: Prospect = NOTHING_AHEAD,
) -> Html:
    warnings = _warnings(shown, guide, texts)
    return paragraphs(
        lines(_title(shown.crossing, texts), place or _place(shown, texts)),
        pages.simulated(texts, simulated),
        warnings if shown.warns_first else None,
        texts("card-flooded") if shown.flooded else None,
        _modes(shown.modes, shown.at, texts, expected(shown, ahead, texts)),
        lines(*(official(notice, shown.local_at, texts) for notice in shown.notices)) or None,
        _events(shown, texts),
        lines(_refused(shown, texts), _unconfirmed(shown, texts)) or None,
        _folded(None if shown.warns_first else warnings, _status(shown, texts)),
        _facts(shown.facts, texts),
        texts("card-ask-more") if shown.quiet and private else None,
    )


def about(crossing: Crossing, texts: Texts) -> tuple[Screen, ...]:
    """Return the pages of everything that is known of a crossing from elsewhere, with sources and dates."""
    told = [texts("card-coordinates", km=round(crossing.position.within_km))]
    if crossing.confidence == "low":
        told.append(texts("card-low-confidence"))
    for mode, admission in crossing.modes.items():
        if admission.note:
            told.append(texts("card-mode-note", mode=way(mode, texts), note=texts.of(admission.note)))
    told.extend(_fact(fact, texts) for fact in crossing.facts)
    if crossing.landmarks:
        told.append(texts("card-landmarks"))
        told.extend(_landmark(landmark, texts) for landmark in crossing.landmarks)
    bodies = _pages(told)
    return tuple(
        Screen(
            paragraphs(_title(crossing, texts), body),
            (_turning(crossing, page, len(bodies), texts), _back(crossing, texts)),
        )
        for page, body in enumerate(bodies)
    )


def answers(crossing: Crossing, country: Country, guide: Guide, texts: Texts) -> Screen:
    """Offer the guide's answers for a crossing."""
    keys = [
        Key(texts.of(answer.title), Show(answer.id, "")) for answer in answers_about(crossing, country, guide)
    ]
    text = paragraphs(_title(crossing, texts), texts("card-answers-ask"))
    return Screen(text, (*grid(keys, 1), _back(crossing, texts)))


def summary(news: ModeNews, at: datetime, texts: Texts) -> Html:
    """Return the lines of one mode."""
    return lines(*_mode(news, at, texts))


def wait(shown: Card, texts: Texts) -> Html:
    """Return a crossing's state for a line in a list; empty where nothing is known."""
    if not shown.crossing.for_people:
        return texts("list-closed")
    estimate, held = shown.chosen.estimate, shown.chosen.held
    if held is not None:
        span = texts.span(held.low_minutes, held.high_minutes)
        return texts("list-wait-held", span=span, since=local_time(held.since, shown.local_at, texts))
    if estimate.state is State.NONE or estimate.newest_at is None:
        return Html("")
    if estimate.state is State.DISPUTE:
        return texts("list-wait-dispute")
    if estimate.closed:
        return texts("list-wait-closed")
    span = texts.span(estimate.low_minutes or 0, estimate.high_minutes)
    when = age(estimate.newest_at, estimate.people, shown.at, texts)
    if estimate.state is State.SINGLE:
        return texts("list-wait-single", span=span, age=when)
    return texts("list-wait", span=span, people=texts("people", count=estimate.people), age=when)


def age(at: datetime, people: int, now: datetime, texts: Texts) -> Html:
    """Return how long ago so many people said something; of few only the hour is known (`shown_at`)."""
    minutes = int((now - at).total_seconds() // 60)
    if people < ENOUGH:
        if minutes < 60:
            return texts("age-hour")
        return texts("age", duration=texts.span(minutes - 60, minutes))
    for less in FRESH_MINUTES:
        if minutes < less:
            return texts("age-under", duration=texts.duration(less))
    return texts("age", duration=texts.duration(minutes))


def official(notice: Notice, now: datetime, texts: Texts) -> Html:
    """Return what officials said, in the one language that a moderator wrote; `now` is a local time."""
    source = Html(escape(notice.source_name, quote=False))
    if notice.address is not None:
        source = Html(f'<a href="{escape(notice.address)}">{source}</a>')
    until = local_time(notice.until.astimezone(now.tzinfo), now, texts)
    return texts("card-official", source=source, until=until, text=notice.text)


def local_time(at: datetime, now: datetime, texts: Texts) -> str:
    """Return the time of day of a local time, with its day if that is another one than `now`."""
    time = texts.clock(at, at.tzinfo or UTC)
    return time if at.date() == now.date() else f"{texts.date(at.date())}, {time}"


def _title(crossing: Crossing, texts: Texts) -> Html:
    if crossing.other_side is None:
        return texts("card-title-alone", name=texts.of(crossing.name))
    return texts("card-title", name=texts.of(crossing.name), other=texts.of(crossing.other_side))


def _place(shown: Card, texts: Texts) -> Html:
    return texts(
        "card-place",
        country=texts.of(shown.country.name),
        region=texts.of(shown.crossing.region),
        time=texts.clock(shown.local_at, shown.crossing.timezone),
    )


def _folded(*parts: Html | None) -> Html:
    """Return what stands every day, of which only the first lines are seen before a tap.

    A chat shows the end of a new message first: else the wait would be above the edge of a small screen.
    """
    return Html(f"<blockquote expandable>{paragraphs(*parts)}</blockquote>")


def _warnings(shown: Card, guide: Guide, texts: Texts) -> Html | None:
    warned = [texts("card-warning", text=texts.of(warning)) for warning in shown.warnings]
    noted = [
        notice_line(notice, texts) for notice in notices(guide, {shown.crossing.id}, shown.local_at.date())
    ]
    return lines(*noted, *warned) if warned or noted else None


def _modes(modes: Sequence[ModeNews], now: datetime, texts: Texts, ahead: Sequence[Html] = ()) -> Html:
    """Tell what is known of each mode, and what is ahead of the first; those without news share a line."""
    news = [_mode(news, now, texts) for news in modes if news.known]
    unknown = [sign(news.mode, texts) for news in modes if not news.known]
    if unknown:
        news.append([texts("card-unknown", modes=" ".join(unknown))])
    first = 0 if modes[0].known else len(news) - 1
    news.insert(first + 1, list(ahead))
    return lines(*(line for told in news for line in told))


def expected(shown: Card, ahead: Prospect, texts: Texts) -> list[Html]:
    """Return the lines of what is to be expected of the mode shown first."""
    told = []
    by = sign(shown.mode, texts)
    if ahead.ahead:
        waits = " · ".join(
            texts("card-ahead-wait", hours=texts.duration(each.hours * 60), span=_span(each, texts))
            for each in ahead.ahead
        )
        told.append(texts("card-ahead", mode=by, waits=Html(waits)))
    if ahead.best is not None:
        best = (ahead.best.at + HALF_AN_HOUR).astimezone(shown.crossing.timezone).replace(minute=0)
        values = {
            "mode": by,
            "time": texts.clock(best, shown.crossing.timezone),
            "span": _span(ahead.best, texts),
            "day": "today" if best.date() == shown.local_at.date() else "tomorrow",
            "rests": "news" if ahead.foretold else "usual",
        }
        told.append(texts("card-best", **values))
    if ahead.usual is not None:
        weeks = texts("weeks", count=ahead.weeks)
        told.append(texts("card-usual", mode=by, span=_span(ahead.usual, texts), weeks=weeks))
    return told


def _span(ahead: Ahead, texts: Texts) -> Html:
    return texts.span(ahead.low_minutes, ahead.high_minutes)


def _mode(news: ModeNews, now: datetime, texts: Texts) -> list[Html]:
    mode = way(news.mode, texts)
    if news.held is not None:
        told = [_held(news.held, mode, now, texts)]
    else:
        told = [*_estimate(news.estimate, mode, now, texts)]
    if news.queue is not None:
        told.append(_queue(news.queue, sign(news.mode, texts), now, texts))
    if not told:
        told.append(texts("card-none", mode=mode))
    return told


def _held(held: HeldNumber, mode: Html, now: datetime, texts: Texts) -> Html:
    return texts(
        "card-held",
        mode=mode,
        span=texts.span(held.low_minutes, held.high_minutes),
        people=texts("people", count=held.people),
        since=local_time(held.since, now.astimezone(held.since.tzinfo), texts),
    )


def _estimate(estimate: Estimate, mode: Html, now: datetime, texts: Texts) -> list[Html]:
    if estimate.state is State.NONE or estimate.newest_at is None:
        return []
    people = texts("people", count=estimate.people)
    when = age(estimate.newest_at, estimate.people, now, texts)
    if estimate.state is State.DISPUTE:
        return [texts("card-dispute", mode=mode), *(_camp(camp, now, texts) for camp in estimate.camps)]
    if estimate.closed:
        key = "card-closed-single" if estimate.state is State.SINGLE else "card-closed"
        return [texts(key, mode=mode, people=people, age=when)]
    span = texts.span(estimate.low_minutes or 0, estimate.high_minutes)
    if estimate.state is State.SINGLE:
        return [texts("card-single", mode=mode, span=span, age=when)]
    told = [texts("card-agree", mode=mode, span=span, people=people, age=when)]
    waiting = estimate.waiting
    if waiting is not None and waiting.at_least_minutes and estimate.middle_minutes is not None:
        told.append(
            texts(
                "card-still-waiting",
                people=texts("people", count=waiting.people),
                span=texts.duration(waiting.at_least_minutes),
                age=age(waiting.newest_at, waiting.people, now, texts),
            )
        )
    return told


def _camp(camp: Camp, now: datetime, texts: Texts) -> Html:
    people = texts("people", count=camp.people)
    when = age(camp.newest_at, camp.people, now, texts)
    if camp.closed:
        return texts("card-camp-closed", people=people, age=when)
    span = texts.span(camp.low_minutes or 0, camp.high_minutes)
    return texts("card-camp", span=span, people=people, age=when)


def _queue(queue: QueueLength, mode: Html, now: datetime, texts: Texts) -> Html:
    parts = [
        texts("card-vehicles", count=queue.vehicles) if queue.vehicles is not None else None,
        texts("people", count=queue.on_foot) if queue.on_foot is not None else None,
        texts.distance(queue.metres) if queue.metres is not None else None,
    ]
    length = ", ".join(part for part in parts if part)
    when = age(queue.newest_at, queue.people, now, texts)
    if queue.people == 1:
        return texts("card-length-single", mode=mode, length=length, age=when)
    people = texts("people", count=queue.people)
    return texts("card-length", mode=mode, length=length, people=people, age=when)


def _events(shown: Card, texts: Texts) -> Html | None:
    if not shown.events:
        return None
    return lines(texts("card-events"), *(event(item, shown.at, texts) for item in shown.events))


def event(event: EventNews, now: datetime, texts: Texts) -> Html:
    """Return the line of something that happened."""
    what = texts(f"event-{event.event}")
    if event.mode is not None:
        what = Html(f"{sign(event.mode, texts)} {what}")
    if event.newest_at is None:
        when = texts("age-within", duration=texts.duration(int(event.within.total_seconds() // 60)))
    else:
        when = age(event.newest_at, event.people, now, texts)
    if event.contradicted:
        key = "card-event-disputed"
    elif event.people == 1:
        key = "card-event-single"
    else:
        key = "card-event"
    values = {} if key == "card-event-single" else {"people": texts("people", count=event.people)}
    return texts(key, event=what, age=when, **values)


def _status(shown: Card, texts: Texts) -> Html:
    status = shown.status
    said = texts.of(status.text) if status.text else texts(f"status-{status.state}")
    if status.text and status.state != "open":
        said = f"{texts(f'status-{status.state}')}. {said}"
    return texts(
        "card-status", status=said, source=_source(status.source, texts), date=_date(status.as_of, texts)
    )


def _refused(shown: Card, texts: Texts) -> Html | None:
    if not shown.refused:
        return None
    return texts("card-refused-modes", modes=", ".join(way(mode, texts) for mode in shown.refused))


def _unconfirmed(shown: Card, texts: Texts) -> Html | None:
    if not shown.unconfirmed:
        return None
    return texts("card-unconfirmed-modes", modes=", ".join(way(mode, texts) for mode in shown.unconfirmed))


def _facts(facts: tuple[Known, ...], texts: Texts) -> Html | None:
    if not facts:
        return None
    return lines(texts("card-known"), *(_fact(fact, texts) for fact in facts))


def _fact(fact: Known, texts: Texts) -> Html:
    key = "card-known-unconfirmed" if fact.mark.unconfirmed else "card-known-item"
    return texts(
        key, text=texts.of(fact.text), source=_source(fact.source, texts), date=_date(fact.as_of, texts)
    )


def _landmark(landmark: Landmark, texts: Texts) -> Html:
    return texts(
        "card-landmark",
        name=texts.of(landmark.name),
        distance=texts.distance(round(landmark.km * 1000)),
        unconfirmed="yes" if landmark.mark.unconfirmed else "no",
    )


def _pages(told: list[Html]) -> list[Html]:
    """Fill pages with lines, in their order."""
    pages: list[list[Html]] = [[]]
    for line in told:
        if pages[-1] and utf16_length("\n".join((*pages[-1], line))) > PAGE_LENGTH:
            pages.append([])
        pages[-1].append(line)
    return [lines(*page) for page in pages]


def _turning(crossing: Crossing, page: int, pages: int, texts: Texts) -> Row:
    turning: Row = ()
    if page > 0:
        turning += (Key(texts("list-less"), About(crossing.id, page - 1)),)
    if page + 1 < pages:
        turning += (Key(texts("list-more"), About(crossing.id, page + 1)),)
    return turning


def _back(crossing: Crossing, texts: Texts) -> Row:
    return (Key(texts("card-back"), buttons.Card(crossing.id, None)),)


def _source(source: Source, texts: Texts) -> str:
    return source if isinstance(source, str) else texts.of(source)


def _date(as_of: str | None, texts: Texts) -> str:
    return texts.partial_date(as_of) if as_of else texts("card-undated")


def _rows(shown: Card, guide: Guide, texts: Texts, username: str, *, private: bool) -> tuple[Row, ...]:
    crossing = shown.crossing
    told = private and answers_about(crossing, shown.country, guide)
    report = Ask(crossing.id, offered(crossing, shown.mode))
    switch: Row = ()
    if len(shown.modes) > 1:
        switch = tuple(
            Key(("• " if mode is shown.mode else "") + sign(mode, texts), buttons.Card(crossing.id, mode))
            for mode in sorted((news.mode for news in shown.modes), key=list(Mode).index)
        )
    ticket: Row = ()
    if crossing.for_people and report.mode in QUEUED:
        ticket = (Key(texts("card-ticket"), Join(crossing.id, report.mode, 0, 0, 0)),)
    return (
        (
            Key(texts("card-report"), report),
            Key(texts("card-refresh"), buttons.Card(crossing.id, shown.mode)),
        ),
        switch,
        (*ticket, *((Key(texts("card-alerts"), AlertMe(crossing.id, shown.mode)),) if private else ())),
        (
            *((Key(texts("card-chart"), Chart(crossing.id, shown.mode)),) if crossing.for_people else ()),
            Key(texts("card-nearby"), Nearby(crossing.id)),
        ),
        (
            Key(texts("card-about"), About(crossing.id, 0)),
            Key(texts("card-share"), share(crossing.id, texts.of(crossing.name), username)),
        ),
        (Key(texts("card-answers"), Answers(crossing.id)),) if told else (),
    )
