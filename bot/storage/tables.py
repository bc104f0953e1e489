"""What is stored: every table, in SQLAlchemy Core.

No column holds a name, a text, a coordinate or a Telegram id in the open. `reporter` and `chat` are keyed
pseudonyms of an epoch, and `sealed` is what they stand for, with keys that live for two days at most; only
the inbox of the editors is sealed for longer (`bot.privacy`). What is kept for how long stands in
`bot.privacy.kept`.

Where an index has only some rows, `sqlite_where` says it for both engines: the migrations make it on either,
and an index that names PostgreSQL brings all of SQLAlchemy's dialects for it into memory.
"""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

reports = sa.Table(
    "reports",
    metadata,
    # Derived from the update that brought it, so that the same update handled twice is one report.
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("crossing", sa.String(40), nullable=False),
    sa.Column("mode", sa.String(10), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("wait_minutes", sa.Integer),
    sa.Column("band_low", sa.Integer),
    sa.Column("band_high", sa.Integer),
    sa.Column("vehicles", sa.Integer),
    sa.Column("people", sa.Integer),
    sa.Column("metres", sa.Integer),
    sa.Column("landmark", sa.String(40)),
    sa.Column("event", sa.String(20)),
    # Minutes since 1970-01-01T00:00Z, a multiple of 15: one form on both engines; no finer time can slip in.
    sa.Column("observed_minute", sa.Integer, nullable=False),
    sa.Column("reporter", sa.LargeBinary(16)),
    # Orders a person's reports of one crossing within such a step, so that a correction is the newer one.
    sa.Column("ordinal", sa.Integer, nullable=False, server_default="0"),
    # By a moderator: it counts for nothing until it is restored.
    sa.Column("hidden", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("observed_minute % 15 = 0", name="coarse_time"),
    sa.Index(None, "crossing", "observed_minute"),
    sa.Index(None, "reporter"),
    # For the purge: reports whose pseudonym is still there, by age.
    sa.Index(
        "ix_reports_pseudonymous",
        "observed_minute",
        sqlite_where=sa.text("reporter IS NOT NULL"),
    ),
)

revisions = sa.Table(
    "revisions",
    metadata,
    # Counts the changes of each crossing's reports, so that a cached card knows when it is out of date.
    sa.Column("crossing", sa.String(40), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
)

hours = sa.Table(
    "hours",
    metadata,
    # The public history: the wait of those who joined in an hour, as known afterwards. Minutes since 1970.
    sa.Column("crossing", sa.String(40), primary_key=True),
    sa.Column("mode", sa.String(10), primary_key=True),
    sa.Column("hour_minute", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("low", sa.Integer, nullable=False),
    sa.Column("middle", sa.Integer, nullable=False),
    sa.Column("high", sa.Integer, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.CheckConstraint("hour_minute % 60 = 0", name="whole_hour"),
)

measured = sa.Table(
    "measured",
    metadata,
    # What was said to somebody who joined with a ticket, beside what it then took; nothing of who it was.
    sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False
    ),
    sa.Column("crossing", sa.String(40), nullable=False),
    sa.Column("mode", sa.String(10), nullable=False),
    sa.Column("day_minute", sa.Integer, nullable=False),
    sa.Column("low", sa.Integer, nullable=False),
    sa.Column("middle", sa.Integer, nullable=False),
    sa.Column("high", sa.Integer, nullable=False),
    sa.Column("wait_minutes", sa.Integer, nullable=False),
    sa.CheckConstraint("day_minute % 1440 = 0", name="whole_day"),
    sa.CheckConstraint("wait_minutes % 5 = 0", name="coarse_wait"),
    sa.Index(None, "crossing", "day_minute"),
)

notices = sa.Table(
    "notices",
    metadata,
    # What officials said, posted by a moderator; on the card until its end.
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("crossing", sa.String(40), nullable=False),
    sa.Column("text", sa.String(300), nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("from_minute", sa.Integer, nullable=False),
    sa.Column("until_minute", sa.Integer, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "crossing", "from_minute"),
)

holds = sa.Table(
    "holds",
    metadata,
    # The wait of a crossing that a moderator holds as it was, while it is under attack.
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("crossing", sa.String(40), nullable=False),
    sa.Column("mode", sa.String(10), nullable=False),
    sa.Column("low", sa.Integer, nullable=False),
    sa.Column("middle", sa.Integer, nullable=False),
    sa.Column("high", sa.Integer, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("newest_minute", sa.Integer, nullable=False),
    sa.Column("from_minute", sa.Integer, nullable=False),
    sa.Column("until_minute", sa.Integer, nullable=False),
    sa.Column("lifted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "crossing", "from_minute"),
)


def _sealed(name: str, *columns: sa.Column[Any] | sa.Index | sa.CheckConstraint) -> sa.Table:
    """Make a table of things that belong to a chat, which is known by its index in an epoch alone."""
    return sa.Table(
        name,
        metadata,
        # Random, the trail's within a quarter of an hour. On SQLite it is the row's own place, so that no
        # finer order is kept anywhere.
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False
        ),
        sa.Column("chat", sa.LargeBinary(16), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary(220), nullable=False),
        *columns,
    )


# What a chat has chosen, only for those that chose anything.
chats = _sealed("chats", sa.Index(None, "chat", unique=True), sa.Index(None, "epoch"))

# Which messages stand in a chat, so that they can be removed.
trail = _sealed(
    "trail",
    # Minutes since 1970-01-01T00:00Z in steps of 15: when it was written, and when it shall vanish.
    sa.Column("sent_minute", sa.Integer, nullable=False),
    sa.Column("due_minute", sa.Integer),
    sa.Index(None, "chat"),
    sa.Index(None, "sent_minute"),
    # As few indexes as can be: a row is written with each message. What vanishes by itself is little of it.
    sa.Index(
        "ix_trail_due_minute",
        "due_minute",
        sqlite_where=sa.text("due_minute IS NOT NULL"),
    ),
    sa.CheckConstraint("sent_minute % 15 = 0", name="coarse_time"),
    sa.CheckConstraint("due_minute % 15 = 0", name="coarse_due"),
)

# Who waits in a queue and wants to be told when they get through.
tickets = _sealed(
    "tickets",
    # Minutes since 1970-01-01T00:00Z in steps of 15: when it was taken out.
    sa.Column("begun_minute", sa.Integer, nullable=False),
    sa.Index(None, "chat"),
    sa.Index(None, "begun_minute"),
    sa.CheckConstraint("begun_minute % 15 = 0", name="coarse_time"),
)

# Who wants to know what of a crossing: a row for each crossing of a chat, with all its rules.
subscriptions = _sealed(
    "subscriptions",
    # In the open, or an alert about one crossing would have to unseal all.
    sa.Column("crossing", sa.String(40), nullable=False),
    # In steps of 15 minutes: when it was made or last renewed, and when there is next something to do for it.
    sa.Column("renewed_minute", sa.Integer, nullable=False),
    sa.Column("wake_minute", sa.Integer),
    sa.Index(None, "chat", "crossing", unique=True),
    sa.Index(None, "crossing", "id"),
    sa.Index(None, "renewed_minute"),
    sa.Index(
        "ix_subscriptions_wake_minute",
        "wake_minute",
        sqlite_where=sa.text("wake_minute IS NOT NULL"),
    ),
    sa.CheckConstraint("renewed_minute % 15 = 0", name="coarse_time"),
    sa.CheckConstraint("wake_minute % 15 = 0", name="coarse_wake"),
)

alert_states = sa.Table(
    "alert_states",
    metadata,
    # What somebody wants to be told of a crossing, and whether that is so now; `bot.alerts.rules` reads it.
    sa.Column("crossing", sa.String(40), primary_key=True),
    sa.Column("mode", sa.String(10), primary_key=True),
    sa.Column("topic", sa.String(20), primary_key=True),
    sa.Column("state", sa.String(200), nullable=False),
    # When somebody last wanted it, in steps of a day.
    sa.Column("wanted_minute", sa.Integer, nullable=False),
    sa.CheckConstraint("wanted_minute % 1440 = 0", name="whole_day"),
)

alert_events = sa.Table(
    "alert_events",
    metadata,
    # What is to be told: one row for all who wait for it, with how far the telling has come.
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("crossing", sa.String(40), nullable=False),
    sa.Column("mode", sa.String(10), nullable=False),
    sa.Column("topics", sa.String(400), nullable=False),
    sa.Column("told", sa.String(600), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    # Seconds since 1970.
    sa.Column("made_second", sa.BigInteger, nullable=False),
    sa.Column("made_minute", sa.Integer, nullable=False),
    sa.Column("expires_second", sa.BigInteger, nullable=False),
    # Rows of `subscriptions` are told by their id from `start` upwards and round; `reached` is the last one.
    sa.Column("start", sa.BigInteger, nullable=False),
    sa.Column("reached", sa.BigInteger),
    # Of a correction: what it takes back, and how far that had been told, which is how far it is told too.
    sa.Column("corrects", sa.BigInteger),
    sa.Column("up_to", sa.BigInteger),
    sa.Column("sent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dropped", sa.Integer, nullable=False, server_default="0"),
    # Why there is nothing more to tell: sent, coalesced, expired, withdrawn; and since when.
    sa.Column("ended", sa.String(20)),
    sa.Column("ended_minute", sa.Integer),
    sa.Index(None, "crossing", "made_minute"),
    sa.Index(
        "ix_alert_events_open",
        "priority",
        sqlite_where=sa.text("ended IS NULL"),
    ),
)

SEALED = (chats, trail, tickets, subscriptions)
"""The tables whose rows are carried from epoch to epoch; what is sealed begins with the chat's id."""

audit = sa.Table(
    "audit",
    metadata,
    # What moderators did, without saying who of them.
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_minute", sa.Integer, nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False),
    # The line that this one undid; what is held or posted has the id of the line that did it.
    sa.Column("about", sa.BigInteger),
    sa.Index(None, "about"),
)

guide_votes = sa.Table(
    "guide_votes",
    metadata,
    # How often people said that an answer is not right: a count a day, and no row of anybody's.
    sa.Column("answer", sa.String(40), primary_key=True),
    sa.Column("language", sa.String(2), primary_key=True),
    sa.Column("reason", sa.String(20), primary_key=True),
    # Minutes since 1970-01-01T00:00Z at which the day began; no time of day can slip in.
    sa.Column("day_minute", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("votes", sa.Integer, nullable=False),
    sa.CheckConstraint("day_minute % 1440 = 0", name="whole_day"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    # Questions that people sent to the editors. Nothing of who asked, no time of day; sealed with a key that
    # follows from the key file, since editors shall read it for longer than an epoch.
    sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False
    ),
    sa.Column("day_minute", sa.Integer, nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("sealed", sa.LargeBinary(1630), nullable=False),
    sa.CheckConstraint("day_minute % 1440 = 0", name="whole_day"),
    sa.Index(None, "day_minute"),
)
