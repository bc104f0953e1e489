"""Alerts in words: what has changed, how surely it is known, and where to go from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.news import Happening, News, Why
from bot.alerts.topics import Topic, What
from bot.crossings.catalogue import Crossing
from bot.crossings.estimate import State
from bot.crossings.events import EventNews
from bot.crossings.report import Event, Mode
from bot.telegram.buttons import AlertsOf, Card, DropRule, Renew, Snooze
from bot.telegram.screen import Key, Row, Screen, lines, paragraphs
from bot.telegram.screens import card as cards
from bot.telegram.screens import pages
from bot.telegram.screens.report import way
from bot.texts import Html, Texts

SNOOZE_HOURS = 3
UNTIL_MORNING = 0

MOST_CHARACTERS = 3500
"""A night of which there is more to tell is told without why: Telegram takes 4096 in a message."""

_OF_WAITS = (What.BELOW, What.ABOVE, What.GO)


@dataclass(frozen=True)
class Setting:
    """How a chat is told: at which instant, of which crossing, and whether what is seen shall say nothing."""

    crossing: Crossing
    now: datetime
    discreet: bool
    simulated: bool


def alert(news: News, topics: Sequence[Topic], setting: Setting, texts: Texts) -> Screen:
    """Tell one thing, as far as it is about these topics."""
    crossing = setting.crossing
    if setting.discreet:
        return _discreet(crossing, news.mode, texts)
    text = paragraphs(
        _title(crossing, texts),
        pages.simulated(texts, setting.simulated),
        lines(*_told(news, topics, setting, texts), *_why(news, topics, setting, texts)),
    )
    return Screen(text, _rows(crossing, news.mode, topics, texts))


def digest(
    told: Sequence[News], summaries: Sequence[Html], mode: Mode, setting: Setting, texts: Texts
) -> Screen:
    """Tell what a night has brought, or nothing, beside what is known now, and lead to the card of a mode.

    If that is too long, without reasons, and then of the first mode alone; the card tells the rest.
    """
    crossing = setting.crossing
    if setting.discreet:
        return _discreet(crossing, mode, texts)

    def whole(modes: int, *, reasons: bool) -> Html:
        return paragraphs(
            _title(crossing, texts),
            pages.simulated(texts, setting.simulated),
            texts("told-night") if told else None,
            *(
                lines(
                    *_told(each, each.topics, setting, texts),
                    *(_why(each, each.topics, setting, texts) if reasons else ()),
                )
                for each in told
            ),
            lines(texts("told-now"), *summaries[:modes]),
        )

    text = whole(len(summaries), reasons=True)
    if len(text) > MOST_CHARACTERS:
        text = whole(len(summaries), reasons=False)
    if len(text) > MOST_CHARACTERS:
        text = whole(1, reasons=False)
    return Screen(text, _rows(crossing, mode, (), texts))


def offer(mode: Mode | None, setting: Setting, texts: Texts) -> Screen:
    """Offer to renew what will end in a day."""
    crossing = setting.crossing
    renew: Row = (Key(texts("told-renew"), Renew(crossing.id)),)
    if setting.discreet:
        return Screen(texts("told-discreet-offer"), (renew,))
    text = paragraphs(_title(crossing, texts), texts("told-offer"))
    return Screen(text, (renew, (Key(texts("told-card"), Card(crossing.id, mode)),)))


def _discreet(crossing: Crossing, mode: Mode | None, texts: Texts) -> Screen:
    return Screen(texts("told-discreet"), ((Key(texts("told-discreet-open"), Card(crossing.id, mode)),),))


def _rows(crossing: Crossing, mode: Mode | None, topics: Sequence[Topic], texts: Texts) -> tuple[Row, ...]:
    off = Key(texts("told-rules"), AlertsOf(crossing.id))
    if len(topics) == 1 and mode is not None:
        off = Key(texts("told-off"), DropRule(crossing.id, mode, topics[0].number))
    return (
        (Key(texts("told-card"), Card(crossing.id, mode)),),
        (
            Key(texts("told-snooze", hours=SNOOZE_HOURS), Snooze(crossing.id, SNOOZE_HOURS)),
            Key(texts("told-snooze-morning"), Snooze(crossing.id, UNTIL_MORNING)),
        ),
        (off,),
    )


def _title(crossing: Crossing, texts: Texts) -> Html:
    return texts("told-title", name=texts.of(crossing.name))


def _told(news: News, topics: Sequence[Topic], setting: Setting, texts: Texts) -> Sequence[Html]:
    """Return what has come about, or that it has not."""
    mode = way(news.mode, texts)
    if news.corrects is not None:
        time = texts.clock(news.corrects.made_at, setting.crossing.timezone)
        return (
            texts("told-correction", mode=mode, time=time),
            *(texts("told-item", text=named(topic, texts)) for topic in topics),
            texts("told-withdrawn" if news.corrects.why is Why.WITHDRAWN else "told-contradicted"),
        )
    happenings = {each.event: each for each in news.events}
    told = [texts("told-mode", mode=mode)]
    for topic in topics:
        happening = None if topic.event is None else happenings.get(topic.event)
        if happening is not None:
            told.append(cards.event(_event(happening, topic, news), setting.now, texts))
        else:
            told.append(texts("told-item", text=named(topic, texts)))
    return told


def _why(news: News, topics: Sequence[Topic], setting: Setting, texts: Texts) -> Sequence[Html]:
    """Return what that stands on; where it is not on the wait, what is known of the wait beside it."""
    if news.corrects is not None:
        known = _range(news, "told-wait", setting.now, texts)
        return () if known is None else (known,)
    about_wait = any(topic.what in _OF_WAITS for topic in topics)
    arrivals = {each.travel: each for each in news.arrivals}
    travels = dict.fromkeys(topic.travel for topic in topics if topic.travel in arrivals)
    why = [
        texts("told-arrival", travel=texts.duration(each.travel), span=texts.span(each.low, each.high))
        for each in map(arrivals.__getitem__, travels)
    ]
    # That it is closed is told already, with how many say so.
    if about_wait or not any(topic.event is Event.CLOSED for topic in topics):
        known = _range(news, "told-range" if about_wait else "told-wait", setting.now, texts)
        why += [] if known is None else [known]
    return [*why, texts("told-lone")] if news.lone and about_wait else why


def _event(happening: Happening, topic: Topic, news: News) -> EventNews:
    return EventNews(
        happening.event,
        None if topic.whole_crossing else news.mode,
        happening.people,
        happening.within,
        None,
        happening.newest_at,
        happening.contradicted,
    )


def named(topic: Topic, texts: Texts) -> Html:
    """Return what has come about, in words."""
    limit = texts.duration(topic.limit)
    if topic.event is not None:
        return texts(f"event-{topic.event}")
    if topic.what is What.BELOW:
        return texts("told-below", limit=limit)
    if topic.what is What.ABOVE:
        return texts("told-above", limit=limit)
    if topic.what is What.GO:
        return texts("told-go", travel=texts.duration(topic.travel), limit=limit)
    return texts("told-silent", limit=limit)


def _range(news: News, key: str, now: datetime, texts: Texts) -> Html | None:
    """Return what the card said of the wait: the range, from how many people, how old."""
    if news.newest_at is None or news.state is State.NONE:
        return None
    values = {
        "people": texts("people", count=news.people),
        "age": cards.age(news.newest_at, news.people, now, texts),
    }
    if news.state is State.DISPUTE:
        return texts("told-dispute", **values)
    if news.closed:
        return texts("told-closed", **values)
    if news.low_minutes is None:
        return None
    return texts(key, span=texts.span(news.low_minutes, news.high_minutes), **values)
