"""`bot keys rotate`: interrupted anywhere it loses nothing, and at its end the old key opens nothing."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.guide.model import Language
from bot.privacy import carry as carrying
from bot.privacy import epochs as epochs_module
from bot.privacy import keys as keys_module
from bot.privacy.epochs import Epochs
from bot.privacy.inbox import Inbox
from bot.privacy.keys import KeyFileError, Keys, beside, held, load, new, replace
from bot.privacy.rotation import rotate
from bot.privacy.sealing import Unsealable, unseal
from bot.privacy.trail import Trail
from bot.storage import engine
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import SEALED, inbox
from bot.storage.writer import Writer
from bot.telegram.chats import Chats, Chosen
from tests.clock import ManualClock
from tests.privacy.holding import rows

ROOT = Path(__file__).parents[2]
PEOPLE = range(5)
DAY = 24 * 3600.0
WORDS = "Пустят ли с черепахой?"


def choice(person: int) -> Chosen:
    return Chosen(Language.EN, vanish_hours=3, discreet=person % 2 == 0)


class Bot:
    """What a bot holds: keys, epochs, choices, trails; opened anew for each look."""

    def __init__(self, path: Path, url: str, clock: ManualClock) -> None:
        self.path, self.url, self.clock = path, url, clock
        self.file = b""
        """The epochs' file as it was before the rotation."""
        self.old: list[tuple[str, sa.Row[Any]]] = []
        """Every row that was there before the rotation, with its table."""
        self.questions: list[sa.Row[Any]] = []
        """Every question that was there."""

    async def fill(self) -> None:
        """Let people choose and read over three epochs, and leave some in the epoch before."""
        keys = load(self.path, create=True)
        async with opened(self.url) as database, Writer(database) as writer:
            epochs = Epochs(self.path, keys, self.clock)
            chats, trail = Chats(database, writer, epochs, self.clock), Trail(writer, epochs, self.clock)
            for person in PEOPLE:
                await chats.choose(person, choice(person))
                await trail.note(person, [1, person + 2], 24)
                if person == 3:
                    epochs.turn_now()
            await Inbox(writer, keys, self.clock).keep(WORDS, Language.RU)
            await self.keep(database)

    async def keep(self, database: AsyncEngine) -> None:
        """Take a copy of all that is there."""
        self.file = beside(self.path, "epochs").read_bytes()
        self.old = [(table.name, row) for table in SEALED for row in await rows(database, table)]
        self.questions = await rows(database, inbox)

    async def is_whole(self) -> bool:
        """Tell whether a bot that starts now finds everything."""
        async with opened(self.url) as database, Writer(database) as writer:
            with held(self.path):
                epochs = Epochs(self.path, load(self.path, create=False), self.clock)
            chats, trail = Chats(database, writer, epochs, self.clock), Trail(writer, epochs, self.clock)
            questions, _ = await Inbox(writer, load(self.path, create=False), self.clock).page(0, 2)
            return [each.text for each in questions] == [WORDS] and all(
                [
                    await chats.of(person) == choice(person)
                    and [left.messages for left in await trail.of(person)] == [(1, person + 2)]
                    for person in PEOPLE
                ]
            )

    async def rotate(self, told: Callable[[int, int], None] = lambda done, of: None) -> int:
        return await rotate(self.path, self.url, self.clock, told)

    def opens_something_old(self) -> bool:
        """Tell whether any key that exists opens anything that was sealed before."""
        keys = load(self.path, create=False)
        epochs = Epochs(self.path, keys, self.clock)
        return (
            _opens_file(keys, self.file)
            or any(_opens_row(epochs, table, row) for table, row in self.old)
            or any(_opens_question(keys, row) for row in self.questions)
        )


def _opens_file(keys: Keys, copy: bytes) -> bool:
    number, _, sealed = copy.partition(b"\n")
    for each in keys.numbers:
        for about in (number, str(each).encode()):
            try:
                AESGCM(keys.derive("epochs", each)).decrypt(sealed[:12], sealed[12:], about)
            except InvalidTag:
                continue
            return True
    return False


def _opens_row(epochs: Epochs, table: str, row: sa.Row[Any]) -> bool:
    found = [epochs.key(row.epoch, row.chat)]
    for epoch in (epochs.current, *epochs._ring):
        found += [epoch.reporters, epoch.indexes, *epoch.nodes.values(), epoch.leaf(row.chat)]
        found += [epoch.chat(person).key for person in PEOPLE]
    for key in found:
        try:
            unseal(key or bytes(32), f"{table}.sealed", row.id, row.sealed)
        except Unsealable:
            continue
        return True
    return False


def _opens_question(keys: Keys, row: sa.Row[Any]) -> bool:
    for number in keys.numbers:
        with suppress(Unsealable):
            unseal(keys.derive("inbox", number), "inbox.sealed", row.id, row.sealed)
            return True
    return False


class opened:  # noqa: N801 - reads as `async with opened(url)`
    def __init__(self, url: str) -> None:
        self.database = engine.create(url)

    async def __aenter__(self) -> AsyncEngine:
        return self.database

    async def __aexit__(self, *_: object) -> None:
        await self.database.dispose()


@pytest.fixture
async def bot(tmp_path: Path, database_url: str, clock: ManualClock) -> Bot:
    made = Bot(tmp_path / "key", database_url, clock)
    await made.fill()
    return made


async def test_the_old_key_opens_nothing_and_nothing_is_lost(bot: Bot) -> None:
    assert bot.opens_something_old()
    before = load(bot.path, create=False)
    told: list[tuple[int, int]] = []
    assert await bot.rotate(lambda done, of: told.append((done, of))) == 11
    assert told == [(4, 10), (9, 10), (10, 10)] or told[-1] == (10, 10)
    after = load(bot.path, create=False)
    assert after.numbers == (2,)
    assert before.derive("x") != after.derive("x")
    assert await bot.is_whole()
    assert not bot.opens_something_old()
    assert len(Epochs(bot.path, after, bot.clock).numbers) == 1
    left = sorted(each.name for each in bot.path.parent.iterdir() if each.name.startswith("key"))
    assert left == ["key", "key.epochs", "key.epochs.lock", "key.lock"]


async def test_it_can_be_done_again_and_again(bot: Bot) -> None:
    for number in (2, 3, 4):
        await bot.rotate()
        assert load(bot.path, create=False).numbers == (number,)
        assert await bot.is_whole()


async def test_a_running_bot_is_not_disturbed(bot: Bot) -> None:
    before = bot.path.read_bytes()
    with (
        held(bot.path),
        pytest.raises(KeyFileError, match="a bot runs with these keys: stop it first"),
    ):
        await bot.rotate()
    assert bot.path.read_bytes() == before


async def test_without_a_key_there_is_nothing_to_rotate(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(KeyFileError, match="make one with `bot keys new`"):
        await rotate(tmp_path / "key", f"sqlite+aiosqlite:///{tmp_path}/data", clock, lambda *_: None)
    assert not (tmp_path / "data").exists()


async def test_the_new_key_never_seals_an_old_epoch(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or else a disk that keeps what is overwritten would lead from the new key to old rows."""
    ours = Epochs(bot.path, load(bot.path, create=False), bot.clock).numbers
    sealed: list[tuple[int, tuple[int, ...]]] = []
    write = Epochs._write

    def watched(self: Epochs) -> None:
        sealed.append((self._keys.current, tuple(epoch.number for epoch in self._ring)))
        write(self)

    monkeypatch.setattr(Epochs, "_write", watched)
    await bot.rotate()
    assert [number for number, _ in sealed] == [1, 1, 2]
    assert not set(sealed[-1][1]) & set(ours)


# --- interrupted


class Killed(BaseException):
    """Nothing of ours runs after this, as after kill -9."""


class Steps:
    """Counts what a rotation does to files and database, and dies at one of these."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, *, done: bool) -> None:
        self.at, self.done, self.count = at, done, 0
        for module in (keys_module, epochs_module):
            patch.setattr(module, "replace_private", self.file(module.replace_private))
        patch.setattr(carrying, "_some", self.job(carrying._some))

    def file(self, real: Callable[[Path, bytes], None]) -> Callable[[Path, bytes], None]:
        def step(path: Path, content: bytes) -> None:
            self.count += 1
            if self.count == self.at and not self.done:
                raise Killed
            real(path, content)
            if self.count == self.at:
                raise Killed

        return step

    def job(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def step(*arguments: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                raise StorageUnavailable("lost")  # a job that dies is rolled back
            return await real(*arguments)

        return step


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("later", [0.0, 2 * DAY], ids=["at once", "days later"])
async def test_interrupted_at_any_step_it_is_finished_by_the_next(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, done: bool, later: float
) -> None:
    monkeypatch.setattr(carrying, "AT_ONCE", 3)
    step = 0
    while True:
        step += 1
        async with opened(bot.url) as database:
            await bot.keep(database)
        with monkeypatch.context() as patched:
            steps = Steps(patched, step, done=done)
            with suppress(Killed, StorageUnavailable):
                await bot.rotate()
            assert steps.count <= step
        await bot.clock.leap(later)
        assert await bot.is_whole(), step
        ended = steps.count < step
        if not ended:
            await bot.rotate()
        assert len(load(bot.path, create=False).numbers) == 1
        assert await bot.is_whole(), step
        assert not bot.opens_something_old(), step
        if ended:
            break
    assert step > 10


async def test_a_bot_that_runs_in_between_goes_on_with_both_keys(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        Steps(patched, 2, done=False)
        with pytest.raises(StorageUnavailable):
            await bot.rotate()
    keys = load(bot.path, create=False)
    assert keys.numbers == (1, 2)
    between = Epochs(bot.path, keys, bot.clock)
    between.forget(99)
    assert await bot.is_whole()
    await bot.rotate()
    assert await bot.is_whole()
    assert not bot.opens_something_old()


# --- as a command


def command(bot: Bot, *more: str) -> tuple[list[str], dict[str, str]]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    environment |= {
        "BOT_DATA_DIR": str(bot.path.parent / "data"),
        "BOT_KEY_FILE": str(bot.path),
        "BOT_DATABASE_URL": bot.url,
    }
    return [sys.executable, *(more or ("-m", "bot", "keys", "rotate"))], environment


def run(bot: Bot, *more: str) -> subprocess.CompletedProcess[str]:
    arguments, environment = command(bot, *more)
    return subprocess.run(  # noqa: S603
        arguments, cwd=ROOT, env=environment, capture_output=True, text=True
    )


KILL = """
import os, signal
from bot import cli
from bot.privacy import carry
carry.AT_ONCE, some, runs = 2, carry._some, []
async def dying(*arguments):
    runs.append(1)
    done = await some(*arguments)
    if len(runs) == 9:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
carry._some = dying
cli.main(["keys", "rotate"])
"""


async def test_killed_for_good_it_is_finished_by_the_next(bot: Bot) -> None:
    assert run(bot, "-c", KILL).returncode == -signal.SIGKILL
    assert load(bot.path, create=False).numbers == (1, 2)
    assert await bot.is_whole()
    ended = run(bot)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"{bot.path} holds a new key, 11 rows are sealed anew")
    assert len(ended.stdout.splitlines()) == 1
    assert load(bot.path, create=False).numbers == (2,)
    assert await bot.is_whole()
    assert not bot.opens_something_old()


async def test_an_operator_is_told_in_one_line_to_stop_the_bot(bot: Bot) -> None:
    with held(bot.path):
        ended = run(bot)
    assert ended.returncode == 1
    assert ended.stderr == f"{bot.path}: a bot runs with these keys: stop it first\n"


async def test_its_progress_is_shown_on_a_terminal(bot: Bot) -> None:
    arguments, environment = command(bot)
    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603, ASYNC220
        arguments, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=theirs
    ) as process:
        assert process.wait(50) == 0
    os.close(theirs)
    assert "10 of 10" in os.read(ours, 10_000).decode()
    os.close(ours)


async def test_a_full_disk_keeps_the_old_key(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    before = bot.path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(keys_module, "replace_private", full)
        with pytest.raises(KeyFileError, match="cannot write the key file: No space left"):
            await bot.rotate()
    assert bot.path.read_bytes() == before
    assert await bot.is_whole()


def test_keys_can_be_asked_to_seal_as_before(tmp_path: Path) -> None:
    both = new(tmp_path / "key").with_another()
    replace(tmp_path / "key", both)
    assert (both.current, both.as_before().current) == (2, 1)
    assert both.as_before().numbers == (1, 2)
    assert both.as_before().derive("x") == both.derive("x", 1)
