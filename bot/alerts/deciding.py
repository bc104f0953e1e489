"""Deciding whether to alert: whenever the reports of a crossing have changed, and each minute.

What is known is compared with what was known, and both new states and what is to be told are written in one
transaction. So whatever happens between a report and its alert only delays it, and of two processes that
decide at once one finds that the states are not what it went by.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.alerts import outbox
from bot.alerts.news import News
from bot.alerts.rules import NEW, State, decide
from bot.alerts.sender import wait
from bot.alerts.situation import look
from bot.alerts.topics import Topic, UnknownTopic, read_topic
from bot.clock import Clock
from bot.crossings.report import Mode
from bot.crossings.store import Recent, Reports
from bot.crossings.usual import Usual
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import alert_states
from bot.storage.writer import Writer

LOOK_SECONDS = 0.5
"""So soon is seen what other processes were told."""

EACH = timedelta(minutes=1)
"""So often is decided even if nothing has come in: that time passes changes things too."""

LEAST_SECONDS = 0.3
"""Between two decisions on a crossing: where many report, one hardly changes anything."""

SHARE = 0.1
"""Nor does deciding on a crossing take a larger share of the time."""

PAUSE_SECONDS = 0.05
"""Between two looks, however much comes in."""

AGAIN_SECONDS = 2.0

log = logging.getLogger(__name__)

_PLACES = sa.select(
    alert_states.c.crossing,
    alert_states.c.mode,
    sa.func.sum(sa.case((alert_states.c.state == NEW.write(), 1), else_=0)),
).group_by(alert_states.c.crossing, alert_states.c.mode)
_STATES = sa.select(alert_states.c.topic, alert_states.c.state).where(
    alert_states.c.crossing == sa.bindparam("place"), alert_states.c.mode == sa.bindparam("by")
)
_CHANGE = (
    sa.update(alert_states)
    .where(
        alert_states.c.crossing == sa.bindparam("place"),
        alert_states.c.mode == sa.bindparam("by"),
        alert_states.c.topic == sa.bindparam("which"),
    )
    .values(state=sa.bindparam("new_state"))
)


@dataclass
class _Seen:
    """What was decided on last; `asked` is how many topics nobody had asked for before."""

    revision: int = -1
    asked: int = 0
    at: float = float("-inf")  # seconds of a monotonic clock
    took: float = 0.0


class Deciding:
    """Decides for each crossing and mode that anybody waits for; `put` is called after each alert."""

    def __init__(
        self,
        engine: AsyncEngine,
        writer: Writer,
        reports: Reports,
        usual: Callable[[str, Mode], Usual],
        clock: Clock,
        put: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._reports = reports
        self._usual = usual
        self._clock = clock
        self._put = put
        self._seen: defaultdict[str, _Seen] = defaultdict(_Seen)
        self._stirred = asyncio.Event()

    async def run(self) -> None:
        """Decide for ever; what could not be read or written is made up for."""
        stop = self._reports.listen(self._stirred.set)
        try:
            while True:
                self._stirred.clear()
                try:
                    soonest = await self.decide_all()
                except StorageUnavailable as failure:
                    log.warning("deciding put off", extra={"fields": {"reason": failure.reason}})
                    soonest = AGAIN_SECONDS
                await self._clock.sleep(PAUSE_SECONDS)
                await wait(self._stirred, self._clock, min(soonest, LOOK_SECONDS))
        finally:
            stop()

    async def decide_all(self) -> float:
        """Decide wherever it is time; return in how many seconds it is for the next that has changed.

        Raises `StorageUnavailable`.
        """
        async with self._engine.connect() as connection:
            places = (await connection.execute(_PLACES)).all()
        modes: defaultdict[str, list[Mode]] = defaultdict(list)
        asked: defaultdict[str, int] = defaultdict(int)
        for crossing, mode, new in places:
            modes[crossing].append(Mode(mode))
            asked[crossing] += new
        soonest = float("inf")
        if not modes:
            return soonest
        await self._reports.hear()
        for crossing in sorted(modes):
            now, seen = self._clock.monotonic(), self._seen[crossing]
            # What is first asked for is looked at soon, or what happens meanwhile would be no news.
            changed = (self._reports.revision(crossing), asked[crossing]) != (seen.revision, seen.asked)
            due = seen.at + (max(LEAST_SECONDS, seen.took / SHARE) if changed else EACH.total_seconds())
            if due > now:
                soonest = min(soonest, due - now) if changed else soonest
                continue
            recent = await self._reports.recent(crossing)
            for mode in modes[crossing]:
                await self.decide(recent, mode)
            took = self._clock.monotonic() - now
            self._seen[crossing] = _Seen(recent.revision, asked[crossing], now, took)
            await asyncio.sleep(0)
        return soonest

    async def decide(self, recent: Recent, mode: Mode) -> bool:
        """Decide on one mode of a crossing; return whether there was anything to tell."""
        now = self._clock.now()
        held = recent.moderated.held_at(mode, now) is not None
        stored = await self._states(recent.crossing, mode)
        states = _read(stored)
        travels = sorted({topic.travel for topic in states if topic.travel})
        usual = self._usual(recent.crossing, mode)
        seen = look(recent.crossing, mode, recent.reports, now, usual, travels, held=held)
        decided = decide(states, seen)
        if not decided.states:
            return False
        news = [*decided.corrections, *([decided.news] if decided.news else [])]
        after = {topic.code: state.write() for topic, state in decided.states.items()}
        written = await self._writer.run(partial(_write, recent.crossing, mode, stored, after, news))
        if written and news:
            log.info("alert", extra={"fields": {"crossing": recent.crossing, "mode": mode.value}})
            self._put()
        return written and bool(news)

    async def _states(self, crossing: str, mode: Mode) -> dict[str, str]:
        async with self._engine.connect() as connection:
            return await _stored(crossing, mode, connection)


def _read(stored: Mapping[str, str]) -> dict[Topic, State]:
    """Read states; a topic that another version knows is left to it."""
    states = {}
    for code, text in stored.items():
        try:
            states[read_topic(code)] = State.read(text)
        except UnknownTopic:
            continue
    return states


async def _stored(crossing: str, mode: Mode, connection: AsyncConnection) -> dict[str, str]:
    rows = await connection.execute(_STATES, {"place": crossing, "by": mode.value})
    return {row[0]: row[1] for row in rows}


async def _write(
    crossing: str,
    mode: Mode,
    before: Mapping[str, str],
    after: Mapping[str, str],
    news: Sequence[News],
    connection: AsyncConnection,
) -> bool:
    """Write new states and what follows from them, unless another process was faster."""
    now = await _stored(crossing, mode, connection)
    if any(now.get(code) != before[code] for code in after):
        return False
    changes: list[dict[str, Any]] = [
        {"place": crossing, "by": mode.value, "which": code, "new_state": state}
        for code, state in after.items()
    ]
    await connection.execute(_CHANGE, changes)
    await outbox.put(news, connection)
    return True
