"""What can be waited for is a finite list that is stored in little room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.topics import (
    EVENTS,
    GO_LIMITS,
    LIMITS,
    SILENCES,
    TOPICS,
    TRAVELS,
    Topic,
    UnknownTopic,
    What,
    ordered,
    read_topic,
    read_topics,
    write_topics,
)
from bot.crossings.report import Event, Mode
from tests.alerts.given import sets_of_topics
from tests.alerts.given import topics as any_topics


@given(any_topics)
def test_a_code_is_short_and_leads_back(topic: Topic) -> None:
    assert len(topic.code) <= 20
    assert read_topic(topic.code) == topic


def test_no_two_topics_have_one_code() -> None:
    assert len({topic.code for topic in TOPICS}) == len(TOPICS)


@given(st.text() | st.sampled_from(["below:90m", "go:3h", "event:calm", "below:60m", "go:1h:1h:1h"]))
def test_what_is_no_topic_is_said_to_be_none(code: str) -> None:
    if all(code != topic.code for topic in TOPICS):
        with pytest.raises(UnknownTopic):
            read_topic(code)


@given(sets_of_topics)
def test_any_topics_are_written_and_read(topics: tuple[Topic, ...]) -> None:
    assert read_topics(write_topics(topics)) == topics


def test_all_topics_together_fit_their_column() -> None:
    assert len(write_topics(TOPICS)) <= 400


@given(st.text())
def test_reading_topics_leaves_out_what_is_none(text: str) -> None:
    assert set(read_topics(text)) <= set(TOPICS)
    assert read_topics(f"below:7h,3h later:{text[:5].strip()} go:3h:1h") == ordered(
        [Topic(What.GO, 180, 60), Topic(What.BELOW, 180)]
    )


def test_the_codes_read_well() -> None:
    assert Topic(What.GO, 2880, 30).code == "go:2d:30m"
    assert Topic(What.EVENT, event=Event.DRAFT_NOTICES).code == "event:draft_notices"


def test_every_list_fits_the_half_byte_in_which_a_subscription_stores_its_place() -> None:
    for each in (EVENTS, GO_LIMITS, LIMITS, SILENCES, TRAVELS, tuple(What), tuple(Mode)):
        assert len(each) <= 16
