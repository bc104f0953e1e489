"""Whatever people, clocks and crashes do, and in whatever order: what was promised holds after every step."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy import epochs, holdings
from bot.privacy.carry import Carried
from bot.privacy.epochs import turned
from bot.privacy.sealing import unseal
from bot.release import Content
from bot.storage.tables import SEALED
from bot.telegram import buttons
from bot.telegram.button_data import decode
from bot.telegram.chats import VANISH_HOURS
from tests.person import Person
from tests.proofs.machine import Machine, machine

PHRASE = "зелёный чай"
HARMLESS = "Здравствуйте! Начать: /start"

# What happens


@dataclass(frozen=True)
class Say:
    text: str

    async def by(self, person: Person, on: Machine) -> None:
        async with on.saying(person):
            await person.send(self.text)


@dataclass(frozen=True)
class Tap:
    """Press a button of the last message that chooses nothing."""

    number: int

    async def by(self, person: Person, on: Machine) -> None:
        shown = person.last.message.markup.inline or [] if person.messages else []
        data = [key["callback_data"] for row in shown for key in row if "callback_data" in key]
        does = [button for button in map(decode, data) if not isinstance(button, CHOOSES)]
        if does:
            async with on.saying(person):
                assert await on.press(person, does[self.number % len(does)])


@dataclass(frozen=True)
class Report:
    hours: int

    async def by(self, person: Person, on: Machine) -> None:
        async with on.saying(person):
            await person.send(f"ларс {self.hours} ч")
            await person.tap("Проехали")


@dataclass(frozen=True)
class Vanish:
    hours: int

    async def by(self, person: Person, on: Machine) -> None:
        if await _pages(person, on, buttons.SetVanish(self.hours)):
            promised = on.promised[person.id]
            promised.chosen = replace(promised.chosen, vanish_hours=self.hours or None)


@dataclass(frozen=True)
class Discreet:
    on: bool

    async def by(self, person: Person, on: Machine) -> None:
        if await _pages(person, on, buttons.SetDiscreet(int(self.on))):
            promised = on.promised[person.id]
            promised.chosen = replace(promised.chosen, discreet=self.on)


@dataclass(frozen=True)
class SetPhrase:
    async def by(self, person: Person, on: Machine) -> None:
        if await _pages(person, on, buttons.AskStop()):
            async with on.saying(person) as promised:
                await person.reply(person.last, PHRASE)
                promised.chosen = replace(await on.bot.desk.chats.of(person.id))
                assert promised.chosen.stop is not None


async def _pages(person: Person, on: Machine, button: buttons.Button) -> bool:
    async with on.saying(person):
        await person.send("/mydata")
        assert await on.press(person, buttons.Privacy())
        return await on.press(person, button)


@dataclass(frozen=True)
class Wipe:
    async def by(self, person: Person, on: Machine) -> None:
        async with on.saying(person):
            await person.send("/wipe")
            assert await on.press(person, buttons.WipeNow())
        _wiped(person, on)


@dataclass(frozen=True)
class SayPhrase:
    async def by(self, person: Person, on: Machine) -> None:
        wipes = on.promised[person.id].chosen.stop is not None
        async with on.saying(person):
            await person.send(PHRASE.upper())
        if wipes:
            _wiped(person, on)


def _wiped(person: Person, on: Machine) -> None:
    assert [message.body.text for message in on.known(person)] == [HARMLESS]
    on.forgotten(person)


@dataclass(frozen=True)
class Erase:
    async def by(self, person: Person, on: Machine) -> None:
        async with on.saying(person):
            await person.send("/mydata")
            erased = await on.press(person, buttons.Erase())
        if erased:
            on.forgotten(person)


@dataclass(frozen=True)
class Block:
    """Block the bot, or let it in again."""

    async def by(self, person: Person, on: Machine) -> None:
        if person.account.blocked:
            await person.unblock()
            return
        await person.block()
        on.forgotten(person)


@dataclass(frozen=True)
class Restart:
    async def by(self, person: Person, on: Machine) -> None:
        await on.stop()
        await on.open()


@dataclass(frozen=True)
class Crash:
    """Kill the bot, maybe while it answers."""

    moments: int

    async def by(self, person: Person, on: Machine) -> None:
        async with on.saying(person) as promised:
            if self.moments and not person.account.blocked:
                await person.send("/help", wait=False)
                for _ in range(self.moments):
                    await asyncio.sleep(0.001)
            await on.crash()
            # What the killed one had said, but not noted yet, only its reader knows.
            promised.lost.update(seen.id for seen in person.messages if seen.id not in promised.seen)
            await person.settled()


@dataclass(frozen=True)
class Rotate:
    async def by(self, person: Person, on: Machine) -> None:
        await on.rotate()


@dataclass(frozen=True)
class Wait:
    """Let time pass, for a bot that runs or a machine that sleeps."""

    minutes: int
    running: bool = True

    async def by(self, person: Person, on: Machine) -> None:
        await on.clock.leap(60 * self.minutes)
        if self.running:
            await on.minute()


@dataclass(frozen=True)
class SetBack:
    minutes: int

    async def by(self, person: Person, on: Machine) -> None:
        on.clock.set_back(self.minutes)


@dataclass(frozen=True)
class Minute:
    async def by(self, person: Person, on: Machine) -> None:
        await on.minute()


CHOOSES = (
    buttons.SetVanish
    | buttons.SetDiscreet
    | buttons.SetLanguage
    | buttons.AskStop
    | buttons.ForgetStop
    | buttons.WipeNow
    | buttons.Erase
)
BY_ALL = (Block, Restart, Crash, Rotate, Wait, SetBack, Minute)
"""What is nobody's doing, and goes on for who has blocked the bot."""

Action = (
    Say | Tap | Report | Vanish | Discreet | SetPhrase | Wipe | SayPhrase | Erase | Block
    | Restart | Crash | Rotate | Wait | SetBack | Minute
)  # fmt: skip
PEOPLE_DO: st.SearchStrategy[Action] = st.one_of(
    st.builds(Say, st.sampled_from(("/start", "/help", "/crossing lars", "ларс", "/safety"))),
    st.builds(Tap, st.integers(0, 9)),
    st.builds(Report, st.integers(1, 9)),
    st.builds(Vanish, st.sampled_from((0, *VANISH_HOURS))),
    st.builds(Discreet, st.booleans()),
    st.builds(SetPhrase),
    st.sampled_from((Wipe(), SayPhrase(), Erase(), Block())),
)
BEFALLS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Wait, st.sampled_from((1, 16, 61, 190, 725, 1440, 2830, 3000)), st.booleans()),
    st.builds(SetBack, st.sampled_from((1, 61, 725, 1500))),
    st.builds(Crash, st.integers(0, 12)),
    st.sampled_from((Restart(), Rotate(), Minute(), Minute())),
)
SCRIPTS = st.lists(st.tuples(st.integers(0, 1), PEOPLE_DO | BEFALLS), min_size=4, max_size=14)


# What must hold


class Watch:
    """Looks at everything after each step."""

    def __init__(self, on: Machine) -> None:
        self.on = on
        self._over: set[int] = set()
        self._last: tuple[int, ...] = ()

    async def look(self) -> None:
        self._epochs()
        for person in self.on.people:
            found = await holdings.count(self.on.bot.writer, self._all_names(person))
            assert not (self.on.promised[person.id].clean and found), f"{found} of who has wiped"
            assert await self.on.bot.desk.chats.of(person.id) == self.on.promised[person.id].chosen
        await self._rows()

    def _epochs(self) -> None:
        """Two epochs at most, and none comes back."""
        numbers = self.on.bot.desk.epochs.numbers
        assert len(numbers) <= 2
        assert list(numbers) == sorted(set(numbers))
        assert not self._over & set(numbers)
        self._over |= set(self._last) - set(numbers)
        self._last = numbers

    async def _rows(self) -> None:
        """What is stored opens, and belongs to somebody who has not wiped."""
        desk, ids = self.on.bot.desk, {person.id for person in self.on.people}
        async with self.on.bot.engine.connect() as connection:
            for table in SEALED:
                for row in (await connection.execute(sa.select(table))).mappings():
                    key = desk.epochs.key(row["epoch"], row["chat"])
                    assert key is not None, f"nobody can read a row of {table}"
                    plain = unseal(key, f"{table.name}.sealed", row["id"], row["sealed"])
                    assert int.from_bytes(plain[:8], "big", signed=True) in ids

    def _all_names(self, person: Person) -> list[bytes]:
        """Whatever may ever have stood for a person in the epochs that exist, also what is cut out."""
        desk = self.on.bot.desk
        found = []
        for number in desk.epochs.numbers:
            epoch = next(each for each in desk.epochs._ring if each.number == number)
            found += [epoch.reporter(crossing, person.id) for crossing in desk.catalogue.crossings]
            whole = replace(epoch, nodes={"": bytes(32)})
            for _ in range(self.on.promised[person.id].wipes + 1):
                found.append(whole.chat(person.id).chat)
                whole = whole.without(person.id)
        return found


class Stage:
    """Where the machines come from: the real content, and a database that is migrated already."""

    def __init__(self, content: Content, folder: Path) -> None:
        self._content = content
        self._folder = folder

    async def open_once(self) -> None:
        """Make database and key."""
        async with machine(self._folder, self._content):
            pass

    def play(self, script: Sequence[tuple[int, Action]]) -> None:
        """Let it happen."""
        asyncio.run(self._play(script))

    async def _play(self, script: Sequence[tuple[int, Action]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(self._folder, folder, dirs_exist_ok=True)
            async with machine(Path(folder), self._content) as on:
                watch = Watch(on)
                for number, action in (*script, (0, Minute())):
                    person = on.people[number]
                    if not person.account.blocked or isinstance(action, BY_ALL):
                        await action.by(person, on)
                        await watch.look()


@pytest.fixture(scope="module")
def stage(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(content, tmp_path_factory.mktemp("stage"))
    asyncio.run(stage.open_once())
    return stage


@settings(max_examples=40, derandomize=True)
@given(script=SCRIPTS)
def test_whatever_happens_the_promises_are_kept(script: list[tuple[int, Action]], stage: Stage) -> None:
    stage.play(script)


# Without the guards


async def _nothing(*_: object, **__: object) -> None:
    """Do nothing."""


async def _carried_nothing(*_: object) -> Carried:
    return Carried()


def _three(ring: epochs.Ring, now: datetime) -> epochs.Ring:
    later = turned(ring, now)
    return later if len(later) < 2 or later[-1] in ring else (*ring, later[-1])


DAY = Wait(1440)


@pytest.mark.parametrize(
    ("guard", "broken", "script", "said"),
    [
        ("tests.proofs.machine.purge", _nothing, [Report(5), Wait(1440), Wait(1470)], "reports"),
        (
            "tests.proofs.machine.vanish",
            _nothing,
            [Vanish(1), Say("/help"), Wait(61)],
            "should have vanished",
        ),
        ("tests.proofs.machine.carry", _carried_nothing, [Vanish(47), DAY, DAY], "Chosen"),
        ("bot.privacy.trail.Trail.note", _nothing, [Say("/help"), Wipe()], HARMLESS),
        ("bot.privacy.holdings.erase_sealed", _nothing, [Say("/help"), Wipe()], "of who has wiped"),
        ("bot.crossings.store.Reports.disown", _nothing, [Report(5), Wipe()], "of who has wiped"),
        ("bot.privacy.epochs.turned", _three, [Say("/help"), DAY, DAY], "<= 2"),
    ],
)
def test_without_its_guard_a_promise_is_broken(
    guard: str,
    broken: Callable[..., object],
    script: list[Action],
    said: str,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    acts = [(0, action) for action in script]
    stage.play(acts)
    monkeypatch.setattr(guard, broken)
    with pytest.raises(AssertionError, match=said):
        stage.play(acts)
