"""The picture of a queue, as people get it: with the same in words, drawn once, or honestly not at all."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.crossings.rendering import Renderer
from bot.crossings.sheet import Sheet
from bot.privacy.abuse import PICTURES
from bot.simulator.files import Files, measure
from bot.telegram.pictures import STANDS, Pictures
from tests import painter
from tests.conftest import World
from tests.person import Person, Seen

PAINTER = painter.__file__
"""Seconds: a process has to start, on a machine that has other things to do."""


class Counting(Renderer):
    """Draws nothing worth looking at, but at once, and counts."""

    drawn = 0

    async def draw(self, sheet: Sheet) -> bytes:
        self.drawn += 1
        return await super().draw(sheet)


@pytest.fixture
async def renderer(world: World, tmp_path: Path) -> AsyncIterator[Counting]:
    quick = Counting(world.clock, tmp_path, (sys.executable, PAINTER))
    world.bot.reception.desk = replace(world.bot.desk, pictures=Pictures(quick))
    yield quick
    await quick.close()


async def reporting(world: World, *hours: int) -> None:
    for person, wait in zip(world.people(len(hours)), hours, strict=True):
        await person.start(f"1s_verkhny-lars_c_c_minutes_{60 * wait}")
        await person.tap("Проехали за")


async def looking(world: World, name: str = "Anna", language: str = "ru") -> Person:
    person = world.person(name, language=language)
    await person.send("/crossing lars")
    await person.tap("📈")
    return person


def file_of(seen: Seen) -> str:
    return seen.message.photo[-1].id


async def test_the_card_leads_to_a_picture_that_says_the_same_in_words(world: World) -> None:
    await reporting(world, 5, 6, 7)
    anna = world.person()
    await anna.send("/crossing lars")
    await anna.tap("📈")
    drawn = anna.last.message.photo[-1].content
    assert measure(drawn) == ("png", 1080, 1200)
    assert len(drawn) <= 60_000
    assert "Верхний Ларс, 🚗 на машине" in anna.last.text
    assert "3 человека" in anna.last.text
    assert "ненастоящие" in anna.last.text
    await anna.tap("К карточке", anna.last)
    assert not anna.last.has_photo
    assert "3 человека" in anna.last.text


async def test_it_is_drawn_once_and_sent_again_by_telegrams_id(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = await looking(world)
    first = anna.last
    await anna.tap("📈", anna.messages[0])
    assert anna.last.id != first.id
    assert file_of(anna.last) == file_of(first)
    assert renderer.drawn == 1
    ben = await looking(world, "Ben", "en")
    assert file_of(ben.last) != file_of(first)
    assert "by car" in ben.last.text


async def test_news_make_a_new_one_but_not_each_report_at_once(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = await looking(world)
    await reporting(world, 8)
    await anna.tap("📈", anna.messages[0])
    assert renderer.drawn == 1
    await world.clock.advance(STANDS.total_seconds())
    await anna.tap("📈", anna.messages[0])
    assert renderer.drawn == 2
    assert "4 человека" in anna.last.text


async def test_each_quarter_of_an_hour_has_its_own(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = await looking(world)
    for minutes, drawn in ((14, 1), (1, 2)):
        await world.clock.advance(60 * minutes)
        await anna.tap("📈", anna.messages[0])
        assert renderer.drawn == drawn


async def test_who_taps_while_one_is_made_waits_for_the_same(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    people = world.people(4)
    for person in people:
        await person.send("/crossing lars")
    await asyncio.gather(*(person.tap("📈") for person in people))
    assert renderer.drawn == 1
    assert all(person.last.has_photo for person in people)


async def test_without_reports_or_history_it_says_that_there_is_nothing_to_draw(
    world: World, renderer: Counting
) -> None:
    anna = await looking(world)
    assert not anna.last.has_photo
    assert "рисовать нечего" in anna.last.text
    assert renderer.drawn == 0
    await anna.tap("Сообщить", anna.last)
    assert "Верхний Ларс" in anna.last.text


@pytest.mark.parametrize("manner", ["die", "fail"])
async def test_where_it_cannot_be_drawn_the_words_come_alone(
    world: World, tmp_path: Path, manner: str
) -> None:
    await reporting(world, 5, 6, 7)
    broken = Renderer(world.clock, tmp_path, (sys.executable, PAINTER, manner))
    world.bot.reception.desk = replace(world.bot.desk, pictures=Pictures(broken))
    anna = await looking(world)
    assert not anna.last.has_photo
    assert "не нарисовать" in anna.last.text
    assert "3 человека" in anna.last.text
    await broken.close()


async def test_a_picture_that_telegram_has_forgotten_is_drawn_anew(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = await looking(world)
    world.simulator.model.files = Files()
    await anna.tap("📈", anna.messages[0])
    assert anna.last.has_photo
    assert renderer.drawn == 2


async def test_it_goes_with_the_rest_when_the_chat_is_wiped(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = await looking(world)
    assert anna.last.has_photo
    await anna.send("/wipe")
    await anna.tap("Да, убрать")
    assert not any(seen.has_photo for seen in anna.messages)


async def test_in_the_discreet_mode_a_notification_shows_no_words(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("Чтобы меньше было видно")
    await anna.tap("Включить незаметный")
    await anna.send("/crossing lars")
    await anna.tap("📈")
    assert anna.last.has_photo
    assert anna.last.silent
    assert anna.last.edited  # what came with it was only "…"
    assert "3 человека" in anna.last.text
    await anna.tap("Сообщить", anna.last)
    assert "Верхний Ларс" in anna.last.text


async def test_a_flood_of_taps_is_told_so(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = await looking(world)
    for _ in range(PICTURES.most - 1):
        await anna.tap("📈", anna.messages[0])
    assert len([seen for seen in anna.messages if seen.has_photo]) == PICTURES.most
    await anna.tap("📈", anna.messages[0])
    assert not anna.last.has_photo
    assert "картинок" in anna.last.text


async def test_a_group_is_led_to_its_own_chat_with_the_bot(world: World, renderer: Counting) -> None:
    await reporting(world, 5, 6, 7)
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.send("/crossing lars", to=group)
    address = await anna.tap("📈", anna.seen(group)[-1])
    await anna.follow(address)
    assert anna.last.has_photo
