"""Versions of the words of consent, corrections that people ask for, and whose data was erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cuocthi.digest import digest

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and keep the words of consent there are as each campaign's first version."""
    op.create_table(
        "core_consent_version",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("number", _KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("author_id", _KEY, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_core_consent_version_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_consent_version_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_consent_version")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_core_consent_version_campaign_id_number")),
    )
    op.create_table(
        "core_consent",
        sa.Column("enrolment_id", _KEY, nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_core_consent_enrolment_id")),
        sa.ForeignKeyConstraint(["version_id"], ["core_consent_version.id"], name=op.f("fk_core_consent_version_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "version_id", name=op.f("pk_core_consent")),
    )
    op.create_index(op.f("ix_core_consent_version_id"), "core_consent", ["version_id"], unique=False)
    op.create_table(
        "core_erased_enrolment",
        sa.Column("enrolment_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("erasure", _choice("erasure_known", "withdrawal", "retention", "records"), nullable=False),
        sa.Column("name_kept", sa.Boolean(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_core_erased_enrolment_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_core_erased_enrolment")),
    )
    _create_correction()
    _keep_words()


def _create_correction() -> None:
    op.create_table(
        "core_correction",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("enrolment_id", _KEY, nullable=False),
        sa.Column("kind", _choice("correctionkind_known", "name", "other"), nullable=False),
        sa.Column("wish", sa.String(length=400), nullable=False),
        sa.Column("state", _choice("correctionstate_known", "open", "done", "declined"), nullable=False),
        sa.Column("answer", sa.String(length=400), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", _KEY, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_core_correction_decision_closes")),
        sa.CheckConstraint("state <> 'declined' OR answer <> ''", name=op.f("ck_core_correction_declined_with_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_core_correction_decided_by")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_core_correction_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_correction")),
    )
    op.create_index(op.f("ix_core_correction_enrolment_id"), "core_correction", ["enrolment_id"], unique=False)
    op.create_index(
        "uq_core_correction_open",
        "core_correction",
        ["enrolment_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _keep_words() -> None:
    connection = op.get_bind()
    campaigns = sa.text("SELECT id, consent_text, created_at FROM core_campaign WHERE consent_text <> ''")
    for campaign in connection.execute(campaigns).all():
        values = {
            "campaign": campaign.id,
            "text": campaign.consent_text,
            "digest": digest({"text": campaign.consent_text}),
            "at": campaign.created_at,
        }
        connection.execute(
            sa.text(
                "INSERT INTO core_consent_version (campaign_id, number, text, digest, material, created_at) "
                "VALUES (:campaign, 1, :text, :digest, true, :at)"
            ),
            values,
        )
        connection.execute(
            sa.text(
                "INSERT INTO core_consent (enrolment_id, version_id, given_at) "
                "SELECT e.id, v.id, e.enrolled_at FROM core_enrolment e "
                "JOIN core_consent_version v ON v.campaign_id = e.campaign_id AND v.digest = e.consent_digest "
                "WHERE e.campaign_id = :campaign"
            ),
            values,
        )


def downgrade() -> None:
    """Drop them; the words of consent and their digests stand with campaigns and enrolments as before."""
    for table in ("core_correction", "core_erased_enrolment", "core_consent", "core_consent_version"):
        op.drop_table(table)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
