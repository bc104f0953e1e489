"""A border that people report from, and somebody who looks at it as the bot does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.alerts.news import News
from bot.alerts.rules import State, decide
from bot.alerts.situation import Situation, look
from bot.alerts.topics import Topic, What
from bot.crossings.report import STEP, Event, Kind, Mode, Report, Statement, step

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACE = "verkhny-lars"


def below(minutes: int) -> Topic:
    return Topic(What.BELOW, minutes)


def above(minutes: int) -> Topic:
    return Topic(What.ABOVE, minutes)


def go(minutes: int, travel: int) -> Topic:
    return Topic(What.GO, minutes, travel)


def silent(minutes: int) -> Topic:
    return Topic(What.SILENT, minutes)


def event(kind: Event) -> Topic:
    return Topic(What.EVENT, event=kind)


CLOSED, REOPENED = event(Event.CLOSED), event(Event.REOPENED)


class Border:
    """Looks at what is said after each word and every quarter of an hour, and keeps what was told."""

    def __init__(self, *topics: Topic, mode: Mode = Mode.CAR) -> None:
        self.now = NOON
        self.mode = mode
        self.reports: list[Report] = []
        self.states = {topic: State() for topic in topics}
        self.told: list[News] = []
        self.corrections: list[News] = []
        self._ids = 0
        self.look()

    def crossed(self, minutes: int, *names: str | None) -> "Border":
        """Let people say one after the other that they are through after so many minutes."""
        return self.say(Statement(PLACE, self.mode, Kind.CROSSED, wait_minutes=minutes), *names)

    def happened(self, kind: Event, *names: str | None, mode: Mode | None = None) -> "Border":
        """Let people say one after the other that something happened."""
        return self.say(Statement(PLACE, mode or self.mode, Kind.EVENT, event=kind), *names)

    def say(self, statement: Statement, *names: str | None) -> "Border":
        for name in names:
            self._note(statement, name)
            self.look()
        return self

    def crossed_together(self, minutes: int, *names: str) -> "Border":
        """Let people say it in one moment."""
        for name in names:
            self._note(Statement(PLACE, self.mode, Kind.CROSSED, wait_minutes=minutes), name)
        return self.look()

    def _note(self, statement: Statement, name: str | None) -> None:
        who = None if name is None else name.encode().ljust(16, b".")
        self._ids += 1
        self.reports.append(Report(self._ids, statement, step(self.now), who, self._ids))

    def take_back(self, *names: str) -> "Border":
        """Take back all that these people said, or hide it."""
        gone = {name.encode().ljust(16, b".") for name in names}
        self.reports = [report for report in self.reports if report.reporter not in gone]
        return self.look()

    def wipe(self, *names: str) -> "Border":
        """Forget who said what these people said."""
        gone = {name.encode().ljust(16, b".") for name in names}
        self.reports = [
            replace(each, reporter=None) if each.reporter in gone else each for each in self.reports
        ]
        return self.look()

    def pass_minutes(self, minutes: int) -> "Border":
        until = self.now + timedelta(minutes=minutes)
        while self.now < until:
            self.now = min(until, step(self.now) + STEP)
            self.look()
        return self

    def seen(self) -> Situation:
        return look(PLACE, self.mode, self.reports, self.now)

    def look(self) -> "Border":
        decision = decide(self.states, self.seen())
        self.states.update(decision.states)
        if decision.news:
            self.told.append(decision.news)
        self.corrections.extend(decision.corrections)
        return self

    @property
    def topics(self) -> list[tuple[Topic, ...]]:
        """What was told, by topics."""
        return [news.topics for news in self.told]
