"""What belongs to a chat, sealed; what moderators did. Chosen languages are forgotten: their key is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of sealed things."""
    op.drop_table("languages")
    for name in ("chats", "trail"):
        op.create_table(
            name,
            sa.Column(
                "id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                autoincrement=False,
                nullable=False,
            ),
            sa.Column("chat", sa.LargeBinary(16), nullable=False),
            sa.Column("epoch", sa.Integer, nullable=False),
            sa.Column("sealed", sa.LargeBinary(220), nullable=False),
            *(
                (
                    sa.Column("sent_minute", sa.Integer, nullable=False),
                    sa.Column("due_minute", sa.Integer),
                    sa.CheckConstraint("sent_minute % 15 = 0", name="ck_trail_coarse_time"),
                    sa.CheckConstraint("due_minute % 15 = 0", name="ck_trail_coarse_due"),
                )
                if name == "trail"
                else ()
            ),
            sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        )
        op.create_index(f"ix_{name}_chat", name, ["chat"], unique=name == "chats")
    op.create_index("ix_chats_epoch", "chats", ["epoch"])
    op.create_index("ix_trail_sent_minute", "trail", ["sent_minute"])
    vanishing = sa.text("due_minute IS NOT NULL")
    op.create_index(
        "ix_trail_due_minute",
        "trail",
        ["due_minute"],
        sqlite_where=vanishing,
        postgresql_where=vanishing,
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at_minute", sa.Integer, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )


def downgrade() -> None:
    """Drop them, and make the table of languages anew, empty."""
    op.drop_table("audit")
    op.drop_table("trail")
    op.drop_table("chats")
    op.create_table(
        "languages",
        sa.Column("chat", sa.LargeBinary(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.PrimaryKeyConstraint("chat", name="pk_languages"),
    )
