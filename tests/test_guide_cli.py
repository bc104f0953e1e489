"""What editors do in a terminal: each command through the entry point, on a small guide."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from tests.guide.builder import Content, kazakhstan, source

Say = Callable[..., str]


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "data"))  # where there is no database
    made = kazakhstan(tmp_path).answer("kz-car", see=["kz-stay"], owner="olga", risk="high")
    made.raw(
        "../crossings/kz.yaml",
        "crossings:\n  - {id: karauzek, guide: [kz-car], status: {source: vlast.kz}}\n",
    )
    return made


@pytest.fixture
def says(content: Content, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command that must succeed, and return what it prints; it complains of nothing."""

    def say(action: str, *arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["content", "--folder", str(content.folder), action, *arguments])
        told = capsys.readouterr()
        assert (ended.value.code, told.err) == (0, "")
        return told.out

    return say


@pytest.fixture
def refuses(content: Content, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command that was called wrongly, and return the one line that says how."""

    def refuse(action: str, *arguments: str, status: int = 2) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["content", "--folder", str(content.folder), action, *arguments])
        told = capsys.readouterr()
        assert (ended.value.code, told.out) == (status, "")
        [*_, line] = lines = told.err.splitlines()
        assert status == 1 or len(lines) == 1
        return line

    return refuse


def test_an_answer_is_shown_in_a_language_to_a_reader_on_a_day(content: Content, says: Say) -> None:
    text = "Слова. [^law]\n\n::: when by: foot\nПешком.\n:::"
    content.answer("kz-car", text, text.replace("Слова", "Words").replace("Пешком", "On foot"))
    content.notice("winter", until="2026-12-31")
    shown = says("preview", "kz-car", "--lang", "en", "--facts", "by=foot", "--as-of", "2026-12-01")
    assert shown.startswith("Title kz-car in English\n")
    assert "Notice winter in English" in shown
    assert "On foot." in shown
    later = says("preview", "kz-car", "--facts", "by=car", "--as-of", "2027-12-01")
    assert "Notice winter" not in later
    assert "Давно не проверяли" in later
    assert "Пешком" not in later


def test_without_an_answer_it_is_shown_where_facts_lead(says: Say) -> None:
    assert says("preview", "--facts", "country=ge").startswith("Title ge-entry по-русски")


def test_an_answer_that_cannot_be_read_is_not_shown_and_its_problems_are(
    content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    content.answer("kz-car", risk="huge").answer("kz-stay", risk="tiny")
    for action in ("preview", "trace"):
        with pytest.raises(SystemExit) as ended:
            main(["content", "--folder", str(content.folder), action, "kz-car"])
        assert ended.value.code == 1
        [problem, told] = capsys.readouterr().err.splitlines()
        assert "kz-car.md:" in problem
        assert problem.endswith("G110 risk: huge is none of high, normal, low")
        assert told == "kz-car cannot be shown before this is mended"


def test_a_new_answer_is_begun_and_its_blanks_are_told(
    content: Content, says: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    told = says("new", "kz-dogs")
    path = content.guide_folder / "answers" / "kz" / "kz-dogs.md"
    assert told.splitlines()[0] == f"made {path}"
    assert "bot content check" in told
    with pytest.raises(SystemExit) as ended:
        main(["content", "check", str(content.folder)])
    assert ended.value.code == 1
    assert "kz-dogs.md:3: G106 title.ru: there is nothing here" in capsys.readouterr().out


def test_a_new_answer_about_no_country_lies_in_any(content: Content, says: Say) -> None:
    says("new", "dogs")
    says("new", "kz-cats", "--topic", "ge")
    assert (content.guide_folder / "answers" / "any" / "dogs.md").exists()
    assert (content.guide_folder / "answers" / "ge" / "kz-cats.md").exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["kz-car"], "there is kz-car already"),
        (["start"], "there is start already"),  # a question
        (["karauzek"], "there is karauzek already"),  # a crossing
        (["kz-old"], "there is kz-old already"),  # a redirect
        (["KZ dogs"], "KZ dogs is not an id"),
        (["kz-dogs", "--topic", "zk"], "there is no topic zk; there are any, ge, kz"),
    ],
)
def test_a_new_answer_is_refused(content: Content, refuses: Say, arguments: list[str], why: str) -> None:
    content.dump("redirects.yaml", {"kz-old": "kz-car"})
    before = sorted(content.folder.rglob("*"))
    assert refuses("new", *arguments).startswith(why)
    assert sorted(content.folder.rglob("*")) == before


def test_each_sentence_is_traced_to_its_sources(says: Say) -> None:
    told = says("trace", "kz-car", "--lang", "en")
    assert told.startswith(
        "content/guide/answers/kz/kz-car.md: high risk, checked 2026-11-20; 1 of 1 sentences"
    )
    assert "English text.\n    law: Source law <https://law.example/page>" in told


def test_a_way_is_traced_question_by_question(says: Say) -> None:
    assert says("trace", "--facts", "country=kz,by=car") == "start: country=kz → kz\nkz: by=car → kz-car\n"


def test_what_is_due_is_told_by_owner_to_people_and_machines(content: Content, says: Say) -> None:
    day = ["--as-of", "2027-02-01"]
    content.answer("kz-stay", sources=[source(checked="2026-11-01")])
    assert says("stale", *day).splitlines() == [
        "olga: 1",
        "  2026-12-20  43 days overdue  high    kz-car",
        "",
        "no owner: 1",
        "  2027-01-30  2 days overdue   normal  kz-stay",
    ]
    assert "kz-car" not in says("stale", *day, "--risk", "normal")
    assert "kz-stay" not in says("stale", *day, "--owner", "olga")
    assert "ge-entry" in says("stale", *day, "--within", "30")
    data = json.loads(says("stale", *day, "--json"))
    assert [answer["id"] for answer in data["answers"]] == ["kz-car", "kz-stay"]


def test_what_could_not_be_read_is_not_passed_over(
    content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    content.answer("kz-stay", risk="huge")
    with pytest.raises(SystemExit) as ended:
        main(["content", "--folder", str(content.folder), "stale"])
    assert ended.value.code == 0
    assert capsys.readouterr().err == "not looked at, since they cannot be read: kz-stay\n"


def test_uses_are_found_on_cards_too(says: Say) -> None:
    assert says("uses", "kz-car").splitlines() == [
        "content/crossings/kz.yaml:2: crossings.guide",
        "content/guide/answers/kz/kz-car.md:2: is defined here",
        "content/guide/flows/kz.yaml:6: next.to",
    ]
    assert says("uses", "vlast.kz") == "content/crossings/kz.yaml:2: crossings.status.source: vlast.kz\n"


def test_the_graph_is_printed_or_written_as_a_page(says: Say, tmp_path: Path) -> None:
    assert says("graph").startswith("flowchart LR\n")
    page = tmp_path / "graph.html"
    assert says("graph", "--html", str(page), "--lang", "en", "--as-of", "2027-06-01") == f"wrote {page}\n"
    assert "Title kz-car in English" in page.read_text("utf-8")
    assert "as of 2027-06-01" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["preview", "kz-cra"], "there is no answer kz-cra; did you mean kz-car?"),
        (["preview", "kz-car", "--facts", "by=sea"], "by has no value sea"),
        (["preview", "kz-car", "--as-of", "1.2.2026"], "1.2.2026 is not a day"),
        (["preview", "kz-car", "--lang", "de"], "invalid choice: 'de'"),
        (["trace"], "name an answer, or facts"),
        (["trace", "kz-car", "--facts", "by=car"], "name an answer, or facts"),
        (["trace", "kz-cra"], "did you mean kz-car?"),
        (["trace", "--facts", "buy=car"], "there is no fact buy"),
        (["stale", "--owner", "ola"], "no answer has the owner ola; there are olga"),
        (["stale", "--risk", "huge"], "invalid choice: 'huge'"),
        (["stale", "--within", "-1"], "-1"),
        (["stale", "--within", "soon"], "soon is not a number of days"),
        (["uses", "kz-cra"], "did you mean kz-car?"),
        (["uses"], "the following arguments are required: WHAT"),
        (["graph", "--html", "/nowhere/at/all.html"], "cannot write /nowhere/at/all.html: No such file"),
        (
            ["sign", "kz-stay", "kz-cra"],
            "there is no answer kz-cra; did you mean kz-car?; nothing was changed",
        ),
        (["dance"], "invalid choice: 'dance'"),
    ],
)
def test_a_wrong_call_is_one_line(refuses: Say, arguments: list[str], why: str) -> None:
    assert why in refuses(*arguments)


def test_a_folder_without_a_guide_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["content", "--folder", str(tmp_path / "nowhere"), "stale"])
    assert ended.value.code == 2
    assert "nowhere holds no guide" in capsys.readouterr().err


def test_every_command_and_option_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    for action in ("check", "new", "preview", "sign", "stamp", "trace", "uses", "graph", "stale"):
        with pytest.raises(SystemExit) as ended:
            main(["content", action, "--help"])
        assert ended.value.code == 0
        assert f"bot content {action}" in capsys.readouterr().out.splitlines()[0].replace(
            " [--folder FOLDER]", ""
        )


def test_whoever_reads_only_the_first_line_is_not_complained_to() -> None:
    command = [sys.executable, "-m", "bot", "content", "uses", "kz.stay_days"]
    reading, writing = os.pipe()
    os.close(reading)
    buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    ended = subprocess.run(  # noqa: S603
        command, env=buffered, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")
