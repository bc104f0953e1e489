"""People talk to the bot on the chat page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAt
from tests.browser.every_feature import Telegram
from tests.browser.phone import Phone, box


def test_two_people_talk_side_by_side(anna: Phone, ben: Phone) -> None:
    expect(anna.section).to_contain_text("Показывает всё, что умеет страница.")
    expect(ben.section).to_contain_text("Shows what the page can draw.")
    expect(anna.section.locator(".who b")).to_have_text("Проводник")
    expect(ben.section.locator(".who b")).to_have_text("Guide")
    anna.start()
    anna.sees("Здравствуйте! Начало: без метки")
    anna.send("привет")
    anna.sees("Вы написали привет")
    expect(ben.messages).to_have_count(0)
    ben.start()
    ben.sees("Здравствуйте!")
    expect(anna.messages).to_have_count(4)
    left, right = box(anna.section), box(ben.section)
    assert left["x"] + left["width"] < right["x"]
    assert abs(left["y"] - right["y"]) < 1


def test_what_people_type_is_never_markup(anna: Phone) -> None:
    anna.start()
    anna.send("<img src=x onerror=alert(1)> & <b>жирно</b>\nвторая строка")
    anna.sees("<img src=x onerror=alert(1)> & <b>жирно</b>")
    assert anna.last.locator("img, b").count() == 0
    assert anna.last.locator("br").count() == 1


def test_spaces_stay_as_in_telegram(anna: Phone) -> None:
    anna.start()
    anna.send("место   для\n    отступа")
    anna.sees("отступа")
    assert "место   для\n    отступа" in anna.last.inner_text()


def test_a_bot_without_a_description_promises_none(anna: Phone, telegram: Telegram) -> None:
    expect(anna.section).to_contain_text("Что умеет этот бот?")
    telegram.run(lambda simulator: simulator.model.profile.descriptions.clear())
    telegram.run(lambda simulator: simulator.model.commands_changed())
    expect(anna.section.locator(".intro")).to_have_text("ППроводник")


def test_text_is_drawn_as_telegram_draws_it(anna: Phone, page: Page) -> None:
    anna.start()
    anna.send("/card")
    anna.sees("Верхний Ларс")
    for tag, text in {
        "b": "Верхний Ларс",
        "i": "курсив",
        "u": "подчёркнуто",
        "s": "зачёркнуто",
        "code": "код",
    }.items():
        expect(anna.last.locator(f".text {tag}").first).to_have_text(text)
    spoiler = anna.last.locator(".spoiler")
    expect(spoiler).to_have_attribute("aria-label", "Скрытый текст, показать")
    spoiler.click()
    expect(spoiler).to_have_class(re.compile("shown"))
    assert spoiler.get_attribute("aria-label") is None
    long = anna.last.locator("blockquote.expandable")
    folded = box(long)
    anna.last.get_by_role("button", name="Развернуть цитату").click()
    assert box(long)["height"] > folded["height"] + 40
    expect(anna.last.locator("blockquote").first.get_by_role("button")).to_have_count(0)
    anna.last.get_by_role("button", name="/help").click()
    anna.sees("Вы написали /help")


def test_a_tap_waits_for_its_answer(anna: Phone, telegram: Telegram) -> None:
    anna.start()
    anna.send("/card")
    anna.tap("Очень длинная надпись")
    expect(anna.key("Очень длинная надпись")).to_have_attribute("aria-busy", "true")
    telegram.open_gate()
    expect(anna.key("Очень длинная надпись")).not_to_have_attribute("aria-busy", "true")


def test_a_tap_edits_the_message_where_it_stands(anna: Phone, page: Page) -> None:
    anna.start()
    anna.send("/card")
    anna.sees("Верхний Ларс")
    count = anna.messages.count()
    anna.key("Обновить").focus()
    page.keyboard.press("Enter")
    anna.sees("Изменено 1 раз")
    expect(anna.messages).to_have_count(count)
    expect(anna.last.locator(".edited")).to_have_count(0)
    expect(anna.key("Ещё раз")).to_be_focused()
    expect(anna.key("Ещё раз")).not_to_have_attribute("aria-busy", "true")
    page.keyboard.press("Enter")
    anna.sees("Изменено 2 раз")
    again = anna.key("Ещё раз")
    expect(again).to_be_focused()
    # Until the tap is answered, another has no effect.
    expect(again).not_to_have_attribute("aria-busy", "true")
    page.keyboard.press("Enter")
    anna.sees("Изменено 3 раз")
    expect(anna.last.locator(".edited")).to_have_text("изменено")  # only what has no buttons says so
    expect(anna.last).to_be_focused()


def test_toast_and_alert(anna: Phone, page: Page) -> None:
    anna.start()
    anna.send("/card")
    anna.tap("Уведомить")
    expect(anna.toast).to_have_text("Записано")
    anna.tap("Предупредить")
    alert = page.get_by_role("alertdialog")
    expect(alert).to_contain_text("Осторожно: закрыто")
    page.keyboard.press("Enter")
    expect(alert).to_have_count(0)
    expect(anna.key("Предупредить")).to_be_focused()


def test_forced_reply_takes_the_focus_and_quotes(anna: Phone, ben: Phone) -> None:
    ben.start()
    ben.sees("Здравствуйте")
    anna.start()
    anna.send("/ask")
    anna.sees("Сколько часов?")
    expect(anna.section.locator(".reply-bar")).to_contain_text("Сколько часов?")
    expect(anna.input).to_be_focused()
    expect(anna.input).to_have_attribute("placeholder", "например, 5 ч")
    anna.input.press_sequentially("5 ч")
    anna.input.press("Enter")
    anna.sees("в ответ на «Сколько часов?»: 5 ч")
    expect(anna.messages.nth(-2).locator(".quoted")).to_contain_text("Сколько часов?")
    expect(anna.section.locator(".reply-bar")).to_be_hidden()
    expect(anna.input).to_have_attribute("placeholder", "Сообщение")
    expect(ben.section.locator(".reply-bar")).to_be_hidden()


def test_forced_reply_leaves_the_focus_of_others_alone(anna: Phone, ben: Phone, telegram: Telegram) -> None:
    ben.start()
    anna.start()
    anna.sees("Здравствуйте")
    ben.input.focus()
    telegram.run(lambda simulator: simulator.model.send(next(iter(simulator.model.people.values())), "/ask"))
    anna.sees("Сколько часов?")
    expect(anna.section.locator(".reply-bar")).to_be_visible()
    expect(ben.input).to_be_focused()


def test_reply_with_the_button_of_a_bubble(anna: Phone, page: Page) -> None:
    anna.start()
    anna.sees("Здравствуйте")
    anna.last.hover()
    anna.last.get_by_role("button", name="Ответить").click()
    expect(anna.section.locator(".reply-bar")).to_contain_text("Здравствуйте")
    page.keyboard.press("Escape")
    expect(anna.section.locator(".reply-bar")).to_be_hidden()
    anna.last.get_by_role("button", name="Ответить").click()
    page.keyboard.type("да")
    page.keyboard.press("Enter")
    anna.sees("в ответ на «Здравствуйте!")


def test_location_from_presets_and_typed(anna: Phone, page: Page) -> None:
    anna.start()
    anna.section.get_by_role("button", name="Отправить геопозицию").click()
    page.get_by_role("button", name="У Верхнего Ларса").click()
    anna.sees("Вы у 42.820, 44.635")
    anna.section.get_by_role("button", name="Отправить геопозицию").click()
    field = page.get_by_role("textbox", name="Широта, долгота")
    field.fill("95, 10")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("два числа")
    field.fill("51,7682; 55,0970")
    field.press("Enter")
    anna.sees("Вы у 51.768, 55.097")


def test_reply_keyboard_with_location(anna: Phone, page: Page) -> None:
    anna.start()
    anna.send("/where")
    keyboard = anna.section.get_by_role("group", name="Кнопки бота")
    yes, no = (box(keyboard.get_by_role("button", name=name)) for name in ("Да", "Нет"))
    assert abs(yes["width"] - no["width"]) < 1
    keyboard.get_by_role("button", name="Да").click()
    anna.sees("Вы написали Да")
    anna.section.get_by_role("button", name="Спрятать кнопки бота").click()
    expect(keyboard).to_be_hidden()
    anna.section.get_by_role("button", name="Показать кнопки бота").click()
    keyboard.get_by_role("button", name="Послать место").click()
    page.get_by_role("button", name="Нарва").click()
    anna.sees("Вы у 59.377, 28.190")
    expect(keyboard).to_have_count(0)


def test_photo_with_caption(anna: Phone, page: Page) -> None:
    anna.start()
    anna.send("/photo")
    expect(anna.last.locator(".text b")).to_have_text("Очередь")
    picture = anna.last.get_by_role("button", name="Фото")
    assert picture.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    picture.click()
    expect(page.get_by_role("dialog").locator("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    anna.menu("Отправить пробное фото")
    expect(anna.log.locator(".out .picture")).to_be_visible()


def test_commands_in_the_persons_language(anna: Phone, ben: Phone, page: Page) -> None:
    anna.start()
    ben.start()
    ben.section.get_by_role("button", name="Меню").click()
    expect(ben.suggestions).to_have_text(["/startStart", "/cardShow the card", "/askAsk"])
    page.keyboard.press("Escape")
    anna.input.press_sequentially("/")
    expect(anna.suggestions).to_have_count(3)
    anna.input.press_sequentially("ca")
    expect(anna.suggestions).to_have_text(["/cardПоказать карточку"])
    anna.input.press("Tab")
    expect(anna.input).to_have_value("/card ")
    anna.input.fill("/")
    anna.input.press("ArrowDown")
    expect(anna.suggestions.nth(1)).to_have_attribute("aria-selected", "true")
    anna.input.press("ArrowDown")
    anna.input.press("Enter")
    anna.sees("Сколько часов?")


def test_inline_mode(anna: Phone) -> None:
    anna.start()
    anna.send("/card")
    anna.tap("Искать")
    expect(anna.input).to_be_focused()
    expect(anna.suggestions).to_have_text(["Верхний Ларспереход"])
    anna.input.press("Enter")
    expect(anna.log.locator(".out").last).to_contain_text("через @provodnik_local_bot")
    expect(anna.log.locator(".out").last).to_contain_text("Верхний Ларс")
    expect(anna.input).to_have_value("")
    anna.input.press_sequentially("@provodnik_local_bot нигде")
    expect(anna.section.get_by_text("Ничего не найдено")).to_be_visible()


def test_start_links_stay_inside_and_other_links_ask(anna: Phone, ben: Phone, page: Page) -> None:
    anna.start()
    anna.send("/card")
    anna.tap("Глубже")
    anna.sees("Начало: kz-car")
    anna.tap("Сайт")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("https://example.org/site")
    dialog.get_by_role("button", name="Отмена").click()
    anna.log.get_by_role("link", name="источник").last.click()
    expect(dialog).to_contain_text("https://example.org/doc")
    dialog.get_by_role("button", name="Копировать ссылку").click()
    expect(anna.toast).to_have_text("Скопировано")  # it is written before that is said
    assert page.evaluate("navigator.clipboard.readText()") == "https://example.org/doc"
    anna.tap("Поделиться")
    dialog.get_by_role("button", name="Открыть: Ben").click()
    ben.sees("Начало: verkhny-lars")


def test_typing_shows_until_the_answer(anna: Phone, telegram: Telegram) -> None:
    anna.start()
    anna.send("/typing")
    expect(anna.section.locator(".subtitle")).to_contain_text("печатает")
    telegram.open_gate()
    anna.sees("Готово")
    expect(anna.section.locator(".subtitle")).to_have_text("бот")


def test_block_and_unblock(anna: Phone, telegram: Telegram) -> None:
    anna.start()
    anna.sees("Здравствуйте")
    anna.menu("Заблокировать бота")
    expect(anna.input).to_be_hidden()
    expect(anna.section.locator(".subtitle")).to_have_text("бот заблокирован")
    assert telegram.run(lambda simulator: [person.blocked for person in simulator.model.people.values()]) == [
        True,
        False,
    ]
    anna.section.get_by_role("button", name="Разблокировать").click()
    anna.send("снова")
    anna.sees("Вы написали снова")


def test_copy_and_delete_a_message(anna: Phone, page: Page) -> None:
    anna.start()
    anna.send("первая\nвторая")
    anna.sees("вторая")
    anna.last.hover()
    anna.last.get_by_role("button", name="Действия с сообщением").click()
    anna.section.get_by_role("menuitem", name="Скопировать текст").click()
    expect(anna.toast).to_have_text("Скопировано")
    assert page.evaluate("navigator.clipboard.readText()") == "Вы написали первая\nвторая"
    count = anna.messages.count()
    anna.last.get_by_role("button", name="Действия с сообщением").click()
    anna.section.get_by_role("menuitem", name="Удалить").click()
    expect(anna.messages).to_have_count(count - 1)


def test_add_a_person_and_rename(page: Page, anna: Phone) -> None:
    page.get_by_role("button", name="Добавить человека").click()
    page.get_by_role("textbox", name="Имя").fill("Нино")
    page.get_by_role("combobox", name="Язык Telegram").select_option("ka")
    page.get_by_role("button", name="Добавить", exact=True).click()
    nino = Phone(page, "Нино")
    expect(nino.section).to_contain_text("ka")
    nino.start()
    nino.sees("Здравствуйте")
    anna.menu("Имя и язык")
    page.get_by_role("textbox", name="Имя").fill("Аня")
    page.get_by_role("button", name="Сохранить").click()
    expect(Phone(page, "Аня").section).to_be_visible()


def test_on_a_touch_screen_a_tap_on_a_bubble_opens_its_menu(telegram: Telegram, page_at: PageAt) -> None:
    anna = Phone(page_at(telegram.url, width=360, height=700), "Анна")
    anna.start()
    anna.sees("Здравствуйте")
    anna.last.locator(".text").tap()
    anna.section.get_by_role("menuitem", name="Ответить").tap()
    expect(anna.section.locator(".reply-bar")).to_contain_text("Здравствуйте")
    expect(anna.input).to_be_focused()
