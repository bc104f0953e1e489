"""The words of alerts: news, with what they stand on, and never more than Telegram takes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.news import Correction, Happening, News, Why
from bot.alerts.subscription import MOST_RULES
from bot.alerts.topics import SILENCES, TOPICS, Topic, What
from bot.crossings.estimate import State
from bot.crossings.report import Event, Mode
from bot.guide.model import Language
from bot.release import Content
from bot.telegram.screens import alert as screens
from bot.telegram.screens.alert import Setting
from bot.texts import Html
from tests.alerts.border import NOON, PLACE

MOST = 4096

CLOSED, NOTICES = Topic(What.EVENT, event=Event.CLOSED), Topic(What.EVENT, event=Event.DRAFT_NOTICES)
BELOW, GO, SILENT = Topic(What.BELOW, 180), Topic(What.GO, 180, 480), Topic(What.SILENT, 360)


def news(*topics: Topic, **more) -> News:  # type: ignore[no-untyped-def]
    events = tuple(Happening(each.event, 2, timedelta(hours=3)) for each in topics if each.event is not None)
    made = News(PLACE, Mode.CAR, NOON, topics, State.AGREE, False, 90, 240, 5, NOON, events=events)
    return replace(made, **more)


def setting(content: Content) -> Setting:
    longest = max(content.catalogue.crossings.values(), key=lambda each: len(each.name.ru))
    return Setting(longest, NOON + timedelta(minutes=1), discreet=False, simulated=True)


def told(content: Content, this: News, language: str = "ru") -> str:
    return screens.alert(this, this.topics, setting(content), content.texts[Language(language)]).text


def test_a_wait_is_told_as_likely_and_with_why(content: Content) -> None:
    text = told(content, news(BELOW))
    assert "ждать теперь, скорее всего, меньше 3 ч" in text, "the range beside it may go beyond"
    assert "Почему: 1,5–4 ч · 5 человек, последнее меньше 15 мин назад" in text
    assert "time to leave" in told(content, news(GO), "en")


@pytest.mark.parametrize(
    "this",
    [
        news(NOTICES),
        news(SILENT),
        news(BELOW, corrects=Correction(NOON - timedelta(hours=1), Why.WITHDRAWN)),
    ],
)
def test_a_wait_beside_other_news_is_not_its_reason(content: Content, this: News) -> None:
    assert "Почему" not in told(content, this)
    assert "Ожидание: 1,5–4 ч" in told(content, this)


@pytest.mark.parametrize(("people", "words"), [(1, "one report, unconfirmed"), (2, "2 people")])
def test_a_closure_says_once_how_many_say_so(content: Content, people: int, words: str) -> None:
    happening = Happening(Event.CLOSED, people, timedelta(hours=3))
    text = told(content, news(CLOSED, closed=True, people=people, events=(happening,)), "en")
    assert text.count(words) == 1
    assert "Said to be closed" not in text
    assert "Said to be closed: 2 people" in told(content, news(NOTICES, closed=True, people=2), "en")


@pytest.mark.parametrize("language", Language)
def test_whatever_is_told_fits_a_message(content: Content, language: Language) -> None:
    texts, here = content.texts[language], setting(content)
    longest = sorted(TOPICS, key=lambda topic: len(told(content, news(topic), language)), reverse=True)
    everything = news(*longest[:MOST_RULES], lone=True, people=9999)
    assert len(told(content, everything, language)) <= MOST
    taken_back = Correction(NOON - timedelta(hours=1), Why.WITHDRAWN)
    held = [topic for topic in longest if topic.what is not What.GO][:MOST_RULES]
    night = [news(topic, corrects=taken_back, people=9999) for topic in held]
    text = screens.digest(night, [Html("x" * 200)] * len(Mode), Mode.CAR, here, texts).text
    assert len(text) <= MOST
    brief = screens.digest(
        [news(topic) for topic in map(_silent, SILENCES)], [Html("x")], Mode.CAR, here, texts
    )
    assert "1.5–4" in brief.text.replace(",", "."), "with why, where there is room"


def _silent(limit: int) -> Topic:
    return Topic(What.SILENT, limit)
