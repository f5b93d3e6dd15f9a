"""Who was told of being admitted to a round that is only for the best of another one

Whoever was admitted before this revision to a round that is still to be held is told when it is in place.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NOTICE, _TOLD = "core_admission_notice", "core_admissions_told"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        _NOTICE,
        sa.Column("phase_id", _KEY, nullable=False),
        sa.Column("enrolment_id", _KEY, nullable=False),
        sa.Column("noticed_at", sa.BigInteger(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f(f"fk_{_NOTICE}_phase_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f(f"fk_{_NOTICE}_enrolment_id")),
        sa.PrimaryKeyConstraint("phase_id", "enrolment_id", name=op.f(f"pk_{_NOTICE}")),
    )
    op.create_index(op.f(f"ix_{_NOTICE}_enrolment_id"), _NOTICE, ["enrolment_id"])
    op.create_table(
        _TOLD,
        sa.Column("phase_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f(f"fk_{_TOLD}_phase_id")),
        sa.PrimaryKeyConstraint("phase_id", name=op.f(f"pk_{_TOLD}")),
    )


def downgrade() -> None:
    """Drop them: people are told again should they be made anew."""
    op.drop_table(_TOLD)
    op.drop_table(_NOTICE)
