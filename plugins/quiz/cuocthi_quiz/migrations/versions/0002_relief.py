"""What an incident grants to papers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("quiz_attempt") as batch_op:
        batch_op.add_column(sa.Column("relief_minutes", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("relief_until", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("set_aside_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("replaces_id", _KEY, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_quiz_attempt_replaces_id"), "quiz_attempt", ["replaces_id"], ["id"])
        batch_op.create_unique_constraint(batch_op.f("uq_quiz_attempt_replaces_id"), ["replaces_id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_quiz_attempt_set_aside_handed_in"), "set_aside_reason = '' OR submitted_at IS NOT NULL"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_quiz_attempt_relief_has_an_end"), "relief_minutes = 0 OR relief_until IS NOT NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("quiz_attempt") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_quiz_attempt_relief_has_an_end"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_quiz_attempt_set_aside_handed_in"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_quiz_attempt_replaces_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_quiz_attempt_replaces_id"), type_="foreignkey")
        for name in ("replaces_id", "set_aside_reason", "relief_until", "relief_minutes"):
            batch_op.drop_column(name)
