"""The history of waits: at each midnight the hours of the last days are written, and the usual is learned.

As `bot estimate` does it (`bot.crossings.recorded`): at midnight UTC each hour of the last three days is
judged anew with what is known by then; from all hours that are written the usual wait is learned, and held in
memory, as every estimate needs it. A crossing and mode that was judged as of this midnight is left alone, so
that a restart or another replica goes on where the work was left.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.crossings.estimate import LOOKBACK, past, told
from bot.crossings.filter import HOURS_KNOWN
from bot.crossings.prospect import Learned
from bot.crossings.recorded import DAY, REWRITTEN
from bot.crossings.report import Mode, Report
from bot.crossings.rows import read_hidden
from bot.crossings.store import MOST_RECENT, Reports
from bot.crossings.usual import UNKNOWN, Hour, Usual, learn
from bot.crossings.votes import PSEUDONYM_LASTS
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import hours
from bot.storage.writer import Writer

MOST_HOURS = 4_000
"""So many of the newest hours are learned from: half a year if all are there. The oldest count an eighth."""

MOST_LEARNED = 64
"""Of so many crossings and modes the usual is held, those with the most history: 280 kB each."""

BETWEEN_PAUSES = 500
"""So many rows are taken in before the event loop has a turn."""

PAUSE_SECONDS = 0.5
"""Between two pieces of work of some 20 ms, so that it holds up few answers, and none for long. After
a start what is usual is known of all crossings within minutes."""

LOOK = timedelta(hours=1)
AGAIN = timedelta(minutes=5)

log = logging.getLogger(__name__)

Place = tuple[str, Mode]

# The same on both engines, and so without SQLAlchemy's dialects, which take long to import. Once reports have
# lost their pseudonyms nobody can count people any more: so long ago the greater number is the better one.
_WRITE = sa.text(
    "INSERT INTO hours (crossing, mode, hour_minute, low, middle, high, people) "
    "VALUES (:crossing, :mode, :hour_minute, :low, :middle, :high, :people) "
    "ON CONFLICT (crossing, mode, hour_minute) DO UPDATE SET "
    "low = excluded.low, middle = excluded.middle, high = excluded.high, "
    "people = CASE WHEN hours.hour_minute < :counted_minute AND hours.people > excluded.people "
    "THEN hours.people ELSE excluded.people END"
)
_HERE = (hours.c.crossing == sa.bindparam("place"), hours.c.mode == sa.bindparam("by"))
_FORGET = sa.delete(hours).where(*_HERE, hours.c.hour_minute.in_(sa.bindparam("gone", expanding=True)))
_READ = (
    sa.select(hours.c.hour_minute, hours.c.low, hours.c.middle, hours.c.high, hours.c.people)
    .where(*_HERE, hours.c.hour_minute < sa.bindparam("before"))
    .order_by(hours.c.hour_minute.desc())
    .limit(sa.bindparam("most"))
)
_MODES = sa.select(hours.c.mode).where(hours.c.crossing == sa.bindparam("place")).distinct()


class History:
    """Writes the hours of each crossing and mode, and holds what is usual there."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._learned: dict[str, dict[Mode, Learned]] = {}
        self._done: datetime | None = None
        """The midnight as of which everything is written and learned."""

    def of(self, crossing: str) -> Mapping[Mode, Learned]:
        """Return what is usual at a crossing, for the modes of which that is known."""
        return MappingProxyType(self._learned.get(crossing, {}))

    def usual(self, crossing: str, mode: Mode) -> Usual:
        """Return the usual wait for `outlook` and its like."""
        learned = self.of(crossing).get(mode)
        return learned.usual if learned else UNKNOWN

    async def keep(self, reports: Reports, crossings: Callable[[], Collection[str]]) -> None:
        """Catch up now and at each midnight, for ever; what cannot be read or written is made up for."""
        while True:
            try:
                await self.catch_up(reports, crossings(), PAUSE_SECONDS)
                until = min(_midnight(self._clock.now()) + DAY, self._clock.now() + LOOK)
            except StorageUnavailable as error:
                log.error("history not written", extra={"fields": {"reason": error.reason}})
                until = self._clock.now() + AGAIN
            await self._clock.sleep((until - self._clock.now()).total_seconds())

    async def catch_up(self, reports: Reports, crossings: Collection[str], pause: float = 0.0) -> None:
        """Write and learn what is known as of the last midnight, unless that is done.

        Raises `StorageUnavailable`; what was done until then stays.
        """
        midnight = _midnight(self._clock.now())
        if self._done == midnight:
            return
        told_of = await reports.counts(list(crossings), midnight - LOOKBACK)
        for crossing in crossings:
            recent = (await reports.recent(crossing)).reports if crossing in told_of else ()
            modes = {report.statement.mode for report in recent} | await self._modes(crossing)
            if modes:
                hidden = await self._hidden(crossing, midnight - LOOKBACK)
                for mode in sorted(modes):
                    said = _Said.of(mode, recent, mode in hidden)
                    await self._bring_up((crossing, mode), said, midnight, pause)
            await self._clock.sleep(0)
        self._done = midnight

    async def _bring_up(self, place: Place, said: "_Said", midnight: datetime, pause: float) -> None:
        """Write and learn one place."""
        known = await self._read(place, midnight)
        if not any(hour.at >= midnight - DAY for hour in known):
            before = _learned([hour for hour in known if hour.at < midnight - DAY], midnight - DAY)
            await self._clock.sleep(pause)
            found = past(said.reports, midnight, midnight - REWRITTEN, before.usual)
            left = {hour.at for hour in known if hour.at >= midnight - REWRITTEN} - {
                hour.at for hour in found
            }
            gone = said.untold(left)
            if found or gone:
                await self._writer.run(partial(_write, place, found, gone, midnight - PSEUDONYM_LASTS))
                known = await self._read(place, midnight)
        await self._clock.sleep(pause)
        self._hold(place, _learned(known, midnight))
        await self._clock.sleep(pause)

    def _hold(self, place: Place, learned: Learned) -> None:
        crossing, mode = place
        if learned.known:
            self._learned.setdefault(crossing, {})[mode] = learned
        else:
            self._learned.get(crossing, {}).pop(mode, None)
        held = [
            (each.usual.hours, id, by) for id, modes in self._learned.items() for by, each in modes.items()
        ]
        if len(held) > MOST_LEARNED:
            _, crossing, mode = min(held)
            del self._learned[crossing][mode]

    async def _modes(self, crossing: str) -> set[Mode]:
        async with self._engine.connect() as connection:
            return {Mode(mode) for mode in await connection.scalars(_MODES, {"place": crossing})}

    async def _hidden(self, crossing: str, since: datetime) -> set[Mode]:
        """Return the modes of which reports were hidden."""
        async with self._engine.connect() as connection:
            hidden = await read_hidden(connection, crossing, since, MOST_RECENT)
        return {report.statement.mode for report in hidden}

    async def _read(self, place: Place, before: datetime) -> list[Hour]:
        """Return the newest hours before an instant, newest first."""
        asked = {"place": place[0], "by": place[1].value, "before": _minute(before), "most": MOST_HOURS}
        async with self._engine.connect() as connection:
            rows = (await connection.execute(_READ, asked)).all()
        found = []
        for number, (minute, low, middle, high, people) in enumerate(rows, 1):
            found.append(Hour(datetime.fromtimestamp(minute * 60, UTC), low, middle, high, people))
            if number % BETWEEN_PAUSES == 0:
                await asyncio.sleep(0)
        return found


@dataclass(frozen=True)
class _Said:
    """What is said of one mode: from `since` on all reports there are, except that some may be `hidden`."""

    reports: Sequence[Report]
    since: datetime
    hidden: bool

    @classmethod
    def of(cls, mode: Mode, recent: Sequence[Report], hidden: bool) -> "_Said":
        """Return what a crossing's recent reports say of a mode."""
        full = len(recent) >= MOST_RECENT
        since = min(report.observed_at for report in recent) if full else datetime.min.replace(tzinfo=UTC)
        return cls([report for report in recent if report.statement.mode is mode], since, hidden)

    def untold(self, written: Collection[datetime]) -> list[datetime]:
        """Return those of the written hours that are told of no more: it is hidden, or was taken back.

        Not those that the filter's steps have passed over this time, or of which a person's older word tells;
        unless something is hidden, as then they may rest on it.
        """
        doubtful = [at for at in written if at >= self.since]
        if self.hidden:
            return doubtful
        doubtful = _besides(doubtful, self.reports)
        for report in self.reports:
            if not doubtful:
                break
            if report.observed_at >= min(doubtful):
                doubtful = _besides(doubtful, (report,))
        return doubtful


def _besides(written: Collection[datetime], said: Sequence[Report]) -> list[datetime]:
    """Return those of the written hours that these reports, taken together, do not tell of."""
    newest = max((report.observed_at for report in said), default=None)
    still = {int(piece.joined // 60) for piece in told(said, newest)} if newest else set()
    return [at for at in written if _minute(at) // 60 not in still]


def _learned(known: Sequence[Hour], at: datetime) -> Learned:
    """Return what is usual by the hours that are known, if they are enough."""
    if len(known) < HOURS_KNOWN:  # an hour counts one at most
        return Learned()
    days = len({hour.at.date() for hour in known})
    return Learned(learn(known, at), max(1, round(days / 7)))


async def _write(
    place: Place,
    found: Sequence[Hour],
    gone: Sequence[datetime],
    counted: datetime,
    connection: AsyncConnection,
) -> None:
    crossing, mode = place
    if gone:
        forgotten = {"place": crossing, "by": mode.value, "gone": [_minute(at) for at in gone]}
        await connection.execute(_FORGET, forgotten)
    if found:
        rows = [
            {
                "crossing": crossing,
                "mode": mode.value,
                "hour_minute": _minute(hour.at),
                "low": round(hour.low),
                "middle": round(hour.middle),
                "high": round(hour.high),
                "people": hour.people,
                "counted_minute": _minute(counted),
            }
            for hour in found
        ]
        await connection.execute(_WRITE, rows)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
