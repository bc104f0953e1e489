"""A person in a test: writes, taps and reads as people do, and waits for the bot as they do.

    async with Simulator(limits=Limits.off()) as simulator:
        anna = Person(simulator, "Anna", language="ru")
        await anna.send("/crossing lars")
        await anna.tap("Сообщить")
        assert "6–8 ч" in anna.last.text

After `send`, `tap` and the like the bot has answered: something new is to be seen (a message, an edit, an
answer to the tap), and the bot has confirmed the update, so that all it does before it confirms is done.
Nothing here sleeps. If the bot stays silent for `patience` seconds the test fails and says what was going on.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.simulator import html
from bot.simulator.model import Model
from bot.simulator.people import Chat, Message
from bot.simulator.queries import InlineQuery, Result, Toast
from bot.simulator.server import Simulator
from tests.waiting import PATIENCE


class Seen:
    """A message as a person sees it: live, so an edit shows in what was taken before."""

    def __init__(self, message: Message) -> None:
        self.message = message

    def __repr__(self) -> str:
        buttons = f" {self.buttons}" if self.buttons else ""
        return f"<{self.text!r}{buttons}>"

    @property
    def id(self) -> int:
        return self.message.id

    @property
    def text(self) -> str:
        """The plain text, or the caption."""
        return self.message.body.text

    @property
    def html(self) -> str:
        """The text as the chat page shows it."""
        return html.render(self.message.body)

    @property
    def buttons(self) -> list[list[str]]:
        """The labels of the buttons under the message, row by row."""
        return [[str(button["text"]) for button in row] for row in self.message.markup.inline or []]

    @property
    def labels(self) -> list[str]:
        """The same in one list."""
        return [label for row in self.buttons for label in row]

    @property
    def reply_buttons(self) -> list[list[str]]:
        """The labels of the keyboard that the message put in place of the person's own."""
        return [[str(button["text"]) for button in row] for row in self.message.markup.reply or []]

    def button(self, label: str) -> dict[str, Any]:
        """The button with that label, as the Bot API has it."""
        row, column = _place(self.message, label) or pytest.fail(f"no button {label!r} under {self}")
        assert self.message.markup.inline
        return self.message.markup.inline[row][column]

    @property
    def links(self) -> list[str]:
        """The addresses that the text links to, as the chat page would open them."""
        return [entity.url for entity in self.message.body.entities if entity.url]

    @property
    def has_photo(self) -> bool:
        return bool(self.message.photo)

    @property
    def asks_for_reply(self) -> bool:
        return self.message.markup.force_reply

    @property
    def placeholder(self) -> str:
        return self.message.markup.placeholder

    @property
    def silent(self) -> bool:
        return self.message.silent

    @property
    def protected(self) -> bool:
        return self.message.protected

    @property
    def edited(self) -> bool:
        return self.message.edit_date is not None


class Person:
    """Somebody with a phone; `patience` is how many seconds they wait for the bot."""

    def __init__(
        self, simulator: Simulator, name: str = "Anna", *, language: str = "ru", patience: float = PATIENCE
    ) -> None:
        self.model: Model = simulator.model
        self.account = self.model.add_person(name, language)
        self.chat: Chat = self.model.chats[self.account.id]
        self.patience = patience
        self.answer: Toast | None = None  # to the last tap
        self.asked: InlineQuery | None = None  # what they typed last after the bot's name

    @property
    def id(self) -> int:
        return self.account.id

    # What they see

    def seen(self, chat: Chat | None = None) -> list[Seen]:
        """The bot's messages in a chat, oldest first."""
        return [Seen(message) for message in (chat or self.chat).messages.values() if message.sender is None]

    @property
    def messages(self) -> list[Seen]:
        """The bot's messages in the private chat, oldest first; what was deleted is not there."""
        return self.seen()

    @property
    def last(self) -> Seen:
        """What the bot showed last: its newest message, or the one it changed since."""
        shown = max(self.messages, key=lambda seen: seen.message.changed, default=None)
        return shown or pytest.fail(f"{self.account.first_name} has seen nothing of the bot yet")

    @property
    def toast(self) -> str:
        """The notice that the last tap brought, empty if none."""
        return self.answer.text if self.answer else ""

    @property
    def alerted(self) -> bool:
        """Whether that notice stays until they close it."""
        return self.answer is not None and self.answer.alert

    # What they do

    async def send(self, text: str, *, to: Chat | None = None, wait: bool = True) -> Message:
        """Write something, privately or to a group, and wait for the bot unless told not to."""
        return await self._say(partial(self.model.send, self.account, text, chat=to), f"wrote {text!r}", wait)

    async def reply(self, to: Seen, text: str, *, wait: bool = True) -> Message:
        """Answer one message."""
        chat = to.message.chat
        act = partial(self.model.send, self.account, text, chat=chat, reply_to=to.id)
        return await self._say(act, f"replied {text!r}", wait)

    async def start(self, payload: str = "", *, wait: bool = True) -> Message:
        """Press Start, as a link with this payload does."""
        return await self._say(partial(self.model.start, self.account, payload), f"started {payload!r}", wait)

    async def follow(self, url: str, *, wait: bool = True) -> Message:
        """Open a link to the bot."""

        def act() -> Message:
            return self.model.follow(self.account, url) or pytest.fail(f"{url} does not lead to this bot")

        return await self._say(act, f"followed {url}", wait)

    async def locate(self, lat: float, lon: float, *, wait: bool = True) -> Message:
        """Send where they are, in degrees."""
        act = partial(self.model.send_location, self.account, lat, lon)
        return await self._say(act, "sent a location", wait)

    async def photo(self, caption: str = "", *, wait: bool = True) -> Message:
        """Send a photo."""
        return await self._say(partial(self.model.send_photo, self.account, caption), "sent a photo", wait)

    async def edit(self, message: Message, text: str, *, wait: bool = True) -> Message:
        """Change what they wrote."""
        act = partial(self.model.edit, self.account, message, text)
        return await self._say(act, f"edited to {text!r}", wait)

    async def tap(self, label: str, message: Seen | None = None, *, wait: bool = True) -> str:
        """Press the button whose label contains this; return where it leads if it is a link.

        Without a message it is the newest that has such a button. A whole label wins over a part of one; a
        label that fits several buttons of it is an error. A button of a reply keyboard sends its text.
        """
        target = message.message if message else self._newest_with(label)
        if target is None:
            return await self._tap_keyboard(label, wait)
        row, column = _place(target, label) or pytest.fail(f"no button {label!r} under {Seen(target)}")
        button = self.model.button(target, row, column)
        if "callback_data" not in button:
            return str(button.get("url") or button.get("copy_text", {}).get("text") or "")
        tap = self.model.tap(self.account, target, row, column)
        self.answer = None
        if wait:
            await self._wait(f"tapped {label!r}", tap.update_id, lambda: tap.answer is not None)
            self.answer = tap.answer
        return ""

    async def inline(self, query: str) -> list[Result]:
        """Type after the bot's name, and return what it offers."""
        asked = self.asked = self.model.ask_inline(self.account, query)
        await self._wait(f"asked inline {query!r}", asked.update_id, lambda: asked.answer is not None)
        return asked.answer or []

    async def choose(self, result: Result, *, to: Chat | None = None) -> Seen:
        """Send one of the results that `inline` returned."""
        assert self.asked, "choose comes after inline"
        return Seen(self.model.choose_inline(self.asked, result.id, chat=to))

    async def block(self) -> None:
        """Block the bot, and wait until it has heard of it."""
        self.model.change_person(self.account, blocked=True)
        await self.settled()

    async def unblock(self) -> None:
        """Let the bot write again, and wait until it has heard of it."""
        self.model.change_person(self.account, blocked=False)
        await self.settled()

    def speak(self, language: str) -> None:
        """Switch the phone's language; the bot learns of it with the next update."""
        self.model.change_person(self.account, language_code=language)

    # How they wait

    async def settled(self) -> None:
        """Wait until the bot has confirmed everything that was sent to it, by whomever."""
        waiting = self.model.updates
        if not await self.model.events.until(lambda: len(waiting) == 0, self.patience):
            pytest.fail(f"{len(waiting)} updates are not confirmed after {self.patience} s")

    async def sees(self, text: str, *, chat: Chat | None = None) -> Seen:
        """Wait until a message of the bot contains this, as an alert does that comes by itself; return it."""

        def found() -> Seen | None:
            return next((seen for seen in reversed(self.seen(chat)) if text in seen.text), None)

        await self.model.events.until(lambda: found() is not None, self.patience)
        return found() or self._fail(f"waited for {text!r}", None)

    async def _say(self, act: Callable[[], Message], what: str, wait: bool) -> Message:
        before = self.model.events.last
        message = act()
        # What they wrote is an event itself, and no answer.
        if wait:
            await self._wait(what, message.update_id, lambda: self._shown_since(message.chat, before))
        return message

    def _shown_since(self, chat: Chat, before: int) -> bool:
        return any(message.changed > before and message.sender is None for message in chat.messages.values())

    async def _wait(self, what: str, update_id: int | None, answered: Callable[[], bool]) -> None:
        if update_id is None:
            pytest.fail(f"{self.account.first_name} {what}, but the bot is not told of this; use wait=False")
        updates = self.model.updates

        def done() -> bool:
            return answered() and updates.confirmed(update_id)

        if not await self.model.events.until(done, self.patience):
            self._fail(what, update_id, "answered" if answered() else "not answered")

    def _fail(self, what: str, update_id: int | None, answered: str = "not seen") -> Any:
        if update_id is not None and not self.model.updates.confirmed(update_id):
            answered += ", update not confirmed"
        seen = "\n".join(f"  {one}" for one in self.messages[-3:]) or "  nothing"
        pytest.fail(
            f"{self.account.first_name} {what}: {answered} in {self.patience} s. The bot showed:\n{seen}"
        )

    def _newest_with(self, label: str) -> Message | None:
        with_it = (
            seen.message for seen in reversed(self.messages) if any(label in one for one in seen.labels)
        )
        return next(with_it, None)

    async def _tap_keyboard(self, label: str, wait: bool) -> str:
        keyboard = next(
            (seen for seen in reversed(self.messages) if seen.message.markup.reply is not None), None
        )
        for row in keyboard.message.markup.reply or [] if keyboard else []:
            for button in row:
                if label in button["text"]:
                    assert "request_location" not in button, f"{label!r} asks for a location: use locate()"
                    await self.send(button["text"], wait=wait)
                    return ""
        pytest.fail(
            f"{self.account.first_name} sees no button {label!r}; the bot showed {self.messages[-3:]}"
        )


def _place(message: Message, label: str) -> tuple[int, int] | None:
    """Return row and column of the button that a label means."""
    rows = Seen(message).buttons
    places = [(row, column) for row, labels in enumerate(rows) for column in range(len(labels))]
    whole = [(row, column) for row, column in places if rows[row][column] == label]
    partly = [(row, column) for row, column in places if label in rows[row][column]]
    if not whole and len(partly) > 1:
        pytest.fail(f"{label!r} fits {[rows[row][column] for row, column in partly]}")
    return next(iter(whole or partly), None)
