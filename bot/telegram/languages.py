"""Which language a chat speaks: its own choice, or else that of its Telegram."""

from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.guide.model import Language
from bot.privacy.pseudonyms import Pseudonyms
from bot.storage.tables import languages
from bot.storage.writer import Writer

FRESH_SECONDS = 2.0
"""How long another replica's change may go unseen."""


class Languages:
    """The choices of those chats that made one; all others follow `language_code`.

    The choices are held in memory, since every message needs one; a chat is known only by its pseudonym.
    """

    def __init__(self, engine: AsyncEngine, writer: Writer, pseudonyms: Pseudonyms, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._chosen: dict[bytes, Language] = {}
        self._loaded_at = float("-inf")
        self._shared = engine.dialect.name == "postgresql"  # other replicas write there too

    async def of(self, chat_id: int, language_code: str | None) -> Language:
        """Return the language to answer in."""
        age = self._clock.monotonic() - self._loaded_at
        if age == float("inf") or (self._shared and age > FRESH_SECONDS):
            await self._load()
        chosen = self._chosen.get(self._pseudonyms.chat(chat_id)) if self._chosen else None
        return chosen or native(language_code)

    async def choose(self, chat_id: int, language: Language, language_code: str | None) -> None:
        """Keep a chat's choice, or forget it if its Telegram speaks that anyway; returns after the commit.

        Raises `StorageUnavailable` if that could not be stored.
        """
        chat = self._pseudonyms.chat(chat_id)
        wanted = None if language is native(language_code) else language
        await self._writer.run(partial(_choose, chat, wanted))
        if wanted is None:
            self._chosen.pop(chat, None)
        else:
            self._chosen[chat] = wanted

    async def _load(self) -> None:
        async with self._engine.connect() as connection:
            rows = (await connection.execute(sa.select(languages.c.chat, languages.c.language))).all()
        self._chosen = {chat: Language(language) for chat, language in rows}
        self._loaded_at = self._clock.monotonic()


async def _choose(chat: bytes, language: Language | None, connection: AsyncConnection) -> None:
    """Set or forget a choice; one job, which may run again from the start."""
    row = languages.c.chat == chat
    if language is None:
        await connection.execute(sa.delete(languages).where(row))
        return
    changed = await connection.execute(sa.update(languages).where(row).values(language=language.value))
    if changed.rowcount == 0:
        await connection.execute(sa.insert(languages).values(chat=chat, language=language.value))


def native(language_code: str | None) -> Language:
    """Return our language for a Telegram client's: Russian for those whose speakers mostly read it."""
    russian = {"ru", "be", "uk", "kk", "ky", "uz", "tg", "hy", "az", "tt", "ba", "cv", "ce", "os", "sah"}
    code = (language_code or "ru").lower().split("-")[0]
    return Language.RU if code in russian else Language.EN
