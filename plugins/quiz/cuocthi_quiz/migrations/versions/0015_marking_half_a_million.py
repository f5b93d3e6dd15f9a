"""Half a million papers are marked again quickly"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REFERRED = {"key_id": "quiz_key", "attempt_id": "quiz_attempt"}


def upgrade() -> None:
    with op.batch_alter_table("quiz_item") as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_item_revision_id"))
        batch_op.create_index("ix_quiz_item_revision_attempt", ["revision_id", "attempt_id", "position"])
    with op.batch_alter_table("quiz_rescored") as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_rescored_attempt_id"))
        for column in _REFERRED:
            batch_op.drop_constraint(batch_op.f(f"fk_quiz_rescored_{column}"), type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("quiz_rescored") as batch_op:
        for column, table in _REFERRED.items():
            batch_op.create_foreign_key(batch_op.f(f"fk_quiz_rescored_{column}"), table, [column], ["id"])
        batch_op.create_index(batch_op.f("ix_quiz_rescored_attempt_id"), ["attempt_id"])
    with op.batch_alter_table("quiz_item") as batch_op:
        batch_op.drop_index("ix_quiz_item_revision_attempt")
        batch_op.create_index(batch_op.f("ix_quiz_item_revision_id"), ["revision_id"])
