"""How often people said that an answer is not right, by days."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of counts."""
    op.create_table(
        "guide_votes",
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("day_minute", sa.Integer, nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.CheckConstraint("day_minute % 1440 = 0", name="ck_guide_votes_whole_day"),
        sa.PrimaryKeyConstraint("answer", "language", "reason", "day_minute", name="pk_guide_votes"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("guide_votes")
