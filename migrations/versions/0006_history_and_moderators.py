"""The public history of waits, what tickets measured, and what moderators post, hold and hide."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and show all reports."""
    op.create_table(
        "hours",
        sa.Column("crossing", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("hour_minute", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("low", sa.Integer, nullable=False),
        sa.Column("middle", sa.Integer, nullable=False),
        sa.Column("high", sa.Integer, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.CheckConstraint("hour_minute % 60 = 0", name="ck_hours_whole_hour"),
        sa.PrimaryKeyConstraint("crossing", "mode", "hour_minute", name="pk_hours"),
    )
    op.create_table(
        "measured",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("crossing", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("day_minute", sa.Integer, nullable=False),
        sa.Column("low", sa.Integer, nullable=False),
        sa.Column("middle", sa.Integer, nullable=False),
        sa.Column("high", sa.Integer, nullable=False),
        sa.Column("wait_minutes", sa.Integer, nullable=False),
        sa.CheckConstraint("day_minute % 1440 = 0", name="ck_measured_whole_day"),
        sa.CheckConstraint("wait_minutes % 5 = 0", name="ck_measured_coarse_wait"),
        sa.PrimaryKeyConstraint("id", name="pk_measured"),
    )
    op.create_index("ix_measured_crossing_day_minute", "measured", ["crossing", "day_minute"])
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("crossing", sa.String(40), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("from_minute", sa.Integer, nullable=False),
        sa.Column("until_minute", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_crossing_from_minute", "notices", ["crossing", "from_minute"])
    op.create_table(
        "freezes",
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
        sa.PrimaryKeyConstraint("id", name="pk_freezes"),
    )
    op.create_index("ix_freezes_crossing_from_minute", "freezes", ["crossing", "from_minute"])
    op.add_column("reports", sa.Column("hidden", sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("audit") as audit:
        audit.alter_column("subject", type_=sa.String(120), existing_type=sa.String(60), nullable=False)
        audit.add_column(sa.Column("about", sa.BigInteger))
    op.create_index("ix_audit_about", "audit", ["about"])


def downgrade() -> None:
    """Drop them; what was hidden is shown again."""
    op.drop_index("ix_audit_about", "audit")
    with op.batch_alter_table("audit") as audit:
        audit.drop_column("about")
        audit.alter_column("subject", type_=sa.String(60), existing_type=sa.String(120), nullable=False)
    op.drop_column("reports", "hidden")
    for name in ("freezes", "notices", "measured", "hours"):
        op.drop_table(name)
