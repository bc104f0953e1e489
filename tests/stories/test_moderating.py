"""A crossing under attack, as moderators live it: found, hidden, held, told of, and all of it undone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.crossings import card as cards
from bot.crossings.moderated import (
    LONGEST_NAME,
    LONGEST_NOTICE,
    LONGEST_TEXT,
    MOST_NOTICES,
    Moderated,
    Notice,
)
from bot.crossings.report import Event, Kind, Mode, Report, Statement
from bot.guide.length import MESSAGE, visible_length
from bot.guide.model import Bilingual
from bot.release import Content
from bot.simulator.server import Simulator
from bot.storage.tables import audit, holds, notices, reports
from bot.telegram.button_data import encode
from bot.telegram.buttons import (
    AskNotice,
    Audit,
    Button,
    DropNotice,
    Hide,
    HoldNumber,
    Moderate,
    PostNotice,
    Undo,
)
from bot.telegram.screens import card as screens
from bot.telegram.screens.moderating import LINES
from tests.clock import START, ManualClock
from tests.conftest import World, running
from tests.person import Person
from tests.stories.test_limits import report_calm, tapped

LARS = "verkhny-lars"
HONEST, FLOOD = 14, 200
NOTICE = "https://kvs.gov.ge/news/1\n23.11.2026 06:00\nПереход <закрыт> до шести утра"


@pytest.fixture
def mary(simulator: Simulator) -> Person:
    """A moderator."""
    return Person(simulator, "Мария")


@pytest.fixture
def oleg(simulator: Simulator) -> Person:
    """Another."""
    return Person(simulator, "Олег", language="en")


@pytest.fixture
async def border(
    mary: Person,
    oleg: Person,
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    content: Content,
    database_url: str,
) -> AsyncIterator[World]:
    """A crossing at which 14 people say about the same, on both engines."""
    ids = [mary.id, oleg.id]
    async with running(
        simulator, clock, tmp_path, content, moderators=ids, database_url=database_url
    ) as world:
        for number in range(HONEST):
            await say(world, b"honest%d" % number, 380 + 5 * number, ago=15 * (1 + number % 8))
        yield world


async def say(world: World, who: bytes, minutes: int, ago: float = 0, mode: Mode = Mode.CAR) -> int:
    said = Statement(LARS, mode, Kind.CROSSED, wait_minutes=minutes)
    return await add(world, who, said, ago)


async def add(world: World, who: bytes, said: Statement, ago: float = 0) -> int:
    id = int.from_bytes(who.ljust(16)[:7], "big") * 100 + int(ago)
    at = world.clock.now() - timedelta(minutes=ago)
    await world.bot.desk.reports.add(said, (who.ljust(16)[:16], None), id, at)
    return id


async def flood(world: World, count: int = FLOOD, minutes: int = 10) -> None:
    await asyncio.gather(*(say(world, b"%dfresh" % number, minutes) for number in range(count)))
    await world.clock.leap(2)  # where so many report, a card stands for a moment


async def card(world: World, person: Person | None = None) -> str:
    person = person or world.person("Вера")
    await person.send("/crossing ларс")
    return person.last.text


async def stored(world: World, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    async with world.bot.engine.connect() as connection:
        return list((await connection.execute(sa.select(table))).all())


async def hidden(world: World) -> int:
    return sum(row.hidden for row in await stored(world, reports))


async def lines(world: World) -> list[tuple[str, str]]:
    return [(row.action, row.subject) for row in await stored(world, audit)]


async def test_a_flood_is_found_hidden_in_three_taps_and_restored(border: World, mary: Person) -> None:
    before = await card(border)
    await flood(border)
    during = await card(border)
    assert during != before
    await mary.send("/mod")
    assert "⚠️ похоже на атаку" in mary.last.text
    await mary.tap("⚠️ Верхний Ларс")
    assert "Похоже на атаку" in mary.last.text
    assert "1. ⚡ 🚗 проехали: меньше 30 мин — 200 отчётов, 200 человек, 15:00–15:15" in mary.last.text
    assert mary.last.protected
    await mary.tap("🙈 1")
    assert "Скрыто отчётов: 200." in mary.toast
    assert await hidden(border) == FLOOD
    assert await card(border) == before, "as if there had been no flood"
    assert "Похоже на атаку" not in mary.last.text
    assert "Скрыто, ни на что не влияет" in mary.last.text
    assert await lines(border) == [("hide", f"{LARS} car 2026-11-22T12:00+15 through-0-30 200")]

    await mary.tap("👁")
    assert "Снова показано отчётов: 200." in mary.toast
    assert await hidden(border) == 0
    assert await card(border) == during


async def test_what_is_hidden_counts_nowhere(border: World, mary: Person) -> None:
    eve = border.person("Ева")
    await report_calm(eve, "petukhovo")
    await mary.send("/mod")
    await mary.tap("Петухово")
    await mary.tap("🙈 1")
    await mary.send("/mod")
    assert "Отчётов за час: 8" in mary.last.text, "those of the other crossing"
    assert "Петухово" not in mary.last.text
    await eve.start("petukhovo")
    assert "всё спокойно" not in eve.last.text
    assert (await border.bot.desk.reports.recent("petukhovo")).reports == ()


async def test_the_person_of_a_hidden_report_can_still_take_it_back(border: World, mary: Person) -> None:
    eve = border.person("Ева")
    await report_calm(eve, "petukhovo")
    confirmed = eve.last
    await mary.send("/mod")
    await mary.tap("Петухово")
    await mary.tap("🙈 1")
    await eve.tap("Убрать", confirmed)
    assert "Отчёт убран" in eve.last.text
    assert len(await stored(border, reports)) == HONEST


async def test_a_hidden_report_still_counts_against_the_limit(border: World, mary: Person) -> None:
    eve = border.person("Ева")
    reporter = border.bot.desk.pseudonyms.reporter("petukhovo", eve.id)
    for number in range(6):
        said = Statement("petukhovo", Mode.CAR, Kind.CROSSED, wait_minutes=100 + 60 * number)
        await border.bot.desk.reports.add(said, reporter, 7_000 + number, border.clock.now())
    await mary.send("/mod")
    await mary.tap("Петухово")
    while any("🙈" in label for label in mary.last.labels):
        await mary.tap(next(label for label in mary.last.labels if "🙈" in label))
    assert await hidden(border) == 6
    await report_calm(eve, "petukhovo")
    assert "Не записано" in eve.last.text


async def test_of_few_people_only_the_hour_is_told_and_never_who(border: World, mary: Person) -> None:
    await border.clock.leap(37 * 60)
    await add(border, b"eve", Statement(LARS, Mode.CAR, Kind.EVENT, event=Event.DRAFT_NOTICES))
    await mary.send("/mod ларс")
    assert "раздают повестки — один отчёт, 15:00–16:00" in mary.last.text
    label = next(
        label for label in mary.last.labels if "🙈" in label and label.endswith(_number(mary.last.text))
    )
    assert mary.last.button(label)["callback_data"] == encode(
        Hide(LARS, Mode.CAR, "ee", int(START.timestamp()) // 900, 4, 1)
    )
    await mary.tap(label)
    assert await hidden(border) == 1
    assert ("hide", f"{LARS} car 2026-11-22T12:00+60 event-draft_notices 1") in await lines(border)


def _number(text: str) -> str:
    line = next(line for line in text.splitlines() if "повестки" in line)
    return line.partition(".")[0]


async def test_the_number_is_held_let_go_and_held_no_longer_than_told(border: World, mary: Person) -> None:
    before = await card(border)
    number = next(line for line in before.splitlines() if "на машине" in line)
    span = number.split(": ")[1].split(" · ")[0]
    await mary.send("/mod ларс")
    await mary.tap("❄️ 🚗 60 мин" if "❄️ 🚗 60 мин" in mary.last.labels else "❄️ 🚗 1 ч")
    assert "держится это число" in mary.toast
    assert f"{span} · 14 человек · ❄️ так было на 15:00, новые сообщения проверяют модераторы" in await card(
        border
    )
    await flood(border)
    held = await card(border)
    assert f"🚗 на машине: {span} · 14 человек · ❄️" in held
    anna = border.person("Анна")
    await anna.send("/crossing грузия")
    assert f": {span}, так было на 15:00" in anna.last.text
    await mary.send("/mod ларс")
    assert "Если отпустить → 🚗 на машине: 5–1" in mary.last.text
    await border.clock.leap(3600)
    assert "так было на" not in await card(border), "its hour is over"
    await mary.send("/mod ларс")
    assert "Если отпустить" not in mary.last.text

    await mary.send("/mod ларс")
    await mary.tap("🙈 1")
    await mary.tap("3 ч")
    assert "так было на 16:00" in await card(border)
    await mary.tap("▶️ 🚗 отпустить")
    assert "больше не держится" in mary.toast
    assert "так было на" not in await card(border)


async def test_what_is_held_can_be_held_longer_as_it_was_then(border: World, mary: Person) -> None:
    await mary.send("/mod ларс")
    await mary.tap("3 ч")
    before = await card(border)
    await border.clock.leap(600)
    await flood(border)
    await mary.tap("12 ч")
    assert (await card(border)).replace("15:10", "15:00").split("❄️")[0] == before.split("❄️")[0]
    await border.clock.leap(4 * 3600)
    assert "так было на 15:00" in await card(border), "as it was at first"
    await tapped(border, mary, 900_001, encode(HoldNumber(LARS, Mode.CAR, 3)))
    assert len(await stored(border, holds)) == 2, "it is held for longer already"


async def test_what_nobody_knows_cannot_be_held(border: World, mary: Person) -> None:
    await add(border, b"w", Statement(LARS, Mode.BUS, Kind.WAITING, wait_minutes=300))
    await mary.send("/mod ларс")
    for mode in (Mode.BUS, Mode.FOOT):
        await mary.send("/mod ларс")
        await tapped(border, mary, 900_000 + len(mode), encode(HoldNumber(LARS, mode, 1)))
    assert await stored(border, holds) == []
    await mary.tap("❄️ 🚌")
    assert "Держать нечего" in mary.toast
    assert mary.alerted
    assert await lines(border) == []


async def test_a_notice_is_typed_shown_before_it_is_posted_and_ends_by_the_clock(
    border: World, mary: Person, oleg: Person
) -> None:
    await mary.send("/mod ларс")
    await mary.tap("Официальное объявление")
    assert mary.last.asks_for_reply
    await mary.reply(mary.last, NOTICE)
    shown = "г., 06:00: «Переход <закрыт> до шести утра»"
    assert shown in mary.last.text
    assert "⚠️ Официально, kvs.gov.ge, до 23 ноября" in mary.last.text
    assert await stored(border, notices) == [], "nothing before the tap"
    await mary.tap("Да, на карточку")
    assert "Объявление на карточке" in mary.toast
    assert shown in await card(border)
    ben = border.person("Ben", language="en")
    await ben.send("/crossing lars")
    assert "Official, kvs.gov.ge, until 23 November 2026, 06:00: “Переход <закрыт>" in ben.last.text
    assert "https://kvs.gov.ge/news/1" in ben.last.links

    await border.clock.leap(15 * 3600 - 61)  # 05:58 there
    assert "до 06:00: «Переход" in await card(border)
    await border.clock.leap(61)
    assert "Официально" not in await card(border)


async def test_a_notice_is_withdrawn_by_its_button(border: World, mary: Person) -> None:
    await post(border, mary)
    assert "Официально" in await card(border)
    await mary.tap("📢 Снять 1")
    assert "Объявление снято" in mary.toast
    assert "Официально" not in await card(border)


async def post(world: World, person: Person, text: str = NOTICE) -> None:
    await person.send("/mod ларс")
    await person.tap("Официальное объявление")
    await person.reply(person.last, text)
    await person.tap("Да, на карточку")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("одна строка", "Не хватает строк"),
        ("https://x\n23.11.2026 06:00\nтекст", "нужен источник"),
        ("12345\n23.11.2026 06:00\nтекст", "нужен источник"),
        ("ФПС Грузии\nзавтра\nтекст", "Не понял время"),
        ("ФПС Грузии\n22.11.2026 14:59\nтекст", "уже прошло"),
        ("ФПС Грузии\n23.12.2026 06:00\nтекст", "больше 30 дней"),
        (f"ФПС Грузии\n23.11.2026 06:00\n{'я' * (LONGEST_TEXT + 1)}", "Текст длиннее 300"),
        (f"{'я' * 201}\n23.11.2026 06:00\nтекст", "Источник слишком длинный"),
    ],
)
async def test_a_wrong_notice_is_explained_asked_again_and_not_lost(
    border: World, mary: Person, typed: str, why: str
) -> None:
    await mary.send("/mod ларс")
    await mary.tap("Официальное объявление")
    await mary.reply(mary.last, typed)
    assert why in mary.last.text
    assert typed.splitlines()[-1] in mary.last.text, "it is shown back"
    assert mary.last.asks_for_reply
    await mary.reply(mary.last, NOTICE)
    await mary.tap("Да, на карточку")
    assert "Официально" in await card(border)


async def test_a_notice_that_was_mended_is_shown_anew_before_it_is_posted(
    border: World, mary: Person
) -> None:
    await mary.send("/mod ларс")
    await mary.tap("Официальное объявление")
    typed = await mary.reply(mary.last, NOTICE)
    first = mary.last
    await mary.edit(typed, NOTICE.replace("шести", "семи"))
    assert "семи" in mary.last.text
    await mary.tap("Да, на карточку", first)
    assert await stored(border, notices) == [], "not what was shown there"
    assert "семи" in first.text
    await mary.tap("Да, на карточку", first)
    assert "семи" in await card(border)


async def test_a_notice_whose_end_passes_before_the_tap_is_not_posted(border: World, mary: Person) -> None:
    await mary.send("/mod ларс")
    await mary.tap("Официальное объявление")
    await mary.reply(mary.last, NOTICE)
    await border.clock.leap(24 * 3600)
    await mary.tap("Да, на карточку")
    assert "уже прошло" in mary.last.text
    assert await stored(border, notices) == []


def test_a_card_with_all_that_moderators_can_put_on_it_fits_into_a_message(content: Content) -> None:
    notices = tuple(
        Notice(id, "я" * LONGEST_TEXT, "я" * LONGEST_NAME, START, START + LONGEST_NOTICE)
        for id in range(MOST_NOTICES)
    )
    crossings = content.catalogue.crossings
    wordy = replace(crossings[LARS], warnings=(Bilingual("о" * 1_000, "w" * 1_000),))
    for crossing in (*crossings.values(), wordy):
        said = [
            Report(100 * place + number, Statement(crossing.id, mode, Kind.EVENT, event=event), START, None)
            for place, mode in enumerate(crossing.modes)
            for number, event in enumerate(Event)
        ]
        country = content.catalogue.countries[crossing.country]
        shown = cards.card(crossing, country, said, START, moderated=Moderated(notices=notices))
        for texts in content.texts.values():
            screen = screens.card(shown, content.guide, texts, "x" * 32, simulated=True, private=True)
            assert visible_length(screen.text) <= MESSAGE
            told = screen.text.count("я" * LONGEST_TEXT)
            assert told == (1 if crossing is wordy else MOST_NOTICES)


async def test_three_notices_are_enough(border: World, mary: Person) -> None:
    for number in range(MOST_NOTICES):
        await post(border, mary, f"{NOTICE} {number}")
    await post(border, mary, f"{NOTICE} 0")
    assert "уже стоит" in mary.toast
    await post(border, mary, f"{NOTICE} 3")
    assert "уже три объявления" in mary.toast
    assert len(await stored(border, notices)) == MOST_NOTICES


async def test_everything_is_undone_and_an_undoing_too(border: World, mary: Person) -> None:
    await flood(border)
    await mary.send("/mod ларс")
    await mary.tap("🙈 1")
    quiet = await card(border)
    await mary.tap("3 ч")
    held = await card(border)
    await post(border, mary)
    told = await card(border)
    assert len({quiet, held, told}) == 3

    await mary.send("/mod журнал")
    assert "22 нояб., 12:00 UTC: число держат · Верхний Ларс 🚗 " in mary.last.text
    assert " ч до 22 нояб., 18:00" in mary.last.text
    assert "скрыто · Верхний Ларс 🚗 проехали: меньше 30 мин, 22 нояб. 15:00–15:15" in mary.last.text
    assert "объявление · Верхний Ларс до 23 нояб., 06:00" in mary.last.text

    def found(what: str) -> list[str]:
        return [line for line in mary.last.text.splitlines() if what in line and "отменено" not in line]

    async def undo(what: str) -> None:
        await mary.send("/mod журнал")
        while not found(what):  # what was done in the same minute has no order
            await mary.tap("Ещё")
        await mary.tap(f"↩️ {found(what)[0].partition('.')[0]}")

    await undo("объявление")
    assert await card(border) == held
    await undo("число держат")
    assert await card(border) == quiet
    await undo("скрыто")
    assert "Снова показано отчётов: 200" in mary.toast
    assert await hidden(border) == 0
    await undo("показано снова")
    assert await card(border) == quiet
    await undo("отпущено")
    assert await card(border) == held
    await undo("объявление снято")
    assert await card(border) == told
    assert len(await lines(border)) == 9 > LINES
    await mary.tap("Ещё")
    assert "9. " in mary.last.text
    await mary.tap("Назад")
    assert "Состояние" in mary.last.text


async def test_undoing_what_has_changed_meanwhile_says_so(border: World, mary: Person, oleg: Person) -> None:
    await flood(border)
    await mary.send("/mod ларс")
    await mary.tap("🙈 1")
    undo = mary.last.button("↩️ Отменить это")["callback_data"]
    await say(border, b"late", 12)
    await oleg.send("/mod lars")
    late = next(line for line in oleg.last.text.splitlines() if "under 30 min — one report, 15:00" in line)
    await oleg.tap(f"🙈 {late.partition('.')[0]}")
    assert await hidden(border) == FLOOD + 1
    await mary.tap("↩️ Отменить это")
    assert "Снова показано отчётов: 201. Тогда их было 200" in mary.toast
    await oleg.send("/mod audit")
    line = next(line for line in oleg.last.text.splitlines() if "hidden" in line and "undone" not in line)
    await oleg.tap(f"↩️ {line.partition('.')[0]}")
    assert "nothing to change here any more" in oleg.toast
    assert oleg.alerted
    await mary.send("/mod ларс")
    await mary.tap("🙈 1")
    assert await hidden(border) == FLOOD + 1
    await tapped(border, oleg, 900_007, undo)
    assert await hidden(border) == FLOOD + 1, "that was undone once, and done again since"


async def test_a_tap_that_comes_again_is_done_once(border: World, mary: Person) -> None:
    await flood(border)
    await mary.send("/mod ларс")
    data = mary.last.button("🙈 1")["callback_data"]
    for _ in range(2):
        await tapped(border, mary, 900_000, data)
        assert "🛡" in mary.last.text
    restore = data[:-1] + "0"
    for _ in range(2):
        await tapped(border, mary, 900_001, restore)
    await tapped(border, mary, 900_000, data)
    assert "🛡" in mary.last.text, "nothing broke"
    assert await hidden(border) == 0, "what was restored since is not hidden by an old tap"
    for update, button in enumerate((HoldNumber(LARS, Mode.CAR, 3), HoldNumber(LARS, Mode.CAR, 0)), 900_002):
        for _ in range(2):
            await tapped(border, mary, update, encode(button))
    assert sorted(action for action, _ in await lines(border)) == ["hide", "hold", "let go", "restore"]


async def test_the_same_hold_twice_is_one(border: World, mary: Person) -> None:
    await mary.send("/mod ларс")
    for _ in range(2):
        await tapped(border, mary, 900_000, encode(HoldNumber(LARS, Mode.CAR, 3)))
    assert len(await stored(border, holds)) == len(await lines(border)) == 1


async def test_two_moderators_at_once_hide_once(border: World, mary: Person, oleg: Person) -> None:
    await flood(border)
    await mary.send("/mod ларс")
    await oleg.send("/mod lars")
    await asyncio.gather(mary.tap("🙈 1"), oleg.tap("🙈 1"))
    said = sorted([mary.toast, oleg.toast], key=len)
    assert sum("200" in each for each in said) == 1
    assert await hidden(border) == FLOOD
    assert len(await lines(border)) == 1
    undo = next(row.id for row in await stored(border, audit))
    await asyncio.gather(
        tapped(border, mary, 900_001, encode(Undo(undo, 0))),
        tapped(border, oleg, 900_002, encode(Undo(undo, 0))),
    )
    assert await hidden(border) == 0
    assert [action for action, _ in sorted(await lines(border))] == ["hide", "restore"]


@pytest.mark.parametrize(
    "button",
    [
        Moderate(LARS, 0),
        Moderate("", 0),
        Hide(LARS, Mode.CAR, "t4", int(START.timestamp()) // 900 - 8, 9, 1),
        HoldNumber(LARS, Mode.CAR, 3),
        AskNotice(LARS),
        PostNotice(LARS, 0),
        DropNotice(LARS, 0),
        Undo(0, 0),
        Audit(0),
    ],
)
async def test_nobody_else_can_do_any_of_it(border: World, button: Button) -> None:
    eve = border.person("Ева")
    await eve.send("/help")
    await tapped(border, eve, 900_000, encode(button))
    assert "меню устарело" in eve.last.text
    await eve.start(encode(button).replace(":", "_"))
    assert "меню устарело" in eve.last.text
    assert await lines(border) == []
    assert await hidden(border) == 0


async def test_to_everybody_else_the_command_with_a_name_is_none_either(border: World) -> None:
    anna, ben = border.people(2)
    await anna.send("/mod ларс")
    await ben.send("/nothing ларс")
    assert anna.last.text == ben.last.text


async def test_a_link_of_a_moderators_button_shows_and_never_does(border: World, mary: Person) -> None:
    await mary.start(encode(HoldNumber(LARS, Mode.CAR, 3)).replace(":", "_"))
    assert "🛡 Верхний Ларс" in mary.last.text
    await mary.start(encode(Undo(1, 0)).replace(":", "_"))
    assert "ещё ничего не делали" in mary.last.text
    assert await lines(border) == []


async def test_any_spelling_leads_there_and_several_are_offered(border: World, mary: Person) -> None:
    for typed in ("ларс", "verhnij lars", "dth[ybq kfhc", "ВЛ"):
        await mary.send(f"/mod {typed}")
        assert "🛡 Верхний Ларс" in mary.last.text
    await mary.send("/mod ивангор")
    await mary.tap(mary.last.labels[0])
    assert "🛡" in mary.last.text


@pytest.mark.parametrize(
    "data",
    [
        "11:verkhny-lars:c:zz:1979000:1:1",
        "11:verkhny-lars:c:t0:99999999999:1:1",
        "11:verkhny-lars:c:t0:1979000:97:1",
        "11:verkhny-lars:c:t0:1979000:0:1",
        "11:verkhny-lars:c:t0:1979000:1:2",
        "12:verkhny-lars:c:7",
        "1B:nowhere:0",
    ],
)
async def test_a_forged_button_of_a_moderator_is_refused(border: World, mary: Person, data: str) -> None:
    await mary.send("/help")
    await tapped(border, mary, 900_000, data)
    assert "меню устарело" in mary.last.text


async def test_huge_numbers_in_a_button_do_no_harm(border: World, mary: Person) -> None:
    await mary.send("/help")
    for update, data in enumerate(
        (f"17:{2**63 - 1}", f"1B:{LARS}:{2**63 - 1}", f"16:{2**63 - 1}:{2**63 - 1}"), 900_000
    ):
        await tapped(border, mary, update, data)
    assert border.bot.desk.pulse.quarantined() == 0
