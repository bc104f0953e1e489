"""Reports, revisions of crossings, chosen languages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
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
        sa.Column("observed_minute", sa.Integer, nullable=False),
        sa.Column("reporter", sa.LargeBinary(16)),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.CheckConstraint("observed_minute % 15 = 0", name="ck_reports_coarse_time"),
    )
    op.create_index("ix_reports_crossing_observed_minute", "reports", ["crossing", "observed_minute"])
    op.create_index("ix_reports_reporter", "reports", ["reporter"])
    pseudonymous = sa.text("reporter IS NOT NULL")
    op.create_index(
        "ix_reports_pseudonymous",
        "reports",
        ["observed_minute"],
        sqlite_where=pseudonymous,
        postgresql_where=pseudonymous,
    )
    op.create_table(
        "revisions",
        sa.Column("crossing", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("crossing", name="pk_revisions"),
    )
    op.create_table(
        "languages",
        sa.Column("chat", sa.LargeBinary(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.PrimaryKeyConstraint("chat", name="pk_languages"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("languages")
    op.drop_table("revisions")
    op.drop_table("reports")
