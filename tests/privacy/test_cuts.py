"""Many wipe at once: one writing for all who wait, and each hears how it went."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.privacy import epochs as epochs_module
from bot.privacy import keys as keys_module
from bot.privacy.cuts import Cuts
from bot.privacy.epochs import Epochs
from bot.privacy.keys import KeyFileError, load
from tests.clock import ManualClock
from tests.waiting import PATIENCE, until

MANY = range(1, 101)


class Disk:
    """Counts how often the file is written, each time through a gate; while `full`, it cannot be."""

    def __init__(self, write: Callable[[Path, bytes], None]) -> None:
        self._write = write
        self.written = 0
        self.full = False
        self.gate = threading.Semaphore(len(MANY))

    def __call__(self, path: Path, content: bytes) -> None:
        self.written += 1
        full = self.full
        assert self.gate.acquire(timeout=PATIENCE)
        if full:
            raise OSError(28, "No space left on device")
        self._write(path, content)


@pytest.fixture
def epochs(tmp_path: Path, clock: ManualClock) -> Epochs:
    return Epochs(tmp_path / "key", load(tmp_path / "key", create=True), clock)


@pytest.fixture
def disk(epochs: Epochs, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(keys_module.replace_private)
    monkeypatch.setattr(epochs_module, "replace_private", made)
    return made


async def test_a_hundred_who_wipe_at_once_are_forgotten_with_two_writings(epochs: Epochs, disk: Disk) -> None:
    before = {chat: epochs.chat(chat) for chat in MANY}
    cuts = Cuts(epochs)
    async with asyncio.TaskGroup() as group:
        for chat in MANY:
            group.create_task(cuts.forget(chat))
    assert disk.written <= 2
    for key in before.values():
        assert epochs.key(key.epoch, key.chat) is None


async def test_who_waited_for_a_writing_that_failed_hears_of_it_and_can_do_it_again(
    epochs: Epochs, disk: Disk
) -> None:
    before = {chat: epochs.chat(chat) for chat in MANY}
    cuts = Cuts(epochs)
    disk.full = True
    outcomes = await asyncio.gather(*(cuts.forget(chat) for chat in MANY), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {KeyFileError}
    assert all(epochs.key(key.epoch, key.chat) for key in before.values())
    disk.full = False
    await cuts.forget(7)
    assert epochs.key(before[7].epoch, before[7].chat) is None


async def test_if_the_one_who_writes_is_given_up_the_others_are_forgotten_all_the_same(
    epochs: Epochs, disk: Disk, tmp_path: Path, clock: ManualClock
) -> None:
    before = {chat: epochs.chat(chat) for chat in (1, 2, 3)}
    cuts = Cuts(epochs)
    disk.gate = threading.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        _, second, third = (group.create_task(cuts.forget(chat)) for chat in before)
        await until(lambda: disk.written == 1)  # the first is on its way, and two wait for the next
        disk.full = True
        disk.gate.release()
        await until(lambda: disk.written == 2)
        second.cancel()  # its writing goes on, and fails unheard
        await until(second.done)
        disk.full = False
        disk.gate.release(2)
    assert second.cancelled()
    assert third.done()
    written = Epochs(tmp_path / "key", load(tmp_path / "key", create=False), clock)
    assert written.key(before[3].epoch, before[3].chat) is None
