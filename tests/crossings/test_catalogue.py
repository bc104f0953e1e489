"""Reading the catalogue: every mistake at once with its line, and the rest still serves."""

import subprocess
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.crossings.catalogue import Admitted, Loaded, load, main
from bot.crossings.report import Mode
from tests.crossings.saying import CONTENT

BOTH = {"ru": "слова", "en": "words"}
FACT = {"about": "hours", "text": BOTH, "source": "news", "as_of": "2022-09", "mark": "H"}
CROSSING: dict[str, Any] = {
    "id": "here",
    "name": {**BOTH, "local": "Ларс"},
    "other_side": BOTH,
    "nicknames": ["тут"],
    "region": BOTH,
    "position": {"lat": 46.5, "lon": 48.6, "within_km": 20},
    "type": "road",
    "access": "multilateral",
    "zone": "Europe/Astrakhan",
    "modes": {"car": {"admitted": "yes"}, "foot": {"admitted": "unconfirmed", "note": BOTH}},
    "status": {"state": "open", "as_of": "2025-11-01", "source": "news", "text": BOTH},
    "warnings": [BOTH],
    "landmarks": [
        {"name": {"ru": "Чми", "en": "Chmi"}, "km": 9.8, "source": "map", "as_of": None, "mark": "M"}
    ],
    "facts": [FACT],
    "alternatives": [],
    "guide": ["kz-stay"],
    "confidence": "high",
}


class Written(yaml.SafeDumper):
    """Writes everything out, as people do."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write(path: Path, data: object) -> None:
    path.write_text(yaml.dump(data, Dumper=Written, allow_unicode=True, sort_keys=False), "utf-8")


class Folder:
    """A folder with one country, sound unless changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: dict[str, Any] = {"country": "kz", "name": BOTH, "crossings": [deepcopy(CROSSING)]}

    @property
    def crossing(self) -> dict[str, Any]:
        found: dict[str, Any] = self.file["crossings"][0]
        return found

    def load(self, **options: Any) -> Loaded:
        write(self.path / "kz.yaml", self.file)
        return load(self.path, **options)

    def codes(self, **options: Any) -> list[str]:
        return [problem.code for problem in self.load(**options).problems]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_sound_file_is_read_whole(folder: Folder) -> None:
    loaded = folder.load(answers={"kz-stay"}, today=date(2026, 11, 22))
    assert loaded.problems == ()
    assert loaded.catalogue is not None
    crossing = loaded.catalogue.crossings["here"]
    assert crossing.name.local == "Ларс"
    assert crossing.country == "kz"
    assert crossing.position.lat == 46.5
    assert crossing.modes[Mode.FOOT].admitted is Admitted.UNCONFIRMED
    assert crossing.timezone.key == "Europe/Astrakhan"
    assert crossing.landmark("chmi") is crossing.landmarks[0]
    assert crossing.landmark("balta") is None
    assert loaded.catalogue.of("kz") == (crossing,)
    assert loaded.catalogue.of("ge") == ()


def test_the_content_of_this_repository_is_sound() -> None:
    loaded = load(CONTENT)
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.catalogue is not None
    assert len(loaded.catalogue.crossings) >= 146


def test_norway_is_a_country(folder: Folder) -> None:
    path = folder.path / "no.yaml"
    write(path, folder.file | {"country": "NORWAY"})
    path.write_text(path.read_text("utf-8").replace("NORWAY", "no"), "utf-8")
    loaded = load(folder.path)
    assert loaded.problems == ()
    assert loaded.catalogue is not None
    assert loaded.catalogue.countries["no"].id == "no"


@pytest.mark.parametrize(
    ("where", "value", "code"),
    [
        (("id",), "Here!", "C105"),
        (("id",), "x" * 41, "C105"),
        (("name",), {"ru": "слова"}, "C104"),
        (("name",), {"ru": "", "en": "words"}, "C105"),
        (("name",), {**BOTH, "de": "Worte"}, "C103"),
        (("colour",), "red", "C103"),
        (("country",), "kz", "C103"),
        (("zone",), "Europe/Nowhere", "C105"),
        (("zone",), "/etc/passwd", "C105"),
        (("type",), "tunnel", "C105"),
        (("access",), "none", "C105"),
        (("confidence",), "sure", "C105"),
        (("position",), {"lat": 48.6, "lon": 4.5, "within_km": 1}, "C105"),
        (("position",), {"lat": 4.5, "lon": 48.6, "within_km": 1}, "C105"),
        (("position",), {"lat": 46.5, "lon": 48.6, "within_km": 1000}, "C105"),
        (("position",), {"lat": "north", "lon": 48.6, "within_km": 1}, "C105"),
        (("modes",), {}, "C105"),
        (("modes",), {"horse": {"admitted": "yes"}}, "C105"),
        (("modes",), {"car": {"admitted": "perhaps"}}, "C105"),
        (("modes",), {"car": {}}, "C104"),
        (("nicknames",), "тут", "C105"),
        (("status", "state"), "shut", "C105"),
        (("status", "as_of"), "2025-13", "C105"),
        (("status", "as_of"), "2025-02-30", "C105"),
        (("status", "as_of"), "1 Nov 2025", "C105"),
        (("landmarks", 0, "km"), 0, "C105"),
        (("landmarks", 0, "km"), 300, "C105"),
        (("landmarks", 0, "mark"), "X", "C105"),
        (("facts", 0, "about"), "gossip", "C105"),
        (("facts", 0, "colour"), "red", "C103"),
    ],
)
def test_a_broken_crossing_is_reported_and_left_out(
    folder: Folder, where: tuple[Any, ...], value: Any, code: str
) -> None:
    folder.file["crossings"].append(deepcopy(CROSSING) | {"id": "there"})
    place = folder.crossing
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = value
    loaded = folder.load()
    assert [problem.code for problem in loaded.problems] == [code]
    assert loaded.catalogue is not None
    assert set(loaded.catalogue.crossings) == {"there"}


@pytest.mark.parametrize(
    "missing", ["id", "name", "position", "zone", "modes", "status", "confidence", "region"]
)
def test_what_a_crossing_must_have(folder: Folder, missing: str) -> None:
    del folder.crossing[missing]
    assert "C104" in folder.codes()


def test_what_it_may_lack(folder: Folder) -> None:
    for key in ("other_side", "nicknames", "warnings", "landmarks", "facts", "alternatives", "guide"):
        del folder.crossing[key]
    folder.crossing["status"]["as_of"] = None
    assert folder.codes() == []


def test_all_problems_come_at_once_each_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ge.yaml").write_text("country: ge\nname: {ru: Г, en: G}\ncrossings: [1]\n", "utf-8")
    (tmp_path / "kz.yaml").write_text(
        "country: kz\n"
        "name: {ru: К, en: K}\n"
        "crossings:\n"
        "  - id: one\n"
        "    name: {ru: О}\n"
        "    facts:\n"
        "      - about: hours\n"
        "        mark: X\n",
        "utf-8",
    )
    lines = {
        f"{Path(problem.path).name}:{problem.line} {problem.code}" for problem in load(tmp_path).problems
    }
    assert {"ge.yaml:3 C105", "kz.yaml:5 C104", "kz.yaml:8 C105", "kz.yaml:7 C104", "kz.yaml:4 C104"} <= lines


def test_a_problem_reads_as_a_compiler_would_say_it(folder: Folder) -> None:
    folder.crossing["type"] = "tunnel"
    (problem, _) = folder.load().problems
    assert str(problem).startswith(f"{folder.path}/kz.yaml:")
    assert " C105 type: " in str(problem)


def test_the_same_id_twice(folder: Folder) -> None:
    folder.file["crossings"].append(deepcopy(CROSSING))
    assert folder.codes() == ["C111"]


def test_alternatives_must_exist_and_be_others(folder: Folder) -> None:
    folder.crossing["alternatives"] = ["nowhere", "here"]
    loaded = folder.load()
    assert [problem.code for problem in loaded.problems] == ["C208", "C208"]
    assert loaded.catalogue is not None
    assert loaded.catalogue.crossings["here"].alternatives == ()


def test_landmarks_differ_and_have_latin_names(folder: Folder) -> None:
    folder.crossing["landmarks"] *= 2
    assert folder.codes() == ["C209"]
    folder.crossing["landmarks"] = [folder.crossing["landmarks"][0] | {"name": {"ru": "Чми", "en": "Чми"}}]
    assert folder.codes() == ["C209"]


def test_answers_of_the_guide_must_exist_where_they_are_known(folder: Folder) -> None:
    folder.file["guide"] = ["nothing"]
    assert folder.codes() == []
    assert folder.codes(answers=()) == ["C204", "C204"]


def test_nothing_is_dated_in_the_future(folder: Folder) -> None:
    folder.crossing["facts"] = [
        FACT | {"as_of": "2026-12"},
        FACT | {"as_of": "2026-11"},
        FACT | {"as_of": "2027"},
    ]
    assert folder.codes(today=date(2026, 11, 22)) == ["C411", "C411"]


def test_a_file_is_named_after_its_country(folder: Folder) -> None:
    folder.file["country"] = "ge"
    assert folder.codes() == ["C113"]


@pytest.mark.parametrize("text", ["", "[", "- 1", "country: kz", "a: b: c", "\x00", "name: &x {a: *x}"])
def test_an_unreadable_file_is_reported_and_the_others_serve(folder: Folder, text: str) -> None:
    (folder.path / "ge.yaml").write_text(text, "utf-8")
    loaded = folder.load()
    assert loaded.catalogue is not None
    assert set(loaded.catalogue.crossings) == {"here"}
    assert loaded.problems
    assert {Path(problem.path).name for problem in loaded.problems} == {"ge.yaml"}


def test_a_file_that_is_not_text(folder: Folder) -> None:
    (folder.path / "ge.yaml").write_bytes(b"\xff\xfe\x00")
    assert folder.codes() == ["C101"]


def test_a_key_twice(folder: Folder) -> None:
    folder.load()
    path = folder.path / "kz.yaml"
    path.write_text(path.read_text("utf-8") + "country: kz\n", "utf-8")
    (problem,) = load(folder.path).problems
    assert (problem.code, problem.line) == ("C107", len(path.read_text("utf-8").splitlines()))


def test_an_empty_folder_gives_no_catalogue(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.catalogue is None
    assert [problem.code for problem in loaded.problems] == ["C112"]


def test_editors_can_check_by_hand(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.load()
    assert (main([str(folder.path)]), capsys.readouterr().out) == (0, "")
    folder.crossing["type"] = "tunnel"
    folder.load()
    assert main([str(folder.path)]) == 1
    assert "C105" in capsys.readouterr().out


def test_as_a_module_it_prints_and_fails(folder: Folder) -> None:
    folder.crossing["type"] = "tunnel"
    folder.load()
    done = subprocess.run(  # noqa: S603 (our own module)
        [sys.executable, "-m", "bot.crossings.catalogue", str(folder.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "C105" in done.stdout
