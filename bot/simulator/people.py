"""Who is in this Telegram: the bot, people, and the chats where they meet."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.entities import EMPTY, Formatted
from bot.simulator.files import StoredFile
from bot.simulator.markup import NONE, Markup

_KEPT = 1_000  # messages a chat; older ones are gone, so that a long bench does not grow


@dataclass(slots=True)
class Person:
    """A simulated person; the id is also that of their private chat with the bot."""

    id: int
    first_name: str
    language_code: str
    crowd: bool = False  # one of a simulated crowd, not shown as somebody to play
    blocked: bool = False
    started: bool = False  # a bot cannot write to whom it never met

    def json(self) -> dict[str, Any]:
        """Return the person as a `User` of the Bot API."""
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's account, as its token names it."""

    token: str
    username: str
    id: int

    @classmethod
    def of(cls, token: str, username: str) -> "Account":
        """Read the id from the token; raises `ValueError` for what cannot be a token."""
        if not TOKEN.fullmatch(token):
            raise ValueError(f"not a token: {len(token)} characters that are not number:letters")
        return cls(token, username, int(token.split(":")[0]))

    def json(self, first_name: str) -> dict[str, Any]:
        """Return the bot as a `User`."""
        return {"id": self.id, "is_bot": True, "first_name": first_name, "username": self.username}


TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat with one person, or (negative id) a group of several."""

    id: int
    people: list[Person]
    title: str = ""
    bot_inside: bool = True
    messages: "OrderedDict[int, Message]" = field(default_factory=OrderedDict)

    @property
    def private(self) -> bool:
        """Tell whether it is one person's chat with the bot."""
        return self.id > 0

    def json(self) -> dict[str, Any]:
        """Return the chat as the Bot API shows it inside a message."""
        if self.private:
            return {"id": self.id, "first_name": self.people[0].first_name, "type": "private"}
        return {"id": self.id, "title": self.title, "type": "group", "all_members_are_administrators": True}

    def add(self, message: "Message") -> None:
        """Put a message into the chat."""
        self.messages[message.id] = message
        if len(self.messages) > _KEPT:
            self.messages.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Location:
    """A point that somebody sent."""

    lat: float
    lon: float

    def json(self) -> dict[str, Any]:
        """Return it as the Bot API shows it."""
        return {"latitude": self.lat, "longitude": self.lon}


@dataclass(slots=True, eq=False)
class Message:
    """A message in a chat; `sender` is None for the bot. `body` is the text, or the caption of a file."""

    id: int
    chat: Chat
    sender: Person | None
    date: int  # unix seconds
    body: Formatted = EMPTY
    photo: tuple[StoredFile, ...] = ()
    document: StoredFile | None = None
    location: Location | None = None
    reply_to: int | None = None
    markup: Markup = NONE
    edit_date: int | None = None
    silent: bool = False
    protected: bool = False
    preview: dict[str, Any] | None = None  # link_preview_options
    inline_id: str = ""  # set for what a person sent through the bot by an inline query
    via_bot: bool = False
    update_id: int | None = None  # of the update that told the bot
    changed: int = 0  # number of the event that last showed or changed it

    @property
    def file(self) -> StoredFile | None:
        """Return the photo in its largest size, or the document."""
        return self.photo[-1] if self.photo else self.document

    def json(self, bot: dict[str, Any], *, reply: bool = True) -> dict[str, Any]:
        """Return it as a `Message` of the Bot API, with the message that it answers unless `reply` is off."""
        body: dict[str, Any] = {
            "message_id": self.id,
            "from": self.sender.json() if self.sender else bot,
            "chat": self.chat.json(),
            "date": self.date,
        }
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        answered = self.chat.messages.get(self.reply_to) if reply and self.reply_to else None
        if answered is not None:
            body["reply_to_message"] = answered.json(bot, reply=False)
        if self.protected:
            body["has_protected_content"] = True
        self._put_content(body)
        markup = self.markup.json()
        if markup:
            body["reply_markup"] = markup
        if self.via_bot:
            body["via_bot"] = bot
        return body

    def _put_content(self, body: dict[str, Any]) -> None:
        if self.location:
            body["location"] = self.location.json()
            return
        if self.photo:
            body["photo"] = [size.json() for size in self.photo]
        elif self.document:
            name = {"file_name": self.document.name, "mime_type": self.document.content_type}
            body["document"] = name | self.document.json()
        text, entities = ("caption", "caption_entities") if self.file else ("text", "entities")
        if self.body.text:
            body[text] = self.body.text
        if self.body.entities:
            body[entities] = [entity.json() for entity in self.body.entities]
        if self.preview:
            body["link_preview_options"] = self.preview
