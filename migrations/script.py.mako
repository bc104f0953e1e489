"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables; runs in one transaction on both engines."""
    ${upgrades if upgrades else "raise NotImplementedError"}


def downgrade() -> None:
    """Change them back."""
    ${downgrades if downgrades else "raise NotImplementedError"}
