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
        "prizes_award_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "withdrawn",
                "adopted",
                "superseded",
                name="awardliststate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ranking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ranking_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ranking_digest", sa.String(length=64), nullable=False),
        sa.Column("settings_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("statement", sa.String(length=400), nullable=False),
        sa.Column("total_value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("adopted_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('adopted', 'superseded')) = (adopted_at IS NOT NULL)",
            name=op.f("ck_prizes_award_list_adopted_has_a_time"),
        ),
        sa.CheckConstraint("total_value >= 0", name=op.f("ck_prizes_award_list_total_not_negative")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_prizes_award_list_campaign_id")),
        sa.ForeignKeyConstraint(["created_by"], ["core_user.id"], name=op.f("fk_prizes_award_list_created_by")),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_prizes_award_list_phase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_award_list")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_prizes_award_list_campaign_id_number")),
    )
    op.create_index(
        "uq_prizes_award_list_adopted",
        "prizes_award_list",
        ["campaign_id"],
        unique=True,
        sqlite_where=sa.text("state = 'adopted'"),
        postgresql_where=sa.text("state = 'adopted'"),
    )
    op.create_index(
        "uq_prizes_award_list_draft",
        "prizes_award_list",
        ["campaign_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )

    op.create_table(
        "prizes_unit_award",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("award_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_name", sa.String(length=300), nullable=False),
        sa.Column("persons", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("headcount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("mean_score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("decision_date", sa.Date(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_prizes_unit_award_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_unit_award_award_list_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_prizes_unit_award_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_unit_award")),
        sa.UniqueConstraint("award_list_id", "unit_id", name=op.f("uq_prizes_unit_award_award_list_id_unit_id")),
    )
    op.create_index(op.f("ix_prizes_unit_award_unit_id"), "prizes_unit_award", ["unit_id"], unique=False)

    op.create_table(
        "prizes_award",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("award_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=120), nullable=False),
        sa.Column("unit_name", sa.String(length=300), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tie_place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("max_score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_prizes_award_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_award_award_list_id")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_prizes_award_enrolment_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_prizes_award_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_award")),
        sa.UniqueConstraint("award_list_id", "enrolment_id", name=op.f("uq_prizes_award_award_list_id_enrolment_id")),
        sa.UniqueConstraint("award_list_id", "place", name=op.f("uq_prizes_award_award_list_id_place")),
    )
    op.create_index(op.f("ix_prizes_award_enrolment_id"), "prizes_award", ["enrolment_id"], unique=False)


def downgrade() -> None:
    op.drop_table("prizes_award")
    op.drop_table("prizes_unit_award")
    op.drop_table("prizes_award_list")
