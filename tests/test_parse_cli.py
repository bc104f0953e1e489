"""`bot parse`: files in, files out, and one line where something is wrong."""

import csv
from pathlib import Path

import pytest

from bot.cli import main
from bot.parse_cli import FOUND


def parse(source: Path, out: Path) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["parse", "--file", str(source), "--out", str(out)])
    return ended.value.code


def test_rows_keep_their_columns_and_get_ours(tmp_path: Path) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "p.csv"
    source.write_text(
        "id,lang,text,is_report,vehicles\n"
        'a,ru,"Ларс, стоим 7 часов, 300 машин, очередь 2,5 км",0,9\n'
        'b,en,"How long is the queue at Lars?",1,\n'
        "c,ru\n",
        "utf-8",
    )
    assert parse(source, out) == 0
    with out.open(encoding="utf-8", newline="") as file:
        report, question, empty = csv.DictReader(file)
    assert list(report) == ["id", "lang", "text", *FOUND]
    assert {key: value for key, value in report.items() if value and key not in ("lang", "text")} == {
        "id": "a",
        "is_report": "1",
        "crossing": "verkhny-lars",
        "mode": "car",
        "kind": "waiting",
        "waited_minutes": "420",
        "vehicles": "300",
        "km": "2.5",
        "polarity": "queue",
    }
    assert (question["is_report"], question["crossing"], question["kind"]) == ("0", "verkhny-lars", "")
    assert (empty["id"], empty["is_report"]) == ("c", "0")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"lang,words\nru,hi\n", ":1: needs the column text"),
        (b"", ":1: needs the columns lang, text"),
        (b"lang,text\nru,\xff\n", "is no CSV file in UTF-8"),
        (None, "No such file"),
    ],
)
def test_a_file_that_will_not_do_is_told_in_one_line(
    tmp_path: Path, content: bytes | None, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "t.csv"
    if content is not None:
        source.write_bytes(content)
    assert parse(source, tmp_path / "p.csv") == 2
    told = capsys.readouterr().err
    assert complaint in told
    assert str(source) in told
    assert told.count("\n") == 1
    assert not (tmp_path / "p.csv").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "t.csv"
    source.write_text("lang,text\n", "utf-8")
    assert parse(source, tmp_path / "nowhere" / "p.csv") == 2
    assert "cannot write" in capsys.readouterr().err
