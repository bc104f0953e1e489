"""What moderators do to a crossing: hide and restore, hold, post, and undo all of it; each with its line.

A job of the writer does a thing together with its line in the audit and the crossing's next revision. The id
of the line follows from the update that asked for it, so what Telegram sends twice is done once; what is held
or posted has that id too.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crossings import rows
from bot.crossings.moderated import MOST_NOTICES, HeldNumber, Moderated, Notice, as_stored, same
from bot.crossings.report import Mode
from bot.crossings.rows import Change, instant_of, minute_of
from bot.crossings.standing_out import Group
from bot.privacy import audit
from bot.privacy.audit import Line
from bot.storage.tables import holds, notices

STAMP = "%Y-%m-%dT%H:%M"

_HELD = sa.select(
    holds.c.crossing,
    holds.c.id,
    holds.c.mode,
    holds.c.low,
    holds.c.middle,
    holds.c.high,
    holds.c.people,
    holds.c.newest_minute,
    holds.c.from_minute,
    holds.c.until_minute,
).where(
    holds.c.crossing.in_(sa.bindparam("crossings", expanding=True)),
    holds.c.until_minute > sa.bindparam("now"),
    holds.c.lifted.is_(False),
)
_POSTED = sa.select(
    notices.c.crossing,
    notices.c.id,
    notices.c.text,
    notices.c.source,
    notices.c.from_minute,
    notices.c.until_minute,
).where(
    notices.c.crossing.in_(sa.bindparam("crossings", expanding=True)),
    notices.c.until_minute > sa.bindparam("now"),
    notices.c.withdrawn.is_(False),
)
_HOLD = sa.insert(holds)
_POST = sa.insert(notices)
_LIFT = (
    sa.update(holds)
    .where(holds.c.id.in_(sa.bindparam("these", expanding=True)))
    .values(lifted=sa.bindparam("after", type_=sa.Boolean))
)
_WITHDRAW = (
    sa.update(notices)
    .where(notices.c.id == sa.bindparam("this"))
    .values(withdrawn=sa.bindparam("after", type_=sa.Boolean))
)
_ONE_HELD = sa.select(holds.c.until_minute, holds.c.lifted).where(holds.c.id == sa.bindparam("this"))
_ONE_POSTED = sa.select(notices.c.until_minute, notices.c.withdrawn).where(
    notices.c.id == sa.bindparam("this")
)


class Action(StrEnum):
    """What can be done and undone, as it stands in the audit."""

    HIDE = "hide"
    RESTORE = "restore"
    HOLD = "hold"
    LET_GO = "let go"
    POST = "post"
    WITHDRAW = "withdraw"


INVERSE = {
    Action.HIDE: Action.RESTORE,
    Action.RESTORE: Action.HIDE,
    Action.HOLD: Action.LET_GO,
    Action.LET_GO: Action.HOLD,
    Action.POST: Action.WITHDRAW,
    Action.WITHDRAW: Action.POST,
}


class Refused(StrEnum):
    """Why nothing was done; the value names its text."""

    NOTHING = "nothing"  # there is nothing of that kind any more: somebody has done it, or it is over
    UNDONE = "undone"  # somebody has undone it already
    OVER = "over"  # its end has come meanwhile
    UNKNOWN = "unknown"  # there is no number to hold
    LONGER = "longer"  # it is held for longer already
    SAME = "same"  # the very same notice stands there
    FULL = "full"  # so many notices stand there already


@dataclass(frozen=True)
class Done:
    """It is done, now or when the same update came before, as `line` tells; to `count` reports, or one thing.

    `expected` is how many it was that an undoing takes back: of another number, things changed meanwhile.
    """

    line: int
    action: Action
    count: int = 1
    expected: int | None = None


Outcome = Done | Refused
Did = Change[Outcome]


@dataclass(frozen=True)
class Asked:
    """An update that asks for something: the ids that its line has, in this epoch and the one before."""

    ids: tuple[int, int | None]
    at: datetime

    def line(self, action: Action, subject: str, about: int | None = None) -> Line:
        """Return its line."""
        return Line(self.ids[0], self.at, action, subject, about)

    async def before(self, connection: AsyncConnection) -> Done | None:
        """Return what was done for it if it came before."""
        line = await audit.known(connection, [id for id in self.ids if id is not None])
        return None if line is None else Done(line.id, Action(line.action), _count(line))


async def read(
    connection: AsyncConnection, crossings: Collection[str], now: datetime
) -> dict[str, Moderated]:
    """Return what is held and posted at these crossings from `now` on, an own object for each."""
    asked = {"crossings": list(crossings), "now": minute_of(now)}
    held: defaultdict[str, list[HeldNumber]] = defaultdict(list)
    for row in await connection.execute(_HELD, asked):
        held[row[0]].append(_held(row))
    posted: defaultdict[str, list[Notice]] = defaultdict(list)
    for crossing, id, text, source, since, until in await connection.execute(_POSTED, asked):
        posted[crossing].append(Notice(id, text, source, instant_of(since), instant_of(until)))
    return {crossing: Moderated(tuple(held[crossing]), tuple(posted[crossing])) for crossing in crossings}


async def hide(group: Group, asked: Asked, connection: AsyncConnection, *, hidden: bool) -> Did:
    """Hide what is stored of a group now, or show again what is hidden of it."""
    if (done := await asked.before(connection)) is not None:
        return Change(done)
    return await _hide(group, asked, connection, None, None, hidden=hidden)


async def hold(
    crossing: str,
    mode: Mode,
    number: HeldNumber | None,
    hours: int,
    asked: Asked,
    connection: AsyncConnection,
) -> Did:
    """Hold a number for some hours; what is held already stays as it was then, and longer."""
    if (done := await asked.before(connection)) is not None:
        return Change(done)
    now = as_stored(asked.at)
    until = now + timedelta(hours=hours)
    before = (await read(connection, (crossing,), now))[crossing].held_at(mode, now)
    if before is not None and before.until >= until:
        return Change(Refused.LONGER)
    number = before or number
    if number is None:
        return Change(Refused.UNKNOWN)
    number = replace(number, since=before.since if before else now, until=until)
    values = {
        "id": asked.ids[0],
        "crossing": crossing,
        "mode": mode.value,
        "low": number.low_minutes,
        "middle": number.middle_minutes,
        "high": number.high_minutes,
        "people": number.people,
        "newest_minute": minute_of(number.newest_at),
        "from_minute": minute_of(number.since),
        "until_minute": minute_of(number.until),
    }
    await connection.execute(_HOLD, values)
    subject = f"{crossing} {mode} {number.low_minutes}-{number.high_minutes} until {number.until:{STAMP}}"
    return await _did(connection, asked.line(Action.HOLD, subject), crossing)


async def let_go(crossing: str, mode: Mode, asked: Asked, connection: AsyncConnection) -> Did:
    """Hold a number no more."""
    if (done := await asked.before(connection)) is not None:
        return Change(done)
    now = as_stored(asked.at)
    moderated = (await read(connection, (crossing,), now))[crossing]
    shown = moderated.held_at(mode, now)
    if shown is None:
        return Change(Refused.NOTHING)
    these = [each.id for each in moderated.held if each.mode is mode]
    await connection.execute(_LIFT, {"these": these, "after": True})
    line = asked.line(Action.LET_GO, f"{crossing} {mode}", shown.id)
    return await _did(connection, line, crossing)


async def post(crossing: str, notice: Notice, asked: Asked, connection: AsyncConnection) -> Did:
    """Put a notice on a crossing's card."""
    if (done := await asked.before(connection)) is not None:
        return Change(done)
    now = as_stored(asked.at)
    standing = (await read(connection, (crossing,), now))[crossing].notices_at(now)
    if same(notice, standing) is not None:
        return Change(Refused.SAME)
    if len(standing) >= MOST_NOTICES:
        return Change(Refused.FULL)
    values = {
        "id": asked.ids[0],
        "crossing": crossing,
        "text": notice.text,
        "source": notice.source,
        "from_minute": minute_of(now),
        "until_minute": minute_of(notice.until),
    }
    await connection.execute(_POST, values)
    line = asked.line(Action.POST, f"{crossing} until {notice.until:{STAMP}}")
    return await _did(connection, line, crossing)


async def withdraw(crossing: str, notice: int, asked: Asked, connection: AsyncConnection) -> Did:
    """Take a notice off a crossing's card."""
    if (done := await asked.before(connection)) is not None:
        return Change(done)
    now = as_stored(asked.at)
    standing = (await read(connection, (crossing,), now))[crossing].notices_at(now)
    found = next((each for each in standing if each.id == notice), None)
    if found is None:
        return Change(Refused.NOTHING)
    await connection.execute(_WITHDRAW, {"this": notice, "after": True})
    line = asked.line(Action.WITHDRAW, f"{crossing} until {found.until:{STAMP}}", notice)
    return await _did(connection, line, crossing)


async def undo(line: int, asked: Asked, connection: AsyncConnection) -> Did:
    """Do the inverse of what a line tells, once; if that has no sense any more, nothing."""
    if (done := await asked.before(connection)) is not None:
        return Change(done)
    done_then = await audit.known(connection, (line,))
    if done_then is None or done_then.action not in INVERSE:
        return Change(Refused.NOTHING)
    if await audit.undone(connection, line):
        return Change(Refused.UNDONE)
    action = INVERSE[Action(done_then.action)]
    if action in (Action.HIDE, Action.RESTORE):
        group = Group.read(done_then.subject.rpartition(" ")[0])
        return await _hide(group, asked, connection, line, _count(done_then), hidden=action is Action.HIDE)
    return await _switch(done_then, action, asked, connection)


@dataclass(frozen=True)
class Told:
    """What a line tells of a crossing, as far as it does; `range` is the wait in minutes that is held."""

    mode: Mode | None = None
    group: Group | None = None
    count: int = 0
    range: tuple[int, int] | None = None
    until: datetime | None = None


def told(line: Line) -> Told | None:
    """Read a line that a job of this module wrote; None for any other."""
    try:
        match Action(line.action), line.subject.split(" "):
            case ((Action.HIDE | Action.RESTORE), _):
                group = Group.read(line.subject.rpartition(" ")[0])
                return Told(group.mode, group, _count(line))
            case Action.HOLD, [_, mode, wait, "until", until]:
                low, high = map(int, wait.split("-"))
                return Told(Mode(mode), range=(low, high), until=_stamped(until))
            case Action.LET_GO, [_, mode, *_]:
                return Told(Mode(mode))
            case ((Action.POST | Action.WITHDRAW), [_, "until", until]):
                return Told(until=_stamped(until))
    except ValueError:
        pass
    return None


def _stamped(text: str) -> datetime:
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


async def _hide(
    group: Group,
    asked: Asked,
    connection: AsyncConnection,
    about: int | None,
    expected: int | None,
    *,
    hidden: bool,
) -> Did:
    span = group.since, group.until
    count = await rows.set_hidden(connection, group.crossing, span, group.covers, hidden=hidden)
    if not count:
        return Change(Refused.NOTHING)
    action = Action.HIDE if hidden else Action.RESTORE
    line = asked.line(action, f"{group} {count}", about)
    return await _did(connection, line, group.crossing, expected)


async def _switch(done_then: Line, action: Action, asked: Asked, connection: AsyncConnection) -> Did:
    """Lift, withdraw, or do neither any more, what a line or those that it goes back to have begun."""
    begun = done_then
    while begun.about is not None:
        before = await audit.known(connection, (begun.about,))
        if before is None:
            return Change(Refused.NOTHING)
        begun = before
    of_number = action in (Action.HOLD, Action.LET_GO)
    row = (await connection.execute(_ONE_HELD if of_number else _ONE_POSTED, {"this": begun.id})).first()
    ending = action in (Action.LET_GO, Action.WITHDRAW)
    if row is None or row[1] is ending:
        return Change(Refused.NOTHING)
    if row[0] <= minute_of(asked.at):
        return Change(Refused.OVER)
    crossing = begun.subject.partition(" ")[0]
    if action is Action.POST:
        now = as_stored(asked.at)
        standing = (await read(connection, (crossing,), now))[crossing].notices_at(now)
        if len(standing) >= MOST_NOTICES:
            return Change(Refused.FULL)
    if of_number:
        await connection.execute(_LIFT, {"these": [begun.id], "after": ending})
    else:
        await connection.execute(_WITHDRAW, {"this": begun.id, "after": ending})
    line = asked.line(action, begun.subject, done_then.id)
    return await _did(connection, line, crossing)


async def _did(connection: AsyncConnection, line: Line, crossing: str, expected: int | None = None) -> Did:
    await audit.write(connection, line)
    done = Done(line.id, Action(line.action), _count(line), expected)
    return Change(done, crossing, await rows.next_revision(connection, crossing))


def _count(line: Line) -> int:
    last = line.subject.rpartition(" ")[2]
    return int(last) if line.action in (Action.HIDE, Action.RESTORE) else 1


def _held(row: Sequence[Any]) -> HeldNumber:
    _, id, mode, low, middle, high, people, newest, since, until = row
    return HeldNumber(
        id,
        Mode(mode),
        low,
        middle,
        high,
        people,
        instant_of(newest),
        instant_of(since),
        instant_of(until),
    )
