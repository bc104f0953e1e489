"""What a button's data is: at most 64 bytes, with a version, and never trusted.

It is `<version><letter>:<field>:<field>…`, one letter or two a kind of button (`bot.telegram.buttons`).
Whatever does not decode is an old or a forged button; both get the current menu.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, get_type_hints

from bot.crossings.report import BANDS, Event, Kind, Mode
from bot.guide.votes import Reason
from bot.telegram.buttons import Button, Confirm, Deed, SendNumber, SendWait, StaleButton, Subject

VERSION = "1"
LONGEST = 64  # bytes, a limit of Telegram
LARGEST = 2**63 - 1  # of what our databases take for a number

_CODES: Mapping[type[StrEnum], str] = MappingProxyType(
    {
        Mode: "cfybtrpw",
        Kind: "cwble",
        Event: "corfdtpwguq",
        Subject: "afqcn",
        Reason: "oun",
        Deed: "stampnwbe",
    }
)
"""One character for each member, in the order of the enum; members may be added at the end only."""

_UNITS = ("minutes", "vehicles", "people", "metres")
_ID = re.compile(r"[a-z0-9-]{0,40}")
_NUMBER = re.compile(r"[0-9]{1,19}")
_KINDS: Mapping[str, tuple[Callable[..., Button], tuple[Any, ...]]] = MappingProxyType(
    {
        kind.letter: (kind, tuple(hint for name, hint in get_type_hints(kind).items() if name != "letter"))
        for kind in Button.__args__
    }
)
"""Letter → the kind of button and the types of its fields, in order."""


def encode(button: Button) -> str:
    """Return the button's data; ValueError if it would not fit, which the content check rules out."""
    values = (_write(getattr(button, field.name)) for field in fields(button))
    data = ":".join([VERSION + button.letter, *values])
    if len(data.encode()) > LONGEST:
        raise ValueError(f"button data of {len(data.encode())} bytes: {data}")
    return data


def decode(data: str) -> Button:
    """Return the button of this data; raises `StaleButton` for whatever `encode` does not write."""
    head, *values = data.split(":")
    if head[:1] != VERSION or head[1:] not in _KINDS:
        raise StaleButton
    kind, hints = _KINDS[head[1:]]
    if len(values) != len(hints):
        raise StaleButton
    button = kind(*map(_read, hints, values))
    if isinstance(button, SendWait) and button.band >= len(BANDS):
        raise StaleButton
    if isinstance(button, SendNumber | Confirm) and button.unit not in _UNITS:
        raise StaleButton
    return button


def _write(value: object) -> str:
    if isinstance(value, StrEnum):
        return _CODES[type(value)][list(type(value)).index(value)]
    return "" if value is None else str(value)


def _read(hint: Any, text: str) -> object:
    if hint == Mode | None:
        return None if text == "" else _read(Mode, text)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        place = _CODES[hint].find(text) if len(text) == 1 else -1
        if place < 0:
            raise StaleButton
        return list(hint)[place]
    pattern = _NUMBER if hint is int else _ID
    if not pattern.fullmatch(text) or (hint is int and int(text) > LARGEST):
        raise StaleButton
    return int(text) if hint is int else text
