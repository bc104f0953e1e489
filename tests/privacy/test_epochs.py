"""Epochs: two at most, each ends once, and what is forgotten never comes back, whatever the clock does."""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.privacy import epochs as epochs_module
from bot.privacy import keys as keys_module
from bot.privacy.epochs import DAY, LEAST, Epochs, Ring, turned
from bot.privacy.keys import KeyFileError, Keys, beside, new
from tests.clock import ManualClock

EVENING = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HALF = timedelta(hours=12)
ANNA, BEN = 5123456789, -1001234567890


class Hands(ManualClock):
    """A clock whose hands can also be turned back."""

    def move(self, by: timedelta) -> None:
        self._start += by


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "key"


@pytest.fixture
def keys(path: Path) -> Keys:
    return new(path)


@pytest.fixture
def clock() -> Hands:
    return Hands(EVENING)


@pytest.fixture
def epochs(path: Path, keys: Keys, clock: Hands) -> Epochs:
    return Epochs(path, keys, clock)


@pytest.fixture
def replica(epochs: Epochs, path: Path, keys: Keys, clock: Hands) -> Epochs:
    return Epochs(path, keys, clock)


def ring(epochs: Epochs) -> Ring:
    epochs.current  # noqa: B018 - looks at the file
    return epochs._ring


# --- when they begin and end


def test_an_epoch_ends_at_midnight_in_utc(epochs: Epochs, clock: Hands) -> None:
    first = epochs.current.number
    assert not epochs.turn()
    clock.move(MINUTE)
    assert epochs.turn()
    assert epochs.numbers == (first, first + 1)
    assert not epochs.turn()


def test_an_epoch_is_gone_when_the_next_one_ends(epochs: Epochs, clock: Hands) -> None:
    first = epochs.current
    old = epochs.chat(ANNA)
    for _ in range(2):
        clock.move(DAY)
        assert epochs.turn()
    assert first.number not in epochs.numbers
    assert epochs.key(first.number, old.chat) is None


def test_numbers_are_days_so_that_a_lost_file_does_not_give_one_twice(
    epochs: Epochs, path: Path, keys: Keys, clock: Hands
) -> None:
    before = epochs.current
    beside(path, "epochs").unlink()
    clock.move(DAY)
    after = Epochs(path, keys, clock).current
    assert after.number == before.number + 1
    assert after.chat(ANNA) != before.chat(ANNA)


def test_a_clock_that_was_far_ahead_does_not_prolong_an_epoch(epochs: Epochs, clock: Hands) -> None:
    first = epochs.current.number
    clock.move(1000 * DAY)
    assert epochs.turn()
    far = epochs.current.number
    clock.move(-1000 * DAY)
    assert not epochs.turn()
    assert epochs.numbers == (first, far)
    clock.move(DAY)
    assert epochs.turn()
    assert epochs.numbers == (far, far + 1)


def test_midnight_that_comes_twice_destroys_nothing_early(epochs: Epochs, clock: Hands) -> None:
    """Or else reports of the hour before could not be taken back any more, and their limits began anew."""
    evening = epochs.reporters("lars", ANNA)[0]
    for _ in range(5):
        clock.move(2 * MINUTE)
        epochs.turn()
        assert evening in epochs.reporters("lars", ANNA)
        clock.move(-2 * MINUTE)
        epochs.turn()
        assert evening in epochs.reporters("lars", ANNA)
    clock.move(2 * DAY)
    epochs.turn()
    assert evening not in epochs.reporters("lars", ANNA)


def test_a_start_shortly_before_midnight_leaves_time_to_carry(
    epochs: Epochs, clock: Hands, path: Path, keys: Keys
) -> None:
    old = epochs.chat(ANNA)
    clock.move(5 * DAY)  # the bot was off
    again = Epochs(path, keys, clock)
    assert again.numbers == (old.epoch,)  # what is in an epoch before can be carried before it goes
    assert again.turn()
    clock.move(2 * MINUTE)
    again.turn()
    assert again.key(*old[:2]) == old.key


def test_rotation_begins_one_at_once_and_ends_the_one_before(epochs: Epochs) -> None:
    first = epochs.current.number
    epochs.turn_now()
    assert epochs.numbers == (first, first + 1)
    epochs.turn_now()
    assert epochs.numbers == (first + 1, first + 2)
    epochs.destroy_previous()
    assert [epoch.number for epoch in ring(epochs)] == [first + 2]


STEPS = st.timedeltas(-3 * DAY, 3 * DAY) | st.timedeltas(-2 * MINUTE, 2 * MINUTE) | st.just(DAY)


@given(st.lists(STEPS, max_size=40))
def test_whatever_the_clock_does_epochs_end_in_order_and_in_time(steps: list[timedelta]) -> None:
    now = EVENING
    epochs = turned((), now)
    lately: dict[int, timedelta] = {}  # how far the clock has gone on since an epoch ended
    destroyed: set[int] = set()
    for step in steps:
        now += step
        lately = {number: max(age + step, timedelta()) for number, age in lately.items()}
        after = turned(epochs, now)
        for epoch in epochs:
            if epoch.number not in [each.number for each in after]:
                assert lately[epoch.number] >= LEAST
                destroyed.add(epoch.number)
        if after[-1].number != epochs[-1].number:
            assert now >= epochs[-1].until
            lately[epochs[-1].number] = timedelta()
        assert 1 <= len(after) <= 2
        assert all(one.number < two.number for one, two in pairwise(after))
        assert after[-1].number >= epochs[-1].number
        assert not destroyed & {epoch.number for epoch in after}
        assert after[-1].until - now <= DAY
        assert turned(after, now) is after
        assert {epoch.reporters for epoch in epochs} >= {epoch.reporters for epoch in after[:-1]}
        epochs = after


@given(st.lists(st.timedeltas(timedelta(), HALF), min_size=1, max_size=40))
def test_with_a_clock_that_only_goes_on_none_outlives_two_days_and_a_look(steps: list[timedelta]) -> None:
    now, began = EVENING, {turned((), EVENING)[-1].number: EVENING}
    epochs = turned((), now)
    for step in steps:
        now += step
        epochs = turned(epochs, now)
        for epoch in epochs:
            assert now - began.setdefault(epoch.number, now) < 2 * DAY + HALF
            assert now < epochs[-1].until or len(epochs) == 2


class AnyLife(RuleBasedStateMachine):
    """Two replicas, a clock that goes anywhere, restarts and wipes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.keys = new(self.folder / "key")
        self.clock = Hands(EVENING)
        self.one = self.open()
        self.two = self.open()
        self.began = [self.one.current.number]
        self.gone: set[int] = set()
        self.forgotten: set[tuple[int, bytes]] = set()
        self.lost: set[bytes] = set()
        self.living: dict[tuple[int, bytes], bytes] = {}

    def open(self) -> Epochs:
        return Epochs(self.folder / "key", self.keys, self.clock)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(by=STEPS)
    def the_clock_moves(self, by: timedelta) -> None:
        self.clock.move(by)

    @rule()
    def it_turns(self) -> None:
        before = self.one.numbers
        assert self.one.turn() == (self.one.numbers != before)
        self.note()
        assert not self.two.turn()

    @rule()
    def it_turns_at_once(self) -> None:
        self.two.turn_now()
        self.note()

    @rule()
    def the_previous_is_destroyed(self) -> None:
        self.one.destroy_previous()
        self.note()

    @rule(chat=st.integers(1, 4))
    def a_chat_is_sealed(self, chat: int) -> None:
        for key in self.two.known(chat):
            self.living[key[:2]] = key.key

    @rule(chat=st.integers(1, 4))
    def a_chat_is_forgotten(self, chat: int) -> None:
        for key in self.one.known(chat):
            self.forgotten.add(key[:2])
            self.lost.add(key.key)
            self.living.pop(key[:2], None)
        self.one.forget(chat)

    @rule()
    def it_starts_again(self) -> None:
        self.one = self.open()

    @precondition(lambda self: self.clock.now() < EVENING + 30 * DAY)
    @rule()
    def days_pass(self) -> None:
        self.clock.move(2 * DAY)

    def note(self) -> None:
        numbers = self.one.numbers
        if numbers[-1] != self.began[-1]:
            assert numbers[-1] > max(self.began)
            self.began.append(numbers[-1])
        self.gone |= set(self.began) - set(numbers)
        self.living = {where: key for where, key in self.living.items() if where[0] in numbers}

    @invariant()
    def only_two_exist_and_both_replicas_know_them(self) -> None:
        assert ring(self.one) == ring(self.two)
        assert 1 <= len(self.one.numbers) <= 2
        assert not self.gone & set(self.one.numbers)

    @invariant()
    def what_was_forgotten_stays_so_and_the_rest_stays_readable(self) -> None:
        for epochs in (self.one, self.two):
            assert not [where for where in self.forgotten if epochs.key(*where) is not None]
            assert {where: epochs.key(*where) for where in self.living} == self.living
            assert not self.lost & {key.key for chat in range(1, 5) for key in epochs.known(chat)}


AnyLife.TestCase.settings = settings(max_examples=30, stateful_step_count=25)
TestAnyLife = AnyLife.TestCase


# --- the keys


def test_chats_crossings_and_epochs_have_unlike_names(epochs: Epochs) -> None:
    epochs.turn_now()
    chats = [key for chat in (ANNA, BEN, 1, 11) for key in epochs.known(chat)]
    people = [
        name for who in (ANNA, BEN, 1, 11) for at in ("lars", "1") for name in epochs.reporters(at, who)
    ]
    names = [*(key.chat for key in chats), *people]
    assert len({key.key for key in chats}) == len(chats)
    assert len(set(names)) == len(names)
    assert {len(name or b"") for name in names} == {16}


def test_a_chat_that_comes_back_is_a_stranger(epochs: Epochs, replica: Epochs) -> None:
    other = epochs.chat(BEN)
    known = []
    for _ in range(3):
        known.append(epochs.chat(ANNA))
        epochs.forget(ANNA)
    known.append(replica.chat(ANNA))
    assert len({key.chat for key in known}) == len({key.key for key in known}) == 4
    assert [replica.key(*key[:2]) for key in known] == [None, None, None, known[-1].key]
    assert replica.chat(BEN) == other


def test_a_chat_is_forgotten_in_both_epochs(epochs: Epochs) -> None:
    epochs.turn_now()
    known = epochs.known(ANNA)
    assert len(known) == 2
    epochs.forget(ANNA)
    assert [epochs.key(*key[:2]) for key in known] == [None, None]


# --- the file


def sealed(path: Path) -> Path:
    return beside(path, "epochs")


def test_the_file_is_only_ours_and_tells_nothing_in_the_open(epochs: Epochs, path: Path) -> None:
    epochs.forget(ANNA)
    assert stat.S_IMODE(sealed(path).stat().st_mode) == 0o600
    content = sealed(path).read_bytes()
    for key in (epochs.current.reporters, epochs.current.indexes, *epochs.current.nodes.values()):
        assert key not in content
        assert key.hex().encode() not in content
    assert sorted(each.name for each in path.parent.iterdir()) == ["key", "key.epochs", "key.epochs.lock"]


def test_it_is_sealed_anew_each_time(epochs: Epochs, path: Path) -> None:
    before = sealed(path).read_bytes()
    epochs.destroy_previous()  # nothing to do, but written all the same
    after = sealed(path).read_bytes()
    assert before[2:14] != after[2:14]


def test_what_was_written_before_is_overwritten_where_it_lay(epochs: Epochs, path: Path) -> None:
    with sealed(path).open("rb") as old:
        length = len(old.read())
        epochs.forget(ANNA)
        old.seek(0)
        assert old.read() == bytes(length)


@pytest.mark.parametrize("what", ["new", "old"])
def test_a_start_removes_what_a_kill_left(path: Path, keys: Keys, clock: Hands, what: str) -> None:
    Epochs(path, keys, clock)
    left = beside(sealed(path), what)
    shutil.copy(sealed(path), left)
    with left.open("rb") as old:
        Epochs(path, keys, clock)
        assert not left.exists()
        assert set(old.read()) == {0}


def test_a_missing_file_begins_anew(epochs: Epochs, path: Path, keys: Keys, clock: Hands) -> None:
    before = epochs.chat(ANNA)
    sealed(path).unlink()
    assert Epochs(path, keys, clock).chat(ANNA) != before


def test_a_running_bot_restores_a_file_that_was_removed(epochs: Epochs, path: Path, replica: Epochs) -> None:
    before = epochs.chat(ANNA)
    sealed(path).unlink()
    assert epochs.chat(ANNA) == before
    epochs.forget(BEN)
    assert replica.chat(ANNA) == before


@pytest.mark.parametrize("other", [Keys({1: bytes(range(32))}), Keys({2: bytes(range(32))})])
def test_a_wrong_key_file_stops_the_start(epochs: Epochs, path: Path, clock: Hands, other: Keys) -> None:
    before = sealed(path).read_bytes()
    with pytest.raises(KeyFileError) as caught:
        Epochs(path, other, clock)
    assert str(caught.value).startswith(f"{sealed(path)}: was not made with this key file; set BOT_KEY_FILE")
    assert "\n" not in str(caught.value)
    assert sealed(path).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"1", b"1\n", b"1\nshort", b"x\n" + bytes(100), os.urandom(500)])
def test_a_damaged_file_stops_the_start(path: Path, keys: Keys, clock: Hands, content: bytes) -> None:
    sealed(path).write_bytes(content)
    sealed(path).chmod(0o600)
    with pytest.raises(KeyFileError, match="was not made with this key file"):
        Epochs(path, keys, clock)


def test_a_file_that_others_can_read_stops_the_start(
    epochs: Epochs, path: Path, keys: Keys, clock: Hands
) -> None:
    sealed(path).chmod(0o640)
    with pytest.raises(KeyFileError, match=f"chmod 600 {sealed(path)}"):
        Epochs(path, keys, clock)


def test_with_a_second_key_both_open_it_until_it_is_sealed_with_that(
    epochs: Epochs, path: Path, keys: Keys, clock: Hands
) -> None:
    both = keys.with_another()
    known = Epochs(path, both, clock).chat(ANNA)
    assert epochs.chat(ANNA) == known
    Epochs(path, both, clock).seal_with(both)
    assert Epochs(path, both.without_old(), clock).chat(ANNA) == known
    with pytest.raises(KeyFileError, match="was not made with this key file"):
        Epochs(path, keys, clock)


def test_bots_that_start_at_once_begin_one_epoch(path: Path, keys: Keys, clock: Hands) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: Epochs(path, keys, clock), range(8)))
    assert len({each.chat(ANNA) for each in made}) == 1


# --- what goes wrong


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    def fail(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(epochs_module, "replace_private", fail)
        yield patched


def test_what_cannot_be_written_does_not_count(
    epochs: Epochs, replica: Epochs, clock: Hands, full: pytest.MonkeyPatch
) -> None:
    known, numbers = epochs.chat(ANNA), epochs.numbers
    clock.move(DAY)
    for change in (epochs.turn, epochs.turn_now, lambda: epochs.forget(ANNA)):
        with pytest.raises(KeyFileError, match=r"key\.epochs: cannot be written: No space left on device"):
            change()
        assert (epochs.chat(ANNA), epochs.numbers) == (known, numbers)
    full.undo()
    assert epochs.turn()


def test_after_a_failed_write_what_another_has_forgotten_stays_forgotten(
    epochs: Epochs, replica: Epochs, full: pytest.MonkeyPatch
) -> None:
    known = epochs.chat(ANNA)
    write = epochs_module.Epochs._write
    full.undo()
    replica.forget(ANNA)
    full.setattr(epochs_module.Epochs, "_write", lambda _: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(KeyFileError):
        epochs.forget(BEN)
    full.setattr(epochs_module.Epochs, "_write", write)
    assert epochs.key(*known[:2]) is None
    assert epochs.chat(ANNA) == replica.chat(ANNA)


def test_a_replica_does_not_read_while_another_overwrites(
    epochs: Epochs, replica: Epochs, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is replaced is overwritten in place: whoever has it open then would read zeros."""
    reads = []
    read = keys_module.read_private

    def reading(where: Path, most: int) -> bytes | None:
        descriptor = os.open(beside(where, "lock"), os.O_RDWR)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
        reads.append(where)
        return read(where, most)

    monkeypatch.setattr(epochs_module, "read_private", reading)
    epochs.forget(ANNA)
    assert replica.chat(ANNA) == epochs.chat(ANNA)
    assert reads == [sealed(path)]


def test_two_writers_lose_nothing_of_each_other(path: Path, keys: Keys, clock: Hands, epochs: Epochs) -> None:
    known = [epochs.chat(chat) for chat in range(40)]

    def forget(chats: range) -> None:
        mine = Epochs(path, keys, clock)
        for chat in chats:
            mine.forget(chat)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(forget, (range(start, 40, 4) for start in range(4))))
    assert [epochs.key(*key[:2]) for key in known] == [None] * 40


def test_more_than_can_be_read_back_is_never_written(
    epochs: Epochs, path: Path, keys: Keys, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs_module, "LARGEST_BYTES", sealed(path).stat().st_size + 1000)
    known = epochs.chat(ANNA)
    with pytest.raises(KeyFileError, match="too many chats were wiped"):
        epochs.forget(ANNA)
    assert Epochs(path, keys, clock).chat(ANNA) == known


def test_the_old_is_overwritten_before_its_last_name_goes(
    epochs: Epochs, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a kill in between leaves a name by which the next start finds it."""

    def killed(_path: Path) -> None:
        raise KeyboardInterrupt

    before = sealed(path).read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(keys_module, "_destroy", killed)
        with pytest.raises(KeyboardInterrupt):
            epochs.forget(ANNA)
    assert beside(sealed(path), "old").read_bytes() == before
    epochs.forget(ANNA)
    assert not beside(sealed(path), "old").exists()
