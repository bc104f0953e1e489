"""Epochs: keys that live for two days at most. Destroying one is the deletion of all that was sealed with it.

An epoch is about a day, from one midnight in UTC to the next. Its keys are random, stand in the file
`<key file>.epochs`, sealed with the key file, and nowhere else: neither in the database nor in its log, its
replicas or backups. Only the current and the previous epoch exist. What must live longer is carried into the
current one (`bot.privacy.carry`).

Everything of a chat in an epoch hangs from one key, a leaf of the epoch's tree (`bot.privacy.tree`), at a
position that the chat's index tells. To wipe a chat is to cut its leaf out. If it comes back, it gets the
index and the leaf after that.
"""

import fcntl
import hashlib
import hmac
import itertools
import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.clock import Clock
from bot.privacy import tree
from bot.privacy.keys import KeyFileError, Keys, beside, read_private, replace_private, sweep
from bot.privacy.sealing import NONCE

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
LEAST = DAY / 2
"""An epoch that has ended stays so long at least: time to carry what it holds."""

INDEX = 16
"""Bytes of an index, and of a reporter's pseudonym."""

LARGEST_BYTES = 1 << 30
"""Of the file, to which each wipe of an epoch adds some 10 kB."""


@dataclass(frozen=True)
class Epoch:
    """One epoch: its number, when it ends or has ended, and its keys."""

    number: int
    until: datetime
    reporters: bytes
    indexes: bytes
    nodes: tree.Nodes

    def chat(self, chat_id: int) -> "ChatKey":
        """Return a chat's key; one that was wiped gets the index after, and so another key."""
        for visit in itertools.count():
            index = hmac.digest(self.indexes, f"{chat_id}:{visit}".encode(), hashlib.sha256)[:INDEX]
            key = self.leaf(index)
            if key is not None:
                return ChatKey(self.number, index, key)
        raise AssertionError("a tree is never empty")

    def without(self, chat_id: int) -> "Epoch":
        """Return the epoch in which the chat's present key is no more."""
        return replace(self, nodes=tree.without(self.nodes, tree.position(self.chat(chat_id).chat)))

    def reporter(self, crossing: str, user_id: int) -> bytes:
        """Return what stands for a person who reports at a crossing."""
        # A crossing's id holds no colon, so no two different pairs are one text.
        return hmac.digest(self.reporters, f"{user_id}:{crossing}".encode(), hashlib.sha256)[:INDEX]

    def report(self, update_id: int) -> int:
        """Return the id of the report that an update brings: positive, of 63 bits."""
        return self._number(f"report:{update_id}")

    def measured(self, report: int) -> int:
        """Return the id of what was measured by a report, of the same sort."""
        return self._number(f"measured:{report}")

    def _number(self, what: str) -> int:
        keyed = hmac.digest(self.reporters, what.encode(), hashlib.sha256)
        return int.from_bytes(keyed[:8], "big") >> 1 or 1

    def leaf(self, index: bytes) -> bytes | None:
        """Return the key of the chat with this index, None if it was wiped."""
        return tree.leaf(self.nodes, tree.position(index))


class ChatKey(NamedTuple):
    """A chat in an epoch: what it is found by in tables, and what it is sealed with there."""

    epoch: int
    chat: bytes
    key: bytes


Ring = tuple[Epoch, ...]
"""The epochs that exist, the current one last."""


def turned(ring: Ring, now: datetime) -> Ring:
    """Return the epochs as they should be now: at most one ends at a time, and none twice.

    A clock that went back does not revive an epoch, as numbers only rise. It does not prolong one: an end
    that is more than a day away comes nearer. And it does not destroy one early: one that has ended stays for
    half a day at least, also where midnight comes twice, or soon after a start.
    """
    if not ring:
        return (_after(ring, now),)
    ended = tuple(replace(epoch, until=now) if epoch.until > now else epoch for epoch in ring[:-1])
    current = ring[-1]
    if current.until - now > DAY:
        current = replace(current, until=_midnight_after(now))
    if now >= current.until and all(now - epoch.until >= LEAST for epoch in ended):
        return _next(ring, now)
    return ring if (*ended, current) == ring else (*ended, current)


def _next(ring: Ring, now: datetime) -> Ring:
    return replace(ring[-1], until=now), _after(ring, now)


def _after(ring: Ring, now: datetime) -> Epoch:
    # The day's number, so that after a loss of the file no number means two epochs for long.
    day = (now.astimezone(UTC).date() - date(1970, 1, 1)).days
    number = max(day, ring[-1].number + 1) if ring else day
    reporters, indexes, root = (secrets.token_bytes(32) for _ in range(3))
    return Epoch(number, _midnight_after(now), reporters, indexes, {"": root})


def _midnight_after(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() + DAY, time(), UTC)


class Epochs:
    """The epochs of this bot. Replicas share the file, and each sees what another has changed in it."""

    def __init__(self, key_path: Path, keys: Keys, clock: Clock) -> None:
        """Open them, and begin the first if there is none. Raises `KeyFileError`.

        One that is over is not ended here, so that first can be carried what still lies in the one before.
        """
        self._path = beside(key_path, "epochs")
        self._keys = keys
        self._clock = clock
        self._ring: Ring = ()
        self._seen: tuple[int, ...] = ()
        self._open()

    @property
    def current(self) -> Epoch:
        """The epoch in which things are sealed now."""
        self._look()
        return self._ring[-1]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the epochs that exist, the current one last."""
        self._look()
        return tuple(epoch.number for epoch in self._ring)

    def turn(self) -> bool:
        """Begin the next epoch if it is time, which destroys the last but one; tell whether it was.

        Raises `KeyFileError` if that cannot be written.
        """
        before = self.numbers
        if turned(self._ring, self._clock.now()) is self._ring:
            return False
        with self._changing():
            self._ring = turned(self._ring, self._clock.now())
        return self.numbers != before

    def turn_now(self) -> None:
        """Begin the next epoch whatever the time is. Raises `KeyFileError`."""
        with self._changing():
            self._ring = _next(self._ring, self._clock.now())

    def destroy_previous(self) -> None:
        """Keep the current epoch alone. Raises `KeyFileError`."""
        with self._changing():
            self._ring = self._ring[-1:]

    def seal_with(self, keys: Keys) -> None:
        """Seal the file with the current one of these keys from now on. Raises `KeyFileError`."""
        with self._changing():
            self._keys = keys

    def chat(self, chat_id: int) -> ChatKey:
        """Return a chat's key in the current epoch."""
        return self.current.chat(chat_id)

    def known(self, chat_id: int) -> tuple[ChatKey, ...]:
        """Return a chat's keys in all epochs that exist, the current one first."""
        self._look()
        return tuple(epoch.chat(chat_id) for epoch in reversed(self._ring))

    def key(self, epoch: int, chat: bytes) -> bytes | None:
        """Return what a row's chat was sealed with; None if that epoch is over or the chat was wiped."""
        self._look()
        return next((each.leaf(chat) for each in self._ring if each.number == epoch), None)

    def reporters(self, crossing: str, user_id: int) -> tuple[bytes, bytes | None]:
        """Return what stands for a person at a crossing in this epoch, and in the one before if any."""
        self._look()
        names = [epoch.reporter(crossing, user_id) for epoch in reversed(self._ring)]
        return names[0], names[1] if len(names) > 1 else None

    def report_ids(self, update_id: int) -> tuple[int, int | None]:
        """Return the id of the report that an update brings, and the one of the epoch before if any."""
        self._look()
        ids = [epoch.report(update_id) for epoch in reversed(self._ring)]
        return ids[0], ids[1] if len(ids) > 1 else None

    def measured_ids(self, report: int) -> list[int]:
        """Return the ids of what was measured by a report, in all epochs that exist, the current first."""
        self._look()
        return [epoch.measured(report) for epoch in reversed(self._ring)]

    def forget(self, *chat_ids: int) -> None:
        """Destroy what these chats' things are sealed with, in all epochs. Raises `KeyFileError`."""
        with self._changing():
            for chat_id in chat_ids:
                self._ring = tuple(epoch.without(chat_id) for epoch in self._ring)

    def _open(self) -> None:
        with self._locked(fcntl.LOCK_EX):
            sweep(self._path)
            self._read()
        if not self._ring:
            with self._changing():
                self._ring = self._ring or turned((), self._clock.now())

    def _look(self) -> None:
        """Read the file again if another process has changed it."""
        if self._is_changed():
            with self._locked(fcntl.LOCK_SH):
                self._read()

    def _is_changed(self) -> bool:
        try:
            return self._seen != _seen(self._path.stat())
        except OSError:
            return False

    def _read(self) -> None:
        """Read the file; only under a lock, as what is replaced is overwritten in place."""
        content = read_private(self._path, LARGEST_BYTES)
        if content is None:
            return
        number, _, sealed = content.partition(b"\n")
        try:
            key = self._keys.derive("epochs", int(number))
            plain = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], number)
        except (KeyError, ValueError, InvalidTag):
            raise KeyFileError(
                f"{self._path}: was not made with this key file; set BOT_KEY_FILE to the right one, or "
                "remove this file, which forgets all chats' settings"
            ) from None
        self._ring = tuple(_epoch(each) for each in json.loads(plain))
        self._seen = _seen(self._path.stat())

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the ring and the file, as one, while no other process does."""
        before = self._ring
        try:
            with self._locked(fcntl.LOCK_EX):
                if self._is_changed():
                    self._read()
                yield
                self._write()
        except BaseException:
            # What the file holds now is not known: the next look reads it.
            self._ring, self._seen = before, ()
            raise

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Hold the file against others; what goes wrong meanwhile is told in one line."""
        try:
            descriptor = os.open(beside(self._path, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, how)
                yield
            finally:
                os.close(descriptor)
        except OSError as error:
            raise KeyFileError(f"{self._path}: cannot be written: {error.strerror}") from None

    def _write(self) -> None:
        plain = json.dumps([_written(epoch) for epoch in self._ring]).encode()
        number, nonce = str(self._keys.current).encode(), secrets.token_bytes(NONCE)
        sealed = AESGCM(self._keys.derive("epochs")).encrypt(nonce, plain, number)
        content = number + b"\n" + nonce + sealed
        if len(content) > LARGEST_BYTES:
            raise KeyFileError(f"{self._path}: too many chats were wiped in two days; try again tomorrow")
        replace_private(self._path, content)
        self._seen = _seen(self._path.stat())


def _seen(state: os.stat_result) -> tuple[int, ...]:
    return state.st_ino, state.st_mtime_ns, state.st_size


def _written(epoch: Epoch) -> dict[str, Any]:
    return {
        "number": epoch.number,
        "until": epoch.until.isoformat(),
        "reporters": epoch.reporters.hex(),
        "indexes": epoch.indexes.hex(),
        "nodes": {way: key.hex() for way, key in epoch.nodes.items()},
    }


def _epoch(written: dict[str, Any]) -> Epoch:
    return Epoch(
        written["number"],
        datetime.fromisoformat(written["until"]),
        bytes.fromhex(written["reporters"]),
        bytes.fromhex(written["indexes"]),
        {way: bytes.fromhex(key) for way, key in written["nodes"].items()},
    )
