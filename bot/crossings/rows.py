"""Reports as rows of the database, and the jobs that change them.

What a moderator has hidden is read by nothing that counts; its person still can take it back, and it counts
against their limits. A job of the writer may run a second time, from its start; so each decides from what is
stored, and only from that.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crossings.report import STEP, Band, Event, Kind, Mode, Report, Statement
from bot.privacy.abuse import REPORTS_HERE
from bot.storage.tables import reports, revisions

MOST_AN_HOUR = REPORTS_HERE.most
"""So many reports of one person at one crossing are taken in an hour."""

SAME = STEP
"""The same statement of the same person so soon again is the same report."""

BETWEEN_PAUSES = 500
"""So many rows are taken in before the event loop has a turn, which is a few milliseconds."""

AT_ONCE = 500
"""So many reports are hidden by one statement."""

Reporter = tuple[bytes, bytes | None]
"""A person's pseudonym at a crossing in this epoch, and that of the epoch before if it is still known."""


@dataclass(frozen=True)
class Added:
    """It is stored; `again` if it was before, from the same update or as this person's same statement."""

    report: Report
    again: bool = False

    @property
    def report_id(self) -> int:
        """What it can be taken back by."""
        return self.report.id


@dataclass(frozen=True)
class TooMany:
    """This person has reported `count` times at this crossing within an hour; nothing is stored."""

    count: int


@dataclass(frozen=True)
class Withdrawn:
    """The report is gone, now or since an earlier request."""


@dataclass(frozen=True)
class TooLate:
    """The report is older than an hour and stays."""


@dataclass(frozen=True)
class NotYours:
    """The report is somebody else's, or so old that nobody knows whose."""


Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Change(Generic[Outcome]):
    """What a job did: its outcome, and the crossing's new `revision` if rows have changed."""

    outcome: Outcome
    crossing: str = ""
    revision: int | None = None


_COLUMNS = (
    reports.c.id,
    reports.c.crossing,
    reports.c.mode,
    reports.c.kind,
    reports.c.wait_minutes,
    reports.c.band_low,
    reports.c.band_high,
    reports.c.vehicles,
    reports.c.people,
    reports.c.metres,
    reports.c.landmark,
    reports.c.event,
    reports.c.observed_minute,
    reports.c.reporter,
    reports.c.ordinal,
)
_ALL_REVISIONS = sa.select(revisions.c.crossing, revisions.c.revision)
_REVISIONS_OF = _ALL_REVISIONS.where(revisions.c.crossing.in_(sa.bindparam("crossings", expanding=True)))
_CARRY = (
    sa.update(reports)
    .where(reports.c.reporter == sa.bindparam("previous"))
    .values(reporter=sa.bindparam("current"))
)
# A pseudonym belongs to one crossing. To ask for the crossing as well would make SQLite use the index of
# crossings, in whose last hour may be everybody's reports.
_OWN = sa.select(*_COLUMNS).where(
    sa.or_(
        reports.c.id == sa.bindparam("report"),
        reports.c.id == sa.bindparam("earlier"),
        sa.and_(
            reports.c.reporter == sa.bindparam("current"), reports.c.observed_minute > sa.bindparam("since")
        ),
    )
)
_SINCE = (reports.c.crossing == sa.bindparam("place"), reports.c.observed_minute > sa.bindparam("since"))
_RECENT = (
    sa.select(*_COLUMNS)
    .where(*_SINCE, reports.c.hidden.is_(False))
    .order_by(reports.c.observed_minute.desc())
    .limit(sa.bindparam("most"))
)
_HIDDEN = (
    sa.select(*_COLUMNS)
    .where(*_SINCE, reports.c.hidden.is_(True))
    .order_by(reports.c.observed_minute.desc())
    .limit(sa.bindparam("most"))
)
_SPAN = sa.select(*_COLUMNS).where(
    reports.c.crossing == sa.bindparam("place"),
    reports.c.observed_minute >= sa.bindparam("first"),
    reports.c.observed_minute < sa.bindparam("last"),
    reports.c.hidden == sa.bindparam("before", type_=sa.Boolean),
)
_HIDE = (
    sa.update(reports)
    .where(reports.c.id.in_(sa.bindparam("these", expanding=True)))
    .values(hidden=sa.bindparam("after", type_=sa.Boolean))
)
_COUNTS = (
    sa.select(reports.c.crossing, sa.func.count())
    .where(
        reports.c.crossing.in_(sa.bindparam("crossings", expanding=True)),  # or no index would do
        reports.c.observed_minute > sa.bindparam("since"),
        reports.c.hidden.is_(False),
    )
    .group_by(reports.c.crossing)
)
_INSERT = sa.insert(reports)
_OF_REPORTERS = reports.c.reporter.in_(sa.bindparam("reporters", expanding=True))
_OWNED = sa.select(reports.c.crossing, reports.c.reporter, reports.c.observed_minute).where(_OF_REPORTERS)
_DISOWN = sa.update(reports).where(_OF_REPORTERS).values(reporter=None)
_ONE = sa.select(reports.c.crossing, reports.c.reporter, reports.c.observed_minute).where(
    reports.c.id == sa.bindparam("report")
)
_DELETE = sa.delete(reports).where(reports.c.id == sa.bindparam("report"))
# The same on both engines, and so without SQLAlchemy's dialects, which take long to import.
_NEXT_REVISION = sa.text(
    "INSERT INTO revisions (crossing, revision) VALUES (:crossing, 1) "
    "ON CONFLICT (crossing) DO UPDATE SET revision = revisions.revision + 1 RETURNING revision"
)


async def add(
    report: Report, previous: bytes | None, earlier: int | None, disowned: int, connection: AsyncConnection
) -> Change[Added | TooMany]:
    """Store a report, and give its reporter's older ones the pseudonym of this epoch.

    `earlier` is the id that the same update would have had in the epoch before. `disowned` is how many of the
    last hour this person has taken their pseudonym off: those count as well.
    """
    said, minute = report.statement, minute_of(report.observed_at)
    carried = False
    if previous is not None and previous != report.reporter:
        names = {"current": report.reporter, "previous": previous}
        carried = (await connection.execute(_CARRY, names)).rowcount > 0
    window = {"report": report.id, "earlier": earlier, "current": report.reporter, "since": minute - 60}
    own = [_report(row) for row in await connection.execute(_OWN, window)]
    outcome = _decide(report, own, {report.id, earlier}, disowned)
    stored = isinstance(outcome, Added) and not outcome.again
    if isinstance(outcome, Added) and stored:
        await connection.execute(_INSERT, _row(outcome.report))
    revision = await next_revision(connection, said.crossing) if stored or carried else None
    return Change(outcome, said.crossing, revision)


def _decide(
    report: Report, own: Sequence[Report], ids: Container[int | None], disowned: int
) -> Added | TooMany:
    """Decide on a report, given those of the same person in the last hour and the one of the same update."""
    for known in own:
        if known.id in ids:
            return Added(known, again=True)
    of_mode = [known for known in own if known.statement.mode is report.statement.mode]
    last = max(of_mode, key=lambda known: (known.observed_at, known.ordinal), default=None)
    # Only the last one: who said 5 hours, then 6, then 5 again takes back the 6.
    if last and last.statement == report.statement and abs(report.observed_at - last.observed_at) <= SAME:
        return Added(last, again=True)
    if len(own) + disowned >= MOST_AN_HOUR:
        return TooMany(len(own) + disowned)
    before = [known.ordinal for known in own if known.observed_at == report.observed_at]
    return Added(replace(report, ordinal=max(before, default=-1) + 1))


async def withdraw(
    report_id: int, reporter: Reporter, after: datetime, connection: AsyncConnection
) -> Change[Withdrawn | TooLate | NotYours]:
    """Delete a report of this reporter that was observed after an instant."""
    row = (await connection.execute(_ONE, {"report": report_id})).one_or_none()
    if row is None:
        return Change(Withdrawn())
    crossing, owner, minute = row
    if owner is None or owner not in reporter:
        return Change(NotYours())
    if minute <= minute_of(after):
        return Change(TooLate())
    await connection.execute(_DELETE, {"report": report_id})
    return Change(Withdrawn(), crossing, await next_revision(connection, crossing))


async def disown(
    reporters: Sequence[bytes], after: datetime, connection: AsyncConnection
) -> tuple[dict[str, int], dict[bytes, int], int]:
    """Take the pseudonyms off the reports of these reporters, which are one person's.

    Returns the new revisions of the crossings where rows have changed, how many of the reports were observed
    after an instant, by pseudonym, and how many there were in all.
    """
    found = (await connection.execute(_OWNED, {"reporters": reporters})).all()
    lately: Counter[bytes] = Counter()
    for _, reporter, minute in found:
        lately[reporter] += minute > minute_of(after)
    await connection.execute(_DISOWN, {"reporters": reporters})
    crossings = sorted({crossing for crossing, _, _ in found})
    revised = {crossing: await next_revision(connection, crossing) for crossing in crossings}
    return revised, dict(lately), len(found)


async def read_revisions(
    connection: AsyncConnection, crossings: Sequence[str] | None = None
) -> dict[str, int]:
    """Return the revisions of these crossings, or of all, as far as they have any."""
    if crossings is None:
        rows = await connection.execute(_ALL_REVISIONS)
    else:
        rows = await connection.execute(_REVISIONS_OF, {"crossings": list(crossings)})
    return {row[0]: row[1] for row in rows}


async def read_counts(
    connection: AsyncConnection, crossings: Sequence[str], since: datetime
) -> dict[str, int]:
    """Return how many reports were observed after `since`, by crossing; only of those with any."""
    rows = await connection.execute(_COUNTS, {"crossings": list(crossings), "since": minute_of(since)})
    return {row[0]: row[1] for row in rows}


async def read_recent(connection: AsyncConnection, crossing: str, since: datetime, most: int) -> list[Report]:
    """Return a crossing's reports after `since`, newest first, at most `most`."""
    return await _read(connection, _RECENT, crossing, since, most)


async def read_hidden(connection: AsyncConnection, crossing: str, since: datetime, most: int) -> list[Report]:
    """Return those of a crossing's reports after `since` that are hidden, newest first, at most `most`."""
    return await _read(connection, _HIDDEN, crossing, since, most)


async def set_hidden(
    connection: AsyncConnection,
    crossing: str,
    span: tuple[datetime, datetime],
    covers: Callable[[Report], bool],
    *,
    hidden: bool,
) -> int:
    """Hide a crossing's reports of a span, or show them again, if `covers` says so; return how many."""
    first, last = map(minute_of, span)
    asked = {"place": crossing, "first": first, "last": last, "before": not hidden}
    these = [row[0] for row in await connection.execute(_SPAN, asked) if covers(_report(row))]
    for start in range(0, len(these), AT_ONCE):
        await connection.execute(_HIDE, {"these": these[start : start + AT_ONCE], "after": hidden})
    return len(these)


async def _read(
    connection: AsyncConnection, query: sa.Select[Any], crossing: str, since: datetime, most: int
) -> list[Report]:
    asked = {"place": crossing, "since": minute_of(since), "most": most}
    found: list[Report] = []
    alike: dict[tuple[Any, ...], Statement] = {}
    times: dict[int, datetime] = {}
    for number, row in enumerate((await connection.execute(query, asked)).all(), 1):
        cells, minute = row[1:12], row[12]
        said = alike.get(cells)
        if said is None:
            said = alike[cells] = _statement(cells)
        at = times.get(minute)
        if at is None:
            at = times[minute] = instant_of(minute)
        found.append(Report(row[0], said, at, row[13], row[14]))
        if number % BETWEEN_PAUSES == 0:
            await asyncio.sleep(0)
    return found


async def next_revision(connection: AsyncConnection, crossing: str) -> int:
    """Count a change of a crossing, in the transaction that makes it; return its new revision."""
    revision: int = (await connection.execute(_NEXT_REVISION, {"crossing": crossing})).scalar_one()
    return revision


def minute_of(at: datetime) -> int:
    """Return an instant as it is stored: whole minutes since 1970."""
    return int(at.timestamp()) // 60


def instant_of(minute: int) -> datetime:
    """Return a stored minute as an instant."""
    return datetime.fromtimestamp(minute * 60, UTC)


def _row(report: Report) -> dict[str, Any]:
    said = report.statement
    return {
        "id": report.id,
        "crossing": said.crossing,
        "mode": said.mode.value,
        "kind": said.kind.value,
        "wait_minutes": said.wait_minutes,
        "band_low": said.band.low if said.band else None,
        "band_high": said.band.high if said.band else None,
        "vehicles": said.vehicles,
        "people": said.people,
        "metres": said.metres,
        "landmark": said.landmark,
        "event": said.event.value if said.event else None,
        "observed_minute": minute_of(report.observed_at),
        "reporter": report.reporter,
        "ordinal": report.ordinal,
    }


def _report(row: Sequence[Any]) -> Report:
    return Report(row[0], _statement(row[1:12]), instant_of(row[12]), row[13], row[14])


def _statement(cells: Sequence[Any]) -> Statement:
    crossing, mode, kind, wait, low, high, vehicles, people, metres, landmark, event = cells
    return Statement(
        crossing,
        Mode(mode),
        Kind(kind),
        wait,
        None if low is None else Band(low, high),
        vehicles,
        people,
        metres,
        landmark,
        None if event is None else Event(event),
    )
