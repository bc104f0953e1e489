"""What editors are told about a file that does not have the shape that it should."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field, TypeAdapter, with_config
from pydantic_core import PydanticCustomError

from bot.content.document import Document, Loc, parse
from bot.content.shape import FILE, Day, Id, PartialDate, validate


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def _tall(name: str) -> str:
    if name == "tall":
        raise PydanticCustomError("G206", "tall {is} not a name")
    return name


@dataclass(frozen=True)
class Part:
    name: Annotated[str, AfterValidator(_tall)]
    km: Annotated[float, Field(gt=0)] = 1
    note: str | None = None


@with_config(FILE)
@dataclass(frozen=True)
class Post:
    id: Id
    built: Day
    since: PartialDate | None = None
    colour: Colour = Colour.RED
    mark: Literal["H", "M"] = "M"
    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = (Part("roof"),)
    spare: Part | None = None
    by_name: dict[Id, Part] = field(default_factory=dict)


POST = TypeAdapter(Post)
SOUND = "id: one\nbuilt: 2022-09-01\n"


def read(text: str, at: Loc = (), **options: dict[str, str]) -> tuple[Post | None, list[str]]:
    found, problems = validate(parse(Document("a.yaml", "C"), text), POST, at, **options)
    return found, [str(problem).removeprefix("a.yaml:") for problem in problems]


def test_what_the_shape_wants_is_made_of_text() -> None:
    text = "since: 2022-09\ncolour: blue\nparts: [{name: ' wall ', km: 3.5}]\nby_name: {a: {name: no}}\n"
    assert read(SOUND + text) == (
        Post(
            id="one",
            built=date(2022, 9, 1),
            since="2022-09",
            colour=Colour.BLUE,
            parts=(Part("wall", 3.5),),
            by_name={"a": Part("no")},
        ),
        [],
    )


def test_a_part_of_a_document_has_the_lines_of_the_whole() -> None:
    _, problems = read(
        f"posts:\n- {SOUND.replace(chr(10), chr(10) + '  ')}colour: red\n  mark: X\n", ("posts", 0)
    )
    assert problems == ["5: C110 mark: X is none of H, M"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("colur: red", "3: C103 unknown key colur; did you mean colour?"),
        ("parts: [{name: a, x: 1}]", "3: C103 unknown key x; known are name, km, note"),
        ("spare: {nam: a}", "3: C103 unknown key nam; did you mean name?"),
        ("by_name:\n  a:\n    name: a\n    nota: 1", "6: C103 unknown key nota; did you mean note?"),
        ("parts:\n- {km: 1}", "4: C104 parts.name is missing"),
        ("parts: roof", "3: C105 parts: expected a list here: [a, b]"),
        ("parts: [roof]", "3: C105 parts: expected `key: value` lines here"),
        (
            "parts: [{name: [a]}]",
            "3: C105 parts.name: expected text here; text with `: ` or `#` in it needs quotes",
        ),
        ("parts: [{name: a, km: -1}]", "3: C105 parts.km: -1 should be greater than 0"),
        ("parts: [{name: a, km: nan}]", "3: C105 parts.km: nan should be a finite number"),
        (
            "spare:\n  name: a\n  km: far",
            "5: C105 spare.km: far should be a valid number, unable to parse string",
        ),
        ("parts: []", "3: C106 parts: there is nothing here"),
        ("parts: [{name: ' '}]", "3: C106 parts.name: there is nothing here"),
        ("parts: [{name: }]", "3: C106 parts.name: there is nothing here"),
        ("by_name:", "3: C106 by_name: there is nothing here"),
        ("by_name: {A: {name: a}}", "3: C108 by_name.A: A is not an id"),
        ("since: 2022-9", "3: C109 since: 2022-9 is not a date such as 2026, 2026-11 or 2026-11-22"),
        ("since: 2022-13", "3: C109 since: 2022-13 is not a date"),
        ("since: 2022-02-30", "3: C109 since: 2022-02-30 is not a date"),
        ("colour: green", "3: C110 colour: green is none of red, blue"),
        ("mark: X", "3: C110 mark: X is none of H, M"),
        ("parts: [{name: tall}]", "3: G206 tall {is} not a name"),
    ],
)
def test_what_is_wrong_is_told_in_the_terms_of_the_file(text: str, problem: str) -> None:
    found, problems = read(SOUND + text)
    assert found is None
    assert [told for told in problems if told.startswith(problem)], problems


@pytest.mark.parametrize("written", ["20220901", "2022-W35-4", "1662000000", "2022-09", "1 Sep 2022", "''"])
def test_a_day_is_written_in_one_way(written: str) -> None:
    _, [problem] = read(f"id: one\nbuilt: {written}\n")
    assert problem.startswith("2: C109 built: ")


def test_all_problems_come_at_once_each_with_its_line() -> None:
    _, problems = read("id: A\nparts:\n- {nam: a}\n- name: b\n  km: far\n")
    assert [problem.split(":")[0] + problem.split(":")[1][:5] for problem in problems] == [
        "1 C108",
        "1 C104",
        "3 C104",
        "3 C103",
        "5 C105",
    ]


def test_a_list_is_not_called_empty_for_what_is_wrong_in_it() -> None:
    assert read(f"{SOUND}parts: [1]")[1] == ["3: C105 parts: expected `key: value` lines here"]


def test_an_empty_file_lacks_everything() -> None:
    assert read("")[1] == ["1: C106 there is nothing here"]


def test_a_missing_key_may_have_its_own_code() -> None:
    for text in ("id: one\n", "id: one\nbuilt:\n"):
        assert [problem[3:7] for problem in read(text, missing={"built": "G403"})[1]] == ["G403"]


def test_what_could_not_be_read_is_not_blamed_again() -> None:
    assert read("id: [") == (None, [])
