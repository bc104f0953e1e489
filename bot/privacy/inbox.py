"""The inbox of the editors: questions that people agreed to send, without anything about who did.

A row is a day, a language and the question's words, sealed with a key that follows from the key file: editors
who have that file read them for 30 days. Its id follows from all three, so that a tap which Telegram sends
twice is one row, and says nothing without the key. No epoch's key is used, as none lives so long.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.guide.model import Language
from bot.privacy import abuse
from bot.privacy.abuse import ALL_QUESTIONS
from bot.privacy.keys import Keys
from bot.privacy.sealing import Unsealable, seal, unseal
from bot.storage.beside import beside
from bot.storage.tables import inbox
from bot.storage.writer import Writer

LONGEST = 400
"""Characters of a question that are kept; each takes at most four bytes."""

ROOM = 2 + 4 * LONGEST
AT_ONCE = 50
"""So many rows are sealed anew in one go."""

_PLACE = "inbox.sealed"
_SEAL = "inbox"
_NEWEST_FIRST = sa.select(inbox).order_by(inbox.c.day_minute.desc(), inbox.c.id)
_COUNT = sa.select(sa.func.count()).select_from(inbox)
_OF_DAY = _COUNT.where(inbox.c.day_minute == sa.bindparam("day"))
_KNOWN = sa.select(inbox.c.id).where(inbox.c.id == sa.bindparam("row"))
_AFTER = (
    sa.select(inbox.c.id, inbox.c.sealed)
    .where(inbox.c.id > sa.bindparam("row"))
    .order_by(inbox.c.id)
    .limit(AT_ONCE)
)
_INSERT = sa.insert(inbox)
_DELETE = sa.delete(inbox).where(inbox.c.id == sa.bindparam("row"))
_UPDATE = sa.update(inbox).where(inbox.c.id == sa.bindparam("row")).values(sealed=sa.bindparam("anew"))


@dataclass(frozen=True)
class Question:
    """A question as editors see it."""

    id: int
    day: date
    language: Language
    text: str


class Inbox:
    """Keeps questions and shows them; the clock tells which day it is (UTC)."""

    def __init__(self, writer: Writer, keys: Keys, clock: Clock) -> None:
        self._writer = writer
        self._keys = keys
        self._clock = clock

    async def keep(self, text: str, language: Language) -> bool:
        """Keep at most `LONGEST` characters; returns after the commit, False if the day's room is taken.

        Raises `StorageUnavailable`.
        """
        day = _minute(self._clock.now().astimezone(UTC).date())
        name = self._keys.derive(f"inbox/{day}/{language}/{text}")
        row = int.from_bytes(name[:8], "big") >> 1  # what our databases take for a number
        sealed = seal(self._keys.derive(_SEAL), _PLACE, row, text.encode(), ROOM)
        values: dict[str, object] = {
            "id": row,
            "day_minute": day,
            "language": language.value,
            "sealed": sealed,
        }
        return await self._writer.run(partial(_keep, values))

    async def page(self, first: int, count: int) -> tuple[list[Question], int]:
        """Return questions from place `first` on, the newest days first, and how many there are in all.

        Raises `StorageUnavailable`.
        """
        async with self._writer.engine.connect() as connection:
            rows = (await connection.execute(_NEWEST_FIRST.offset(first).limit(count))).all()
            return _questions(rows, self._keys), int((await connection.execute(_COUNT)).scalar_one())

    async def remove(self, question: int) -> None:
        """Delete a question, if it is still there; returns after the commit. Raises `StorageUnavailable`."""
        await self._writer.run(partial(_remove, question))


async def read_from(url: str, keys: Keys) -> list[Question]:
    """Return all questions that these keys open, the newest days first, beside the bot that keeps them.

    Raises `Unreadable` (`bot.storage.beside`).
    """
    async with beside(url) as database, database.connect() as connection:
        return _questions((await connection.execute(_NEWEST_FIRST)).all(), keys)


async def reseal(writer: Writer, keys: Keys) -> int:
    """Seal all questions with the current key, whichever of the keys they were sealed with; return how many.

    What none of them opens is deleted. Can be interrupted and done again. Raises `StorageUnavailable`.
    """
    done, last = 0, -1
    while (some := await writer.run(partial(_reseal, keys, last))) is not None:
        count, last = some
        done += count
    return done


async def _keep(values: dict[str, object], connection: AsyncConnection) -> bool:
    if (await connection.execute(_KNOWN, {"row": values["id"]})).first() is not None:
        return True
    today = (await connection.execute(_OF_DAY, {"day": values["day_minute"]})).scalar_one()
    if not abuse.allows(ALL_QUESTIONS, today):
        return False
    await connection.execute(_INSERT, values)
    return True


async def _remove(question: int, connection: AsyncConnection) -> None:
    await connection.execute(_DELETE, {"row": question})


async def _reseal(keys: Keys, last: int, connection: AsyncConnection) -> tuple[int, int] | None:
    rows = (await connection.execute(_AFTER, {"row": last})).all()
    for row, sealed in rows:
        text = _opened(row, sealed, keys)
        if text is None:
            await connection.execute(_DELETE, {"row": row})
        else:
            anew = seal(keys.derive(_SEAL), _PLACE, row, text, ROOM)
            await connection.execute(_UPDATE, {"row": row, "anew": anew})
    return (len(rows), rows[-1][0]) if rows else None


def _questions(rows: Iterable[Any], keys: Keys) -> list[Question]:
    found = []
    for row, day, language, sealed in rows:
        text = _opened(row, sealed, keys)
        if text is not None:
            day = datetime.fromtimestamp(day * 60, UTC).date()
            found.append(Question(row, day, Language(language), text.decode()))
    return found


def _opened(row: int, sealed: bytes, keys: Keys) -> bytes | None:
    for number in reversed(keys.numbers):  # more than one only while they are rotated
        with suppress(Unsealable):
            return unseal(keys.derive(_SEAL, number), _PLACE, row, sealed)
    return None


def _minute(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) // 60
