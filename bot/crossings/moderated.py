"""What moderators have put on a crossing's card: a number that they hold, and what officials said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from urllib.parse import urlsplit

from bot.crossings.estimate import Estimate, State
from bot.crossings.report import STEP, Mode, Report

HOLD_HOURS = (1, 3, 12)
"""So long a number can be held."""

LONGEST_TEXT, LONGEST_SOURCE, LONGEST_NAME = 300, 200, 60
"""Characters of a notice, of where it is from, and of that if it is a name."""

LONGEST_NOTICE = timedelta(days=30)
MOST_NOTICES = 3
"""So many notices stand on a card at a time, or it would say nothing else."""

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_ENDS = ("%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M")


@dataclass(frozen=True)
class HeldNumber:
    """The wait in a mode, held as it was at `since`; `newest_at` is only as exact as may be shown."""

    id: int
    mode: Mode
    low_minutes: int
    middle_minutes: int
    high_minutes: int
    people: int
    newest_at: datetime
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Notice:
    """What officials said, in the words of a moderator; `source` is an address or a name."""

    id: int
    text: str
    source: str
    since: datetime
    until: datetime

    @property
    def address(self) -> str | None:
        """Where the source can be opened, if that is known."""
        return self.source if ADDRESS.fullmatch(self.source) else None

    @property
    def source_name(self) -> str:
        """What the source is called: its name, or the host of its address."""
        return (urlsplit(self.source).hostname or self.source) if self.address else self.source


@dataclass(frozen=True)
class Moderated:
    """All of it at one crossing, as read at one time: what has ended since is still in it."""

    held: tuple[HeldNumber, ...] = ()
    notices: tuple[Notice, ...] = ()

    def held_at(self, mode: Mode, now: datetime) -> HeldNumber | None:
        """Return what is held at `now`; of several the one that lasts longest."""
        held = [each for each in self.held if each.mode is mode and each.since <= now < each.until]
        return max(held, key=lambda each: (each.until, each.id), default=None)

    def notices_at(self, now: datetime) -> tuple[Notice, ...]:
        """Return the notices that hold at `now`, the newest first."""
        shown = (each for each in self.notices if each.since <= now < each.until)
        return tuple(sorted(shown, key=lambda each: (each.since, each.id), reverse=True))


NOTHING = Moderated()


def until_held(reports: Iterable[Report], held: HeldNumber | None) -> list[Report]:
    """Return the reports that were there for sure when a number began to be held; all if none is.

    So what stands beside the number does not follow those for whose sake it is held.
    """
    return [report for report in reports if held is None or report.observed_at + STEP <= held.since]


def number(mode: Mode, estimate: Estimate, now: datetime) -> HeldNumber | None:
    """Return what can be held of an estimate: a range that people agree on; None if there is none."""
    low, middle, high = estimate.low_minutes, estimate.middle_minutes, estimate.high_minutes
    newest_at = estimate.newest_at
    if estimate.state is not State.AGREE or estimate.closed or newest_at is None:
        return None
    if low is None or middle is None or high is None:
        return None
    return HeldNumber(0, mode, low, middle, high, estimate.people, newest_at, now, now)


class Wrong(StrEnum):
    """What is wrong with a notice as it was typed."""

    LINES = "lines"
    SOURCE = "source"
    SOURCE_LONG = "source-long"
    END = "end"
    END_PAST = "end-past"
    END_FAR = "end-far"
    TEXT_LONG = "text-long"


class Unfit(ValueError):
    """A notice cannot be posted as it was typed."""

    def __init__(self, why: Wrong) -> None:
        super().__init__(why)
        self.why = why


def read_notice(typed: str, now: datetime, zone: tzinfo) -> Notice:
    """Read a notice as moderators type it: a line with its source, one with its end, and the text.

    The end is a time of day at the crossing, whose `zone` this is: `2026-11-27 06:00` or `27.11.2026 06:00`.
    Raises `Unfit`.
    """
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) < 3:
        raise Unfit(Wrong.LINES)
    source, end, text = lines[0], lines[1], " ".join(lines[2:])
    if len(source) > (LONGEST_SOURCE if "://" in source else LONGEST_NAME):
        raise Unfit(Wrong.SOURCE_LONG)
    if not _is_source(source):
        raise Unfit(Wrong.SOURCE)
    until = _end(end, zone)
    if until is None:
        raise Unfit(Wrong.END)
    if until <= now:
        raise Unfit(Wrong.END_PAST)
    if until > now + LONGEST_NOTICE:
        raise Unfit(Wrong.END_FAR)
    if len(text) > LONGEST_TEXT:
        raise Unfit(Wrong.TEXT_LONG)
    return Notice(0, text, source, now, until)


def _is_source(line: str) -> bool:
    if "://" not in line:
        return any(letter.isalpha() for letter in line) and _end(line, UTC) is None
    try:
        return ADDRESS.fullmatch(line) is not None and "." in (urlsplit(line).hostname or "")
    except ValueError:  # such as `http://[`
        return False


def _end(line: str, zone: tzinfo) -> datetime | None:
    for form in _ENDS:
        try:
            local = datetime.strptime(line.replace("T", " "), form).replace(tzinfo=zone)
            return local.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def as_stored(at: datetime) -> datetime:
    """Return an instant to the minute, as it is stored."""
    return at.replace(second=0, microsecond=0)


def same(notice: Notice, among: Iterable[Notice]) -> Notice | None:
    """Return the notice among these that says the very same, if there is one."""
    said = (notice.text, notice.source, notice.until)
    return next((each for each in among if (each.text, each.source, each.until) == said), None)
