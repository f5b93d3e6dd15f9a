"""Windows of units, and what an incident grants"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Let windows be of a unit, enrolments keep their place in the tree, and rounds have what incidents granted."""
    with op.batch_alter_table("core_window") as batch_op:
        batch_op.add_column(sa.Column("unit_id", _KEY, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_core_window_unit_id"), "core_unit", ["unit_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("uq_core_window_phase_id_opens_at"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_core_window_phase_id_unit_id_opens_at"), ["phase_id", "unit_id", "opens_at"]
        )
        batch_op.create_index(
            "uq_core_window_everybody",
            ["phase_id", "opens_at"],
            unique=True,
            sqlite_where=sa.text("unit_id IS NULL"),
            postgresql_where=sa.text("unit_id IS NULL"),
        )
    with op.batch_alter_table("core_phase") as batch_op:
        batch_op.add_column(sa.Column("planned", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("relief_until", sa.BigInteger(), nullable=True))
    _keep_places()
    op.create_table(
        "core_relief",
        sa.Column("incident_id", _KEY, nullable=False),
        sa.Column("enrolment_id", _KEY, nullable=False),
        sa.Column("phase_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["core_settings_version.id"], name=op.f("fk_core_relief_incident_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_core_relief_enrolment_id")),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_core_relief_phase_id")),
        sa.PrimaryKeyConstraint("incident_id", "enrolment_id", name=op.f("pk_core_relief")),
    )
    with op.batch_alter_table("core_relief") as batch_op:
        batch_op.create_index(batch_op.f("ix_core_relief_enrolment_id"), ["enrolment_id"])


def _keep_places() -> None:
    """Take each enrolment's place in the tree of units as it is today."""
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.add_column(sa.Column("unit_path", sa.String(length=400), nullable=False, server_default=""))
    op.execute(
        "UPDATE core_enrolment SET unit_path = (SELECT path FROM core_unit WHERE core_unit.id = core_enrolment.unit_id)"
    )


def downgrade() -> None:
    """Take it back; windows of units are dropped."""
    op.drop_table("core_relief")
    with op.batch_alter_table("core_enrolment") as batch_op:
        batch_op.drop_column("unit_path")
    with op.batch_alter_table("core_phase") as batch_op:
        batch_op.drop_column("relief_until")
        batch_op.drop_column("planned")
    op.execute("DELETE FROM core_window WHERE unit_id IS NOT NULL")
    with op.batch_alter_table("core_window") as batch_op:
        batch_op.drop_index(
            "uq_core_window_everybody",
            sqlite_where=sa.text("unit_id IS NULL"),
            postgresql_where=sa.text("unit_id IS NULL"),
        )
        batch_op.drop_constraint(batch_op.f("uq_core_window_phase_id_unit_id_opens_at"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_core_window_phase_id_opens_at"), ["phase_id", "opens_at"])
        batch_op.drop_constraint(batch_op.f("fk_core_window_unit_id"), type_="foreignkey")
        batch_op.drop_column("unit_id")
