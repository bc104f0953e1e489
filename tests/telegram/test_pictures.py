"""Pictures held in memory: each made once, and never many."""

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.crossings.rendering import Renderer
from bot.crossings.report import Mode
from bot.guide.model import Language
from bot.telegram.pictures import MOST, Key, Picture, Pictures
from bot.telegram.screen import Screen
from bot.texts import Html
from tests.clock import START, ManualClock

TOLD = Screen(Html("told"))


def key(number: int = 0) -> Key:
    return f"place-{number}", Mode.CAR, Language.RU


def pictures(tmp_path: Path) -> Pictures:
    return Pictures(Renderer(ManualClock(), tmp_path))


class Maker:
    def __init__(self, content: bytes | None = b"png") -> None:
        self.made = 0
        self.content = content

    async def __call__(self) -> Picture:
        self.made += 1
        await asyncio.sleep(0)
        return Picture(TOLD, self.content)


async def test_the_oldest_goes_when_there_are_many(tmp_path: Path) -> None:
    kept, maker = pictures(tmp_path), Maker()
    for number in range(MOST + 1):
        await kept.get(key(number), 1, START, maker)
    await kept.get(key(MOST), 1, START, maker)
    assert maker.made == MOST + 1
    await kept.get(key(0), 1, START, maker)
    assert maker.made == MOST + 2


async def test_what_was_sent_is_known_by_its_id_unless_it_was_made_anew_meanwhile(tmp_path: Path) -> None:
    kept, maker = pictures(tmp_path), Maker()
    first = await kept.get(key(), 1, START, maker)
    later = START + timedelta(minutes=1)
    second = await kept.get(key(), 2, later, maker)
    kept.sent(key(), first, "old")
    assert (await kept.get(key(), 2, later, maker)).content == b"png"
    kept.sent(key(), second, "new")
    assert (await kept.get(key(), 2, later, maker)).content == "new"
    assert maker.made == 2


async def test_words_without_a_picture_are_not_kept(tmp_path: Path) -> None:
    kept, maker = pictures(tmp_path), Maker(None)
    await kept.get(key(), 1, START, maker)
    await kept.get(key(), 1, START, maker)
    assert maker.made == 2


async def test_those_who_wait_get_the_same_and_nothing_is_left_of_their_wait(tmp_path: Path) -> None:
    kept, maker = pictures(tmp_path), Maker()
    got = await asyncio.gather(*(kept.get(key(), 1, START, maker) for _ in range(20)))
    assert maker.made == 1
    assert len({id(picture) for picture in got}) == 1
    assert not kept._making


async def test_other_words_have_other_pictures(tmp_path: Path) -> None:
    kept, maker = pictures(tmp_path), Maker()
    await kept.get(key(), 1, START, maker)
    await kept.anew().get(key(), 1, START, maker)
    assert maker.made == 2
