"""Files of questions that wait to be taken over"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quiz_waiting_import",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("handed_in_by", _KEY, nullable=False),
        sa.Column("handed_in_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_waiting_import_campaign_id")),
        sa.ForeignKeyConstraint(["handed_in_by"], ["core_user.id"], name=op.f("fk_quiz_waiting_import_handed_in_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_waiting_import")),
        sa.UniqueConstraint(
            "campaign_id", "handed_in_by", name=op.f("uq_quiz_waiting_import_campaign_id_handed_in_by")
        ),
    )


def downgrade() -> None:
    op.drop_table("quiz_waiting_import")
