"""Extra time for persons who need it, and predictions with decimals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quiz_extra_time",
        sa.Column("enrolment_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("percent", _KEY, nullable=False),
        sa.Column("minutes", _KEY, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("granted_by", _KEY, nullable=True),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(percent = 0) <> (minutes = 0)", name=op.f("ck_quiz_extra_time_percent_or_minutes")),
        sa.CheckConstraint("percent BETWEEN 0 AND 300", name=op.f("ck_quiz_extra_time_plausible_percent")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_quiz_extra_time_plausible_minutes")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_extra_time_campaign_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_quiz_extra_time_enrolment_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["core_user.id"], name=op.f("fk_quiz_extra_time_granted_by")),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_quiz_extra_time")),
    )
    with op.batch_alter_table("quiz_extra_time") as batch_op:
        batch_op.create_index(op.f("ix_quiz_extra_time_campaign_id"), ["campaign_id"], unique=False)
    with op.batch_alter_table("quiz_attempt") as batch_op:
        batch_op.add_column(sa.Column("extra_minutes", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("prediction_decimals", sa.SmallInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("prediction_most", sa.BigInteger(), nullable=False, server_default="2147483647"))


def downgrade() -> None:
    with op.batch_alter_table("quiz_attempt") as batch_op:
        batch_op.drop_column("prediction_most")
        batch_op.drop_column("prediction_decimals")
        batch_op.drop_column("extra_minutes")
    op.drop_table("quiz_extra_time")
