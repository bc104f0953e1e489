"""Warnings that were looked at stop no release; new ones do, and so does every error."""

from pathlib import Path

from bot.content import accepted
from bot.content.problems import Problem

SPACE = Problem("content/guide/a.md", 7, "G603", "a space before a mark")
LONG = Problem("content/guide/a.md", 9, "G608", "a sentence of 40 words")
DUE = Problem("content/guide/a.md", 3, "G412", "checked 95 days ago")
BROKEN = Problem("content/guide/a.md", 1, "G112", "no text")


def test_a_warning_stops_a_release_until_it_is_accepted(tmp_path: Path) -> None:
    assert accepted.blocking([SPACE, LONG], accepted.read(tmp_path)) == [SPACE, LONG]
    accepted.write(tmp_path, [SPACE])
    assert accepted.blocking([SPACE, LONG], accepted.read(tmp_path)) == [LONG]


def test_it_stays_accepted_when_lines_are_added_above_it(tmp_path: Path) -> None:
    accepted.write(tmp_path, [SPACE])
    moved = Problem(SPACE.path, 70, SPACE.code, SPACE.text)
    assert accepted.blocking([moved], accepted.read(tmp_path)) == []


def test_an_error_is_never_accepted(tmp_path: Path) -> None:
    accepted.write(tmp_path, [BROKEN])
    assert accepted.blocking([BROKEN], accepted.read(tmp_path)) == [BROKEN]


def test_growing_old_stops_no_release(tmp_path: Path) -> None:
    assert accepted.blocking([DUE], accepted.read(tmp_path)) == []
