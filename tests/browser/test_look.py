"""How the chat page looks: at a phone's width, in the dark, with buttons laid out as in Telegram."""

from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAt
from tests.browser.every_feature import Telegram
from tests.browser.phone import Phone, box

_CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")
_TEXTS = """
    .banner span | .brand b | .brand span | .chip-button | .round.language | .plate b | .plate .chip | .who b
    .subtitle | .day span | .in .text | .out .text | .in .meta | .out .meta | .in a | .in .command | .in code
    .in blockquote | .key | .quoted b | .quoted span | .menu-button | .input | .reply-bar b | .reply-bar span
    .reply-key | .act
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(
    telegram: Telegram, page_at: PageAt, scheme: Literal["light", "dark"]
) -> None:
    page = page_at(telegram.url, scheme=scheme, reduced_motion=True)
    anna = Phone(page, "Анна")
    anna.start()
    anna.send("/where")
    anna.send("/card")
    anna.send("/ask")
    anna.sees("Сколько часов?")
    anna.send("5 ч")
    anna.sees("в ответ на")
    anna.last.get_by_role("button", name="Ответить").click()
    selectors = [selector.strip() for line in _TEXTS.strip().splitlines() for selector in line.split("|")]
    assert page.evaluate(_CONTRAST, selectors) == []


def test_dark_follows_the_system_until_somebody_chooses(telegram: Telegram, page_at: PageAt) -> None:
    page = page_at(telegram.url, scheme="dark")
    assert _brightness(page) < 60
    switch = page.get_by_role("button", name="Оформление")
    switch.click()
    expect(switch).to_have_attribute("aria-label", "Оформление: светлое")
    assert _brightness(page) > 200
    page.reload()
    expect(switch).to_have_attribute("aria-label", "Оформление: светлое")
    assert _brightness(page) > 200


def _brightness(page: Page) -> float:
    colours = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number)")
    return float(sum(colours[:3]) / 3)


def test_language_follows_the_browser_until_somebody_chooses(telegram: Telegram, page_at: PageAt) -> None:
    page = page_at(telegram.url, locale="en-GB")
    anna = Phone(page, "Анна")
    anna.start()
    anna.input.fill("черновик")
    expect(anna.input).to_have_attribute("aria-label", "Message")
    page.get_by_role("button", name="Switch to Russian").click()
    expect(anna.input).to_have_attribute("aria-label", "Сообщение")
    expect(anna.input).to_have_value("черновик")
    page.reload()
    expect(anna.input).to_have_attribute("aria-label", "Сообщение")
    assert page.evaluate("document.documentElement.lang") == "ru"


def test_the_input_is_as_high_as_its_text(anna: Phone) -> None:
    anna.start()
    one_line = box(anna.input)["height"]
    anna.input.fill("столько слов помещается здесь")  # but not beside the menu button with its word
    assert box(anna.input)["height"] == one_line
    anna.input.fill("две\nстроки")
    assert box(anna.input)["height"] > one_line
    anna.input.fill("")
    assert box(anna.input)["height"] == one_line


@pytest.mark.parametrize("locale", ["ru-RU", "en-GB", "de-DE"])
def test_the_banner_says_in_both_languages_that_nothing_is_real(
    telegram: Telegram, page_at: PageAt, locale: str
) -> None:
    page = page_at(telegram.url, locale=locale, width=360, height=640)
    expect(page.get_by_role("note")).to_contain_text(
        "Local chat page: nothing here is real, simulated people"
    )
    expect(page.get_by_role("note")).to_contain_text("Локальный чат: здесь всё ненастоящее, люди выдуманы")
    assert box(page.get_by_role("note"))["y"] == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_a_phones_width_one_person_is_shown_and_nothing_scrolls_sideways(
    telegram: Telegram, page_at: PageAt, scheme: Literal["light", "dark"]
) -> None:
    page = page_at(telegram.url, width=360, height=700, scheme=scheme)
    anna, ben = Phone(page, "Анна"), Phone(page, "Ben")
    anna.start()
    for text in ("/photo", "/card", "/where", "слово" * 60):
        anna.send(text)
    anna.sees("Вы написали словослово")  # the last answer: none may come while Ben is shown
    expect(ben.section).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    right = (
        "Math.max(...[...document.querySelectorAll('.phone *')].map(e => e.getBoundingClientRect().right))"
    )
    assert page.evaluate(right) <= 360.5
    assert anna.log.evaluate("log => log.scrollWidth - log.clientWidth") <= 0

    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(2)
    for tab in tabs.all():
        assert box(tab)["x"] + box(tab)["width"] <= 360
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(ben.section).to_be_visible()
    expect(anna.section).to_have_count(0)
    telegram.run(lambda simulator: simulator.model.send(next(iter(simulator.model.people.values())), "эхо"))
    expect(tabs.first.locator(".badge")).to_contain_text("1")
    tabs.first.click()
    anna.sees("Вы написали эхо")
    expect(tabs.first.locator(".badge")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_buttons_are_laid_out_as_in_telegram(telegram: Telegram, page_at: PageAt, width: int) -> None:
    page = page_at(telegram.url, width=width, reduced_motion=True)
    anna = Phone(page, "Анна")
    anna.start()
    anna.send("/card")
    anna.sees("Верхний Ларс")
    bubble = box(anna.last.locator(".bubble"))
    for row in anna.last.locator(".row").all():
        keys = [box(key) for key in row.locator(".key").all()]
        assert abs(keys[0]["x"] - bubble["x"]) < 1
        assert abs(keys[-1]["x"] + keys[-1]["width"] - bubble["x"] - bubble["width"]) < 1
        assert max(key["width"] for key in keys) - min(key["width"] for key in keys) < 1
        assert all(abs(left["y"] - right["y"]) < 1 for left, right in pairwise(keys))
    long = anna.key("Очень длинная").locator(".label")
    assert long.evaluate(
        "label => label.scrollWidth > label.clientWidth"
    )  # cut with an ellipsis, in one line
    assert box(long)["height"] < 30
    assert anna.key("Сайт").locator("svg").count() == 1
    assert anna.key("Обновить").locator("svg").count() == 0


def test_short_text_with_wide_buttons_grows_to_them(anna: Phone) -> None:
    anna.start()
    anna.send("/card")
    anna.tap("Обновить")
    anna.sees("Изменено 1 раз")
    keys = [box(key) for key in anna.last.locator(".key").all()]
    bubble = box(anna.last.locator(".bubble"))
    assert abs(sum(key["width"] for key in keys) + 4 - bubble["width"]) < 1
    for key in anna.last.locator(".label").all():
        assert key.evaluate("label => label.scrollWidth <= label.clientWidth")


def test_motion_stops_for_those_who_ask(telegram: Telegram, page_at: PageAt) -> None:
    page = page_at(telegram.url, reduced_motion=True)
    anna = Phone(page, "Анна")
    anna.start()
    anna.send("/typing")
    expect(anna.section.locator(".subtitle")).to_contain_text("печатает")
    assert page.evaluate("document.getAnimations().length") == 0


def test_phones_can_be_hidden_and_the_choice_lasts(page: Page, anna: Phone, ben: Phone) -> None:
    ben.menu("Убрать с экрана")
    expect(ben.section).to_have_count(0)
    page.reload()
    expect(anna.section).to_be_visible()
    expect(ben.section).to_have_count(0)
    page.get_by_role("button", name="Показать телефон: Ben").or_(
        page.get_by_role("button", name="Ben")
    ).first.click()
    expect(ben.section).to_be_visible()


def test_a_crowd_stays_in_its_menu_until_called(page: Page, telegram: Telegram) -> None:
    telegram.run(lambda simulator: simulator.model.add_person("Симуляция 1 / Simulated 1", "ru", crowd=True))
    page.get_by_role("button", name="Симулированные люди").click()
    page.get_by_role("menuitem", name="Симуляция 1").click()
    someone = Phone(page, "Симуляция 1 / Simulated 1")
    expect(someone.section.locator(".sim")).to_have_text("симуляция")
