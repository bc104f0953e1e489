"""The questions of our own: their levels stop a release, and thieves are told."""

from pathlib import Path

import pytest

from bot.crossings.catalogue import Catalogue
from bot.guide.queries import Query, Told, check, confusions, held_out, levels_of, summary
from tests.guide.builder import Content
from tests.guide.test_search import shipped

HEAD = "lang,kind,question,topic,also\n"
LEVELS = "kinds:\n  plain: {first: 1, three: 1}\n"


@pytest.fixture
def content(tmp_path: Path) -> Content:
    content = Content(tmp_path).fact("by", "car")
    for id, phrase in (
        ("cats", "кошка на границе"),
        ("cars", "страховка на машину"),
        ("cash", "сколько денег"),
    ):
        content.answer(id, topic="any", title={"ru": id, "en": id}, phrases={"ru": [phrase], "en": [id]})
    return content


def problems(content: Content, queries: str, levels: str = LEVELS) -> list[str]:
    content.raw("queries.csv", HEAD + queries).raw("levels.yaml", levels)
    return [str(problem) for problem in check(content.folder, content.guide(), crossings())]


def crossings() -> Catalogue:
    return shipped()[1]


def test_what_is_answered_is_no_problem(content: Content) -> None:
    assert problems(content, "ru,plain,кошку через границу,cats,\n") == []


def test_a_kind_below_its_level_is_told(content: Content) -> None:
    queries = "ru,plain,кошку через границу,cats,\nru,plain,кошку,cars,cash\n"
    (told,) = problems(content, queries)
    assert told.startswith("content/guide/levels.yaml:2: G901 plain: 0.50 first and 0.50 among three;")
    assert problems(content, queries, "kinds: {plain: {first: 0.5, three: 0.5}}") == []


@pytest.mark.parametrize(
    ("queries", "levels", "problem"),
    [
        ("ru,plain,кошка,dogs,\n", LEVELS, "queries.csv:2: G204 there is no answer dogs"),
        ("ru,plain,кошка,cats,dogs\n", LEVELS, "queries.csv:2: G204 there is no answer dogs"),
        ("de,plain,katze,cats,\n", LEVELS, "queries.csv:2: G110 lang: de is none of ru, en"),
        ("ru,other,кошка,cats,\n", LEVELS, "levels.yaml:1: G104 no level for the kind other"),
        ("ru,other,кошка,cats,\n", LEVELS, "levels.yaml:2: G110 no query is of the kind plain"),
        ("ru,plain,кошка,cats,\n", "kinds: {plain: {first: 2, three: 1}}", "levels.yaml:1: G105 "),
    ],
)
def test_mistakes_are_told(content: Content, queries: str, levels: str, problem: str) -> None:
    assert any(problem in told for told in problems(content, queries, levels))


def test_a_missing_column_is_told(content: Content) -> None:
    content.raw("queries.csv", "lang,question\nru,кошка\n").raw("levels.yaml", LEVELS)
    told = check(content.folder, content.guide(), crossings())
    assert "G104 column kind, topic, also is missing" in str(told[0])


def test_who_steals_is_told_with_an_example() -> None:
    right = Told(Query(2, "plain", "a", "cats"), ("cats",))
    wrong = [Told(Query(line, "plain", "b", "cats", ("dogs",)), ("cars", "dogs")) for line in (3, 4)]
    assert list(confusions([right, *wrong])) == ["  2  cars instead of cats: b"]
    assert levels_of([right, *wrong])["plain"].three == 1
    assert list(summary([right, *wrong])) == ["plain           3  0.33 first  1.00 among three"]


def test_a_phrase_is_asked_of_a_guide_that_lacks_it(content: Content) -> None:
    told = held_out(content.guide(), crossings())
    assert {one.query.question for one in told} >= {"кошка на границе", "страховка на машину"}
    assert not any(one.first for one in told if one.query.question == "страховка на машину")
