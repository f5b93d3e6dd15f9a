"""More roles, coordinators bound to a unit, and appointments that were an error"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BEFORE = ("organising", "jury", "support", "oversight")
_ROLES = (*_BEFORE, "standing", "technical", "editorial", "coordinating")


def upgrade() -> None:
    """Let committees have the new roles, and seats a unit and an annulment."""
    _allow(_BEFORE, _ROLES)
    with op.batch_alter_table("core_committee") as batch_op:
        batch_op.add_column(sa.Column("sees_names", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("core_membership") as batch_op:
        batch_op.add_column(sa.Column("unit_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("error_reason", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("annulled_at", sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_core_membership_unit_id"), "core_unit", ["unit_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_core_membership_annulled_ended"), "annulled_at IS NULL OR ended_at IS NOT NULL"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_core_membership_annulled_reason"), "annulled_at IS NULL OR error_reason <> ''"
        )


def downgrade() -> None:
    """Take it back; committees of the new roles have to be gone."""
    with op.batch_alter_table("core_committee") as batch_op:
        batch_op.drop_column("sees_names")
    with op.batch_alter_table("core_membership") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_core_membership_annulled_reason"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_core_membership_annulled_ended"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_core_membership_unit_id"), type_="foreignkey")
        batch_op.drop_column("annulled_at")
        batch_op.drop_column("error_reason")
        batch_op.drop_column("unit_id")
    _allow(_ROLES, _BEFORE)


def _allow(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("core_committee") as batch_op:
        batch_op.alter_column("role", existing_type=_roles(*before), type_=_roles(*after), existing_nullable=False)


def _roles(*roles: str) -> sa.Enum:
    return sa.Enum(*roles, name="role_known", native_enum=False, create_constraint=True, length=32)
