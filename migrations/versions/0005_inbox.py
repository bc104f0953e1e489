"""The questions that people send to the editors."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "inbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("day_minute", sa.Integer, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("sealed", sa.LargeBinary(1630), nullable=False),
        sa.CheckConstraint("day_minute % 1440 = 0", name="ck_inbox_whole_day"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_day_minute", "inbox", ["day_minute"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("inbox")
