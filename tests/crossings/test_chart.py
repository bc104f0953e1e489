"""What the picture shows: what the card says, the hours before and after, and nothing of one person alone."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.card import Card, card
from bot.crossings.chart import DAY, HOUR, Chart, chart
from bot.crossings.estimate import told
from bot.crossings.moderated import HeldNumber, Moderated
from bot.crossings.prospect import NOT_LEARNED, Learned, prospect
from bot.crossings.report import BANDS, LONGEST_WAIT_MINUTES, STEP, Event, Mode, Report
from bot.crossings.sheet import Sheet
from bot.crossings.usual import Hour, learn
from bot.crossings.votes import ENOUGH
from bot.guide.length import CAPTION, visible_length
from bot.guide.model import Language
from bot.telegram.screens import chart as screens
from bot.texts import Texts, load
from tests.crossings.saying import CONTENT, LARS, NOW, catalogue, crossed, happened, queue, tapped, waiting
from tests.telegram.test_card_screen import everything_at_once

EDGES = {edge for band in BANDS for edge in (band.low, band.high)}
HERE = catalogue()
TEXTS = load(CONTENT.parent / "texts")
EN = TEXTS[Language.EN]


def usually(by_night: float, by_day: float) -> Learned:
    """Return what is usual where three weeks were like this, with a day from 12 to 24 UTC."""
    hours = [(at, by_night if at.hour < 12 else by_day) for at in (NOW - n * HOUR for n in range(1, 504))]
    return Learned(learn([Hour(at, 0.7 * wait, wait, 1.4 * wait, 3) for at, wait in hours], NOW), 3)


LEARNED = usually(60, 240)


def card_of(
    *reports: Report, learned: Learned = NOT_LEARNED, held: HeldNumber | None = None, crossing: str = LARS
) -> Card:
    place = HERE.crossings[crossing]
    moderated = Moderated(held=(held,) if held else ())
    country = HERE.countries[place.country]
    return card(place, country, reports, NOW, Mode.CAR, learned={Mode.CAR: learned}, moderated=moderated)


def shown(*reports: Report, learned: Learned = NOT_LEARNED) -> Chart:
    of = card_of(*reports, learned=learned)
    return chart(of.chosen, of.events, reports, NOW, learned)


def drawn(*reports: Report, learned: Learned = NOT_LEARNED, texts: Texts = EN) -> Sheet:
    of = card_of(*reports, learned=learned)
    return screens.sheet(shown(*reports, learned=learned), of, texts, simulated=True)


def words(*reports: Report, learned: Learned, texts: Texts, crossing: str = LARS) -> str:
    of = card_of(*reports, learned=learned, crossing=crossing)
    said = [report for report in reports if report.statement.mode is Mode.CAR]
    ahead = prospect(said, NOW, of.chosen.estimate, learned)
    seen = chart(of.chosen, of.events, reports, NOW, learned)
    return screens.caption(seen, of, ahead, texts, simulated=True).text


def reports_of_any_kind() -> st.SearchStrategy[list[Report]]:
    who = st.sampled_from([None, *"abcdefgh"])
    ago = st.integers(0, 9 * 24 * 60)
    minutes = st.integers(0, LONGEST_WAIT_MINUTES)
    one = st.one_of(
        st.builds(crossed, minutes, who, ago),
        st.builds(waiting, minutes, who, ago),
        st.builds(tapped, st.sampled_from(BANDS), who, ago),
        st.builds(happened, st.sampled_from(Event), who, ago),
    )
    return st.lists(one, max_size=30)


@given(reports_of_any_kind(), st.booleans())
def test_nothing_in_it_tells_of_one_person(reports: list[Report], history: bool) -> None:
    seen = shown(*reports, learned=LEARNED if history else NOT_LEARNED)
    people: dict[int, int] = {}
    for piece in told(reports, NOW):
        people[int(piece.joined // 60)] = people.get(int(piece.joined // 60), 0) + piece.people
    for dot in seen.dots:
        assert people[int(dot.at.timestamp() // 3600)] >= ENOUGH
        assert dot.at.timestamp() % STEP.total_seconds() == 0
    for hour in (*seen.hours, *seen.ahead, *((seen.now,) if seen.now else ())):
        if hour.middle is None and hour is not seen.now:
            assert {hour.low, hour.high} <= EDGES
    for mark in seen.marks:
        assert sum(report.statement.event is mark.event for report in reports) >= ENOUGH
    if seen.now and seen.now.middle is not None:
        assert card_of(*reports, learned=LEARNED if history else NOT_LEARNED).chosen.estimate.people >= ENOUGH


@given(reports_of_any_kind(), st.booleans())
def test_its_parts_lie_where_they_belong(reports: list[Report], history: bool) -> None:
    seen = shown(*reports, learned=LEARNED if history else NOT_LEARNED)
    assert seen.since <= NOW - DAY
    assert all(seen.since <= hour.at <= NOW for hour in seen.hours)
    assert all(one.until <= other.at for one, other in zip(seen.hours, seen.hours[1:], strict=False))
    assert all(seen.since <= dot.at <= NOW for dot in seen.dots)
    assert all(NOW < hour.at < seen.until for hour in seen.ahead)
    for hour in (*seen.hours, *seen.ahead):
        assert hour.low <= (hour.middle if hour.middle is not None else hour.low)
        assert hour.high is None or (hour.middle or hour.low) <= hour.high
    assert bool(seen.usual) is history


@given(reports_of_any_kind(), st.sampled_from(Language), st.booleans())
def test_it_can_always_be_put_into_places_and_words(
    reports: list[Report], language: Language, history: bool
) -> None:
    learned = LEARNED if history else NOT_LEARNED
    sheet = drawn(*reports, learned=learned, texts=TEXTS[language])
    for box in sheet.boxes:
        assert sheet.left <= box.left <= box.right <= sheet.right
        assert 0 <= box.low <= box.high <= sheet.top
    assert all(sheet.left <= spot.x <= sheet.right and 0 <= spot.y <= sheet.top for spot in sheet.spots)
    assert all(sheet.left <= at <= sheet.right for at, _ in sheet.x_ticks)
    assert all(0 <= at <= sheet.top for at, _ in sheet.y_ticks)
    assert 2 <= len(sheet.y_ticks) <= 8
    assert 3 <= len(sheet.x_ticks) <= 7
    assert not re.search(r"<\w|&\w+;", repr(sheet))
    told_so = words(*reports, learned=learned, texts=TEXTS[language])
    assert visible_length(told_so) <= CAPTION


def test_without_anything_it_is_empty() -> None:
    assert shown().empty
    assert shown(happened(Event.CALM, "anna")).empty


def test_a_usual_wait_is_enough_for_a_picture() -> None:
    seen = shown(learned=LEARNED)
    assert not seen.empty
    assert not seen.ahead  # nobody has told of today
    night, day = (min(seen.usual, key=lambda one: one[1]), max(seen.usual, key=lambda one: one[1]))
    assert night[0].hour < 12 <= day[0].hour
    assert night[1] == pytest.approx(60, rel=0.3)
    assert day[1] == pytest.approx(240, rel=0.3)


def test_three_people_of_an_hour_are_dots_and_two_only_a_band() -> None:
    two = shown(crossed(300, "a", 20), crossed(330, "b", 50))
    assert not two.dots
    assert [(hour.low, hour.middle, hour.high) for hour in two.hours] == [(180, None, 360)] * len(two.hours)
    three = shown(*(crossed(300, who, 20) for who in "abc"))
    assert [dot.minutes for dot in three.dots] == [300]
    assert three.hours[-1].middle


def test_a_dot_stands_to_the_quarter_of_an_hour() -> None:
    dots = shown(*(crossed(301 + n, who, 20) for n, who in enumerate("abc"))).dots
    assert len(dots) == 3
    assert all(dot.at.timestamp() % STEP.total_seconds() == 0 for dot in dots)


def test_an_hour_of_one_camp_has_no_range_of_the_other() -> None:
    honest = [crossed(300, f"honest {n}", 60 * n) for n in range(20)]
    others = [crossed(30, f"other {n}", 30 + 7 * n) for n in range(5)]
    seen = shown(*honest, *others)
    assert len(seen.camps) == 2
    assert seen.hours
    theirs = {dot.at for dot in seen.dots if dot.minutes == 30}
    assert theirs
    assert not any(hour.at <= at < hour.until for hour in seen.hours for at in theirs)


def test_who_says_the_same_is_one_larger_dot() -> None:
    dots = shown(*(crossed(300, who, 20) for who in "abcd"), crossed(240, "e", 80)).dots
    assert {dot.minutes for dot in dots} == {240, 300}
    assert max(dots, key=lambda dot: dot.weight).minutes == 300


def test_who_still_waits_says_at_least() -> None:
    dots = shown(*(waiting(120, who, 20) for who in "abc"), *(crossed(300, who, 0) for who in "def")).dots
    assert {(dot.minutes, dot.waiting) for dot in dots} == {(120, True), (300, False)}


def test_what_is_ahead_needs_a_history_and_people_who_agree() -> None:
    agreeing = [crossed(200 + 10 * n, who, 15 * n) for n, who in enumerate("abcde")]
    learned = usually(210, 210)
    assert len(shown(*agreeing, learned=learned).ahead) == 11
    assert not shown(*agreeing).ahead
    assert not shown(*agreeing[:2], learned=learned).ahead


def test_two_camps_are_shown_as_two_and_never_as_a_range_over_both() -> None:
    said = [crossed(360, who, 10) for who in "abc"] + [crossed(20, who, 10) for who in "def"]
    seen = shown(*said, learned=LEARNED)
    assert len(seen.camps) == 2
    assert seen.now is None
    assert not seen.ahead
    for hour in seen.hours:
        assert not (hour.low <= 20 and (hour.high or 0) >= 360)
    sheet = drawn(*said)
    assert len(sheet.sides) == 2


def test_a_closed_crossing_has_no_wait_ahead() -> None:
    said = [happened(Event.CLOSED, who, 30) for who in "abc"]
    seen = shown(*said, learned=LEARNED)
    assert seen.now is None
    assert not seen.ahead
    assert [mark.event for mark in seen.marks] == [Event.CLOSED]
    sheet = drawn(*said)
    assert sheet.lines == ("✖ closed, nobody is let through",)


def test_one_who_says_that_it_is_closed_is_told_below_and_not_in_time() -> None:
    said = [happened(Event.CLOSED, "anna", 30)]
    seen = shown(*said)
    assert not seen.marks
    sheet = drawn(*said)
    assert sheet.lines == ("✖ people say: closed",)


def test_events_of_other_modes_are_not_marked() -> None:
    seen = shown(*(happened(Event.CLOSED, who, 30, Mode.BUS) for who in "abc"))
    assert not seen.marks


def test_a_queue_of_days_is_shown_in_days() -> None:
    said = [crossed(2 * 24 * 60 + 30 * n, who, 60 * n) for n, who in enumerate("abcdef")]
    seen = shown(*said)
    assert NOW - seen.since >= 3 * DAY
    assert any(hour.middle for hour in seen.hours)
    sheet = drawn(*said)
    assert all(re.fullmatch(r"0|\d+ (d|h)", text) for _, text in sheet.y_ticks)
    assert all(re.fullmatch(r"\d+ \w{3}|", text) for _, text in sheet.x_ticks)


def test_a_day_is_shown_in_hours_of_the_crossing() -> None:
    moscow = timedelta(hours=3)
    ticks = drawn(*(crossed(300, who, 20) for who in "abc")).x_ticks
    clocks = [text.split("\n")[0] for _, text in ticks]
    assert set(clocks) <= {"00:00", "06:00", "12:00", "18:00"}
    assert clocks == [f"{NOW + moscow + at * HOUR:%H:%M}" for at, _ in ticks]


def test_a_number_that_moderators_hold_is_what_is_shown_of_now() -> None:
    said = [crossed(20, who, 10) for who in "abcd"]
    held = HeldNumber(1, Mode.CAR, 200, 240, 300, 7, NOW - HOUR, NOW - HOUR, NOW + HOUR)
    of = card_of(*said, learned=LEARNED, held=held)
    seen = chart(of.chosen, of.events, said, NOW, LEARNED)
    assert seen.now
    assert (seen.now.low, seen.now.middle, seen.now.high) == (200, 240, 300)
    assert not seen.ahead
    few = card_of(*said, held=replace(held, people=2))
    exact = chart(few.chosen, few.events, said, NOW).now
    assert exact
    assert exact.middle is None, "of two people, as it would be if it were not held"


def test_while_a_number_is_held_the_picture_and_the_length_follow_nothing_that_came_since() -> None:
    held = HeldNumber(1, Mode.CAR, 200, 240, 300, 7, NOW - 2 * HOUR, NOW - 2 * HOUR, NOW + HOUR)
    before = [*(crossed(240, who, 180) for who in "abc"), queue(100, "a", ago=180)]
    since = [*(crossed(5000, who, 30) for who in "hijklmn"), *(queue(900, who, ago=30) for who in "hij")]

    def of(*said: Report) -> Chart:
        seen = card_of(*said, learned=LEARNED, held=held)
        assert seen.chosen.queue
        assert seen.chosen.queue.vehicles == 100
        return chart(seen.chosen, seen.events, said, NOW, LEARNED)

    assert of(*before).dots
    assert of(*before, *since) == of(*before)


def test_a_lie_far_off_does_not_make_all_else_small() -> None:
    said = [crossed(30 + n, who, 60) for n, who in enumerate("abcdefgh")]
    yesterday = [crossed(30, who, 1365) for who in "xy"]  # who joined in one hour with who lies
    sheet = drawn(*said, *yesterday, crossed(23 * 60, "liar", 15))
    assert sheet.top < 10 * 60
    assert any(spot.beyond for spot in sheet.spots)
    assert "beyond" in dict(sheet.legend)


def test_the_fullest_caption_fits() -> None:
    for crossing in HERE.crossings:
        reports = everything_at_once(crossing)
        for texts in TEXTS.values():
            told_so = words(*reports, learned=LEARNED, texts=texts, crossing=crossing)
            assert visible_length(told_so) <= CAPTION
            assert texts.of(HERE.crossings[crossing].name) in told_so
