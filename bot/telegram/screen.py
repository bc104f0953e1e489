"""A screen: what one message of ours says and which buttons it has, before anything is sent."""

import json
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from bot.telegram.button_data import encode
from bot.telegram.buttons import About, Button, Card, Countries, Country, Nearby
from bot.texts import Html

PUBLIC = Card | About | Nearby | Country | Countries
"""The buttons that answer in a group: what they show concerns everybody there."""

LONGEST_QUOTE = 60
"""Characters of what a person typed that are shown back; a message of theirs can fill one of ours."""


@dataclass(frozen=True)
class Key:
    """A button under a message: `does` is what a tap says to us, or an address that the client opens."""

    label: str
    does: Button | str

    @property
    def markup(self) -> dict[str, str]:
        """Return it as Telegram wants it."""
        if isinstance(self.does, str):
            return {"text": self.label, "url": self.does}
        return {"text": self.label, "callback_data": encode(self.does)}


Row = tuple[Key, ...]


@dataclass(frozen=True)
class Screen:
    """A text in Telegram's HTML with rows of buttons."""

    text: Html
    rows: tuple[Row, ...] = ()
    personal: bool = False
    """Whether it is about the person alone: then Telegram is asked to let nobody forward it."""

    @cached_property
    def markup(self) -> str:
        """Return the buttons as Telegram wants them, in JSON.

        The same screen goes to many, and PTB would make JSON of its objects anew for each of them.
        """
        return json.dumps({"inline_keyboard": [[key.markup for key in row] for row in self.rows if row]})


def in_group(screen: Screen, username: str) -> Screen:
    """Return a screen in which what concerns one person only is a link to the private chat."""
    return Screen(
        screen.text,
        tuple(
            tuple(
                key if isinstance(key.does, str | PUBLIC) else Key(key.label, link(key.does, username))
                for key in row
            )
            for row in screen.rows
        ),
    )


def link(button: Button, username: str) -> str:
    """Return an address that does what a button does; Telegram allows no colon in a start payload."""
    return f"https://t.me/{username}?start={encode(button).replace(':', '_')}"


def share(id: str, title: str, username: str) -> str:
    """Return an address that offers to send others a link to an answer or crossing, called by its title."""
    address = f"https://t.me/{username}?start={id}"
    return f"https://t.me/share/url?url={quote(address, safe='')}&text={quote(title, safe='')}"


def clipped(typed: str) -> str:
    """Return what a person typed in one line that is short enough to be shown back."""
    line = " ".join(typed.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"


def paragraphs(*parts: str | None) -> Html:
    """Join what there is with an empty line between."""
    return Html("\n\n".join(part for part in parts if part))


def lines(*parts: str | None) -> Html:
    """Join what there is, a line each."""
    return Html("\n".join(part for part in parts if part))


def grid(keys: list[Key], width: int) -> tuple[Row, ...]:
    """Lay keys out in rows of at most `width`."""
    return tuple(tuple(keys[start : start + width]) for start in range(0, len(keys), width))


def above(line: Html, screen: Screen) -> Screen:
    """Return a screen with a line above its text."""
    return Screen(paragraphs(line, screen.text), screen.rows)
