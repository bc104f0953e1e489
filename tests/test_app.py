"""How the content reaches the bot: a broken file is named and left out, the rest serves."""

import logging
import shutil
from pathlib import Path

import pytest

from bot.app import CONTENT, CannotRun, read_content


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def told(caplog: pytest.LogCaptureFixture) -> str:
    return " ".join(str(getattr(record, "fields", "")) for record in caplog.records)


def test_a_broken_answer_is_named_and_the_rest_serves(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = folder / "guide" / "answers" / "kz" / "kz-stay.md"
    path.write_text(path.read_text("utf-8").replace("risk: high", "risk: enormous"), "utf-8")
    with caplog.at_level(logging.ERROR):
        content = read_content(folder)
    assert "kz-stay.md:" in told(caplog)
    assert "kz-stay" not in content.guide.answers
    assert "kz-safety" in content.guide.answers


def test_a_broken_country_is_named_and_the_rest_serves(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "crossings" / "no.yaml").write_text("country: }", "utf-8")
    with caplog.at_level(logging.ERROR):
        content = read_content(folder)
    assert "no.yaml:1" in told(caplog)
    assert "verkhny-lars" in content.catalogue.crossings


def test_without_content_the_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="content"):
        read_content(tmp_path)


def test_words_that_are_not_utf_8_are_named(folder: Path) -> None:
    (folder / "texts" / "ru.ftl").write_bytes("шум = шум".encode("cp1251"))
    with pytest.raises(CannotRun, match=r"texts/ru\.ftl:1: G101 is not UTF-8 text"):
        read_content(folder)


def test_missing_words_are_named(folder: Path) -> None:
    (folder / "texts" / "en.ftl").unlink()
    with pytest.raises(CannotRun, match=r"texts/en\.ftl:1: G101 cannot be read: No such file"):
        read_content(folder)
