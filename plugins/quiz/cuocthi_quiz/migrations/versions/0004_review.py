"""Remarks, what is still true, ends of validity, what is no duplicate, issues of the approved set"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KINDS = ("comment", "proposal", "sent_back")


def upgrade() -> None:
    op.create_table(
        "quiz_remark",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("revision_id", _KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*_KINDS, name="remarkkind_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", _KEY, nullable=False),
        sa.Column("recorded_by", _KEY, nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_by", _KEY, nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_quiz_remark_says_something")),
        sa.CheckConstraint(
            "resolved_by IS NULL OR resolved_at IS NOT NULL", name=op.f("ck_quiz_remark_resolved_at_a_time")
        ),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_remark_revision_id")),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_quiz_remark_author_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["core_user.id"], name=op.f("fk_quiz_remark_recorded_by")),
        sa.ForeignKeyConstraint(["resolved_by"], ["core_user.id"], name=op.f("fk_quiz_remark_resolved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_remark")),
    )
    op.create_index(op.f("ix_quiz_remark_revision_id"), "quiz_remark", ["revision_id"])
    op.create_table(
        "quiz_still_true",
        sa.Column("revision_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("true_as_of", sa.Date(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_still_true_revision_id")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_quiz_still_true_user_id")),
        sa.PrimaryKeyConstraint("revision_id", "user_id", name=op.f("pk_quiz_still_true")),
    )
    op.create_table(
        "quiz_ending",
        sa.Column("question_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_ending_question_id")),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_quiz_ending")),
    )
    op.create_table(
        "quiz_distinction",
        sa.Column("first_id", _KEY, nullable=False),
        sa.Column("second_id", _KEY, nullable=False),
        sa.Column("decided_by", _KEY, nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_quiz_distinction_each_pair_once")),
        sa.ForeignKeyConstraint(["first_id"], ["quiz_question.id"], name=op.f("fk_quiz_distinction_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["quiz_question.id"], name=op.f("fk_quiz_distinction_second_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_quiz_distinction_decided_by")),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_quiz_distinction")),
    )
    _create_issues()


def _create_issues() -> None:
    op.create_table(
        "quiz_issue",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("number", _KEY, nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("question_count", _KEY, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("in_force_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("decision <> ''", name=op.f("ck_quiz_issue_has_a_decision")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_issue_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_issue")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_quiz_issue_campaign_id_number")),
        sqlite_autoincrement=True,
    )
    where = sa.text("in_force_at IS NULL")
    op.create_index(
        "uq_quiz_issue_waiting", "quiz_issue", ["campaign_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "quiz_issued",
        sa.Column("issue_id", _KEY, nullable=False),
        sa.Column("revision_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["quiz_issue.id"], name=op.f("fk_quiz_issued_issue_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_issued_revision_id")),
        sa.PrimaryKeyConstraint("issue_id", "revision_id", name=op.f("pk_quiz_issued")),
    )


def downgrade() -> None:
    for name in ("issued", "issue", "distinction", "ending", "still_true", "remark"):
        op.drop_table(f"quiz_{name}")
