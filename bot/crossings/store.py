"""Reports: adding and taking back, and the recent ones of each crossing, mostly from memory."""

import asyncio
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.crossings import moderating, rows
from bot.crossings.estimate import LOOKBACK
from bot.crossings.moderated import NOTHING, Moderated
from bot.crossings.report import STEP, Report, Statement, check, step
from bot.crossings.rows import Added, Change, NotYours, Reporter, TooLate, TooMany, Withdrawn
from bot.storage.engine import StorageUnavailable
from bot.storage.writer import Job, Writer

__all__ = ["Added", "NotYours", "Recent", "Reporter", "Reports", "TooLate", "TooMany", "Withdrawn"]

HOUR = timedelta(hours=1)
TAKE_BACK = HOUR
"""So long a report can be taken back."""

MOST_RECENT = 3_000
"""So many of a crossing's newest reports are looked at: more would hardly move a median, but slow cards."""

MOST_HELD = 100_000
"""So many reports are held in memory, some 20 MB."""

LOOK_SECONDS = 1.0
"""So long another replica's reports may go unseen."""

HELD_SECONDS = 900.0
"""So long a crossing's reports are held before they are read again, to let go of purged pseudonyms."""

TOGETHER = 8
"""So many crossings are read ahead over one connection at most: where there are few reports, most of the work
is to begin and to end."""

MANY = 100
"""After so many reports the next crossing is read ahead alone: who asks for one of several waits for all."""

ATTEMPTS = 3
"""So often reports are read again because others changed them meanwhile."""

Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Recent:
    """A crossing's reports of the last days, about in order, and what moderators put on its card.

    What they have hidden is not among them. `revision` rises with every change.
    """

    crossing: str
    revision: int
    reports: tuple[Report, ...]
    moderated: Moderated = NOTHING


class Reports:
    """All reports, read from memory where nothing has changed; a process's own writes are seen at once."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Clock, shared: bool | None = None) -> None:
        """Make it; `shared` says that other processes write too, which by default is so on PostgreSQL."""
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._shared = engine.dialect.name == "postgresql" if shared is None else shared
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._count = 0
        self._known: dict[str, int] = {}  # the newest revision heard of
        self._looked_at = float("-inf")
        self._loading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._disowned: dict[bytes, tuple[int, datetime]] = {}  # how many, and until when that counts
        self._meanwhile: dict[str, list[_Own]] = {}  # own changes during a load
        self._listeners: list[Callable[[], None]] = []
        self.added = 0
        """How many reports this process has stored."""

    async def add(
        self,
        statement: Statement,
        reporter: Reporter,
        report_id: int,
        observed_at: datetime,
        earlier_id: int | None = None,
    ) -> Added | TooMany:
        """Store a statement and return when it is committed; the same `report_id` is stored once.

        `earlier_id` is the id under which it may have been stored in the epoch before.
        Raises `Implausible` for numbers that no queue has, `StorageUnavailable` if it could not be stored.
        """
        check(statement)
        current, previous = reporter
        at = step(min(observed_at, self._clock.now()))
        report = Report(report_id, statement, at, current)
        disowned = sum(self._disowned_lately(name) for name in reporter if name is not None)
        done = await self._writer.run(partial(rows.add, report, previous, earlier_id, disowned))
        if done.revision is not None:
            outcome = done.outcome
            added = outcome.report if isinstance(outcome, Added) and not outcome.again else None
            self.added += added is not None
            self._apply(done.crossing, _Own(done.revision, partial(_with, added, current, previous)))
        return done.outcome

    async def withdraw(self, report_id: int, reporter: Reporter) -> Withdrawn | TooLate | NotYours:
        """Delete a report at the wish of who made it, up to an hour after it was observed.

        Raises `StorageUnavailable` if that could not be stored.
        """
        # What was observed at 11:59 is stored as of 11:45, and its hour is not over at 12:50.
        after = self._clock.now() - TAKE_BACK - STEP
        done = await self._writer.run(partial(rows.withdraw, report_id, reporter, after))
        if done.revision is not None:
            self._apply(done.crossing, _Own(done.revision, partial(_without, report_id)))
        return done.outcome

    async def disown(self, reporters: Sequence[bytes]) -> int:
        """Take the pseudonyms of one person off their reports; return how many reports were still theirs.

        How many of those are of the last hour is kept in memory for that hour, or else whoever does this
        could report without a limit. Raises `StorageUnavailable`.
        """
        now = self._clock.now()
        revisions, lately, count = await self._writer.run(partial(rows.disown, reporters, now - HOUR))
        for crossing, revision in revisions.items():
            self._hear(crossing, revision)
        over = [name for name, (_, until) in self._disowned.items() if until <= now]
        for name in over:
            del self._disowned[name]
        for name, number in lately.items():
            self._disowned[name] = self._disowned_lately(name) + number, now + HOUR
        return count

    async def moderate(self, job: Job[Change[Outcome]]) -> Outcome:
        """Let a job of `bot.crossings.moderating` change a crossing, which is read anew at once.

        Raises `StorageUnavailable`.
        """
        done = await self._writer.run(job)
        if done.revision is not None:
            self._hear(done.crossing, done.revision)
        return done.outcome

    async def hidden(self, crossing: str) -> list[Report]:
        """Return the reports of the last seven days that moderators have hidden, the newest of them.

        Raises `StorageUnavailable`.
        """
        since = self._clock.now() - LOOKBACK
        async with self._engine.connect() as connection:
            return await rows.read_hidden(connection, crossing, since, MOST_RECENT)

    def _disowned_lately(self, name: bytes) -> int:
        number, until = self._disowned.get(name, (0, self._clock.now()))
        return number if until > self._clock.now() else 0

    async def recent(self, crossing: str) -> Recent:
        """Return a crossing's reports of the last seven days, at most the newest `MOST_RECENT`."""
        if not self._shared:
            held = self._fresh(crossing)
            if held is not None:
                return held
        return (await self.recent_many((crossing,)))[crossing]

    async def recent_many(self, crossings: Iterable[str]) -> dict[str, Recent]:
        """Return the same of several crossings, over one connection for all that are not in memory."""
        await self._look()
        found: dict[str, Recent] = {}
        missing = []
        for crossing in dict.fromkeys(crossings):
            held = self._fresh(crossing)
            if held is None:
                missing.append(crossing)
            else:
                found[crossing] = held
        return found | await self._load(missing) if missing else found

    async def counts(self, crossings: Sequence[str], since: datetime) -> dict[str, int]:
        """Return how many reports came after `since`, to a quarter of an hour, by crossing if there are any.

        Raises `StorageUnavailable`.
        """
        async with self._engine.connect() as connection:
            return await rows.read_counts(connection, crossings, step(since) - timedelta(minutes=1))

    async def warm(self, crossings: Iterable[str]) -> None:
        """Read those that are not in memory, or will soon be let go, so that nobody waits for it.

        A crossing that cannot be read now is read when somebody asks for it.
        """
        # In one order, as in `_load`.
        wanted = deque(sorted(crossings))
        together = 1
        while wanted:
            taken = [wanted.popleft() for _ in range(min(together, len(wanted)))]
            some = [crossing for crossing in taken if not self._held_for_long(crossing)]
            if not some:
                continue
            read: dict[str, Recent] = {}
            with suppress(StorageUnavailable):
                async with AsyncExitStack() as stack:
                    for crossing in some:
                        await stack.enter_async_context(self._loading[crossing])
                    read = await self._read(some)
            many = sum(len(recent.reports) for recent in read.values()) > MANY
            together = 1 if many else min(2 * together, TOGETHER)
            await asyncio.sleep(0)

    def _held_for_long(self, crossing: str) -> bool:
        """Tell whether a crossing is held, and still will be for half of the time."""
        held = self._held.get(crossing)
        return held is not None and self._clock.monotonic() - held.since < HELD_SECONDS / 2

    async def keep_warm(self, crossings: Callable[[], Iterable[str]]) -> None:
        """Do the same again and again, for the crossings that there are then; never ends."""
        while True:
            await self.warm(crossings())
            await self._clock.sleep(HELD_SECONDS / 2)

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` whenever reports have, until what this returns is called."""
        self._listeners.append(changed)
        return partial(self._listeners.remove, changed)

    def revision(self, crossing: str) -> int:
        """Return the newest revision of a crossing that this process has heard of."""
        return self._known.get(crossing, 0)

    async def hear(self) -> None:
        """See at once which crossings other replicas have changed. Raises `StorageUnavailable`."""
        self._looked_at = float("-inf")
        await self._look()

    def forget(self) -> None:
        """Let go of everything in memory, after a purge or a restored backup."""
        self._held.clear()
        self._known.clear()
        self._count = 0

    def _fresh(self, crossing: str) -> Recent | None:
        held = self._held.get(crossing)
        if held is None or not self._current(held.recent) or self._expired(held):
            return None
        self._held.move_to_end(crossing)
        return held.recent

    async def _look(self) -> None:
        """See which crossings other replicas have changed."""
        now = self._clock.monotonic()
        if not self._shared or now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now  # first, so that everybody else goes on with what there is
        async with self._engine.connect() as connection:
            heard = await rows.read_revisions(connection)
        for crossing, revision in heard.items():
            self._hear(crossing, revision)

    async def _load(self, crossings: Sequence[str]) -> dict[str, Recent]:
        """Read crossings, except what another caller has read while this one waited for it."""
        async with AsyncExitStack() as stack:
            for crossing in sorted(crossings):  # in one order, or two callers would wait for each other
                await stack.enter_async_context(self._loading[crossing])
            found = {crossing: recent for crossing in crossings if (recent := self._fresh(crossing))}
            for _ in range(ATTEMPTS):
                outdated = [crossing for crossing in crossings if not self._current(found.get(crossing))]
                if not outdated:
                    break
                found |= await self._read(outdated)
            return found

    def _expired(self, held: "_Held") -> bool:
        return self._clock.monotonic() - held.since > HELD_SECONDS

    def _current(self, recent: Recent | None) -> bool:
        return recent is not None and recent.revision >= self._known.get(recent.crossing, 0)

    async def _read(self, crossings: Sequence[str]) -> dict[str, Recent]:
        for crossing in [crossing for crossing, held in self._held.items() if self._expired(held)]:
            self._drop(crossing)
        before = {crossing: self._known.get(crossing, 0) for crossing in crossings}
        self._meanwhile |= {crossing: [] for crossing in crossings}
        try:
            async with self._engine.connect() as connection:
                # First the revisions: what comes in between is then newer than they say, and read again.
                revisions = await rows.read_revisions(connection, crossings)
                since = self._clock.now() - LOOKBACK
                moderated = await moderating.read(connection, crossings, self._clock.now())
                reports = {
                    # A query each is cheaper than one union of many, and each is bounded for itself.
                    crossing: await rows.read_recent(connection, crossing, since, MOST_RECENT)
                    for crossing in crossings
                }
            read = {}
            for crossing in crossings:
                recent = Recent(
                    crossing,
                    revisions.get(crossing, 0),
                    tuple(reversed(reports[crossing])),
                    moderated[crossing],
                )
                if recent.revision < before[crossing]:
                    self._known[crossing] = recent.revision  # a backup was restored
                for own in self._meanwhile[crossing]:
                    recent = own.applied(recent)
                self._hear(crossing, recent.revision)
                self._hold(recent, self._clock.monotonic())
                read[crossing] = recent
            return read
        finally:
            for crossing in crossings:
                del self._meanwhile[crossing]

    def _apply(self, crossing: str, own: "_Own") -> None:
        """Repeat in memory what was just committed."""
        self._hear(crossing, own.revision)
        if crossing in self._meanwhile:
            self._meanwhile[crossing].append(own)
        held = self._held.get(crossing)
        if held is not None:
            recent = own.applied(held.recent)
            if recent is not held.recent:
                self._hold(recent, held.since)

    def _hear(self, crossing: str, revision: int) -> None:
        if revision > self._known.get(crossing, 0):
            self._known[crossing] = revision
            for changed in self._listeners:
                changed()

    def _hold(self, recent: Recent, since: float) -> None:
        self._drop(recent.crossing)
        self._held[recent.crossing] = _Held(recent, since)
        self._count += len(recent.reports)
        while self._count > MOST_HELD and len(self._held) > 1:
            self._drop(next(iter(self._held)))

    def _drop(self, crossing: str) -> None:
        dropped = self._held.pop(crossing, None)
        if dropped is not None:
            self._count -= len(dropped.recent.reports)


@dataclass(frozen=True)
class _Held:
    recent: Recent
    since: float


@dataclass(frozen=True)
class _Own:
    """A change of this process, committed as `revision`."""

    revision: int
    change: Callable[[tuple[Report, ...]], tuple[Report, ...]]

    def applied(self, recent: Recent) -> Recent:
        """Return the reports after it, if they are at the revision before it; else they are as they were."""
        if recent.revision != self.revision - 1:
            return recent
        return replace(recent, revision=self.revision, reports=self.change(recent.reports))


def _with(
    added: Report | None, current: bytes, previous: bytes | None, reports: tuple[Report, ...]
) -> tuple[Report, ...]:
    """Carry a person's reports over into the new epoch, and add one that is not there yet."""
    if previous is not None and any(report.reporter == previous for report in reports):
        reports = tuple(
            replace(report, reporter=current) if report.reporter == previous else report for report in reports
        )
    # A load reads the revision first, so it may have seen the row already.
    if added is None or any(report.id == added.id for report in reports):
        return reports
    return (*reports[-MOST_RECENT + 1 :], added)


def _without(report_id: int, reports: tuple[Report, ...]) -> tuple[Report, ...]:
    return tuple(report for report in reports if report.id != report_id)
