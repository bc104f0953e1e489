"""A screen: what one message of ours says and which buttons it has, before anything is sent."""

from dataclasses import dataclass
from functools import cached_property

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram.buttons import Button, encode
from bot.texts import Html


@dataclass(frozen=True)
class Key:
    """A button under a message: `does` is what a tap says to us, or an address that the client opens."""

    label: str
    does: Button | str

    @property
    def markup(self) -> InlineKeyboardButton:
        """Return it as Telegram wants it."""
        if isinstance(self.does, str):
            return InlineKeyboardButton(self.label, url=self.does)
        return InlineKeyboardButton(self.label, callback_data=encode(self.does))


Row = tuple[Key, ...]


@dataclass(frozen=True)
class Screen:
    """A text in Telegram's HTML with rows of buttons."""

    text: Html
    rows: tuple[Row, ...] = ()

    @cached_property
    def markup(self) -> InlineKeyboardMarkup:
        """Return the buttons as Telegram wants them."""
        return InlineKeyboardMarkup([[key.markup for key in row] for row in self.rows if row])


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
