"""`/crossing` at a crossing with 10,000 reports, beside bare echoes on the same simulator."""

import json
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.bench import database
from bot.bench.figures import Figure, Outcome, Target, at_least, median
from bot.bench.measure import Bench, crossings, own_cpu_seconds, tidy
from bot.bench.processes import Child, echoing, serving
from bot.bench.stage import Load, Telegram
from bot.crossings.report import BANDS, Kind
from bot.simulator.people import Person
from bot.telegram.button_data import encode
from bot.telegram.buttons import SendWait

NAME = "crossing"
CROSSING = "verkhny-lars"
REPORTS = 10_000
LASTING = timedelta(days=7)
OUTSTANDING = 128
PEOPLE = 4_096
"""Enough that nobody writes more often than the bot's limiter answers in one chat, about once a second."""

BETWEEN_REPORTS = 1.0
"""Seconds; with 10,000 a week, one comes a minute."""

OURS = "provodnik"
PTB, AIOGRAM = "PTB, same message", "aiogram, same message"
PTB_SHORT, AIOGRAM_SHORT = "PTB, two letters", "aiogram, two letters"
TARGETS: tuple[tuple[str, Target | None], ...] = (
    (PTB, at_least(0.6)),
    (AIOGRAM, at_least(1.0)),
    (PTB_SHORT, None),
    (AIOGRAM_SHORT, None),
)


@dataclass
class Contestant:
    """A bot with a Telegram of its own, all of which live in this process; and what was measured of it."""

    telegram: Telegram
    child: Child
    load: Load
    rates: list[float] = field(default_factory=list)  # updates a second
    cpu: list[float] = field(default_factory=list)  # milliseconds an update
    simulator: list[float] = field(default_factory=list)  # the simulator's share of a core, %


class Visitors:
    """People who ask for the crossing; with `reported`, somebody new reports there from time to time.

    So the card has to be made anew meanwhile, as it has at a busy border.
    """

    def __init__(self, telegram: Telegram, *, reported: bool) -> None:
        self._telegram = telegram
        self._mode = database.modes_of(crossings().crossings[CROSSING])[0]
        self._report_at = 0.0 if reported else math.inf

    def __call__(self, person: Person) -> int:
        """Let a person ask; returns the update's id."""
        now = self._telegram.clock.monotonic()
        if now >= self._report_at:
            self._report_at = now + BETWEEN_REPORTS
            self._report(*self._telegram.people(1))
        return self._telegram.write(person, f"/crossing {CROSSING}")

    def _report(self, person: Person) -> None:
        said = SendWait(CROSSING, self._mode, Kind.CROSSED, person.id % len(BANDS))
        self._telegram.press(person, encode(said))


async def measure(
    bench: Bench, *, rounds: int = 5, seconds: float = 2.0, warm_up: int = 500, people: int = PEOPLE
) -> Outcome:
    """Measure updates a second and CPU an update, in rounds in which each bot has its turn."""
    with bench.folder() as folder:
        async with AsyncExitStack() as stack:
            bench.say(f"filling a database with {REPORTS:,} reports")
            ours = await stack.enter_async_context(_ours(bench, folder / "ours", people))
            message = await _card(ours.telegram)
            contestants = {OURS: ours}
            for name, library, answer in (
                (PTB, "ptb", message),
                (AIOGRAM, "aiogram", message),
                (PTB_SHORT, "ptb", {"text": "ok"}),
                (AIOGRAM_SHORT, "aiogram", {"text": "ok"}),
            ):
                opened = _echo(bench, library, folder / name, answer, people)
                contestants[name] = await stack.enter_async_context(opened)
            for name, contestant in contestants.items():
                bench.say(f"warming up: {name}")
                await contestant.load.run(OUTSTANDING, count=warm_up)
                await contestant.load.drain()
            names = list(contestants)
            for number in range(rounds):
                for name in names[number % len(names) :] + names[: number % len(names)]:
                    bench.say(f"round {number + 1} of {rounds}: {name}")
                    await _round(contestants[name], seconds)
    return Outcome(_figures(contestants), _note(message["text"], rounds, seconds))


@asynccontextmanager
async def _ours(bench: Bench, folder: Path, people: int) -> AsyncIterator[Contestant]:
    place = crossings().crossings[CROSSING]
    stored = database.rows(REPORTS, [place], bench.clock.now(), LASTING)
    async with serving(bench.clock, folder, stored) as (telegram, child):
        load = Load(telegram, telegram.people(people), Visitors(telegram, reported=True))
        yield Contestant(telegram, child, load)


@asynccontextmanager
async def _echo(
    bench: Bench, library: str, folder: Path, answer: Mapping[str, Any], people: int
) -> AsyncIterator[Contestant]:
    async with echoing(bench.clock, library, folder, answer) as (telegram, child):
        load = Load(telegram, telegram.people(people), Visitors(telegram, reported=False))
        yield Contestant(telegram, child, load)


async def _card(telegram: Telegram) -> dict[str, Any]:
    """Ask for the card once, and return the call that brought it, for the echoes to repeat."""
    (person,) = telegram.people(1)
    call = await telegram.answer("sendmessage", lambda: telegram.write(person, f"/crossing {CROSSING}"))
    markup = call["reply_markup"]
    return call | {"reply_markup": json.loads(markup) if isinstance(markup, str) else markup}


async def _round(contestant: Contestant, seconds: float) -> None:
    load = contestant.load
    contestant.telegram.forget()
    tidy()
    # From one full house to another, so that neither the first nor the last answers count.
    await load.run(OUTSTANDING, seconds=seconds / 10)
    before, cpu, own = len(load.done), contestant.child.cpu_seconds(), own_cpu_seconds()
    took = await load.run(OUTSTANDING, seconds=seconds)
    answered = len(load.done) - before
    contestant.rates.append(answered / took)
    contestant.cpu.append((contestant.child.cpu_seconds() - cpu) / max(answered, 1) * 1000)
    contestant.simulator.append((own_cpu_seconds() - own) / took * 100)
    await load.drain()


def _figures(contestants: Mapping[str, Contestant]) -> tuple[Figure, ...]:
    figures = []
    for name, contestant in contestants.items():
        figures.append(Figure(NAME, name, "updates/s", median(contestant.rates)))
    for name, contestant in contestants.items():
        figures.append(Figure(NAME, f"CPU: {name}", "ms/update", median(contestant.cpu)))
    for name, target in TARGETS:
        pairs = zip(contestants[OURS].rates, contestants[name].rates, strict=True)
        ratio = median([mine / theirs for mine, theirs in pairs])
        figures.append(Figure(NAME, f"updates/s beside {name}", "×", ratio, target))
    for name, _ in TARGETS:
        saved = median(contestants[name].cpu) / median(contestants[OURS].cpu)
        figures.append(Figure(NAME, f"the same by CPU: {name}", "×", saved))
    busiest = max(median(contestant.simulator) for contestant in contestants.values())
    figures.append(Figure(NAME, "the simulator's CPU, at most", "% of a core", busiest))
    return tuple(figures)


def _note(text: str, rounds: int, seconds: float) -> str:
    return (
        f"`bot run` with {REPORTS:,} reports of the last {LASTING.days} days at {CROSSING}, and one more "
        f"every {BETWEEN_REPORTS:g} s meanwhile. The echoes have no database and no limiter; PTB's uses "
        "the bot's own transport and polling, aiogram's its own. The targets are for echoes of the very "
        f"card ({len(text):,} characters of HTML with its buttons), so that what differs is the bot's "
        f"work; beside them echoes of two letters. {OUTSTANDING} updates are unanswered at any time, of "
        f"{PEOPLE:,} people, so that the bot's limit of about a message a second and chat holds nobody "
        f"back; its limit over all is lifted. Medians of {rounds} rounds of {seconds:g} s in turning "
        "order; ratios are medians of the rounds' ratios. All the simulators live in the process of the "
        "bench."
    )
