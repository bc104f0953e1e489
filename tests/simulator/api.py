"""How tests call the simulator: as a bot, and as the chat page."""

import json
from typing import Any

import aiohttp

from bot.simulator.server import Simulator


class Api:
    """Calls the Bot API as a bot does, and keeps status and body as they come."""

    def __init__(self, session: aiohttp.ClientSession, simulator: Simulator) -> None:
        self.session = session
        self.simulator = simulator
        self.base = f"{simulator.url}{simulator.token}/"

    async def call(self, method: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(self.base + method, json=parameters) as answer:
            body = await answer.json()
            assert isinstance(body, dict)
            return answer.status, body

    async def ok(self, method: str, **parameters: Any) -> Any:
        """Call and return the result, which must be one."""
        status, body = await self.call(method, **parameters)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **parameters: Any) -> tuple[int, str]:
        """Call and return code and description of the refusal, which must be one."""
        status, body = await self.call(method, **parameters)
        assert not body["ok"]
        assert status == body["error_code"]
        return status, body["description"]

    async def page(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Ask as the chat page does."""
        url = self.simulator.page_url.rstrip("/") + path
        headers = {"X-Provodnik": "page"} if headers is None else headers
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if "json" in answer.content_type else text
