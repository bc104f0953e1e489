"""One turn of a conversation: who said what to us, in which language, and how we show the reply."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from telegram import (
    Bot,
    ForceReply,
    InputFile,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from bot.guide.model import Language
from bot.privacy.abuse import CHOICES
from bot.privacy.trail import STEP_MINUTES
from bot.storage.engine import StorageUnavailable
from bot.telegram import removal
from bot.telegram.chats import Chosen, native
from bot.telegram.desk import Desk
from bot.telegram.screen import Screen, in_group
from bot.texts import Texts

NO_PREVIEW = '{"is_disabled": true}'
UNCHANGED = "message is not modified"
CANNOT_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",  # a picture is there, and stays
)
TOO_OLD = "query is too old"
NOTED_AGAIN_AFTER = timedelta(minutes=STEP_MINUTES)
DISCREET = "…"
"""All that a notification shows of us in the discreet mode."""


class Alert(str):
    """What answers a tap and stays over the chat until the person closes it."""

    __slots__ = ()


@dataclass(frozen=True)
class Turn:
    """An update from a person, with what is needed to answer it."""

    desk: Desk
    update: Update
    bot: Bot
    chosen: Chosen
    left: list[int] = field(default_factory=list)
    """The messages that this turn leaves in the chat: the one that came, those that were sent or changed."""
    place: int | None = None
    """The message of ours in which the reply is shown: that whose button was tapped. None for a new one."""
    bare: bool = False
    """Whether the text is a command's name without its slash, and so nothing was typed besides."""

    @classmethod
    async def of(cls, desk: Desk, update: Update, bot: Bot) -> "Turn":
        """Return the turn of an update, with what its chat chose; without one, what its person chose here.

        Raises `StorageUnavailable` if that cannot be looked up.
        """
        whose = update.effective_chat or update.effective_user  # a private chat has the number of its person
        assert whose is not None
        return cls.with_choices(desk, update, bot, await desk.chats.of(whose.id))

    @classmethod
    def with_choices(cls, desk: Desk, update: Update, bot: Bot, chosen: Chosen) -> "Turn":
        """Return the turn of an update, as if the chat had chosen this."""
        turn = cls(desk, update, bot, chosen)
        if turn.message is None:
            return turn
        if update.callback_query is not None:
            return replace(turn, place=turn.message.message_id)
        turn.left.append(turn.message.message_id)
        return turn

    @property
    def native(self) -> Language:
        """Return the language of the person's Telegram."""
        return native(self.update.effective_user.language_code if self.update.effective_user else None)

    @property
    def language(self) -> Language:
        """Return the language to answer in: the one that the chat chose, or else that of its Telegram."""
        return self.chosen.language or self.native

    @property
    def texts(self) -> Texts:
        """Return the words of the person's language."""
        return self.desk.texts[self.language]

    @property
    def chat_id(self) -> int:
        """Return the chat to answer in."""
        assert self.update.effective_chat is not None
        return self.update.effective_chat.id

    @property
    def user_id(self) -> int:
        """Return who speaks; only ever passed on to `Pseudonyms` and `Limits`."""
        return self.update.effective_user.id if self.update.effective_user else self.chat_id

    @property
    def private(self) -> bool:
        """Whether this is a chat of one person with the bot."""
        return self.update.effective_chat is not None and self.update.effective_chat.type == ChatType.PRIVATE

    @property
    def message(self) -> Message | None:
        """Return the message that came, or the one whose button was tapped, if Telegram still has it."""
        message = self.update.effective_message
        return message if isinstance(message, Message) else None

    @property
    def typed(self) -> str:
        """Return what was typed, without a command in front."""
        return typed(self.message) if self.message and not self.bare else ""

    async def show(self, screen: Screen) -> bool:
        """Show a screen in place of the tapped message, or as a new one; tell whether anything changed."""
        if self.place is None:
            await self.say(screen)
            return True
        try:
            await self._edit(self.place, screen)
        except BadRequest as refused:
            reason = refused.message.lower()
            if UNCHANGED in reason:
                return False
            if not any(words in reason for words in CANNOT_EDIT):
                raise
            await self.say(screen)
        else:
            self.left.append(self.place)
        return True

    async def say(
        self,
        screen: Screen,
        reply_markup: ForceReply | ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None,
        *,
        quoting: bool = False,
    ) -> None:
        """Send a screen as a new message; `reply_markup` takes the place of its buttons.

        With `quoting` it is a reply to the message that came, if that is still there.
        """
        quoted = None
        if quoting and self.message is not None:
            quoted = json.dumps({"message_id": self.message.message_id, "allow_sending_without_reply": True})
        if reply_markup is not None:
            markup: str | None = reply_markup.to_json()
        else:
            markup = self._for_chat(screen).markup if screen.rows else None
        # A keyboard below the chat cannot be put there by an edit, so such a message is only quiet.
        veiled = self.chosen.discreet and reply_markup is None
        message = await self._call(
            "sendmessage",
            text=DISCREET if veiled else screen.text,
            disable_notification=self.chosen.discreet or None,
            protect_content=screen.personal or None,
            reply_parameters=quoted,
            reply_markup=None if veiled else markup,
        )
        self.left.append(message["message_id"])
        if veiled:
            await self._edit(message["message_id"], screen)

    async def picture(self, content: bytes | str, screen: Screen) -> str:
        """Send a picture (a PNG, or the id by which Telegram knows it) with a screen as its words.

        Returns that id. In the discreet mode a notification shows neither: the picture is covered until it is
        tapped, and the words come after.
        """
        veiled = self.chosen.discreet
        message = await self._call(
            "sendphoto",
            photo=InputFile(content, filename="queue.png") if isinstance(content, bytes) else content,
            caption=DISCREET if veiled else screen.text,
            has_spoiler=veiled or None,
            disable_notification=veiled or None,
            reply_markup=None if veiled else self._for_chat(screen).markup,
        )
        self.left.append(message["message_id"])
        if veiled:
            await self._call(
                "editmessagecaption",
                message_id=message["message_id"],
                caption=screen.text,
                reply_markup=self._for_chat(screen).markup,
            )
        return str(message["photo"][-1]["file_id"])

    async def _edit(self, message_id: int, screen: Screen) -> None:
        await self._call(
            "editmessagetext",
            message_id=message_id,
            text=screen.text,
            reply_markup=self._for_chat(screen).markup,
        )

    async def _call(self, method: str, **parameters: object) -> Any:
        """Show a text in this chat and return the message as it came.

        PTB's own method makes a hundred objects of a message that Telegram only repeats to us: a third of all
        the work of a reply. The Bot API takes names in any case; PTB warns of those that it has methods for.
        """
        fixed = {"chat_id": self.chat_id, "parse_mode": ParseMode.HTML, "link_preview_options": NO_PREVIEW}
        return await self.bot.do_api_request(method, fixed | parameters)

    async def choose(self, chosen: Chosen) -> None:
        """Keep what the chat chooses; returns after the commit.

        Raises `TooOften`, and `StorageUnavailable` if that could not be stored.
        """
        self.desk.limits.check(CHOICES, self.user_id, self.update.update_id)
        await self.desk.chats.choose(self.chat_id, chosen)
        self.desk.limits.note(CHOICES, self.user_id, self.update.update_id)

    async def remove(self, messages: Sequence[int]) -> None:
        """Remove messages from this chat, which then leave no trail either."""
        await removal.remove(self.bot, self.chat_id, messages)
        self.left[:] = [message for message in self.left if message not in messages]

    async def leave_trail(self) -> None:
        """Note which messages this turn has left in the chat, so that they can be removed later.

        One that was only changed was noted as it was sent: that is enough unless it is to vanish now, or was
        sent so long ago that it would be forgotten before what it says now is 48 hours old.
        """
        if self.private:
            vanish_hours = await self._vanish_hours()
            noted = vanish_hours is None and not self._changed_late()
            left = [message for message in self.left if message != self.place or not noted]
            await self.desk.trail.note(self.chat_id, left, vanish_hours)
        self.left.clear()

    async def _vanish_hours(self) -> int | None:
        """Return what is chosen now: this turn may have changed it."""
        try:
            return (await self.desk.chats.of(self.chat_id)).vanish_hours
        except StorageUnavailable:
            return self.chosen.vanish_hours

    def _changed_late(self) -> bool:
        return self.message is not None and self.desk.clock.now() - self.message.date > NOTED_AGAIN_AFTER

    def _for_chat(self, screen: Screen) -> Screen:
        return screen if self.private else in_group(screen, self.bot.username)

    async def close(self, toast: str | None = None) -> None:
        """Answer the tap, if this is one: until then the person sees the button waiting.

        A toast goes by itself after a moment, unless it is an `Alert`; either holds 200 characters.
        """
        if self.update.callback_query is None:
            return
        try:
            stays = isinstance(toast, Alert) or None
            await self.bot.answer_callback_query(self.update.callback_query.id, toast, show_alert=stays)
        except BadRequest as refused:
            # Telegram forgets a tap after some seconds; whatever it asked for has been done all the same.
            if TOO_OLD not in refused.message.lower():
                raise


def typed(message: Message) -> str:
    """Return what was typed in a message, without a command in front."""
    text = message.text or ""
    for entity in message.entities:
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            text = text[entity.length :]  # a command is ASCII: here UTF-16 units are characters
    return text.strip()
