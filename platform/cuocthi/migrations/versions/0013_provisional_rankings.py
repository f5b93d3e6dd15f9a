"""Provisional rankings are public for a time

When a ranking was submitted, and until when people may object to it. Rankings that were submitted before knew no such
time; when they were submitted stands in the audit log alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COLUMNS = ("submitted_at", "objections_until")


def upgrade() -> None:
    """Add the two moments."""
    with op.batch_alter_table("core_ranking") as batch_op:
        for name in _COLUMNS:
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("core_ranking") as batch_op:
        for name in reversed(_COLUMNS):
            batch_op.drop_column(name)
