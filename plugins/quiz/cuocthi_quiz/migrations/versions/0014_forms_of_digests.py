"""In which form an issue was digested, and numbers that are not given again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WAITING = "in_force_at IS NULL"


def upgrade() -> None:
    op.drop_index("uq_quiz_issue_waiting", "quiz_issue")
    with op.batch_alter_table("quiz_issue", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("form", sa.SmallInteger(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("discarded_at", sa.BigInteger(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_quiz_issue_in_force_or_discarded"), "in_force_at IS NULL OR discarded_at IS NULL"
        )
    _index(f"{_WAITING} AND discarded_at IS NULL")


def downgrade() -> None:
    op.drop_index("uq_quiz_issue_waiting", "quiz_issue")
    op.execute("DELETE FROM quiz_issue WHERE discarded_at IS NOT NULL")
    with op.batch_alter_table("quiz_issue", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_quiz_issue_in_force_or_discarded"), type_="check")
        batch_op.drop_column("discarded_at")
        batch_op.drop_column("form")
    _index(_WAITING)


def _index(condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        "uq_quiz_issue_waiting", "quiz_issue", ["campaign_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
