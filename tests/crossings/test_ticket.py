"""A ticket: its code, the arrival, when it asks and ends, and whom to ask for news."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.crossings import ticket as tickets
from bot.crossings.estimate import Estimate, State, Wait
from bot.crossings.report import MOST_PEOPLE, Mode
from bot.crossings.ticket import (
    ASKED_EACH,
    ASKED_TOGETHER,
    LONGEST,
    LONGEST_CODE,
    NEWS_EACH,
    ROUND,
    Arrival,
    Basis,
    NotATicket,
    Place,
    Said,
    Stage,
    Ticket,
    Trouble,
    arrival,
    asks_through,
    at_share,
    expires_at,
    pace,
    read,
    share,
    told,
    trouble,
    wait_of,
    whom,
    write,
)
from bot.crossings.usual import Hour
from bot.guide.model import Language

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MINUTES = st.datetimes(datetime(2026, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001 - in UTC just below
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
IDS = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
NUMBERS = st.integers(0, 2**63 - 1)
PLACES = st.one_of(
    st.builds(Place, MINUTES, ahead=st.integers(0, MOST_PEOPLE)),
    st.builds(Place, MINUTES, metres=st.integers(1, 100_000), landmark=st.none() | IDS),
)
FIRST_PLACES = PLACES.map(lambda place: replace(place, landmark=None))
WAITED = st.integers(0, 14_400)
TICKETS = st.builds(
    Ticket,
    IDS,
    st.sampled_from(Mode),
    st.sampled_from(Language),
    MINUTES,
    MINUTES,
    MINUTES,
    NUMBERS,
    st.booleans(),
    st.none() | st.builds(Said, WAITED, WAITED, WAITED),
    st.none() | FIRST_PLACES,
    st.none() | PLACES,
    st.none() | MINUTES,
    st.sampled_from(Stage),
    NUMBERS,
    st.booleans(),
    st.integers(0, 2**32 - 1),
    st.none() | MINUTES,
)
WAITS = st.lists(st.floats(1, 10_000), min_size=3, max_size=3).map(lambda each: Wait(*sorted(each)))


def ticket(joined: timedelta = timedelta(), **changes: object) -> Ticket:
    """Return the ticket of somebody who joined so long ago and has said nothing since."""
    at = NOW - joined
    made = Ticket("verkhny-lars", Mode.CAR, Language.RU, at, at, at, message=7)
    return replace(made, **changes)  # type: ignore[arg-type]


def agreed(low: float, middle: float, high: float, people: int = 5) -> Estimate:
    return Estimate(
        State.AGREE, int(low), int(middle), int(high), people, NOW - HOUR, wait=Wait(low, middle, high)
    )


def hour(ago: float, low: float, middle: float, high: float) -> Hour:
    return Hour(NOW - timedelta(hours=ago), low, middle, high, 4)


# The code


@given(TICKETS)
def test_a_ticket_comes_back_as_it_was_written(made: Ticket) -> None:
    written = write(made)
    assert len(written) <= LONGEST_CODE
    assert read(written) == made


def test_the_longest_ticket_fits() -> None:
    longest = ticket(crossing="x" * 40, place=Place(NOW, metres=1, landmark="y" * 40), first=Place(NOW, 3))
    assert len(write(longest)) <= LONGEST_CODE


@given(st.binary(max_size=200))
def test_whatever_else_is_refused_and_never_crashes(written: bytes) -> None:
    try:
        read(written)
    except NotATicket:
        return
    assert written[0] == tickets.VERSION


def test_another_version_is_refused() -> None:
    with pytest.raises(NotATicket):
        read(bytes((tickets.VERSION + 1,)) + write(ticket())[1:])


# The wait of those who joined with them


def test_between_two_hours_the_wait_lies_between() -> None:
    hours = [hour(5.5, 100, 200, 300), hour(3.5, 200, 400, 600)]
    found = wait_of(NOW - 4 * HOUR, hours, NOW, Wait(50, 60, 70))
    assert (found.low, found.middle, found.high) == (150, 300, 450)


def test_before_the_first_and_without_hours_the_nearest_counts() -> None:
    joining = Wait(50, 60, 70)
    assert wait_of(NOW - 9 * HOUR, [hour(3.5, 1, 2, 3)], NOW, joining) == Wait(1, 2, 3)
    assert wait_of(NOW - 9 * HOUR, [], NOW, joining) == joining
    assert wait_of(NOW + 5 * MINUTE, [hour(3.5, 1, 2, 3)], NOW, joining) == joining


@given(st.lists(st.tuples(st.floats(1, 48), WAITS), max_size=6), WAITS, st.floats(0, 60))
def test_first_in_first_out(known: list[tuple[float, Wait]], joining: Wait, ago: float) -> None:
    hours = [hour(at, wait.low, wait.middle, wait.high) for at, wait in known]
    joined = NOW - timedelta(hours=ago)
    found = wait_of(joined, hours, NOW, joining)
    points = sorted([(each.at + HOUR / 2, each.middle) for each in hours] + [(NOW, joining.middle)])
    before = [point for point in points if point[0] <= joined]
    after = [point for point in points if point[0] >= joined]
    through = joined + found.middle * MINUTE
    if before and after:
        ends = sorted((before[-1][0] + before[-1][1] * MINUTE, after[0][0] + after[0][1] * MINUTE))
        # Of two hours at one time either is the nearest.
        if len({at for at, _ in points}) == len(points):
            assert ends[0] - MINUTE <= through <= ends[1] + MINUTE
    assert found.low <= found.middle + 1e-6
    assert found.middle <= found.high + 1e-6


@given(WAITS, st.floats(0.01, 0.99))
def test_share_and_its_inverse_agree(wait: Wait, part: float) -> None:
    minutes = at_share(wait, part)
    if 0 < minutes < 1e6:
        assert math.isclose(share(wait, minutes), part, abs_tol=1e-6)


def test_the_quantiles_are_those_of_the_wait() -> None:
    wait = Wait(120, 240, 420)
    assert [round(at_share(wait, part)) for part in (0.1, 0.5, 0.9)] == [120, 240, 420]


# The arrival


@given(WAITS, st.floats(0, 72), st.floats(0, 12))
def test_nobody_is_told_of_a_time_that_is_over(wait: Wait, ago: float, more: float) -> None:
    made = ticket(timedelta(hours=ago))
    estimate = replace(agreed(1, 2, 3), wait=wait)
    found = arrival(made, estimate, (), NOW)
    assert found.basis in (Basis.RANGE, Basis.LATE)
    if found.basis is Basis.LATE:
        assert found.earliest_at is None
        return
    assert found.earliest_at is not None
    assert found.likely_at is not None
    assert found.latest_at is not None
    assert NOW - MINUTE <= found.earliest_at <= found.likely_at <= found.latest_at
    later = arrival(made, estimate, (), NOW + timedelta(hours=more))
    if later.latest_at is not None:  # who is not through yet will be later than was thought
        assert later.latest_at >= found.latest_at - MINUTE


def test_at_the_beginning_the_arrival_is_the_wait() -> None:
    found = arrival(ticket(), agreed(120, 240, 420), (), NOW)
    assert found.basis is Basis.RANGE
    assert told(found, ticket()) == Said(120, 240, 420)


def test_who_has_waited_already_waits_longer_than_all() -> None:
    found = arrival(ticket(4 * HOUR), agreed(120, 240, 420), (), NOW)
    assert found.likely_at is not None
    assert found.likely_at > NOW + HOUR  # half of all are through after 4 h, half of the rest after 5.2 h


def test_past_the_range_no_time_is_told() -> None:
    found = arrival(ticket(8 * HOUR), agreed(120, 240, 420), (), NOW)
    assert found.basis is Basis.LATE
    assert told(found, ticket(8 * HOUR)) is None


@pytest.mark.parametrize(
    ("estimate", "held", "basis"),
    [
        (Estimate(State.NONE), False, Basis.NONE),
        (Estimate(State.SINGLE, 60, 100, 180, 1, NOW, wait=Wait(60, 100, 180)), False, Basis.SINGLE),
        (replace(agreed(1, 2, 3), state=State.DISPUTE), False, Basis.DISPUTE),
        (replace(agreed(1, 2, 3), closed=True), False, Basis.CLOSED),
        (replace(agreed(60, 2, 3), middle_minutes=None, high_minutes=None), False, Basis.LEAST),
        (agreed(120, 240, 420), True, Basis.HELD),
    ],
)
def test_what_reports_do_not_tell_is_not_told(estimate: Estimate, held: bool, basis: Basis) -> None:
    found = arrival(ticket(HOUR), estimate, (), NOW, held=held)
    assert found == Arrival(basis), "nor is anybody asked or dropped by it"
    assert told(found, ticket()) is None


def test_history_alone_is_told_as_such_and_not_measured() -> None:
    found = arrival(ticket(), Estimate(State.NONE, wait=Wait(60, 120, 240)), (), NOW)
    assert found.basis is Basis.USUAL
    assert found.latest_at is not None
    assert abs(found.latest_at - NOW - 4 * HOUR) < MINUTE
    assert told(found, ticket()) is None


# The pace


def test_the_pace_tells_when_the_rest_is_gone() -> None:
    made = ticket(4 * HOUR, first=Place(NOW - 4 * HOUR, 200), place=Place(NOW, 100))
    assert pace(made, NOW) == (NOW + 4 * HOUR / 1.5, NOW + 6 * HOUR)


@pytest.mark.parametrize(
    ("first", "place"),
    [
        (None, Place(NOW, 100)),
        (Place(NOW - 10 * MINUTE, 200), Place(NOW, 100)),  # too short a time
        (Place(NOW - HOUR, 200), Place(NOW, 195)),  # hardly moved
        (Place(NOW - HOUR, 200), Place(NOW, 250)),
        (Place(NOW - HOUR, 200), Place(NOW, metres=300)),
        (Place(NOW - 9 * HOUR, 200), Place(NOW - 8 * HOUR, 20)),  # they should be through
    ],
)
def test_no_pace_where_it_says_nothing(first: Place | None, place: Place) -> None:
    assert pace(ticket(9 * HOUR, first=first, place=place), NOW) is None


def test_another_sort_of_place_begins_anew() -> None:
    made = ticket().moved(Place(NOW, 200)).moved(Place(NOW + HOUR, 100))
    assert made.first == Place(NOW, 200)
    stone = Place(NOW + 2 * HOUR, metres=200, landmark="stone")
    assert made.moved(stone).first == replace(stone, landmark=None)


# Asking whether they are through, and the end


def test_it_is_asked_once_when_most_should_be_through() -> None:
    wait = Wait(120, 240, 420)
    assert not asks_through(ticket(4 * HOUR), wait, NOW)
    assert asks_through(ticket(6 * HOUR), wait, NOW)
    assert not asks_through(ticket(6 * HOUR, stage=Stage.ASKED), wait, NOW)
    assert not asks_through(ticket(6 * HOUR, stage=Stage.ASKED).waiting(NOW), wait, NOW + 9 * HOUR)
    assert not asks_through(ticket(6 * HOUR, heard_at=NOW - 5 * MINUTE), wait, NOW)


def test_where_nothing_is_known_what_was_said_counts_and_then_half_a_day() -> None:
    said = ticket(6 * HOUR, said=Said(120, 240, 420))
    assert asks_through(said, None, NOW)
    assert not asks_through(ticket(6 * HOUR), None, NOW)
    assert asks_through(ticket(13 * HOUR), None, NOW)


def test_a_ticket_ends_after_twice_the_longest_wait() -> None:
    made = ticket(HOUR)
    assert expires_at(made, Wait(120, 240, 420)) == made.joined_at + 14 * HOUR
    assert expires_at(made, Wait(5, 10, 20)) == made.heard_at + 3 * HOUR
    assert expires_at(made, None) == made.heard_at + 24 * HOUR
    assert expires_at(replace(made, said=Said(60, 120, 600)), None) == made.joined_at + 20 * HOUR


@given(st.none() | WAITS, TICKETS)
def test_no_ticket_lasts_longer_than_four_days(wait: Wait | None, made: Ticket) -> None:
    assert expires_at(made, wait) <= made.begun_at + LONGEST


# Asking for news


def test_trouble_is_dispute_or_silence_longer_than_the_wait() -> None:
    assert trouble(replace(agreed(1, 2, 3), state=State.DISPUTE), NOW, NOW) is Trouble.DISPUTE
    assert trouble(agreed(200, 300, 400), NOW - 4 * HOUR, NOW) is None
    assert trouble(agreed(200, 300, 400), NOW - 6 * HOUR, NOW) is Trouble.SILENT
    assert trouble(agreed(5, 10, 20), NOW - HOUR, NOW) is None
    assert trouble(agreed(5, 10, 20), NOW - 3 * HOUR, NOW) is Trouble.SILENT
    assert trouble(agreed(3000, 4000, 5000), NOW - 13 * HOUR, NOW) is Trouble.SILENT
    assert trouble(Estimate(State.NONE), None, NOW) is Trouble.SILENT
    assert trouble(Estimate(State.NONE), NOW - 2 * HOUR, NOW) is None


def test_only_who_agreed_is_asked_longest_ago_first() -> None:
    held = {
        1: ticket(5 * HOUR),
        2: ticket(2 * HOUR, may_ask=True),
        3: ticket(8 * HOUR, may_ask=True, asked_at=NOW - 4 * HOUR),
        4: ticket(7 * HOUR, may_ask=True, asked_at=NOW - 2 * HOUR),
        5: ticket(6 * HOUR, may_ask=True),
        6: ticket(6 * HOUR, may_ask=True, heard_at=NOW - 10 * MINUTE),
        7: ticket(6 * HOUR, may_ask=True, stage=Stage.ASKED),
    }
    assert whom(held, [], NOW) == [5, 2, 3]
    assert whom(held, [NOW - 10 * MINUTE, NOW - 2 * HOUR], NOW) == [5, 2]


class AskingForNews(RuleBasedStateMachine):
    """A queue in trouble for ever: holders come, go and answer, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.held: dict[int, Ticket] = {}
        self.count = 0
        self.asked: list[tuple[datetime, int]] = []

    @rule(may_ask=st.booleans(), joined=st.integers(0, 600))
    def take(self, may_ask: bool, joined: int) -> None:
        self.count += 1
        joined_at = self.now - joined * MINUTE
        self.held[self.count] = Ticket(
            "verkhny-lars", Mode.CAR, Language.RU, joined_at, self.now, self.now, may_ask=may_ask
        )

    @rule(minutes=st.integers(1, 300))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(which=st.integers(0, 20))
    def answer(self, which: int) -> None:
        if self.held:
            row = list(self.held)[which % len(self.held)]
            self.held[row] = self.held[row].waiting(self.now)

    @rule(which=st.integers(0, 20))
    def go(self, which: int) -> None:
        if self.held:
            del self.held[list(self.held)[which % len(self.held)]]

    @rule()
    def ask(self) -> None:
        for row in whom(self.held, [at for at, _ in self.asked], self.now):
            assert self.held[row].may_ask
            assert self.now - self.held[row].heard_at >= NEWS_EACH
            self.asked.append((self.now, row))
            self.held[row] = replace(self.held[row], asked_at=self.now)

    @invariant()
    def nobody_too_often(self) -> None:
        latest: dict[int, datetime] = {}
        for at, row in self.asked:
            assert row not in latest or at - latest[row] >= ASKED_EACH
            latest[row] = at

    @invariant()
    def never_many_at_once(self) -> None:
        for at, _ in self.asked:
            assert sum(at - ROUND < other <= at for other, _ in self.asked) <= ASKED_TOGETHER


TestAskingForNews = AskingForNews.TestCase
TestAskingForNews.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
