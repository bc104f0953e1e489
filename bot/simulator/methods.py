"""The methods of the Bot API, with Telegram's checks and words; polling and webhooks are elsewhere."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.simulator import content, limits, profile
from bot.simulator.entities import utf16_length
from bot.simulator.inline import answer_inline_query
from bot.simulator.markup import Markup, check
from bot.simulator.model import Model
from bot.simulator.parameters import Parameters
from bot.simulator.people import Chat, Location, Message
from bot.simulator.queries import Toast
from bot.simulator.refusals import bad_request, forbidden, too_many_requests

Method = Callable[[Model, Parameters], Any]

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
_ACTIONS = frozenset(
    (
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    )
)
_CHAT_ID = re.compile(r"-?[0-9]{1,18}")
_CLOSE_SECONDS = 600


def _chat(model: Model, parameters: Parameters) -> Chat:
    """Return the chat that a call names, if the bot may act there."""
    name = parameters.text("chat_id").strip()
    if not name:
        raise bad_request("chat_id is empty")
    chat = model.chats.get(int(name)) if _CHAT_ID.fullmatch(name) else None
    if chat is None:
        raise bad_request("chat not found")
    if not chat.private:
        if not chat.bot_inside:
            raise forbidden("bot was kicked from the group chat")
        return chat
    if chat.people[0].blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.people[0].started:
        raise bad_request("chat not found")
    return chat


def _markup(parameters: Parameters, chat: Chat | None = None) -> Markup:
    raw = parameters.json("reply_markup", "reply keyboard markup")
    return check(raw, private=chat is None or chat.private)


def _reply_to(parameters: Parameters, chat: Chat) -> int | None:
    options = parameters.json("reply_parameters", "reply parameters")
    if options is None:
        options = {
            "message_id": parameters.integer("reply_to_message_id"),
            "allow_sending_without_reply": parameters.boolean("allow_sending_without_reply"),
        }
    if not isinstance(options, dict):
        raise bad_request("Object expected as reply parameters")
    number = options.get("message_id") or 0
    if isinstance(number, int) and number in chat.messages:
        return number
    if number and not options.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return None


def _send(model: Model, parameters: Parameters, fill: Callable[[Message], None]) -> dict[str, Any]:
    """Send a message whose content `fill` puts in; all checks come before it counts against the limits."""
    chat = _chat(model, parameters)
    markup = _markup(parameters, chat)
    reply_to = _reply_to(parameters, chat)
    model.flood.admit(chat.id, model.clock.monotonic())
    message = model.draft(chat)
    message.markup, message.reply_to = markup, reply_to
    message.silent = parameters.boolean("disable_notification")
    message.protected = parameters.boolean("protect_content")
    fill(message)
    return model.post(message).json(model.bot)


def send_message(model: Model, parameters: Parameters) -> dict[str, Any]:
    """Carry out `sendMessage`."""
    body, preview = content.text(parameters), content.preview(parameters)

    def fill(message: Message) -> None:
        message.body, message.preview = body, preview

    return _send(model, parameters, fill)


def send_photo(model: Model, parameters: Parameters) -> dict[str, Any]:
    """Carry out `sendPhoto`: an upload or a file id."""
    photo = content.photo(model.files, parameters, parameters.text("photo"))
    body = content.caption(parameters)

    def fill(message: Message) -> None:
        message.photo, message.body = photo, body

    return _send(model, parameters, fill)


def send_document(model: Model, parameters: Parameters) -> dict[str, Any]:
    """Carry out `sendDocument`: an upload or a file id."""
    document = content.document(model.files, parameters, parameters.text("document"))
    body = content.caption(parameters)

    def fill(message: Message) -> None:
        message.document, message.body = document, body

    return _send(model, parameters, fill)


def send_location(model: Model, parameters: Parameters) -> dict[str, Any]:
    """Carry out `sendLocation`, degrees."""
    latitude, longitude = _degrees(parameters, "latitude"), _degrees(parameters, "longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("Invalid location specified")

    def fill(message: Message) -> None:
        message.location = Location(latitude, longitude)

    return _send(model, parameters, fill)


def _degrees(parameters: Parameters, name: str) -> float:
    value = parameters.text(name).strip()
    if not value:
        raise bad_request(f"{name} is empty")
    try:
        return float(value)
    except ValueError:
        return 0.0  # what tdlib makes of it


def send_chat_action(model: Model, parameters: Parameters) -> bool:
    """Carry out `sendChatAction`."""
    action = parameters.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("Wrong parameter action in request")
    model.act(_chat(model, parameters), action)
    return True


def _target(model: Model, parameters: Parameters) -> Message:
    """Return the message that a call wants to change, if Telegram lets it."""
    inline_id = parameters.text("inline_message_id")
    if inline_id:
        message = model.inline_messages.get(inline_id)
        if message is None or message.id not in message.chat.messages:
            raise bad_request("MESSAGE_ID_INVALID")
        return message
    message = _message(model, parameters, "message to edit not found")
    # Telegram never changes a message that brought a reply keyboard: a trap that shows in production only.
    if message.sender is not None or message.markup.reply is not None or message.markup.force_reply:
        raise bad_request("message can't be edited")
    return message


def _message(model: Model, parameters: Parameters, missing: str) -> Message:
    chat = _chat(model, parameters)
    if not parameters.has("message_id"):
        raise bad_request("Message identifier is not specified")
    message = chat.messages.get(parameters.integer("message_id"))
    if message is None:
        raise bad_request(missing)
    return message


def _edit(model: Model, message: Message, changes: Mapping[str, Any]) -> Any:
    """Change a message, if something changes; return what the method answers."""
    markup = changes["markup"]
    if markup.reply is not None or markup.force_reply:
        raise bad_request("inline keyboard expected")
    if all(getattr(message, name) == value for name, value in changes.items()):
        raise bad_request(_NOT_MODIFIED)
    model.flood.admit(message.chat.id, model.clock.monotonic())
    for name, value in changes.items():
        setattr(message, name, value)
    message.edit_date = model.now()
    model.show("edit", message)
    return True if message.inline_id else message.json(model.bot)


def edit_message_text(model: Model, parameters: Parameters) -> Any:
    """Carry out `editMessageText`; without a keyboard the message loses its own."""
    body, preview = content.text(parameters, "MESSAGE_TOO_LONG"), content.preview(parameters)
    message = _target(model, parameters)
    if message.file or message.location:
        raise bad_request("there is no text in the message to edit")
    return _edit(model, message, {"body": body, "preview": preview, "markup": _markup(parameters)})


def edit_message_caption(model: Model, parameters: Parameters) -> Any:
    """Carry out `editMessageCaption`."""
    body = content.caption(parameters, "MEDIA_CAPTION_TOO_LONG")
    message = _target(model, parameters)
    if not message.file:
        raise bad_request("there is no caption in the message to edit")
    return _edit(model, message, {"body": body, "markup": _markup(parameters)})


def edit_message_media(model: Model, parameters: Parameters) -> Any:
    """Carry out `editMessageMedia`; a text may become a photo or a document, not the other way."""
    photo, document, body = content.media(model.files, parameters)
    message = _target(model, parameters)
    if message.location:
        raise bad_request("message can't be edited")
    changes = {"photo": photo, "document": document, "body": body, "markup": _markup(parameters)}
    return _edit(model, message, changes)


def edit_message_reply_markup(model: Model, parameters: Parameters) -> Any:
    """Carry out `editMessageReplyMarkup`."""
    return _edit(model, _target(model, parameters), {"markup": _markup(parameters)})


def _delete(model: Model, message: Message) -> None:
    if model.now() - message.date >= limits.DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    if message.sender is not None and not message.chat.private:
        raise bad_request("message can't be deleted")
    model.delete(message)


def delete_message(model: Model, parameters: Parameters) -> bool:
    """Carry out `deleteMessage`: up to 48 hours old; other people's in private chats only."""
    _delete(model, _message(model, parameters, "message to delete not found"))
    return True


def delete_messages(model: Model, parameters: Parameters) -> bool:
    """Carry out `deleteMessages`; what is not there is skipped."""
    chat = _chat(model, parameters)
    numbers = parameters.json("message_ids", "message identifiers")
    if not isinstance(numbers, list) or not all(isinstance(number, int) for number in numbers):
        raise bad_request("Expected an Array of message identifiers")
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > limits.DELETED_AT_ONCE:
        raise bad_request("too many message identifiers specified")
    for message in [chat.messages[number] for number in numbers if number in chat.messages]:
        _delete(model, message)
    return True


def answer_callback_query(model: Model, parameters: Parameters) -> bool:
    """Carry out `answerCallbackQuery`: once, and in time."""
    notice, url = parameters.text("text"), parameters.text("url")
    if utf16_length(notice) > limits.CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not url.lower().startswith((f"https://t.me/{model.account.username}?start=".lower(), "tg://")):
        raise bad_request("URL_INVALID")
    tap = model.taps.take(parameters.text("callback_query_id"), model.clock.now().timestamp())
    tap.answer = Toast(notice, parameters.boolean("show_alert"), url)
    model.events.wake()
    return True


def get_me(model: Model, _parameters: Parameters) -> dict[str, Any]:
    """Carry out `getMe`."""
    return model.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(model: Model, parameters: Parameters) -> dict[str, Any]:
    """Carry out `getChat`."""
    chat = _chat(model, parameters)
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return chat.json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def get_file(model: Model, parameters: Parameters) -> dict[str, Any]:
    """Carry out `getFile`."""
    file_id = parameters.text("file_id")
    for stored in model.files.by_id(file_id) or ():
        if stored.id == file_id:
            if len(stored.content) > limits.DOWNLOAD_BYTES:
                raise bad_request("file is too big")
            sizes = ("width", "height")
            body = {name: value for name, value in stored.json().items() if name not in sizes}
            return body | {"file_path": stored.path}
    raise bad_request("invalid file_id")


def log_out(model: Model, _parameters: Parameters) -> bool:
    """Carry out `logOut`: from now on the cloud refuses this bot."""
    model.logged_out = True
    return True


def close(model: Model, _parameters: Parameters) -> bool:
    """Carry out `close`, which Telegram refuses for ten minutes after the start."""
    left = int(model.started + _CLOSE_SECONDS - model.clock.monotonic())
    if left > 0:
        raise too_many_requests(left)
    return True


def _about(change: Callable[[profile.Profile, Parameters], Any]) -> Method:
    """Make a method of what only concerns the profile."""

    def method(model: Model, parameters: Parameters) -> Any:
        return change(model.profile, parameters)

    return method


def _changing(change: Callable[[profile.Profile, Parameters], Any]) -> Method:
    """Make a method of what changes the profile, so that the chat page hears of it."""

    def method(model: Model, parameters: Parameters) -> Any:
        result = change(model.profile, parameters)
        model.commands_changed()
        return result

    return method


def _words(attribute: str, name: str, longest: int) -> tuple[Method, Method]:
    def set_(about: profile.Profile, parameters: Parameters) -> bool:
        return profile.set_words(getattr(about, attribute), name, longest, parameters)

    def get(about: profile.Profile, parameters: Parameters) -> dict[str, str]:
        return profile.get_words(getattr(about, attribute), name, parameters)

    return _changing(set_), _about(get)


def _all() -> dict[str, Method]:
    set_name, get_name = _words("names", "name", limits.NAME)
    set_description, get_description = _words("descriptions", "description", limits.DESCRIPTION)
    set_short, get_short = _words("short_descriptions", "short_description", limits.SHORT_DESCRIPTION)
    return {
        "getme": get_me,
        "sendmessage": send_message,
        "sendphoto": send_photo,
        "senddocument": send_document,
        "sendlocation": send_location,
        "sendchataction": send_chat_action,
        "editmessagetext": edit_message_text,
        "editmessagecaption": edit_message_caption,
        "editmessagemedia": edit_message_media,
        "editmessagereplymarkup": edit_message_reply_markup,
        "deletemessage": delete_message,
        "deletemessages": delete_messages,
        "answercallbackquery": answer_callback_query,
        "answerinlinequery": answer_inline_query,
        "setmycommands": _changing(profile.set_commands),
        "getmycommands": _about(profile.get_commands),
        "deletemycommands": _changing(profile.delete_commands),
        "setmyname": set_name,
        "getmyname": get_name,
        "setmydescription": set_description,
        "getmydescription": get_description,
        "setmyshortdescription": set_short,
        "getmyshortdescription": get_short,
        "setchatmenubutton": _changing(profile.set_menu_button),
        "getchatmenubutton": _about(profile.get_menu_button),
        "getfile": get_file,
        "getchat": get_chat,
        "logout": log_out,
        "close": close,
    }


METHODS: Mapping[str, Method] = MappingProxyType(_all())
