"""A bot that is killed, restarted and given new keys, under a clock that jumps, and what it has promised."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.app import Provodnik, provodnik
from bot.clock import SystemClock
from bot.privacy.carry import carry
from bot.privacy.retention import EVERY, overdue, purge
from bot.privacy.rotation import rotate
from bot.release import Content
from bot.settings import Settings, load
from bot.simulator.limits import Limits
from bot.simulator.people import Message
from bot.simulator.server import Simulator
from bot.storage.tables import reports, trail
from bot.telegram.button_data import encode
from bot.telegram.buttons import Button
from bot.telegram.chats import Chosen
from bot.telegram.polling import Polling
from bot.telegram.removal import vanish
from tests.clock import ManualClock
from tests.person import Person, Seen

TWO_DAYS, STEP = timedelta(hours=48), timedelta(minutes=15)
FURTHEST_BACK = timedelta(hours=30)


class JumpingClock(ManualClock):
    """One that can also be set back, as by an operator; what is measured by it still only grows."""

    def __init__(self) -> None:
        super().__init__()
        self._latest = self.now()

    def set_back(self, minutes: int) -> None:
        """Set it back, but not further than it was ever behind itself."""
        self._latest = max(self._latest, self.now())
        if self.now() - timedelta(minutes=minutes) >= self._latest - FURTHEST_BACK:
            self._start -= timedelta(minutes=minutes)


class Dated(SystemClock):
    """Telegram's clock: it dates by ours, and waits by the machine's."""

    def __init__(self, dates: ManualClock) -> None:
        self._dates = dates

    def now(self) -> datetime:
        return self._dates.now()


@dataclass
class Promised:
    """What the bot owes a person, told by what they chose and nothing else."""

    chosen: Chosen = field(default_factory=Chosen)
    clean: bool = False
    """Whether they have wiped, and said nothing since."""

    wipes: int = 0

    due: dict[int, datetime] = field(default_factory=dict)
    """By which time messages shall have vanished."""

    lost: set[int] = field(default_factory=set)
    """Messages of which nothing may be known any more: they are too old, or what we held was erased."""

    seen: set[int] = field(default_factory=set)


class Machine:
    """The bot on its files, with people before it."""

    bot: Provodnik

    def __init__(self, simulator: Simulator, clock: JumpingClock, folder: Path, content: Content) -> None:
        self.simulator = simulator
        self.clock = clock
        self.content = content
        self.people = [Person(simulator, name, language="ru") for name in ("Анна", "Борис")]
        self.promised = {person.id: Promised() for person in self.people}
        self._folder = folder
        self._lives = 0
        self._stack = AsyncExitStack()

    @property
    def settings(self) -> Settings:
        data = self._folder / str(self._lives)
        return load({"BOT_DATA_DIR": str(data)}, data / "no.env")

    async def open(self) -> None:
        """Start the bot."""
        telegram = self.simulator
        opened = provodnik(
            self.settings, self.clock, self.content, token=telegram.token, api_url=telegram.url
        )
        self.bot = await self._stack.enter_async_context(opened)
        self._polling = Polling(
            self.bot.polls, self.bot.application.bot.base_url, self.bot.handle, SystemClock()
        )
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._task = group.create_task(self._polling.run())
        await asyncio.sleep(0)  # what has not begun cannot be stopped

    async def stop(self) -> None:
        """Stop the bot as a signal does."""
        await self._polling.stop()
        await self._stack.aclose()

    async def crash(self) -> None:
        """Start it from the files as they lie there now, as if it had been killed at this moment."""
        before = self.settings.data_dir
        self._lives += 1
        shutil.copytree(before, self.settings.data_dir)
        for _ in range(2):  # the first one would let it finish what it is at
            self._task.cancel()
            await asyncio.sleep(0)
        await self._stack.aclose()
        shutil.rmtree(before)
        await self.open()

    async def rotate(self) -> None:
        """Stop it, give it a new key, and start it again."""
        await self.stop()
        await rotate(self.settings.key_path, self.settings.database, self.clock, lambda rows, of: None)
        await self.open()

    async def minute(self) -> None:
        """Do what the running bot does every minute, and every quarter of an hour."""
        desk = self.bot.desk
        for turn in (lambda: None, desk.epochs.turn):
            turn()
            await carry(self.bot.writer, desk.epochs)
            desk.chats.look_again()
        await vanish(self.bot.application.bot, desk.trail)
        self._check_vanished()
        await purge(self.bot.writer, self.clock)
        await self._check_purged()
        oldest = (self.clock.now() - TWO_DAYS + EVERY + STEP).timestamp()
        for person in self.people:
            messages = person.chat.messages.values()
            self.promised[person.id].lost.update(each.id for each in messages if each.date <= oldest)

    def _check_vanished(self) -> None:
        now = self.clock.now()
        for person in self.people:
            promised = self.promised[person.id]
            for message in self.known(person):
                assert promised.due.get(message.id, now + STEP) > now, f"{Seen(message)} should have vanished"

    async def _check_purged(self) -> None:
        late = await overdue(self.bot.engine, self.clock)
        assert not late, f"not purged: {late}"
        oldest = int((self.clock.now() - TWO_DAYS).timestamp()) // 60
        trodden = (trail.c.sent_minute <= oldest,)
        named = (reports.c.observed_minute <= oldest, reports.c.reporter.is_not(None))
        async with self.bot.engine.connect() as connection:
            for table, old in ((trail, trodden), (reports, named)):
                query = sa.select(sa.func.count()).select_from(table).where(*old)
                assert (await connection.execute(query)).scalar_one() == 0, f"{table} is not purged"

    def known(self, person: Person) -> list[Message]:
        """The messages in a chat that the bot has to be able to remove."""
        now = self.clock.now()
        young = (
            each
            for each in person.chat.messages.values()
            if now.timestamp() - each.date < TWO_DAYS.total_seconds()
        )
        return [each for each in young if each.id not in self.promised[person.id].lost]

    @asynccontextmanager
    async def saying(self, person: Person) -> AsyncIterator[Promised]:
        """Note what is promised of the messages that come while somebody says or taps something."""
        promised = self.promised[person.id]
        promised.clean = False
        hours = promised.chosen.vanish_hours
        yield promised
        for message in person.chat.messages.values():
            if message.id not in promised.seen and hours is not None:
                promised.due[message.id] = datetime.fromtimestamp(
                    message.date, self.clock.now().tzinfo
                ) + timedelta(hours=hours)
        promised.seen.update(person.chat.messages)

    def forgotten(self, person: Person) -> None:
        """Note that the bot holds nothing of a person any more, not even a trail of what stands there."""
        promised = self.promised[person.id]
        promised.clean = True
        promised.wipes += 1
        promised.chosen = Chosen()
        promised.lost.update(person.chat.messages)

    async def press(self, person: Person, button: Button) -> bool:
        """Press a button of what the person saw last, if it is there."""
        for row, keys in enumerate(person.last.message.markup.inline or []):
            for column, key in enumerate(keys):
                if key.get("callback_data") == encode(button):
                    tap = self.simulator.model.tap(person.account, person.last.message, row, column)
                    await person.settled()
                    assert tap.answer is not None, f"no answer to {button}"
                    return True
        return False


@asynccontextmanager
async def machine(folder: Path, content: Content) -> AsyncIterator[Machine]:
    """Run one."""
    clock = JumpingClock()
    async with Simulator(limits=Limits.off(), clock=Dated(clock)) as simulator:
        made = Machine(simulator, clock, folder, content)
        await made.open()
        try:
            yield made
        finally:
            await made.stop()
