"""Cues: which words in which order make one."""

from pathlib import Path

import pytest

from bot.guide.spoken import NEAR, Cues, is_cue, words
from bot.guide.stems import Stems
from tests.guide.builder import Content


def met(cue: str, text: str) -> bool:
    stems, written = Stems([]), words(text)
    return bool(Cues([(cue, "it")], stems).meant([stems(word) for word in written], written))


@pytest.mark.parametrize(
    ("cue", "text", "there"),
    [
        ("паспорт", "с паспортом", True),
        ("загран*", "загранпаспорт нужен", True),
        ("загран", "загранпаспорт нужен", False),
        ("сдать|отдать паспорт", "паспорт надо отдать", True),
        ("сдать|отдать паспорт", "отдать деньги", False),
        ("очередь -туалет*", "очередь большая", True),
        ("очередь -туалет*", "есть ли туалеты в очереди", False),
        ("суд да", "суд " + "и " * NEAR + "да", False),
        ("один один", "один", False),  # one word is not two of a cue
        ("don't want", "I don’t want it", True),
        ("ёлка", "елки", True),
    ],
)
def test_cues(cue: str, text: str, there: bool) -> None:
    assert met(cue, text) is there


def test_flags_are_words() -> None:
    assert words("в 🇰🇿🇬🇪?") == ["в", "flag-kz", "flag-ge"]


@pytest.mark.parametrize("cue", ["", "-не", "a|", "*", "а б-", "|a"])
def test_what_is_no_cue(cue: str) -> None:
    assert not is_cue(cue)


WORDS = """\
fillers: hi
little: the
ordinary: roof
same: {pets: [кот]}
facts: {car_owner: {own: [моя машина]}}
matters:
  - {route: urgent, to: kz-car, cues: [помогите], phrases: {ru: [беда], en: [help]}}
"""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("[кот]", "['кот|']"), "words.yaml:4: G114 “кот|” is not a cue"),
        (("own:", "stolen:"), "words.yaml:5: G202 car_owner has no value stolen"),
        (("car_owner:", "boat:"), "words.yaml:5: G201 there is no fact boat"),
        (("to: kz-car", "to: kz-bus"), "words.yaml:7: G204 there is no answer kz-bus"),
        (("route: urgent", "route: fast"), "words.yaml:7: G110 matters.route: fast is none of"),
        (("little: the\n", ""), "words.yaml:1: G104 little is missing"),
    ],
)
def test_mistakes_in_the_file_are_told(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    content = Content(tmp_path).fact("car_owner", "own", "other").answer("kz-car").raw("words.yaml", WORDS)
    assert content.guide().spoken.matters[0].to == "kz-car"
    content.raw("words.yaml", WORDS.replace(*change))
    assert any(problem in str(told) for told in content.load().problems), content.load().problems
    assert content.load(lenient=True).guide is not None
