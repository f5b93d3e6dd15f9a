"""Settings that hold from a round on, changes of the rules in words, and the earlier campaign of one held again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; what was issued before was a material change."""
    with op.batch_alter_table("core_settings_version") as batch_op:
        batch_op.add_column(sa.Column("seconded_by", _KEY, nullable=True))
        batch_op.add_column(sa.Column("from_round", _KEY, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_core_settings_version_seconded_by"), "core_user", ["seconded_by"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_core_settings_version_seconded_by_another"), "seconded_by <> author_id"
        )
    with op.batch_alter_table("core_rules_version") as batch_op:
        batch_op.add_column(sa.Column("material", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("from_round", _KEY, nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_core_rules_version_first_is_material"), "material OR number > 1"
        )
    with op.batch_alter_table("core_campaign") as batch_op:
        batch_op.add_column(sa.Column("earlier_id", _KEY, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_core_campaign_earlier_id"), "core_campaign", ["earlier_id"], ["id"])


def downgrade() -> None:
    """Take the columns back."""
    with op.batch_alter_table("core_campaign") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_campaign_earlier_id"), type_="foreignkey")
        batch_op.drop_column("earlier_id")
    with op.batch_alter_table("core_rules_version") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_core_rules_version_first_is_material"), type_="check")
        batch_op.drop_column("from_round")
        batch_op.drop_column("reason")
        batch_op.drop_column("material")
    with op.batch_alter_table("core_settings_version") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_core_settings_version_seconded_by_another"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_core_settings_version_seconded_by"), type_="foreignkey")
        batch_op.drop_column("from_round")
        batch_op.drop_column("seconded_by")
