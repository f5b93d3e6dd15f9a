"""Tags, divisions and groups of questions; questions for practice"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quiz_group",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("number", _KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("author_id", _KEY, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_quiz_group_says_something")),
        sa.CheckConstraint("size BETWEEN 2 AND 20", name=op.f("ck_quiz_group_several_questions")),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_quiz_group_campaign_id")),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_quiz_group_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_group")),
        sa.UniqueConstraint("campaign_id", "key", "number", name=op.f("uq_quiz_group_campaign_id_key_number")),
    )
    with op.batch_alter_table("quiz_question") as batch_op:
        batch_op.add_column(sa.Column("for_practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("quiz_revision") as batch_op:
        batch_op.add_column(sa.Column("tags", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("division_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("group_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("group_place", sa.SmallInteger(), nullable=False, server_default="0"))
        batch_op.create_foreign_key(op.f("fk_quiz_revision_division_id"), "core_division", ["division_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_quiz_revision_group_id"), "quiz_group", ["group_id"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_quiz_revision_place_in_a_group"), "(group_id IS NULL) = (group_place = 0)"
        )
        batch_op.create_index(op.f("ix_quiz_revision_division_id"), ["division_id"], unique=False)
        batch_op.create_index(op.f("ix_quiz_revision_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("quiz_revision") as batch_op:
        batch_op.drop_index(op.f("ix_quiz_revision_group_id"))
        batch_op.drop_index(op.f("ix_quiz_revision_division_id"))
        batch_op.drop_constraint(op.f("ck_quiz_revision_place_in_a_group"), type_="check")
        batch_op.drop_constraint(op.f("fk_quiz_revision_group_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_quiz_revision_division_id"), type_="foreignkey")
        for name in ("group_place", "group_id", "division_id", "tags"):
            batch_op.drop_column(name)
    with op.batch_alter_table("quiz_question") as batch_op:
        batch_op.drop_column("for_practice")
    op.drop_table("quiz_group")
