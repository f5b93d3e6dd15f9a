"""How saving answers goes, minute by minute"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OUTCOMES = ("saved", "stale", "taken", "closed", "signed_out", "refused", "failed")


def upgrade() -> None:
    op.create_table(
        "quiz_save_figures",
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("process", sa.String(length=16), nullable=False),
        *(sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False) for name in _OUTCOMES),
        sa.Column("spread", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "process", name=op.f("pk_quiz_save_figures")),
    )


def downgrade() -> None:
    op.drop_table("quiz_save_figures")
