"""Who wants to be told what: the subscriptions of a chat, sealed, and what is waited for because of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import randbits

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.alerts.rules import NEW
from bot.alerts.subscription import MOST_RULES, Subscription, Unreadable, pack, unpack, wake_at
from bot.clock import Clock
from bot.crossings.report import step
from bot.privacy.carry import ID_BYTES
from bot.privacy.epochs import ChatKey, Epochs
from bot.privacy.sealing import Unsealable, seal, unseal
from bot.storage.tables import subscriptions
from bot.storage.writer import Writer

_PLACE = "subscriptions.sealed"
DAY_MINUTES = 1440

All = tuple[Subscription, ...]
"""The subscriptions of one chat, one a crossing, by the crossings' ids."""


@dataclass(frozen=True)
class TooManyRules:
    """With these a chat would have `count` rules; nothing is changed."""

    count: int


@dataclass(frozen=True)
class _Stored:
    """A row, and what it says, one row a crossing: None for what is unreadable or older."""

    id: int
    said: Subscription | None
    wake: int | None


_OF = sa.select(
    subscriptions.c.id,
    subscriptions.c.chat,
    subscriptions.c.epoch,
    subscriptions.c.sealed,
    subscriptions.c.wake_minute,
).where(subscriptions.c.chat.in_(sa.bindparam("chats", expanding=True)))
_INSERT = sa.insert(subscriptions)
_CHANGED = ("chat", "epoch", "sealed", "renewed_minute", "wake_minute")
_CHANGE = (
    sa.update(subscriptions)
    .where(subscriptions.c.id == sa.bindparam("row"))
    .values({name: sa.bindparam(f"new_{name}") for name in _CHANGED})
)
_DELETE = sa.delete(subscriptions).where(subscriptions.c.id.in_(sa.bindparam("rows", expanding=True)))
# The same on both engines, and so without SQLAlchemy's dialects, which take long to import.
_WANT = sa.text(
    "INSERT INTO alert_states (crossing, mode, topic, state, wanted_minute) "
    "VALUES (:crossing, :mode, :topic, :state, :day) "
    "ON CONFLICT (crossing, mode, topic) DO UPDATE SET wanted_minute = excluded.wanted_minute"
)


def sealed(key: bytes, row: int, chat_id: int, subscription: Subscription) -> bytes:
    """Return what is stored of a chat's subscription in a row."""
    plain = chat_id.to_bytes(ID_BYTES, "big", signed=True) + pack(subscription)
    return seal(key, _PLACE, row, plain)


def opened(key: bytes, row: int, stored: bytes) -> tuple[int, Subscription]:
    """Return the chat's id and what it wants; raises `Unsealable` and `Unreadable`."""
    plain = unseal(key, _PLACE, row, stored)
    return int.from_bytes(plain[:ID_BYTES], "big", signed=True), unpack(plain[ID_BYTES:])


class Subscriptions:
    """The subscriptions of chats, which are known by their index in an epoch alone."""

    def __init__(self, engine: AsyncEngine, writer: Writer, epochs: Epochs, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._epochs = epochs
        self._clock = clock

    async def of(self, chat_id: int) -> All:
        """Return what a chat wants to be told, without what has ended. Raises `StorageUnavailable`."""
        keys = self._epochs.known(chat_id)
        async with self._engine.connect() as connection:
            found = await _read(keys, connection)
        return _lasting(found, self._clock.now())

    async def change(self, chat_id: int, edit: Callable[[All], All]) -> All | TooManyRules:
        """Put in place of a chat's subscriptions what `edit` makes of them; return that after the commit.

        `edit` may be called twice. A subscription without rules and without a digest is none. What is waited
        for from now on begins as `NEW`: what is so already is no news. Raises `StorageUnavailable`.
        """
        keys, now = self._epochs.known(chat_id), self._clock.now()
        return await self._writer.run(partial(_change, chat_id, keys, now, edit))


async def _change(
    chat_id: int,
    keys: Sequence[ChatKey],
    now: datetime,
    edit: Callable[[All], All],
    connection: AsyncConnection,
) -> All | TooManyRules:
    stored = await _read(keys, connection)
    before = _lasting(stored, now)
    after = tuple(
        sorted((each for each in edit(before) if each.rules or each.digest_hour is not None), key=_crossing)
    )
    count = sum(each.count for each in after)
    if count > MOST_RULES and count > sum(each.count for each in before):
        return TooManyRules(count)
    # A row keeps its id, by which it is told in turn, so that a change makes nobody told twice.
    places = {old.said.crossing: old for old in stored if old.said is not None}
    kept = [places[each.crossing].id for each in after if each.crossing in places]
    gone = [old.id for old in stored if old.id not in kept]
    if gone:
        await connection.execute(_DELETE, {"rows": gone})
    for each in after:
        await _keep(places.get(each.crossing), chat_id, keys[0], each, now, connection)
    return after


async def _keep(
    old: _Stored | None,
    chat_id: int,
    key: ChatKey,
    subscription: Subscription,
    now: datetime,
    connection: AsyncConnection,
) -> None:
    id = randbits(63) if old is None else old.id
    wake = _minute(wake_at(subscription, now))
    if old is not None and old.said is not None and old.said.ends_at > now and old.wake is not None:
        wake = min(wake, old.wake)  # what is due by then and not done yet is still to be done
    values = {
        "chat": key.chat,
        "epoch": key.epoch,
        "sealed": sealed(key.key, id, chat_id, subscription),
        "renewed_minute": _minute(step(subscription.renewed_at)),
        "wake_minute": wake,
    }
    if old is None:
        await connection.execute(_INSERT, values | {"id": id, "crossing": subscription.crossing})
    else:
        await connection.execute(_CHANGE, {"row": id} | {f"new_{name}": values[name] for name in _CHANGED})
    day = _minute(now) // DAY_MINUTES * DAY_MINUTES
    for rule in subscription.rules:
        want = {"crossing": subscription.crossing, "mode": rule.mode.value, "topic": rule.topic.code}
        await connection.execute(_WANT, want | {"state": NEW.write(), "day": day})


async def _read(keys: Sequence[ChatKey], connection: AsyncConnection) -> list[_Stored]:
    """Return a chat's rows."""
    by_chat = {key.chat: key for key in keys}
    found: list[_Stored] = []
    crossings: set[str] = set()
    rows = (await connection.execute(_OF, {"chats": list(by_chat)})).all()
    for id, chat, _, stored, wake in sorted(rows, key=lambda row: -row.epoch):
        try:
            _, said = opened(by_chat[chat].key, id, stored)
        except (Unsealable, Unreadable):
            found.append(_Stored(id, None, wake))
            continue
        found.append(_Stored(id, None if said.crossing in crossings else said, wake))
        crossings.add(said.crossing)
    return found


def _lasting(found: Sequence[_Stored], now: datetime) -> All:
    said = [each.said for each in found if each.said is not None and each.said.ends_at > now]
    return tuple(sorted(said, key=_crossing))


def _crossing(subscription: Subscription) -> str:
    return subscription.crossing


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
