"""How long the queue is, as reported; not turned into a wait while the throughput is unknown."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.crossings.report import Kind, Report, Statement
from bot.crossings.votes import ENOUGH, quantile, shown_at, voices

MEMORY = timedelta(hours=6)
HALF_LIFE = timedelta(hours=1)
COARSE = 2  # significant digits of a number that fewer than three people gave


@dataclass(frozen=True)
class QueueLength:
    """What people count before the post; each number is the median of those who gave it, None if nobody did.

    `landmark` is where most say that the queue ends. `newest_at` is only as exact as may be shown.
    """

    vehicles: int | None
    on_foot: int | None
    metres: int | None
    landmark: str | None
    people: int
    newest_at: datetime


def queue_length(reports: Sequence[Report], asked_at: datetime) -> QueueLength | None:
    """Return the length of the queue at `asked_at` from reports of one crossing and mode, in any order."""
    lengths = [report for report in reports if report.statement.kind is Kind.LENGTH]
    heard = voices(lengths, asked_at, asked_at - MEMORY)
    if not heard.reports:
        return None
    people = heard.people
    newest = max(report.observed_at for report in heard.reports)
    weighed = [
        (report.statement, 0.5 ** ((asked_at - report.observed_at) / HALF_LIFE)) for report in heard.reports
    ]

    def median(number: Callable[[Statement], int | None]) -> int | None:
        given = [(float(value), weight) for said, weight in weighed if (value := number(said)) is not None]
        # Who told of something else does not make a number that of more people.
        who = heard.only(lambda report: number(report.statement) is not None).people
        return None if not given else _shown(quantile(given, 0.5), who)

    ends: dict[str, float] = defaultdict(float)
    for said, weight in weighed:
        if said.landmark is not None:
            ends[said.landmark] += weight
    landmark = max(ends, key=lambda place: (ends[place], place), default=None)
    return QueueLength(
        median(lambda said: said.vehicles),
        median(lambda said: said.people),
        median(lambda said: said.metres),
        landmark,
        people,
        shown_at(newest, people),
    )


def _shown(number: float, people: int) -> int:
    """Round what few people said: `317 vehicles` would single out who counted them."""
    return round(number) if people >= ENOUGH else int(float(f"{number:.{COARSE}g}"))
