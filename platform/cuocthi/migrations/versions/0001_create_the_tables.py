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
        "core_audit_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_core_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit_head")),
    )
    op.create_table(
        "core_campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("tagline", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("requirements", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("host_name", sa.String(length=200), nullable=False),
        sa.Column("host_parent", sa.String(length=200), nullable=False),
        sa.Column("standing_office", sa.String(length=200), nullable=False),
        sa.Column("support_phone", sa.String(length=40), nullable=False),
        sa.Column("support_hours", sa.String(length=100), nullable=False),
        sa.Column("responsible", sa.String(length=200), nullable=False),
        sa.Column("portal_url", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "archived",
                name="campaignstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("plugins", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("draw_key", sa.String(length=64), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_campaign")),
        sa.UniqueConstraint("slug", name=op.f("uq_core_campaign_slug")),
    )
    op.create_table(
        "core_unit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_sort", sa.String(length=600), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("block", sa.String(length=60), nullable=False),
        sa.Column("selectable", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_from < valid_to", name=op.f("ck_core_unit_valid_span")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["core_unit.id"], name=op.f("fk_core_unit_parent_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["core_unit.id"], name=op.f("fk_core_unit_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_core_unit_code")),
    )
    with op.batch_alter_table("core_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_unit_path"), ["path"], unique=False)

    op.create_table(
        "core_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=160), nullable=False),
        sa.Column("name_sort", sa.String(length=400), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
    )
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.create_index("ix_core_user_name_folded", ["name_folded"], unique=False)

    op.create_table(
        "core_audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("object_kind", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["core_user.id"], name=op.f("fk_core_audit_event_actor_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_audit_event_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit_event")),
    )
    with op.batch_alter_table("core_audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_core_audit_event_campaign", ["campaign_id", "id"], unique=False)
        batch_op.create_index("ix_core_audit_event_object", ["object_kind", "object_id"], unique=False)

    op.create_table(
        "core_committee",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "organising",
                "jury",
                "support",
                "oversight",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_committee_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_committee")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_core_committee_campaign_id_key")),
    )
    op.create_table(
        "core_confirmation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_confirmation_campaign_id")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_confirmation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_confirmation")),
        sa.UniqueConstraint(
            "subject", "subject_id", "user_id", name=op.f("uq_core_confirmation_subject_subject_id_user_id")
        ),
    )
    op.create_table(
        "core_contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("phone", "email", name="contactkind_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("blind_index", sa.String(length=64), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_contact_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contact")),
    )
    with op.batch_alter_table("core_contact", schema=None) as batch_op:
        batch_op.create_index("ix_core_contact_blind_index", ["blind_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_contact_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_core_contact_verified",
            ["blind_index"],
            unique=True,
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        )

    op.create_table(
        "core_division",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_division_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_division")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_core_division_campaign_id_key")),
    )
    op.create_table(
        "core_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("permission", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_file_campaign_id")),
        sa.ForeignKeyConstraint(["created_by"], ["core_user.id"], name=op.f("fk_core_file_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_file")),
    )
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_file_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "core_headcount",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.CheckConstraint("number >= 0", name=op.f("ck_core_headcount_not_negative")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_headcount_campaign_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_core_headcount_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_headcount")),
        sa.UniqueConstraint(
            "campaign_id", "unit_id", "category", name=op.f("uq_core_headcount_campaign_id_unit_id_category")
        ),
    )
    with op.batch_alter_table("core_headcount", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_headcount_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "core_job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="jobstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("beat_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_job_campaign_id")),
        sa.ForeignKeyConstraint(["created_by"], ["core_user.id"], name=op.f("fk_core_job_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_job")),
    )
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_job_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index("ix_core_job_state", ["state", "created_at"], unique=False)
        batch_op.create_index(
            "uq_core_job_waiting",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )

    op.create_table(
        "core_phase",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preparation",
                "launch",
                "contest",
                "judging",
                "ceremony",
                name="phasekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(kind = 'contest') = (source <> '') AND (kind = 'contest') = (number IS NOT NULL)",
            name=op.f("ck_core_phase_round_has_format"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_phase_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_phase")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_core_phase_campaign_id_key")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_core_phase_campaign_id_number")),
    )
    op.create_table(
        "core_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_core_session")),
    )
    with op.batch_alter_table("core_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "plan",
                "decision",
                "rules",
                "minutes",
                "resolution",
                "law",
                "reference",
                name="documentkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("symbol", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_document_campaign_id")),
        sa.ForeignKeyConstraint(["file_id"], ["core_file.id"], name=op.f("fk_core_document_file_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["core_document.id"], name=op.f("fk_core_document_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_document")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_core_document_campaign_id_key")),
    )
    op.create_table(
        "core_membership",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("appointed_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["committee_id"], ["core_committee.id"], name=op.f("fk_core_membership_committee_id")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_membership_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_membership")),
    )
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_membership_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_core_membership_current",
            ["committee_id", "user_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "core_phase_edge",
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "edge",
            sa.Enum("opened", "closed", name="edge_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_core_phase_edge_phase_id")),
        sa.PrimaryKeyConstraint("phase_id", "edge", "plugin", name=op.f("pk_core_phase_edge")),
    )
    op.create_table(
        "core_result_set",
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("results", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("results_digest", sa.String(length=64), nullable=False),
        sa.Column("measures_digest", sa.String(length=64), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_core_result_set_phase_id")),
        sa.PrimaryKeyConstraint("phase_id", name=op.f("pk_core_result_set")),
    )
    op.create_table(
        "core_settings_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_core_settings_version_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_settings_version_campaign_id")
        ),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_core_settings_version_phase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_settings_version")),
        sa.UniqueConstraint("phase_id", "owner", "number", name=op.f("uq_core_settings_version_phase_id_owner_number")),
    )
    with op.batch_alter_table("core_settings_version", schema=None) as batch_op:
        batch_op.create_index(
            "uq_core_settings_version_campaign",
            ["campaign_id", "owner", "number"],
            unique=True,
            sqlite_where=sa.text("phase_id IS NULL"),
            postgresql_where=sa.text("phase_id IS NULL"),
        )

    op.create_table(
        "core_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("opens_at <= closes_at", name=op.f("ck_core_window_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_core_window_phase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_window")),
        sa.UniqueConstraint("phase_id", "opens_at", name=op.f("uq_core_window_phase_id_opens_at")),
    )
    op.create_table(
        "core_ranking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "provisional",
                "adopted",
                "superseded",
                name="rankingstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("settings_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("persons", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("results_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("adopted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_ranking_campaign_id")),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_core_ranking_phase_id")),
        sa.ForeignKeyConstraint(
            ["settings_version_id"], ["core_settings_version.id"], name=op.f("fk_core_ranking_settings_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_ranking")),
        sa.UniqueConstraint("phase_id", "number", name=op.f("uq_core_ranking_phase_id_number")),
    )
    with op.batch_alter_table("core_ranking", schema=None) as batch_op:
        batch_op.create_index(
            "uq_core_ranking_adopted",
            ["phase_id"],
            unique=True,
            sqlite_where=sa.text("state = 'adopted'"),
            postgresql_where=sa.text("state = 'adopted'"),
        )

    op.create_table(
        "core_rules_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_rules_version_campaign_id")),
        sa.ForeignKeyConstraint(["document_id"], ["core_document.id"], name=op.f("fk_core_rules_version_document_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["core_user.id"], name=op.f("fk_core_rules_version_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_rules_version")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_core_rules_version_campaign_id_number")),
    )
    op.create_table(
        "core_enrolment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("division_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=160), nullable=False),
        sa.Column("name_sort", sa.String(length=400), nullable=False),
        sa.Column("unit_name", sa.String(length=300), nullable=False),
        sa.Column("unit_note", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active", "excluded", name="enrolmentstate_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("excluded_reason", sa.String(length=400), nullable=False),
        sa.Column("rules_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("consent_digest", sa.String(length=64), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'excluded') = (excluded_reason <> '')", name=op.f("ck_core_enrolment_exclusion_has_a_reason")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_enrolment_campaign_id")),
        sa.ForeignKeyConstraint(["division_id"], ["core_division.id"], name=op.f("fk_core_enrolment_division_id")),
        sa.ForeignKeyConstraint(
            ["rules_version_id"], ["core_rules_version.id"], name=op.f("fk_core_enrolment_rules_version_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_core_enrolment_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_enrolment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_enrolment")),
        sa.UniqueConstraint("campaign_id", "code", name=op.f("uq_core_enrolment_campaign_id_code")),
        sa.UniqueConstraint("campaign_id", "user_id", name=op.f("uq_core_enrolment_campaign_id_user_id")),
    )
    with op.batch_alter_table("core_enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_core_enrolment_campaign_name", ["campaign_id", "name_sort", "id"], unique=False)
        batch_op.create_index("ix_core_enrolment_campaign_unit", ["campaign_id", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_enrolment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_tie_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ranking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "method",
            sa.Enum("lot", "jury", name="tiemethod_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_core_tie_decision_decided_by")),
        sa.ForeignKeyConstraint(["ranking_id"], ["core_ranking.id"], name=op.f("fk_core_tie_decision_ranking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_tie_decision")),
        sa.UniqueConstraint("ranking_id", "rank", name=op.f("uq_core_tie_decision_ranking_id_rank")),
    )
    op.create_table(
        "core_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "exclude", "restore", name="decisionkind_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_decision_campaign_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_core_decision_decided_by")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_core_decision_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_decision")),
    )
    with op.batch_alter_table("core_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_decision_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_decision_enrolment_id"), ["enrolment_id"], unique=False)

    op.create_table(
        "core_result",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_key", sa.String(length=40), nullable=False),
        sa.Column("score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("max_score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "score >= 0 AND score <= max_score AND duration_ms >= 0", name=op.f("ck_core_result_plausible")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_result_campaign_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_core_result_enrolment_id")),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_core_result_phase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_result")),
        sa.UniqueConstraint(
            "source",
            "phase_id",
            "enrolment_id",
            "entry_key",
            name=op.f("uq_core_result_source_phase_id_enrolment_id_entry_key"),
        ),
    )
    with op.batch_alter_table("core_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_result_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index("ix_core_result_phase_enrolment", ["phase_id", "enrolment_id"], unique=False)

    op.create_table(
        "core_standing",
        sa.Column("ranking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tied", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tie_place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_key", sa.String(length=40), nullable=False),
        sa.Column("score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("max_score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=False),
        sa.Column("key_1", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_2", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_3", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_4", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_5", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_6", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_7", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_8", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("ranking_id", "enrolment_id", name=op.f("pk_core_standing")),
    )
    with op.batch_alter_table("core_standing", schema=None) as batch_op:
        batch_op.create_index("ix_core_standing_rank", ["ranking_id", "rank", "tie_place"], unique=False)

    op.create_table(
        "core_result_measure",
        sa.Column("result_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["core_result.id"], name=op.f("fk_core_result_measure_result_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("result_id", "key", name=op.f("pk_core_result_measure")),
    )


def downgrade() -> None:
    op.drop_table("core_result_measure")
    with op.batch_alter_table("core_standing", schema=None) as batch_op:
        batch_op.drop_index("ix_core_standing_rank")

    op.drop_table("core_standing")
    with op.batch_alter_table("core_result", schema=None) as batch_op:
        batch_op.drop_index("ix_core_result_phase_enrolment")
        batch_op.drop_index(batch_op.f("ix_core_result_enrolment_id"))

    op.drop_table("core_result")
    with op.batch_alter_table("core_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_decision_enrolment_id"))
        batch_op.drop_index(batch_op.f("ix_core_decision_campaign_id"))

    op.drop_table("core_decision")
    op.drop_table("core_tie_decision")
    with op.batch_alter_table("core_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_enrolment_user_id"))
        batch_op.drop_index("ix_core_enrolment_campaign_unit")
        batch_op.drop_index("ix_core_enrolment_campaign_name")

    op.drop_table("core_enrolment")
    op.drop_table("core_rules_version")
    with op.batch_alter_table("core_ranking", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_core_ranking_adopted",
            sqlite_where=sa.text("state = 'adopted'"),
            postgresql_where=sa.text("state = 'adopted'"),
        )

    op.drop_table("core_ranking")
    op.drop_table("core_window")
    with op.batch_alter_table("core_settings_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_core_settings_version_campaign",
            sqlite_where=sa.text("phase_id IS NULL"),
            postgresql_where=sa.text("phase_id IS NULL"),
        )

    op.drop_table("core_settings_version")
    op.drop_table("core_result_set")
    op.drop_table("core_phase_edge")
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_core_membership_current",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_core_membership_user_id"))

    op.drop_table("core_membership")
    op.drop_table("core_document")
    with op.batch_alter_table("core_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_session_user_id"))

    op.drop_table("core_session")
    op.drop_table("core_phase")
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_core_job_waiting",
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )
        batch_op.drop_index("ix_core_job_state")
        batch_op.drop_index(batch_op.f("ix_core_job_campaign_id"))

    op.drop_table("core_job")
    with op.batch_alter_table("core_headcount", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_headcount_unit_id"))

    op.drop_table("core_headcount")
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_core_file_campaign_id"))

    op.drop_table("core_file")
    op.drop_table("core_division")
    with op.batch_alter_table("core_contact", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_core_contact_verified",
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_core_contact_user_id"))
        batch_op.drop_index("ix_core_contact_blind_index")

    op.drop_table("core_contact")
    op.drop_table("core_confirmation")
    op.drop_table("core_committee")
    with op.batch_alter_table("core_audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_core_audit_event_object")
        batch_op.drop_index("ix_core_audit_event_campaign")

    op.drop_table("core_audit_event")
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_index("ix_core_user_name_folded")

    op.drop_table("core_user")
    with op.batch_alter_table("core_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_unit_path"))
        batch_op.drop_index(batch_op.f("ix_core_unit_parent_id"))

    op.drop_table("core_unit")
    op.drop_table("core_campaign")
    op.drop_table("core_audit_head")
