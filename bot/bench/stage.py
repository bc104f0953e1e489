"""The Telegram that benches load: the simulator, with people who act and a watch on their answers."""

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.bench.figures import Unmeasured
from bot.clock import Clock
from bot.simulator.entities import Formatted
from bot.simulator.limits import Limits
from bot.simulator.markup import check
from bot.simulator.parameters import Parameters
from bot.simulator.people import Message, Person
from bot.simulator.server import Simulator

ANSWERS = frozenset(("sendmessage", "editmessagetext"))
"""The calls that show a person something."""

ANSWER_SECONDS = 30.0

STALLED_SECONDS = 30.0
"""So long without any answer, and a load is given up."""

Heard = Callable[[str, Parameters], None]


class Stalled(Unmeasured):
    """The bot has not answered for so long that there is nothing to measure."""


class Telegram(Simulator):
    """A simulator, mostly without limits, that tells a listener of each call that was carried out."""

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        super().__init__(clock=clock, limits=limits or Limits.off())
        self.clock = clock
        self.heard: Heard | None = None

    async def _carry_out(self, method: str, parameters: Parameters) -> bytes:
        answer = await super()._carry_out(method, parameters)
        if self.heard is not None:
            self.heard(method, parameters)
        return answer

    def people(self, count: int, language: str = "ru") -> list[Person]:
        """Let that many people join."""
        return [self.model.add_person(f"Person {number}", language) for number in range(count)]

    def write(self, person: Person, text: str, *, reply_to: int | None = None) -> int:
        """Let a person write something; returns the update's id."""
        return _known(self.model.send(person, text, reply_to=reply_to).update_id)

    def press(self, person: Person, data: str) -> int:
        """Let a person press a button, as if the bot had led them to it; returns the update's id."""
        message = self.show(person, Formatted("…"))
        message.markup = check({"inline_keyboard": [[{"text": "…", "callback_data": data}]]}, private=True)
        return _known(self.model.tap(person, message, 0, 0).update_id)

    def show(self, person: Person, body: Formatted) -> Message:
        """Put a message of the bot before a person."""
        person.started = True
        message = self.model.draft(self.model.chats[person.id])
        message.body = body
        return self.model.post(message)

    async def answer(self, method: str, act: Callable[[], object]) -> dict[str, Any]:
        """Let somebody act; returns the parameters of the first call of this method, for echoes to repeat."""
        calls: list[Mapping[str, Any]] = []

        def hear(called: str, parameters: Parameters) -> None:
            if called == method:
                calls.append(parameters.values)

        self.heard = hear
        act()
        await self.model.events.until(lambda: bool(calls), ANSWER_SECONDS)
        self.heard = None
        return dict(calls[0])

    def forget(self) -> None:
        """Empty all chats, so that a long bench is as light at its end as at its beginning."""
        for chat in self.model.chats.values():
            chat.messages.clear()

    async def polled(self, times: int, seconds: float, alive: Callable[[], None]) -> None:
        """Wait until the bot has polled that often; `alive` raises if it never will. Raises `Stalled`."""
        until = self.clock.monotonic() + seconds
        while self.model.calls["getupdates"] < times:
            alive()
            if self.clock.monotonic() > until:
                raise Stalled(f"the bot has not polled in {seconds:.0f} s")
            await asyncio.sleep(0.01)


def _known(update_id: int | None) -> int:
    assert update_id is not None, "a bot that does not ask for this kind of update cannot be measured with it"
    return update_id


@dataclass(slots=True)
class Act:
    """What one person did; instants are seconds of a monotonic clock, NaN for what has not happened."""

    update_id: int
    acted_at: float
    delivered_at: float = math.nan
    answered_at: float = math.nan

    @property
    def seconds(self) -> float:
        """From the delivery of the update to the bot until the answer was back."""
        return self.answered_at - self.delivered_at

    @property
    def seconds_for_person(self) -> float:
        """From the act to the answer, with the wait for the bot's next poll."""
        return self.answered_at - self.acted_at


class Load:
    """People who act in turn, each again only after an answer; so many acts are unanswered at any time.

    `act` makes a person do something and returns the update's id. `done` holds what was answered.
    """

    def __init__(self, telegram: Telegram, people: list[Person], act: Callable[[Person], int]) -> None:
        self.done: list[Act] = []
        self._telegram = telegram
        self._idle = deque(people)
        self._act = act
        self._unanswered: dict[int, tuple[Person, Act]] = {}  # by chat
        self._undelivered: dict[int, Act] = {}  # by update
        self._left = 0.0  # so many more acts follow answers
        self._answered = asyncio.Event()

    async def run(self, outstanding: int, *, seconds: float = math.inf, count: float = math.inf) -> float:
        """Keep that many acts unanswered until the time is over or so many are answered.

        No more than `count` acts are begun. Returns the seconds that it took; what is unanswered then is left
        for `drain`.
        """
        began, before = self._now(), len(self.done)
        with self._listening():
            self._left = count
            for _ in range(min(outstanding - len(self._unanswered), len(self._idle))):
                self._next()
            while self._now() < began + seconds and len(self.done) - before < count:
                await self._wait(min(began + seconds - self._now(), 0.05))
            self._left = 0
        return self._now() - began

    async def paced(self, rate: float, outstanding: int, *, seconds: float) -> None:
        """Let people act at random, on average so many a second, unless that many wait for an answer."""
        chance = random.Random(int(rate))
        due = began = self._now()
        with self._listening():
            while (due := due + chance.expovariate(rate)) < began + seconds:
                ahead = due - self._now()
                if ahead > 0:
                    await asyncio.sleep(ahead)
                while len(self._unanswered) >= outstanding or not self._idle:
                    await self._wait(0.05)
                self._one()
        await self.drain()

    async def drain(self) -> None:
        """Wait until everybody is answered."""
        with self._listening():
            while self._unanswered:
                await self._wait(0.05)

    def _now(self) -> float:
        return self._telegram.clock.monotonic()

    def _next(self) -> None:
        if self._left > 0:
            self._left -= 1
            self._one()

    def _one(self) -> None:
        person = self._idle.popleft()
        act = Act(self._act(person), self._now())
        self._unanswered[person.id] = person, act
        self._undelivered[act.update_id] = act

    async def _wait(self, seconds: float) -> None:
        """Wait for an answer, at most that long; raises `Stalled` if the last one is long ago."""
        self._answered.clear()
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                await self._answered.wait()
        except TimeoutError:
            last = self.done[-1].answered_at if self.done else -math.inf
            oldest = min((act.acted_at for _, act in self._unanswered.values()), default=math.inf)
            if self._now() - max(last, oldest) > STALLED_SECONDS:
                raise Stalled(f"no answer for {STALLED_SECONDS:.0f} s") from None

    @contextmanager
    def _listening(self) -> Iterator[None]:
        self._telegram.heard = self._hear
        try:
            yield
        finally:
            self._telegram.heard = None

    def _hear(self, method: str, parameters: Parameters) -> None:
        if method == "getupdates":
            self._note_delivered(parameters.integer("limit", 100))
        elif method in ANSWERS:
            self._note_answered(parameters.integer("chat_id"))

    def _note_delivered(self, limit: int) -> None:
        now = self._now()
        # What the poll that has just been answered returned: nothing ran in between.
        for update in self._telegram.model.updates.peek(limit):
            act = self._undelivered.pop(update.id, None)
            if act is not None:
                act.delivered_at = now

    def _note_answered(self, chat: int) -> None:
        person, act = self._unanswered.pop(chat, (None, None))
        if person is None or act is None:
            return
        act.answered_at = self._now()
        self.done.append(act)
        self._idle.append(person)
        self._next()
        self._answered.set()
