"""What a call of the Bot API brings: JSON, form, multipart and query string become one set of parameters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.simulator.refusals import Refused, bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one call; values are whatever JSON says, or strings where a form said it."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether the parameter was given at all, be it empty."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """Return a parameter as text, empty if missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            return json.dumps(value)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        return value

    def integer(self, name: str, default: int = 0, low: int = -(2**63), high: int = 2**63) -> int:
        """Return a whole number within bounds; what is no number counts as 0, as in Telegram."""
        text = self.text(name).strip()
        if not text:
            return default
        return min(max(_integer(text), low), high)

    def boolean(self, name: str) -> bool:
        """Return a truth value; the words are those that Telegram takes."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def json(self, name: str, what: str) -> Any:
        """Return a parameter that is JSON, None if missing; `what` names it in the refusal."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0


async def read(request: web.Request) -> Parameters:
    """Read a call's parameters, wherever they are; raises `Refused` for a body that is not what it claims."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if not request.can_read_body:
        return Parameters(values)
    kind = request.content_type
    if kind == "application/json":
        values.update(_object(await request.read()))
        return Parameters(values)
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return Parameters(values)
    uploads: dict[str, Upload] = {}
    for name, value in (await _form(request)).items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            values[name] = value
    return Parameters(values, uploads)


async def _form(request: web.Request) -> Mapping[str, Any]:
    try:
        return await request.post()
    except (ValueError, AssertionError):
        # aiohttp asserts that multipart has a boundary
        raise bad_request("can't parse the request") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise Refused(400, "Bad Request: can't parse JSON object") from None
    if not isinstance(value, dict):
        raise Refused(400, "Bad Request: can't parse JSON object")
    return value
