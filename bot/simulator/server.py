"""The simulator as a server on loopback: the Bot API for the bot, and the chat page for people."""

import json
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.simulator import limits as bounds
from bot.simulator.faults import Fault
from bot.simulator.limits import Limits
from bot.simulator.methods import METHODS
from bot.simulator.model import Model
from bot.simulator.parameters import Parameters, read
from bot.simulator.people import TOKEN, Account
from bot.simulator.refusals import Refused, not_found, unauthorized
from bot.simulator.surface import HEADERS, Handler, Surface, complaining
from bot.simulator.webhook import Courier

TOKEN_BY_DEFAULT = "1:local"  # noqa: S105 - of a Telegram that exists on this machine only
USERNAME = "provodnik_local_bot"
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]", "::1"))
_DRIVING = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_STOP_SECONDS = 0.5  # for handlers that still run when the server stops
_BODY_BYTES = bounds.UPLOAD_BYTES + (1 << 20)


class Simulator:
    """A strict Telegram on this machine, running while the context is open.

    `url` is the base to which token and method are appended; `page_url` is where the chat page is; `model` is
    the Telegram itself, for whoever shares the process. State is in memory. Binds to loopback only; raises
    `ValueError` for any other `host`.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = TOKEN_BY_DEFAULT,
        username: str = USERNAME,
    ) -> None:
        if host not in _LOOPBACK:
            raise ValueError(f"the simulator serves loopback only, not {host}")
        self.host = host
        self.port = port
        self.token = token
        self.model = Model(clock or SystemClock(), Account.of(token, username), limits or Limits())
        self._courier = Courier(self.model)
        self._stack = AsyncExitStack()

    @property
    def page_url(self) -> str:
        """Where the chat page is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def url(self) -> str:
        """The Bot API's base, such as `http://127.0.0.1:9000/bot`."""
        return f"{self.page_url}bot"

    async def __aenter__(self) -> Self:
        runner = web.AppRunner(
            self._app(),
            access_log=None,  # it would print the token
            shutdown_timeout=_STOP_SECONDS,
        )
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self.host, self.port, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        self._stack.push_async_callback(self._courier.stop)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.model.events.close()
        self.model.updates.close()
        await self._stack.aclose()

    def _app(self) -> web.Application:
        root = web.Application(client_max_size=_BODY_BYTES)
        # One handler without middlewares: this is the path that benches measure.
        root.router.add_route("*", "/bot{token}/{method}", self._call)
        root.router.add_get("/file/bot{token}/{path:.+}", self._download)
        for route in Surface(self.model).routes():
            root.router.add_route(route.method, route.path, _guarded(complaining(route.handler)))
        return root

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        self.model.calls[method] += 1
        try:
            _refuse_browsers(request)
            self._check_token(request.match_info["token"])
            parameters = await read(request)
            if self.model.faults and (fault := self.model.faults.take(method)):
                return await self._go_wrong(request, fault, method, parameters)
            return _json(await self._carry_out(method, parameters))
        except Refused as refused:
            return _json(json.dumps(refused.json()).encode(), refused.code)
        except web.HTTPRequestEntityTooLarge:
            return _json(json.dumps(Refused(413, "Request Entity Too Large").json()).encode(), 413)

    def _check_token(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise not_found()
        if token != self.token:
            raise unauthorized()
        if self.model.logged_out:
            raise Refused(400, "Logged out")

    async def _carry_out(self, method: str, parameters: Parameters) -> bytes:
        """Return the body of the answer. Raises `Refused`."""
        simple = METHODS.get(method)
        if simple is not None:
            return _success(simple(self.model, parameters))
        if method == "getupdates":
            updates = self.model.updates
            updates.allow(parameters.json("allowed_updates", "allowed updates"))
            found = await updates.poll(
                parameters.integer("offset"),
                parameters.integer("limit", bounds.POLL_UPDATES, 1, bounds.POLL_UPDATES),
                parameters.integer("timeout", 0, 0, bounds.POLL_SECONDS),
            )
            return b'{"ok":true,"result":' + found + b"}"
        if method == "setwebhook":
            return _success(*await self._courier.set(parameters))
        if method == "deletewebhook":
            return _success(*await self._courier.delete(parameters))
        if method == "getwebhookinfo":
            return _success(self._courier.info())
        raise not_found()

    async def _go_wrong(
        self, request: web.Request, fault: Fault, method: str, parameters: Parameters
    ) -> web.StreamResponse:
        if fault.delay:
            await self.model.clock.sleep(fault.delay)
        if fault.after:
            await self._carry_out(method, parameters)
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        refusal = fault.refusal()
        if refusal is not None:
            raise refusal
        return _json(await self._carry_out(method, parameters))

    async def _download(self, request: web.Request) -> web.Response:
        try:
            _refuse_browsers(request)
            self._check_token(request.match_info["token"])
            stored = self.model.files.by_path(request.match_info["path"])
            if stored is None:
                raise not_found()
        except Refused as refused:
            return _json(json.dumps(refused.json()).encode(), refused.code)
        return web.Response(body=stored.content, content_type="application/octet-stream", headers=HEADERS)


def _success(result: Any, description: str | None = None) -> bytes:
    body: dict[str, Any] = {"ok": True, "result": result}
    if description is not None:
        body["description"] = description
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")


def _local(host: str) -> bool:
    """Tell whether a Host (or the host of an Origin) is this machine, whatever the port."""
    name, colon, port = host.rpartition(":")
    if not colon or not port.isdigit():
        name = host
    return name.lower() in _LOOPBACK


def _refuse_strangers(request: web.Request) -> None:
    """Refuse what reaches this machine under a foreign name: a web page that rebinds its DNS name to us."""
    if not _local(request.host):
        raise Refused(403, "Forbidden: this Telegram answers to loopback names only")


def _refuse_browsers(request: web.Request) -> None:
    """Refuse calls of the Bot API by web pages of others; a bot sends neither header."""
    _refuse_strangers(request)
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or (origin and not _local(origin.partition("://")[2])):
        raise Refused(403, "Forbidden: web pages cannot call the Bot API")


def _guarded(handler: Handler) -> Handler:
    """Let only our own page drive: loopback names, and a header that other pages cannot set unasked."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            _refuse_strangers(request)
            if request.method in _DRIVING and request.headers.get("X-Provodnik") != "page":
                raise Refused(403, "Forbidden: X-Provodnik is missing")
        except Refused as refused:
            return _json(json.dumps(refused.json()).encode(), refused.code)
        return await handler(request)

    return guarded
