"""What a bot sends, changes and deletes, and how Telegram refuses."""

import io
import json
from typing import Any

import aiohttp
import pytest

from bot.simulator.model import Impossible
from bot.simulator.people import Person
from bot.simulator.picture import draw
from bot.simulator.server import Simulator
from tests.clock import ManualClock
from tests.simulator.api import Api

KEYBOARD = {"inline_keyboard": [[{"text": "Обновить", "callback_data": "1c:lars:"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


async def test_a_message_comes_back_as_telegram_shows_it(api: Api, anna: Person, clock: ManualClock) -> None:
    sent = await api.ok(
        "sendMessage", chat_id=anna.id, text="<b>Ларс</b> /help", parse_mode="HTML", reply_markup=KEYBOARD
    )
    assert sent == {
        "message_id": 2,
        "from": {"id": 1, "is_bot": True, "first_name": "Проводник", "username": "provodnik_local_bot"},
        "chat": {"id": anna.id, "first_name": "Anna", "type": "private"},
        "date": int(clock.now().timestamp()),
        "text": "Ларс /help",
        "entities": [
            {"offset": 0, "length": 4, "type": "bold"},
            {"offset": 5, "length": 5, "type": "bot_command"},
        ],
        "reply_markup": KEYBOARD,
    }


@pytest.mark.parametrize("how", ["query", "form", "json strings", "multipart"])
async def test_parameters_come_in_any_clothes(api: Api, anna: Person, how: str) -> None:
    plain = {"chat_id": str(anna.id), "text": "a", "reply_markup": json.dumps(KEYBOARD)}
    sends: dict[str, Any] = {
        "query": {"params": plain},
        "form": {"data": plain},
        "json strings": {"json": plain},
    }
    if how == "multipart":
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in plain.items():
            form.add_field(name, value)
        sends[how] = {"data": form}
    verb = "GET" if how == "query" else "POST"
    async with api.session.request(verb, api.base + "SENDmessage", **sends[how]) as answer:
        assert (await answer.json())["result"]["reply_markup"] == KEYBOARD


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "👍" * 2049}, "message is too long"),
        (
            {"text": "<x>", "parse_mode": "html"},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        ),
        ({"text": "*x*", "parse_mode": "Markdown"}, "unsupported parse_mode"),
        (
            {"text": "👍", "entities": [{"type": "bold", "offset": 1, "length": 1}]},
            "entity begins in a middle of a UTF-16 symbol at byte offset 1",
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "receive an entity with incorrect offset 0 or length 2",
        ),
        ({"text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": 5}, "chat not found"),
        ({"text": "x", "chat_id": "@somebody"}, "chat not found"),
        ({"text": "x", "chat_id": "1" * 5_000}, "chat not found"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "reply_parameters": {"message_id": [1]}}, "message to be replied not found"),
        ({"text": "x", "reply_to_message_id": 99}, "message to be replied not found"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
    ],
)
async def test_a_text_is_refused(api: Api, anna: Person, parameters: dict[str, Any], words: str) -> None:
    before = len(api.simulator.model.chats[anna.id].messages)
    assert await api.refused("sendMessage", **({"chat_id": anna.id} | parameters)) == (
        400,
        f"Bad Request: {words}",
    )
    assert len(api.simulator.model.chats[anna.id].messages) == before


async def test_what_is_just_short_enough_is_sent(api: Api, anna: Person) -> None:
    for text in ("x" * 4096, "👍" * 2048, "<b>" + "x" * 4096 + "</b>"):
        await api.ok("sendMessage", chat_id=anna.id, text=text, parse_mode="HTML")


async def test_a_bot_cannot_write_first(api: Api) -> None:
    stranger = api.simulator.model.add_person("Boris")
    assert await api.refused("sendMessage", chat_id=stranger.id, text="x") == (
        400,
        "Bad Request: chat not found",
    )


async def test_who_blocked_the_bot_gets_nothing(api: Api, anna: Person) -> None:
    api.simulator.model.change_person(anna, blocked=True)
    blocked = (403, "Forbidden: bot was blocked by the user")
    assert await api.refused("sendMessage", chat_id=anna.id, text="x") == blocked
    with pytest.raises(Impossible):
        api.simulator.model.send(anna, "hello?")
    api.simulator.model.change_person(anna, blocked=False)
    await api.ok("sendMessage", chat_id=anna.id, text="x")
    updates = await api.ok("getUpdates")
    changes = [
        (update["my_chat_member"]["old_chat_member"]["status"], update["my_chat_member"]["new_chat_member"])
        for update in updates
    ]
    bot = {"id": 1, "is_bot": True, "first_name": "Проводник", "username": "provodnik_local_bot"}
    assert changes == [
        ("member", {"user": bot, "status": "kicked", "until_date": 0}),
        ("kicked", {"user": bot, "status": "member"}),
    ]


async def test_a_reply_shows_what_it_answers(api: Api, anna: Person) -> None:
    sent = await api.ok(
        "sendMessage", chat_id=anna.id, text="x", reply_parameters={"message_id": 1}, protect_content=True
    )
    assert sent["reply_to_message"]["text"] == "/start"
    assert sent["has_protected_content"]
    options = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await api.ok(
        "sendMessage", chat_id=anna.id, text="x", reply_parameters=options
    )


async def test_a_text_is_edited(api: Api, anna: Person) -> None:
    sent = await api.ok("sendMessage", chat_id=anna.id, text="a", reply_markup=KEYBOARD)
    target = {"chat_id": anna.id, "message_id": sent["message_id"]}
    assert await api.refused("editMessageText", text="a", reply_markup=KEYBOARD, **target) == (
        400,
        NOT_MODIFIED,
    )
    edited = await api.ok("editMessageText", text="a", **target)
    assert "reply_markup" not in edited
    assert edited["edit_date"] == edited["date"]
    assert (await api.ok("editMessageText", text="<b>a</b>", parse_mode="HTML", **target))["entities"]
    too_long = (400, "Bad Request: MESSAGE_TOO_LONG")
    assert await api.refused("editMessageText", text="x" * 4097, **target) == too_long
    no_caption = (400, "Bad Request: there is no caption in the message to edit")
    assert await api.refused("editMessageCaption", caption="x", **target) == no_caption
    assert (await api.ok("editMessageReplyMarkup", reply_markup=KEYBOARD, **target))[
        "reply_markup"
    ] == KEYBOARD
    assert await api.refused("editMessageReplyMarkup", reply_markup=KEYBOARD, **target) == (400, NOT_MODIFIED)
    inline_only = (400, "Bad Request: inline keyboard expected")
    markup = {"keyboard": [["a"]]}
    assert await api.refused("editMessageReplyMarkup", reply_markup=markup, **target) == inline_only


async def test_what_cannot_be_edited(api: Api, anna: Person) -> None:
    at = {"chat_id": anna.id, "text": "b"}
    assert await api.refused("editMessageText", message_id=1, **at) == (
        400,
        "Bad Request: message can't be edited",
    )
    assert await api.refused("editMessageText", message_id=99, **at) == (
        400,
        "Bad Request: message to edit not found",
    )
    assert await api.refused("editMessageText", **at) == (
        400,
        "Bad Request: message identifier is not specified",
    )
    for markup in ({"keyboard": [["a"]]}, {"force_reply": True}, {"remove_keyboard": True}):
        sent = await api.ok("sendMessage", chat_id=anna.id, text="a", reply_markup=markup)
        assert "reply_markup" not in sent
        refusal = await api.refused("editMessageText", message_id=sent["message_id"], **at)
        assert refusal == (400, "Bad Request: message can't be edited")
    place = await api.ok("sendLocation", chat_id=anna.id, latitude=42.7, longitude=44.6)
    no_text = (400, "Bad Request: there is no text in the message to edit")
    assert await api.refused("editMessageText", message_id=place["message_id"], **at) == no_text


async def test_messages_are_deleted_for_two_days(api: Api, anna: Person, clock: ManualClock) -> None:
    old = await api.ok("sendMessage", chat_id=anna.id, text="old")
    await clock.advance(48 * 3600 - 1)
    fresh = await api.ok("sendMessage", chat_id=anna.id, text="fresh")
    assert await api.ok("deleteMessage", chat_id=anna.id, message_id=1)  # of the person, in a private chat
    await clock.advance(1)
    at = {"chat_id": anna.id, "message_id": old["message_id"]}
    too_old = (400, "Bad Request: message can't be deleted for everyone")
    assert await api.refused("deleteMessage", **at) == too_old
    assert await api.ok("deleteMessages", chat_id=anna.id, message_ids=[fresh["message_id"], 99])
    gone = (400, "Bad Request: message to delete not found")
    assert await api.refused("deleteMessage", chat_id=anna.id, message_id=fresh["message_id"]) == gone
    many = (400, "Bad Request: too many message identifiers specified")
    assert await api.refused("deleteMessages", chat_id=anna.id, message_ids=list(range(101))) == many


async def upload(api: Api, method: str, chat_id: int, field: str, content: bytes, **more: str) -> Any:
    form = aiohttp.FormData({"chat_id": str(chat_id)} | more)
    form.add_field(field, io.BytesIO(content), filename="chart.png", content_type="image/png")
    async with api.session.post(api.base + method, data=form) as answer:
        return await answer.json()


async def test_a_photo_is_uploaded_sent_again_and_fetched(api: Api, anna: Person) -> None:
    body = await upload(api, "sendPhoto", anna.id, "photo", draw(), caption="<i>x</i>", parse_mode="HTML")
    sent = body["result"]
    sizes = [(size["width"], size["height"]) for size in sent["photo"]]
    assert sizes == [(90, 68), (120, 90)]
    assert (sent["caption"], sent["caption_entities"][0]["type"]) == ("x", "italic")
    file_id = sent["photo"][-1]["file_id"]
    again = await api.ok("sendPhoto", chat_id=anna.id, photo=file_id, caption="y")
    assert again["photo"] == sent["photo"]
    found = await api.ok("getFile", file_id=file_id)
    path = f"{api.simulator.page_url}file/bot{api.simulator.token}/{found['file_path']}"
    async with api.session.get(path) as answer:
        assert await answer.read() == draw()
    target = {"chat_id": anna.id, "message_id": sent["message_id"]}
    assert (await api.ok("editMessageCaption", caption="z", **target))["caption"] == "z"
    long = (400, "Bad Request: MEDIA_CAPTION_TOO_LONG")
    assert await api.refused("editMessageCaption", caption="x" * 1025, **target) == long
    assert await api.refused("editMessageText", text="z", **target) == (
        400,
        "Bad Request: there is no text in the message to edit",
    )


async def test_a_text_becomes_a_photo(api: Api, anna: Person) -> None:
    sent = await api.ok("sendMessage", chat_id=anna.id, text="a")
    media = json.dumps({"type": "photo", "media": "attach://chart", "caption": "c"})
    number = str(sent["message_id"])
    body = await upload(api, "editMessageMedia", anna.id, "chart", draw(), message_id=number, media=media)
    assert body["result"]["caption"] == "c"
    assert "text" not in body["result"]


async def test_what_is_no_photo_is_refused(api: Api, anna: Person) -> None:
    big = draw() + bytes(10 << 20)
    long = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (4000).to_bytes(4) + (100).to_bytes(4)
    for content, words in (
        (b"", "file must be non-empty"),
        (b"no image", "IMAGE_PROCESS_FAILED"),
        (b"GIF89a" + (5001).to_bytes(2, "little") * 2, "PHOTO_INVALID_DIMENSIONS"),
        (long, "PHOTO_INVALID_DIMENSIONS"),
        (
            big,
            f"file of size {len(big)} bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ):
        body = await upload(api, "sendPhoto", anna.id, "photo", content)
        assert body["description"] == f"Bad Request: {words}"
    for photo, words in (
        (None, "there is no photo in the request"),
        ("https://example.com/x.png", "failed to get HTTP URL content"),
        ("AgAC", "wrong remote file identifier specified: Wrong string length"),
    ):
        assert await api.refused("sendPhoto", chat_id=anna.id, photo=photo) == (400, f"Bad Request: {words}")
    long_caption = await upload(api, "sendPhoto", anna.id, "photo", draw(), caption="x" * 1025)
    assert long_caption["description"] == "Bad Request: message caption is too long"


async def test_a_document_is_sent(api: Api, anna: Person) -> None:
    body = await upload(api, "sendDocument", anna.id, "document", b"1,2", caption="x")
    assert body["result"]["document"]["file_size"] == 3
    file_id = body["result"]["document"]["file_id"]
    assert (await api.ok("sendDocument", chat_id=anna.id, document=file_id))["document"]["file_id"] == file_id
    wrong = (400, "Bad Request: can't use file of type Document as Photo")
    assert await api.refused("sendPhoto", chat_id=anna.id, photo=file_id) == wrong
    assert await api.refused("getFile", file_id="x") == (400, "Bad Request: invalid file_id")


async def test_a_location_is_sent(api: Api, anna: Person) -> None:
    sent = await api.ok("sendLocation", chat_id=anna.id, latitude=42.7, longitude=44.6)
    assert sent["location"] == {"latitude": 42.7, "longitude": 44.6}
    assert await api.refused("sendLocation", chat_id=anna.id, longitude=1) == (
        400,
        "Bad Request: latitude is empty",
    )
    nowhere = (400, "Bad Request: invalid location specified")
    assert await api.refused("sendLocation", chat_id=anna.id, latitude=91, longitude=1) == nowhere


async def test_typing(api: Api, anna: Person) -> None:
    assert await api.ok("sendChatAction", chat_id=anna.id, action="typing")
    wrong = (400, "Bad Request: wrong parameter action in request")
    assert await api.refused("sendChatAction", chat_id=anna.id, action="thinking") == wrong


async def test_a_token_and_a_method_must_be_right(api: Api, anna: Person) -> None:
    base = api.base
    api.base = f"{api.simulator.url}1:wrong/"
    assert await api.refused("getMe") == (401, "Unauthorized")
    api.base = f"{api.simulator.url}wrong/"
    assert await api.refused("getMe") == (404, "Not Found")
    api.base = base
    assert await api.refused("getYou") == (404, "Not Found")
    assert (await api.ok("GETME"))["username"] == "provodnik_local_bot"
    async with api.session.post(
        base + "getMe", data=b"[1]", headers={"Content-Type": "application/json"}
    ) as bad:
        assert (await bad.json())["description"] == "Bad Request: can't parse JSON object"


async def test_the_profile_is_set_by_language_and_scope(api: Api, anna: Person) -> None:
    russian = [{"command": "help", "description": "Помощь"}]
    english = [{"command": "/help", "description": "Help"}]
    await api.ok("setMyCommands", commands=russian, language_code="ru")
    await api.ok("setMyCommands", commands=english, scope={"type": "all_private_chats"})
    assert await api.ok("getMyCommands", language_code="ru") == russian
    assert await api.ok("getMyCommands") == []
    assert await api.ok("getMyCommands", scope={"type": "all_private_chats"}) == [
        {"command": "help", "description": "Help"}
    ]
    _, state = await api.page("GET", "/api/state")
    assert state["bot"]["commands"] == {"": [{"command": "help", "description": "Help"}], "ru": russian}
    await api.ok("deleteMyCommands", language_code="ru")
    assert await api.ok("getMyCommands", language_code="ru") == []
    for kind, name in (
        ("Name", "name"),
        ("Description", "description"),
        ("ShortDescription", "short_description"),
    ):
        await api.ok(f"setMy{kind}", **{name: "Guide"})
        await api.ok(f"setMy{kind}", **{name: "Гид"}, language_code="ru")
        assert await api.ok(f"getMy{kind}", language_code="ru") == {name: "Гид"}
        assert await api.ok(f"getMy{kind}", language_code="de") == {name: "Guide"}
    assert (await api.ok("getMe"))["first_name"] == "Guide"
    await api.ok("setChatMenuButton", menu_button={"type": "default"}, chat_id=anna.id)
    assert await api.ok("getChatMenuButton", chat_id=anna.id) == {"type": "default"}
    assert await api.ok("getChatMenuButton") == {"type": "commands"}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "expected an Array of BotCommand"),
        ({"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "/", "description": "x"}]}, "command must be non-empty"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "command length must not exceed 32"),
        ({"commands": [{"command": "x", "description": ""}]}, "command description must be non-empty"),
        (
            {"commands": [{"command": "x", "description": "y" * 257}]},
            "command description length must not exceed 256",
        ),
        ({"commands": [{"command": "x", "description": "y"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [], "language_code": "rus"}, "invalid language code specified"),
        (
            {"commands": [], "scope": {"type": ["x"]}},
            "can't parse BotCommandScope: Unsupported type specified",
        ),
        ({"commands": [], "scope": {"type": "x"}}, "can't parse BotCommandScope: Unsupported type specified"),
    ],
)
async def test_commands_are_checked(api: Api, parameters: dict[str, Any], words: str) -> None:
    assert await api.refused("setMyCommands", **parameters) == (400, f"Bad Request: {words}")


async def test_a_chat_is_described(api: Api, anna: Person) -> None:
    chat = await api.ok("getChat", chat_id=anna.id)
    assert (chat["type"], chat["first_name"], chat["accent_color_id"]) == ("private", "Anna", 0)


async def test_the_end_of_a_session(api: Api, clock: ManualClock) -> None:
    assert await api.refused("close") == (429, "Too Many Requests: retry after 600")
    await clock.advance(600)
    assert await api.ok("close")
    assert await api.ok("logOut")
    assert await api.refused("getMe") == (400, "Logged out")


async def test_a_group_shows_the_bot_commands_and_replies_only(api: Api, anna: Person) -> None:
    model = api.simulator.model
    boris = model.add_person("Boris")
    group = model.add_group("Попутчики", [anna, boris])
    assert "my_chat_member" in (await api.ok("getUpdates"))[0]
    model.updates.clear()
    sent = await api.ok("sendMessage", chat_id=group.id, text="hello")
    for text in ("hi all", "/crossing lars", "/crossing@provodnik_LOCAL_bot x", "/crossing@other_bot x"):
        model.send(boris, text, chat=group)
    model.send(boris, "an answer", chat=group, reply_to=sent["message_id"])
    updates = await api.ok("getUpdates")
    assert [update["message"]["text"] for update in updates] == [
        "/crossing lars",
        "/crossing@provodnik_LOCAL_bot x",
        "an answer",
    ]
    assert updates[0]["message"]["chat"] == {
        "id": group.id,
        "title": "Попутчики",
        "type": "group",
        "all_members_are_administrators": True,
    }
    theirs = updates[0]["message"]["message_id"]
    refused = (400, "Bad Request: message can't be deleted")
    assert await api.refused("deleteMessage", chat_id=group.id, message_id=theirs) == refused
    group.bot_inside = False
    kicked = (403, "Forbidden: bot was kicked from the group chat")
    assert await api.refused("sendMessage", chat_id=group.id, text="x") == kicked


async def test_old_messages_are_forgotten_in_the_end(simulator: Simulator, anna: Person) -> None:
    for number in range(1_001):
        simulator.model.send(anna, str(number))
    assert len(simulator.model.chats[anna.id].messages) == 1_000
