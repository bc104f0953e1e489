"""What the chat page asks of the simulator: `/api/…`, the page's files, and the stream of events."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from types import UnionType
from typing import Any

from aiohttp import web

from bot.simulator import view
from bot.simulator.faults import Fault
from bot.simulator.model import Impossible, Model
from bot.simulator.people import Chat, Message, Person
from bot.simulator.queries import InlineQuery, Tap
from bot.simulator.refusals import Refused

_PAGE = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".json": "application/json",
}
_SAFE_TYPES = ("image/png", "image/jpeg", "image/gif")
_FAULT: dict[str, type | UnionType] = {
    "method": str,
    "status": int | None,
    "description": str,
    "retry_after": int | None,
    "delay": int | float,
    "drop": bool,
    "after": bool,
    "times": int,
}
_NUMBER = re.compile(r"[0-9]{1,18}")
_ANSWER_SECONDS = 5.0
_SILENCE_SECONDS = 15.0  # a comment is sent that often, so that a page that went away is noticed
_SOURCES = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": _SOURCES,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the page's, and who answers it."""

    method: str
    path: str
    handler: Handler


class NotThere(Exception):
    """The page asked for a person, a chat or a message that does not exist."""


class Malformed(ValueError):
    """The page sent what cannot be understood; the message says what."""


class Surface:
    """Answers the chat page."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._run = model.updates.next_id  # tells this run's events from those of an earlier one
        self._inline: dict[int, InlineQuery] = {}  # the last of each chat

    def routes(self) -> list[Route]:
        """Return all routes."""
        return [
            Route("GET", "/", self._index),
            Route("GET", r"/page/{name:[\w-][\w.-]*}", self._file),
            Route("GET", "/api/state", self._state),
            Route("POST", "/api/people", self._add_person),
            Route("PATCH", r"/api/people/{person:\d{1,18}}", self._change_person),
            Route("POST", "/api/groups", self._add_group),
            Route("GET", r"/api/chats/{chat:-?\d{1,18}}/messages", self._messages),
            Route("DELETE", r"/api/chats/{chat:-?\d{1,18}}/messages/{message:\d{1,18}}", self._delete),
            Route("POST", r"/api/chats/{chat:-?\d{1,18}}/send", self._send),
            Route("POST", r"/api/chats/{chat:-?\d{1,18}}/tap", self._tap),
            Route("POST", r"/api/chats/{chat:-?\d{1,18}}/inline", self._ask_inline),
            Route("POST", r"/api/chats/{chat:-?\d{1,18}}/inline/choose", self._choose_inline),
            Route("GET", "/api/events", self._events),
            Route("GET", "/api/files/{path:.+}", self._upload),
            Route("POST", "/api/faults", self._add_fault),
            Route("DELETE", "/api/faults", self._clear_faults),
            Route("POST", "/api/load", self._load),
            Route("GET", "/api/counts", self._counts),
        ]

    # The page itself

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return self._page_file("index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self._page_file(request.match_info["name"])

    def _page_file(self, name: str) -> web.StreamResponse:
        path = _PAGE / name
        if path.suffix not in _TYPES or not path.is_file():
            raise NotThere(name)
        charset = "; charset=utf-8" if path.suffix in (".html", ".css", ".js", ".svg", ".json") else ""
        return web.FileResponse(path, headers=HEADERS | {"Content-Type": _TYPES[path.suffix] + charset})

    async def _upload(self, request: web.Request) -> web.Response:
        stored = self._model.files.by_path(request.match_info["path"])
        if stored is None:
            raise NotThere("file")
        if stored.content_type in _SAFE_TYPES:
            return web.Response(body=stored.content, content_type=stored.content_type, headers=HEADERS)
        headers = HEADERS | {"Content-Disposition": "attachment"}
        return web.Response(body=stored.content, content_type="application/octet-stream", headers=headers)

    # Who is here

    async def _state(self, _request: web.Request) -> web.Response:
        model = self._model
        bot = model.bot | {
            "commands": model.profile.private_commands(),
            "description": model.profile.descriptions.get("", ""),
            "descriptions": model.profile.descriptions,
            "names": model.profile.names,
        }
        return _answer(
            {
                "bot": bot,
                "people": [view.person(person) for person in model.people.values()],
                "groups": [view.group(chat) for chat in model.chats.values() if not chat.private],
                "limits": model.flood.limits.enforced,
                "simulated": True,
                "content": model.content,
            }
        )

    async def _add_person(self, request: web.Request) -> web.Response:
        body = await _body(request)
        name, language = _word(body, "first_name", 64), _word(body, "language_code", 8)
        return _answer(view.person(self._model.add_person(name, language)))

    async def _change_person(self, request: web.Request) -> web.Response:
        person = self._person(int(request.match_info["person"]))
        body = await _body(request)
        blocked = body.get("blocked")
        if blocked is not None and not isinstance(blocked, bool):
            raise Malformed("blocked must be true or false")
        self._model.change_person(
            person,
            first_name=_word(body, "first_name", 64) if "first_name" in body else None,
            language_code=_word(body, "language_code", 8) if "language_code" in body else None,
            blocked=blocked,
        )
        return _answer(view.person(person))

    async def _add_group(self, request: web.Request) -> web.Response:
        body = await _body(request)
        numbers = body.get("people")
        if not isinstance(numbers, list) or not numbers:
            raise Malformed("people must be a list of ids")
        people = [self._person(number) for number in numbers]
        return _answer(view.group(self._model.add_group(_word(body, "title", 128), people)))

    # What they do

    async def _messages(self, request: web.Request) -> web.Response:
        return _answer([view.message(message) for message in self._chat(request).messages.values()])

    async def _delete(self, request: web.Request) -> web.Response:
        self._model.delete(self._message(self._chat(request), request.match_info["message"]))
        return _answer({"deleted": True})

    async def _send(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await _body(request)
        person, reply_to = self._sender(chat, body), body.get("reply_to")
        if not isinstance(reply_to, int | None):
            raise Malformed("reply_to must be a number")
        location = body.get("location")
        if isinstance(location, dict):
            lat, lon = _degrees(location, "lat"), _degrees(location, "lon")
            message = self._model.send_location(person, lat, lon, chat=chat, reply_to=reply_to)
        elif body.get("photo"):
            caption = str(body.get("caption") or "")
            message = self._model.send_photo(person, caption, chat=chat, reply_to=reply_to)
        else:
            text = str(body.get("text") or "")
            message = self._model.send(person, text, chat=chat, reply_to=reply_to)
        return _answer(view.message(message))

    async def _tap(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await _body(request)
        message = self._message(chat, body.get("message_id"))
        row, column = body.get("row"), body.get("column")
        if not isinstance(row, int) or not isinstance(column, int):
            raise Malformed("row and column must be numbers")
        button = self._model.button(message, row, column)
        if "url" in button:
            return _answer({"answered": True, "text": "", "alert": False, "url": button["url"]})
        tap = self._model.tap(self._sender(chat, body), message, row, column)
        await self._model.events.until(lambda: tap.answer is not None, _ANSWER_SECONDS)
        return _answer(_tapped(tap))

    async def _ask_inline(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await _body(request)
        asked = self._model.ask_inline(self._sender(chat, body), str(body.get("query") or ""))
        self._inline[chat.id] = asked
        await self._model.events.until(lambda: asked.answer is not None, _ANSWER_SECONDS)
        return _answer([view.result(result) for result in asked.answer or []])

    async def _choose_inline(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await _body(request)
        if chat.id not in self._inline:
            raise NotThere("inline query")
        message = self._model.choose_inline(self._inline[chat.id], str(body.get("result_id")), chat=chat)
        return _answer(view.message(message))

    # What happens

    async def _events(self, request: web.Request) -> web.StreamResponse:
        events = self._model.events
        seen = self._resumed(request.headers.get("Last-Event-ID", ""))
        headers = HEADERS | {"Content-Type": "text/event-stream; charset=utf-8"}
        stream = web.StreamResponse(headers=headers)
        await stream.prepare(request)
        try:
            while not events.closed:
                happened = events.after(seen)
                seen = events.last
                if happened is None:
                    await stream.write(self._line(seen, {"type": "reload"}))
                for event in happened or ():
                    payload = event.payload()
                    if payload is not None:
                        await stream.write(self._line(event.number, {"type": event.kind, **payload}))
                if not await events.until(partial(self._happened_since, seen), _SILENCE_SECONDS):
                    await stream.write(b":\n\n")
        except ConnectionResetError:
            pass  # the page went away
        return stream

    def _happened_since(self, number: int) -> bool:
        return self._model.events.last > number

    def _resumed(self, last: str) -> int:
        """Return the number after which a page wants events; an unknown one makes it load all anew."""
        if not last:
            return self._model.events.last
        run, _, number = last.partition("-")
        return int(number) if run == str(self._run) and number.isascii() and number.isdigit() else -1

    def _line(self, number: int, event: dict[str, Any]) -> bytes:
        return f"id: {self._run}-{number}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()

    # For tests and benches

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = await _body(request)
        for name, value in body.items():
            if name not in _FAULT:
                raise Malformed(f"a fault has no {name}; it has {', '.join(_FAULT)}")
            if not isinstance(value, _FAULT[name]):
                raise Malformed(f"{name} of a fault cannot be {value!r}")
        self._model.faults.add(Fault(**body))
        return _answer({"added": True})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._model.faults.clear()
        return _answer({"cleared": True})

    async def _load(self, request: web.Request) -> web.Response:
        """Let a crowd of `people` send `count` messages at once, taking turns in people and `texts`."""
        body = await _body(request)
        texts, count, size = body.get("texts", ["/start"]), body.get("count", 1), body.get("people", 1)
        if not isinstance(count, int) or not isinstance(size, int) or size < 1:
            raise Malformed("count and people must be whole numbers")
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise Malformed("texts must be a list of texts")
        crowd = [person for person in self._model.people.values() if person.crowd]
        missing = range(len(crowd), size)
        crowd += [self._model.add_person(f"Load {number}", "ru", crowd=True) for number in missing]
        first = self._model.updates.next_id
        for person, text, _ in zip(cycle(crowd[:size]), cycle(texts), range(count), strict=False):
            self._model.send(person, text)
        return _answer({"first_update_id": first, "next_update_id": self._model.updates.next_id})

    async def _counts(self, _request: web.Request) -> web.Response:
        updates = self._model.updates
        return _answer(
            {"waiting": len(updates), "confirmed": updates.delivered, "calls": dict(self._model.calls)}
        )

    # What a request names

    def _person(self, number: object) -> Person:
        person = self._model.people.get(number) if isinstance(number, int) else None
        if person is None:
            raise NotThere("person")
        return person

    def _chat(self, request: web.Request) -> Chat:
        chat = self._model.chats.get(int(request.match_info["chat"]))
        if chat is None:
            raise NotThere("chat")
        return chat

    def _message(self, chat: Chat, number: object) -> Message:
        text = str(number)
        message = chat.messages.get(int(text)) if _NUMBER.fullmatch(text) else None
        if message is None:
            raise NotThere("message")
        return message

    def _sender(self, chat: Chat, body: dict[str, Any]) -> Person:
        return chat.people[0] if chat.private else self._person(body.get("person"))


def complaining(handler: Handler) -> Handler:
    """Tell the page what was wrong with its request. In order: not there; not understood; not possible."""

    async def careful(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotThere as missing:
            return _answer({"error": f"not found: {missing}"}, 404)
        except (Malformed, Impossible) as problem:
            return _answer({"error": str(problem)}, 400)
        except Refused as refused:
            return _answer(refused.json(), refused.code)

    return careful


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read() or b"{}")
        # Half of an emoji is JSON, but no text: whoever is shown it later could not be answered.
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Malformed("the body must be text that has a UTF-8 form") from None
    except ValueError:
        raise Malformed("the body must be JSON") from None
    if not isinstance(body, dict):
        raise Malformed("the body must be a JSON object")
    return body


def _word(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
        raise Malformed(f"{name} must be 1–{longest} characters")
    return value.strip()


def _degrees(location: dict[str, Any], name: str) -> float:
    value = location.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(f"{name} must be a number")
    return float(value)


def _tapped(tap: Tap) -> dict[str, Any]:
    toast = tap.answer
    if toast is None:
        return {"answered": False, "text": "", "alert": False, "url": None}
    return {"answered": True, "text": toast.text, "alert": toast.alert, "url": toast.url or None}


def _answer(body: object, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json", headers=HEADERS)
