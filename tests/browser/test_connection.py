"""The simulator goes away and comes back while the chat page is open."""

from playwright.sync_api import expect

from tests.browser.conftest import PageAt
from tests.browser.every_feature import Telegram
from tests.browser.phone import Phone
from tests.waiting import PATIENCE


def test_the_page_says_so_and_reconnects_by_itself(telegram: Telegram, page_at: PageAt) -> None:
    page = page_at(telegram.url, tolerated="net::ERR_")
    anna = Phone(page, "Анна")
    anna.start()
    anna.sees("Здравствуйте")
    telegram.stop()
    status = page.locator("#connection")
    expect(status).to_contain_text("Связь с симулятором потеряна")
    anna.input.fill("потеряется?")
    anna.input.press("Enter")
    expect(anna.toast).to_contain_text("Не отправлено")
    expect(anna.input).to_have_value("потеряется?")
    ready = telegram.begin()
    expect(status).to_contain_text("Снова на связи")  # it is told for some seconds only
    assert ready.wait(PATIENCE)
    expect(anna.messages).to_have_count(0)  # a new run remembers nothing, and the page shows what is
    anna.start()
    anna.sees("Здравствуйте")
    expect(status).to_be_hidden()
