"""What all tests share: a clock moved by hand, both databases, the whole bot on a simulated Telegram."""

import asyncio
import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import hypothesis
import pytest

from bot.app import Provodnik, provodnik, read_content
from bot.clock import SystemClock
from bot.release import Content
from bot.settings import load
from bot.simulator.limits import Limits
from bot.simulator.server import Simulator
from bot.telegram.polling import Polling
from tests.clock import ManualClock
from tests.person import Person

pytest_plugins = ["tests.databases"]

# How long an example takes says more about the machine's load than about us.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


class World:
    """A simulated Telegram with the real bot on it."""

    def __init__(self, simulator: Simulator, bot: Provodnik, clock: ManualClock) -> None:
        self.simulator = simulator
        self.bot = bot
        self.clock = clock

    def person(self, name: str = "Anna", *, language: str = "ru") -> Person:
        """Return somebody new with a phone."""
        return Person(self.simulator, name, language=language)

    def people(self, count: int, *, language: str = "ru") -> list[Person]:
        """Return that many people."""
        return [self.person(f"Person {number}", language=language) for number in range(count)]


@asynccontextmanager
async def running(
    simulator: Simulator,
    clock: ManualClock,
    data: Path,
    content: Content,
    *,
    database_url: str | None = None,
    moderators: Collection[int] = (),
) -> AsyncIterator[World]:
    """Run the bot on a simulator, as `bot run` does.

    The clock that a test moves is that of what people see; polls go by the machine's, or a leap of days would
    look like two minutes of silence.
    """
    environment = {"BOT_DATA_DIR": str(data), "BOT_MODERATORS": ",".join(map(str, moderators))}
    if database_url is not None:
        environment["BOT_DATABASE_URL"] = database_url
    settings = load(environment, data / "no.env")
    async with provodnik(settings, clock, content, token=simulator.token, api_url=simulator.url) as bot:
        polling = Polling(
            bot.polls, bot.application.bot.base_url, bot.handle, SystemClock(), overhear=bot.overhear
        )
        bot.desk.pulse.quarantined = lambda: polling.quarantined
        async with asyncio.TaskGroup() as group:
            group.create_task(polling.run())
            try:
                yield World(simulator, bot, clock)
            finally:
                await polling.stop()


def pytest_xdist_auto_num_workers() -> int:
    """Start more processes than there are cores, up to eight: many tests wait for limits, disks, browsers."""
    cores = len(os.sched_getaffinity(0))
    return max(cores, min(2 * cores, 8))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def content() -> Content:
    """The real content: what people see is what is tested."""
    read = read_content()
    assert read.search  # made now, once: a test that waits for it would wait for all others too
    return read


@pytest.fixture
async def simulator(clock: ManualClock) -> AsyncIterator[Simulator]:
    async with Simulator(clock=clock, limits=Limits.off()) as telegram:
        yield telegram


@pytest.fixture
async def world(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> AsyncIterator[World]:
    async with running(simulator, clock, tmp_path, content) as world:
        yield world
