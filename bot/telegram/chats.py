"""What a chat has chosen: its language, and how little of it shall be left to be seen."""

import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.guide.model import Language
from bot.privacy.epochs import Epochs
from bot.privacy.phrases import keyed
from bot.privacy.sealing import Unsealable, seal, unseal
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import chats
from bot.storage.writer import Writer

FRESH_SECONDS = 2.0
"""How long another replica's change may go unseen."""

VANISH_HOURS = (1, 3, 12, 24, 47)
"""After how many hours messages can be made to vanish; after 48 Telegram removes nothing any more."""

PLACE = "chats.sealed"
_SALT, _HASH = 16, 32
_FORM = f">qBBB{_SALT}s{_HASH}s"
_LANGUAGES = (None, *Language)  # by what is stored; may be added to at the end only


@dataclass(frozen=True)
class StopPhrase:
    """A phrase that wipes the chat, known only by its keyed hash."""

    salt: bytes
    hash: bytes

    @classmethod
    def of(cls, phrase: str) -> "StopPhrase":
        """Return what is kept of a phrase."""
        salt = secrets.token_bytes(_SALT)
        return cls(salt, keyed(salt, phrase))

    def said_in(self, text: str) -> bool:
        """Tell whether a text is the phrase; case and spaces do not count."""
        return secrets.compare_digest(self.hash, keyed(self.salt, text))


@dataclass(frozen=True)
class Chosen:
    """A chat's choices; those that it did not make are as here."""

    language: Language | None = None
    vanish_hours: int | None = None
    discreet: bool = False
    stop: StopPhrase | None = None


NOTHING = Chosen()


class Chats:
    """The choices of those chats that made any.

    They are held in memory, since every message needs them, and a chat is known only by its index there too.
    """

    def __init__(self, engine: AsyncEngine, writer: Writer, epochs: Epochs, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._epochs = epochs
        self._clock = clock
        self._chosen: dict[bytes, Chosen] = {}
        self._changes = 0
        self._loaded_at = float("-inf")
        self._loaded = False
        self._shared = engine.dialect.name == "postgresql"  # other replicas write there too

    async def of(self, chat_id: int) -> Chosen:
        """Return what a chat has chosen. Raises `StorageUnavailable` if that could never be read."""
        await self._refresh()
        if not self._chosen:
            return NOTHING
        known = (self._chosen.get(key.chat) for key in self._epochs.known(chat_id))
        return next((chosen for chosen in known if chosen is not None), NOTHING)

    async def _refresh(self) -> None:
        age = self._clock.monotonic() - self._loaded_at
        if age < (FRESH_SECONDS if self._shared else float("inf")):
            return
        try:
            await self._load()
        except StorageUnavailable:
            # What was known before holds: who says a stop phrase must be understood, and a discreet chat not
            # be answered aloud.
            if not self._loaded:
                raise

    async def choose(self, chat_id: int, chosen: Chosen) -> None:
        """Keep a chat's choices in place of earlier ones; returns after the commit.

        Raises `StorageUnavailable` if that could not be stored.
        """
        known = self._epochs.known(chat_id)
        names, key, row = [each.chat for each in known], known[0], secrets.randbits(63)
        values: dict[str, int | bytes] | None = None
        if chosen != NOTHING:
            sealed = seal(key.key, PLACE, row, _packed(chat_id, chosen))
            values = {"id": row, "chat": key.chat, "epoch": key.epoch, "sealed": sealed}
        await self._writer.run(partial(_replace, names, values))
        self._changes += 1
        for name in names:
            self._chosen.pop(name, None)
        if values is not None:
            self._chosen[key.chat] = chosen

    def look_again(self) -> None:
        """Read everything anew at the next question: the epoch has turned, or rows were deleted."""
        self._changes += 1
        self._loaded_at = float("-inf")

    def forget(self, names: Sequence[bytes]) -> None:
        """Know no more of who had these names: their rows were deleted."""
        for name in names:
            self._chosen.pop(name, None)
        self.look_again()

    async def _load(self) -> None:
        changes = -1
        while changes != self._changes:  # what was read may be from before a change that came meanwhile
            changes = self._changes
            found = await self._read()
        self._chosen = found
        self._loaded = True
        self._loaded_at = self._clock.monotonic()

    async def _read(self) -> dict[bytes, Chosen]:
        query = sa.select(chats.c.id, chats.c.chat, chats.c.epoch, chats.c.sealed)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        found = {}
        for row, chat, epoch, sealed in rows:
            key = self._epochs.key(epoch, chat)
            if key is None:
                continue  # nobody can read it any more
            try:
                found[chat] = _unpacked(unseal(key, PLACE, row, sealed))
            except Unsealable:
                continue
        return found


async def _replace(
    names: Sequence[bytes], values: dict[str, int | bytes] | None, connection: AsyncConnection
) -> None:
    """Set or forget a chat's choices; one job, which may run again from the start."""
    await connection.execute(sa.delete(chats).where(chats.c.chat.in_(names)))
    if values is not None:
        await connection.execute(sa.insert(chats).values(values))


def _packed(chat_id: int, chosen: Chosen) -> bytes:
    stop = chosen.stop or StopPhrase(b"", b"")
    language = _LANGUAGES.index(chosen.language)
    return struct.pack(
        _FORM, chat_id, language, chosen.vanish_hours or 0, chosen.discreet, stop.salt, stop.hash
    )


def _unpacked(plain: bytes) -> Chosen:
    _, language, vanish, discreet, salt, hash = struct.unpack(_FORM, plain)
    stop = StopPhrase(salt, hash) if any(hash) else None
    return Chosen(_LANGUAGES[language], vanish or None, bool(discreet), stop)


def native(language_code: str | None) -> Language:
    """Return our language for a Telegram client's: Russian for those whose speakers mostly read it."""
    russian = {"ru", "be", "uk", "kk", "ky", "uz", "tg", "hy", "az", "tt", "ba", "cv", "ce", "os", "sah"}
    code = (language_code or "ru").lower().split("-")[0]
    return Language.RU if code in russian else Language.EN
