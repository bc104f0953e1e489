"""How good our numbers were: what we said to people with a ticket, beside how long it then took them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from bot.crossings.report import Mode
from bot.crossings.votes import ENOUGH

AIM = 0.8
"""Of those who were told a range this share should find their wait inside it."""

FEW = 20
"""Of fewer than so many a share says little."""


@dataclass(frozen=True)
class Measured:
    """What was said to somebody who joined, and what it took, in minutes."""

    crossing: str
    mode: Mode
    low: int
    middle: int
    high: int
    wait: int


class Amount(StrEnum):
    """How much can be said from so many; the value names its text."""

    TOO_FEW = "too-few"
    FEW = "few"
    ENOUGH = "enough"


@dataclass(frozen=True)
class Accuracy:
    """How good the numbers of a crossing and mode were; of all together those are None.

    `inside` is the share of waits within the range that was told. `off_minutes` is the median of how far they
    were from its middle. Of too few people both are None: they would tell what single people waited.
    """

    crossing: str | None
    mode: Mode | None
    count: int
    inside: float | None
    off_minutes: int | None

    @property
    def amount(self) -> Amount:
        """How much that says."""
        if self.inside is None:
            return Amount.TOO_FEW
        return Amount.FEW if self.count < FEW else Amount.ENOUGH


def summary(measured: Iterable[Measured]) -> tuple[Accuracy, ...]:
    """Return how good the numbers were in all, then by crossing and mode, those with the most first.

    Empty if nothing was measured.
    """
    groups: defaultdict[tuple[str, Mode], list[Measured]] = defaultdict(list)
    everything = []
    for each in measured:
        groups[each.crossing, each.mode].append(each)
        everything.append(each)
    if not everything:
        return ()
    by_place = [_judged(crossing, mode, said) for (crossing, mode), said in groups.items()]
    by_place.sort(key=lambda each: (-each.count, each.crossing or "", each.mode or ""))
    return (_judged(None, None, everything), *by_place)


def _judged(crossing: str | None, mode: Mode | None, said: list[Measured]) -> Accuracy:
    if len(said) < ENOUGH:
        return Accuracy(crossing, mode, len(said), None, None)
    inside = sum(each.low <= each.wait <= each.high for each in said) / len(said)
    off = median(abs(each.wait - each.middle) for each in said)
    return Accuracy(crossing, mode, len(said), inside, round(off))
