"""Messages and people as the chat page shows them."""

from typing import Any
from urllib.parse import quote

from bot.simulator.files import StoredFile
from bot.simulator.html import render
from bot.simulator.people import Chat, Message, Person
from bot.simulator.queries import Result


def person(one: Person) -> dict[str, Any]:
    """Return a person for the page."""
    return {
        "id": one.id,
        "first_name": one.first_name,
        "language_code": one.language_code,
        "chat_id": one.id,
        "blocked": one.blocked,
        "crowd": one.crowd,
    }


def group(chat: Chat) -> dict[str, Any]:
    """Return a group for the page."""
    return {"chat_id": chat.id, "title": chat.title, "people": [one.id for one in chat.people]}


def message(one: Message) -> dict[str, Any]:
    """Return a message for the page; its HTML is safe to show.

    A `reply_keyboard` of [] takes the keyboard away that an earlier message brought.
    """
    caption = one.body if one.file else None
    text = one.body if not one.file else None
    markup = one.markup
    return {
        "id": one.id,
        "chat_id": one.chat.id,
        "date": one.date,
        "edit_date": one.edit_date,
        "from": "person" if one.sender else "bot",
        "from_id": one.sender.id if one.sender else None,
        "from_name": one.sender.first_name if one.sender else None,
        "via_bot": one.via_bot,
        "text": text.text if text else "",
        "html": render(text) if text else "",
        "photo": address(one.file) if one.photo and one.file else None,
        "document": _document(one.document) if one.document else None,
        "caption": caption.text if caption else "",
        "caption_html": render(caption) if caption else "",
        "location": {"lat": one.location.lat, "lon": one.location.lon} if one.location else None,
        "reply_to": one.reply_to,
        "keyboard": _keyboard(markup.inline),
        "reply_keyboard": _keyboard(markup.reply),
        "force_reply": {"placeholder": markup.placeholder} if markup.force_reply else None,
        "silent": one.silent,
        "protected": one.protected,
    }


def address(stored: StoredFile) -> str:
    """Return where the page finds a file."""
    return f"/api/files/{quote(stored.path)}"


def result(one: Result) -> dict[str, Any]:
    """Return what an inline query offers, for the page."""
    return {"id": one.id, "title": one.title, "description": one.description, "html": render(one.body)}


def _document(stored: StoredFile) -> dict[str, Any]:
    return {"name": stored.name, "size": len(stored.content), "url": address(stored)}


def _keyboard(rows: list[list[dict[str, Any]]] | None) -> list[list[dict[str, Any]]] | None:
    if rows is None:
        return None
    return [[button | {"data": button.get("callback_data")} for button in row] for row in rows]
