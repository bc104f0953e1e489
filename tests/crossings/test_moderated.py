"""What moderators put on a card: notices as they are typed, and what holds when."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.estimate import NOTHING, Estimate, State, estimate
from bot.crossings.moderated import (
    LONGEST_NAME,
    LONGEST_NOTICE,
    LONGEST_SOURCE,
    LONGEST_TEXT,
    HeldNumber,
    Moderated,
    Notice,
    Unfit,
    Wrong,
    number,
    read_notice,
)
from bot.crossings.report import Event, Mode
from tests.crossings.saying import NOW, crossed, everybody, happened, waiting

MOSCOW = ZoneInfo("Europe/Moscow")
HOUR = timedelta(hours=1)


def typed(source: str = "ФПС Грузии", end: str = "23.11.2026 06:00", text: str = "Закрыт до утра") -> str:
    return f"{source}\n{end}\n{text}"


def wrong(text: str) -> Wrong:
    with pytest.raises(Unfit) as unfit:
        read_notice(text, NOW, MOSCOW)
    return unfit.value.why


@given(st.text(max_size=500))
def test_whatever_is_typed_is_read_or_told_what_is_wrong(text: str) -> None:
    try:
        notice = read_notice(text, NOW, MOSCOW)
    except Unfit:
        return
    assert 0 < len(notice.text) <= LONGEST_TEXT
    assert NOW < notice.until <= NOW + LONGEST_NOTICE


@given(
    st.from_regex(r"[а-яА-Я][а-я ]{0,59}", fullmatch=True),
    st.integers(1, LONGEST_NOTICE // timedelta(minutes=1)),
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=300),
    st.sampled_from(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M"]),
)
def test_what_fits_is_kept_as_it_is(source: str, minutes: int, text: str, form: str) -> None:
    end = NOW.astimezone(MOSCOW) + timedelta(minutes=minutes)
    notice = read_notice(f"{source}\n\n  {end.strftime(form)}  \n{text}", NOW, MOSCOW)
    assert (notice.source, notice.text) == (" ".join(source.split()), text)
    assert notice.until == end
    assert notice.until.tzinfo is UTC


def test_the_text_may_have_several_lines() -> None:
    assert read_notice(typed(text="Закрыт\n\nдо  утра"), NOW, MOSCOW).text == "Закрыт до утра"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Wrong.LINES),
        ("ФПС Грузии\n23.11.2026 06:00", Wrong.LINES),
        (typed("http://"), Wrong.SOURCE),
        (typed("http://["), Wrong.SOURCE),
        (typed("ftp://a.example/x"), Wrong.SOURCE),
        (typed("https://a.example/x y"), Wrong.SOURCE),
        (typed("https://localhost"), Wrong.SOURCE),
        (typed("javascript://a.example"), Wrong.SOURCE),
        (typed("23.11.2026 06:00"), Wrong.SOURCE),
        (typed("!!!"), Wrong.SOURCE),
        (typed("я" * (LONGEST_NAME + 1)), Wrong.SOURCE_LONG),
        (typed("https://a.example/" + "x" * LONGEST_SOURCE), Wrong.SOURCE_LONG),
        (typed(end="завтра"), Wrong.END),
        (typed(end="31.02.2027 06:00"), Wrong.END),
        (typed(end="0001-01-01 00:00"), Wrong.END),
        (typed(end="22.11.2026 15:00"), Wrong.END_PAST),
        (typed(end="22.12.2026 15:01"), Wrong.END_FAR),
        (typed(text="я" * (LONGEST_TEXT + 1)), Wrong.TEXT_LONG),
    ],
)
def test_what_does_not_fit_says_why(text: str, why: Wrong) -> None:
    assert wrong(text) is why


def test_a_source_is_called_by_its_host_or_its_name() -> None:
    address = read_notice(typed("https://kvs.gov.ge/a?b=1"), NOW, MOSCOW)
    assert (address.address, address.source_name) == ("https://kvs.gov.ge/a?b=1", "kvs.gov.ge")
    name = read_notice(typed(), NOW, MOSCOW)
    assert (name.address, name.source_name) == (None, "ФПС Грузии")


def test_what_is_held_holds_between_its_ends_and_of_several_the_longest() -> None:
    def held(id: int, since: int, until: int, mode: Mode = Mode.CAR) -> HeldNumber:
        return HeldNumber(id, mode, 60, 90, 120, 5, NOW, NOW + since * HOUR, NOW + until * HOUR)

    both = Moderated((held(1, 0, 3), held(2, 1, 13), held(3, 0, 20, Mode.BUS)))

    def shown(hours: float) -> int | None:
        found = both.held_at(Mode.CAR, NOW + hours * HOUR)
        return found.id if found else None

    assert [shown(hours) for hours in (-0.1, 0, 0.9, 1, 5, 13)] == [None, 1, 1, 2, 2, None]


def test_notices_hold_between_their_ends_the_newest_first() -> None:
    notices = Moderated(
        notices=tuple(Notice(id, "x", "y", NOW + id * HOUR, NOW + (id + 3) * HOUR) for id in range(3))
    )
    shown = [[each.id for each in notices.notices_at(NOW + hours * HOUR)] for hours in (-1, 0, 2, 3, 5)]
    assert shown == [[], [0], [2, 1, 0], [2, 1], []]


def test_only_a_range_on_which_people_agree_can_be_held() -> None:
    agreed = estimate(everybody(300, "a b c"), NOW)
    held = number(Mode.CAR, agreed, NOW)
    assert held is not None
    assert (held.low_minutes, held.high_minutes, held.people) == (agreed.low_minutes, agreed.high_minutes, 3)

    def refused(found: Estimate, state: State) -> bool:
        assert found.state is state
        return number(Mode.CAR, found, NOW) is None

    assert refused(NOTHING, State.NONE)
    assert refused(estimate([crossed(300, "a")], NOW), State.SINGLE)
    assert refused(estimate([waiting(300, "a"), waiting(300, "b")], NOW), State.AGREE)
    assert refused(estimate([happened(Event.CLOSED, who) for who in "abc"], NOW), State.AGREE)
    assert refused(estimate([*everybody(30, "a b c d"), *everybody(900, "e f g h")], NOW), State.DISPUTE)
