"""The page of all questions and answers, in a browser without a network."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from bot.guide.graph_page import page as graph_page
from bot.guide.model import Language
from tests.guide.builder import kazakhstan, source

_CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")
_TEXTS = [
    "h1", "h2", "h3", "h4", "header a", ".flow > summary b", "code", ".lead", ".when", ".chip", ".chip.place",
    ".card p", ".card a", ".row span", ".mark.high", ".mark.low", ".mark.due", ".mark.overdue",
    ".mark.unconfirmed",
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    doubtful = "Слова. [^law]\n\n::: unconfirmed\nСлух. [^law]\n:::"
    content = (
        kazakhstan(tmp_path)
        .flow("kz", "by", ({"by": "car"}, "kz-car"), "@crossings")
        .flow("ge", "by", ({"by": "car", "country": "ge"}, "ge-entry"), "kz")
        .flow("start", "country", ({"country": "kz"}, "kz"), "ge", lead="safety")
        .answer("kz-car", doubtful, doubtful, risk="high", see=["kz-stay"], owner="Olga <b>")
        .answer("kz-stay", risk="low")
        .answer("safety", topic="any", sources=[source(), source("old", checked="2026-07-01")])
    )
    file = tmp_path / "graph.html"
    file.write_text(graph_page(content.guide(), date(2027, 1, 10), Language.RU), "utf-8")
    return file


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser, file: Path) -> Iterator[Page]:
    """Open the page with the network off; afterwards nothing was asked for, and nothing complained."""
    scheme: Literal["light", "dark"] = request.param
    context = chromium.new_context(color_scheme=scheme, offline=True)
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: asked.append(message.text))
    opened.goto(file.as_uri())
    yield opened
    context.close()
    assert asked == [file.as_uri()]


def test_every_text_can_be_read(page: Page) -> None:
    assert page.evaluate(_CONTRAST, _TEXTS) == []


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_questions_hold_what_they_lead_to(page: Page) -> None:
    start = page.locator("#q-start")
    assert start.locator(".lead a").get_attribute("href") == "#a-safety"
    assert start.locator("#q-kz .way").first.inner_text().split("\n")[0].startswith("Label car по-русски")
    assert start.locator("#q-kz .way").last.inner_text() == "Label foot по-русски list of crossings"
    ge = start.locator("#q-ge .way")
    assert "Short country по-русски: Label ge по-русски" in ge.first.inner_text()
    assert ge.last.locator("a").get_attribute("href") == "#q-kz", "a question stands once, then is linked to"


def test_answers_tell_risk_date_sources_and_marks(page: Page) -> None:
    card = page.locator("#a-kz-car")
    told = card.inner_text()
    for words in (
        "high risk",
        "due",
        "1 unconfirmed",
        "checked 2026-11-20; 1 source; kept by Olga <b>",
        "from kz",
    ):
        assert words in told
    assert card.locator(".row a").last.get_attribute("href") == "#a-kz-stay"
    assert "overdue" in page.locator("#a-safety").inner_text()
    assert "due" not in page.locator("#a-kz-stay").inner_text()
    assert page.locator("header details").count() == 3


def test_every_link_leads_to_a_place_of_the_page(page: Page) -> None:
    lost = "[...document.links].filter((a) => !document.querySelector(a.getAttribute('href'))).length"
    assert page.evaluate(lost) == 0
    assert page.locator("a").count() > 10
