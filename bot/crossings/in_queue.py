"""What is known of a queue for those who stand in it already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.crossings.board import Board
from bot.crossings.estimate import Estimate, State, past
from bot.crossings.history import History
from bot.crossings.report import Mode
from bot.crossings.store import Reports
from bot.crossings.ticket import Arrival, Ticket, arrival
from bot.crossings.usual import Hour

BEFORE = timedelta(hours=6)
"""So long before somebody joined those may have joined who are nearest to them."""


@dataclass(frozen=True)
class InQueue:
    """What the card says of who joins now, and what is known of those who joined in earlier `hours`.

    `held` says that moderators hold the number, `newest_at` when the newest report of any kind was made.
    """

    at: datetime
    estimate: Estimate
    hours: tuple[Hour, ...] = ()
    newest_at: datetime | None = None
    held: bool = False

    def arrival(self, ticket: Ticket) -> Arrival:
        """Return when the ticket's person is likely to get through."""
        return arrival(ticket, self.estimate, self.hours, self.at, held=self.held)


async def in_queue(
    board: Board,
    reports: Reports,
    history: History,
    crossing: str,
    mode: Mode,
    joined: Iterable[datetime],
    now: datetime,
) -> InQueue:
    """Return what is known for those who joined at these times.

    Raises `KeyError` for no such crossing, `StorageUnavailable` if the reports cannot be read.
    """
    news = await board.news(crossing, mode, now)
    recent = await reports.recent(crossing)
    said = [report for report in recent.reports if report.statement.mode is mode]
    newest_at = max((report.observed_at for report in said), default=None)
    hours: tuple[Hour, ...] = ()
    if news.estimate.state is State.AGREE:  # else no time is told
        hours = tuple(past(said, now, min(joined) - BEFORE, history.usual(crossing, mode)))
    return InQueue(now, news.estimate, hours, newest_at, news.held is not None)
