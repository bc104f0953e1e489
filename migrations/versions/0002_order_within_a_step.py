"""The order of one person's reports within a quarter of an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what is stored nobody knows the order."""
    op.add_column("reports", sa.Column("ordinal", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("reports", "ordinal")  # not by making the table anew: that would lose its check
