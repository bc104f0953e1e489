"""What moderators see."""

from dataclasses import dataclass
from datetime import datetime

from bot.crossings.catalogue import Crossing
from bot.release import Content
from bot.telegram import releases
from bot.telegram.buttons import Acknowledge, Audit, Moderate, Questions, Subject
from bot.telegram.screen import Key, Screen, grid, lines, paragraphs
from bot.telegram.screens import pages
from bot.texts import Texts


@dataclass(frozen=True)
class Busy:
    """A crossing with how many reports came in the last hour, and whether it is under attack."""

    crossing: Crossing
    reports: int
    flooded: bool
    attacked: bool


@dataclass(frozen=True)
class State:
    """The state of things; `busiest` are the crossings under attack, then those with the most reports."""

    quarantined: int
    reports: int
    questions: int
    busiest: tuple[Busy, ...]
    epoch_until: datetime
    content: Content
    content_problems: tuple[str, ...]
    token_alarm: bool | None
    refused: int

    @property
    def subject(self) -> Subject:
        """What matters most of it."""
        if self.token_alarm:
            return Subject.ALARM
        if any(each.flooded or each.attacked for each in self.busiest):
            return Subject.FLOOD
        if self.content_problems:
            return Subject.CONTENT
        return Subject.QUARANTINE if self.quarantined else Subject.CALM


def state(now: State, texts: Texts) -> Screen:
    """Show the state of things, with the one button that only says "seen"."""
    alarm = {None: "unknown", True: "alarm", False: "calm"}[now.token_alarm]
    return Screen(
        paragraphs(
            texts("mod-title"),
            lines(
                texts("mod-reports", count=now.reports),
                *(
                    texts(
                        "mod-crossing",
                        name=texts.of(each.crossing.name),
                        count=each.reports,
                        flooded="attack" if each.attacked else "yes" if each.flooded else "no",
                    )
                    for each in now.busiest
                ),
            ),
            lines(
                texts("mod-quarantined", count=now.quarantined),
                texts("mod-refused", count=now.refused),
                texts("mod-token", state=alarm),
                texts("mod-epoch", time=texts.clock(now.epoch_until)),
                pages.version(texts, now.content),
            ),
            releases.message(texts, now.content_problems) if now.content_problems else None,
        ),
        (
            *grid(
                [
                    Key(
                        ("⚠️ " if each.attacked else "") + texts.of(each.crossing.name),
                        Moderate(each.crossing.id, 0),
                    )
                    for each in now.busiest
                ],
                2,
            ),
            (Key(texts("mod-acknowledge"), Acknowledge(now.subject)),),
            (Key(texts("mod-questions", count=now.questions), Questions(0)),) if now.questions else (),
            (Key(texts("mod-audit"), Audit(0)),),
        ),
        personal=True,
    )
