from pathlib import Path

import pytest

from bot.content.problems import Problem
from bot.guide.editing import sign, stamp
from bot.guide.new import no_answer, refuse, template, topic_of
from tests.guide.builder import Content, kazakhstan

PATH = "answers/kz/kz-dogs.md"
FILLED = {
    'title: {ru: "", en: ""}': 'title: {ru: "Собаки", en: "Dogs"}',
    "  ru: []": "  ru: [собака в кз]",
    "  en: []": "  en: [dog to kz]",
    "risk: ": "risk: low ",
    "https://…": "https://law.example",
    '    title: ""': '    title: "Law"',
    "published: YYYY-MM-DD": "published: 2025-03",
    "checked: YYYY-MM-DD": "checked: 2026-11-20",
    "mark: ": "mark: H ",
    "{": "",
    "}": "",
}


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return kazakhstan(tmp_path).raw(PATH, template("kz-dogs"))


def mine(content: Content) -> list[Problem]:
    return [problem for problem in content.problems() if problem.path.endswith(PATH)]


def codes(content: Content) -> list[str]:
    return sorted({problem.code for problem in mine(content)})


def test_the_check_tells_of_every_blank_and_of_nothing_else(content: Content) -> None:
    lines = content.read(PATH).splitlines()
    told = {problem.line for problem in mine(content)}
    blank = ("{", '""', "…", "YYYY", "risk:", "mark:")
    assert told == {at for at, line in enumerate(lines, 1) if any(mark in line for mark in blank)}


def test_a_blank_in_the_text_is_told_as_one(content: Content) -> None:
    assert [problem.text for problem in mine(content) if problem.code == "G601"] == [
        "`{` was not understood here (a blank to fill in?); to show it, write `\\{`"
    ] * content.read(PATH).count("- {") * 2


def test_filled_in_it_wants_only_to_be_signed_and_led_to(content: Content) -> None:
    front, text = content.read(PATH).split("see: []")
    for old, new in FILLED.items():
        if old in "{}":
            text = text.replace(old, new)
        else:
            assert front.count(old) == 1, old
            front = front.replace(old, new)
    content.raw(PATH, f"{front}see: []{text}")
    assert codes(content) == ["G304", "G501"]
    content.replace("answers/kz/kz-stay.md", "risk: normal", "risk: normal\nsee: [kz-dogs]")
    sign(content.guide_folder / PATH)
    assert codes(content) == ["G502"]
    stamp(content.guide_folder / PATH)
    assert codes(content) == []


def test_the_topic_is_what_the_id_begins_with() -> None:
    topics = ("kz", "ge")
    assert topic_of("kz-dogs", None, topics) == "kz"
    assert topic_of("dogs-of-kz", None, topics) == "any"
    assert topic_of("kz", None, topics) == "kz"
    assert topic_of("kz-dogs", "ge", topics) == "ge"
    assert topic_of("kz-dogs", "any", topics) == "any"
    with pytest.raises(ValueError, match="no topic zk; there are any, ge, kz"):
        topic_of("kz-dogs", "zk", topics)


@pytest.mark.parametrize("id", ["", "Kz-dogs", "kz_dogs", "кз", "a" * 41, "../kz", "kz-dogs\n"])
def test_a_badly_formed_id_is_refused(id: str) -> None:
    with pytest.raises(ValueError, match="is not an id: small Latin letters"):
        refuse(id, ())


def test_an_id_is_taken_once() -> None:
    refuse("kz-dogs", {"kz-cats"})
    with pytest.raises(ValueError, match="there is kz-cats already"):
        refuse("kz-cats", {"kz-cats"})


def test_the_nearest_id_is_offered() -> None:
    assert no_answer("kz-cra", ["kz-car", "kz-stay"]) == "there is no answer kz-cra; did you mean kz-car?"
    assert no_answer("zzz", ["kz-car"]) == "there is no answer zzz"
