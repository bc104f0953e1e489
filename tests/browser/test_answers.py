"""What can be done with an answer, on the chat page of a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageAt
from tests.browser.phone import Phone, box
from tests.browser.test_bot import url

__all__ = ["url"]


@pytest.fixture
def anna(page_at: PageAt, url: str) -> Phone:
    anna = Phone(page_at(url, width=390, height=844), "Анна")
    anna.begin()
    return anna


def test_a_term_opens_over_the_answer_and_closes_again(anna: Phone) -> None:
    anna.send("/start kz-bank")
    anna.sees("Карты нерезидентам")
    anna.tap("ℹ️ ИИН")
    alert = anna.page.get_by_role("alertdialog")
    expect(alert).to_contain_text("Личный номер")
    alert.get_by_role("button").click()
    expect(alert).to_have_count(0)
    expect(anna.last).to_contain_text("Карты нерезидентам")


def test_a_vote_swaps_the_keyboard_and_nothing_lies_over_the_reasons(anna: Phone) -> None:
    anna.send("/start kz-stay")
    anna.sees("На сколько дней в Казахстан")
    keys = anna.last.locator(".key").count()
    anna.tap("Что-то не так?")
    expect(anna.last.locator(".key")).to_have_count(4)
    expect(anna.toast).to_have_count(0)
    anna.tap("Не мой случай")
    expect(anna.toast).to_contain_text("Спасибо")
    expect(anna.last.locator(".key")).to_have_count(keys)


def test_the_labels_of_the_longest_keyboard_can_be_read(anna: Phone) -> None:
    anna.send("/start checklist")
    for label in ("В Казахстан", "своей машине", "Загранпаспорт", "Ребёнок до 14", "Отсрочка", "Ничего"):
        expect(anna.last.locator(".key").filter(has_text=label)).to_have_count(1)
        anna.last.locator(".key").filter(has_text=label).click()
    anna.sees("Сверено с источниками")
    keys = anna.last.locator(".key")
    for label in ("Поделиться", "Что-то не так?", "Сохранить", "Изменить ответ", "ℹ️"):
        expect(keys.filter(has_text=re.compile(label)).first).to_be_visible()
    heights = {round(box(key)["height"]) for key in keys.all()}
    assert len(heights) == 1, "no label takes two lines"
    clipped = [key.inner_text() for key in keys.all() if key.evaluate(CLIPPED)]
    assert clipped == []


CLIPPED = """key => [key, ...key.querySelectorAll("*")].some(
    part => part.clientWidth > 9 && part.scrollWidth > part.clientWidth + 1
)"""
"""Whether a label is cut off; what only screen readers see is narrower."""
