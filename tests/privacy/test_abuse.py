"""The limits: never more in any window than the table says, in bounded memory, and nobody's id in it."""

import gc
import tracemalloc
from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import abuse
from bot.privacy.abuse import CHOICES, MESSAGES, TABLE, VOTES, WIPES, Fails, Limit, Limits, Of, TooOften
from tests.clock import ManualClock

SMALL = replace(CHOICES, most=3)
ACTS = st.lists(st.tuples(st.integers(1, 4), st.floats(0, 2_000)), max_size=60)


class Hands:
    """A clock whose hands a test sets without an event loop."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at


def limits(most_held: int = abuse.MOST_HELD) -> tuple[Limits, Hands]:
    hands = Hands()
    return Limits(hands, most_held), hands  # type: ignore[arg-type]


@given(ACTS)
def test_in_no_window_is_more_allowed_than_declared_and_never_less(acts: list[tuple[int, float]]) -> None:
    counted, hands = limits()
    window, done = SMALL.window.total_seconds(), dict[int, list[float]]()
    for update, (person, later) in enumerate(acts):
        hands.at += later
        before = done.setdefault(person, [])
        lately = sum(at > hands.at - window for at in before)
        assert counted.take(SMALL, person, update) is (lately < SMALL.most)
        if lately < SMALL.most:
            before.append(hands.at)


@given(ACTS, st.integers(1, 10), st.sampled_from((Fails.OPEN, Fails.CLOSED)))
def test_memory_is_bounded_and_when_it_is_full_each_limit_does_as_declared(
    acts: list[tuple[int, float]], most_held: int, full: Fails
) -> None:
    limit = replace(SMALL, full=full)
    counted, hands = limits(most_held)
    allowed = deque[float]()
    for update, (person, later) in enumerate(acts):
        hands.at += later
        while allowed and allowed[0] <= hands.at - limit.window.total_seconds():
            allowed.popleft()
        if counted.take(limit, person, update):
            allowed.append(hands.at)
        if full is Fails.CLOSED:
            assert len(allowed) <= most_held
        assert counted._log(limit)._held <= most_held
        assert counted._log(limit)._held == sum(map(len, counted._log(limit)._events.values()))


def test_who_did_one_thing_takes_few_bytes_so_that_a_flood_of_people_fits_into_memory() -> None:
    counted, _ = limits()
    people = 1_000
    tracemalloc.start()
    try:
        for person in range(people):
            counted.note(MESSAGES, person, person)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / people * abuse.MOST_HELD < 50_000_000


def test_where_there_is_no_room_to_count_a_message_is_answered_and_no_key_is_cut() -> None:
    counted, _ = limits(most_held=1)
    for limit in (MESSAGES, WIPES):
        assert counted.take(limit, 1, 1)
    assert counted.take(MESSAGES, 2, 2)
    assert not counted.take(WIPES, 2, 2)
    assert counted.take(WIPES, 1, 1), "what comes again was counted before"


def test_what_comes_again_is_counted_once_and_never_refused() -> None:
    counted, _ = limits()
    for _ in range(10):
        counted.check(SMALL, 1, 7)
        counted.note(SMALL, 1, 7)
    for update in (8, 9):
        assert counted.take(SMALL, 1, update)
    with pytest.raises(TooOften):
        counted.check(SMALL, 1, 10)
    counted.check(SMALL, 1, 7)
    assert counted.refused[SMALL.name] == 1


def test_one_persons_limit_is_nobody_elses_and_one_limit_no_other() -> None:
    counted, _ = limits()
    while counted.take(SMALL, 1, len(counted._log(SMALL)._events.get(counted._name(1), ()))):
        pass
    assert counted.take(SMALL, 2, 99)
    assert counted.take(replace(SMALL, name="another"), 1, 99)


def test_what_is_about_different_things_is_counted_apart() -> None:
    counted, _ = limits()
    assert counted.allows(VOTES, 1, 7, "kz-car")
    assert not counted.counted(VOTES, 1, 7, "kz-car")
    counted.note(VOTES, 1, 7, "kz-car")
    assert counted.counted(VOTES, 1, 7, "kz-car")
    assert not counted.allows(VOTES, 1, 8, "kz-car")
    assert counted.allows(VOTES, 1, 8, "kz-stay")
    assert counted.allows(VOTES, 2, 8, "kz-car")
    assert counted._name(1, "2x") != counted._name(12, "x"), "no two are written alike"


async def test_a_window_passes_by_the_clock_that_never_goes_back() -> None:
    clock = ManualClock()
    counted = Limits(clock)
    for update in range(SMALL.most):
        assert counted.take(SMALL, 1, update)
    assert not counted.take(SMALL, 1, 50)
    await clock.leap(SMALL.window.total_seconds())
    assert counted.take(SMALL, 1, 51)


def test_the_counters_hold_no_id_and_two_processes_name_nobody_alike() -> None:
    person = 5_123_456_789
    (one, _), (other, _) = limits(), limits()
    one.take(MESSAGES, person, 1)
    assert one._name(person) != other._name(person)
    assert not any(referred == person for referred in _all_within(one) if isinstance(referred, int))


def _all_within(thing: object) -> list[object]:
    found, seen, waiting = [], set[int](), [thing]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type) or callable(each):
            continue
        seen.add(id(each))
        found.append(each)
        waiting += gc.get_referents(each)
    return found


@pytest.mark.parametrize("limit", TABLE, ids=lambda limit: str(limit.name))
def test_each_limit_declares_what_it_does(limit: Limit) -> None:
    assert limit.most > 0
    assert limit.beyond
    assert limit.why
    if limit.of in (Of.PERSON_HERE, Of.CROSSING, Of.ALL):
        assert (limit.restart, limit.full) == (Fails.NEVER, Fails.NEVER), (
            "these are counted from what is stored"
        )


def test_names_are_told_apart() -> None:
    assert len({limit.name for limit in TABLE}) == len(TABLE)
