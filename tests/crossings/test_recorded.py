"""`bot estimate`: the production estimator on recorded files, blind to the future."""

import csv
import io
from pathlib import Path

import pytest

from bot.crossings.recorded import RecordError, answer

HEAD = "reported_at,reporter,crossing,mode,kind,wait_minutes,band_low,band_high\n"
REPORTS = HEAD + (
    "2026-11-22T10:00:00Z,a,lars,car,crossed,300,,\n"
    "2026-11-22T10:20:00Z,x,lars,foot,crossed,20,,\n"
    "2026-11-22T10:30:00Z,b,lars,car,band,,180,360\n"
    "2026-11-22T10:40:00Z,c,lars,car,crossed,900,,\n"
    "2026-11-22T11:00:00Z,d,lars,car,crossed,360,,\n"
    "2026-11-22T11:30:00Z,e,lars,car,band,,4320,\n"
)
ASKED = "asked_at,joining_at,crossing,mode\n"


class Files:
    def __init__(self, folder: Path) -> None:
        self.reports, self.questions = folder / "reports.csv", folder / "questions.csv"

    def ask(self, reports: str, *questions: str) -> list[dict[str, str]]:
        self.reports.write_text(reports, "utf-8")
        self.questions.write_text(ASKED + "".join(f"{question}\n" for question in questions), "utf-8")
        out = io.StringIO()
        answer(self.reports, self.questions, out)
        return list(csv.DictReader(io.StringIO(out.getvalue())))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_answers_stand_beside_their_questions(files: Files) -> None:
    late, early = files.ask(
        REPORTS,
        "2026-11-22T11:10:00Z,2026-11-22T11:10:00Z,lars,car",
        "2026-11-22T09:00:00Z,2026-11-22T15:00:00Z,lars,car",
    )
    assert list(late) == [*ASKED.strip().split(","), "p10", "p50", "p90", "state"]
    assert late["asked_at"] == "2026-11-22T11:10:00Z"
    assert late["state"] == "agree"
    assert 0 <= float(late["p10"]) <= float(late["p50"]) <= float(late["p90"])
    assert (early["p10"], early["p50"], early["p90"], early["state"]) == ("", "", "", "none")
    assert early["joining_at"] == "2026-11-22T15:00:00Z"


def test_one_report_is_single(files: Files) -> None:
    (found,) = files.ask(REPORTS, "2026-11-22T10:05:00Z,2026-11-22T10:05:00Z,lars,car")
    assert found["state"] == "single"
    assert float(found["p10"]) < 300 < float(found["p90"])


def test_other_crossings_and_modes_do_not_count(files: Files) -> None:
    at = "2026-11-22T11:00:00Z,2026-11-22T11:00:00Z"
    elsewhere, on_foot = files.ask(REPORTS, f"{at},psou,car", f"{at},lars,foot")
    assert elsewhere["state"] == "none"
    assert on_foot["state"] == "single"


def test_who_still_waits_gives_a_lower_bound(files: Files) -> None:
    (found,) = files.ask(
        HEAD + "2026-11-22T10:00:00Z,a,lars,car,waiting,300,,\n",
        "2026-11-22T10:05:00Z,2026-11-22T10:05:00Z,lars,car",
    )
    assert found["state"] == "single"
    assert float(found["p50"]) > 300


def test_after_days_without_news_the_usual_wait_is_told(files: Files) -> None:
    days = [
        f"2026-11-{day:02}T{hour:02}:00:00Z,{day}-{hour},lars,car,crossed,{30 if hour < 12 else 240},,\n"
        for day in range(1, 15)
        for hour in range(24)
    ]
    morning, evening = files.ask(
        HEAD + "".join(days),
        "2026-11-25T08:00:00Z,2026-11-25T08:00:00Z,lars,car",
        "2026-11-25T08:00:00Z,2026-11-25T18:00:00Z,lars,car",
    )
    assert (morning["state"], evening["state"]) == ("none", "none")
    assert 20 < float(morning["p50"]) < 60
    assert 180 < float(evening["p50"]) < 300


def test_nothing_after_the_question_changes_its_answer(files: Files) -> None:
    # 10:40 is stored as 10:30, which is no reason to know of it at 10:35.
    times = [f"2026-11-22T{hour}:{minute:02}:00Z" for hour in (10, 11) for minute in (0, 10, 29, 30, 35, 59)]
    lines = REPORTS.splitlines(keepends=True)
    for time, expected in zip(
        times, files.ask(REPORTS, *(f"{at},{at},lars,car" for at in times)), strict=True
    ):
        known = "".join(line for line in lines[1:] if line[:20] <= time)
        assert files.ask(HEAD + known, f"{time},{time},lars,car") == [expected]


def test_questions_may_come_in_any_order(files: Files) -> None:
    questions = [f"2026-11-22T1{n}:00:00Z,2026-11-22T1{n}:00:00Z,lars,car" for n in range(5)]
    assert files.ask(REPORTS, *questions[::-1]) == files.ask(REPORTS, *questions)[::-1]


def test_progress_is_told(files: Files) -> None:
    files.ask(REPORTS, *["2026-11-22T11:00:00Z,2026-11-22T11:00:00Z,lars,car"] * 2)
    seen: list[tuple[int, int]] = []
    answer(files.reports, files.questions, io.StringIO(), lambda done, whole: seen.append((done, whole)))
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("reports", "message"),
    [
        ("a,b\n1,2\n", r"reports.csv:1: needs the columns reported_at"),
        (HEAD + "yesterday,a,lars,car,crossed,1,,\n", r"reports.csv:2: .*yesterday"),
        (HEAD + "2026-11-22T10:00Z,a,lars,horse,crossed,1,,\n", r"reports.csv:2: .*horse"),
        (HEAD + "2026-11-22T10:00Z,a,lars,car,event,1,,\n", r"reports.csv:2: kind must be"),
        (HEAD + "2026-11-22T10:00Z,a,lars,car,crossed,-5,,\n", r"reports.csv:2: .*negative"),
        (HEAD + "2026-11-22T10:00Z,a,lars,car,crossed,nan,,\n", r"reports.csv:2"),
        (HEAD + "2026-11-22T10:00Z,a,lars,car,crossed,inf,,\n", r"reports.csv:2"),
        (HEAD + "2026-11-22T10:00Z,a,lars\n", r"reports.csv:2"),
        (
            HEAD + "2026-11-22T10:00Z,a,lars,car,crossed,1,,\n2026-11-22T09:00Z,a,lars,car,crossed,1,,\n",
            r"reports.csv:3: reports must be sorted",
        ),
    ],
)
def test_a_broken_file_is_told_with_its_line(files: Files, reports: str, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        files.ask(reports, "2026-11-22T11:00:00Z,2026-11-22T11:00:00Z,lars,car")


def test_a_missing_file(files: Files) -> None:
    files.ask(REPORTS)
    with pytest.raises(RecordError, match=r"no_such\.csv"):
        answer(files.reports, files.reports.with_name("no_such.csv"), io.StringIO())
