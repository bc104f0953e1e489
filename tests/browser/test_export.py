"""The exported files in a real browser with the network off: quiet, sound, and good to read and print."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from bot.export import files
from bot.guide.model import Language
from tests.browser.conftest import PATIENCE_MS
from tests.guide.builder import REPOSITORY
from tests.guide.web_page import read

_CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")
_SAMPLE = (
    "provodnik-ru.html",
    "provodnik-en.html",
    "site/index.html",
    "site/ru/index.html",
    "site/en/glossary.html",
    "site/ru/answers/checklist.html",
    "site/en/answers/kz-safety.html",
    "site/ru/answers/urgent-human.html",
    "site/ru/answers/visa-free-table.html",
    "site/ru/crossings/verkhny-lars.html",
    "site/en/crossings/karauzek.html",
    "site/ru/countries/kz.html",
)
_TEXTS = """
    h1 | h2 | h3 | h4 | p | li | summary | dt | dd | footer | .urgent a | .aged | .notice a
    .danger | .warning | .info | .meta | .checked | .sources a | .live | .if p | .unconfirmed p | sup a
    header a
"""
_OUTLINE = "[...document.querySelectorAll('*')].map((one) => one.localName)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export the real content."""
    where: Path = tmp_path_factory.mktemp("export")
    editions = files.editions(REPOSITORY / "content", tuple(Language), date(2026, 11, 25))
    files.write(where, files.plan(editions), lambda done, of: None)
    return where


class Reader:
    """Somebody with a phone that has no network."""

    def __init__(self, browser: Browser, folder: Path, *, scheme: Literal["light", "dark"]) -> None:
        self.context = browser.new_context(
            viewport={"width": 360, "height": 740},
            color_scheme=scheme,
            is_mobile=True,
            has_touch=True,
            offline=True,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.folder = folder
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("request", self._requested)
        self.page.on("console", self._wrote)

    def _requested(self, request: Request) -> None:
        self.asked.append(request.url)

    def _wrote(self, message: ConsoleMessage) -> None:
        self.complaints.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> Any:
        self.asked.clear()
        self.page.goto((self.folder / path).as_uri())
        return self.page


@pytest.fixture
def reader(chromium: Browser, folder: Path) -> Iterator[Reader]:
    reader = Reader(chromium, folder, scheme="light")
    yield reader
    reader.context.close()
    assert reader.complaints == []


@pytest.mark.parametrize("path", _SAMPLE)
def test_a_page_asks_for_nothing_and_fits_a_small_phone(reader: Reader, path: str) -> None:
    page = reader.open(path)
    assert reader.asked == [(reader.folder / path).as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "the style is not let through"


@pytest.mark.parametrize("path", _SAMPLE)
def test_the_browser_reads_what_was_written(reader: Reader, path: str) -> None:
    """Where it has to mend what it reads, its tree is another than that of a parser that mends nothing."""
    written = read((reader.folder / path).read_text("utf-8"))
    assert reader.open(path).evaluate(_OUTLINE) == [element.tag for element in written.iter()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(chromium: Browser, folder: Path, scheme: Literal["light", "dark"]) -> None:
    reader = Reader(chromium, folder, scheme=scheme)
    page = reader.open("provodnik-ru.html")
    selectors = [selector.strip() for line in _TEXTS.strip().splitlines() for selector in line.split("|")]
    assert page.evaluate(_CONTRAST, selectors) == []
    back = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(back) / 3 < 60) == (scheme == "dark")
    reader.context.close()


def test_from_the_first_screen_to_an_answer_and_its_source_and_back(reader: Reader) -> None:
    page = reader.open("site/index.html")
    page.get_by_role("link", name="Читать по-русски").click()
    assert page.get_by_role("link", name="Срочно").bounding_box()["y"] < 740
    destination = page.locator("summary", has_text="В Казахстан")
    assert destination.bounding_box()["y"] < 740
    destination.click()
    page.get_by_role("link", name="Безопасен ли Казахстан для вас").click()
    page.locator("sup a").first.click()
    assert page.url.endswith("kz-safety.html#kz-safety-1")
    assert page.locator("#kz-safety-1").bounding_box()["y"] < 740
    page.get_by_role("link", name="English").click()
    assert page.locator("h1").inner_text() == "Is Kazakhstan safe for you"
    page.get_by_role("link", name="Contents").click()
    page.locator("summary", has_text="Crossings by country").click()
    page.get_by_role("link", name="Georgia", exact=True).click()
    page.get_by_role("link", name="Verkhny Lars").click()
    assert "Kazbegi" in page.locator("h1").inner_text()
    assert all(url.startswith(reader.folder.as_uri()) for url in reader.asked)


def test_in_the_one_file_too(reader: Reader) -> None:
    page = reader.open("provodnik-ru.html")
    page.locator("summary", has_text="В Грузию").click()
    page.get_by_role("link", name="Военкомат на Верхнем Ларсе").first.click()
    assert 0 <= page.locator("#answer-ge-draft-office h3").bounding_box()["y"] < 300
    page.locator("header").get_by_role("link", name="Содержание").click()
    assert 0 <= page.locator("#contents-title").bounding_box()["y"] < 300


def test_on_paper_all_is_open_and_addresses_are_written_out(reader: Reader) -> None:
    page = reader.open("provodnik-ru.html")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("nav li").first.is_visible()
    assert not page.locator("header").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    written = "getComputedStyle(document.querySelector('.sources a'), '::after').content"
    assert "https://" in page.evaluate(written)
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_without_its_style_it_still_reads_in_order(reader: Reader) -> None:
    page = reader.open("site/ru/answers/kz-safety.html")
    page.evaluate("document.querySelector('style').remove()")
    text = page.locator("body").inner_text()
    order = [
        text.index(words) for words in ("Содержание", "Безопасен ли", "Сверено с", "Источники", "Сделано")
    ]
    assert order == sorted(order)
