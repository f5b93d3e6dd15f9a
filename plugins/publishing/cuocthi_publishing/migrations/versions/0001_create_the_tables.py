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
        "publishing_release",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "withdrawn",
                name="releasestate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("bundle_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(replaces_id IS NULL) = (note = '')", name=op.f("ck_publishing_release_correction_says_what_changed")
        ),
        sa.CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL) AND (published_at IS NULL) = (confirmed_by IS NULL)",
            name=op.f("ck_publishing_release_published_by_somebody"),
        ),
        sa.CheckConstraint(
            "bundle_file_id IS NULL OR state = 'published'", name=op.f("ck_publishing_release_bundle_of_published")
        ),
        sa.CheckConstraint("confirmed_by <> created_by", name=op.f("ck_publishing_release_second_person")),
        sa.ForeignKeyConstraint(
            ["bundle_file_id"], ["core_file.id"], name=op.f("fk_publishing_release_bundle_file_id")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_publishing_release_campaign_id")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["core_user.id"], name=op.f("fk_publishing_release_confirmed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["core_user.id"], name=op.f("fk_publishing_release_created_by")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["publishing_release.id"], name=op.f("fk_publishing_release_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing_release")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_publishing_release_campaign_id_number")),
    )
    with op.batch_alter_table("publishing_release", schema=None) as batch_op:
        batch_op.create_index(
            "uq_publishing_release_draft",
            ["campaign_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("publishing_release", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_publishing_release_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )

    op.drop_table("publishing_release")
