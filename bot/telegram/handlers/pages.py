"""The fixed pages: help, safety, language, and the answers to what we cannot read."""

from bot.guide.model import Language
from bot.telegram.buttons import StaleButton
from bot.telegram.screens import pages
from bot.telegram.turn import Turn


async def help(turn: Turn) -> None:
    """Tell what the bot can do."""
    await turn.show(pages.help(turn.texts, len(turn.desk.guide.answers), len(turn.desk.catalogue.crossings)))


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
    user = turn.update.effective_user
    await turn.desk.languages.choose(turn.chat_id, chosen, user.language_code if user else None)
    texts = turn.desk.texts[chosen]
    await turn.show(pages.language(texts))
    return texts("language-set")


async def unknown_command(turn: Turn) -> None:
    """Say that there is no such command, and which there are."""
    await turn.show(
        pages.unknown_command(turn.texts, len(turn.desk.guide.answers), len(turn.desk.catalogue.crossings))
    )


async def private_only(turn: Turn) -> None:
    """Say that this works in a private chat only."""
    await turn.show(pages.private_only(turn.texts, turn.bot.username))


async def media(turn: Turn) -> None:
    """Say what can be read, to a picture, a voice or a sticker."""
    await turn.show(pages.media(turn.texts))
