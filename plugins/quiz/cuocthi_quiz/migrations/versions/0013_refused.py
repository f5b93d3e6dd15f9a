"""Answers that were refused, for disputes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REASONS = ("saved", "stale", "taken", "closed", "signed_out", "refused", "failed")


def upgrade() -> None:
    op.create_table(
        "quiz_refused",
        sa.Column("attempt_id", _KEY, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(*_REASONS, name="outcome_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("history", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_refused_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "position", "reason", name=op.f("pk_quiz_refused")),
    )


def downgrade() -> None:
    op.drop_table("quiz_refused")
