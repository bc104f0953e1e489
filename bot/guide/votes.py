"""Votes on answers: how often people said that one is not right for them, counted, and nothing else.

A vote is an answer, a language, a reason and a day; a row counts those that are alike. There is no person in
it, no chat, no text and no time of day, so that nobody can be asked who voted.

Editors see a count from `FEW` on. A lone vote says little of a text; but who knows that somebody was just
reading that answer would know whose vote it is. Days are what the counts need to be told apart by: votes from
before an answer was last compared with its sources are of a text that has been looked at since.

Each person has one vote a day on an answer (`VOTES` of `bot.privacy.abuse`), and Telegram telling twice of
the same tap is one vote, both as far as this process remembers. After a crash between the commit and telling
Telegram so, one tap is counted twice. To rule that out we would have to keep which tap was counted, which is
more than a hint to editors is worth: a count decides nothing.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.guide.model import Language
from bot.storage.beside import beside
from bot.storage.tables import guide_votes
from bot.storage.writer import Writer

FEW = 3
"""Fewer votes than this, of one reason on one answer, are not shown to anybody."""


class Reason(StrEnum):
    """What is not right with an answer."""

    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    NOT_MINE = "not my case"


# The same on both engines, and so without SQLAlchemy's dialects, which take long to import.
_COUNT = sa.text(
    "INSERT INTO guide_votes (answer, language, reason, day_minute, votes) "
    "VALUES (:answer, :language, :reason, :day_minute, 1) "
    "ON CONFLICT (answer, language, reason, day_minute) DO UPDATE SET votes = guide_votes.votes + 1"
)
_ALL = sa.select(guide_votes.c.answer, guide_votes.c.reason, guide_votes.c.day_minute, guide_votes.c.votes)


async def count(writer: Writer, answer: str, language: Language, reason: Reason, at: datetime) -> None:
    """Count a vote of this day; returns after the commit.

    Raises `StorageUnavailable`.
    """
    values = {
        "answer": answer,
        "language": language.value,
        "reason": reason.value,
        "day_minute": _minute(at.astimezone(UTC).date()),
    }
    await writer.run(partial(_count, values))


async def read(database: AsyncEngine, since: Mapping[str, date]) -> dict[str, Counter[str]]:
    """Return the votes on answers by reason, where there are `FEW` or more of it, in both languages together.

    `since` are the days from which votes on each answer matter, such as the last check of its text; answers
    that are not in it have no votes. Raises `StorageUnavailable`.
    """
    found: dict[str, Counter[str]] = {answer: Counter() for answer in since}
    async with database.connect() as connection:
        rows = (await connection.execute(_ALL)).all()
    for answer, reason, day_minute, votes in rows:
        if answer in since and day_minute >= _minute(since[answer]):
            found[answer][reason] += votes
    told = {
        answer: Counter({reason: number for reason, number in said.items() if number >= FEW})
        for answer, said in found.items()
    }
    return {answer: said for answer, said in told.items() if said}


async def read_from(url: str, since: Mapping[str, date]) -> dict[str, Counter[str]]:
    """Return what `read` does, of the database at an address, beside the bot that uses it.

    Raises `Unreadable`.
    """
    async with beside(url) as database:
        return await read(database, since)


async def _count(values: Mapping[str, Any], connection: AsyncConnection) -> None:
    await connection.execute(_COUNT, values)


def _minute(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) // 60
