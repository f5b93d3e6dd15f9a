"""Pictures of the bank"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quiz_picture",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.Column("width", _KEY, nullable=False),
        sa.Column("height", _KEY, nullable=False),
        sa.Column("added_by", _KEY, nullable=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_quiz_picture_has_a_size")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_picture_campaign_id")),
        sa.ForeignKeyConstraint(["file_id"], ["core_file.id"], name=op.f("fk_quiz_picture_file_id")),
        sa.ForeignKeyConstraint(["added_by"], ["core_user.id"], name=op.f("fk_quiz_picture_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_picture")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_quiz_picture_campaign_id_key")),
    )


def downgrade() -> None:
    op.drop_table("quiz_picture")
