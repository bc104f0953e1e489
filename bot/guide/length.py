"""How long Telegram takes a message to be."""

import re
from html import unescape

MESSAGE = 4096
"""The most UTF-16 units of a message, counted after its tags are taken away."""

CAPTION = 1024
"""The same of the words under a picture."""

BUTTON = 64
"""The most bytes of a button's data."""

POP_UP = 200
"""The most UTF-16 units of a pop-up that answers a tap."""

_TAG = re.compile(r"<[^>]*>")


def utf16_length(text: str) -> int:
    """Return the length as Telegram counts it: an emoji is two units, most flags are four."""
    return len(text.encode("utf-16-le")) // 2


def visible_length(html: str) -> int:
    """Return the length of a message without its tags and with its entities resolved."""
    return utf16_length(unescape(_TAG.sub("", html)))
