"""Reading the catalogue: every mistake at once with its line, and the rest still serves."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.content.problems import CODES
from bot.crossings.catalogue import Admitted, Loaded, Type, load
from bot.crossings.report import Mode
from tests.content.junk import JUNK, places, put
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


def test_what_editors_are_told_to_write_is_sound(tmp_path: Path) -> None:
    told = (CONTENT.parents[1] / "docs" / "EDITING.md").read_text("utf-8")
    [example] = re.findall(r"^## A crossing\n```yaml\n(.*?)^```", told, re.MULTILINE | re.DOTALL)
    (tmp_path / "kz.yaml").write_text(example, "utf-8")
    loaded = load(tmp_path)
    assert [problem.code for problem in loaded.problems] == ["C208"]  # it names a crossing of another file
    assert loaded.catalogue is not None
    [crossing] = loaded.catalogue.crossings.values()
    assert [key for key, value in vars(crossing).items() if not value] == ["alternatives"], (
        "every key is shown"
    )


def test_norway_is_a_country(folder: Folder) -> None:
    path = folder.path / "no.yaml"
    write(path, folder.file | {"country": "NORWAY"})
    path.write_text(path.read_text("utf-8").replace("NORWAY", "no"), "utf-8")
    loaded = load(folder.path)
    assert loaded.problems == ()
    assert loaded.catalogue is not None
    assert loaded.catalogue.countries["no"].id == "no"


BROKEN: list[tuple[tuple[Any, ...], Any, str]] = [
    (("id",), "Here!", "C108"),
    (("id",), "x" * 41, "C108"),
    (("name",), {"ru": "слова"}, "C104"),
    (("name",), {"ru": "", "en": "words"}, "C106"),
    (("name",), {**BOTH, "de": "Worte"}, "C103"),
    (("colour",), "red", "C103"),
    (("country",), "kz", "C103"),
    (("zone",), "Europe/Nowhere", "C105"),
    (("zone",), "/etc/passwd", "C105"),
    (("type",), "tunnel", "C110"),
    (("access",), "none", "C110"),
    (("confidence",), "sure", "C110"),
    (("position",), {"lat": 48.6, "lon": 4.5, "within_km": 1}, "C105"),
    (("position",), {"lat": 4.5, "lon": 48.6, "within_km": 1}, "C105"),
    (("position",), {"lat": 46.5, "lon": 48.6, "within_km": 1000}, "C105"),
    (("position",), {"lat": "north", "lon": 48.6, "within_km": 1}, "C105"),
    (("modes",), {}, "C106"),
    (("modes",), {"horse": {"admitted": "yes"}}, "C110"),
    (("modes",), {"car": {"admitted": "perhaps"}}, "C110"),
    (("modes",), {"car": {}}, "C104"),
    (("nicknames",), "тут", "C105"),
    (("status", "state"), "shut", "C110"),
    (("status", "as_of"), "2025-13", "C109"),
    (("status", "as_of"), "2025-02-30", "C109"),
    (("status", "as_of"), "1 Nov 2025", "C109"),
    (("landmarks", 0, "km"), 0, "C105"),
    (("landmarks", 0, "km"), 300, "C105"),
    (("landmarks", 0, "mark"), "X", "C110"),
    (("facts", 0, "about"), "gossip", "C110"),
    (("facts", 0, "colour"), "red", "C103"),
    (("facts", 0, "as_of"), "", "C106"),
    (("landmarks", 0, "km"), "nan", "C105"),
]


@pytest.mark.parametrize(("where", "value", "code"), BROKEN)
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
    assert {"ge.yaml:3 C105", "kz.yaml:5 C104", "kz.yaml:8 C110", "kz.yaml:7 C104", "kz.yaml:4 C104"} <= lines


def test_a_problem_reads_as_a_compiler_would_say_it(folder: Folder) -> None:
    folder.crossing["type"] = "tunnel"
    (problem, _) = folder.load().problems
    place = f"{folder.path.parent.name}/{folder.path.name}/kz.yaml"
    assert re.fullmatch(rf"{place}:\d+: C110 type: tunnel is none of road, .*", str(problem))


def test_of_two_crossings_with_one_id_the_first_serves(folder: Folder) -> None:
    folder.file["crossings"].append(deepcopy(CROSSING) | {"type": "rail"})
    loaded = folder.load()
    assert [problem.code for problem in loaded.problems] == ["C111"]
    assert loaded.catalogue is not None
    assert loaded.catalogue.crossings["here"].type is Type.ROAD


def test_alternatives_must_exist_and_be_others(folder: Folder) -> None:
    folder.crossing["alternatives"] = ["nowhere", "here"]
    loaded = folder.load()
    assert [problem.code for problem in loaded.problems] == ["C208", "C208"]
    assert loaded.catalogue is not None
    assert loaded.catalogue.crossings["here"].alternatives == ()


def test_a_broken_crossing_is_not_called_unknown_too(folder: Folder) -> None:
    folder.file["crossings"].append(deepcopy(CROSSING) | {"id": "there", "alternatives": ["here"]})
    folder.crossing["type"] = "tunnel"
    loaded = folder.load()
    assert [problem.code for problem in loaded.problems] == ["C110"]
    assert loaded.catalogue is not None
    assert loaded.catalogue.crossings["there"].alternatives == ()


def test_landmarks_differ_and_have_latin_names(folder: Folder) -> None:
    folder.crossing["landmarks"] *= 2
    assert folder.codes() == ["C209"]
    folder.crossing["landmarks"] = [folder.crossing["landmarks"][0] | {"name": {"ru": "Чми", "en": "Чми"}}]
    assert folder.codes() == ["C209"]


def test_answers_of_the_guide_must_exist_where_they_are_known(folder: Folder) -> None:
    folder.file["guide"] = ["nothing"]
    assert folder.codes() == []
    assert folder.codes(answers=()) == ["C204", "C204"]


def test_what_is_no_more_exact_than_today_is_not_in_the_future(folder: Folder) -> None:
    folder.crossing["facts"] = [FACT | {"as_of": as_of} for as_of in ("2026-12", "2026-11", "2027")]
    assert folder.codes(today=date(2026, 11, 22)) == ["C411", "C411"]


@pytest.mark.parametrize("text", ["", "[", "- 1", "country: kz", "a: b: c", "\x00", "name: &x {a: *x}"])
def test_an_unreadable_file_is_reported_and_the_others_serve(folder: Folder, text: str) -> None:
    (folder.path / "ge.yaml").write_text(text, "utf-8")
    loaded = folder.load()
    assert loaded.catalogue is not None
    assert set(loaded.catalogue.crossings) == {"here"}
    assert loaded.problems
    assert {Path(problem.path).name for problem in loaded.problems} == {"ge.yaml"}


def _append(folder: Folder, text: bytes) -> None:
    folder.load()
    with (folder.path / "kz.yaml").open("ab") as file:
        file.write(text)


MISTAKES: list[tuple[str, str, Callable[[Folder], object]]] = [
    ("C101", "country", lambda f: _append(f, b"country: \xff\n")),
    ("C102", "a: b: c", lambda f: _append(f, b"a: b: c\n")),
    ("C107", "country: kz", lambda f: _append(f, b"country: kz\n")),
    ("C111", "id: here", lambda f: f.file["crossings"].append(deepcopy(CROSSING))),
    ("C112", "", lambda f: f.file["crossings"].clear()),
    ("C113", "country: ge", lambda f: f.file.update(country="ge")),
    ("C204", "- nothing", lambda f: f.crossing["guide"].append("nothing")),
    ("C204", "- nothing", lambda f: f.file.update(guide=["nothing"])),
    ("C208", "- nowhere", lambda f: f.crossing["alternatives"].append("nowhere")),
    ("C209", "name:", lambda f: f.crossing["landmarks"].append(f.crossing["landmarks"][0])),
    ("C411", "as_of:", lambda f: f.crossing["status"].update(as_of="2026-11-23")),
]


@pytest.mark.parametrize(("code", "words", "change"), MISTAKES)
def test_a_mistake_is_found_where_it_stands(
    folder: Folder, code: str, words: str, change: Callable[[Folder], object]
) -> None:
    change(folder)
    path = folder.path / "kz.yaml"
    if not path.exists():
        folder.load()
    lines = path.read_bytes().decode(errors="replace").splitlines()
    problems = load(folder.path, {"kz-stay"}, date(2026, 11, 22)).problems
    at = [lines[problem.line - 1] for problem in problems if problem.code == code]
    assert any(words in line for line in at), "\n".join(map(str, problems))


def test_every_code_has_a_mistake() -> None:
    told = {code for *_, code in BROKEN} | {code for code, *_ in MISTAKES}
    assert told == {code for code in CODES if code.startswith("C")}


@given(st.randoms(use_true_random=False), JUNK)
def test_whatever_stands_somewhere_in_a_file_the_others_serve(random: Random, junk: Any) -> None:
    with TemporaryDirectory() as path:
        folder = Folder(Path(path))
        write(folder.path / "ge.yaml", put(folder.file, random.choice(places(folder.file)), junk))
        folder.file["country"] = "kz"
        folder.crossing["id"] = "there"
        loaded = folder.load(answers=(), today=date(2026, 11, 22))
        assert loaded.catalogue is not None
        assert "there" in loaded.catalogue.crossings


def test_an_empty_folder_gives_no_catalogue(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.catalogue is None
    assert [problem.code for problem in loaded.problems] == ["C112"]
