"""More types of questions, marks by answers"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BEFORE = ("single", "multiple", "true_false")
_AFTER = (*_BEFORE, "number", "text", "ordering", "matching", "hotspot")


def _types(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="questiontype_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("quiz_revision") as batch_op:
        batch_op.add_column(sa.Column("content", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("key", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("target_count", sa.SmallInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("shuffled", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("key_number", _KEY, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("worth", _KEY, nullable=False, server_default="1000"))
    _fill_content()
    with op.batch_alter_table("quiz_revision") as batch_op:
        batch_op.alter_column("type", existing_type=_types(*_BEFORE), type_=_types(*_AFTER), existing_nullable=False)
        batch_op.drop_constraint(batch_op.f("ck_quiz_revision_has_options"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_quiz_revision_has_a_key"), type_="check")
        batch_op.drop_column("options")
        batch_op.drop_column("key_mask")
        batch_op.create_check_constraint(batch_op.f("ck_quiz_revision_has_options"), "option_count BETWEEN 0 AND 8")
        batch_op.create_check_constraint(batch_op.f("ck_quiz_revision_has_targets"), "target_count BETWEEN 0 AND 15")
        batch_op.create_check_constraint(batch_op.f("ck_quiz_revision_plausible_worth"), "worth >= 0")
    op.create_table(
        "quiz_mark",
        sa.Column("revision_id", _KEY, nullable=False),
        sa.Column("key_number", _KEY, nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("points", _KEY, nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_quiz_mark_plausible_points")),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_mark_revision_id")),
        sa.PrimaryKeyConstraint("revision_id", "key_number", "response", name=op.f("pk_quiz_mark")),
    )
    with op.batch_alter_table("quiz_answer") as batch_op:
        batch_op.add_column(sa.Column("response", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE quiz_answer SET response = CASE WHEN chosen = 0 THEN '' ELSE CAST(chosen AS TEXT) END,"
        " history = substr(replace(';' || history, ';0@', ';@'), 2)"
    )
    with op.batch_alter_table("quiz_answer") as batch_op:
        batch_op.drop_column("chosen")
    # Scores are sums of marks from now on: the sweep grades every paper anew, and finds the marks on its way.
    op.execute("UPDATE quiz_attempt SET graded_at = NULL, score = NULL, max_score = NULL")


def _fill_content() -> None:
    """Write options and key in the shape of the types; true-or-false options keep their order on every paper."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, type, options, key_mask FROM quiz_revision")).all()
    for row in rows:
        options = json.loads(row.options) if isinstance(row.options, str) else row.options
        right = [place for place in range(len(options)) if row.key_mask >> place & 1]
        connection.execute(
            sa.text("UPDATE quiz_revision SET content = :content, key = :key, shuffled = :shuffled WHERE id = :id"),
            {
                "id": row.id,
                "content": json.dumps({"options": options}, ensure_ascii=False),
                "key": json.dumps({"right": right}),
                "shuffled": row.type != "true_false",
            },
        )


def downgrade() -> None:
    """Take it back; questions of the new types and their answers have to be gone."""
    with op.batch_alter_table("quiz_answer") as batch_op:
        batch_op.add_column(sa.Column("chosen", sa.SmallInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE quiz_answer SET chosen = CAST(response AS INTEGER) WHERE response <> ''")
    with op.batch_alter_table("quiz_answer") as batch_op:
        batch_op.drop_column("response")
    op.drop_table("quiz_mark")
    with op.batch_alter_table("quiz_revision") as batch_op:
        batch_op.add_column(sa.Column("options", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("key_mask", sa.SmallInteger(), nullable=False, server_default="1"))
    _fill_options()
    with op.batch_alter_table("quiz_revision") as batch_op:
        for name in ("has_options", "has_targets", "plausible_worth"):
            batch_op.drop_constraint(batch_op.f(f"ck_quiz_revision_{name}"), type_="check")
        for name in ("worth", "key_number", "shuffled", "target_count", "key", "content"):
            batch_op.drop_column(name)
        batch_op.alter_column("type", existing_type=_types(*_AFTER), type_=_types(*_BEFORE), existing_nullable=False)
        batch_op.create_check_constraint(batch_op.f("ck_quiz_revision_has_options"), "option_count BETWEEN 2 AND 8")
        batch_op.create_check_constraint(batch_op.f("ck_quiz_revision_has_a_key"), "key_mask BETWEEN 1 AND 255")


def _fill_options() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, content, key FROM quiz_revision")).all():
        content, key = (json.loads(value) if isinstance(value, str) else value for value in (row.content, row.key))
        connection.execute(
            sa.text("UPDATE quiz_revision SET options = :options, key_mask = :mask WHERE id = :id"),
            {
                "id": row.id,
                "options": json.dumps(content["options"], ensure_ascii=False),
                "mask": sum(1 << place for place in key["right"]),
            },
        )
