"""Somebody has stolen the token and uses it: the operators learn of it, whatever the thief does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.privacy import keys
from bot.release import Content
from bot.serving import _serve_telegram
from bot.settings import load
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.telegram.watch import AGAIN_SECONDS, LOOK_SECONDS, TICK_SECONDS
from tests.clock import ManualClock
from tests.person import Person
from tests.stories.test_telegram import free_port

LOOK = "getmyname"
LOOKS_AT_A_TIME = 3  # once for each language, and once for all others
THIEF = "http://127.0.0.1:9/of-a-thief"


@dataclass
class Served:
    """The bot as `bot run` serves Telegram, on a clock moved by hand."""

    simulator: Simulator
    clock: ManualClock
    port: int
    http: aiohttp.ClientSession
    released: asyncio.Event

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with self.http.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
            return answer.status, await answer.json()

    async def steal(self, method: str, **parameters: object) -> Any:
        """Call Telegram with the same token from somewhere else."""
        async with self.http.post(
            f"{self.simulator.url}{self.simulator.token}/{method}", json=parameters
        ) as answer:
            return (await answer.json())["result"]

    async def webhook(self) -> str:
        return str((await self.steal("getWebhookInfo"))["url"])

    async def until(self, condition: Callable[[], bool], step: float = 0.2) -> None:
        """Let time pass, slowly enough for the network of this machine, until it is so."""
        for _ in range(1000):
            if condition():
                return
            await self.clock.advance(step)
            await asyncio.sleep(0.01)
        raise AssertionError("it did not happen")

    async def polls(self) -> None:
        """Wait until the bot waits for updates."""
        await self.until(lambda: self.simulator.model.updates._poll is not None)

    async def look(self, after: float) -> None:
        """Let that many seconds pass, at whose end the watch looks at everything, and has looked."""
        calls, asleep = self.simulator.model.calls, self.clock.sleepers
        looks = calls[LOOK] + LOOKS_AT_A_TIME
        await self.clock.advance(after)
        await self.until(lambda: calls[LOOK] >= looks and self.clock.sleepers >= asleep, step=0)

    async def alarm(self) -> None:
        while (await self.health())[1]["token"] == "ok":
            await self.clock.advance(0.2)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(
    simulator: Simulator, clock: ManualClock, folder: Path, *operators: Person, webhook: bool = False
) -> AsyncIterator[Served]:
    port = free_port()
    keys.new(folder / "keys" / "key")
    environment = {
        "BOT_TOKEN": simulator.token,
        "BOT_API_URL": simulator.url,
        "BOT_DATA_DIR": str(folder / "data"),
        "BOT_KEY_FILE": str(folder / "keys" / "key"),
        "BOT_LISTEN": f"127.0.0.1:{port}",
        "BOT_MODERATORS": ",".join(str(operator.id) for operator in operators),
    }
    if webhook:
        environment |= {"BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook", "BOT_WEBHOOK_SECRET": "s3cret"}
    settings = load(environment, folder / "no.env")
    stopping, released = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group, aiohttp.ClientSession() as http:
        group.create_task(_serve_telegram(settings, clock, simulator.token, stopping, released))
        served = Served(simulator, clock, port, http, released)
        try:
            await served.until(lambda: simulator.model.calls[LOOK] >= LOOKS_AT_A_TIME, step=0)
            for operator in operators:
                await operator.send("/start")
            yield served
        finally:
            stopping.set()


def alarms(person: Person) -> list[str]:
    return [seen.text for seen in person.messages if "🚨" in seen.text]


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    found = [record for record in caplog.records if record.message == "token alarm"]
    assert all(record.levelno == logging.ERROR for record in found)
    return [record.fields for record in found]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _content_is_read_once(monkeypatch: pytest.MonkeyPatch, content: Content) -> None:
    monkeypatch.setattr("bot.serving.read_content", lambda: content)


@pytest.fixture
def operator(simulator: Simulator) -> Person:
    return Person(simulator, "Оля", language="ru")


async def test_a_foreign_webhook_alarms_at_once_and_is_taken_back(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    operator: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    second = Person(simulator, "Ben", language="ru")
    async with serving(simulator, clock, tmp_path, operator, second) as bot:
        await second.send("/language")
        await second.tap("English")
        assert (await bot.health())[1]["token"] == "ok"
        began = clock.monotonic()
        await bot.steal("setWebhook", url=THIEF)
        await bot.alarm()
        assert clock.monotonic() - began < 2 * TICK_SECONDS
        status, state = await bot.health()
        assert (status, state["token"]) == (503, "alarm")
        assert state["database"] is True
        await operator.sees("127.0.0.1")
        await bot.polls()
        assert await bot.webhook() == ""
        await operator.send("/help")
        assert "Что я умею" in operator.last.text

        await bot.steal("setWebhook", url=THIEF)  # again: no second message
        await bot.until(lambda: simulator.model.updates._receive is None)
        await bot.polls()
        assert await bot.webhook() == ""
        (told,) = alarms(operator)
        assert "@BotFather → /revoke" in told
        assert "of-a-thief" not in told
        (told,) = alarms(second)
        assert "Somebody else" in told
        assert logged(caplog) == [{"kind": "webhook", "where": "127.0.0.1"}]
        assert (await bot.health())[0] == 503, "until a restart"


async def test_polls_of_another_alarm_after_two_minutes(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, operator: Person
) -> None:
    async with serving(simulator, clock, tmp_path, operator) as bot:
        await bot.polls()
        for _ in range(4):  # within 90 seconds: that is a restart
            await bot.steal("getUpdates")
            await bot.polls()
            assert (await bot.health())[1]["token"] == "ok"
            await clock.advance(25)
        await bot.polls()
        assert alarms(operator) == []
        await clock.advance(40)
        await bot.polls()
        await bot.steal("getUpdates")
        await bot.alarm()
        assert "getUpdates" in (await operator.sees("🚨")).text


async def test_what_an_operator_is_told_is_as_discreet_as_all_the_rest_and_goes_with_a_wipe(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, operator: Person
) -> None:
    async with serving(simulator, clock, tmp_path, operator) as bot:
        await operator.send("/safety")
        await operator.tap("Чтобы меньше было видно")
        await operator.tap("Включить незаметный режим")
        await bot.steal("setWebhook", url=THIEF)
        await bot.alarm()
        told = await operator.sees("127.0.0.1")
        assert (told.silent, told.edited) == (True, True), "what was sent, and so notified, was only “…”"
        await bot.polls()
        await operator.send("/wipe")
        await operator.tap("Да, убрать всё")
        assert [seen.text for seen in operator.messages] == ["Здравствуйте! Начать: /start"]


async def test_one_poll_of_another_is_a_restart(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, operator: Person
) -> None:
    async with serving(simulator, clock, tmp_path, operator) as bot:
        await bot.polls()
        await bot.steal("getUpdates")
        for _ in range(10):
            await bot.polls()
            await clock.advance(30)
        status, state = await bot.health()
        assert (status, state["token"]) == (200, "ok")
        assert alarms(operator) == []


@pytest.mark.parametrize(
    ("method", "parameters", "what"),
    [
        ("setMyDescription", {"description": "Пишите @thief", "language_code": "ru"}, "description ru"),
        ("setMyDescription", {"description": "Write to @thief"}, "description"),
        ("setMyShortDescription", {"short_description": "@thief", "language_code": "en"}, "about en"),
        ("setMyName", {"name": "Провoдник"}, "first name"),
        ("setMyName", {"name": "Провoдник", "language_code": "ru"}, "name ru"),
        (
            "setChatMenuButton",
            {
                "menu_button": {
                    "type": "web_app",
                    "text": "Меню",
                    "web_app": {"url": "https://thief.example/"},
                }
            },
            "menu button",
        ),
    ],
)
async def test_other_words_about_the_bot_alarm_once_they_were_seen_twice(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    operator: Person,
    method: str,
    parameters: dict[str, object],
    what: str,
) -> None:
    async with serving(simulator, clock, tmp_path, operator, webhook=True) as bot:
        await bot.steal(method, **parameters)
        await bot.look(LOOK_SECONDS)
        assert (await bot.health())[1]["token"] == "ok"
        await bot.look(AGAIN_SECONDS)
        await bot.alarm()
        assert what in (await operator.sees("🚨")).text
        await bot.look(LOOK_SECONDS)
        await bot.look(LOOK_SECONDS)
        assert len(alarms(operator)) == 1


async def test_words_that_come_back_by_themselves_alarm_nobody(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, operator: Person
) -> None:
    """As when a newer version of ours starts beside this one, and is taken back."""
    async with serving(simulator, clock, tmp_path, operator, webhook=True) as bot:
        ours = (await bot.steal("getMyDescription"))["description"]
        await bot.steal("setMyDescription", description="newer")
        await bot.look(LOOK_SECONDS)
        await bot.steal("setMyDescription", description=ours)
        await bot.look(AGAIN_SECONDS)
        await bot.look(LOOK_SECONDS)
        assert (await bot.health())[1]["token"] == "ok"


async def test_words_that_could_not_be_set_are_those_of_before(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, operator: Person
) -> None:
    simulator.model.profile.descriptions[""] = "of an older version"
    simulator.model.faults.add(Fault("setMyDescription", status=400, times=1000))
    async with serving(simulator, clock, tmp_path, operator, webhook=True) as bot:
        await bot.look(LOOK_SECONDS)
        await bot.look(LOOK_SECONDS)
        assert (await bot.health())[1]["token"] == "ok"
        simulator.model.profile.descriptions[""] = "of a thief"
        await bot.look(LOOK_SECONDS)
        await bot.look(AGAIN_SECONDS)
        await bot.alarm()


async def test_a_webhook_that_was_taken_away_alarms_and_is_set_again(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, operator: Person
) -> None:
    async with serving(simulator, clock, tmp_path, operator, webhook=True) as bot:
        ours = await bot.webhook()
        await bot.steal("deleteWebhook")
        await clock.advance(LOOK_SECONDS)
        await bot.alarm()
        assert "вебхук сняли" in (await operator.sees("🚨")).text
        assert await bot.webhook() == ours
        await operator.send("/help")
        assert "Что я умею" in operator.last.text


@pytest.mark.parametrize("status", [401, 404, 409, 502])
async def test_a_telegram_that_does_not_answer_is_no_alarm(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    operator: Person,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(simulator, clock, tmp_path, operator, webhook=True) as bot:
        simulator.model.faults.add(Fault(status=status, times=100_000))
        calls = simulator.model.calls["getme"]
        for _ in range(40):
            await clock.leap(30)
            await asyncio.sleep(0.02)
        await bot.until(lambda: simulator.model.calls["getme"] > calls, step=30)
        simulator.model.faults.clear()
        looks = simulator.model.calls[LOOK] + LOOKS_AT_A_TIME
        await bot.until(lambda: simulator.model.calls[LOOK] >= looks, step=2)
        assert (await bot.health())[1]["token"] == "ok"
        assert "answer not understood" not in caplog.messages


async def test_an_operator_whom_telegram_does_not_reach_now_is_told_later(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, operator: Person
) -> None:
    gone = Person(simulator, "Gone", language="ru")
    async with serving(simulator, clock, tmp_path, gone, operator, webhook=True) as bot:
        await gone.block()
        simulator.model.faults.add(Fault("sendMessage", status=401, times=2))
        await bot.steal("deleteWebhook")
        await clock.advance(LOOK_SECONDS)
        await bot.alarm()
        await bot.until(lambda: len(alarms(operator)) > 0, 1)
        sent = simulator.model.calls["sendmessage"]
        await bot.until(lambda: clock.monotonic() > 2 * LOOK_SECONDS, step=TICK_SECONDS)
        assert simulator.model.calls["sendmessage"] == sent, "nobody is told twice, and who left, not again"
        assert len(alarms(operator)) == 1


async def test_an_answer_that_nobody_can_read_ends_neither_the_bot_nor_the_watch(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    operator: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(simulator, clock, tmp_path, operator, webhook=True) as bot:
        simulator.model.profile.menu_buttons[0] = {"type": "web_app"}  # without what it must have
        await bot.steal("deleteWebhook")
        await clock.advance(LOOK_SECONDS)
        await bot.alarm()
        assert "answer not understood" in caplog.messages
