"""Pseudonyms: the same person is known again where needed, and nowhere else."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.keys import Secret
from bot.privacy.pseudonyms import Pseudonyms
from tests.clock import ManualClock

KEY = Secret(bytes(range(32)))
EVENING = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)

IDS = st.integers(min_value=-(2**53), max_value=2**53)


def at(when: datetime = EVENING, secret: Secret = KEY) -> Pseudonyms:
    return Pseudonyms(secret, ManualClock(when))


def test_a_reporter_is_known_again_the_same_day() -> None:
    assert at(EVENING).reporter("lars", 1) == at(EVENING.replace(hour=0)).reporter("lars", 1)


def test_a_reporter_is_known_again_the_day_after_and_not_later() -> None:
    evening, morning, later = (
        at(EVENING + timedelta(minutes=minutes)).reporter("lars", 1) for minutes in (0, 1, 24 * 60 + 1)
    )
    assert morning.previous == evening.current
    assert morning.current not in evening
    assert not set(evening) & set(later)


def test_epochs_are_days_in_utc_whatever_the_clock_says_it_in() -> None:
    elsewhere = EVENING.astimezone(tz=None)
    assert at(elsewhere).reporter("lars", 1) == at(EVENING).reporter("lars", 1)


def test_all_are_sixteen_bytes_and_need_the_key() -> None:
    other = Secret(bytes(range(1, 33)))
    ours, theirs = at(), at(secret=other)
    assert {len(name) for name in (*ours.reporter("lars", 1), ours.chat(1))} == {16}
    assert not set(ours.reporter("lars", 1)) & set(theirs.reporter("lars", 1))
    assert ours.chat(1) != theirs.chat(1)
    assert ours.report_id(1) != theirs.report_id(1)


def test_values_stay_what_they_were() -> None:
    """What is stored must be found by the next version too."""
    pseudonyms = at()
    assert pseudonyms.reporter("verkhny-lars", 5123456789).current.hex() == "154f699eb4db84f1135f49f2fe84f1bd"
    assert pseudonyms.chat(-1001234567890).hex() == "f0f3165210389d53fd2efd5f86d4c6e6"
    assert pseudonyms.report_id(123456789) == 7632084858385623943


@given(st.lists(st.tuples(IDS, st.sampled_from(["lars", "larsi", "1", "11"])), unique=True, min_size=2))
def test_no_two_people_or_crossings_share_a_pseudonym(people: list[tuple[int, str]]) -> None:
    pseudonyms = at()
    names = [name for user, crossing in people for name in pseudonyms.reporter(crossing, user)]
    assert len(set(names)) == len(names)


@given(IDS)
def test_a_chat_and_a_reporter_of_one_id_are_unrelated(number: int) -> None:
    assert at().chat(number) not in at().reporter("lars", number)


@given(st.integers(min_value=0, max_value=2**62))
def test_report_ids_fit_a_signed_column(update: int) -> None:
    assert 0 < at().report_id(update) < 2**63
    assert at().report_id(update) == at(EVENING + timedelta(days=9)).report_id(update)
