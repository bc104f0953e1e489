"""What is told: stored in its columns, sent by urgency, dropped when it is of no use, replaced by newer."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.news import (
    Arrival,
    Correction,
    Happening,
    News,
    Priority,
    Why,
    columns,
    lasts,
    opposites,
    priority,
    read,
    remains,
)
from bot.alerts.topics import EVENTS, TOPICS, TRAVELS, Topic, What
from bot.crossings.estimate import State as Known
from bot.crossings.report import Event, Mode
from bot.storage.tables import alert_events
from tests.alerts import given as anything
from tests.alerts.border import CLOSED, NOON, PLACE, REOPENED, above, below, event, go, silent

LATER = NOON + timedelta(minutes=40)


def supersedes(new: News, old: News) -> bool:
    """Tell whether nothing of `old` is worth telling once there is `new`."""
    return remains(old, new) is None


@given(anything.news())
def test_what_is_stored_is_what_was_told(news: News) -> None:
    assert read(columns(news)) == news


def test_the_longest_news_fits_its_columns() -> None:
    at = NOON.replace(year=2099)
    longest = News(
        "x" * 40,
        Mode.BICYCLE,
        at,
        TOPICS,
        Known.DISPUTE,
        True,
        14400,
        14400,
        10**6,
        at,
        True,
        tuple(Happening(kind, 10**6, timedelta(days=1), at, 10**6) for kind in EVENTS),
        tuple(Arrival(travel, 14400, 14400) for travel in TRAVELS),
        Correction(at, Why.CONTRADICTED),
    )
    for name, value in columns(longest).items():
        if isinstance(value, str):
            assert len(value) <= alert_events.c[name].type.length  # type: ignore[attr-defined]
        assert name in alert_events.c
    assert read(columns(longest)).people == 9999


@given(
    anything.news(), st.sampled_from(["told", "mode", "made_second"]), st.text() | st.integers() | st.none()
)
def test_what_is_no_news_is_said_to_be_none(news: News, name: str, junk: object) -> None:
    stored = {**columns(news), name: junk}
    with suppress(ValueError):
        assert isinstance(read(stored), News)


@pytest.mark.parametrize(
    "told", ["", "[]", "1", "null", '{"events":[[1]]}', '{"range":7}', '{"corrects":[]}']
)
def test_junk_is_no_news(told: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that is what `read` promises
        read({**columns(News(PLACE, Mode.CAR, NOON, (CLOSED,))), "told": told})


def test_a_later_version_may_tell_more() -> None:
    news = News(PLACE, Mode.CAR, NOON, (CLOSED,))
    stored = columns(news)
    stored["told"] = json.dumps({**json.loads(stored["told"]), "weather": "fine"})
    assert read(stored) == news


def test_a_closure_goes_before_a_wait_and_that_before_silence() -> None:
    kinds = [
        [CLOSED, event(Event.DRAFT_NOTICES), event(Event.TURNED_BACK)],
        [REOPENED, event(Event.FOOT_ALLOWED), event(Event.FOOT_ENDED)],
        [go(60, 30)],
        [below(60)],
        [above(60)],
        [event(Event.WEATHER)],
        [silent(180)],
    ]
    assert [{priority(topic) for topic in each} for each in kinds] == [{place} for place in Priority][:-1]
    assert News(PLACE, Mode.CAR, NOON, (below(60), CLOSED)).priority is Priority.URGENT


@given(anything.news())
def test_news_lasts_as_long_as_the_longest_of_its_topics(news: News) -> None:
    assert news.expires_at == max(map(news.of_use_until, news.topics)) > news.made_at


def test_how_long_it_is_of_use() -> None:
    hours = [
        lasts(topic) / timedelta(hours=1) for topic in (CLOSED, go(60, 30), below(30), above(60), below(4320))
    ]
    assert hours == [6, 1, 0.5, 1, 2]


def told(*topics: Topic, at=NOON, mode: Mode = Mode.CAR, corrects=None) -> News:  # type: ignore[no-untyped-def]
    return News(PLACE, mode, at, topics, corrects=corrects and Correction(corrects, Why.WITHDRAWN))


@pytest.mark.parametrize(
    ("new", "old", "left"),
    [
        ((below(180),), (below(180),), None),
        ((below(180), CLOSED), (below(180),), None),
        ((below(180),), (below(180), CLOSED), (CLOSED,)),
        ((REOPENED,), (CLOSED,), None),
        ((CLOSED,), (REOPENED,), None),
        ((event(Event.FOOT_ENDED),), (event(Event.FOOT_ALLOWED),), None),
        ((above(180),), (below(60), below(180), below(360)), (below(360),)),
        ((below(180),), (above(180), above(60)), (above(60),)),
        ((below(60),), (below(180),), (below(180),)),
        ((CLOSED,), (event(Event.WEATHER),), (event(Event.WEATHER),)),
    ],
)
def test_newer_news_takes_the_place_of_older(new, old, left) -> None:  # type: ignore[no-untyped-def]
    newer, older = told(*new, at=LATER), told(*old)
    assert remains(older, newer) == (told(*left) if left else None)
    assert supersedes(newer, older) is (left is None)
    assert not supersedes(older, newer)
    assert not supersedes(told(*new, at=LATER, mode=Mode.BUS), older)


def test_a_correction_takes_the_place_of_what_it_corrects_alone() -> None:
    correction = told(CLOSED, at=LATER, corrects=NOON)
    assert supersedes(correction, told(CLOSED))
    assert remains(told(CLOSED, below(60)), correction) == told(below(60))
    assert not supersedes(correction, told(CLOSED, at=NOON - timedelta(minutes=1)))
    assert supersedes(told(CLOSED, at=LATER + timedelta(hours=1)), correction)
    assert not supersedes(told(REOPENED, at=LATER + timedelta(hours=1)), correction)


@given(anything.news(), anything.news())
def test_what_remains_is_a_part_of_what_was(old: News, new: News) -> None:
    left = remains(old, new)
    assert left is None or set(left.topics) <= set(old.topics)
    if left is not None and left != old:
        assert old.made_at <= new.made_at
        assert remains(left, new) == left


@given(anything.topics)
def test_opposites_are_each_others(topic: Topic) -> None:
    assert all(topic in opposites(each) for each in opposites(topic))
    assert topic not in opposites(topic)
    assert topic.what is not What.GO or not list(opposites(topic))
