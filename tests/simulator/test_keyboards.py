"""Keyboards, taps and inline queries."""

from typing import Any

import pytest

from bot.simulator.model import Impossible
from bot.simulator.people import Person
from tests.clock import ManualClock
from tests.simulator.api import Api

TOO_OLD = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")


def button(**more: Any) -> dict[str, Any]:
    return {"text": "x", **more}


def inline(*rows: Any) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


CANT = "can't parse inline keyboard button: "


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ([], "object expected as reply markup"),
        ({"inline_keyboard": 5}, 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array'),
        (
            {"inline_keyboard": [5]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (inline(["x"]), CANT + "InlineKeyboardButton must be an Object"),
        (inline([{"callback_data": "a"}]), CANT + 'Field "text" must be of type String'),
        (inline([{"text": " ", "callback_data": "a"}]), CANT + 'Field "text" must be non-empty'),
        (inline([button()]), CANT + "Text buttons are unallowed in the inline keyboard"),
        (inline([button(callback_data="")]), CANT + "Text buttons are unallowed in the inline keyboard"),
        (inline([button(callback_data=5)]), CANT + 'Field "callback_data" must be of type String'),
        (inline([button(callback_data="я" * 33)]), "BUTTON_DATA_INVALID"),
        (inline([button(callback_data="a", url="https://e.com")]), "BUTTON_TYPE_INVALID"),
        (
            inline([button(url="javascript:alert(1)")]),
            "inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL",
        ),
        (
            inline([button(url="happ://add/1")]),
            "inline keyboard button URL 'happ://add/1' is invalid: Unsupported URL protocol",
        ),
        (
            inline([button(url="http://localhost:8080/")]),
            "inline keyboard button URL 'http://localhost:8080/' is invalid: Wrong HTTP URL",
        ),
        (inline([button(copy_text={"text": "x" * 257})]), "BUTTON_COPY_TEXT_INVALID"),
        (inline(*([button(callback_data="a")] for _ in range(101))), "REPLY_MARKUP_TOO_LONG"),
        (inline([button(callback_data="a")] * 9), "REPLY_MARKUP_TOO_LONG"),
        (inline([{"text": "x" * 10_000, "callback_data": "a"}]), "REPLY_MARKUP_TOO_LONG"),
        ({"keyboard": [[5]]}, "can't parse keyboard button: KeyboardButton must be a String or an Object"),
        ({"keyboard": [[""]]}, 'can\'t parse keyboard button: Field "text" must be non-empty'),
        (
            {"keyboard": [["a"]], "resize_keyboard": "yes"},
            'field "resize_keyboard" of the ReplyKeyboardMarkup must be of the type Boolean',
        ),
        (
            {"force_reply": True, "input_field_placeholder": "x" * 65},
            "REPLY_MARKUP_PLACEHOLDER_INVALID",
        ),
    ],
)
async def test_a_keyboard_is_refused(api: Api, anna: Person, markup: Any, words: str) -> None:
    refusal = await api.refused("sendMessage", chat_id=anna.id, text="a", reply_markup=markup)
    assert refusal == (400, f"Bad Request: {words}")


async def test_every_kind_of_button_is_taken(api: Api, anna: Person) -> None:
    rows = [
        [button(callback_data="я" * 32), button(url="https://e.com"), button(url="tg://user?id=1")],
        [button(switch_inline_query=""), button(switch_inline_query_current_chat="lars")],
        [button(copy_text={"text": "y"})],
    ]
    sent = await api.ok("sendMessage", chat_id=anna.id, text="a", reply_markup=inline(*rows))
    assert sent["reply_markup"] == inline(*rows)
    hundred = inline(*[[button(callback_data="a")] * 8] * 12, [button(callback_data="a")] * 4)
    await api.ok("sendMessage", chat_id=anna.id, text="a", reply_markup=hundred)


async def test_a_location_is_asked_for_in_private_only(api: Api, anna: Person) -> None:
    markup = {"keyboard": [[{"text": "Где я", "request_location": True}, "Нет"]], "resize_keyboard": True}
    await api.ok("sendMessage", chat_id=anna.id, text="a", reply_markup=markup)
    await api.ok("sendMessage", chat_id=anna.id, text="b", reply_markup={"remove_keyboard": True})
    await api.ok(
        "sendMessage",
        chat_id=anna.id,
        text="c",
        reply_markup={"force_reply": True, "input_field_placeholder": "5 ч"},
    )
    _, messages = await api.page("GET", f"/api/chats/{anna.id}/messages")
    keyboards = [message["reply_keyboard"] for message in messages]
    assert keyboards == [
        None,
        [[{"text": "Где я", "request_location": True, "data": None}, {"text": "Нет", "data": None}]],
        [],
        None,
    ]
    assert messages[-1]["force_reply"] == {"placeholder": "5 ч"}
    group = api.simulator.model.add_group("g", [anna])
    refusal = await api.refused("sendMessage", chat_id=group.id, text="a", reply_markup=markup)
    assert refusal == (400, "Bad Request: location can be requested in private chats only")


async def test_a_tap_tells_the_bot_where_it_was(api: Api, anna: Person) -> None:
    markup = inline([button(callback_data="1m:")])
    reply = {"message_id": 1}
    sent = await api.ok("sendMessage", chat_id=anna.id, text="a", reply_markup=markup, reply_parameters=reply)
    model = api.simulator.model
    message = model.chats[anna.id].messages[sent["message_id"]]
    tap = model.tap(anna, message, 0, 0)
    (update,) = await api.ok("getUpdates")
    query = update["callback_query"]
    assert (query["id"], query["data"], query["from"]["language_code"]) == (tap.id, "1m:", "ru")
    assert query["message"] == sent
    assert query["message"]["reply_to_message"]["text"] == "/start"
    assert query["chat_instance"]
    with pytest.raises(Impossible):
        model.tap(anna, message, 0, 1)
    model.delete(message)
    with pytest.raises(Impossible):
        model.tap(anna, message, 0, 0)


async def test_a_tap_is_answered_once_and_in_time(api: Api, anna: Person, clock: ManualClock) -> None:
    markup = inline([button(callback_data="a")])
    sent = await api.ok("sendMessage", chat_id=anna.id, text="a", reply_markup=markup)
    model = api.simulator.model
    message = model.chats[anna.id].messages[sent["message_id"]]
    tap = model.tap(anna, message, 0, 0)
    long = (400, "Bad Request: MESSAGE_TOO_LONG")
    assert await api.refused("answerCallbackQuery", callback_query_id=tap.id, text="x" * 201) == long
    wrong = (400, "Bad Request: URL_INVALID")
    assert await api.refused("answerCallbackQuery", callback_query_id=tap.id, url="https://e.com") == wrong
    assert await api.ok("answerCallbackQuery", callback_query_id=tap.id, text="да", show_alert=True)
    assert tap.answer
    assert (tap.answer.text, tap.answer.alert) == ("да", True)
    assert await api.refused("answerCallbackQuery", callback_query_id=tap.id) == TOO_OLD
    late = model.tap(anna, message, 0, 0)
    await clock.advance(30)
    assert await api.refused("answerCallbackQuery", callback_query_id=late.id) == TOO_OLD
    assert await api.refused("answerCallbackQuery") == TOO_OLD


def article(result_id: str = "lars", **more: Any) -> dict[str, Any]:
    content = {"message_text": "<b>Ларс</b>", "parse_mode": "HTML"}
    return {"type": "article", "id": result_id, "title": "Ларс", "input_message_content": content} | more


async def test_an_inline_query_is_answered_and_a_result_sent(api: Api, anna: Person) -> None:
    model = api.simulator.model
    asked = model.ask_inline(anna, "ларс")
    (update,) = await api.ok("getUpdates")
    assert update["inline_query"] == {
        "id": asked.id,
        "from": anna.json(),
        "chat_type": "sender",
        "query": "ларс",
        "offset": "",
    }
    results = [article(reply_markup=inline([button(callback_data="1c:lars:")]))]
    assert await api.ok("answerInlineQuery", inline_query_id=asked.id, results=results)
    assert await api.refused("answerInlineQuery", inline_query_id=asked.id, results=[]) == TOO_OLD
    message = model.choose_inline(asked, "lars")
    model.tap(anna, message, 0, 0)
    _, said, tapped = await api.ok("getUpdates")
    assert said["message"]["via_bot"]["is_bot"]
    query = tapped["callback_query"]
    assert "message" not in query
    changed = await api.ok("editMessageText", inline_message_id=query["inline_message_id"], text="новое")
    assert changed is True
    assert message.body.text == "новое"
    assert await api.refused("editMessageText", inline_message_id="x", text="a") == (
        400,
        "Bad Request: MESSAGE_ID_INVALID",
    )
    with pytest.raises(Impossible):
        model.choose_inline(asked, "other")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "expected an Array of inline query results"),
        ({"results": [article(str(number)) for number in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article("x" * 65)]}, "RESULT_ID_INVALID"),
        ({"results": [article(title="")]}, "ARTICLE_TITLE_EMPTY"),
        (
            {"results": [article(input_message_content=None)]},
            "can't parse inline query result: Input message content is not specified",
        ),
        (
            {"results": [article(input_message_content={"message_text": "<p>", "parse_mode": "HTML"})]},
            'can\'t parse entities: Unsupported start tag "p" at byte offset 0',
        ),
        ({"results": [], "button": {"text": "x", "start_parameter": "не то"}}, "START_PARAM_INVALID"),
    ],
)
async def test_an_inline_answer_is_checked(
    api: Api, anna: Person, parameters: dict[str, Any], words: str
) -> None:
    asked = api.simulator.model.ask_inline(anna, "x")
    refusal = await api.refused("answerInlineQuery", inline_query_id=asked.id, **parameters)
    assert refusal == (400, f"Bad Request: {words}")


async def test_a_start_link_carries_its_payload(api: Api, anna: Person) -> None:
    model = api.simulator.model
    model.follow(anna, "https://t.me/Provodnik_local_bot?start=kz-car")
    assert model.follow(anna, "https://example.com/?start=kz-car") is None
    with pytest.raises(Impossible):
        model.start(anna, "x" * 65)
    with pytest.raises(Impossible):
        model.start(anna, "не то")
    (update,) = await api.ok("getUpdates")
    assert update["message"]["text"] == "/start kz-car"


async def test_a_person_changes_what_they_wrote(api: Api, anna: Person) -> None:
    model = api.simulator.model
    message = model.send(anna, "5 ч")
    model.edit(anna, message, "6 ч")
    first, second = await api.ok("getUpdates")
    assert (first["message"]["text"], second["edited_message"]["text"]) == ("5 ч", "6 ч")
    assert second["edited_message"]["edit_date"]
