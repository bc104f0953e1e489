"""The version of the content: another for whatever is changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.version import version_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    (folder / "guide" / "answers").mkdir(parents=True)
    (folder / "guide" / "answers" / "kz-car.md").write_bytes(b"one")
    (folder / "guide" / "start.yaml").write_bytes(b"two")
    return folder


def changed_byte(folder: Path) -> None:
    (folder / "guide" / "start.yaml").write_bytes(b"twO")


def renamed(folder: Path) -> None:
    (folder / "guide" / "start.yaml").rename(folder / "guide" / "begin.yaml")


def moved_over_the_border_of_two_files(folder: Path) -> None:
    (folder / "guide" / "answers" / "kz-car.md").write_bytes(b"on")
    (folder / "guide" / "start.yaml").write_bytes(b"etwo")


def added(folder: Path) -> None:
    (folder / "guide" / "empty.yaml").touch()


def deleted(folder: Path) -> None:
    (folder / "guide" / "start.yaml").unlink()


def unreadable(folder: Path) -> None:
    (folder / "guide" / "start.yaml").unlink()
    (folder / "guide" / "start.yaml").symlink_to(folder / "nowhere")


@pytest.mark.parametrize(
    "change", [changed_byte, renamed, moved_over_the_border_of_two_files, added, deleted, unreadable]
)
def test_any_change_is_another_version(folder: Path, change: Callable[[Path], None]) -> None:
    before = version_of(folder)
    change(folder)
    assert version_of(folder) != before
    assert len(before) == 8


def test_the_same_content_is_the_same_version_wherever_it_lies(folder: Path, tmp_path: Path) -> None:
    before = version_of(folder)
    assert version_of(folder.rename(tmp_path / "elsewhere")) == before


@pytest.mark.parametrize("name", [".start.yaml.swp", "start.yaml~", ".git/HEAD"])
def test_what_nobody_reads_does_not_count(folder: Path, name: str) -> None:
    before = version_of(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    assert version_of(folder) == before


def test_a_folder_that_is_not_there_is_a_version_too(folder: Path, tmp_path: Path) -> None:
    assert version_of(tmp_path / "nothing") != version_of(folder)
