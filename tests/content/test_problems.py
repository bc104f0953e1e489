"""Every problem is explained to editors, with an example and how to mend it."""

import re
from pathlib import Path

import pytest

from bot.content.problems import CODES, Level, Problem, any_error

EDITING = Path(__file__).parents[2] / "docs" / "EDITING.md"
SECTIONS = re.findall(
    r"^### ((?:[GC]\d{3}(?:, )?)+) (.*)\n((?:(?!#).*\n)+)", EDITING.read_text("utf-8"), re.MULTILINE
)


def test_every_code_is_explained_to_editors_and_no_other() -> None:
    explained = [code for codes, *_ in SECTIONS for code in codes.split(", ")]
    assert sorted(explained) == sorted(CODES)


@pytest.mark.parametrize(("codes", "heading", "text"), SECTIONS)
def test_an_explanation_has_an_example_and_what_to_do(codes: str, heading: str, text: str) -> None:
    examples = re.findall(r"`[\w./…-]+:\d+: ([GC]\d{3}) [^`]", text)
    assert sorted(examples) == sorted(codes.split(", "))
    assert len(re.sub("`[^`]*`", "", text).split()) >= 3


@pytest.mark.parametrize(("codes", "heading", "text"), SECTIONS)
def test_a_warning_is_called_one(codes: str, heading: str, text: str) -> None:
    levels = {CODES[code] for code in codes.split(", ")}
    assert levels == {Level.WARNING if heading.endswith("(warning)") else Level.ERROR}


def test_a_problem_reads_as_a_compiler_would_say_it() -> None:
    error, warning = (Problem("content/a.yaml", 3, code, "old") for code in ("G101", "G603"))
    assert (str(error), str(warning)) == (
        "content/a.yaml:3: G101 old",
        "content/a.yaml:3: G603 warning: old",
    )
    assert any_error([warning, error])
    assert not any_error([warning])
