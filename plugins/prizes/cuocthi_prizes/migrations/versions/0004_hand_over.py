"""Keep what is made of an adopted list: its decision, and the codes of certificates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "prizes_hand_over",
        sa.Column("id", key, nullable=False),
        sa.Column("award_list_id", key, nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=True),
        sa.Column("decision_date", sa.Date(), nullable=True),
        sa.Column("file_id", key, nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(decision_number IS NULL) = (decision_date IS NULL)",
            name=op.f("ck_prizes_hand_over_a_decision_has_number_and_date"),
        ),
        sa.CheckConstraint(
            "(file_id IS NULL) = (fingerprint IS NULL)", name=op.f("ck_prizes_hand_over_a_file_has_a_fingerprint")
        ),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_hand_over_award_list_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["core_file.id"], name=op.f("fk_prizes_hand_over_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_hand_over")),
        sa.UniqueConstraint("award_list_id", name=op.f("uq_prizes_hand_over_award_list_id")),
    )
    op.create_table(
        "prizes_certificate",
        sa.Column("id", key, nullable=False),
        sa.Column("award_list_id", key, nullable=False),
        sa.Column("award_id", key, nullable=True),
        sa.Column("unit_award_id", key, nullable=True),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(award_id IS NULL) <> (unit_award_id IS NULL)", name=op.f("ck_prizes_certificate_of_one_award")
        ),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_certificate_award_list_id")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["prizes_award.id"], name=op.f("fk_prizes_certificate_award_id")),
        sa.ForeignKeyConstraint(
            ["unit_award_id"], ["prizes_unit_award.id"], name=op.f("fk_prizes_certificate_unit_award_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_certificate")),
        sa.UniqueConstraint("award_id", name=op.f("uq_prizes_certificate_award_id")),
        sa.UniqueConstraint("code", name=op.f("uq_prizes_certificate_code")),
        sa.UniqueConstraint("unit_award_id", name=op.f("uq_prizes_certificate_unit_award_id")),
    )
    op.create_index(op.f("ix_prizes_certificate_award_list_id"), "prizes_certificate", ["award_list_id"], unique=False)


def downgrade() -> None:
    op.drop_table("prizes_certificate")
    op.drop_table("prizes_hand_over")
