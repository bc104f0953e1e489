"""One turn of a conversation: who said what to us, in which language, and how we show the reply."""

from dataclasses import dataclass

from telegram import (
    Bot,
    ForceReply,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from bot.guide.model import Language
from bot.telegram.desk import Desk
from bot.telegram.languages import native
from bot.telegram.screen import Screen, in_group
from bot.texts import Texts

NO_PREVIEW = {"link_preview_options": '{"is_disabled": true}'}
UNCHANGED = "message is not modified"
CANNOT_EDIT = ("message to edit not found", "message can't be edited")
TOO_OLD = "query is too old"


@dataclass(frozen=True)
class Turn:
    """An update from a person, with what is needed to answer it."""

    desk: Desk
    update: Update
    bot: Bot
    language: Language

    @classmethod
    async def of(cls, desk: Desk, update: Update, bot: Bot) -> "Turn":
        """Return the turn of an update that has a chat, in the language that the chat chose."""
        assert update.effective_chat is not None
        code = update.effective_user.language_code if update.effective_user else None
        return cls(desk, update, bot, await desk.languages.of(update.effective_chat.id, code))

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
        """Return who speaks; only ever passed on to `Pseudonyms`."""
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
        text = (self.message and self.message.text) or ""
        for entity in self.message.entities if self.message else ():
            if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
                text = text[entity.length :]  # a command is ASCII: here UTF-16 units are characters
        return text.strip()

    async def show(self, screen: Screen) -> bool:
        """Show a screen in place of the tapped message, or as a new one; tell whether anything changed."""
        if self.update.callback_query is None or self.message is None:
            await self.say(screen)
            return True
        try:
            await self.bot.edit_message_text(
                screen.text,
                self.chat_id,
                self.message.message_id,
                parse_mode=ParseMode.HTML,
                api_kwargs=NO_PREVIEW | {"reply_markup": self._for_chat(screen).markup},
            )
        except BadRequest as refused:
            reason = refused.message.lower()
            if UNCHANGED in reason:
                return False
            if not any(words in reason for words in CANNOT_EDIT):
                raise
            await self.say(screen)
        return True

    async def say(
        self,
        screen: Screen,
        reply_markup: ForceReply | ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None,
    ) -> None:
        """Send a screen as a new message; `reply_markup` takes the place of its buttons."""
        if reply_markup is not None:
            markup: str | None = reply_markup.to_json()
        else:
            markup = self._for_chat(screen).markup if screen.rows else None
        await self.bot.send_message(
            self.chat_id,
            screen.text,
            parse_mode=ParseMode.HTML,
            api_kwargs=NO_PREVIEW | {"reply_markup": markup},
        )

    def _for_chat(self, screen: Screen) -> Screen:
        return screen if self.private else in_group(screen, self.bot.username)

    async def close(self, toast: str | None = None) -> None:
        """Answer the tap, if this is one: until then the person sees the button waiting."""
        if self.update.callback_query is None:
            return
        try:
            await self.bot.answer_callback_query(self.update.callback_query.id, toast)
        except BadRequest as refused:
            # Telegram forgets a tap after some seconds; whatever it asked for has been done all the same.
            if TOO_OLD not in refused.message.lower():
                raise


def own_language(update: Update) -> Language:
    """Return the language of the person's Telegram, for when their own choice cannot be looked up."""
    return native(update.effective_user.language_code if update.effective_user else None)
