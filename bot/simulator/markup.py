"""Keyboards: what hangs under a message, checked as Telegram checks it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.simulator import limits
from bot.simulator.entities import utf16_length
from bot.simulator.html import checked_link
from bot.simulator.refusals import bad_request

_TEXTS = ("url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat")
_ACTIONS = (
    *_TEXTS,
    "copy_text",
    "switch_inline_query_chosen_chat",
    "web_app",
    "login_url",
    "pay",
    "callback_game",
)
_FLAGS = (
    ("resize_keyboard", "ReplyKeyboardMarkup"),
    ("one_time_keyboard", "ReplyKeyboardMarkup"),
    ("is_persistent", "ReplyKeyboardMarkup"),
    ("remove_keyboard", "ReplyKeyboardRemove"),
    ("force_reply", "ForceReply"),
    ("selective", "reply markup"),
)

Row = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Markup:
    """A checked keyboard: `inline` buttons, or `reply` buttons ([] takes them away), or a forced reply."""

    inline: list[Row] | None = None
    reply: list[Row] | None = None
    force_reply: bool = False
    placeholder: str = ""

    def json(self) -> dict[str, Any] | None:
        """Return what the Bot API shows of it on a message: inline keyboards only."""
        return {"inline_keyboard": self.inline} if self.inline else None


NONE = Markup()


def check(raw: object, *, private: bool) -> Markup:
    """Read a `reply_markup`; `private` tells what kind of chat it goes to.

    Raises `Refused` in Telegram's words. Where Telegram would silently drop what it does not like (a button
    without a text, a ninth button in a row), this refuses: a bot that does so has a fault to find.
    """
    if raw is None:
        return NONE
    if not isinstance(raw, dict):
        raise bad_request("Object expected as reply markup")
    for name, owner in _FLAGS:
        if not isinstance(raw.get(name, False), bool):
            raise bad_request(f'Field "{name}" of the {owner} must be of the type Boolean')
    placeholder = str(raw.get("input_field_placeholder") or "")
    if len(placeholder) > limits.PLACEHOLDER:
        raise bad_request("REPLY_MARKUP_PLACEHOLDER_INVALID")
    if raw.get("keyboard"):
        return Markup(reply=_reply(raw["keyboard"], private), placeholder=placeholder)
    if raw.get("inline_keyboard"):
        return Markup(inline=_inline(raw["inline_keyboard"]))
    if raw.get("remove_keyboard"):
        return Markup(reply=[])
    return Markup(force_reply=raw.get("force_reply", False), placeholder=placeholder)


def _rows(raw: object, name: str, owner: str) -> list[list[Any]]:
    if not isinstance(raw, list):
        raise bad_request(f'Field "{name}" of the {owner} must be an Array')
    if not all(isinstance(row, list) for row in raw):
        raise bad_request(f'Field "{name}" of the {owner} must be an Array of Arrays')
    rows = [row for row in raw if row]
    if sum(map(len, rows)) > limits.BUTTONS or max(map(len, rows), default=0) > limits.BUTTONS_IN_ROW:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    # Escaped JSON is longer than its UTF-8, so exact counting is seldom needed.
    encoded = json.dumps(rows)
    if (
        len(encoded) > limits.MARKUP_BYTES
        and len(json.dumps(rows, ensure_ascii=False).encode()) > limits.MARKUP_BYTES
    ):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return rows


def _inline(raw: object) -> list[Row]:
    rows = _rows(raw, "inline_keyboard", "InlineKeyboardMarkup")
    return [[_inline_button(button) for button in row] for row in rows]


def _inline_button(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise _inline_error("InlineKeyboardButton must be an Object")
    text = raw.get("text")
    if not isinstance(text, str):
        raise _inline_error('Field "text" must be of type String')
    if not text.strip():
        raise _inline_error('Field "text" must be non-empty')
    given = [
        name for name in _ACTIONS if raw.get(name) not in (None, "") or (name[:6] == "switch" and name in raw)
    ]
    if not given:
        raise _inline_error("Text buttons are unallowed in the inline keyboard")
    if len(given) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    name, value = given[0], raw[given[0]]
    if name in _TEXTS and not isinstance(value, str):
        raise _inline_error(f'Field "{name}" must be of type String')
    _CHECKS.get(name, _accept)(value)
    style = {"style": raw["style"]} if raw.get("style") else {}
    return {"text": text, **style, name: value}


def _inline_error(reason: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _accept(_value: Any) -> None:
    """Take whatever it is."""


def _check_callback_data(value: str) -> None:
    if len(value.encode("utf-8", "surrogatepass")) > limits.CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(value: str) -> None:
    if re.match(r"tg://\w", value):
        return
    if not checked_link(value):
        foreign = "://" in value and not re.match(r"https?://", value, re.IGNORECASE)
        reason = "Unsupported URL protocol" if foreign else "Wrong HTTP URL"
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {reason}")


def _check_copy_text(value: Any) -> None:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 0 < utf16_length(text) <= limits.COPY_TEXT:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


_CHECKS = {"callback_data": _check_callback_data, "url": _check_url, "copy_text": _check_copy_text}


def _reply(raw: object, private: bool) -> list[Row]:
    rows = _rows(raw, "keyboard", "ReplyKeyboardMarkup")
    return [[_reply_button(button, private) for button in row] for row in rows]


def _reply_button(raw: object, private: bool) -> dict[str, Any]:
    button = {"text": raw} if isinstance(raw, str) else raw
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request('can\'t parse keyboard button: Field "text" must be non-empty')
    if not button.get("request_location"):
        return {"text": text}
    if not private:
        raise bad_request("location can be requested in private chats only")
    return {"text": text, "request_location": True}
