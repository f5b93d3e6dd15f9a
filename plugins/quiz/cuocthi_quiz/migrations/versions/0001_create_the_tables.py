"""Create the tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_question_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_question")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_quiz_question_campaign_id_key")),
    )
    op.create_table(
        "quiz_topic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_topic_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_topic")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_quiz_topic_campaign_id_key")),
    )
    op.create_table(
        "quiz_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "approved",
                "former",
                name="revisionstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "difficulty",
            sa.Enum(
                "easy", "medium", "hard", name="difficulty_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "type",
            sa.Enum(
                "single",
                "multiple",
                "true_false",
                name="questiontype_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("option_count", sa.SmallInteger(), nullable=False),
        sa.Column("key_mask", sa.SmallInteger(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("true_as_of", sa.Date(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("reading_verdict", sa.String(length=60), nullable=False),
        sa.Column("reading_of", sa.Text(), nullable=False),
        sa.Column("reading_note", sa.Text(), nullable=False),
        sa.Column("reading_on", sa.Date(), nullable=True),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state <> 'approved' OR approved_at IS NOT NULL", name=op.f("ck_quiz_revision_approval_has_a_time")
        ),
        sa.CheckConstraint("key_mask BETWEEN 1 AND 255", name=op.f("ck_quiz_revision_has_a_key")),
        sa.CheckConstraint("option_count BETWEEN 2 AND 8", name=op.f("ck_quiz_revision_has_options")),
        sa.ForeignKeyConstraint(["approved_by"], ["core_user.id"], name=op.f("fk_quiz_revision_approved_by")),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_quiz_revision_author_id")),
        sa.ForeignKeyConstraint(["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_revision_question_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["quiz_topic.id"], name=op.f("fk_quiz_revision_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_revision")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_quiz_revision_question_id_number")),
    )
    with op.batch_alter_table("quiz_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_revision_topic_id"), ["topic_id"], unique=False)
        batch_op.create_index(
            "uq_quiz_revision_approved",
            ["question_id"],
            unique=True,
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )
        batch_op.create_index(
            "uq_quiz_revision_draft",
            ["question_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )

    op.create_table(
        "quiz_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("settings_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("former_token", sa.String(length=32), nullable=False),
        sa.Column("asks_prediction", sa.Boolean(), nullable=False),
        sa.Column("prediction", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("prediction_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prediction_history", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "handed_in_by",
            sa.Enum(
                "participant", "deadline", name="handin_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("graded_at", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("max_score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(graded_at IS NULL) = (score IS NULL)", name=op.f("ck_quiz_attempt_grading_has_a_score")),
        sa.CheckConstraint(
            "(submitted_at IS NULL) = (handed_in_by IS NULL)", name=op.f("ck_quiz_attempt_somebody_hands_in")
        ),
        sa.CheckConstraint("deadline >= started_at", name=op.f("ck_quiz_attempt_ends_after_it_starts")),
        sa.CheckConstraint(
            "graded_at IS NULL OR submitted_at IS NOT NULL", name=op.f("ck_quiz_attempt_graded_after_hand_in")
        ),
        sa.CheckConstraint("prediction IS NULL OR prediction >= 0", name=op.f("ck_quiz_attempt_plausible_prediction")),
        sa.CheckConstraint(
            "score IS NULL OR score BETWEEN 0 AND max_score", name=op.f("ck_quiz_attempt_plausible_score")
        ),
        sa.CheckConstraint(
            "submitted_at IS NULL OR submitted_at <= deadline", name=op.f("ck_quiz_attempt_submitted_in_time")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_attempt_campaign_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_quiz_attempt_enrolment_id")),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_quiz_attempt_phase_id")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_quiz_attempt_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempt")),
        sa.UniqueConstraint(
            "phase_id", "enrolment_id", "number", name=op.f("uq_quiz_attempt_phase_id_enrolment_id_number")
        ),
    )
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_attempt_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(
            "ix_quiz_attempt_due",
            ["deadline"],
            unique=False,
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_quiz_attempt_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(
            "ix_quiz_attempt_ungraded",
            ["phase_id"],
            unique=False,
            sqlite_where=sa.text("submitted_at IS NOT NULL AND graded_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NOT NULL AND graded_at IS NULL"),
        )
        batch_op.create_index(
            "uq_quiz_attempt_open",
            ["phase_id", "enrolment_id"],
            unique=True,
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        )

    op.create_table(
        "quiz_item",
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("option_order", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_item_attempt_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_item_revision_id")),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_quiz_item")),
    )
    with op.batch_alter_table("quiz_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_item_revision_id"), ["revision_id"], unique=False)

    op.create_table(
        "quiz_take_over",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_take_over_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_take_over")),
    )
    with op.batch_alter_table("quiz_take_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_take_over_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "quiz_answer",
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("chosen", sa.SmallInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id", "position"],
            ["quiz_item.attempt_id", "quiz_item.position"],
            name=op.f("fk_quiz_answer_attempt_id_position"),
        ),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_quiz_answer")),
    )


def downgrade() -> None:
    op.drop_table("quiz_answer")
    with op.batch_alter_table("quiz_take_over", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_take_over_attempt_id"))

    op.drop_table("quiz_take_over")
    with op.batch_alter_table("quiz_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_item_revision_id"))

    op.drop_table("quiz_item")
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quiz_attempt_open",
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_quiz_attempt_ungraded",
            sqlite_where=sa.text("submitted_at IS NOT NULL AND graded_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NOT NULL AND graded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_quiz_attempt_enrolment_id"))
        batch_op.drop_index(
            "ix_quiz_attempt_due",
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_quiz_attempt_campaign_id"))

    op.drop_table("quiz_attempt")
    with op.batch_alter_table("quiz_revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quiz_revision_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(
            "uq_quiz_revision_approved",
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )
        batch_op.drop_index(batch_op.f("ix_quiz_revision_topic_id"))

    op.drop_table("quiz_revision")
    op.drop_table("quiz_topic")
    op.drop_table("quiz_question")
