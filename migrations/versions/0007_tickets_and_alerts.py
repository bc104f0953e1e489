"""Tickets of people in a queue, subscriptions to alerts, and what is to be told of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    _sealed(
        "tickets",
        sa.Column("begun_minute", sa.Integer, nullable=False),
        sa.CheckConstraint("begun_minute % 15 = 0", name="ck_tickets_coarse_time"),
    )
    op.create_index("ix_tickets_chat", "tickets", ["chat"])
    op.create_index("ix_tickets_begun_minute", "tickets", ["begun_minute"])
    _sealed(
        "subscriptions",
        sa.Column("crossing", sa.String(40), nullable=False),
        sa.Column("renewed_minute", sa.Integer, nullable=False),
        sa.Column("wake_minute", sa.Integer),
        sa.CheckConstraint("renewed_minute % 15 = 0", name="ck_subscriptions_coarse_time"),
        sa.CheckConstraint("wake_minute % 15 = 0", name="ck_subscriptions_coarse_wake"),
    )
    op.create_index("ix_subscriptions_chat_crossing", "subscriptions", ["chat", "crossing"], unique=True)
    op.create_index("ix_subscriptions_crossing_id", "subscriptions", ["crossing", "id"])
    op.create_index("ix_subscriptions_renewed_minute", "subscriptions", ["renewed_minute"])
    waking = sa.text("wake_minute IS NOT NULL")
    op.create_index(
        "ix_subscriptions_wake_minute",
        "subscriptions",
        ["wake_minute"],
        sqlite_where=waking,
        postgresql_where=waking,
    )
    op.create_table(
        "alert_states",
        sa.Column("crossing", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("wanted_minute", sa.Integer, nullable=False),
        sa.CheckConstraint("wanted_minute % 1440 = 0", name="ck_alert_states_whole_day"),
        sa.PrimaryKeyConstraint("crossing", "mode", "topic", name="pk_alert_states"),
    )
    op.create_table(
        "alert_events",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("crossing", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("topics", sa.String(400), nullable=False),
        sa.Column("told", sa.String(600), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("made_second", sa.BigInteger, nullable=False),
        sa.Column("made_minute", sa.Integer, nullable=False),
        sa.Column("expires_second", sa.BigInteger, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("reached", sa.BigInteger),
        sa.Column("corrects", sa.BigInteger),
        sa.Column("up_to", sa.BigInteger),
        sa.Column("sent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("dropped", sa.Integer, nullable=False, server_default="0"),
        sa.Column("ended", sa.String(20)),
        sa.PrimaryKeyConstraint("id", name="pk_alert_events"),
    )
    op.create_index("ix_alert_events_crossing_made_minute", "alert_events", ["crossing", "made_minute"])
    unended = sa.text("ended IS NULL")
    op.create_index(
        "ix_alert_events_open",
        "alert_events",
        ["priority"],
        sqlite_where=unended,
        postgresql_where=unended,
    )


def _sealed(name: str, *columns: sa.Column[Any] | sa.CheckConstraint) -> None:
    op.create_table(
        name,
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("chat", sa.LargeBinary(16), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary(220), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("alert_events", "alert_states", "subscriptions", "tickets"):
        op.drop_table(name)
