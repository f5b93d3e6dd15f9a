"""What a decision on a key would change, and which decisions a score takes in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The order of coming into force; of those that came at the same moment, the order of proposing.
_TURNS = """
UPDATE quiz_key SET turn = (
    SELECT COUNT(*) FROM quiz_key AS other
    WHERE other.campaign_id = quiz_key.campaign_id
      AND (other.confirmed_at < quiz_key.confirmed_at
        OR (other.confirmed_at = quiz_key.confirmed_at AND other.id <= quiz_key.id))
)
WHERE confirmed_at IS NOT NULL
"""
# Of a decision by which papers are still being marked, each is summed anew when it is marked.
_TAKEN_IN = """
UPDATE quiz_attempt SET key_turn = (
    SELECT COUNT(*) FROM quiz_key WHERE campaign_id = quiz_attempt.campaign_id AND remarked_at IS NOT NULL
)
WHERE graded_at IS NOT NULL
"""


def upgrade() -> None:
    with op.batch_alter_table("quiz_attempt") as batch_op:
        batch_op.add_column(sa.Column("key_turn", _KEY, nullable=False, server_default="0"))
    with op.batch_alter_table("quiz_key") as batch_op:
        batch_op.add_column(sa.Column("turn", _KEY, nullable=True))
        batch_op.add_column(sa.Column("preview", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("preview_digest", sa.String(64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("previewed_at", sa.BigInteger(), nullable=True))
    op.execute(_TURNS)
    op.execute(_TAKEN_IN)
    with op.batch_alter_table("quiz_key") as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_quiz_key_campaign_id_turn"), ["campaign_id", "turn"])
        batch_op.create_check_constraint(
            batch_op.f("ck_quiz_key_in_force_in_turn"), "(turn IS NULL) = (confirmed_at IS NULL)"
        )


def downgrade() -> None:
    with op.batch_alter_table("quiz_key") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_quiz_key_in_force_in_turn"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_quiz_key_campaign_id_turn"), type_="unique")
        for name in ("previewed_at", "preview_digest", "preview", "turn"):
            batch_op.drop_column(name)
    with op.batch_alter_table("quiz_attempt") as batch_op:
        batch_op.drop_column("key_turn")
