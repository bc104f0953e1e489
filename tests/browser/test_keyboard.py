"""Somebody uses the chat page without a mouse."""

from playwright.sync_api import Page, expect

from tests.browser.phone import Phone


def _tab_to(page: Page, selector: str, most: int = 25) -> int:
    """Press Tab until the focus is on something; return how often."""
    for presses in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return presses
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_whole_journey_with_the_keyboard_alone(anna: Phone, page: Page) -> None:
    expect(anna.big).to_be_visible()
    _tab_to(page, ".phone[aria-label$='Анна'] .big")
    page.keyboard.press("Enter")
    anna.sees("Здравствуйте")
    expect(anna.input).to_be_focused()

    page.keyboard.type("первая")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("вторая")
    expect(anna.input).to_have_value("первая\nвторая")
    page.keyboard.press("Enter")
    anna.sees("Вы написали первая")

    page.keyboard.type("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    anna.sees("Верхний Ларс")

    # From the input up into the buttons: the last row first, then through rows of other lengths.
    page.keyboard.press("ArrowUp")
    expect(anna.key("Поделиться")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(anna.key("Глубже")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(anna.key("Очень длинная")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(anna.key("Уведомить")).to_be_focused()
    page.keyboard.press("Enter")
    expect(anna.toast).to_have_text("Записано")

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    anna.sees("Изменено 1 раз")
    expect(anna.key("Ещё раз")).to_be_focused()

    # To the message itself, its own buttons, and back to the input.
    page.keyboard.press("ArrowUp")
    expect(anna.last).to_be_focused()
    _tab_to(page, "[data-act=reply]", most=6)
    page.keyboard.press("Enter")
    expect(anna.input).to_be_focused()
    page.keyboard.press("Escape")
    expect(anna.section.locator(".reply-bar")).to_be_hidden()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(anna.input).to_be_focused()


def test_old_messages_do_not_stand_between_the_header_and_the_input(anna: Phone, page: Page) -> None:
    anna.start()
    for _ in range(5):
        anna.send("/card")
    expect(anna.log.locator(".key")).to_have_count(5 * 8)
    anna.send("конец")
    anna.sees("Вы написали конец")
    anna.section.locator(".chatbar button").focus()
    assert _tab_to(page, "textarea") <= 6


def test_menu_and_dialog_keep_the_focus_and_give_it_back(anna: Phone, page: Page) -> None:
    anna.start()
    more = anna.section.get_by_role("button", name="Ещё: Анна")
    more.focus()
    page.keyboard.press("Enter")
    expect(anna.section.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(anna.section.get_by_role("menuitem").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()

    anna.section.get_by_role("button", name="Отправить геопозицию").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="У Верхнего Ларса")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_focus_is_visible(anna: Phone, page: Page) -> None:
    anna.start()
    anna.send("/card")
    anna.sees("Верхний Ларс")
    page.keyboard.press("ArrowUp")
    outline = (
        "element => { const s = getComputedStyle(element); return s.outlineStyle + ' ' + s.outlineWidth; }"
    )
    assert anna.key("Поделиться").evaluate(outline) == "solid 2px"


def test_screen_readers_are_told_what_is_what(anna: Phone, page: Page) -> None:
    anna.start()
    anna.sees("Здравствуйте")
    expect(anna.log).to_have_attribute("aria-live", "polite")
    expect(anna.log).to_have_attribute("aria-label", "Сообщения")
    expect(anna.messages.first.locator(".unseen").first).to_have_text("Вы: ")
    expect(anna.last.locator(".unseen").first).to_have_text("Проводник: ")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, a")]
            .filter(one => one.checkVisibility())
            .filter(one => !one.ariaLabel && !one.labels?.length && !one.textContent.trim())
            .map(one => one.outerHTML)"""
    )
    assert nameless == []
