"""Create the table"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = "overall_basis"
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        table,
        sa.Column("phase_id", key, nullable=False),
        sa.Column("source_id", key, nullable=False),
        sa.Column("ranking_number", key, nullable=False),
        sa.Column("ranking_digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f(f"fk_{table}_phase_id")),
        sa.ForeignKeyConstraint(["source_id"], ["core_phase.id"], name=op.f(f"fk_{table}_source_id")),
        sa.PrimaryKeyConstraint("phase_id", "source_id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    op.drop_table("overall_basis")
