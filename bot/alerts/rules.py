"""Whether to alert: what has changed, told from what the reports say now and what was known before.

Each topic is known to hold or not to hold. That changes, and is told, only when two people say so, or when
one person's word has stood for half an hour without anybody's contrary one. It is judged by what is stored
and not by what has just come in, so that whatever goes wrong between a report and its alert only delays it.
Look whenever reports have changed, and each quarter of an hour, since waiting changes things too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.alerts.backing import Ground, window
from bot.alerts.news import Arrival, Correction, Happening, News, Why
from bot.alerts.situation import Situation, Verdict, judge
from bot.alerts.topics import Topic, What, ordered
from bot.crossings.estimate import State as Known
from bot.crossings.report import STEP
from bot.crossings.report import step as floor
from bot.crossings.votes import ENOUGH

CONFIRMED = 2
"""So many people need not wait until their word has stood."""

STANDS = timedelta(minutes=30)
"""So long one person's word has to stand, from the next quarter of an hour, which singles nobody out."""

REST = timedelta(minutes=30)
"""So long after a topic was told it is not told again, whatever happens."""

FORGOTTEN = timedelta(days=1)
"""What has not been known for so long is news again."""

CORRECTED = timedelta(hours=2)
"""So long what was told is corrected."""


class Phase(StrEnum):
    """What is known of a topic."""

    NEW = "new"  # somebody has just asked for it: what holds now is not news
    ARMED = "armed"  # it does not hold; if it comes to hold, that is news
    HOLDS = "holds"  # it holds, and that was told or known from the start


@dataclass(frozen=True)
class State:
    """What is remembered of a topic.

    `leaning` is what has spoken against `phase` since `since`, which is a quarter of an hour sharp. `told_at`
    is when it was last told, in whole seconds, and `said`, `denied` and `lone` on what grounds: by how many
    reports against how many others, and whether by one person. Without `said` there is nothing to correct.
    """

    phase: Phase = Phase.NEW
    leaning: Verdict | None = None
    since: datetime | None = None
    told_at: datetime | None = None
    said: int = 0
    denied: int = 0
    lone: bool = False

    def write(self) -> str:
        """Return it as text of at most 200 characters, which `read` reads."""
        fields = (
            _VERSION,
            self.phase,
            self.leaning or _NONE,
            _second(self.since),
            _second(self.told_at),
            self.said,
            self.denied,
            int(self.lone),
        )
        return " ".join(map(str, fields))

    @classmethod
    def read(cls, text: str) -> "State":
        """Return what was written; NEW if it is not understood, which tells nobody anything wrong."""
        fields = text.split()
        try:
            if fields[0] != _VERSION:
                return NEW
            _, phase, leaning, since, told, said, denied, lone = fields[:8]  # a later version may write more
            return cls(
                Phase(phase),
                None if leaning == _NONE else Verdict(leaning),
                _instant(since),
                _instant(told),
                int(said),
                int(denied),
                bool(int(lone)),
            )
        except (ValueError, IndexError, OverflowError, OSError):
            return NEW


NEW = State()
_VERSION, _NONE = "1", "-"


@dataclass(frozen=True)
class Decision:
    """What follows: the states that have changed, what is to be told, and what was told wrongly.

    A correction's `topics` were told in the news of this crossing and mode that was made at its
    `corrects.made_at`.
    """

    states: Mapping[Topic, State]
    news: News | None
    corrections: tuple[News, ...]


def decide(states: Mapping[Topic, State], seen: Situation) -> Decision:
    """Decide what to tell, given the states of all topics that anybody wants there.

    A topic that nobody wanted before has the state `NEW`.
    """
    ground = Ground(seen)
    changed: dict[Topic, State] = {}
    told: list[Topic] = []
    lone = False
    wrong: defaultdict[tuple[datetime, Why], list[Topic]] = defaultdict(list)
    for topic in ordered(states):
        state = states[topic]
        verdict = judge(topic, seen)
        why = _wrong(topic, state, verdict, seen, ground)
        if why is not None and state.told_at is not None:
            wrong[state.told_at, why].append(topic)
            after = State(Phase.ARMED, told_at=state.told_at)
        else:
            after = _after(topic, state, verdict, seen, ground)
            if after.told_at != state.told_at:
                told.append(topic)
                lone |= after.lone and topic.event is None
        if after != state:
            changed[topic] = after
    corrections = tuple(
        replace(_news(seen, topics), corrects=Correction(told_at, why))
        for (told_at, why), topics in wrong.items()
    )
    return Decision(changed, replace(_news(seen, told), lone=lone) if told else None, corrections)


def _after(topic: Topic, state: State, verdict: Verdict, seen: Situation, ground: Ground) -> State:
    """Return the state that follows; if it is told, its `told_at` is now."""
    if seen.held and topic.of_wait:  # it waits: what came meanwhile has to stand anew
        return replace(state, leaning=None, since=None)
    if state.phase is Phase.NEW:
        return State(Phase.HOLDS if verdict is Verdict.HOLDS else Phase.ARMED)
    contrary = Verdict.HOLDS if state.phase is Phase.ARMED else Verdict.NOT
    forgotten = verdict is Verdict.UNKNOWN and state.phase is Phase.HOLDS
    if verdict is not contrary and not forgotten:
        return replace(state, leaning=None, since=None)
    since = state.since if state.leaning is verdict and state.since else _next_quarter(seen.now)
    stood = seen.now - since
    leaning = replace(state, leaning=verdict, since=since)
    if state.phase is Phase.ARMED:
        return _told(topic, leaning, stood >= STANDS, seen, ground)
    over = stood >= (FORGOTTEN if forgotten else STANDS)
    over = over or (not forgotten and _against(topic, seen, ground) >= CONFIRMED)
    return replace(state, phase=Phase.ARMED, leaning=None, since=None) if over else leaning


def _told(topic: Topic, leaning: State, stood: bool, seen: Situation, ground: Ground) -> State:
    """Return the state of a topic that has come to hold: told if it is sure enough, else leaning as it is."""
    now = _whole(seen.now)
    if leaning.told_at is not None and now - leaning.told_at < REST:
        return leaning
    if topic.what is What.SILENT:
        return State(Phase.HOLDS, told_at=now)
    backing = ground.behind(topic, seen.now - window(topic))
    people, contradicted = min(backing.people, seen.estimate.people), backing.contradicted
    event = seen.event(topic)
    if event is not None:
        people, contradicted = event.people - event.contradicted, event.contradicted > 0
    if people < CONFIRMED:
        # What is to come may be told from the usual course of the day, though nobody says so of now.
        enough = topic.what is What.GO or (people > 0 and not contradicted)
        if not stood or not enough:
            return leaning
        if topic.what is What.GO:
            people = max(people, seen.estimate.people)
    lone = people < CONFIRMED
    return State(Phase.HOLDS, None, None, now, backing.said, backing.denied, lone)


def _against(topic: Topic, seen: Situation, ground: Ground) -> int:
    """Return how many people say that a topic does not hold any more; news says so by itself."""
    if topic.what is What.SILENT:
        return CONFIRMED
    return ground.behind(topic, seen.now - window(topic)).against


def _wrong(topic: Topic, state: State, verdict: Verdict, seen: Situation, ground: Ground) -> Why | None:
    """Return why what was told within `CORRECTED` was wrong, if it was.

    That things have changed since is no mistake: then what it stood on still stands.
    """
    told_at = state.told_at
    if told_at is None or not state.said or verdict is Verdict.HOLDS or seen.now - told_at > CORRECTED:
        return None
    now = ground.behind(topic, told_at - window(topic))
    # Reports go only when they are taken back or hidden; somebody's newer word is a report more.
    fewer = now.said < state.said and now.people < (1 if state.lone else CONFIRMED)
    if fewer and (not now.said or now.denied <= state.denied):
        return Why.WITHDRAWN
    if seen.held and topic.of_wait:
        return None
    since = floor(told_at) - timedelta(microseconds=1)
    if state.lone and now.people < CONFIRMED and ground.behind(topic, since).against >= CONFIRMED:
        return Why.CONTRADICTED
    return None


def _news(seen: Situation, topics: Iterable[Topic]) -> News:
    """Tell what the card shows of these topics, and no more."""
    topics = ordered(topics)
    estimate = seen.estimate
    found = News(
        seen.crossing,
        seen.mode,
        _whole(seen.now),
        topics,
        estimate.state,
        estimate.closed,
        people=estimate.people,
        newest_at=estimate.newest_at,
        events=tuple(_happenings(seen, topics)),
        arrivals=tuple(_arrivals(seen, topics)),
    )
    if seen.held:  # the card shows what is held
        return replace(found, state=Known.NONE, closed=False, people=0, newest_at=None)
    if estimate.state is Known.DISPUTE:  # the range over two camps is what nobody says
        return found
    return replace(
        found,
        low_minutes=estimate.low_minutes,
        high_minutes=estimate.high_minutes,
    )


def _happenings(seen: Situation, topics: Collection[Topic]) -> Iterable[Happening]:
    for topic in topics:
        item = seen.event(topic)
        if item is not None:
            yield Happening(item.event, item.people, item.within, item.newest_at, item.contradicted)


def _arrivals(seen: Situation, topics: Collection[Topic]) -> Iterable[Arrival]:
    """Yield the waits on arrival; of few people they could tell what one of them said."""
    if seen.held or seen.estimate.state is not Known.AGREE or seen.estimate.people < ENOUGH:
        return
    for travel in sorted({topic.travel for topic in topics if topic.what is What.GO}):
        wait = seen.waits.get(travel)
        if wait is not None:
            yield Arrival(travel, round(wait.low), round(wait.high))


def _next_quarter(at: datetime) -> datetime:
    down = floor(at)
    return down if down == at else down + STEP


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _second(at: datetime | None) -> int | str:
    return _NONE if at is None else int(at.timestamp())


def _instant(field: str) -> datetime | None:
    return None if field == _NONE else datetime.fromtimestamp(int(field), UTC)
