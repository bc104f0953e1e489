"""What is kept: every column of every table, how much it could tell, for how long, and why.

This is the only place that says so. `bot.privacy.retention` forgets by it, `bot.privacy.described` makes
docs/DATA.md of it, and a column that is not here stops `make check`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa

from bot.privacy.holdings import OWNERS
from bot.storage.tables import SEALED, inbox, metadata


class Secrecy(StrEnum):
    """How much a column could tell of a person."""

    PUBLIC = "public"
    PSEUDONYMOUS = "pseudonymous"
    SEALED = "sealed"
    LOCKED = "locked"
    NEVER = "never"


MEANING = {
    Secrecy.PUBLIC: "tells nothing of any person, whoever reads it",
    Secrecy.PSEUDONYMOUS: "belongs to somebody, but says to whom only with keys that are not in the database",
    Secrecy.SEALED: "is encrypted, with keys that are not in the database and live for two days at most",
    Secrecy.LOCKED: "is encrypted, with a key that follows from the key file: who has both reads it",
    Secrecy.NEVER: "is never stored, in no form",
}


@dataclass(frozen=True)
class Term:
    """The longest that something is kept, told from a column of the same row: minutes since 1970."""

    most: timedelta
    since: str


@dataclass(frozen=True)
class Lasting:
    """Kept for good, or until something happens that no clock tells; in words for docs/DATA.md."""

    words: str


@dataclass(frozen=True)
class Column:
    """A column; at the end of its own `term` it is emptied, without one it stays as long as its row."""

    secrecy: Secrecy
    why: str
    term: Term | Lasting | None = None


@dataclass(frozen=True)
class Rows:
    """A table: what its rows are, and the `term` at whose end they are deleted."""

    what: str
    term: Term | Lasting
    columns: Mapping[str, Column]


Kept = Mapping[str, Rows]

PUBLIC, PSEUDONYMOUS, SEALED_UP = Secrecy.PUBLIC, Secrecy.PSEUDONYMOUS, Secrecy.SEALED

TWO_DAYS = timedelta(hours=48)
"""So long a person is told apart, and so long Telegram lets a bot remove a message."""

FOR_GOOD = Lasting("for good")
UNTIL_ERASED = Lasting(
    "until the chat changes its choices or erases them (`/mydata`, `/wipe`), sealed anew with other keys "
    "every day"
)


def _sealed(sealed: str) -> dict[str, Column]:
    """Return the columns that each table of sealed things has."""
    return {
        "id": Column(PUBLIC, "Names the row. Random; in the trail only within a quarter of an hour."),
        "chat": Column(
            PSEUDONYMOUS,
            "Finds the chat's rows: a keyed hash of its id, another one every day. Without the day's key "
            "nobody can try which id it is.",
        ),
        "epoch": Column(PSEUDONYMOUS, "The number of the day whose keys the row was sealed with."),
        "sealed": Column(SEALED_UP, f"{sealed} All are padded to one size, so that a length tells nothing."),
    }


KEPT: Kept = {
    "reports": Rows(
        "What people saw at crossings, a row a report. What was seen stays, who saw it does not.",
        FOR_GOOD,
        {
            "id": Column(
                PSEUDONYMOUS,
                "So that an update which Telegram sends twice is one report. A hash of the update's number, "
                "keyed for the day: within two days nobody can tell any more which update it was.",
                FOR_GOOD,
            ),
            "crossing": Column(PUBLIC, "Where: the name of a crossing in our catalogue."),
            "mode": Column(PUBLIC, "How one goes through: by car, on foot, by bus and so on."),
            "kind": Column(
                PUBLIC, "What is said: a wait, the length of the queue, or that something happened."
            ),
            "wait_minutes": Column(PUBLIC, "How long it took, or has taken so far."),
            "band_low": Column(PUBLIC, "The same, where a range was tapped: from so many minutes."),
            "band_high": Column(PUBLIC, "To so many minutes."),
            "vehicles": Column(PUBLIC, "How long the queue is, in vehicles."),
            "people": Column(PUBLIC, "In people."),
            "metres": Column(PUBLIC, "In metres."),
            "landmark": Column(
                PUBLIC, "Up to which place on the road it reaches: one of our list, no free text."
            ),
            "event": Column(PUBLIC, "What happened: one of a list, no free text."),
            "observed_minute": Column(
                PUBLIC,
                "When, in steps of a quarter of an hour, so that a time singles nobody out; the database "
                "refuses finer ones.",
            ),
            "reporter": Column(
                PSEUDONYMOUS,
                "So that one person does not count as ten, and can take a report back. A keyed hash of the "
                "person's id, another one at every crossing and every day.",
                Term(TWO_DAYS, "observed_minute"),
            ),
            "ordinal": Column(
                PUBLIC, "Which of one person's reports of the same quarter of an hour is the newer."
            ),
            "hidden": Column(PUBLIC, "Whether a moderator took it for false, so that it counts for nothing."),
        },
    ),
    "revisions": Rows(
        "How often each crossing's reports have changed, a row a crossing, so that cards held in memory are "
        "known to be out of date.",
        FOR_GOOD,
        {
            "crossing": Column(PUBLIC, "The crossing."),
            "revision": Column(PUBLIC, "A number that grows with every change."),
        },
    ),
    "hours": Rows(
        "The public history: how long those waited who joined in an hour, judged from all reports of it.",
        FOR_GOOD,
        {
            "crossing": Column(PUBLIC, "The crossing."),
            "mode": Column(PUBLIC, "How one goes through."),
            "hour_minute": Column(PUBLIC, "Which hour; the database refuses finer times."),
            "low": Column(PUBLIC, "One of ten waited less than so many minutes."),
            "middle": Column(PUBLIC, "Half waited less than so many minutes."),
            "high": Column(PUBLIC, "Nine of ten waited less than so many minutes."),
            "people": Column(
                PUBLIC, "How many told of it. Of fewer than three only a wide range is ever shown."
            ),
        },
    ),
    "measured": Rows(
        "What we said to people who joined a queue with a ticket, beside how long it then took them, so that "
        "anybody can see how good our numbers are. Shown from three on; nothing is kept of who they were.",
        Term(timedelta(days=400), "day_minute"),
        {
            "id": Column(
                PSEUDONYMOUS,
                "So that a tap which Telegram sends twice is one row, and who takes the report back takes "
                "this back too. A hash of the report's number, keyed for the day: within two days nobody can "
                "tell any more which report it was.",
            ),
            "crossing": Column(PUBLIC, "The crossing."),
            "mode": Column(PUBLIC, "How one went through."),
            "day_minute": Column(PUBLIC, "On which day they joined; the database refuses a time of day."),
            "low": Column(PUBLIC, "What we said then: from so many minutes."),
            "middle": Column(PUBLIC, "Most likely so many."),
            "high": Column(PUBLIC, "To so many."),
            "wait_minutes": Column(PUBLIC, "How long it took, to five minutes."),
        },
    ),
    "notices": Rows(
        "What officials said of a crossing, posted by a moderator with its source.",
        Term(timedelta(days=365), "from_minute"),
        {
            "id": Column(
                PSEUDONYMOUS,
                "So that a message which Telegram sends twice is one notice. Made as `id` of reports.",
            ),
            "crossing": Column(PUBLIC, "The crossing."),
            "text": Column(PUBLIC, "What a moderator wrote, for everybody to read."),
            "source": Column(PUBLIC, "Where officials said it."),
            "from_minute": Column(PUBLIC, "Since when it is shown."),
            "until_minute": Column(PUBLIC, "Until when."),
            "withdrawn": Column(PUBLIC, "Whether it was taken back before its end."),
        },
    ),
    "holds": Rows(
        "Where a moderator holds the wait that is shown as it was, while a crossing is under attack.",
        Term(timedelta(days=365), "from_minute"),
        {
            "id": Column(
                PSEUDONYMOUS, "So that a tap which Telegram sends twice is one row. Made as `id` of reports."
            ),
            "crossing": Column(PUBLIC, "The crossing."),
            "mode": Column(PUBLIC, "How one goes through."),
            "low": Column(PUBLIC, "What is shown: from so many minutes."),
            "middle": Column(PUBLIC, "Most likely so many."),
            "high": Column(PUBLIC, "To so many."),
            "people": Column(PUBLIC, "How many people had told of it."),
            "newest_minute": Column(PUBLIC, "When the newest of them had, as it was shown then."),
            "from_minute": Column(PUBLIC, "Since when it is held."),
            "until_minute": Column(PUBLIC, "Until when."),
            "lifted": Column(PUBLIC, "Whether it was let go before its end."),
        },
    ),
    "chats": Rows(
        "What a chat has chosen, a row a chat; those that chose nothing have none.",
        UNTIL_ERASED,
        _sealed(
            "The chat's id, its language, after how many hours messages vanish, whether notices are "
            "discreet, and a salted hash of the stop phrase."
        ),
    ),
    "trail": Rows(
        "Which messages stand in a chat, so that `/wipe` can remove them on both sides, and so that "
        "they can vanish by themselves. After two days Telegram lets a bot remove nothing, and the list is "
        "of no more use.",
        Term(TWO_DAYS, "sent_minute"),
        {
            **_sealed("The chat's id and the numbers of messages, never what they say."),
            "sent_minute": Column(PSEUDONYMOUS, "When they were written, in steps of a quarter of an hour."),
            "due_minute": Column(
                PSEUDONYMOUS, "When they shall vanish, in the same steps, if the chat chose that."
            ),
        },
    ),
    "tickets": Rows(
        "Who waits in a queue and wants to be told when they get through; gone when they are through.",
        Term(timedelta(days=10), "begun_minute"),
        {
            **_sealed(
                "The chat's id, the crossing, when its person joined, where they stood, what we told them, "
                "and the number of the message that tells it."
            ),
            "begun_minute": Column(PSEUDONYMOUS, "When it was taken out, in steps of a quarter of an hour."),
        },
    ),
    "subscriptions": Rows(
        "Who wants to be told of a crossing, a row for each crossing of a chat. It ends after 14 days unless "
        "renewed, and at once for a chat that blocks the bot.",
        Term(timedelta(days=15), "renewed_minute"),
        {
            **_sealed(
                "The chat's id, its language, what it wants to be told and when it wants to be left alone."
            ),
            "crossing": Column(PSEUDONYMOUS, "Of which crossing, so that an alert finds its readers."),
            "renewed_minute": Column(
                PSEUDONYMOUS, "When it was made or renewed, in steps of a quarter of an hour."
            ),
            "wake_minute": Column(
                PSEUDONYMOUS,
                "When there is next something to tell whatever happens, such as a daily digest.",
            ),
        },
    ),
    "alert_states": Rows(
        "What somebody wants to be told of a crossing, and whether it is so now; a row for all who do.",
        Term(timedelta(days=16), "wanted_minute"),
        {
            "crossing": Column(PUBLIC, "The crossing."),
            "mode": Column(PUBLIC, "How one goes through."),
            "topic": Column(PUBLIC, "What is waited for: one of a list, such as a wait below two hours."),
            "state": Column(PUBLIC, "Whether it is so, since when, and how many people say it."),
            "wanted_minute": Column(PUBLIC, "On which day somebody last wanted it."),
        },
    ),
    "alert_events": Rows(
        "What is to be told, a row for all who wait for it, and how far the telling has come.",
        Term(TWO_DAYS, "made_minute"),
        {
            "id": Column(PUBLIC, "Names the row; random."),
            "crossing": Column(PUBLIC, "The crossing."),
            "mode": Column(PUBLIC, "How one goes through."),
            "topics": Column(PUBLIC, "What of that list has come about."),
            "told": Column(PUBLIC, "The range, how many people and how old, as on the public card."),
            "priority": Column(PUBLIC, "What is told first."),
            "made_second": Column(PUBLIC, "When it came about."),
            "made_minute": Column(PUBLIC, "The same, in minutes."),
            "expires_second": Column(PUBLIC, "From when it is of no more use."),
            "start": Column(PUBLIC, "A random number from which subscriptions are told in turn."),
            "reached": Column(PUBLIC, "The last of them that was told: a random number too."),
            "corrects": Column(PUBLIC, "What it takes back."),
            "up_to": Column(PUBLIC, "How far that had been told, a random number like `reached`."),
            "sent": Column(PUBLIC, "How many were told."),
            "dropped": Column(PUBLIC, "How many were not, as they did not want it then."),
            "ended": Column(PUBLIC, "Why there is no more to tell."),
            "ended_minute": Column(PUBLIC, "Since when."),
        },
    ),
    "audit": Rows(
        "What moderators did, so that an abuse of their rights is seen; not which of them did it.",
        Term(timedelta(days=365), "at_minute"),
        {
            "id": Column(
                PSEUDONYMOUS, "So that a tap which Telegram sends twice is one line. Made as `id` of reports."
            ),
            "at_minute": Column(PUBLIC, "When."),
            "action": Column(PUBLIC, "What was done: one of a list."),
            "subject": Column(
                PUBLIC,
                "What it was about: an alarm, or a crossing and what was said there in which quarters of an "
                "hour, by the hour where fewer than three said it; never a person.",
            ),
            "about": Column(PSEUDONYMOUS, "The line that this one undid."),
        },
    ),
    "guide_votes": Rows(
        "How often people tapped that an answer is not right, a row for all who said the same on one day, so "
        "that editors know what to look at. They see a count from three on.",
        Term(timedelta(days=400), "day_minute"),
        {
            "answer": Column(PUBLIC, "Which answer of the guide."),
            "language": Column(
                PUBLIC, "In which language it was shown, as one of them may be the unclear one."
            ),
            "reason": Column(PUBLIC, "What is not right: one of a list, no free text."),
            "day_minute": Column(PUBLIC, "On which day; the database refuses a time of day."),
            "votes": Column(PUBLIC, "How many tapped it. Nothing is kept of who they were."),
        },
    ),
    "inbox": Rows(
        "Questions to which the bot had no answer, so that editors write one: only what somebody, asked each "
        "time, agreed to send. Nothing says who asked, in which chat or at what time, so nobody can find "
        "a person's questions, `/wipe` and `/mydata` neither. They are in no backup.",
        Term(timedelta(days=30), "day_minute"),
        {
            "id": Column(
                PUBLIC,
                "Names the row, and makes the same question of one day one row. A keyed hash of both, which "
                "says nothing without the key file.",
            ),
            "day_minute": Column(PUBLIC, "On which day; the database refuses a time of day."),
            "language": Column(PUBLIC, "In which language the bot answered."),
            "sealed": Column(
                Secrecy.LOCKED,
                "The question's words, without phones, @names, e-mail addresses, links and long numbers. All "
                "are padded to one size. `bot keys rotate` seals them anew.",
            ),
        },
    ),
}

NEVER_KEPT = {
    "Names and usernames": "We do not look at them.",
    "Texts of messages": "They are read, answered and let go; of a report in words its numbers are kept. "
    "What somebody agrees to send to the editors is in `inbox`.",
    "Places": "A location is used to name the nearest crossings, and let go.",
    "Phone numbers and contacts": "We never ask for them, and do not look at those that are sent; they are "
    "taken out of what goes to the editors.",
    "Ids of people or chats in the open": "Only as keyed hashes and sealed, as above.",
    "Answers to questions": "They stand in the buttons under a message, in Telegram, and nowhere else.",
}
"""Things of the class `never`, and what we do instead of keeping them."""


_CARRIED = frozenset(table.name for table in SEALED)


@dataclass(frozen=True)
class Rule:
    """What the table above says of one column, or without `column` of whole rows: it ends with the term."""

    table: sa.Table
    column: str | None
    term: Term

    @property
    def name(self) -> str:
        """How the log and `bot db check` call it."""
        return f"{self.table.name}.{self.column}" if self.column else self.table.name


def rules(kept: Kept = KEPT) -> Iterator[Rule]:
    """Return all that ends by the clock."""
    for name, rows in kept.items():
        table = metadata.tables[name]
        if isinstance(rows.term, Term):
            yield Rule(table, None, rows.term)
        for column, its in rows.columns.items():
            if isinstance(its.term, Term):
                yield Rule(table, column, its.term)


def problems(schema: sa.MetaData = metadata, kept: Kept = KEPT) -> list[str]:
    """Return what is wrong between the tables of a schema and what is said of them; each is one line."""
    found = []
    for table in schema.sorted_tables:
        rows = kept.get(table.name)
        if rows is None:
            found.append(f"{table.name}: say in bot/privacy/kept.py what it is and for how long it is kept")
            continue
        found += [f"{table.name}: {problem}" for problem in _of_term(table, rows.term)]
        for column in table.columns:
            its = rows.columns.get(column.name)
            said = ["say in bot/privacy/kept.py its class, why it is kept and for how long"]
            found += [
                f"{column}: {each}" for each in (said if its is None else _of_column(column, its, rows))
            ]
    for name, rows in kept.items():
        columns = schema.tables[name].columns if name in schema.tables else ()
        found += [
            f"{name}.{column}: there is no such column" for column in rows.columns if column not in columns
        ]
    return found


def _of_column(column: sa.Column[object], its: Column, rows: Rows) -> Iterator[str]:
    if its.secrecy is Secrecy.NEVER:
        yield "is of a kind that is never stored"
    if not its.why.strip():
        yield "why is it kept?"
    if its.secrecy is Secrecy.PUBLIC and (column.name in OWNERS or isinstance(column.type, sa.LargeBinary)):
        yield "what says whose a row is, and what is binary, cannot be public"
    if its.secrecy is not Secrecy.PUBLIC and rows.term is FOR_GOOD and its.term is None:
        yield "must not stay for good with its row: give it a term of its own"
    if (its.secrecy is Secrecy.SEALED) != (column.name == "sealed" and column.table.name in _CARRIED):
        yield "only `sealed` of tables.SEALED is sealed"
    if (its.secrecy is Secrecy.LOCKED) != (column.name == "sealed" and column.table.name == inbox.name):
        yield "only `sealed` of the inbox is locked"
    if isinstance(its.term, Term):
        yield from _of_term(column.table, its.term)
        if column.primary_key or not column.nullable:
            yield "cannot be emptied at the end of its term"


def _of_term(table: sa.FromClause, term: Term | Lasting) -> Iterator[str]:
    if not isinstance(term, Term):
        return
    since = table.columns.get(term.since)
    if (
        since is None
        or since.nullable
        or not isinstance(since.type, sa.Integer)
        or "_minute" not in since.name
    ):
        yield f"its age cannot be told from {term.since}"
    if not list(table.primary_key):
        yield "a row must have a name to be deleted by age"
