"""Estimates from recorded reports: the files of `bot estimate`, as `queue/bench.py` writes and reads them.

Reports: `reported_at,reporter,crossing,mode,kind,wait_minutes,band_low,band_high`, sorted by `reported_at`.
Questions: `asked_at,joining_at,crossing,mode`. Answers: the same with `p10,p50,p90,state`. Times are ISO UTC.
"""

import csv
import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TextIO

from bot.crossings.estimate import LOOKBACK, State, Wait, outlook, past
from bot.crossings.report import STEP, Band, Kind, Mode, Report, Statement, step
from bot.crossings.usual import UNKNOWN, Hour, learn

DAY = timedelta(days=1)
REWRITTEN = 3 * DAY
"""So long after an hour there may still be news of it: the wait may be of days."""

MOST_RECENT = 3_000
"""As `bot.crossings.store.MOST_RECENT`, which is not imported for this: it brings the database."""

REPORT_COLUMNS = (
    "reported_at",
    "reporter",
    "crossing",
    "mode",
    "kind",
    "wait_minutes",
    "band_low",
    "band_high",
)
QUESTION_COLUMNS = ("asked_at", "joining_at", "crossing", "mode")
ANSWER_COLUMNS = (*QUESTION_COLUMNS, "p10", "p50", "p90", "state")


class RecordError(Exception):
    """A recorded file is not as described; the message names file and line."""


@dataclass(frozen=True, eq=False)  # each is asked for itself
class _Question:
    row: dict[str, str]
    asked_at: datetime
    joining_at: datetime
    place: tuple[str, Mode]


def answer(
    reports: Path, questions: Path, out: TextIO, progress: Callable[[int, int], None] = lambda done, all: None
) -> None:
    """Answer every question from the reports made up to it, with the estimator that serves people.

    Reports are read as time passes and forgotten as the bot forgets them, so a file of any length will do;
    they get the 15-minute steps in which the bot stores them. Raises `RecordError`.
    """
    asked = list(_questions(questions))
    answers: dict[_Question, tuple[str, str, str, str]] = {}
    places: dict[tuple[str, Mode], _Place] = defaultdict(_Place)
    coming = _reports(reports)
    upcoming = next(coming, None)
    for (asked_at, where), group in groupby(sorted(asked, key=_when_and_where), key=_when_and_where):
        while upcoming is not None and upcoming[0] <= asked_at:
            at, report = upcoming
            places[report.statement.crossing, report.statement.mode].hear(report, at)
            upcoming = next(coming, None)
        place = places[where]
        place.wait_until(asked_at)
        together = list(group)  # one pass of the filter serves all times of joining
        joining = [max(question.joining_at, asked_at) for question in together]
        found = outlook(place.recent, asked_at, joining, place.usual)
        for question, wait in zip(together, found.waits, strict=True):
            answers[question] = _numbers(found.estimate.state, wait)
            progress(len(answers), len(asked))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ANSWER_COLUMNS)
    for question in asked:
        given = [question.row[column] for column in QUESTION_COLUMNS]
        writer.writerow([*given, *answers[question]])


def _when_and_where(question: _Question) -> tuple[datetime, tuple[str, Mode]]:
    return question.asked_at, question.place


class _Place:
    """A crossing and mode as the bot knows it: the reports of a week, and a history of hours."""

    def __init__(self) -> None:
        self.recent: deque[Report] = deque(maxlen=MOST_RECENT)
        self.usual = UNKNOWN
        self._history: dict[datetime, Hour] = {}
        self._midnight: datetime | None = None

    def hear(self, report: Report, at: datetime) -> None:
        self.wait_until(at)
        self.recent.append(report)

    def wait_until(self, now: datetime) -> None:
        """Let time pass: at each midnight the hours of the last days are written into the history."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        midnight = self._midnight or today
        while midnight < today:
            midnight += DAY
            self._forget(midnight)
            hours = past(self.recent, midnight, midnight - REWRITTEN, self.usual)
            self._history.update((hour.at, _whole(hour)) for hour in hours)
            self.usual = learn(self._history.values(), midnight)
        self._midnight = today
        self._forget(now)

    def _forget(self, now: datetime) -> None:
        while self.recent and self.recent[0].observed_at <= now - LOOKBACK - STEP:
            self.recent.popleft()


def _whole(hour: Hour) -> Hour:
    """Return an hour in whole minutes, as `bot.crossings.history` stores it."""
    return replace(hour, low=round(hour.low), middle=round(hour.middle), high=round(hour.high))


def _numbers(state: State, wait: Wait | None) -> tuple[str, str, str, str]:
    """Return the cells of an answer; where nothing is said now, of the usual wait if that is known."""
    if wait is None:
        return "", "", "", State.NONE.value
    return f"{wait.low:.1f}", f"{wait.middle:.1f}", f"{wait.high:.1f}", state.value


def _questions(path: Path) -> Iterator[_Question]:
    for row, fail in _rows(path, QUESTION_COLUMNS):
        try:
            asked_at, joining_at = _instant(row["asked_at"]), _instant(row["joining_at"])
            yield _Question(row, asked_at, joining_at, (row["crossing"], Mode(row["mode"])))
        except ValueError as error:
            raise fail(str(error)) from None


def _reports(path: Path) -> Iterator[tuple[datetime, Report]]:
    """Return each report and the exact instant at which it was made."""
    before = datetime.min.replace(tzinfo=UTC)
    for number, (row, fail) in enumerate(_rows(path, REPORT_COLUMNS)):
        try:
            at, statement = _instant(row["reported_at"]), _statement(row)
        except ValueError as error:
            raise fail(str(error)) from None
        if at < before:
            raise fail("reports must be sorted by reported_at")
        before = at
        yield at, Report(number, statement, step(at), row["reporter"].encode() or None, number)


def _statement(row: dict[str, str]) -> Statement:
    crossing, mode, kind = row["crossing"], Mode(row["mode"]), Kind(row["kind"])
    if kind is Kind.BAND:
        high = _minutes(row["band_high"]) if row["band_high"] else None
        return Statement(crossing, mode, kind, band=Band(_minutes(row["band_low"]), high))
    if kind not in (Kind.CROSSED, Kind.WAITING):
        raise ValueError(f"kind must be crossed, waiting or band, not {kind}")
    return Statement(crossing, mode, kind, wait_minutes=_minutes(row["wait_minutes"]))


def _minutes(cell: str) -> int:
    minutes = float(cell)
    if not 0 <= minutes < math.inf:
        raise ValueError(f"{cell}: a wait is neither negative nor endless")
    return round(minutes)


def _instant(cell: str) -> datetime:
    moment = datetime.fromisoformat(cell)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _rows(
    path: Path, columns: tuple[str, ...]
) -> Iterator[tuple[dict[str, str], Callable[[str], RecordError]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restval="")
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise RecordError(f"{path}:1: needs the columns {','.join(columns)}")
            for row in reader:
                yield row, partial(_failure, path, reader.line_num)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordError(f"{path}: {error}") from error


def _failure(path: Path, line: int, text: str) -> RecordError:
    return RecordError(f"{path}:{line}: {text}")
