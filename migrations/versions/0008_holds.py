"""What moderators hold is called so, and of what was told it is known when that ended."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the rows of `freezes` go on as `holds`, and add `alert_events.ended_minute`."""
    _rename("freezes", "holds")
    op.add_column("alert_events", sa.Column("ended_minute", sa.Integer))
    # Of what has ended before nobody knows when it did; it is told to nobody again.
    op.execute("UPDATE alert_events SET ended_minute = made_minute WHERE ended IS NOT NULL")


def downgrade() -> None:
    """Undo it."""
    op.drop_column("alert_events", "ended_minute")
    _rename("holds", "freezes")


def _rename(before: str, after: str) -> None:
    # A new table, as SQLite cannot rename what a key is called.
    op.create_table(
        after,
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=f"pk_{after}"),
    )
    columns = (
        "id, crossing, mode, low, middle, high, people, newest_minute, from_minute, until_minute, lifted"
    )
    op.execute(f"INSERT INTO {after} ({columns}) SELECT {columns} FROM {before}")  # noqa: S608 - our own names
    op.drop_table(before)
    op.create_index(f"ix_{after}_crossing_from_minute", after, ["crossing", "from_minute"])
