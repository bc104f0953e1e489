"""Anything that can be known of a crossing, wanted of it and told of it."""

from datetime import timedelta

from hypothesis import strategies as st

from bot.alerts.news import Arrival, Correction, Happening, News, Why
from bot.alerts.rules import Phase, State
from bot.alerts.situation import Situation, Verdict
from bot.alerts.subscription import MOST_RULES, Quiet, Subscription
from bot.alerts.topics import EVENTS, TOPICS, TRAVELS, Rule, ordered
from bot.crossings.estimate import Estimate, Wait
from bot.crossings.estimate import State as Known
from bot.crossings.events import AGES, EventNews
from bot.crossings.report import BANDS, Event, Kind, Mode, Report, Statement
from bot.guide.model import Language
from tests.alerts.border import NOON, PLACE

people = st.integers(0, 12)
waits = st.integers(0, 6000)
quarters = st.integers(-8 * 24 * 4, 4).map(lambda number: NOON + timedelta(minutes=15 * number))
minutes = st.integers(-20 * 1440, 20 * 1440).map(lambda number: NOON + timedelta(minutes=number))
seconds = st.integers(-20 * 86400, 20 * 86400).map(lambda number: NOON + timedelta(seconds=number))
topics = st.sampled_from(TOPICS)
some_topics = st.lists(topics, min_size=1, max_size=6).map(ordered)
sets_of_topics = st.lists(topics, max_size=8).map(ordered)

statements = st.one_of(
    st.builds(Statement, st.just(PLACE), st.sampled_from(Mode), st.just(Kind.CROSSED), waits),
    st.builds(Statement, st.just(PLACE), st.sampled_from(Mode), st.just(Kind.WAITING), st.none() | waits),
    st.builds(
        Statement, st.just(PLACE), st.sampled_from(Mode), st.just(Kind.BAND), band=st.sampled_from(BANDS)
    ),
    st.builds(
        Statement, st.just(PLACE), st.sampled_from(Mode), st.just(Kind.EVENT), event=st.sampled_from(Event)
    ),
)
reports = st.builds(
    Report,
    st.integers(1, 10**9),
    statements,
    quarters,
    st.none() | st.sampled_from([bytes([number]) * 16 for number in range(6)]),
    st.integers(0, 9),
)


ranges = st.tuples(waits, waits, waits).map(lambda each: (min(each), sorted(each)[1], max(each)))


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    state = draw(st.sampled_from(Known))
    if state is Known.NONE:
        return Estimate(state)
    low, middle, high = draw(ranges)
    count = 1 if state is Known.SINGLE else draw(st.integers(2, 20))
    shape = draw(st.sampled_from(["range", "open", "closed"]))
    if shape == "closed":
        return Estimate(state, people=count, newest_at=NOON, closed=True)
    if shape == "open":
        return Estimate(state, low, None, None, count, NOON)
    return Estimate(state, low, middle, high, count, NOON)


event_news = st.builds(
    EventNews,
    st.sampled_from(EVENTS),
    st.none() | st.sampled_from(Mode),
    st.integers(1, 12),
    st.sampled_from(AGES),
    st.none() | quarters,
    st.none() | quarters,
    people,
)


@st.composite
def situations(draw: st.DrawFn, estimate: st.SearchStrategy[Estimate] | None = None) -> Situation:
    met = {
        travel: draw(st.none() | ranges.map(lambda each: Wait(*map(float, each)))) for travel in TRAVELS[:2]
    }
    return Situation(
        PLACE,
        Mode.CAR,
        NOON,
        draw(estimate or estimates()),
        tuple(draw(st.lists(event_news, max_size=3, unique_by=lambda each: each.event))),
        met,
        draw(st.none() | quarters.filter(lambda at: at <= NOON).map(lambda at: at.replace(minute=0))),
        draw(st.lists(reports, max_size=8)),
        draw(st.booleans()),
    )


states = st.builds(
    State,
    st.sampled_from(Phase),
    st.none() | st.sampled_from(Verdict),
    st.none() | quarters,
    st.none() | seconds,
    people,
    people,
    st.booleans(),
)

corrections = st.builds(Correction, seconds, st.sampled_from(Why))
happenings = st.builds(
    Happening,
    st.sampled_from(EVENTS),
    st.integers(1, 9999),
    st.sampled_from(AGES),
    st.none() | quarters,
    st.integers(0, 9999),
)
arrivals = st.builds(Arrival, st.sampled_from(TRAVELS), waits, waits)


@st.composite
def news(draw: st.DrawFn, corrected: bool = True) -> News:
    low, _, high = draw(st.just((None, None, None)) | ranges)
    return News(
        PLACE,
        draw(st.sampled_from([Mode.CAR, Mode.FOOT])),
        draw(seconds),
        draw(some_topics),
        draw(st.sampled_from(Known)),
        draw(st.booleans()),
        low,
        high,
        draw(st.integers(0, 9999)),
        draw(st.none() | quarters),
        draw(st.booleans()),
        draw(st.just(()) | st.tuples(happenings)),
        draw(st.just(()) | st.tuples(arrivals)),
        draw(st.none() | corrections) if corrected else None,
    )


ZONES = (
    "Europe/Moscow",
    "Europe/Berlin",
    "America/Havana",  # clocks change at midnight
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "America/Argentina/ComodRivadavia",  # the longest name
)
rules = st.builds(Rule, st.sampled_from(Mode), topics)
quiets = st.builds(
    Quiet,
    st.integers(0, 95).map(lambda number: number * 15),
    st.integers(0, 95).map(lambda number: number * 15),
)
subscriptions = st.builds(
    Subscription,
    st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=40),
    st.sampled_from(Language),
    st.lists(rules, max_size=MOST_RULES, unique=True).map(tuple),
    minutes,
    minutes,
    st.sampled_from(ZONES),
    st.none() | quiets.filter(lambda quiet: quiet.from_minute != quiet.to_minute),
    st.booleans(),
    st.none() | st.integers(0, 23),
    st.none() | minutes,
    st.none() | minutes,
)
