"""An editor with a file in one window and the chat in the other."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageAt
from tests.browser.phone import Phone

ROOT = Path(__file__).parents[2]
ANSWER = "content/guide/answers/kz/kz-stay.md"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A working copy of the repository, as an editor has one."""
    for folder in ("bot", "content", "migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def url(copy: Path) -> Iterator[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    environment |= {"BOT_LISTEN": "127.0.0.1:0", "BOT_DATA_DIR": str(copy / "data")}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, cwd=copy, env=environment, stdout=subprocess.PIPE, text=True) as bot:  # noqa: S603
        assert bot.stdout is not None
        line = bot.stdout.readline()
        yield next(word for word in line.split() if word.startswith("http"))
        bot.terminate()


def test_the_open_answer_follows_the_file(page_at: PageAt, url: str, copy: Path) -> None:
    page = page_at(url)
    told = page.locator("#content")
    anna, ben = Phone(page, "Анна"), Phone(page, "Ben")
    anna.start()
    anna.sees("Куда вы едете")
    anna.send("/start kz-stay")
    anna.sees("Сверено с источниками")
    ben.start()
    ben.sees("Where are you going")
    count = anna.messages.count()
    expect(told).to_be_hidden()

    path = copy / ANSWER
    good = path.read_text("utf-8")
    changed = good.replace('title: {ru: "', 'title: {ru: "Правка редактора. ', 1)
    assert changed != good
    path.write_text(changed, "utf-8")
    expect(told).to_contain_text("Содержание обновлено")  # first: it is told for some seconds only
    anna.sees("Правка редактора.")
    expect(anna.messages).to_have_count(count)
    expect(told).to_be_hidden()

    path.write_text(changed.replace("risk: high", "risk: <b>enormous</b>", 1), "utf-8")
    expect(told).to_contain_text("kz-stay.md:")
    expect(told).to_contain_text("G110 risk: <b>enormous</b> is none of")
    anna.sees("Правка редактора.")
    page.reload()
    expect(told).to_contain_text("G110")

    path.write_text(changed.replace("Правка редактора.", "Вторая правка.", 1), "utf-8")
    expect(told).to_contain_text("Содержание обновлено")
    anna.sees("Вторая правка.")
    expect(told).to_be_hidden()
