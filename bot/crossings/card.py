"""What the card of a crossing says: every decision about it, and not one word of its text."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.crossings.catalogue import About, Admission, Admitted, Country, Crossing, Known, Status
from bot.crossings.estimate import Estimate, State, estimate
from bot.crossings.events import EventNews, news
from bot.crossings.length import QueueLength, queue_length
from bot.crossings.moderated import NOTHING, HeldNumber, Moderated, Notice, until_held
from bot.crossings.nearest import BREAKAWAY
from bot.crossings.prospect import NOT_LEARNED, Learned
from bot.crossings.report import Mode, Report
from bot.guide.model import Answer, Bilingual, Guide
from bot.privacy.abuse import REPORTERS

INSTEAD = (About.CLOSURE, About.WAIT, About.SEASON)
"""What stands in for reports where there are none, in this order."""

MOST_FACTS = 5

FLOOD_LASTS = timedelta(hours=6)
"""So long a card says that there was a flood of reports: about as long as those weigh at most borders."""


@dataclass(frozen=True)
class ModeNews:
    """What is known now for one mode; `admission` is None if the catalogue says nothing of it.

    While moderators hold the number, `held` is shown in place of the estimate, which goes on as if they did
    not, and `queue` tells nothing newer. Its `since` and `until` are local times of the crossing.
    """

    mode: Mode
    admission: Admission | None
    estimate: Estimate
    queue: QueueLength | None
    held: HeldNumber | None = None

    @property
    def known(self) -> bool:
        """Whether there is any news."""
        return self.held is not None or self.estimate.state is not State.NONE or self.queue is not None


@dataclass(frozen=True)
class Card:
    """Everything that the screen of a crossing shows.

    `modes` begins with the chosen one, then come those with news, then the other admitted ones as unknown.
    `facts` is what is known from elsewhere, only where there is no news at all. `local_at` is `at` on the
    Russian side.
    """

    crossing: Crossing
    country: Country
    at: datetime
    local_at: datetime
    mode: Mode
    modes: tuple[ModeNews, ...]
    events: tuple[EventNews, ...]
    status: Status
    warnings: tuple[Bilingual, ...]
    unconfirmed: tuple[Mode, ...]
    refused: tuple[Mode, ...]
    facts: tuple[Known, ...]
    flooded: bool
    """Whether so many people have reported at once lately that not all of them need be there."""
    notices: tuple[Notice, ...] = ()
    """What officials said, the newest first."""

    @property
    def chosen(self) -> ModeNews:
        """The news of the chosen mode."""
        return self.modes[0]

    @property
    def warns_first(self) -> bool:
        """Whether the warnings matter more than any wait: it is closed, or leads to a breakaway territory."""
        return not self.crossing.for_people or self.crossing.access in BREAKAWAY

    @property
    def quiet(self) -> bool:
        """Whether nobody has reported anything lately."""
        return not self.events and not any(mode.known for mode in self.modes)


def mode_news(
    crossing: Crossing,
    mode: Mode,
    said: Sequence[Report],
    now: datetime,
    judged: Estimate,
    moderated: Moderated = NOTHING,
) -> ModeNews:
    """Return what is said of one mode; `judged` is the estimate that was made of it."""
    held = moderated.held_at(mode, now)
    if held is not None:
        since, until = (at.astimezone(crossing.timezone) for at in (held.since, held.until))
        held = replace(held, since=since, until=until)
    queue = queue_length(until_held(said, held), now)
    return ModeNews(mode, crossing.modes.get(mode), judged, queue, held)


def modes_of(
    crossing: Crossing, reports: Iterable[Report], moderated: Moderated, mode: Mode | None = None
) -> list[Mode]:
    """Return the modes of which a card tells, whether there is news of them or not; `mode` among them."""
    spoken_of = {report.statement.mode for report in reports} | {held.mode for held in moderated.held}
    return [each for each in Mode if each in spoken_of or each in crossing.modes or each is mode]


def card(
    crossing: Crossing,
    country: Country,
    reports: Sequence[Report],
    now: datetime,
    mode: Mode | None = None,
    known: Mapping[Mode, ModeNews] = MappingProxyType({}),
    learned: Mapping[Mode, Learned] = MappingProxyType({}),
    moderated: Moderated = NOTHING,
) -> Card:
    """Return what to show of a crossing at `now`.

    Without a `mode` it is the one with the most people behind its news, or else the first that is admitted.
    `known` is what was found out before from the very same, and need not be found out again.
    `learned` is what is usual there, `moderated` what moderators hold and post.
    """

    def of(mode: Mode) -> ModeNews:
        said = [report for report in reports if report.statement.mode is mode]
        judged = estimate(said, now, usual=learned.get(mode, NOT_LEARNED).usual)
        return mode_news(crossing, mode, said, now, judged, moderated)

    told = [known.get(each) or of(each) for each in modes_of(crossing, reports, moderated, mode)]
    chosen = mode or _default(crossing, told)
    shown = [item for item in told if item.known or item.mode is chosen or _passable(item.admission)]
    shown.sort(key=lambda item: (item.mode is not chosen, not item.known))
    events = news(reports, now)
    quiet = not events and not any(item.known for item in shown)
    return Card(
        crossing,
        country,
        now,
        now.astimezone(crossing.timezone),
        chosen,
        tuple(shown),
        events,
        crossing.status,
        crossing.warnings + ((country.note,) if country.note else ()),
        _admitting(crossing, Admitted.UNCONFIRMED),
        _admitting(crossing, Admitted.NO),
        _facts(crossing) if quiet else (),
        flooded(reports, now),
        moderated.notices_at(now),
    )


def flooded(reports: Iterable[Report], now: datetime) -> bool:
    """Tell whether more people than `REPORTERS` allows have reported in a step of the last hours.

    A report whose pseudonym is gone counts as somebody's of their own: wiping must not hide a flood.
    """
    people: defaultdict[datetime, set[bytes | int]] = defaultdict(set)
    for report in reports:
        if now - report.observed_at <= FLOOD_LASTS:
            people[report.observed_at].add(report.reporter or report.id)
    return any(len(each) > REPORTERS.most for each in people.values())


def answers_about(crossing: Crossing, country: Country, guide: Guide) -> list[Answer]:
    """Return the guide's answers for a crossing, its own before those for all of the country."""
    ids = dict.fromkeys((*crossing.guide, *country.guide))
    return [guide.answers[id] for id in ids if id in guide.answers]


def _default(crossing: Crossing, told: Sequence[ModeNews]) -> Mode:
    heard = [item for item in told if item.known]
    if heard:
        return max(heard, key=_people).mode
    for wanted in (Admitted.YES, Admitted.UNCONFIRMED, Admitted.NO):
        for mode in _admitting(crossing, wanted):
            return mode
    raise AssertionError("the catalogue lets no crossing without modes in")


def _people(item: ModeNews) -> int:
    held = item.held.people if item.held else 0
    return max(item.estimate.people, item.queue.people if item.queue else 0, held)


def _passable(admission: Admission | None) -> bool:
    return admission is not None and admission.admitted is not Admitted.NO


def _admitting(crossing: Crossing, admitted: Admitted) -> tuple[Mode, ...]:
    return tuple(mode for mode, admission in crossing.modes.items() if admission.admitted is admitted)


def _facts(crossing: Crossing) -> tuple[Known, ...]:
    chosen = sorted(
        (fact for fact in crossing.facts if fact.about in INSTEAD), key=lambda fact: INSTEAD.index(fact.about)
    )
    return tuple(chosen[:MOST_FACTS])
