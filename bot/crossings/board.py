"""The cards that are on show: each computed once for as long as nothing changes."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.crossings.card import Card, ModeNews, card, mode_news, modes_of
from bot.crossings.catalogue import Catalogue
from bot.crossings.estimate import Estimate, estimate
from bot.crossings.history import History
from bot.crossings.moderated import Moderated
from bot.crossings.prospect import NOT_LEARNED, NOTHING_AHEAD, Prospect, prospect
from bot.crossings.report import Mode
from bot.crossings.store import Recent, Reports
from bot.storage.engine import StorageUnavailable

BUSY = 200
"""Where there are more reports, one hardly moves a card, and in a flood it would be made for each of them."""

PER_REPORT = timedelta(milliseconds=1)
"""There a card stands so long for each report; to make it takes about a hundredth of that."""

JUDGED_EVERY = timedelta(minutes=5)
"""Waits are judged as of the last of so many minutes: what is told lies in steps of 15 itself."""

AHEAD_PAUSE_SECONDS = 0.05
"""Between two cards that are made ahead, for who asks meanwhile."""


class Board:
    """Cards by crossing and mode, computed again when a report came or a minute has passed.

    Where many report, only after some seconds.
    """

    def __init__(self, catalogue: Catalogue, reports: Reports, history: History) -> None:
        self._catalogue = catalogue
        self._reports = reports
        self._history = history
        # One entry a crossing of the catalogue, so that it cannot grow.
        self._shown: dict[str, _Shown] = {}

    async def card(self, crossing: str, mode: Mode | None, now: datetime) -> Card:
        """Return the card of a crossing; without a mode, of the one that there is most news of.

        Raises `KeyError` for no such crossing, `StorageUnavailable` if the reports cannot be read.
        """
        if crossing not in self._catalogue.crossings:
            raise KeyError(crossing)
        return self._of(await self._reports.recent(crossing), mode, now)

    async def card_ahead(self, crossing: str, mode: Mode | None, now: datetime) -> tuple[Card, Prospect]:
        """Return the same, and what is to be expected of the mode that is shown first.

        Raises as `card`.
        """
        shown_card = await self.card(crossing, mode, now)
        chosen = shown_card.chosen
        learned = self._history.of(crossing).get(chosen.mode)
        if learned is None or not shown_card.crossing.for_people or chosen.held is not None:
            return shown_card, NOTHING_AHEAD
        recent = await self._reports.recent(crossing)
        shown = self._shown_now(recent, now)
        if chosen.mode not in shown.ahead:
            said = [report for report in recent.reports if report.statement.mode is chosen.mode]
            shown.ahead[chosen.mode] = prospect(said, shown.judged_at, chosen.estimate, learned)
        return shown_card, shown.ahead[chosen.mode]

    async def cards(self, crossings: Iterable[str], now: datetime) -> dict[str, Card]:
        """Return the cards of several crossings, for lists; with one query at most.

        Raises as `card`.
        """
        wanted = [self._catalogue.crossings[id].id for id in crossings]
        recent = await self._reports.recent_many(wanted)
        return {id: self._of(recent[id], None, now) for id in wanted}

    async def news(self, crossing: str, mode: Mode, now: datetime) -> ModeNews:
        """Return what the card of a crossing says of one mode, without making all of the card.

        Raises as `card`.
        """
        if crossing not in self._catalogue.crossings:
            raise KeyError(crossing)
        recent = await self._reports.recent(crossing)
        return self._news(recent, mode, self._shown_now(recent, now))

    async def judge_ahead(self, clock: Clock) -> None:
        """Judge the waits where many report before anybody asks; returns when it is time for that again."""
        for crossing in self._catalogue.crossings:
            with suppress(StorageUnavailable):  # then it is judged when somebody asks
                recent = await self._reports.recent(crossing)
                if len(recent.reports) > BUSY:
                    self._of(recent, None, clock.now())
                    await clock.sleep(AHEAD_PAUSE_SECONDS)
        now = clock.now()
        await clock.sleep((_judged_at(now) + JUDGED_EVERY - now).total_seconds())

    def _of(self, recent: Recent, mode: Mode | None, now: datetime) -> Card:
        shown = self._shown_now(recent, now)
        made = shown.cards.get(mode)
        if made is None:
            crossing = self._catalogue.crossings[recent.crossing]
            country = self._catalogue.countries[crossing.country]
            modes = modes_of(crossing, recent.reports, recent.moderated, mode)
            known = {each: self._news(recent, each, shown) for each in modes}
            made = card(crossing, country, recent.reports, shown.at, mode, known, moderated=recent.moderated)
            shown.cards[mode] = made
        return made

    def _news(self, recent: Recent, mode: Mode, shown: "_Shown") -> ModeNews:
        if mode not in shown.news:
            crossing = self._catalogue.crossings[recent.crossing]
            said = [report for report in recent.reports if report.statement.mode is mode]
            if mode not in shown.judged:
                usual = self._history.of(recent.crossing).get(mode, NOT_LEARNED).usual
                shown.judged[mode] = estimate(said, shown.judged_at, usual=usual)
            judged = shown.judged[mode]
            shown.news[mode] = mode_news(crossing, mode, said, shown.at, judged, recent.moderated)
        return shown.news[mode]

    def _shown_now(self, recent: Recent, now: datetime) -> "_Shown":
        """Return what is on show of these reports in this minute, to which cards may be added."""
        minute, judged_at = now.replace(second=0, microsecond=0), _judged_at(now)
        shown = self._shown.get(recent.crossing)
        if shown is not None and shown.judged_at == judged_at:
            lasts = len(recent.reports) * PER_REPORT if len(recent.reports) > BUSY else timedelta()
            same = shown.moderated is recent.moderated  # it is read anew after each act of a moderator
            if shown.revision == recent.revision or (same and now - shown.made_at < lasts):
                if shown.at != minute:
                    shown = replace(shown, at=minute, cards={}, news={})
                    self._shown[recent.crossing] = shown
                return shown
        shown = _Shown(recent.revision, minute, judged_at, now, recent.moderated)
        self._shown[recent.crossing] = shown
        return shown


def _judged_at(now: datetime) -> datetime:
    minutes = int(JUDGED_EVERY.total_seconds()) // 60
    return now.replace(minute=now.minute // minutes * minutes, second=0, microsecond=0)


@dataclass(frozen=True)
class _Shown:
    """Cards of a minute, and what they stand on that does not change so soon.

    Without the reports that they were made of: those hold pseudonyms.
    """

    revision: int
    at: datetime
    judged_at: datetime
    made_at: datetime
    moderated: Moderated
    cards: dict[Mode | None, Card] = field(default_factory=dict)
    news: dict[Mode, ModeNews] = field(default_factory=dict)
    judged: dict[Mode, Estimate] = field(default_factory=dict)
    ahead: dict[Mode, Prospect] = field(default_factory=dict)
