"""`bot ask`: a text or a file in, what would be offered out."""

import csv
import json
from pathlib import Path

import pytest

from bot.cli import main


def run(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["ask", "--without-semantic", *arguments])
    return ended.value.code


def test_a_text_is_answered_with_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("какой штраф за просрочку в грузии") == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("answer")
    assert second == "  ge-overstay  Просрочил срок в Грузии"


def test_titles_are_in_the_language_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--lang", "en", "overstayed in georgia") == 0
    assert "  ge-overstay  Overstaying in Georgia" in capsys.readouterr().out


def test_json_has_all_that_was_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "kakaya ochered na larse") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ids"][0] == "queue-status"
    assert {key: told[key] for key in ("route", "text", "crossings", "countries")} == {
        "route": "crossing",
        "text": "какая очередь на ларсе",
        "crossings": ["verkhny-lars"],
        "countries": ["ge"],
    }


def test_rows_keep_their_columns_and_get_ours(tmp_path: Path) -> None:
    source, out = tmp_path / "q.csv", tmp_path / "a.csv"
    source.write_text(
        'lang,question,ids,topic\nru,"алименты, выпустят?",old,ru-debts\nen,weather tomorrow,old,none\nru\n',
        "utf-8",
    )
    assert run("--file", str(source), "--out", str(out)) == 0
    with out.open(encoding="utf-8", newline="") as file:
        debts, weather, empty = csv.DictReader(file)
    assert list(debts) == ["lang", "question", "topic", "ids", "route"]
    assert debts["ids"].split(";")[0] == "ru-debts"
    assert (debts["route"], debts["question"], debts["topic"]) == (
        "answer",
        "алименты, выпустят?",
        "ru-debts",
    )
    assert (weather["ids"], weather["route"]) == ("none", "none")
    assert (empty["ids"], empty["route"]) == ("none", "none")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give a text, or --file"),
        (("text", "--file", "q.csv", "--out", "a.csv"), "give a text, or --file"),
        (("--file", "q.csv"), "give a text, or --file"),
        (("--file", "q.csv", "--out", "a.csv"), "cannot read q.csv: No such file"),
        (("text", "--folder", "nowhere"), "nowhere holds no guide"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    assert told in capsys.readouterr().err


def test_a_file_without_questions_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "q.csv"
    source.write_text("lang,text\n", "utf-8")
    assert run("--file", str(source), "--out", str(tmp_path / "a.csv")) == 2
    assert "no column question" in capsys.readouterr().err
