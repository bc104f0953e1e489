"""What no sequence of reports, lies, silences and looks can do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.backing import Ground
from bot.alerts.news import News
from bot.alerts.rules import CORRECTED, FORGOTTEN, NEW, REST, STANDS, Decision, Phase, State, decide
from bot.alerts.situation import Situation, Verdict, judge, look
from bot.alerts.topics import LIMITS, TOPICS, Topic, What
from bot.crossings.estimate import Estimate, Wait
from bot.crossings.estimate import State as Known
from bot.crossings.events import EventNews
from bot.crossings.report import Event, Kind, Mode, Report, Statement, step
from tests.alerts import given as anything
from tests.alerts.border import CLOSED, NOON, PLACE, REOPENED, above, below, event, go, silent

HOUR = timedelta(hours=1)
FEW = (
    *(below(60), below(1440), above(60), above(1440), go(180, 30), go(1440, 60), silent(180)),
    *(CLOSED, REOPENED, event(Event.FOOT_ENDED), event(Event.DRAFT_NOTICES)),
)


class Looks:
    """One look after another, each at a situation of its own."""

    def __init__(self, topics: Sequence[Topic], state: State = NEW) -> None:
        self.states = dict.fromkeys(topics, state)
        self.told: list[News] = []
        self.corrections: list[News] = []
        self.verdicts: list[tuple[datetime, dict[Topic, Verdict]]] = []

    def at(self, seen: Situation) -> Decision:
        decision = decide(self.states, seen)
        self.states |= decision.states
        self.told += [decision.news] if decision.news else []
        self.corrections += decision.corrections
        self.verdicts.append((seen.now, {topic: judge(topic, seen) for topic in self.states}))
        return decision

    def times(self, topic: Topic) -> list[datetime]:
        return [news.made_at for news in self.told if topic in news.topics]


def moved(seen: Situation, now: datetime) -> Situation:
    """Return the same as it would be at another time."""
    later = now - seen.now
    reports = [replace(each, observed_at=step(each.observed_at + later)) for each in seen.reports]
    newest = seen.newest_at and (seen.newest_at + later).replace(minute=0, second=0)
    return replace(seen, now=now, newest_at=newest, reports=reports)


sequences = st.lists(
    st.tuples(st.sampled_from([0, 1, 7, 15, 30, 31, 60, 300, 1500]), anything.situations()), max_size=8
)


@settings(deadline=None)
@given(sequences)
def test_nothing_flaps_whatever_is_seen(sequence: list[tuple[int, Situation]]) -> None:
    looks, now = Looks(FEW), NOON
    for minutes, seen in sequence:
        now += timedelta(minutes=minutes)
        looks.at(moved(seen, now))
    for topic in FEW:
        times = looks.times(topic)
        for first, second in pairwise(times):
            assert second - first >= REST
            between = [known[topic] for at, known in looks.verdicts if first <= at <= second]
            corrected = any(
                each.corrects and each.corrects.made_at == first and topic in each.topics
                for each in looks.corrections
            )
            unknown = between.count(Verdict.UNKNOWN) >= 2 and second - first >= FORGOTTEN
            assert Verdict.NOT in between or corrected or unknown


@settings(deadline=None)
@given(sequences)
def test_at_most_one_correction_and_none_after_two_hours(sequence: list[tuple[int, Situation]]) -> None:
    looks, now = Looks(FEW), NOON
    for minutes, seen in sequence:
        now += timedelta(minutes=minutes)
        looks.at(moved(seen, now))
    corrected = []
    for each in looks.corrections:
        assert each.corrects is not None
        assert each.made_at - each.corrects.made_at <= CORRECTED
        (original,) = (news for news in looks.told if news.made_at == each.corrects.made_at)
        assert set(each.topics) <= set(original.topics)
        corrected += [(each.corrects.made_at, topic) for topic in each.topics]
    assert len(set(corrected)) == len(corrected)


@settings(deadline=None)
@given(anything.situations(), st.dictionaries(st.sampled_from(FEW), anything.states))
def test_deciding_is_a_function_of_what_is_known(seen: Situation, states: dict[Topic, State]) -> None:
    decision = decide(states, seen)
    turned = replace(seen, reports=seen.reports[::-1])
    assert decide(dict(reversed(states.items())), turned) == decision
    assert all(states[topic] != state for topic, state in decision.states.items())
    after = decide({**states, **decision.states}, seen)
    assert after.news is None
    assert not after.corrections


@settings(deadline=None)
@given(anything.situations(), st.dictionaries(st.sampled_from(FEW), anything.states))
def test_what_one_topic_does_depends_on_no_other(seen: Situation, states: dict[Topic, State]) -> None:
    together = decide(states, seen)
    alone = {topic: decide({topic: state}, seen) for topic, state in states.items()}
    assert together.states == {topic: each.states[topic] for topic, each in alone.items() if each.states}
    told = {topic for topic, each in alone.items() if each.news}
    assert set(together.news.topics if together.news else ()) == told


waits_only = [topic for topic in TOPICS if topic.what in (What.BELOW, What.ABOVE, What.GO)]


@settings(deadline=None)
@given(
    anything.situations().map(
        lambda seen: replace(seen, estimate=replace(seen.estimate, state=Known.DISPUTE))
    )
)
def test_a_dispute_tells_no_wait(seen: Situation) -> None:
    looks = Looks(waits_only, State(Phase.ARMED))
    for minutes in (0, 20, 60, 600):
        looks.at(moved(seen, NOON + timedelta(minutes=minutes)))
    assert not looks.told


@settings(deadline=None)
@given(anything.situations())
def test_nothing_is_told_at_once_that_a_single_person_says(seen: Situation) -> None:
    one = bytes(16)
    alone = replace(
        seen,
        reports=[replace(each, reporter=one) for each in seen.reports],
        events=tuple(replace(each, people=1, contradicted=0) for each in seen.events),
    )
    topics = [topic for topic in TOPICS if topic.what is not What.SILENT]
    looks = Looks(topics, State(Phase.ARMED))
    looks.at(alone)
    assert not looks.told


def test_what_enough_people_still_say_is_not_corrected_as_one_takes_back_their_word() -> None:
    said = Statement(PLACE, Mode.CAR, Kind.CROSSED, 40)
    reports = [Report(n, said, NOON, bytes([n] * 16)) for n in (1, 2, 3)]
    looks = Looks([below(60)], State(Phase.ARMED))
    for high, left in ((50, 3), (300, 2), (300, 1)):
        known = Estimate(Known.AGREE, 30, 40, high, 3, NOON)
        looks.at(Situation(PLACE, Mode.CAR, NOON, known, (), {}, NOON, reports[:left]))
        assert len(looks.corrections) == (left == 1)
    assert len(looks.told) == 1


def test_that_nobody_knows_any_more_who_said_it_takes_nothing_back() -> None:
    said = Statement(PLACE, Mode.CAR, Kind.CROSSED, 40)
    reports = [Report(n, said, NOON, bytes([n] * 16)) for n in (1, 2)]
    looks = Looks([below(60)], State(Phase.ARMED))
    for high, known in ((50, reports), (300, [replace(each, reporter=None) for each in reports])):
        estimate = Estimate(Known.AGREE, 30, 40, high, 2, NOON)
        looks.at(Situation(PLACE, Mode.CAR, NOON, estimate, (), {}, NOON, known))
    assert looks.told
    assert not looks.corrections


def test_words_from_before_it_was_told_contradict_nothing() -> None:
    said = ((1, 200, 60), (2, 200, 60), (3, 120, 30))
    reports = [
        Report(
            n, Statement(PLACE, Mode.CAR, Kind.CROSSED, wait), NOON - timedelta(minutes=ago), bytes([n] * 16)
        )
        for n, wait, ago in said
    ]
    looks = Looks([below(180)], State(Phase.ARMED))
    for minutes, high in ((0, 140), (30, 140), (45, 900)):
        now = NOON + timedelta(minutes=minutes)
        known = Estimate(Known.AGREE, 100, 120, high, 3, NOON)
        looks.at(Situation(PLACE, Mode.CAR, now, known, (), {}, now, reports))
    assert [news.lone for news in looks.told] == [True]
    assert not looks.corrections


def test_go_may_be_told_by_the_usual_course_of_the_day_once_that_has_stood() -> None:
    said = Statement(PLACE, Mode.CAR, Kind.CROSSED, 300)
    reports = [Report(n, said, NOON, bytes([n] * 16)) for n in (1, 2, 3)]
    looks = Looks([go(180, 30)], State(Phase.ARMED))
    for minutes in (0, 15, 30):
        assert not looks.told
        now = NOON + timedelta(minutes=minutes)
        known = Estimate(Known.AGREE, 280, 300, 320, 3, NOON)
        looks.at(Situation(PLACE, Mode.CAR, now, known, (), {30: Wait(30, 40, 50)}, now, reports))
    assert [news.lone for news in looks.told] == [False]


def test_of_a_dispute_no_numbers_are_told() -> None:
    known = Estimate(Known.DISPUTE, 30, 300, 900, 5, NOON)
    closed = EventNews(Event.CLOSED, Mode.CAR, 2, HOUR, None, None)
    seen = Situation(PLACE, Mode.CAR, NOON, known, (closed,), {30: Wait(30, 40, 50)}, NOON, ())
    told = State(Phase.HOLDS, told_at=NOON - HOUR, said=2)
    decision = decide({CLOSED: State(Phase.ARMED), go(180, 30): told}, seen)
    (correction,) = decision.corrections
    assert decision.news is not None
    for news in (decision.news, correction):
        assert (news.low_minutes, news.high_minutes, news.arrivals) == (None, None, ())


@settings(deadline=None)
@given(anything.situations(), st.dictionaries(st.sampled_from(TOPICS), anything.states, max_size=6))
def test_while_a_number_is_held_waits_are_not_told_and_all_else_is(
    seen: Situation, states: dict[Topic, State]
) -> None:
    held, free = (decide(states, replace(seen, held=held)) for held in (True, False))

    def others(decision: Decision) -> set[Topic]:
        return {topic for topic in decision.news.topics if not topic.of_wait} if decision.news else set()

    assert others(held) == others(free)
    if held.news:
        assert not any(topic.of_wait for topic in held.news.topics)
    for news in (held.news, *held.corrections):
        if news:
            assert (news.state, news.closed, news.people, news.newest_at) == (Known.NONE, False, 0, None)
            assert (news.low_minutes, news.high_minutes, news.arrivals) == (None, None, ())


def test_what_was_told_is_taken_back_though_the_number_is_held_by_now() -> None:
    said = Statement(PLACE, Mode.CAR, Kind.CROSSED, 40)
    reports = [Report(n, said, NOON, bytes([n] * 16)) for n in (1, 2, 3)]
    looks = Looks([below(60)], State(Phase.ARMED))
    known = Estimate(Known.AGREE, 30, 40, 50, 3, NOON)
    for left, held in ((3, False), (3, True), (0, True)):
        looks.at(Situation(PLACE, Mode.CAR, NOON, known, (), {}, NOON, reports[:left], held))
    assert len(looks.told) == len(looks.corrections) == 1


@pytest.mark.parametrize("held", [True, False])
def test_what_comes_while_the_number_is_held_contradicts_no_wait(held: bool) -> None:
    slow = Statement(PLACE, Mode.CAR, Kind.CROSSED, 300)
    reports = [Report(n, slow, NOON, bytes([n] * 16)) for n in (1, 2)]
    known = Estimate(Known.AGREE, 280, 300, 320, 2, NOON)
    told = State(Phase.HOLDS, told_at=NOON - HOUR, said=1, lone=True)
    one = Report(3, replace(slow, wait_minutes=40), NOON - HOUR, bytes([3] * 16))
    decision = decide(
        {below(60): told}, Situation(PLACE, Mode.CAR, NOON, known, (), {}, NOON, [one, *reports], held)
    )
    assert len(decision.corrections) == (not held)


def test_what_somebody_asks_for_while_the_number_is_held_is_no_news_afterwards() -> None:
    said = Statement(PLACE, Mode.CAR, Kind.CROSSED, 40)
    reports = [Report(n, said, NOON, bytes([n] * 16)) for n in (1, 2, 3)]
    known = Estimate(Known.AGREE, 30, 40, 50, 3, NOON)
    looks = Looks([below(60)])
    for held in (True, False, False):
        looks.at(Situation(PLACE, Mode.CAR, NOON, known, (), {}, NOON, reports, held))
    assert not looks.told


def test_a_closure_in_another_mode_bears_out_nothing() -> None:
    reports = [
        Report(n, Statement(PLACE, mode, Kind.EVENT, event=Event.CLOSED), NOON, bytes([n] * 16))
        for n, mode in ((1, Mode.CAR), (2, Mode.FOOT))
    ]
    seen = Situation(PLACE, Mode.CAR, NOON, Estimate(Known.NONE), (), {}, NOON, reports)
    assert Ground(seen).behind(CLOSED, NOON - HOUR).said == 1


def test_what_nobody_has_said_lately_is_not_told_though_it_holds() -> None:
    said = Statement(PLACE, Mode.CAR, Kind.CROSSED, 40)
    reports = [Report(n, said, NOON - 2 * HOUR, bytes([n] * 16)) for n in (1, 2, 3)]
    looks = Looks([below(60)], State(Phase.ARMED))
    for minutes in (0, 30, 60):
        now = NOON + timedelta(minutes=minutes)
        looks.at(
            Situation(PLACE, Mode.CAR, now, Estimate(Known.AGREE, 30, 40, 50, 3, NOON), (), {}, now, reports)
        )
    assert not looks.told


def test_what_the_card_calls_one_persons_word_is_told_as_that_and_not_at_once() -> None:
    reports = [
        Report(n, Statement(PLACE, Mode.CAR, Kind.CROSSED, 40), NOON - HOUR / 2, bytes([n] * 16))
        for n in (1, 2)
    ]
    looks = Looks([below(180)], State(Phase.ARMED))
    for later in (timedelta(), STANDS):
        assert not looks.told
        now = NOON + later
        looks.at(
            Situation(PLACE, Mode.CAR, now, Estimate(Known.SINGLE, 30, 42, 60, 1, NOON), (), {}, now, reports)
        )
    assert [news.lone for news in looks.told] == [True]


@pytest.mark.parametrize(("minutes", "told"), [(45, True), (30, False), (0, False)])
def test_one_word_is_believed_though_few_say_otherwise_if_it_is_the_newest(minutes: int, told: bool) -> None:
    """Two people, of whom one says that the wait is above the limit, so many minutes ago."""
    said = ((1, 120, 30), (2, 200, minutes))
    reports = [
        Report(
            n, Statement(PLACE, Mode.CAR, Kind.CROSSED, wait), NOON - timedelta(minutes=ago), bytes([n] * 16)
        )
        for n, wait, ago in said
    ]
    known = Estimate(Known.AGREE, 100, 120, 140, 2, NOON)
    looks = Looks([below(180)], State(Phase.ARMED))
    for later in (timedelta(), STANDS - HOUR / 60, STANDS):
        assert not looks.told
        now = NOON + later
        looks.at(Situation(PLACE, Mode.CAR, now, known, (), {}, now, reports))
    assert [news.lone for news in looks.told] == ([True] if told else [])


@st.composite
def plateaus(draw: st.DrawFn) -> list[tuple[bool, int, int]]:
    """Draw waits that stand for hours clearly below a limit or above it: low or not, hours, people."""
    sides = draw(st.lists(st.booleans(), min_size=1, max_size=6))
    return [(low, draw(st.integers(2, 5)), draw(st.integers(2, 4))) for low in sides]


@settings(deadline=None)
@given(st.sampled_from(LIMITS), plateaus(), st.data())
def test_every_crossing_that_lasts_is_told_exactly_once(
    limit: int, sides: list[tuple[bool, int, int]], data: st.DataObject
) -> None:
    looks, now, names = Looks([below(limit), above(limit)]), NOON, 0
    reports: list[Report] = []
    crossings = {below(limit): 0, above(limit): 0}
    before = None
    for low, hours, people in sides:
        wait = round(limit * data.draw(st.floats(0.1, 0.45) if low else st.floats(2.5, 9)))
        if before not in (None, low):
            crossings[below(limit) if low else above(limit)] += 1
        before = low
        for number in range(hours * 4):
            if number < people:
                names += 1
                statement = Statement(PLACE, Mode.CAR, Kind.CROSSED, wait_minutes=wait)
                reports.append(Report(names, statement, step(now), names.to_bytes(16, "big")))
            known = Estimate(Known.AGREE, wait * 9 // 10, wait, wait * 11 // 10, people, now)
            looks.at(Situation(PLACE, Mode.CAR, now, known, (), {}, now, reports))
            now += timedelta(minutes=15)
    assert {topic: len(looks.times(topic)) for topic in crossings} == crossings
    assert not looks.corrections


@settings(deadline=None)
@given(
    st.sampled_from(LIMITS),
    st.lists(st.tuples(st.floats(0.1, 1.2), st.floats(0.81, 9)), min_size=2, max_size=30),
)
def test_what_sways_about_a_limit_is_told_at_most_once(limit: int, shares: list[tuple[float, float]]) -> None:
    looks, now, names = Looks([below(limit), above(limit)], State(Phase.ARMED)), NOON, 0
    reports: list[Report] = []
    for down, up in shares:
        for share, topic in ((down, below(limit)), (up, above(limit))):
            names += 1
            wait = round(limit * share)
            statement = Statement(PLACE, Mode.CAR, Kind.CROSSED, wait_minutes=wait)
            reports.append(Report(names, statement, step(now), names.to_bytes(16, "big")))
            known = Estimate(Known.AGREE, wait, wait, wait, 3, now)
            seen = Situation(PLACE, Mode.CAR, now, known, (), {}, now, reports)
            decision = decide({topic: looks.states[topic]}, seen)
            looks.states |= decision.states
            looks.told += [decision.news] if decision.news else []
            now += timedelta(minutes=20)
    assert all(len(looks.times(topic)) <= 1 for topic in looks.states)


def test_one_lie_among_few_people_tells_nothing_by_itself() -> None:
    """With the real estimator: whatever one stranger says, at once nothing is told of it."""
    for wait in (0, 5, 20, 60, 700, 5000):
        for honest in (1, 2, 3):
            reports = [
                Report(
                    n,
                    Statement(PLACE, Mode.CAR, Kind.CROSSED, wait_minutes=300),
                    NOON - HOUR,
                    bytes([n]) * 16,
                )
                for n in range(1, honest + 1)
            ]
            looks = Looks(TOPICS)
            looks.at(look(PLACE, Mode.CAR, reports, NOON))
            lie = Report(99, Statement(PLACE, Mode.CAR, Kind.CROSSED, wait_minutes=wait), NOON, b"l" * 16)
            looks.at(look(PLACE, Mode.CAR, [*reports, lie], NOON))
            beyond = {below(limit) for limit in LIMITS if limit < 300} | {
                above(limit) for limit in LIMITS if limit > 300
            }
            assert not {topic for news in looks.told for topic in news.topics} & beyond


@given(anything.states)
def test_a_state_is_written_in_little_room_and_read(state: State) -> None:
    assert State.read(state.write()) == state
    assert len(state.write()) <= 200


@given(st.text())
def test_what_is_not_understood_is_new_and_tells_nothing(text: str) -> None:
    assert isinstance(State.read(text), State)
    assert State.read("2 " + State(Phase.HOLDS).write()) == NEW
    assert State.read(State(Phase.HOLDS).write() + " more") == State(Phase.HOLDS)
    assert State.read("1 holds") == NEW


def test_a_word_stands_for_half_an_hour_at_least() -> None:
    assert timedelta(minutes=15) <= STANDS <= REST
