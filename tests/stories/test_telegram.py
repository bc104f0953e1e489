"""The bot as a process of its own with a token: polling, webhook, health, and a crash in the middle."""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.privacy import keys
from bot.simulator.server import Simulator
from bot.telegram import webhook
from tests.person import Person
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def process(simulator: Simulator, folder: Path, port: int, **more: str) -> AsyncIterator[Process]:
    key = folder / "keys" / "key"
    if not key.exists():
        keys.new(key)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    environment |= {
        "BOT_TOKEN": simulator.token,
        "BOT_API_URL": simulator.url,
        "BOT_DATA_DIR": str(folder / "data"),
        "BOT_KEY_FILE": str(key),
        "BOT_LISTEN": f"127.0.0.1:{port}",
        **more,
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.communicate()


async def healthy(port: int) -> dict[str, object]:
    """Wait until the bot says that it is well."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    if answer.status == 200:
                        return dict(await answer.json())
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)


async def test_with_a_token_it_serves_telegram_and_stops_cleanly(
    simulator: Simulator, tmp_path: Path
) -> None:
    anna = Person(simulator, "Anna", language="ru")
    port = free_port()
    async with process(simulator, tmp_path, port) as bot:
        await anna.send("/crossing lars")
        assert "Верхний Ларс" in anna.last.text
        assert "🧪" not in anna.last.text, "nothing here is simulated for the bot"
        state = await healthy(port)
        assert state["database"] is True
        async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
            while True:  # another process might have been the leader until now
                async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                    measured = await answer.text()
                if "\nprovodnik_alerts_leading 1\n" in measured:
                    break
                await asyncio.sleep(0.05)
        assert re.search(r"^provodnik_updates_total [1-9]", measured, re.MULTILINE)
        assert str(anna.id) not in measured
        bot.send_signal(signal.SIGHUP)  # says that there is new content, and ends nothing
        await anna.send("/help")
        assert str(state["content"]) in anna.last.text
        bot.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(bot.wait(), PATIENCE) == 0


async def test_a_crash_loses_nothing_and_repeats_nothing(simulator: Simulator, tmp_path: Path) -> None:
    anna = Person(simulator, "Anna", language="ru")
    port = free_port()
    async with process(simulator, tmp_path, port):
        await anna.send("/report lars")
        await anna.tap("Проехали")
        await anna.tap("6–12 ч", wait=False)
    await anna.send("/crossing lars", wait=False)  # while nobody listens
    async with process(simulator, tmp_path, port):
        await anna.send("/help")
        texts = [message.text for message in anna.messages]
        assert any("Спасибо, записано" in text for text in texts)
        assert any("6–12 ч · один человек" in text for text in texts)


async def test_telegram_calls_the_webhook_and_nobody_else_can(simulator: Simulator, tmp_path: Path) -> None:
    anna = Person(simulator, "Anna", language="ru")
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    settings = {"BOT_WEBHOOK_URL": url, "BOT_WEBHOOK_SECRET": "s3cret"}
    async with process(simulator, tmp_path, port, **settings) as bot, aiohttp.ClientSession() as session:
        await healthy(port)
        await anna.send("Верхний Ларс")
        assert "Верхний Ларс → Казбеги" in anna.last.text
        forged = {"update_id": 1, "message": {"text": "/start"}}
        async with session.post(url, json=forged) as answer:
            assert answer.status == 403
        async with session.post(url, json=forged, headers={webhook.HEADER: "guess"}) as answer:
            assert answer.status == 403
        bot.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(bot.wait(), PATIENCE) == 0


async def test_a_webhook_that_telegram_refuses_is_told(simulator: Simulator, tmp_path: Path) -> None:
    settings = {"BOT_WEBHOOK_URL": "https://bot.example/hook", "BOT_WEBHOOK_SECRET": "s3cret"}
    async with process(simulator, tmp_path, free_port(), **settings) as bot:
        _, told = await asyncio.wait_for(bot.communicate(), PATIENCE)
        assert bot.returncode == 1
        assert told.decode().splitlines()[-1].startswith("BOT_WEBHOOK_URL: Telegram refuses it")
