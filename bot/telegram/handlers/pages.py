"""The fixed pages: help, safety, language, and the answers to what we cannot read."""

from dataclasses import replace

from bot.guide.model import Language
from bot.privacy.abuse import MESSAGES, REMARKS
from bot.telegram.buttons import StaleButton
from bot.telegram.screen import Screen
from bot.telegram.screens import pages
from bot.telegram.turn import Turn


async def help(turn: Turn) -> None:
    """Tell what the bot can do."""
    await turn.show(pages.help(turn.texts, turn.desk.content))


async def safety(turn: Turn) -> None:
    """Tell what is kept, what Telegram sees, and what we cannot protect from."""
    await turn.show(pages.safety(turn.texts))


async def language(turn: Turn) -> None:
    """Offer the languages."""
    await turn.show(pages.language(turn.texts))


async def set_language(turn: Turn, language: str) -> str:
    """Keep the chat's choice of language; returns what to say of it."""
    if language not in tuple(Language):
        raise StaleButton
    chosen = Language(language)
    # What one's Telegram speaks anyway needs no row.
    language_kept = None if chosen is turn.native else chosen
    await turn.choose(replace(turn.chosen, language=language_kept))
    texts = turn.desk.texts[chosen]
    await turn.show(pages.language(texts))
    return texts("language-set")


async def slow_down(turn: Turn) -> None:
    """Say once a minute, and only to who is alone with us, that this is too fast; else answer nothing."""
    remark = turn.private and turn.desk.limits.take(REMARKS, turn.user_id, turn.update.update_id)
    words = turn.texts(MESSAGES.told, count=MESSAGES.most) if remark else None
    if turn.update.callback_query is not None:
        await turn.close(words)
    elif words is not None:
        await turn.say(Screen(words))


async def unknown_command(turn: Turn) -> None:
    """Say that there is no such command, and which there are."""
    await turn.show(pages.unknown_command(turn.texts, turn.desk.content))


async def private_only(turn: Turn) -> None:
    """Say that this works in a private chat only."""
    await turn.show(pages.private_only(turn.texts, turn.bot.username))


async def media(turn: Turn) -> None:
    """Say what can be read, to a picture, a voice or a sticker."""
    await turn.show(pages.media(turn.texts))
