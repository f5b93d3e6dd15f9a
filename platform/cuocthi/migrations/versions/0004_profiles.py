"""What campaigns ask of people: profiles, ages of divisions, answers of entrants, guardians, shared phones"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make room for what is known of people, and for what they answer when they join."""
    with op.batch_alter_table("core_contact") as batch_op:
        batch_op.add_column(sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("core_division") as batch_op:
        batch_op.add_column(sa.Column("min_age", _KEY, nullable=True))
        batch_op.add_column(sa.Column("max_age", _KEY, nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_core_division_ages_in_order"), "min_age <= max_age")
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.add_column(sa.Column("asked_version_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("details", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("publishes_name", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_foreign_key(
            batch_op.f("fk_core_enrolment_asked_version_id"), "core_settings_version", ["asked_version_id"], ["id"]
        )
    _create_profile()
    _create_guardian()


def _create_profile() -> None:
    op.create_table(
        "core_profile",
        sa.Column("user_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("citizen_id_index", sa.String(length=64), nullable=True),
        sa.Column("citizen_id", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(citizen_id IS NULL) = (citizen_id_index IS NULL)", name=op.f("ck_core_profile_citizen_id_indexed")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR citizen_id IS NOT NULL", name=op.f("ck_core_profile_confirmed_number")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_profile_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_profile")),
    )
    op.create_index("ix_core_profile_citizen_id_index", "core_profile", ["citizen_id_index"])
    confirmed = sa.text("confirmed_at IS NOT NULL")
    op.create_index(
        "uq_core_profile_confirmed",
        "core_profile",
        ["citizen_id_index"],
        unique=True,
        sqlite_where=confirmed,
        postgresql_where=confirmed,
    )


def _create_guardian() -> None:
    relations = sa.Enum(
        "mother", "father", "guardian", name="relation_known", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "core_guardian",
        sa.Column("enrolment_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("relation", relations, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("consent_digest", sa.String(length=64), nullable=False),
        sa.Column("consented_at", sa.BigInteger(), nullable=False),
        sa.Column("publishes", sa.Boolean(), nullable=False),
        sa.Column("child_publishes", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_core_guardian_enrolment_id")),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_core_guardian")),
    )


def downgrade() -> None:
    """Take it back; what was answered is lost."""
    op.drop_table("core_guardian")
    op.drop_table("core_profile")
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_enrolment_asked_version_id"), type_="foreignkey")
        batch_op.drop_column("publishes_name")
        batch_op.drop_column("details")
        batch_op.drop_column("asked_version_id")
    with op.batch_alter_table("core_division") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_core_division_ages_in_order"), type_="check")
        batch_op.drop_column("max_age")
        batch_op.drop_column("min_age")
    with op.batch_alter_table("core_contact") as batch_op:
        batch_op.drop_column("shared")
