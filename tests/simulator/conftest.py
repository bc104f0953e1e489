"""A simulator, somebody in it, and a bot's plain view of it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.simulator.limits import Limits
from bot.simulator.people import Person
from bot.simulator.server import Simulator
from tests.clock import ManualClock
from tests.simulator.api import Api


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def limits() -> Limits:
    return Limits.off()


@pytest.fixture
async def simulator(clock: ManualClock, limits: Limits) -> AsyncIterator[Simulator]:
    async with Simulator(clock=clock, limits=limits) as running:
        yield running


@pytest.fixture
async def api(simulator: Simulator) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(session, simulator)


@pytest.fixture
def anna(simulator: Simulator) -> Person:
    """Somebody who has written to the bot."""
    person = simulator.model.add_person("Anna", "ru")
    simulator.model.start(person)
    simulator.model.updates.clear()
    return person
