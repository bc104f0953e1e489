"""What is to be told: one row for all who wait for it, with how far the telling has come.

People are told by the random ids of their subscriptions, from a random place on and round, so that nobody is
always the last. `reached` is the last of them that all before are told with; it is committed after they were,
and a telling that was cut off goes on behind it.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.alerts.news import News, columns, read, remains
from bot.storage.tables import alert_events, subscriptions
from bot.storage.writer import Writer

IDS = 2**63
"""So many ids there are for subscriptions."""

SENT, COALESCED, EXPIRED, WITHDRAWN = "sent", "coalesced", "expired", "withdrawn"
"""Why there is no more to tell of something."""


@dataclass(frozen=True)
class Entry:
    """Something to be told, and how far that has come; `up_to` is how far it goes, of a correction only."""

    id: int
    news: News
    start: int
    reached: int | None = None
    corrects: int | None = None
    up_to: int | None = None

    def place(self, row: int) -> int:
        """Return how far from its start a subscription is told."""
        return (row - self.start) % IDS


@dataclass(frozen=True)
class Row:
    """A subscription as it is stored."""

    id: int
    chat: bytes
    epoch: int
    sealed: bytes


@dataclass(frozen=True)
class _Asked:
    """Subscriptions that are to be looked up together."""

    ids: list[int]
    found: asyncio.Future[dict[int, Row] | None]


@dataclass(frozen=True)
class Progress:
    """What was told since `before` and until `at`: how far it has come, and to how many.

    `ended` says why it is over.
    """

    before: int | None
    reached: int | None
    sent: int
    dropped: int
    at: datetime
    ended: str | None = None


_EVENT = (
    alert_events.c.id,
    alert_events.c.crossing,
    alert_events.c.mode,
    alert_events.c.topics,
    alert_events.c.told,
    alert_events.c.made_second,
    alert_events.c.start,
    alert_events.c.reached,
    alert_events.c.corrects,
    alert_events.c.up_to,
)
_OPEN = (
    sa.select(*_EVENT)
    .where(alert_events.c.ended.is_(None))
    .order_by(alert_events.c.priority, alert_events.c.made_second, alert_events.c.id)
)
_HERE = (alert_events.c.crossing == sa.bindparam("place"), alert_events.c.mode == sa.bindparam("by"))
_OPEN_HERE = sa.select(*_EVENT).where(*_HERE, alert_events.c.ended.is_(None))
_MADE = sa.select(*_EVENT).where(*_HERE, alert_events.c.made_second == sa.bindparam("second"))
_SINCE = (
    sa.select(*_EVENT)
    .where(
        alert_events.c.crossing == sa.bindparam("place"),
        sa.or_(
            alert_events.c.made_minute >= sa.bindparam("minute"),
            sa.func.coalesce(alert_events.c.ended_minute, sa.bindparam("minute")) >= sa.bindparam("minute"),
        ),
    )
    .order_by(alert_events.c.made_second)
    .limit(sa.bindparam("most"))
)
_OLDEST = sa.select(
    sa.func.min(alert_events.c.made_second), sa.func.min(alert_events.c.expires_second), sa.func.count()
).where(alert_events.c.ended.is_(None))
_INSERT = sa.insert(alert_events)
_CHANGED = ("topics", "told", "priority", "expires_second", "ended", "ended_minute")
_CHANGE = (
    sa.update(alert_events)
    .where(alert_events.c.id == sa.bindparam("row"))
    .values(
        {name: sa.bindparam(f"new_{name}") for name in _CHANGED}
        | {"dropped": alert_events.c.dropped + sa.bindparam("rest")}
    )
)
# A telling that was overtaken by another process changes nothing: it is not where it thinks it is.
_ADVANCE = (
    sa.update(alert_events)
    .where(
        alert_events.c.id == sa.bindparam("row"),
        sa.func.coalesce(alert_events.c.reached, -1) == sa.bindparam("before"),
    )
    .values(
        reached=sa.bindparam("new_reached"),
        sent=alert_events.c.sent + sa.bindparam("more_sent"),
        # Whom it had reached when it was cut off is counted among the rest already.
        dropped=alert_events.c.dropped
        + sa.case(
            (alert_events.c.ended.is_(None), sa.bindparam("more_dropped", type_=sa.Integer)),
            else_=-sa.bindparam("more_sent_too", type_=sa.Integer),
        ),
        ended=sa.func.coalesce(alert_events.c.ended, sa.bindparam("new_ended", type_=sa.String)),
        ended_minute=sa.func.coalesce(
            alert_events.c.ended_minute, sa.bindparam("new_ended_minute", type_=sa.Integer)
        ),
    )
)
# What was told while it was being taken back is taken back too.
_FOLLOW = (
    sa.update(alert_events)
    .where(
        alert_events.c.corrects == sa.bindparam("row"),
        alert_events.c.ended.is_(None),
        sa.func.coalesce(alert_events.c.up_to, -1) == sa.bindparam("before"),
    )
    .values(up_to=sa.bindparam("new_reached"))
)
_ROW = (subscriptions.c.id, subscriptions.c.chat, subscriptions.c.epoch, subscriptions.c.sealed)
_IN_TURN = (
    sa.select(*_ROW)
    .where(
        subscriptions.c.crossing == sa.bindparam("place"),
        subscriptions.c.id >= sa.bindparam("first"),
        subscriptions.c.id <= sa.bindparam("last"),
    )
    .order_by(subscriptions.c.id)
    .limit(sa.bindparam("most"))
)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(subscriptions)
    .where(
        subscriptions.c.crossing == sa.bindparam("place"),
        subscriptions.c.id >= sa.bindparam("first"),
        subscriptions.c.id <= sa.bindparam("last"),
    )
)
_SOME = sa.select(*_ROW).where(subscriptions.c.id.in_(sa.bindparam("rows", expanding=True)))
_OF_CHAT = sa.delete(subscriptions).where(subscriptions.c.chat.in_(sa.bindparam("chats", expanding=True)))


class Outbox:
    """Reads what is to be told and to whom, and writes how far that has come."""

    def __init__(self, engine: AsyncEngine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._asked: _Asked | None = None

    async def open(self) -> list[Entry]:
        """Return what is not told to all yet, the most urgent and then the oldest first.

        This and all that follows raise `StorageUnavailable`.
        """
        async with self._engine.connect() as connection:
            return _entries(await connection.execute(_OPEN))

    async def oldest(self) -> tuple[int, int] | None:
        """Return when the oldest of them was made, and the first end of any, in seconds; None without any."""
        async with self._engine.connect() as connection:
            made, expires, count = (await connection.execute(_OLDEST)).one()
        return (made, expires) if count else None

    async def since(self, crossing: str, at: datetime, most: int) -> list[News]:
        """Return what came about at a crossing since an instant, or was still told then, in all modes.

        The oldest is first.
        """
        asked = {"place": crossing, "minute": _minute(at), "most": most}
        async with self._engine.connect() as connection:
            return [entry.news for entry in _entries(await connection.execute(_SINCE, asked))]

    async def page(self, entry: Entry, after: int | None, most: int) -> list[Row]:
        """Return the subscriptions that are to be told next, after that one."""
        found: list[Row] = []
        async with self._engine.connect() as connection:
            for first, last in _stretches(entry, after):
                asked: dict[str, Any] = {"place": entry.news.crossing, "first": first, "last": last}
                asked["most"] = most - len(found)
                found += [Row(*row) for row in await connection.execute(_IN_TURN, asked)]
                if len(found) == most:
                    break
        return found

    async def row(self, id: int) -> Row | None:
        """Return a subscription as it is now, None if it is gone.

        Whoever asks in the same turn of the event loop is answered by one query, made after all have asked.
        """
        while (asked := self._asked) is not None:
            asked.ids.append(id)
            found = await asyncio.shield(asked.found)
            if found is not None:
                return found.get(id)
        asked = self._asked = _Asked([id], asyncio.get_running_loop().create_future())
        found = None  # what is not found as this is cancelled, the others look up by themselves
        try:
            await asyncio.sleep(0)
            self._asked = None
            async with self._engine.connect() as connection:
                rows = await connection.execute(_SOME, {"rows": asked.ids})
                found = {row[0]: Row(*row) for row in rows}
        finally:
            self._asked = None if self._asked is asked else self._asked
            asked.found.set_result(found)
        return found.get(id)

    async def put(self, news: Sequence[News]) -> int:
        """Let news be told; returns how many are, after the commit."""
        return await self._writer.run(partial(put, news))

    async def advance(self, entry: Entry, progress: Progress) -> bool:
        """Note how far a telling has come, with the rest of it counted as dropped if it ended early.

        Returns whether it was where we thought it was; else nothing is changed.
        """
        return await self._writer.run(partial(_advance, entry, progress))

    async def erase(self, chats: Sequence[bytes]) -> None:
        """Delete all subscriptions of a chat that is closed to us."""
        await self._writer.run(partial(_erase, chats))


async def put(news: Sequence[News], connection: AsyncConnection) -> int:
    """Let news be told from now on, in the transaction of what caused it; return how many that are.

    What nobody wants to hear any more once there is that news ends, or goes on with the rest of its topics. A
    correction is told to those whom what it corrects was told.
    """
    count = 0
    for each in news:
        corrected = await _corrected(each, connection)
        if each.corrects is not None and corrected is None:
            continue  # so old that it is gone
        for old in _entries(await connection.execute(_OPEN_HERE, _where(each))):
            left = remains(old.news, each)
            if left != old.news:
                why = WITHDRAWN if each.corrects else COALESCED
                await _cut(old, left, why, each.made_at, connection)
        entry = Entry(secrets.randbits(63), each, secrets.randbits(63))
        if corrected is not None:
            entry = replace(entry, start=corrected.start, corrects=corrected.id, up_to=corrected.reached)
        values = {
            "id": entry.id, "start": entry.start, "corrects": entry.corrects, "up_to": entry.up_to
        }  # fmt: skip
        await connection.execute(_INSERT, columns(each) | values)
        count += 1
    return count


async def _corrected(news: News, connection: AsyncConnection) -> Entry | None:
    if news.corrects is None:
        return None
    asked = _where(news) | {"second": int(news.corrects.made_at.timestamp())}
    told = [each for each in _entries(await connection.execute(_MADE, asked)) if each.news.corrects is None]
    return max(told, key=lambda each: len({*each.news.topics} & {*news.topics}), default=None)


async def _cut(old: Entry, left: News | None, why: str, at: datetime, connection: AsyncConnection) -> None:
    """Let of something that is being told only this be told further, or nothing."""
    ended = {"ended": None, "ended_minute": None} if left else {"ended": why, "ended_minute": _minute(at)}
    stored = columns(left or old.news) | ended
    rest = 0 if left else await _rest(old, old.reached, connection)
    changed = {f"new_{name}": stored[name] for name in _CHANGED}
    await connection.execute(_CHANGE, {"row": old.id, "rest": rest} | changed)


async def _advance(entry: Entry, progress: Progress, connection: AsyncConnection) -> bool:
    early = progress.ended not in (None, SENT)
    rest = await _rest(entry, progress.reached, connection) if early else 0
    before = -1 if progress.before is None else progress.before
    values = {
        "row": entry.id,
        "before": before,
        "new_reached": progress.reached,
        "more_sent": progress.sent,
        "more_sent_too": progress.sent,
        "more_dropped": progress.dropped + rest,
        "new_ended": progress.ended,
        "new_ended_minute": _minute(progress.at) if progress.ended else None,
    }
    there = (await connection.execute(_ADVANCE, values)).rowcount == 1
    if there and progress.reached != progress.before:
        follow = {"row": entry.id, "before": before, "new_reached": progress.reached}
        await connection.execute(_FOLLOW, follow)
    return there


async def _rest(entry: Entry, after: int | None, connection: AsyncConnection) -> int:
    """Count those who would be told after that one; also whom it would not concern."""
    count = 0
    for first, last in _stretches(entry, after):
        asked = {"place": entry.news.crossing, "first": first, "last": last}
        count += (await connection.execute(_COUNT, asked)).scalar_one()
    return count


async def _erase(chats: Sequence[bytes], connection: AsyncConnection) -> None:
    await connection.execute(_OF_CHAT, {"chats": list(chats)})


def _stretches(entry: Entry, after: int | None) -> list[tuple[int, int]]:
    """Return the ids that are still to be told after that one, as stretches from first to last, in order."""
    end = IDS - 1 if entry.corrects is None else -1 if entry.up_to is None else entry.place(entry.up_to)
    first = 0 if after is None else entry.place(after) + 1
    if first > end:
        return []
    # Places count from the start; behind the largest id comes the smallest.
    wrap = IDS - entry.start
    found = []
    if first < wrap:
        found.append((entry.start + first, entry.start + min(end, wrap - 1)))
    if end >= wrap:
        found.append((max(first, wrap) - wrap, end - wrap))
    return found


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _where(news: News) -> dict[str, Any]:
    return {"place": news.crossing, "by": news.mode.value}


def _entries(rows: sa.Result[Any]) -> list[Entry]:
    """Read rows; what a later version may have written otherwise is left to it."""
    found = []
    for row in map(dict, rows.mappings()):
        try:
            news = read(row)
        except ValueError:
            continue
        found.append(Entry(row["id"], news, row["start"], row["reached"], row["corrects"], row["up_to"]))
    return found
