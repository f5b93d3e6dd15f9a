"""Decisions on wrong keys, and the scores that they changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAITING = sa.text("confirmed_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("quiz_revision") as batch_op:
        batch_op.add_column(sa.Column("approved_key", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "quiz_key",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("revision_id", _KEY, nullable=False),
        sa.Column("number", _KEY, nullable=False),
        sa.Column("based_on", _KEY, nullable=False),
        sa.Column("remedy", sa.String(32), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("worth", _KEY, nullable=False),
        sa.Column("former_key", sa.JSON(), nullable=False),
        sa.Column("former_worth", _KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("proposed_by", _KEY, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", _KEY, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("remarked_at", sa.BigInteger(), nullable=True),
        sa.Column("rescored", _KEY, nullable=False),
        sa.CheckConstraint(
            "remedy IN ('replace', 'accept', 'everyone', 'void')", name=op.f("ck_quiz_key_remedy_known")
        ),
        sa.CheckConstraint("number > based_on AND based_on >= 0", name=op.f("ck_quiz_key_follows_another")),
        sa.CheckConstraint("worth >= 0 AND former_worth >= 0", name=op.f("ck_quiz_key_plausible_worth")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_quiz_key_has_a_reason")),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_quiz_key_confirmed_or_withdrawn")
        ),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_quiz_key_two_persons")),
        sa.CheckConstraint(
            "remarked_at IS NULL OR confirmed_at IS NOT NULL", name=op.f("ck_quiz_key_remarked_when_in_force")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_key_campaign_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_key_revision_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["core_user.id"], name=op.f("fk_quiz_key_proposed_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["core_user.id"], name=op.f("fk_quiz_key_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_key")),
        sa.UniqueConstraint("revision_id", "number", name=op.f("uq_quiz_key_revision_id_number")),
    )
    with op.batch_alter_table("quiz_key") as batch_op:
        batch_op.create_index(op.f("ix_quiz_key_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(
            "uq_quiz_key_waiting", ["revision_id"], unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING
        )
    op.create_table(
        "quiz_rescored",
        sa.Column("key_id", _KEY, nullable=False),
        sa.Column("attempt_id", _KEY, nullable=False),
        sa.Column("score_before", _KEY, nullable=False),
        sa.Column("max_before", _KEY, nullable=False),
        sa.Column("score_after", _KEY, nullable=False),
        sa.Column("max_after", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["quiz_key.id"], name=op.f("fk_quiz_rescored_key_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_rescored_attempt_id")),
        sa.PrimaryKeyConstraint("key_id", "attempt_id", name=op.f("pk_quiz_rescored")),
    )
    with op.batch_alter_table("quiz_rescored") as batch_op:
        batch_op.create_index(op.f("ix_quiz_rescored_attempt_id"), ["attempt_id"], unique=False)


def downgrade() -> None:
    op.drop_table("quiz_rescored")
    op.drop_table("quiz_key")
    with op.batch_alter_table("quiz_revision") as batch_op:
        batch_op.drop_column("approved_key")
