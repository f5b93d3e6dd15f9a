"""Candidates: a blind index of the ID number that was given, so that it is compared with those of other people

What was answered before this revision has no index and counts as no answer: it is given again.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLE = "prizes_candidacy"


def upgrade() -> None:
    """Add the column with its condition, and its index."""
    # By hand: SQLite adds a column with its check in place, without laying the table down anew.
    op.execute(
        f"ALTER TABLE {_TABLE} ADD COLUMN citizen_id_index VARCHAR(64) "
        f"CONSTRAINT ck_{_TABLE}_index_of_details CHECK (details IS NOT NULL OR citizen_id_index IS NULL)"
    )
    op.create_index(op.f(f"ix_{_TABLE}_citizen_id_index"), _TABLE, ["citizen_id_index"])


def downgrade() -> None:
    """Drop the column."""
    op.drop_index(op.f(f"ix_{_TABLE}_citizen_id_index"), table_name=_TABLE)
    op.drop_column(_TABLE, "citizen_id_index")
