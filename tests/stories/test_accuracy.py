"""`/accuracy`: what anybody can see of how good our numbers were."""

import pytest
import sqlalchemy as sa

from bot.crossings.measured import HELD_SECONDS
from bot.storage.tables import measured
from tests.conftest import World

DAY = 20_779 * 1440  # 22 November 2026


async def measure(world: World, crossing: str, waits: list[int], mode: str = "car") -> None:
    known = (await rows(world))[-1] + 1 if await rows(world) else 1
    values = [
        {
            "id": known + number,
            "crossing": crossing,
            "mode": mode,
            "day_minute": DAY,
            "low": 60,
            "middle": 90,
            "high": 120,
            "wait_minutes": wait,
        }
        for number, wait in enumerate(waits)
    ]
    async with world.bot.engine.begin() as connection:
        await connection.execute(sa.insert(measured), values)


async def rows(world: World) -> list[int]:
    async with world.bot.engine.connect() as connection:
        return list((await connection.execute(sa.select(measured.c.id).order_by(measured.c.id))).scalars())


async def test_before_anything_was_measured_it_says_so(world: World) -> None:
    anna = world.person()
    await anna.send("/accuracy")
    assert "Пока ни одной проверки" in anna.last.text


@pytest.mark.parametrize(
    ("language", "few", "many", "one"),
    [
        (
            "ru",
            "🚗 Петухово: в промежуток попали 67 %, его середина ошибалась обычно на 30 мин; 3 проверки",
            "🚗 Верхний Ларс: в промежуток попали 80 %, его середина ошибалась обычно на 10 мин; 20 проверок",
            "🚶 Ивангород: 1 проверка, слишком мало, чтобы судить",
        ),
        (
            "en",
            "🚗 Petukhovo: 67 % inside the range, its middle was usually 30 min off; 3 checks",
            "🚗 Verkhny Lars: 80 % inside the range, its middle was usually 10 min off; 20 checks",
            "🚶 Ivangorod: 1 check, too few to say",
        ),
    ],
)
async def test_it_is_told_by_crossing_and_mode_and_honest_about_few(
    world: World, language: str, few: str, many: str, one: str
) -> None:
    await measure(world, "verkhny-lars", [100] * 16 + [300] * 4)
    await measure(world, "petukhovo", [60, 90, 300])
    await measure(world, "ivangorod", [90], mode="foot")
    anna = world.person(language=language)
    await anna.send("/accuracy")
    is_few = {"ru": ", это мало", "en": ", which is few"}[language]
    lines = anna.last.text.splitlines()
    assert [line for line in lines if line.startswith("•")] == [f"• {many}", f"• {few}{is_few}", f"• {one}"]
    assert "24 " in next(line for line in lines if "Всего" in line or "In all" in line)


async def test_it_is_read_anew_after_a_quarter_of_an_hour(world: World) -> None:
    anna = world.person()
    await anna.send("/accuracy")
    await measure(world, "petukhovo", [60, 90, 300])
    await anna.send("/accuracy")
    assert "Пока ни одной" in anna.last.text
    await world.clock.leap(HELD_SECONDS)
    await anna.send("/accuracy")
    assert "Петухово" in anna.last.text


async def test_many_are_told_by_pages(world: World) -> None:
    for crossing in list(world.bot.desk.catalogue.crossings)[:10]:
        await measure(world, crossing, [90] * 3)
    anna = world.person()
    await anna.send("/accuracy")
    assert anna.last.text.count("•") == 8
    await anna.tap("Ещё")
    assert anna.last.text.count("•") == 2
    await anna.tap("Раньше")
    assert anna.last.text.count("•") == 8
    await anna.start("18_99999999999")
    assert anna.last.text.count("•") == 8
