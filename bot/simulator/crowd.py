"""Simulated people who report through the real bot, so that a newcomer sees a living queue.

They do what a person does: write a command, read what the bot answers, tap the buttons under it. Everything
about them is invented and says so. What they report follows a simulated queue: see `wait_minutes`.
"""

import itertools
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from bot.clock import Clock
from bot.simulator.model import Impossible, Model
from bot.simulator.people import Chat, Message, Person

log = logging.getLogger(__name__)

MOST_PEOPLE = 12
FIRST_PAUSE_SECONDS = (10.0, 30.0)
LONGEST_PAUSE_SECONDS = 600.0
ANSWER_SECONDS = 10.0  # how long a person looks at the chat for an answer

_SOON = 6  # that many reports come at the first pace, for a card that is soon believable
_SLOWER = 1.3  # after those each pause is that much longer than the one before
_TAPS = 6  # a report takes three or four; whoever needs more is lost and types instead

# ---- the queue


LOCAL = timedelta(hours=3)  # the simulated crossing keeps Moscow time
CARS_PER_HOUR = 60.0  # that the post lets through
DESK_MINUTES = 20.0  # from the head of the queue to the other side, also when nobody waits
_MEMORY = timedelta(days=4)
_ARRIVALS = (21, 21, 21, 21, 21, 21, 51, 51, 51, 51, 81, 81, 81, 81, 89, 89, 89, 89, 89, 60, 60, 60, 34, 34)
"""Cars that join in each hour of the day: from 10 to 19 more than the post lets through, few at night."""


def backlog(at: datetime, seed: int) -> float:
    """Return how many cars wait at an instant.

    A fluid queue: cars join at a rate that depends on the hour of the day, give or take 30 %, and leave at
    `CARS_PER_HOUR` while any are there (Newell, Applications of Queueing Theory, ch. 2). It begins empty
    four days before, which is as good as for ever: a usual night empties it.
    """
    begin = (at - _MEMORY).replace(minute=0, second=0, microsecond=0)
    cars = 0.0
    while begin < at:
        hours = min((at - begin) / timedelta(hours=1), 1.0)
        cars = max(0.0, cars + hours * (_joining(begin, seed) - CARS_PER_HOUR))
        begin += timedelta(hours=1)
    return cars


def _joining(hour_at: datetime, seed: int) -> float:
    luck = Random(f"{seed} {hour_at.astimezone(UTC):%Y-%m-%dT%H}").uniform(0.7, 1.3)
    return _ARRIVALS[(hour_at + LOCAL).astimezone(UTC).hour] * luck


def wait_minutes(joined_at: datetime, seed: int) -> float:
    """Return the whole wait of a car that joins the simulated queue at an instant.

    First in, first out: nobody who joins later is through earlier.
    """
    return backlog(joined_at, seed) / CARS_PER_HOUR * 60 + DESK_MINUTES


def joined_at(through_at: datetime, seed: int) -> datetime:
    """Return when the car joined that is through at an instant, to a minute: `wait_minutes` the other way."""
    early, late = through_at - timedelta(days=2), through_at
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) / 2
        if middle + timedelta(minutes=wait_minutes(middle, seed)) <= through_at:
            early = middle
        else:
            late = middle
    return early


# ---- what they say


@dataclass(frozen=True)
class Said:
    """What a person reports: the whole wait of who is through (`crossed`), or the wait so far (`waiting`)."""

    kind: str
    minutes: int


def what_to_say(at: datetime, seed: int, chance: Random) -> Said:
    """Draw what somebody would truthfully say at an instant: most are through, some still wait."""
    whole = (at - joined_at(at, seed)) / timedelta(minutes=1)
    so_far = wait_minutes(at, seed) * chance.uniform(0.3, 0.9)
    if so_far >= 60 and chance.random() < 0.25:
        return Said("waiting", human(so_far))
    return Said("crossed", human(whole * chance.uniform(0.9, 1.1)))


def human(minutes: float) -> int:
    """Round as people do: to ten minutes below an hour, to half hours below six, else to hours."""
    step = 10 if minutes < 60 else 30 if minutes < 360 else 60
    return max(step, round(minutes / step) * step)


def typed(crossing: str, said: Said, language: str) -> str:
    """Write a report as somebody types it who finds no button: "verkhny-lars 5 ч"."""
    minutes, hours = ("мин", "ч") if language == "ru" else ("min", "h")
    if said.minutes < 60:
        return f"{crossing} {said.minutes} {minutes}"
    return f"{crossing} {max(1, round(said.minutes / 60))} {hours}"


def pause_seconds(turn: int, chance: Random) -> float:
    """Return how long to wait before report number `turn` (from 0): short at first, then ever longer."""
    return min(chance.uniform(*FIRST_PAUSE_SECONDS) * _SLOWER ** max(0, turn - _SOON), LONGEST_PAUSE_SECONDS)


# ---- how they find their way through buttons

_BEGIN = ("сообщить", "report")
_MODE = ("на машине", "by car")
_KIND = {
    "crossed": ("проехали", "проехал", "прошли", "got through", "crossed"),
    "waiting": ("стоим", "стою", "ещё в очереди", "in the queue", "waiting"),
}
_UNITS = (("мин", 1), ("min", 1), ("ч", 60), ("h", 60), ("сут", 1440), ("д", 1440), ("d", 1440))
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]*)")
_LESS = re.compile(r"меньше|менее|\bдо\b|less|under|up to|<", re.IGNORECASE)
_MORE = re.compile(r"больше|более|дольше|\bот\b|more|over|>|\d\s*\+", re.IGNORECASE)


def covers(label: str, minutes: int) -> bool:
    """Tell whether these minutes lie in the range of waits that a button names ("3–6 ч", "меньше 30 мин")."""
    numbers = _NUMBER.findall(label)
    units = [
        next((size for prefix, size in _UNITS if word.lower().startswith(prefix)), 0) for _, word in numbers
    ]
    if not 1 <= len(numbers) <= 2 or not units[-1]:
        return False
    edges = [
        float(number.replace(",", ".")) * (unit or units[-1])
        for (number, _), unit in zip(numbers, units, strict=True)
    ]
    if len(edges) == 2:
        return edges[0] <= minutes < edges[1]
    if _MORE.search(label):
        return minutes >= edges[0]
    return bool(_LESS.search(label)) and minutes < edges[0]


def next_tap(labels: list[list[str]], said: Said, done: int) -> tuple[int, int, int] | None:
    """Choose a button: its row, its column, and how far the report is then (1 begun, 2 mode, 3 kind, 4 said).

    `done` is how far it was. The first step that is still to do and has a button wins; None: no button helps.
    """
    for step in range(done + 1, 5):
        for row, buttons in enumerate(labels):
            for column, label in enumerate(buttons):
                if _leads(label, said, step):
                    return row, column, step
    return None


def _leads(label: str, said: Said, step: int) -> bool:
    if step == 4:
        return covers(label, said.minutes)
    words = (_BEGIN, _MODE, _KIND[said.kind])[step - 1]
    return any(word in label.casefold() for word in words)


# ---- what they do


async def crowd(model: Model, crossing: str, clock: Clock, seed: int = 1) -> None:
    """Let simulated people arrive and report on a crossing, by its id, until cancelled.

    At most `MOST_PEOPLE` take part; when all have arrived they report in turn. `seed` decides who says what.
    """
    chance = Random(str(seed))
    people: list[Person] = []
    for turn in itertools.count():
        await clock.sleep(pause_seconds(turn, chance))
        if len(people) < MOST_PEOPLE:
            people.append(_newcomer(model, turn))
        try:
            await report(model, people[turn % MOST_PEOPLE], crossing, what_to_say(clock.now(), seed, chance))
        except Impossible:
            # Somebody at the chat page blocked the bot for this person, or the message went away.
            log.info("crowd report impossible")


def _newcomer(model: Model, turn: int) -> Person:
    language = "en" if turn % 3 == 2 else "ru"
    return model.add_person(f"Симуляция {turn + 1} / Simulated {turn + 1}", language, crowd=True)


async def report(model: Model, person: Person, crossing: str, said: Said) -> None:
    """Let a person report as users do: by the buttons of the card, or in words where no button fits.

    Raises `Impossible` if the person cannot write or tap.
    """
    if not person.started:
        await _write(model, person, "/start")
    card = await _write(model, person, f"/crossing {crossing}")
    if not await _tap_through(model, person, card, said, 0):
        # What is typed says neither the mode nor whether the person is through; the bot may ask.
        asked = await _write(model, person, typed(crossing, said, person.language_code))
        await _tap_through(model, person, asked, said, 1)


async def _tap_through(model: Model, person: Person, screen: Message | None, said: Said, done: int) -> bool:
    """Tap from screen to screen until a button with the wait was tapped; tell whether it came to that."""
    for _ in range(_TAPS):
        choice = next_tap(_labels(screen), said, done) if screen else None
        if screen is None or choice is None:
            return False
        row, column, done = choice
        before = model.events.last
        model.tap(person, screen, row, column)
        screen = await _answer(model, model.chats[person.id], before)
        if done == 4:
            return True
    return False


async def _write(model: Model, person: Person, text: str) -> Message | None:
    before = model.events.last
    model.send(person, text)
    return await _answer(model, model.chats[person.id], before)


async def _answer(model: Model, chat: Chat, before: int) -> Message | None:
    """Wait for what the bot shows after an event: a new message, or a changed one. None if nothing comes."""

    def shown() -> Message | None:
        mine = (
            message
            for message in chat.messages.values()
            if message.sender is None and message.changed > before
        )
        return max(mine, key=lambda message: message.changed, default=None)

    await model.events.until(lambda: shown() is not None, ANSWER_SECONDS)
    return shown()


def _labels(screen: Message) -> list[list[str]]:
    return [[str(button["text"]) for button in row] for row in screen.markup.inline or []]
