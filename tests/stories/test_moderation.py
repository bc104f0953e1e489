"""What moderators see and note, and that nobody else learns that there is such a thing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.release import Content
from bot.simulator.server import Simulator
from bot.storage.tables import audit
from bot.telegram.button_data import encode
from bot.telegram.buttons import Acknowledge, Subject
from bot.telegram.handlers import COMMANDS, UNLISTED
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person, Seen
from tests.stories.test_limits import report_calm, tapped

PRESSED = encode(Acknowledge(Subject.CALM))


@pytest.fixture
def mary(simulator: Simulator) -> Person:
    """A moderator."""
    return Person(simulator, "Мария")


@pytest.fixture
async def moderated(
    mary: Person, simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> AsyncIterator[World]:
    async with running(simulator, clock, tmp_path, content, moderators=[mary.id]) as world:
        yield world


async def noted(world: World) -> list[tuple[object, ...]]:
    async with world.bot.engine.connect() as connection:
        rows = await connection.execute(sa.select(audit))
        return [tuple(row) for row in rows]


async def test_a_moderator_sees_the_state_of_things(moderated: World, mary: Person) -> None:
    for person in moderated.people(2):
        await report_calm(person, "verkhny-lars")
    await report_calm(moderated.person(), "petukhovo")
    moderated.simulator.model.push_raw({"message": {"text": 5}})
    await mary.send("/mod")
    text = mary.last.text
    assert "Отчётов за час: 3" in text
    assert text.index("Верхний Ларс: 2") < text.index("Петухово: 1")
    assert "обработать, с запуска: 1" in text
    assert "Токен: за ним не следят" in text
    assert "сменятся в 00:00 UTC" in text
    assert mary.last.protected

    await moderated.clock.leap(2 * 3600)
    moderated.bot.desk.pulse.token_alarm = lambda: True
    await mary.send("/mod")
    assert "Отчётов за час: 0" in mary.last.text
    assert "похоже, им пользуется кто-то ещё" in mary.last.text


async def test_what_a_moderator_acknowledges_is_a_line_that_names_nobody(
    moderated: World, mary: Person, clock: ManualClock
) -> None:
    moderated.bot.desk.pulse.token_alarm = lambda: True
    await mary.send("/mod")
    await mary.tap("Принято к сведению")
    assert "Кем — не записано" in mary.toast
    ((line, minute, action, subject, _),) = await noted(moderated)
    assert (minute, action, subject) == (int(clock.now().timestamp()) // 60, "acknowledged", "alarm")
    assert str(mary.id) not in str(line)


async def test_a_tap_that_comes_again_is_one_line(moderated: World, mary: Person) -> None:
    await mary.send("/mod")
    for _ in range(2):
        await tapped(moderated, mary, 900_000, PRESSED)
    assert len(await noted(moderated)) == 1
    assert "Состояние" in mary.last.text, "nothing broke the second time"


async def test_for_everybody_else_there_is_no_such_command(moderated: World) -> None:
    anna, ben = moderated.people(2)
    await anna.send("/mod")
    await ben.send("/nothing")
    assert shown(anna.last) == shown(ben.last)


async def test_nobody_else_can_press_its_button(moderated: World, mary: Person) -> None:
    eve = moderated.person("Eve")
    await eve.send("/help")
    await tapped(moderated, eve, 900_000, PRESSED)
    assert "меню устарело" in eve.last.text
    link = PRESSED.replace(":", "_")
    await eve.start(link)
    await mary.start(link)
    assert "Состояние" in mary.last.text, "a link shows, and notes nothing"
    assert await noted(moderated) == []


async def test_in_a_group_even_a_moderator_gets_no_answer(moderated: World, mary: Person) -> None:
    group = moderated.simulator.model.add_group("Попутчики", [mary.account])
    await mary.send("/mod@provodnik_local_bot", to=group, wait=False)
    await mary.settled()
    assert mary.seen(group) == []


def test_it_is_in_no_menu() -> None:
    assert "mod" in UNLISTED
    assert not set(UNLISTED) & set(COMMANDS)


def shown(seen: Seen) -> tuple[str, list[list[str]], bool]:
    return seen.html, seen.buttons, seen.protected
