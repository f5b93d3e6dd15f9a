"""Keep the papers that are drawn up: report, notices, decisions, minutes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KIND = sa.Enum(
    "report",
    "notice",
    "decision",
    "minutes",
    name="paperkind_known",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    op.create_table(
        "publishing_paper",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("kind", _KIND, nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("docx_id", _KEY, nullable=False),
        sa.Column("pdf_id", _KEY, nullable=False),
        sa.Column("made_by", _KEY, nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_publishing_paper_campaign_id")),
        sa.ForeignKeyConstraint(["docx_id"], ["core_file.id"], name=op.f("fk_publishing_paper_docx_id")),
        sa.ForeignKeyConstraint(["pdf_id"], ["core_file.id"], name=op.f("fk_publishing_paper_pdf_id")),
        sa.ForeignKeyConstraint(["made_by"], ["core_user.id"], name=op.f("fk_publishing_paper_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing_paper")),
    )
    op.create_index(op.f("ix_publishing_paper_campaign_id"), "publishing_paper", ["campaign_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_publishing_paper_campaign_id"), table_name="publishing_paper")
    op.drop_table("publishing_paper")
