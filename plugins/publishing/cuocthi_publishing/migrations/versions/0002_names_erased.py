"""Say of a release since when it names people whose data was erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("publishing_release") as batch_op:
        batch_op.add_column(sa.Column("names_erased_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("publishing_release") as batch_op:
        batch_op.drop_column("names_erased_at")
