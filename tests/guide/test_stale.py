from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.guide.model import Risk
from bot.guide.stale import Stale, as_data, stale, told
from tests.guide.builder import TODAY, Content, kazakhstan, source


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return kazakhstan(tmp_path)


def aged(content: Content, id: str, days: int, **changes: Any) -> None:
    """Write an answer that was checked so many days ago."""
    checked = (TODAY - timedelta(days=days)).isoformat()
    content.answer(id, topic=id[:2], sources=[source(checked=checked)], **changes)


def ids(found: Stale) -> list[str]:
    return [item.id for item in found.answers]


def test_owners_come_one_by_one_and_nobodys_last(content: Content) -> None:
    aged(content, "kz-a", 400, risk="high")
    aged(content, "kz-b", 91, owner="olga")
    aged(content, "kz-c", 400, owner="anna", risk="low")
    aged(content, "kz-d", 120, owner="olga")
    aged(content, "kz-e", 31, owner="olga", risk="high")
    assert ids(stale(content.guide(), TODAY)) == ["kz-c", "kz-e", "kz-d", "kz-b", "kz-a"]


def test_what_is_due_within_days_is_told_and_the_rest_is_not(content: Content) -> None:
    aged(content, "kz-a", 83)
    aged(content, "kz-b", 82)
    [item] = stale(content.guide(), TODAY).answers
    assert (item.id, item.on, item.days_past) == ("kz-a", date(2026, 11, 29), -7)
    assert ids(stale(content.guide(), TODAY, within=0)) == []
    assert ids(stale(content.guide(), TODAY, within=8)) == ["kz-a", "kz-b"]


def test_readers_votes_decide_within_a_day_and_show_a_fresh_answer(content: Content) -> None:
    for id in ("kz-a", "kz-b", "kz-c"):
        aged(content, id, 100)
    aged(content, "kz-d", 101)
    votes = {
        "kz-b": Counter(unclear=3),
        "kz-c": Counter(outdated=3, unclear=3),
        "kz-car": Counter(outdated=4),
    }
    found = stale(content.guide(), TODAY, votes=votes)
    assert ids(found) == ["kz-d", "kz-c", "kz-b", "kz-a", "kz-car"]
    assert "kz-c  (3 outdated, 3 unclear)" in told(found)


def test_one_owner_or_one_risk(content: Content) -> None:
    aged(content, "kz-a", 100, owner="olga")
    aged(content, "kz-b", 100, risk="high")
    content.notice("old", until="2026-11-25").number("kz", "stay_days", checked="2026-01-01")
    mine = stale(content.guide(), TODAY, owner="olga")
    assert (ids(mine), mine.notices, mine.numbers) == (["kz-a"], (), ())
    high = stale(content.guide(), TODAY, risk=Risk.HIGH)
    assert (ids(high), high.notices, high.numbers) == (["kz-b"], (), ())
    with pytest.raises(ValueError, match="no answer has the owner ola; there are olga"):
        stale(content.guide(), TODAY, owner="ola")


def test_a_notice_that_ends_within_30_days_needs_a_look(content: Content) -> None:
    content.notice("past", until="2026-11-21").notice("soon", until="2026-12-22")
    content.notice("later", until="2026-12-23")
    found = stale(content.guide(), TODAY)
    assert [(item.id, item.days_left) for item in found.notices] == [("past", -1), ("soon", 30)]
    assert told(found).splitlines() == [
        "notices that end within 30 days: 2",
        "  2026-11-21  over             past",
        "  2026-12-22  in 30 days       soon",
    ]


def test_a_number_is_as_risky_as_the_riskiest_answer_that_shows_it(content: Content) -> None:
    content.number("kz", "stay_days", checked="2026-10-01")
    assert stale(content.guide(), TODAY).numbers == ()
    text = "Можно {fact:kz.stay_days} дней. [^law]"
    for id, risk in (("kz-low", "low"), ("kz-high", "high"), ("kz-some", "normal")):
        content.answer(id, text, text, risk=risk)
    [item] = stale(content.guide(), TODAY).numbers
    assert (item.id, item.risk, item.days_past) == ("kz.stay_days", Risk.HIGH, 22)


def test_a_countrys_visa_rule_grows_old_too(content: Content) -> None:
    visa = {"state": "free", "days": 90, "source": "МИД", "as_of": 2023, "checked": "2026-06-01", "mark": "H"}
    content.dump("countries/am.yaml", {"name": {"ru": "Армения", "en": "Armenia"}, "visa": visa})
    assert [item.id for item in stale(content.guide(), TODAY).numbers] == ["am.visa"]


def test_an_editor_reads_whose_it_is_and_since_when(content: Content) -> None:
    aged(content, "kz-a", 120, owner="olga")
    aged(content, "kz-b", 91, owner="olga")
    aged(content, "kz-c", 90)
    aged(content, "kz-d", 85)
    assert told(stale(content.guide(), TODAY)).splitlines() == [
        "olga: 2",
        "  2026-10-23  30 days overdue  normal  kz-a",
        "  2026-11-21  1 days overdue   normal  kz-b",
        "",
        "no owner: 2",
        "  2026-11-22  today            normal  kz-c",
        "  2026-11-27  in 5 days        normal  kz-d",
    ]
    assert told(Stale((), (), ())) == "nothing is due"


def test_a_machine_reads_the_same(content: Content) -> None:
    aged(content, "kz-a", 100)
    content.notice("soon", until="2026-11-30").number("kz", "stay_days", checked="2026-01-01")
    assert as_data(stale(content.guide(), TODAY, votes={"kz-a": Counter(outdated=3)})) == {
        "answers": [
            {
                "id": "kz-a",
                "risk": "normal",
                "checked": "2026-08-14",
                "due": "2026-11-12",
                "days_past": 10,
                "owner": None,
                "votes": {"outdated": 3},
            }
        ],
        "notices": [{"id": "soon", "until": "2026-11-30", "days_left": 8}],
        "numbers": [
            {
                "id": "kz.stay_days",
                "risk": "normal",
                "checked": "2026-01-01",
                "due": "2026-04-01",
                "days_past": 235,
            }
        ],
    }
