"""Accounts of one person merged, access that support restores, and rosters of units"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BEFORE = (
    "sign_in",
    "reset",
    "contact",
    "invitation",
    "sign_in_choice",
    "reset_choice",
    "new_password",
    "second_factor",
)
_ALONE = sa.text("duplicate_of_id IS NULL")


def upgrade() -> None:
    """Let accounts and enrolments say what took their place, and keep how that came about."""
    with op.batch_alter_table("core_user") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", _KEY, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_core_user_merged_into_id"), "core_user", ["merged_into_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_core_user_merged_inactive"), "merged_into_id IS NULL OR NOT active"
        )
        batch_op.create_index(batch_op.f("ix_core_user_merged_into_id"), ["merged_into_id"], unique=False)
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.add_column(sa.Column("duplicate_of_id", _KEY, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_core_enrolment_duplicate_of_id"), "core_enrolment", ["duplicate_of_id"], ["id"]
        )
        batch_op.drop_constraint(batch_op.f("uq_core_enrolment_campaign_id_user_id"), type_="unique")
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.create_index(
            "uq_core_enrolment_person",
            ["campaign_id", "user_id"],
            unique=True,
            sqlite_where=_ALONE,
            postgresql_where=_ALONE,
        )
        batch_op.create_index(
            "ix_core_enrolment_alike", ["name_folded", "unit_id", "campaign_id", "user_id"], unique=False
        )
    _index_contacts("blind_index", "user_id")
    _allow(_BEFORE, (*_BEFORE, "support"))
    _create_merger()
    _create_identity_check()
    _create_rosters()


def _index_contacts(*columns: str) -> None:
    op.drop_index("ix_core_contact_blind_index", "core_contact")
    op.create_index("ix_core_contact_blind_index", "core_contact", list(columns), unique=False)


def _allow(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("core_ticket") as batch_op:
        batch_op.alter_column("kind", existing_type=_kinds(*before), type_=_kinds(*after), existing_nullable=False)


def _kinds(*kinds: str) -> sa.Enum:
    return sa.Enum(*kinds, name="ticketkind_known", native_enum=False, create_constraint=True, length=32)


def _create_merger() -> None:
    standing = sa.text("undone_at IS NULL")
    op.create_table(
        "core_merger",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kept_id", _KEY, nullable=False),
        sa.Column("merged_id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("number_index", sa.String(length=64), nullable=True),
        sa.Column("merged_by", _KEY, nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", _KEY, nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_core_merger_two_accounts")),
        sa.CheckConstraint(
            "undone_at IS NOT NULL OR undone_reason IS NULL", name=op.f("ck_core_merger_reason_of_undoing")
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["core_user.id"], name=op.f("fk_core_merger_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["core_user.id"], name=op.f("fk_core_merger_merged_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_merger_campaign_id")),
        sa.ForeignKeyConstraint(["merged_by"], ["core_user.id"], name=op.f("fk_core_merger_merged_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["core_user.id"], name=op.f("fk_core_merger_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_merger")),
    )
    with op.batch_alter_table("core_merger") as batch_op:
        batch_op.create_index(batch_op.f("ix_core_merger_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_merger_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index("ix_core_merger_by", ["merged_by", "merged_at"], unique=False)
        batch_op.create_index(
            "uq_core_merger_standing", ["merged_id"], unique=True, sqlite_where=standing, postgresql_where=standing
        )
    _create_told_apart()


def _create_told_apart() -> None:
    everywhere = sa.text("campaign_id IS NULL")
    op.create_table(
        "core_told_apart",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("low_id", _KEY, nullable=False),
        sa.Column("high_id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("told_by", _KEY, nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_core_told_apart_in_order")),
        sa.ForeignKeyConstraint(["low_id"], ["core_user.id"], name=op.f("fk_core_told_apart_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["core_user.id"], name=op.f("fk_core_told_apart_high_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_told_apart_campaign_id")),
        sa.ForeignKeyConstraint(["told_by"], ["core_user.id"], name=op.f("fk_core_told_apart_told_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_told_apart")),
        sa.UniqueConstraint(
            "low_id", "high_id", "campaign_id", name=op.f("uq_core_told_apart_low_id_high_id_campaign_id")
        ),
    )
    with op.batch_alter_table("core_told_apart") as batch_op:
        batch_op.create_index(batch_op.f("ix_core_told_apart_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(
            "uq_core_told_apart_everywhere",
            ["low_id", "high_id"],
            unique=True,
            sqlite_where=everywhere,
            postgresql_where=everywhere,
        )


def _create_identity_check() -> None:
    op.create_table(
        "core_identity_check",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("checked", sa.JSON(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("contact_changed", sa.Boolean(), nullable=False),
        sa.Column("checked_by", _KEY, nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_identity_check_campaign_id")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_identity_check_user_id")),
        sa.ForeignKeyConstraint(["checked_by"], ["core_user.id"], name=op.f("fk_core_identity_check_checked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_identity_check")),
    )
    with op.batch_alter_table("core_identity_check") as batch_op:
        batch_op.create_index("ix_core_identity_check_user", ["user_id", "checked_at"], unique=False)
        batch_op.create_index("ix_core_identity_check_by", ["checked_by", "checked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_identity_check_campaign_id"), ["campaign_id"], unique=False)


def _create_rosters() -> None:
    op.create_table(
        "core_roster_entry",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("unit_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=160), nullable=False),
        sa.Column("name_sort", sa.String(length=400), nullable=False),
        sa.Column("contact_index", sa.String(length=64), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_roster_entry_campaign_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_core_roster_entry_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_roster_entry")),
    )
    op.create_table(
        "core_roster_draft",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("unit_id", _KEY, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("handed_in_by", _KEY, nullable=False),
        sa.Column("handed_in_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_core_roster_draft_campaign_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_core_roster_draft_unit_id")),
        sa.ForeignKeyConstraint(["handed_in_by"], ["core_user.id"], name=op.f("fk_core_roster_draft_handed_in_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_roster_draft")),
        sa.UniqueConstraint("campaign_id", "unit_id", name=op.f("uq_core_roster_draft_campaign_id_unit_id")),
    )
    with op.batch_alter_table("core_roster_entry") as batch_op:
        batch_op.create_index("ix_core_roster_entry_unit", ["campaign_id", "unit_id", "name_folded"], unique=False)


def downgrade() -> None:
    """Take it back; accounts that were merged have to be told apart before."""
    for table in ("core_roster_draft", "core_roster_entry", "core_identity_check", "core_told_apart", "core_merger"):
        op.drop_table(table)
    _allow((*_BEFORE, "support"), _BEFORE)
    _index_contacts("blind_index")
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.drop_index("ix_core_enrolment_alike")
        batch_op.drop_index("uq_core_enrolment_person")
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_enrolment_duplicate_of_id"), type_="foreignkey")
        batch_op.drop_column("duplicate_of_id")
        batch_op.create_unique_constraint(
            batch_op.f("uq_core_enrolment_campaign_id_user_id"), ["campaign_id", "user_id"]
        )
    with op.batch_alter_table("core_user") as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_user_merged_into_id"))
        batch_op.drop_constraint(batch_op.f("ck_core_user_merged_inactive"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_core_user_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
