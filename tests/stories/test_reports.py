"""Reporting: by buttons, by typed numbers, taken back, limited, and never twice."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.crossings.report import Kind
from bot.privacy.retention import purge
from bot.release import Content
from bot.simulator.server import Simulator
from bot.storage.tables import reports
from tests.clock import START, ManualClock
from tests.conftest import World, running
from tests.person import Person


async def stored(world: World) -> list[sa.Row[tuple[object, ...]]]:
    async with world.bot.engine.connect() as connection:
        return list((await connection.execute(sa.select(reports).order_by(reports.c.observed_minute))).all())


async def report_band(person: Person, label: str = "6–12 ч") -> None:
    await person.send("/report ларс")
    await person.tap("Проехали")
    await person.tap(label)


async def test_three_taps_from_the_card(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing lars")
    await anna.tap("Сообщить")
    await anna.tap("Стоим")
    await anna.tap("3–6 ч")
    assert "стоите уже 3 ч" in anna.last.text
    row = (await stored(world))[0]
    assert (row.crossing, row.mode, row.kind, row.wait_minutes) == ("verkhny-lars", "car", "waiting", 180)


async def test_an_event_shows_on_the_card(world: World) -> None:
    anna = world.person()
    await anna.send("/report ларс")
    await anna.tap("Что происходит")
    await anna.tap("Раздают повестки")
    await anna.tap("К карточке")
    assert "раздают повестки — один человек, не подтверждено" in anna.last.text


async def test_a_typed_number_answers_our_question(world: World) -> None:
    anna = world.person()
    await anna.send("/report ларс")
    await anna.tap("Длина очереди")
    question = anna.last
    assert question.asks_for_reply
    await anna.reply(question, "300 машин")
    assert "записано" in anna.last.text
    assert "300 машин" in anna.last.text
    assert (await stored(world))[0].vehicles == 300


async def test_a_number_that_makes_no_sense_is_explained_and_not_stored(world: World) -> None:
    anna = world.person()
    await anna.send("/report ларс")
    await anna.tap("Проехали")
    await anna.tap("числом")
    question = anna.last
    for nonsense, told in (("900 ч", "до 10 суток"), ("привет", "Не понял число"), ("-3", "Не понял число")):
        await anna.reply(question, nonsense)
        assert told in anna.last.text
        assert "Не записано" in anna.last.text
        assert anna.last.asks_for_reply, "the question is asked again"
    assert await stored(world) == []
    await anna.reply(anna.last, "полтора часа")
    assert (await stored(world))[0].wait_minutes == 90


async def test_what_may_be_the_time_of_day_is_asked_about(world: World) -> None:
    anna = world.person()
    await anna.send("/report ларс")
    await anna.tap("Стоим")
    await anna.tap("числом")
    question = anna.last
    for typed in ("14:30", "уже 0:40"):
        await anna.reply(question, typed)
        assert f"«{typed}» — это сколько длится?" in anna.last.text
        assert await stored(world) == []
    await anna.tap("Стоим уже 40 мин")
    assert (await stored(world))[0].wait_minutes == 40
    for typed, minutes in (("26:15", 1575), ("14:30 ч", 870)):  # neither is a time of day
        await anna.reply(question, typed)
        assert "записано" in anna.last.text
        assert minutes in {row.wait_minutes for row in await stored(world)}


async def test_a_bare_number_is_asked_about(world: World) -> None:
    anna = world.person()
    await anna.send("/report ларс")
    await anna.tap("Проехали")
    await anna.tap("числом")
    await anna.reply(anna.last, "7")
    assert "7 — чего?" in anna.last.text
    await anna.tap("7 ч")
    assert (await stored(world))[0].wait_minutes == 420


async def test_what_is_typed_unasked_counts_only_after_a_tap(world: World) -> None:
    anna = world.person()
    await anna.send("ларс 5 часов")
    assert "Записать: 5 ч" in anna.last.text
    assert await stored(world) == []
    await anna.tap("🚌")
    await anna.tap("Стоим уже 5 ч")
    row = (await stored(world))[0]
    assert (row.mode, row.kind, row.wait_minutes) == ("bus", "waiting", 300)


async def test_a_wait_of_nothing_is_said_in_minutes(world: World) -> None:
    anna = world.person()
    await anna.send("ларс 0 часов")
    assert "Записать: 0 мин?" in anna.last.text


async def test_days_end_a_sentence_with_one_full_stop(world: World) -> None:
    anna = world.person()
    await anna.send("ларс 3 дня")
    await anna.tap("Стоим уже")
    assert "стоите уже 3 дн.\n" in anna.last.text


@pytest.mark.parametrize(
    "text", ["ларс 900 ч", "стоим 900 часов на ларсе", "ларс 99999 машин", "петухово или ларс: 900 часов"]
)
async def test_too_much_beside_a_name_is_explained_and_not_stored(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert "до 10 суток" in anna.last.text
    assert "Не записано" in anna.last.text
    assert await stored(world) == []


async def test_too_much_in_reply_to_a_card_leads_back_to_it(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing Петухово")
    await anna.reply(anna.last, "стою уже 900 часов")
    assert "Не записано" in anna.last.text
    await anna.tap("К карточке")
    assert "Петухово" in anna.last.text


async def test_days_that_are_no_wait_are_not_taken_for_one(world: World) -> None:
    anna = world.person()
    await anna.send("сколько можно быть без визы, 90 дней?")
    assert "Не записано" not in anna.last.text


async def test_a_number_without_a_place_is_asked_where(world: World) -> None:
    anna = world.person()
    await anna.send("300 машин")
    assert "Где это?" in anna.last.text


async def test_a_reply_to_a_card_is_about_that_crossing(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing Петухово")
    await anna.reply(anna.last, "2 часа")
    await anna.tap("Проехали за 2 ч")
    assert (await stored(world))[0].crossing == "petukhovo"


async def test_a_report_can_be_taken_back_for_an_hour(world: World) -> None:
    anna = world.person()
    await report_band(anna)
    done = anna.last
    await anna.tap("Убрать", done)
    assert "убран" in anna.last.text
    assert await stored(world) == []

    await report_band(anna)
    done = anna.last
    await world.clock.leap(2 * 3600)
    await anna.tap("Убрать", done)
    assert "только в течение часа" in anna.last.text
    assert len(await stored(world)) == 1


async def test_nobody_takes_back_what_is_not_theirs(world: World) -> None:
    anna, eve = world.person("Anna"), world.person("Eve")
    await report_band(anna)
    data = anna.last.button("Убрать")["callback_data"]
    await eve.start(str(data).replace(":", "_"))
    assert "Такого отчёта нет" in eve.last.text
    assert len(await stored(world)) == 1


async def test_one_person_cannot_flood_a_crossing(world: World) -> None:
    anna = world.person()
    labels = ["меньше 30 мин", "30–60 мин", "1–3 ч", "3–6 ч", "6–12 ч", "12–24 ч", "24–48 ч"]
    for label in labels:
        await report_band(anna, label)
    assert "этого достаточно" in anna.last.text
    assert len(await stored(world)) == 6


async def test_a_double_tap_is_one_report(world: World) -> None:
    anna = world.person()
    await anna.send("/report ларс")
    await anna.tap("Проехали")
    question = anna.last
    await anna.tap("6–12 ч", question)
    row = (await stored(world))[0]
    await anna.send("/report ларс")
    await anna.tap("Проехали")
    await anna.tap("6–12 ч")
    assert await stored(world) == [row]


async def test_the_same_update_twice_is_one_report(world: World) -> None:
    anna = world.person()
    await anna.send("/report ларс")
    await anna.tap("Проехали")
    tap = {
        "id": "1",
        "from": {"id": anna.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"},
        "chat_instance": "1",
        "data": anna.last.button("6–12 ч")["callback_data"],
        "message": {
            "message_id": anna.last.id,
            "date": 1790000000,
            "chat": {"id": anna.id, "type": "private", "first_name": "Anna"},
            "text": "?",
        },
    }
    await world.bot.handle({"update_id": 77, "callback_query": tap})
    await world.clock.leap(3600)  # as long after a crash, so that it is not the same quarter of an hour
    await world.bot.handle({"update_id": 77, "callback_query": tap})
    assert len(await stored(world)) == 1


@pytest.mark.parametrize(
    "step",
    ["r_{}", "v_{}_c", "v_{}_e", "t_{}_w", "q_{}_minutes_0", "b_{}_c_3", "e_{}_c", "s_{}_c_minutes_300"],
)
async def test_no_step_takes_a_way_that_nobody_goes_here(world: World, step: str) -> None:
    anna = world.person()
    await anna.start("1" + step.format("verkhny-lars_c"))
    assert "устарело" not in anna.last.text
    before = await stored(world)
    await anna.start("1" + step.format("verkhny-lars_f"))
    assert "меню устарело" in anna.last.text
    assert await stored(world) == before


async def test_no_number_is_taken_for_a_way_that_nobody_goes_here(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    question = '<a href="https://t.me/provodnik_local_bot?start=1t_verkhny-lars_f_w">Верхний Ларс</a>'
    await world.bot.application.bot.send_message(anna.id, question, parse_mode="HTML")  # as if long ago
    await anna.reply(anna.last, "5 ч")
    assert "меню устарело" in anna.last.text
    assert await stored(world) == []


async def test_a_card_of_a_way_that_nobody_goes_leads_to_one_that_they_do(world: World) -> None:
    anna = world.person()
    await anna.start("1c_verkhny-lars_f")
    await anna.tap("Сообщить")
    assert "на машине\nЧто сообщить?" in anna.last.text


async def test_no_length_is_counted_in_minutes(world: World) -> None:
    anna = world.person()
    await anna.start("1s_verkhny-lars_c_l_minutes_300")
    assert "меню устарело" in anna.last.text
    assert await stored(world) == []


async def test_what_was_typed_while_we_were_away_is_as_old_as_it_is(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    async with running(simulator, clock, tmp_path, content) as world:
        anna, ben = world.people(2)
        for person in (anna, ben):
            await person.send("/report ларс")
            await person.tap("Проехали")
            await person.tap("числом")
    typed_at = int(clock.now().timestamp()) // 60
    await anna.reply(anna.last, "5 ч", wait=False)
    await clock.leap(3 * 3600)
    await ben.reply(ben.last, "7 ч", wait=False)
    async with running(simulator, clock, tmp_path, content) as world:
        await anna.settled()
        assert [(row.wait_minutes, row.observed_minute - typed_at) for row in await stored(world)] == [
            (300, 0),
            (420, 180),
        ]


async def test_a_clock_behind_telegrams_takes_no_future(
    simulator: Simulator, tmp_path: Path, content: Content
) -> None:
    late = ManualClock(START - timedelta(hours=2))
    async with running(simulator, late, tmp_path, content) as world:
        anna = world.person()
        await anna.send("/report ларс")
        await anna.tap("Проехали")
        await anna.tap("числом")
        await anna.reply(anna.last, "5 ч")
        assert (await stored(world))[0].observed_minute == int(late.now().timestamp()) // 60


async def test_reports_only_in_private(world: World) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.send("/crossing@provodnik_local_bot ларс", to=group)
    card = anna.seen(group)[-1]
    assert "Верхний Ларс" in card.text
    address = await anna.tap("Сообщить", card)
    assert "?start=1r_verkhny-lars_c" in address
    await anna.follow(address)
    assert "Что сообщить?" in anna.last.text


async def test_a_closed_crossing_still_takes_the_news_that_it_opened(world: World) -> None:
    anna = world.person()
    await anna.send("/report Сырым")
    await anna.tap("Что происходит")
    await anna.tap("Снова открыли")
    assert (await stored(world))[0].event == "reopened"


async def test_pseudonyms_go_after_two_days(world: World) -> None:
    anna = world.person()
    await report_band(anna)
    assert (await stored(world))[0].reporter is not None

    await world.clock.leap(49 * 3600)
    await purge(world.bot.writer, world.clock)
    row = (await stored(world))[0]
    assert row.reporter is None
    assert row.kind == Kind.BAND


async def test_a_locked_database_is_told_and_nothing_is_half_done(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.storage.sqlite.BUSY_SECONDS", 0.05)
    async with running(simulator, clock, tmp_path, content) as world:
        anna = world.person()
        await anna.send("/report ларс")
        await anna.tap("Проехали")
        question = anna.last
        with closing(sqlite3.connect(tmp_path / "local-chat.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await anna.tap("6–12 ч", question)
            assert "Не сохранено" in anna.last.text
        assert await stored(world) == []
        await anna.tap("6–12 ч", question)
        assert "записано" in question.text
        assert len(await stored(world)) == 1
