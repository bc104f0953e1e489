"""What is wiped, deleted or over is readable for nobody: not out of the file, its log, or any earlier copy.

The copies are those that a backup would take at each step, of the database alone. The keys are copied by
nobody: that is what the operator's manual asks, and what all of this hangs on.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest

from bot.privacy import epochs
from bot.privacy.carry import carry
from bot.privacy.epochs import Epochs, turned
from bot.release import Content
from bot.simulator.limits import Limits
from bot.simulator.server import Simulator
from bot.telegram.removal import vanish
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person
from tests.proofs.remains import Loot, Sealed, carve, opened

DAY = 86_400.0


class Lab:
    """A bot, and somebody who takes copies of its database and looks at everything in the end."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.data = folder / "data"
        self._copies = folder / "copies"
        self._taken = 0

    def copy(self) -> None:
        """Take the database as it lies there, with its log."""
        self._taken += 1
        copy = self._copies / str(self._taken)
        copy.mkdir(parents=True)
        for path in self.data.glob("*.sqlite3*"):
            shutil.copy(path, copy)

    def found(self) -> set[Sealed]:
        return carve(self.data, self._copies)

    def opened(self) -> set[Sealed]:
        self.copy()
        return opened(self.found(), Loot(self.data / "key"))

    def of(self, person: Person) -> set[Sealed]:
        """Of what was found, what belongs to a person; to be asked before anything is destroyed."""
        known = {(key.epoch, key.chat) for key in self.world.bot.desk.epochs.known(person.id)}
        return {each for each in self.found() if (each.epoch, each.chat) in known}

    async def days(self, number: int) -> None:
        """Let days pass, with what the bot does in each."""
        for _ in range(number):
            await self.world.clock.leap(DAY)
            self.world.bot.desk.epochs.turn()
            await carry(self.world.bot.writer, self.world.bot.desk.epochs)
            self.world.bot.desk.chats.look_again()
            self.copy()


@asynccontextmanager
async def lab(folder: Path, content: Content) -> AsyncIterator[Lab]:
    async with (
        Simulator(limits=Limits.off()) as simulator,
        running(simulator, ManualClock(), folder / "data", content) as world,
    ):
        yield Lab(world, folder)


async def live(person: Person) -> None:
    """Leave something in both tables."""
    await person.send("/language")
    await person.tap("English")
    await person.send("/crossing lars")


async def choose_to_vanish(person: Person, after: str) -> None:
    await person.send("/mydata")
    await person.tap("🕶")
    await person.tap(after)


async def test_what_lives_opens_or_else_this_would_prove_nothing(tmp_path: Path, content: Content) -> None:
    async with lab(tmp_path, content) as here:
        anna = here.world.person()
        await live(anna)
        mine = here.of(anna)
        assert len(mine) >= 3
        assert here.opened() == here.found() == mine
        await here.days(1)
        assert len(here.found()) == 2 * len(mine), (
            "all was carried, and the former lies in the log and the copies"
        )
        assert here.opened() == here.found()


async def wiped(here: Lab) -> tuple[set[Sealed], set[Sealed]]:
    """Let two people live through a turn, and one of them wipe; return what was of him, and of both."""
    anna, boris = here.world.person("Anna"), here.world.person("Boris")
    await live(anna)
    await live(boris)
    here.copy()
    of_boris, of_anna = here.of(boris), here.of(anna)
    await here.days(1)
    await live(boris)
    here.copy()
    of_boris |= here.of(boris)
    of_anna |= here.of(anna)
    await boris.send("/wipe")
    await boris.tap("Yes, remove")
    assert of_boris <= here.found(), "it lies there still"
    return of_boris, of_anna


async def test_nothing_of_a_wiped_chat_opens(tmp_path: Path, content: Content) -> None:
    async with lab(tmp_path, content) as here:
        of_boris, of_anna = await wiped(here)
        assert here.opened() & of_boris == set()
        assert here.opened() >= of_anna, "and nobody else lost anything"
        boris = here.world.simulator.model.people[max(here.world.simulator.model.people)]
        assert here.world.bot.desk.epochs.chat(boris.id).chat not in {each.chat for each in here.found()}


async def passed(here: Lab) -> tuple[set[Sealed], set[Sealed]]:
    """Let two turns pass; return what was sealed before them, and what lives in the end."""
    anna, clara = here.world.person("Anna"), here.world.person("Clara")
    await live(anna)
    await live(clara)
    await choose_to_vanish(clara, "1 h")
    await clara.send("/help")
    here.copy()
    before = here.of(anna) | here.of(clara)
    await here.world.clock.leap(3600)
    assert await vanish(here.world.bot.application.bot, here.world.bot.desk.trail) > 0
    await here.days(2)
    assert before <= here.found(), "it lies in the copies"
    return before, here.of(anna)


async def test_nothing_of_an_epoch_that_is_over_opens(tmp_path: Path, content: Content) -> None:
    async with lab(tmp_path, content) as here:
        before, of_anna = await passed(here)
        opens = here.opened()
        assert opens & before == set()
        assert opens == {each for each in here.found() if each.epoch in here.world.bot.desk.epochs.numbers}
        assert opens >= of_anna
        assert of_anna, "what is still alive was carried"


@pytest.mark.parametrize("what", ["new", "old"])
async def test_keys_that_a_crash_left_behind_do_not_outlive_a_wipe(
    what: str, tmp_path: Path, content: Content
) -> None:
    clock, epochs_file = ManualClock(), tmp_path / "data" / "key.epochs"
    async with Simulator(limits=Limits.off()) as simulator:
        async with running(simulator, clock, tmp_path / "data", content) as world:
            boris = world.person("Boris")
            await live(boris)
            of_boris = Lab(world, tmp_path).of(boris)
        # As if killed before the new file took the place of the old one, or before that was overwritten.
        shutil.copy(epochs_file, epochs_file.with_name(f"{epochs_file.name}.{what}"))
        async with running(simulator, clock, tmp_path / "data", content) as world:
            here = Lab(world, tmp_path)
            here.copy()
            assert here.opened() >= of_boris
            await boris.send("/wipe")
            await boris.tap("Yes, remove")
            assert of_boris <= here.found()
            assert here.opened() & of_boris == set()


# Without the guards


def _kept(self: Epochs, chat_id: int) -> None:
    """Forget nothing."""


def _all_kept(ring: epochs.Ring, now: datetime) -> epochs.Ring:
    later = turned(ring, now)
    return later if later is ring else (*ring, later[-1])


@pytest.mark.parametrize(
    ("guard", "broken", "story"),
    [("Epochs.forget", _kept, wiped), ("turned", _all_kept, passed)],
    ids=["leaves not cut", "epochs kept"],
)
async def test_without_its_guard_it_opens(
    guard: str,
    broken: Callable[..., object],
    story: Callable[[Lab], Awaitable[tuple[set[Sealed], set[Sealed]]]],
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"bot.privacy.epochs.{guard}", broken)
    async with lab(tmp_path, content) as here:
        gone, _ = await story(here)
        assert here.opened() & gone == gone
