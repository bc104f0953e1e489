"""What moderators see."""

from dataclasses import dataclass
from datetime import datetime

from bot.crossings.catalogue import Crossing
from bot.release import Content
from bot.telegram import releases
from bot.telegram.buttons import Acknowledge, Questions, Subject
from bot.telegram.screen import Key, Screen, lines, paragraphs
from bot.telegram.screens import pages
from bot.texts import Texts


@dataclass(frozen=True)
class State:
    """The state of things; `busiest` is crossings with their reports in the last hour and whether flooded."""

    quarantined: int
    reports: int
    questions: int
    busiest: tuple[tuple[Crossing, int, bool], ...]
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
        if any(flooded for _, _, flooded in self.busiest):
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
                        name=texts.of(crossing.name),
                        count=count,
                        flooded="yes" if flooded else "no",
                    )
                    for crossing, count, flooded in now.busiest
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
            (Key(texts("mod-acknowledge"), Acknowledge(now.subject)),),
            (Key(texts("mod-questions", count=now.questions), Questions(0)),) if now.questions else (),
        ),
        personal=True,
    )
