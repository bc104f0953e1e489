"""The real bot on the chat page, as a newcomer finds it after `make run`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageAt
from tests.browser.phone import Phone

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("data")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    environment |= {"BOT_LISTEN": "127.0.0.1:0", "BOT_DATA_DIR": str(data)}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as bot:  # noqa: S603
        assert bot.stdout is not None
        line = bot.stdout.readline()
        yield next(word for word in line.split() if word.startswith("http"))
        bot.terminate()


def test_a_report_in_three_taps_changes_the_card_of_the_other(page_at: PageAt, url: str) -> None:
    page = page_at(url)
    anna, ben = Phone(page, "Анна"), Phone(page, "Ben")
    ben.begin()
    ben.send("/crossing Verkhny_Lars")
    ben.sees("We do not know: 🚗")
    anna.begin()
    anna.send("/crossing Верхний Ларс")
    anna.sees("Не знаем: 🚗")
    anna.tap("Сообщить")
    anna.tap("Проехали")
    anna.tap("6–12 ч")
    anna.sees("Спасибо, записано")
    ben.tap("Refresh")
    ben.sees("6–12 h · one report, unconfirmed")


def test_which_passport_by_buttons(page_at: PageAt, url: str) -> None:
    page = page_at(url, locale="en-US")
    ben = Phone(page, "Ben")
    ben.begin()
    ben.send("/start")
    ben.sees("Where are you going")
    ben.tap("To Kazakhstan")
    ben.tap("Papers and entry")
    ben.tap("Passport and documents")
    ben.tap("An adult")
    ben.sees("Compared with the sources")
    expect(ben.last.locator("blockquote")).to_contain_text("Sources")


def test_a_typed_number_replies_to_our_question(page_at: PageAt, url: str) -> None:
    page = page_at(url)
    anna = Phone(page, "Анна")
    anna.begin()
    anna.send("/report ларс")
    anna.tap("Длина очереди")
    anna.sees("Какая очередь?")
    anna.send("300 машин")
    anna.sees("Спасибо, записано")
