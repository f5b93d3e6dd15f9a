"""Say of an award list since when names on it are erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("prizes_award_list") as batch_op:
        batch_op.add_column(sa.Column("names_erased_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("prizes_award_list") as batch_op:
        batch_op.drop_column("names_erased_at")
