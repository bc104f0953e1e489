"""Chromium for the chat page: `page_at(url)` opens a page that may neither call out nor complain."""

import os
import shutil
from collections.abc import Iterator
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.every_feature import Telegram
from tests.browser.phone import Phone
from tests.waiting import PATIENCE

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = PATIENCE * 1000

expect.set_options(timeout=PATIENCE_MS)


class PageAt(Protocol):
    """Opens a page; see the fixture `page_at`."""

    def __call__(
        self,
        url: str,
        *,
        width: int = 1280,
        height: int = 860,
        scheme: Literal["light", "dark"] = "light",
        locale: str = "ru-RU",
        reduced_motion: bool = False,
        tolerated: str | None = None,
    ) -> Page: ...


# Of the module, not of the session: Playwright's loop must be gone before an asynchronous test runs in this
# process. For the same reason no test of a module that uses it may be asynchronous.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; skip where it is missing, unless this is CI."""
    path = shutil.which("chromium")
    if path is None:
        why = "chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture
def page_at(chromium: Browser) -> Iterator[PageAt]:
    """Open pages as fresh visitors; afterwards check that none called another origin or wrote an error.

    `tolerated` is a part of the errors that the test provokes.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(
        url: str,
        *,
        width: int = 1280,
        height: int = 860,
        scheme: Literal["light", "dark"] = "light",
        locale: str = "ru-RU",
        reduced_motion: bool = False,
        tolerated: str | None = None,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=locale,
            has_touch=width < 500,
            is_mobile=width < 500,
            reduced_motion="reduce" if reduced_motion else "no-preference",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        _watch(page, url, faults, tolerated)
        page.goto(url)
        page.locator("#top .brand, #top .people").first.wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def _watch(page: Page, url: str, faults: list[str], tolerated: str | None) -> None:
    origin = urlsplit(url)[:2]

    def requested(request: Request) -> None:
        if urlsplit(request.url)[:2] != origin:
            faults.append(f"request to {request.url}")

    def wrote(message: ConsoleMessage) -> None:
        expected = tolerated is not None and tolerated in message.text
        if message.type in ("error", "warning") and not expected:
            faults.append(f"console: {message.text}")

    def failed(error: Error) -> None:
        faults.append(f"uncaught: {error}")

    page.on("request", requested)
    page.on("console", wrote)
    page.on("pageerror", failed)


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    """Run a Telegram with the bot of every feature, and with Анна (ru) and Ben (en)."""
    with Telegram() as running:
        yield running


@pytest.fixture
def page(telegram: Telegram, page_at: PageAt) -> Page:
    """Open the chat page in Russian, wide and light."""
    return page_at(telegram.url)


@pytest.fixture
def anna(page: Page) -> Phone:
    """Take Anna's phone."""
    return Phone(page, "Анна")


@pytest.fixture
def ben(page: Page) -> Phone:
    """Take Ben's phone."""
    return Phone(page, "Ben")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever needs the browser."""
    for item in items:
        if "chromium" in _fixtures(item):
            item.add_marker(pytest.mark.browser)


def _fixtures(item: pytest.Item) -> Any:
    return getattr(item, "fixturenames", ())
