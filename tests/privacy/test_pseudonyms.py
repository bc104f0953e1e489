"""Pseudonyms: the same person is known again where needed, and nowhere else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.epochs import Epoch, Epochs
from bot.privacy.keys import Keys
from bot.privacy.pseudonyms import Pseudonyms
from tests.clock import ManualClock

KEYS = Keys({1: bytes(range(32))})
OTHER = Keys({1: bytes(range(1, 33))})
EVENING = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)

IDS = st.integers(min_value=-(2**53), max_value=2**53)


class Life:
    """Pseudonyms over days."""

    def __init__(self, folder: Path, keys: Keys = KEYS) -> None:
        self.clock = ManualClock(EVENING)
        self.keys = keys
        self.path = folder / "key"
        self.open()

    def open(self) -> None:
        self.epochs = Epochs(self.path, self.keys, self.clock)
        self.pseudonyms = Pseudonyms(self.epochs)

    async def until(self, at: datetime) -> None:
        await self.clock.leap((at - self.clock.now()).total_seconds())
        self.epochs.turn()


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path)


async def test_a_reporter_is_known_again_the_same_day_and_after_a_restart(life: Life) -> None:
    await life.until(EVENING + timedelta(minutes=2))
    morning = life.pseudonyms.reporter("lars", 1)
    await life.until(EVENING + timedelta(hours=23))
    life.open()
    assert life.pseudonyms.reporter("lars", 1) == morning


async def test_a_reporter_is_known_again_the_day_after_and_not_later(life: Life) -> None:
    evening = life.pseudonyms.reporter("lars", 1)
    assert evening.previous is None
    await life.until(EVENING + timedelta(minutes=1))
    morning = life.pseudonyms.reporter("lars", 1)
    assert morning.previous == evening.current
    assert morning.current not in evening
    await life.until(EVENING + timedelta(days=1, minutes=1))
    later = life.pseudonyms.reporter("lars", 1)
    assert later.previous == morning.current
    assert not set(evening) & set(later)


async def test_names_of_two_epochs_never_meet(life: Life) -> None:
    days = []
    for day in range(1, 5):
        await life.until(EVENING + timedelta(days=day))
        days.append({life.pseudonyms.reporter("lars", user).current for user in range(300)})
    assert len(set().union(*days)) == 1200


def test_they_do_not_follow_from_the_key_file(tmp_path: Path) -> None:
    """Who has the key and the ids, but no more the epoch's own keys, cannot try which it was."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (Life(tmp_path / name).pseudonyms.reporter("lars", 1) for name in ("one", "two"))
    assert one.current != two.current


def test_all_are_sixteen_bytes_and_reports_need_the_key(tmp_path: Path, life: Life) -> None:
    (tmp_path / "other").mkdir()
    other = Life(tmp_path / "other", OTHER)
    life.epochs.turn_now()
    names = life.pseudonyms.reporter("lars", 1)
    assert [len(name or b"") for name in names] == [16, 16]
    assert not set(life.pseudonyms.report_ids(1)) & set(other.pseudonyms.report_ids(1))


def test_values_stay_what_they_were(life: Life) -> None:
    """What is stored must be found by the next version too."""
    reporters, indexes, root = (bytes(range(start, start + 32)) for start in range(3))
    epoch = Epoch(20_000, EVENING, reporters, indexes, {"": root})
    assert epoch.reporter("verkhny-lars", 5123456789).hex() == "14bedf68fdd1cb2710addd0aeffb291d"
    assert epoch.chat(-1001234567890).chat.hex() == "26fe8d4116e38ef418bc76229d14298d"
    assert (
        epoch.chat(-1001234567890).key.hex()
        == "7ebff7b989e772ac08fa51b3b77bbb389268719ad25a49f52307c2b60b273c5e"
    )
    assert epoch.report(123456789) == 5169740551148884503


@given(st.lists(st.tuples(IDS, st.sampled_from(["lars", "larsi", "1", "11"])), unique=True, min_size=2))
def test_no_two_people_or_crossings_share_a_pseudonym(people: list[tuple[int, str]]) -> None:
    with TemporaryDirectory() as folder:
        life = Life(Path(folder))
        life.epochs.turn_now()
        names = [name for user, crossing in people for name in life.pseudonyms.reporter(crossing, user)]
    assert len(set(names)) == len(names)


@given(IDS)
def test_a_chat_and_a_reporter_of_one_id_are_unrelated(number: int) -> None:
    with TemporaryDirectory() as folder:
        life = Life(Path(folder))
        assert life.epochs.chat(number).chat not in life.pseudonyms.reporter("lars", number)


@given(st.integers(min_value=0, max_value=2**62))
def test_report_ids_fit_a_signed_column_and_last_into_the_next_epoch_only(update: int) -> None:
    with TemporaryDirectory() as folder:
        life = Life(Path(folder))
        first, _ = life.pseudonyms.report_ids(update)
        assert 0 < first < 2**63
        life.epochs.turn_now()
        second, earlier = life.pseudonyms.report_ids(update)
        assert earlier == first != second
        life.epochs.turn_now()
        assert first not in life.pseudonyms.report_ids(update)
