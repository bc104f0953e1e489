"""Estimates from recorded reports: the files of `bot estimate`, as `queue/bench.py` writes and reads them.

Reports: `reported_at,reporter,crossing,mode,kind,wait_minutes,band_low,band_high`, sorted by `reported_at`.
Questions: `asked_at,joining_at,crossing,mode`. Answers: the same with `p10,p50,p90,state`. Times are ISO UTC.
"""

import csv
import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TextIO

from bot.crossings.estimate import LOOKBACK, Estimate, estimate
from bot.crossings.report import STEP, Band, Kind, Mode, Report, Statement, step

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


@dataclass(frozen=True)
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
    answers: dict[int, Estimate] = {}
    held: dict[tuple[str, Mode], deque[Report]] = defaultdict(deque)
    coming = _reports(reports)
    upcoming = next(coming, None)
    for done, index in enumerate(sorted(range(len(asked)), key=lambda index: asked[index].asked_at)):
        question = asked[index]
        while upcoming is not None and upcoming[0] <= question.asked_at:
            statement = upcoming[1].statement
            held[statement.crossing, statement.mode].append(upcoming[1])
            upcoming = next(coming, None)
        recent = held[question.place]
        while recent and recent[0].observed_at <= question.asked_at - LOOKBACK - STEP:
            recent.popleft()
        answers[index] = estimate(recent, question.asked_at, question.joining_at)
        progress(done + 1, len(asked))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ANSWER_COLUMNS)
    for index, question in enumerate(asked):
        given = [question.row[column] for column in QUESTION_COLUMNS]
        writer.writerow([*given, *_numbers(answers[index])])


def _numbers(found: Estimate) -> tuple[str, str, str, str]:
    """Return the cells of an estimate; the format knows no open ranges, so those are left out."""
    numbers = (found.low_minutes, found.middle_minutes, found.high_minutes)
    if None in numbers:
        return "", "", "", "none"
    low, middle, high = map(str, numbers)
    return low, middle, high, found.state.value


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
