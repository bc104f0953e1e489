"""A small Telegram in memory: people, chats and messages, and what people do in them.

What a bot does comes through `bot.simulator.methods`; both sides meet here. Nothing here waits.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.clock import Clock
from bot.simulator import limits, view
from bot.simulator.entities import Formatted, clean, settle
from bot.simulator.events import Events
from bot.simulator.faults import Faults
from bot.simulator.files import Files
from bot.simulator.limits import Flood, Limits
from bot.simulator.markup import Row
from bot.simulator.people import Account, Chat, Location, Message, Person
from bot.simulator.picture import draw
from bot.simulator.profile import Profile
from bot.simulator.queries import InlineQuery, Queries, Tap
from bot.simulator.updates import Updates

_FIRST_PERSON = 1_000_001
_START_PAYLOAD = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.START_PAYLOAD}}}")


class Impossible(Exception):
    """A person tried what Telegram's apps do not offer; the message says what."""


class Model:
    """Everything that this Telegram knows."""

    def __init__(self, clock: Clock, account: Account, limits: Limits) -> None:
        self.clock = clock
        self.account = account
        self.profile = Profile("Проводник")
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.events = Events()
        self.updates = Updates(clock, self.events.wake)
        self.flood = Flood(limits)
        self.faults = Faults()
        self.taps: Queries[Tap] = Queries()
        self.inline_queries: Queries[InlineQuery] = Queries()
        self.inline_messages: dict[str, Message] = {}
        self.started = clock.monotonic()
        self.logged_out = False
        self.content: dict[str, Any] | None = None  # what `notify` said last
        self.calls: Counter[str] = Counter()  # of the Bot API, by method in lower case
        # Rising over restarts too: an id of an earlier run must not mean something in this one.
        self._last_query = self.updates.next_id << 20
        self._last_message = 0
        self._last_group = 0

    @property
    def bot(self) -> dict[str, Any]:
        """Return the bot as a `User`."""
        return self.account.json(self.profile.names.get("", self.profile.first_name))

    def now(self) -> int:
        """Return unix seconds."""
        return int(self.clock.now().timestamp())

    # What people are

    def add_person(self, first_name: str, language_code: str = "ru", *, crowd: bool = False) -> Person:
        """Let somebody join; the bot may write to them once they wrote to it."""
        person = Person(_FIRST_PERSON + len(self.people), first_name, language_code, crowd=crowd)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, [person])
        self._tell_person(person)
        return person

    def change_person(
        self,
        person: Person,
        *,
        first_name: str | None = None,
        language_code: str | None = None,
        blocked: bool | None = None,
    ) -> None:
        """Change what is given; the bot learns of a block at once, of the rest with the next update."""
        person.first_name = first_name or person.first_name
        person.language_code = language_code or person.language_code
        if blocked is not None and blocked != person.blocked:
            person.blocked = blocked
            self._tell_block(person)
        self._tell_person(person)

    def add_group(self, title: str, people: Iterable[Person]) -> Chat:
        """Open a group of those people and the bot."""
        self._last_group -= 1
        group = Chat(self._last_group, list(people), title)
        self.chats[group.id] = group
        self._tell_membership(group, group.people[0], "left", "member")
        self.events.add("reload", dict)
        return group

    def _tell_person(self, person: Person) -> None:
        self.events.add("person", lambda: {"person": view.person(person)})

    def _tell_block(self, person: Person) -> None:
        before, after = ("member", "kicked") if person.blocked else ("kicked", "member")
        self._tell_membership(self.chats[person.id], person, before, after)

    def _tell_membership(self, chat: Chat, person: Person, before: str, after: str) -> None:
        def member(status: str) -> dict[str, Any]:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"user": self.bot, "status": status} | until

        body = {
            "chat": chat.json(),
            "from": person.json(),
            "date": self.now(),
            "old_chat_member": member(before),
            "new_chat_member": member(after),
        }
        self.updates.add("my_chat_member", body, chat.id)

    # What people do

    def send(
        self, person: Person, text: str = "", *, chat: Chat | None = None, reply_to: int | None = None
    ) -> Message:
        """Let a person write; commands and links are found in the text. Raises `Impossible`."""
        message = self._new(person, chat, reply_to)
        message.body = settle(Formatted(clean(text)))
        if not message.body.text:
            raise Impossible("an empty message")
        return self._deliver(message)

    def send_location(
        self, person: Person, lat: float, lon: float, *, chat: Chat | None = None, reply_to: int | None = None
    ) -> Message:
        """Let a person send where they are, in degrees. Raises `Impossible`."""
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise Impossible("a location outside the Earth")
        message = self._new(person, chat, reply_to)
        message.location = Location(lat, lon)
        return self._deliver(message)

    def send_photo(
        self,
        person: Person,
        caption: str = "",
        *,
        content: bytes | None = None,
        chat: Chat | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """Let a person send a photo. Raises `Impossible`."""
        message = self._new(person, chat, reply_to)
        message.photo = self.files.add_photo("photo.png", content or draw())
        message.body = settle(Formatted(clean(caption)))
        return self._deliver(message)

    def start(self, person: Person, payload: str = "") -> Message:
        """Let a person press Start, or follow a link with a payload. Raises `Impossible`."""
        if payload and not _START_PAYLOAD.fullmatch(payload):
            raise Impossible(f"a start payload that is not 1–{limits.START_PAYLOAD} of A-Z a-z 0-9 _ -")
        return self.send(person, f"/start {payload}".rstrip())

    def follow(self, person: Person, url: str) -> Message | None:
        """Let a person open a link: one to this bot starts it, any other leaves Telegram (None)."""
        parts = urlsplit(url)
        name = parts.path.strip("/").lower()
        if parts.hostname not in ("t.me", "telegram.me") or name != self.account.username.lower():
            return None
        payload = parse_qs(parts.query, keep_blank_values=True).get("start", [""])[0]
        return self.start(person, payload)

    def edit(self, person: Person, message: Message, text: str) -> Message:
        """Let a person change their own text. Raises `Impossible`."""
        if message.sender is not person or message.file or message.location:
            raise Impossible("changing what is not their own text")
        body = settle(Formatted(clean(text)))
        if not body.text:
            raise Impossible("an empty message")
        message.body = body
        message.edit_date = self.now()
        if message.update_id is not None:
            message.update_id = self.updates.add("edited_message", message.json(self.bot), message.chat.id)
        self.show("edit", message)
        return message

    def delete(self, message: Message) -> None:
        """Take a message away for everybody; Telegram does not tell bots."""
        del message.chat.messages[message.id]
        chat_id, message_id = message.chat.id, message.id
        self.events.add("delete", lambda: {"chat_id": chat_id, "message_id": message_id})

    def tap(self, person: Person, message: Message, row: int, column: int) -> Tap:
        """Let a person press an inline button that asks the bot. Raises `Impossible`."""
        button = self.button(message, row, column)
        if "callback_data" not in button:
            raise Impossible("a tap that the bot does not hear of")
        self._last_query += 1
        tap = Tap(str(self._last_query), person, message, self.clock.now().timestamp())
        self.taps.ask(tap)
        where = (
            {"inline_message_id": message.inline_id}
            if message.inline_id
            else {"message": message.json(self.bot)}
        )
        body = {
            "id": tap.id,
            "from": person.json(),
            **where,
            "chat_instance": str(message.chat.id * 1_000_003),
            "data": button["callback_data"],
        }
        tap.update_id = self.updates.add("callback_query", body, person.id)
        return tap

    def button(self, message: Message, row: int, column: int) -> dict[str, Any]:
        """Return an inline button of a message. Raises `Impossible`."""
        rows: list[Row] = message.markup.inline or []
        there = 0 <= row < len(rows) and 0 <= column < len(rows[row])
        if not there or message.id not in message.chat.messages:
            raise Impossible("a button that is not there")
        return rows[row][column]

    def ask_inline(self, person: Person, query: str) -> InlineQuery:
        """Let a person type after the bot's name."""
        self._last_query += 1
        asked = InlineQuery(str(self._last_query), person, query, self.clock.now().timestamp())
        self.inline_queries.ask(asked)
        body = {"id": asked.id, "from": person.json(), "chat_type": "sender", "query": query, "offset": ""}
        asked.update_id = self.updates.add("inline_query", body, person.id)
        return asked

    def choose_inline(self, asked: InlineQuery, result_id: str, *, chat: Chat | None = None) -> Message:
        """Let a person send one of the results. Raises `Impossible`."""
        result = next((one for one in asked.answer or [] if one.id == result_id), None)
        if result is None:
            raise Impossible("a result that was not offered")

        message = self._new(asked.person, chat, None)
        message.body, message.markup, message.preview = result.body, result.markup, result.preview
        message.via_bot = True
        if message.markup.inline:
            message.inline_id = f"inline{message.id}"
            self.inline_messages[message.inline_id] = message
        return self._deliver(message)

    def push_raw(self, body: dict[str, Any]) -> int:
        """Queue an update as it stands, be it malformed, and return its id."""
        return self.updates.add_raw(body)

    def _new(self, person: Person, chat: Chat | None, reply_to: int | None) -> Message:
        chat = chat or self.chats[person.id]
        if person.blocked and chat.private:
            raise Impossible("writing to a bot that they blocked")
        if person not in chat.people:
            raise Impossible("writing to a chat that they are not in")
        if reply_to is not None and reply_to not in chat.messages:
            raise Impossible("a reply to a message that is not there")
        return Message(self._new_message_id(), chat, person, self.now(), reply_to=reply_to)

    def _deliver(self, message: Message) -> Message:
        chat = message.chat
        if chat.private:
            chat.people[0].started = True
        chat.add(message)
        if self._hears(message):
            message.update_id = self.updates.add("message", message.json(self.bot), chat.id)
        self.show("message", message)
        return message

    def _hears(self, message: Message) -> bool:
        """Tell whether the bot hears of it: in groups, commands for it and replies to its messages only."""
        chat = message.chat
        if chat.private or message.via_bot:
            return True
        if not chat.bot_inside:
            return False
        answered = chat.messages.get(message.reply_to or 0)
        if answered is not None and answered.sender is None:
            return True
        units = message.body.text.encode("utf-16-le")
        for entity in message.body.entities:
            if entity.kind == "bot_command":
                command = units[2 * entity.offset : 2 * entity.end].decode("utf-16-le")
                _, at, name = command.partition("@")
                if not at or name.lower() == self.account.username.lower():
                    return True
        return False

    # What the bot does

    def _new_message_id(self) -> int:
        self._last_message += 1
        return self._last_message

    def draft(self, chat: Chat) -> Message:
        """Return a message of the bot that is not sent yet."""
        return Message(self._new_message_id(), chat, None, self.now())

    def post(self, message: Message) -> Message:
        """Put a message of the bot into its chat."""
        message.chat.add(message)
        self.show("message", message)
        return message

    def show(self, kind: str, message: Message) -> None:
        """Tell whoever watches that a message is new or changed."""

        def payload() -> dict[str, Any] | None:
            if message.id not in message.chat.messages:
                return None
            return {"chat_id": message.chat.id, "message": view.message(message)}

        message.changed = self.events.add(kind, payload)

    def act(self, chat: Chat, action: str) -> None:
        """Show that the bot is typing or so."""
        self.events.add("action", lambda: {"chat_id": chat.id, "action": action})

    def notify(self, version: str, problems: Sequence[str]) -> None:
        """Let the page say which content the bot serves, and what is wrong with newer."""
        self.content = {"version": version, "problems": list(problems)}
        self.events.add("content", lambda: {"content": self.content})

    def commands_changed(self) -> None:
        """Tell whoever watches that the bot's words about itself are new."""
        self.events.add("commands", lambda: {"commands": self.profile.private_commands()})
