"""Simulated people report as users do, and what they say follows a queue in which nobody overtakes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.simulator import crowd
from bot.simulator.crowd import Said
from bot.simulator.limits import Limits
from bot.simulator.server import Simulator
from tests.clock import ManualClock
from tests.conftest import World
from tests.waiting import PATIENCE

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)  # at the crossing
instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - aware
seeds = st.integers(0, 50)


# ---- the queue


@given(instants, st.timedeltas(timedelta(0), timedelta(hours=30)), seeds)
@settings(max_examples=60)
def test_nobody_who_joins_later_is_through_earlier(first: datetime, later: timedelta, seed: int) -> None:
    def through(joined: datetime) -> datetime:
        return joined + timedelta(minutes=crowd.wait_minutes(joined, seed))

    # A microsecond is what datetimes round to.
    assert through(first) <= through(first + later) + timedelta(microseconds=10)


@given(instants, seeds)
@settings(max_examples=40)
def test_a_wait_is_never_less_than_the_desk_nor_endless(at: datetime, seed: int) -> None:
    assert crowd.DESK_MINUTES <= crowd.wait_minutes(at, seed) < 24 * 60


@given(instants, seeds)
@settings(max_examples=40)
def test_who_is_through_now_joined_that_long_ago(at: datetime, seed: int) -> None:
    joined = crowd.joined_at(at, seed)
    through = joined + timedelta(minutes=crowd.wait_minutes(joined, seed))
    assert timedelta(0) <= at - through <= timedelta(minutes=2)


def test_the_wait_changes_through_the_day_and_the_seed_decides() -> None:
    morning, evening = NOON - timedelta(hours=6), NOON + timedelta(hours=7)
    assert crowd.wait_minutes(evening, 1) > 3 * crowd.wait_minutes(morning, 1)
    assert crowd.wait_minutes(evening, 1) == crowd.wait_minutes(evening, 1)
    assert crowd.wait_minutes(evening, 1) != crowd.wait_minutes(evening, 2)


# ---- what they say


@given(instants, seeds)
@settings(max_examples=40)
def test_people_say_what_is_so(at: datetime, seed: int) -> None:
    said = crowd.what_to_say(at, seed, Random(seed))
    whole = (at - crowd.joined_at(at, seed)) / timedelta(minutes=1)
    if said.kind == "crossed":
        assert abs(said.minutes - whole) <= 0.1 * whole + 30
    else:
        assert 60 <= said.minutes <= crowd.wait_minutes(at, seed)


@pytest.mark.parametrize(
    ("minutes", "rounded"), [(3, 10), (44, 40), (59, 60), (74, 60), (80, 90), (355, 360), (395, 420)]
)
def test_people_round(minutes: float, rounded: int) -> None:
    assert crowd.human(minutes) == rounded


def test_without_buttons_they_type() -> None:
    assert crowd.typed("verkhny-lars", Said("crossed", 300), "ru") == "verkhny-lars 5 ч"
    assert crowd.typed("verkhny-lars", Said("crossed", 40), "ru") == "verkhny-lars 40 мин"
    assert crowd.typed("verkhny-lars", Said("crossed", 300), "en") == "verkhny-lars 5 h"
    assert crowd.typed("verkhny-lars", Said("crossed", 40), "en") == "verkhny-lars 40 min"


def test_reports_come_often_at_first_then_seldom_and_never_at_once() -> None:
    pauses = [crowd.pause_seconds(turn, Random(turn)) for turn in range(40)]
    assert all(10 <= pause <= 30 for pause in pauses[:6])
    assert all(10 <= pause <= crowd.LONGEST_PAUSE_SECONDS for pause in pauses)
    assert pauses[-1] == crowd.LONGEST_PAUSE_SECONDS


# ---- finding the way through buttons


@pytest.mark.parametrize(
    ("label", "minutes", "fits"),
    [
        ("3–6 ч", 180, True),
        ("3–6 ч", 360, False),
        ("30–60 мин", 40, True),
        ("30 мин – 1 ч", 40, True),
        ("30 мин – 1 ч", 60, False),
        ("меньше 30 мин", 20, True),
        ("меньше 30 мин", 30, False),
        ("больше 3 дн.", 5000, True),
        ("больше 3 дн.", 600, False),
        ("1–2 сут", 2000, True),
        ("under 30 min", 20, True),
        ("1–3 hr", 90, True),
        ("over 3 days", 5000, True),
        ("1–2 days", 1500, True),
        ("1,5–3 ч", 100, True),
        ("🔄 Обновить", 60, False),
        ("300 машин", 300, False),
        ("5 ч", 300, False),
    ],
)
def test_a_band_is_read_from_its_label(label: str, minutes: int, fits: bool) -> None:
    assert crowd.covers(label, minutes) is fits


CARD = [["📣 Сообщить", "🔄 Обновить"], ["🚗 на машине", "🚌 на автобусе"]]
MODES = [["🚗 на машине"], ["🚲 на велосипеде"]]
KINDS = [["✅ Проехали — сколько заняло"], ["⏳ Стоим — сколько уже"], ["📏 Длина очереди"]]
BANDS = [["меньше 30 мин", "30–60 мин"], ["1–3 ч", "3–6 ч"], ["6–12 ч", "больше 12 ч"]]


def test_the_next_step_that_has_a_button_is_taken_and_none_twice() -> None:
    said = Said("waiting", 200)
    assert crowd.next_tap(CARD, said, 0) == (0, 0, 1)
    assert crowd.next_tap(MODES, said, 1) == (0, 0, 2)
    assert crowd.next_tap(KINDS, said, 1) == (1, 0, 3)
    assert crowd.next_tap(BANDS, said, 3) == (1, 1, 4)
    assert crowd.next_tap(CARD, said, 2) is None
    assert crowd.next_tap([], said, 0) is None


# ---- what they do with a bot


class TinyBot:
    """A bot that shows `screens` one after the other and notes what people do."""

    def __init__(self, simulator: Simulator, screens: list[list[list[str]]]) -> None:
        self.simulator = simulator
        self.screens = screens
        self.heard: list[str] = []

    async def run(self) -> None:
        offset = 0
        async with aiohttp.ClientSession() as session:
            self._session = session
            while True:
                for update in await self._call("getUpdates", offset=offset, timeout=20):
                    offset = update["update_id"] + 1
                    await self._handle(update)

    async def _call(self, method: str, **body: Any) -> Any:
        async with self._session.post(
            f"{self.simulator.url}{self.simulator.token}/{method}", json=body
        ) as answer:
            return (await answer.json())["result"]

    async def _handle(self, update: dict[str, Any]) -> None:
        if query := update.get("callback_query"):
            label, _, step = query["data"].partition(":")
            self.heard.append(label)
            message = query["message"]
            await self._call("answerCallbackQuery", callback_query_id=query["id"])
            await self._call(
                "editMessageText",
                chat_id=message["chat"]["id"],
                message_id=message["message_id"],
                text=f"после «{label}»",
                **self._keyboard(int(step) + 1),
            )
        elif message := update.get("message"):
            self.heard.append(message["text"])
            first = 0 if message["text"].startswith("/crossing") else len(self.screens)
            await self._call(
                "sendMessage", chat_id=message["chat"]["id"], text="ответ", **self._keyboard(first)
            )

    def _keyboard(self, step: int) -> dict[str, Any]:
        if step >= len(self.screens):
            return {}
        rows = [
            [{"text": text, "callback_data": f"{text[:20]}:{step}"} for text in row]
            for row in self.screens[step]
        ]
        return {"reply_markup": {"inline_keyboard": rows}}


@asynccontextmanager
async def _bot(screens: list[list[list[str]]]) -> AsyncIterator[TinyBot]:
    async with Simulator(limits=Limits.off()) as simulator, asyncio.TaskGroup() as group:
        bot = TinyBot(simulator, screens)
        task = group.create_task(bot.run())
        yield bot
        task.cancel()


async def test_a_person_reports_by_buttons() -> None:
    async with _bot([CARD, MODES, KINDS, BANDS]) as bot:
        model = bot.simulator.model
        person = model.add_person("Симуляция 1 / Simulated 1", crowd=True)
        await crowd.report(model, person, "verkhny-lars", Said("crossed", 200))
        assert bot.heard == [
            "/start",
            "/crossing verkhny-lars",
            "📣 Сообщить",
            "🚗 на машине",
            "✅ Проехали — сколько",
            "3–6 ч",
        ]
        await crowd.report(model, person, "verkhny-lars", Said("waiting", 80))
        assert bot.heard[6:] == [
            "/crossing verkhny-lars",
            "📣 Сообщить",
            "🚗 на машине",
            "⏳ Стоим — сколько уж",
            "1–3 ч",
        ]


@pytest.mark.parametrize(
    ("language", "kind", "noted"),
    [
        ("ru", "crossed", "проехали за 3–6 ч"),
        ("ru", "waiting", "стоите уже 3 ч"),
        ("en", "crossed", "through in 3–6 h"),
        ("en", "waiting", "waiting 3 h so far"),
    ],
)
async def test_the_real_bot_notes_what_they_say(world: World, language: str, kind: str, noted: str) -> None:
    model = world.simulator.model
    person = model.add_person("Симуляция 1 / Simulated 1", language, crowd=True)
    await crowd.report(model, person, "verkhny-lars", Said(kind, 200))
    *_, last = model.chats[person.id].messages.values()
    assert noted in last.body.text


async def test_a_person_types_where_no_button_fits() -> None:
    async with _bot([CARD, [["Совсем другое"]]]) as bot:
        model = bot.simulator.model
        person = model.add_person("Симуляция 1 / Simulated 1", crowd=True)
        await crowd.report(model, person, "verkhny-lars", Said("crossed", 300))
        assert bot.heard == ["/start", "/crossing verkhny-lars", "📣 Сообщить", "verkhny-lars 5 ч"]


async def test_a_crowd_says_what_it_is_grows_to_its_limit_and_stops_when_told() -> None:
    clock = ManualClock(NOON)
    async with _bot([CARD, KINDS, BANDS]) as bot, asyncio.TaskGroup() as group:
        model = bot.simulator.model
        task = group.create_task(crowd.crowd(model, "verkhny-lars", clock, seed=3))
        await _report_times(crowd.MOST_PEOPLE + 2, bot, clock)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert len(model.people) == crowd.MOST_PEOPLE
        for person in model.people.values():
            assert person.crowd
            assert "Симуляция" in person.first_name
            assert "Simulated" in person.first_name
        assert {person.language_code for person in model.people.values()} == {"ru", "en"}


async def test_a_person_who_blocked_the_bot_does_not_stop_the_others() -> None:
    clock = ManualClock(NOON)
    async with _bot([CARD, KINDS, BANDS]) as bot, asyncio.TaskGroup() as group:
        model = bot.simulator.model
        task = group.create_task(crowd.crowd(model, "verkhny-lars", clock))
        await _report_times(crowd.MOST_PEOPLE, bot, clock)
        first, *_ = model.people.values()
        model.change_person(first, blocked=True)
        said = len(model.chats[first.id].messages)
        await _report_times(3, bot, clock)
        assert len(model.chats[first.id].messages) == said
        task.cancel()


async def _report_times(count: int, bot: TinyBot, clock: ManualClock) -> None:
    """Let time pass until the crowd reported that often."""
    enough = _bands(bot) + count
    async with asyncio.timeout(PATIENCE):
        while _bands(bot) < enough:
            await _asleep(clock)
            await clock.advance(10)
        await _asleep(clock)


def _bands(bot: TinyBot) -> int:
    return sum(text in {label for row in BANDS for label in row} for text in bot.heard)


async def _asleep(clock: ManualClock) -> None:
    """Wait until the crowd waits for its next turn."""
    async with asyncio.timeout(PATIENCE):
        while not clock.sleepers:
            await SystemClock().sleep(0.005)
