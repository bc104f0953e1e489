"""Whoever has the database without the keys, and all ids that there are, learns about nobody from it.

The attack makes of each id whatever a programmer might have stored without a key, and compares. With the keys
it finds everybody, so that it would find them too if keys were not needed.
"""

import hashlib  # noqa: TID251 - the attacker's own
import hmac  # noqa: TID251
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.privacy import epochs
from bot.privacy.carry import carry
from bot.privacy.epochs import INDEX, Epoch
from bot.release import Content
from bot.simulator.limits import Limits
from bot.simulator.server import Simulator
from bot.storage.tables import metadata
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person

DAY = 86_400.0
PEOPLE = 8
HERE, THERE = "verkhny-lars", "petukhovo"
LABELS = (
    "",
    "chat",
    "chats",
    "report",
    "reporter",
    "reports",
    "trail",
    "user",
    "telegram",
    "provodnik/report",
)
KEYS = (b"", bytes(16), bytes(32), b"key", b"secret", b"provodnik", b"provodnik/report\x01", b"\x01")
HASHES = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")

Dump = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Story:
    """Two epochs: who used the bot, the epochs' keys, and a dump of the database at the end of each."""

    ids: Sequence[int]
    epochs: tuple[Epoch, Epoch]
    dumps: tuple[Dump, Dump]


@pytest.fixture
async def story(tmp_path: Path, content: Content, database_url: str) -> Story:
    clock = ManualClock()
    async with (
        Simulator(limits=Limits.off()) as simulator,
        running(simulator, clock, tmp_path, content, database_url=database_url) as world,
    ):
        people = world.people(PEOPLE)
        before = await _epoch(world, people)
        await clock.leap(DAY)
        world.bot.desk.epochs.turn()
        await carry(world.bot.writer, world.bot.desk.epochs)
        world.bot.desk.chats.look_again()
        after = await _epoch(world, people)
        return Story([person.id for person in people], (before[0], after[0]), (before[1], after[1]))


async def _epoch(world: World, people: Sequence[Person]) -> tuple[Epoch, Dump]:
    """Let everybody choose, read and report at two crossings; return the epoch's keys and the database."""
    for person in people:
        await person.send("/language")
        await person.tap("English")
        for place in ("ларс", "петухово"):
            await person.send(f"{place} 5 часов")
            await person.tap("Got through")
    async with world.bot.engine.connect() as connection:
        dump = {
            table.name: [dict(row) for row in (await connection.execute(sa.select(table))).mappings()]
            for table in metadata.sorted_tables
        }
    return world.bot.desk.epochs.current, dump


def names(dump: Dump) -> set[bytes]:
    """Return all that stands for somebody, or might."""
    found = {value for rows in dump.values() for row in rows for value in row.values()}
    numbers = {value for value in found if isinstance(value, int)}
    return {value for value in found if isinstance(value, bytes)} | {
        number.to_bytes(8, "big", signed=True) for number in numbers if abs(number) > 1 << 32
    }


# The attack


def forms(user_id: int, crossings: Collection[str]) -> Iterator[bytes]:
    """Make of an id what somebody may have hashed."""
    bare = [
        str(user_id),
        f"{user_id:x}",
        f"{user_id:016x}",
        f"{user_id:020}",
        *(f"{user_id}:{n}" for n in (0, 1)),
    ]
    bare += [form for place in crossings for form in (f"{user_id}:{place}", f"{place}:{user_id}")]
    for label in LABELS:
        for text in bare:
            yield from (f"{label}{mark}{text}".encode() for mark in ((":", "/", "") if label else ("",)))
    yield from (struct.pack(form, user_id) for form in ("<i", ">i", "<q", ">q"))
    for form in ("<q", ">q"):
        yield from (struct.pack(form, user_id) + place.encode() for place in crossings)
        yield from (place.encode() + struct.pack(form, user_id) for place in crossings)


def hashed(form: bytes) -> Iterator[bytes]:
    """Hash it in every way that needs no key."""
    yield form.ljust(INDEX, b"\0")
    yield form.rjust(INDEX, b"\0")
    for name in HASHES:
        plain = hashlib.new(name, form).digest()
        yield plain
        yield hashlib.new(name, plain).digest()
        yield from (hashlib.new(name, key + form).digest() for key in KEYS[1:])
        yield from (hmac.digest(key, form, name) for key in KEYS)
    yield hashlib.blake2b(form, digest_size=INDEX).digest()


def guessed(ids: Iterable[int], stored: set[bytes]) -> dict[int, set[bytes]]:
    """Return whom a guess has found, with what stands for them."""
    wanted = {name[:8]: name for name in stored}
    report = {
        (int.from_bytes(name, "big") << 1).to_bytes(9, "big")[1:][:7] for name in stored if len(name) == 8
    }
    found: dict[int, set[bytes]] = {}
    for each in ids:
        for form in forms(each, (HERE, THERE)):
            for digest in hashed(form):
                # A report's id is the first 63 bits of something.
                if digest[:8] in wanted or digest[:7] in report:
                    found.setdefault(each, set()).add(wanted.get(digest[:8], digest[:7]))
    return found


async def test_without_keys_a_guess_finds_nobody_and_with_them_everybody(story: Story) -> None:
    for epoch, dump in zip(story.epochs, story.dumps, strict=True):
        stored = names(dump)
        assert len(stored) > 6 * PEOPLE
        assert guessed(story.ids, stored) == {}
        found = {
            each: {epoch.chat(each).chat, epoch.reporter(HERE, each), epoch.reporter(THERE, each)} & stored
            for each in story.ids
        }
        assert all(len(each) == 3 for each in found.values()), "with keys, all of it is known"


def test_without_keys_rows_of_two_epochs_or_crossings_cannot_be_joined(story: Story) -> None:
    first, second = (
        {(row["crossing"], row["reporter"]) for row in dump["reports"] if row["reporter"] is not None}
        for dump in story.dumps
    )
    for reporters in (first, second):
        here, there = ({name for at, name in reporters if at == place} for place in (HERE, THERE))
        assert len(here) == len(there) == PEOPLE, "one person is one at a crossing"
        assert not here & there
    # Who reports again in the next epoch has the former reports under the new name; who does not, has not.
    assert not first & second
    chats = [{row["chat"] for table in ("chats", "trail") for row in dump[table]} for dump in story.dumps]
    assert not chats[0] & chats[1]
    assert len(chats[1]) == PEOPLE, "all was carried into one epoch"
    assert not {epoch.chat(each).chat for epoch in story.epochs for each in story.ids} & {
        epoch.reporter(place, each) for epoch in story.epochs for each in story.ids for place in (HERE, THERE)
    }


# Without the guards


def _known(epoch: Epoch) -> Epoch:
    return replace(epoch, reporters=bytes(32), indexes=b"")


def _unkeyed(self: Epoch, crossing: str, user_id: int) -> bytes:
    return hashlib.sha256(f"{user_id}:{crossing}".encode()).digest()[:INDEX]


def _everywhere_the_same(self: Epoch, crossing: str, user_id: int) -> bytes:
    return hmac.digest(self.reporters, str(user_id).encode(), hashlib.sha256)[:INDEX]


@pytest.fixture
def unkeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Epoch, "reporter", _unkeyed)


@pytest.fixture
def known_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    after: Callable[..., Epoch] = epochs._after
    monkeypatch.setattr(epochs, "_after", lambda ring, now: _known(after(ring, now)))


@pytest.fixture
def one_name_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Epoch, "reporter", _everywhere_the_same)


def test_reporters_without_a_key_are_found(unkeyed: None, story: Story) -> None:
    assert set(guessed(story.ids, names(story.dumps[0]))) == set(story.ids)


def test_epochs_of_known_keys_are_seen_through(known_keys: None, story: Story) -> None:
    found = guessed(story.ids, names(story.dumps[0]))
    assert all(len(found[each]) >= 3 for each in story.ids), "the chat's index and both reporters"


def test_one_name_at_all_crossings_is_seen(one_name_everywhere: None, story: Story) -> None:
    with pytest.raises(AssertionError):
        test_without_keys_rows_of_two_epochs_or_crossings_cannot_be_joined(story)
