"""What a card says of the time to come: with a history of the crossing, and not a word of it without."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.crossings.report import Mode
from bot.release import Content
from bot.serving import Looks, _background
from bot.settings import load
from bot.simulator.server import Simulator
from bot.storage.tables import hours
from tests.clock import START, ManualClock
from tests.conftest import World, running
from tests.person import Person
from tests.waiting import PATIENCE

LARS = "verkhny-lars"
HOUR = timedelta(hours=1)
SIGNS = ("⏩", "🕐", "📊")


def quiet_by_night(at: datetime) -> int:
    """Noon in UTC, when the tests begin, is three in the afternoon at the crossing."""
    return 300 if 5 <= at.hour < 17 else 50


async def remember(
    world: World,
    weeks: int = 3,
    wait: Callable[[datetime], int] = quiet_by_night,
    spread: float = 1.3,
    *,
    learned: bool = True,
) -> None:
    """Let there be a history of the crossing up to this midnight, and let the bot learn of it."""
    midnight = START.replace(hour=0)
    told = [midnight - n * HOUR for n in range(1, weeks * 168)]
    rows = [
        {
            "crossing": LARS,
            "mode": Mode.CAR.value,
            "hour_minute": int(at.timestamp()) // 60,
            "low": round(wait(at) / spread),
            "middle": wait(at),
            "high": round(wait(at) * spread),
            "people": 3,
        }
        for at in told
    ]
    async with world.bot.engine.begin() as connection:
        await connection.execute(sa.insert(hours), rows)
    if learned:
        await learn(world)


async def learn(world: World) -> None:
    await world.bot.desk.history.catch_up(world.bot.desk.reports, world.bot.desk.catalogue.crossings)


async def report(world: World, count: int, minutes: int) -> None:
    for person in world.people(count):
        await person.start(f"1s_{LARS}_c_c_minutes_{minutes}")
        await person.tap("Проехали за")


async def card(person: Person) -> str:
    await person.send(f"/crossing {LARS}")
    return person.last.text


def line(text: str, sign: str) -> str:
    return next((each for each in text.split("\n") if each.startswith(sign)), "")


def ahead(text: str) -> list[str]:
    """Return all that a card says of the time to come."""
    return [found for sign in SIGNS if (found := line(text, sign))]


async def test_with_a_history_the_card_says_when_to_go(world: World) -> None:
    await remember(world)
    await report(world, 4, 300)
    text = await card(world.person())
    assert line(text, "⏩").startswith("⏩ 🚗 если встать через 3 ч: ")
    assert "через 6 ч" in line(text, "⏩")
    assert re.fullmatch(r"🕐 🚗 лучше встать (завтра )?около \d\d:00: тогда 30–\d0 мин", line(text, "🕐"))
    assert line(text, "📊").startswith("📊 🚗 обычно в этот час: ")
    assert "за 3 недели, это не новость" in line(text, "📊")
    english = await card(world.person("Ben", language="en"))
    assert line(english, "⏩").startswith("⏩ 🚗 if you join in 3 h: ")
    assert re.fullmatch(
        r"🕐 🚗 best to join (tomorrow )?at about \d\d:00: 30–\d0 min then", line(english, "🕐")
    )
    assert "from 3 weeks of reports, not news" in line(english, "📊")


async def test_without_a_history_it_says_none_of_it(world: World) -> None:
    await learn(world)
    await report(world, 4, 300)
    text = await card(world.person())
    assert "4 человека" in text
    assert not ahead(text)


async def test_without_reports_it_says_what_is_usual_and_that_this_is_no_news(world: World) -> None:
    await remember(world)
    text = await card(world.person())
    assert "Не знаем: 🚗" in text
    assert not line(text, "⏩")
    assert "обычно тогда" in line(text, "🕐")
    assert "это не новость" in line(text, "📊")


async def test_of_one_or_two_people_nothing_is_foretold(world: World) -> None:
    await remember(world)
    quiet = await card(world.person())
    await report(world, 2, 700)
    text = await card(world.person())
    assert "2 человека" in text
    assert ahead(text) == ahead(quiet)


async def test_while_it_is_closed_nobody_says_when_to_go(world: World) -> None:
    await remember(world)
    for person in world.people(3):
        await person.send("/crossing lars")
        await person.tap("Сообщить")
        await person.tap("Что происходит")
        await person.tap("Закрыт")
    text = await card(world.person())
    assert "закрыто" in text
    assert not ahead(text)


async def test_where_waits_follow_no_hour_it_is_silent(world: World) -> None:
    await remember(world, wait=lambda at: 30 if hash(at) % 2 else 600, spread=2)
    text = await card(world.person())
    assert "Не знаем: 🚗" in text
    assert not ahead(text)


async def test_lists_and_what_is_passed_on_stay_as_they_are(world: World) -> None:
    await remember(world)
    await report(world, 4, 300)
    anna = world.person()
    (first, *_) = await anna.inline("ларс")
    passed = await anna.choose(first)
    assert "4 человека" in passed.text
    assert not ahead(passed.text)


async def test_only_the_mode_shown_first_is_foretold(world: World) -> None:
    await remember(world)
    await report(world, 4, 300)
    anna = world.person()
    await card(anna)
    await anna.tap("🚛")
    assert "4 человека" in anna.last.text
    assert not ahead(anna.last.text)


async def test_a_restart_keeps_it(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    anna = Person(simulator, "Anna", language="ru")
    async with running(simulator, clock, tmp_path, content) as world:
        await remember(world)
        await report(world, 4, 300)
        before = await card(anna)
    async with running(simulator, clock, tmp_path, content) as world:
        assert not line(await card(anna), "📊")
        await learn(world)
        world.bot.desk.board._shown.clear()
        after = await card(anna)
    assert line(before, "⏩")
    assert ahead(after) == ahead(before)


async def test_the_running_bot_learns_it_by_itself(world: World, tmp_path: Path) -> None:
    await remember(world, learned=False)
    anna = world.person()
    assert not ahead(await card(anna))
    looks = Looks(3600.0, load({"BOT_DATA_DIR": str(tmp_path)}, tmp_path / "no.env"))
    async with _background(world.bot, world.clock, looks), asyncio.timeout(PATIENCE):
        while not world.bot.desk.history.of(LARS):
            await world.clock.advance(1)
    await world.clock.advance(60)
    assert ahead(await card(anna))


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_the_line_of_hours_is_short_enough_for_a_phone(world: World, language: str) -> None:
    await remember(world)
    await report(world, 4, 300)
    text = await card(world.person(language=language))
    assert len(ahead(text)) == 3
    assert max(map(len, ahead(text))) <= 110
