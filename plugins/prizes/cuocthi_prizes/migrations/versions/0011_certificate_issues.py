"""Certificates are issued: what they say is kept with the issue, and another issue has codes of its own

The certificates there are become the first issue of their list. What they say was not kept: its content stays empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ISSUE, _CERTIFICATE, _HAND_OVER = "prizes_certificate_issue", "prizes_certificate", "prizes_hand_over"
_KEPT = ("award_list_id", "number", "content", "decision_id", "fingerprint", "reason", "issued_by", "issued_at")
_REFUSED = "what certificates say is fixed: others are issued in their place"

_DECISION = """
    SELECT f.decision_id FROM prizes_finality f
    WHERE f.award_list_id = c.award_list_id ORDER BY f.version DESC LIMIT 1
"""
_FIRST_ISSUES = f"""
INSERT INTO {_ISSUE} (award_list_id, number, content, decision_id, fingerprint, reason, issued_by, issued_at, file_id)
SELECT c.award_list_id, 1, NULL, ({_DECISION}), COALESCE(MAX(h.fingerprint), ''), '', NULL,
    MIN(c.created_at), MAX(h.file_id)
FROM {_CERTIFICATE} c LEFT JOIN {_HAND_OVER} h ON h.award_list_id = c.award_list_id
GROUP BY c.award_list_id
"""  # noqa: S608 - names of this revision
_ISSUE_OF = f"""
UPDATE {_CERTIFICATE} SET issue_id = (
    SELECT i.id FROM {_ISSUE} i WHERE i.award_list_id = {_CERTIFICATE}.award_list_id
)
"""  # noqa: S608
_NOT_THE_LAST = f"""
DELETE FROM {_CERTIFICATE} WHERE issue_id IN (
    SELECT i.id FROM {_ISSUE} i JOIN {_ISSUE} later ON later.award_list_id = i.award_list_id AND later.number > i.number
)
"""  # noqa: S608
_LIST_OF = f"""
UPDATE {_CERTIFICATE} SET
    award_list_id = (SELECT i.award_list_id FROM {_ISSUE} i WHERE i.id = {_CERTIFICATE}.issue_id),
    created_at = (SELECT i.issued_at FROM {_ISSUE} i WHERE i.id = {_CERTIFICATE}.issue_id)
"""  # noqa: S608
_HAND_OVERS = f"""
INSERT INTO {_HAND_OVER} (award_list_id, file_id, fingerprint)
SELECT i.award_list_id, i.file_id, CASE WHEN i.file_id IS NOT NULL THEN i.fingerprint END FROM {_ISSUE} i
WHERE NOT EXISTS (
    SELECT 1 FROM {_ISSUE} later WHERE later.award_list_id = i.award_list_id AND later.number > i.number
)
"""  # noqa: S608


def upgrade() -> None:
    """Make the certificates of each list its first issue."""
    op.create_table(
        _ISSUE,
        sa.Column("id", _KEY, nullable=False),
        sa.Column("award_list_id", _KEY, nullable=False),
        sa.Column("number", _KEY, nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("decision_id", _KEY, nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("issued_by", _KEY, nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("file_id", _KEY, nullable=True),
        sa.CheckConstraint(
            "number >= 1 AND (number = 1) = (reason = '')", name=op.f(f"ck_{_ISSUE}_another_one_has_a_reason")
        ),
        _foreign(_ISSUE, "award_list_id", "prizes_award_list"),
        _foreign(_ISSUE, "decision_id", "prizes_legal_act"),
        _foreign(_ISSUE, "issued_by", "core_user"),
        _foreign(_ISSUE, "file_id", "core_file"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_ISSUE}")),
        sa.UniqueConstraint("award_list_id", "number", name=op.f(f"uq_{_ISSUE}_award_list_id_number")),
    )
    op.execute(_FIRST_ISSUES)
    with op.batch_alter_table(_CERTIFICATE) as batch_op:
        batch_op.add_column(sa.Column("issue_id", _KEY, nullable=True))
    op.execute(_ISSUE_OF)
    op.drop_index(op.f(f"ix_{_CERTIFICATE}_award_list_id"), table_name=_CERTIFICATE)
    with op.batch_alter_table(_CERTIFICATE) as batch_op:
        batch_op.alter_column("issue_id", existing_type=_KEY, nullable=False)
        for column in ("award_id", "unit_award_id"):
            batch_op.drop_constraint(op.f(f"uq_{_CERTIFICATE}_{column}"), type_="unique")
            batch_op.create_unique_constraint(op.f(f"uq_{_CERTIFICATE}_issue_id_{column}"), ["issue_id", column])
        batch_op.drop_constraint(op.f(f"fk_{_CERTIFICATE}_award_list_id"), type_="foreignkey")
        batch_op.create_foreign_key(op.f(f"fk_{_CERTIFICATE}_issue_id"), _ISSUE, ["issue_id"], ["id"])
        batch_op.drop_column("award_list_id")
        batch_op.drop_column("created_at")
    op.create_index(op.f(f"ix_{_CERTIFICATE}_award_id"), _CERTIFICATE, ["award_id"])
    op.drop_table(_HAND_OVER)
    same = "IS" if _on_sqlite() else "IS NOT DISTINCT FROM"
    _guard(_ISSUE, "update", "NOT (" + " AND ".join(f"NEW.{one} {same} OLD.{one}" for one in _KEPT) + ")")
    _guard(_ISSUE, "delete", "1 = 1")
    for act in ("update", "delete"):
        _guard(_CERTIFICATE, act, "1 = 1")


def downgrade() -> None:
    """Let each award have one certificate again: the codes of issues that were replaced are lost."""
    for table in (_ISSUE, _CERTIFICATE):
        for act in ("update", "delete"):
            _unguard(table, act)
    op.create_table(
        _HAND_OVER,
        sa.Column("id", _KEY, nullable=False),
        sa.Column("award_list_id", _KEY, nullable=False),
        sa.Column("file_id", _KEY, nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(file_id IS NULL) = (fingerprint IS NULL)", name=op.f(f"ck_{_HAND_OVER}_a_file_has_a_fingerprint")
        ),
        _foreign(_HAND_OVER, "award_list_id", "prizes_award_list"),
        _foreign(_HAND_OVER, "file_id", "core_file"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_HAND_OVER}")),
        sa.UniqueConstraint("award_list_id", name=op.f(f"uq_{_HAND_OVER}_award_list_id")),
    )
    op.execute(_HAND_OVERS)
    op.execute(_NOT_THE_LAST)
    op.drop_index(op.f(f"ix_{_CERTIFICATE}_award_id"), table_name=_CERTIFICATE)
    with op.batch_alter_table(_CERTIFICATE) as batch_op:
        batch_op.add_column(sa.Column("award_list_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("created_at", sa.BigInteger(), nullable=True))
    op.execute(_LIST_OF)
    with op.batch_alter_table(_CERTIFICATE) as batch_op:
        batch_op.alter_column("award_list_id", existing_type=_KEY, nullable=False)
        batch_op.alter_column("created_at", existing_type=sa.BigInteger(), nullable=False)
        batch_op.drop_constraint(op.f(f"fk_{_CERTIFICATE}_issue_id"), type_="foreignkey")
        for column in ("award_id", "unit_award_id"):
            batch_op.drop_constraint(op.f(f"uq_{_CERTIFICATE}_issue_id_{column}"), type_="unique")
            batch_op.create_unique_constraint(op.f(f"uq_{_CERTIFICATE}_{column}"), [column])
        batch_op.create_foreign_key(
            op.f(f"fk_{_CERTIFICATE}_award_list_id"), "prizes_award_list", ["award_list_id"], ["id"]
        )
        batch_op.drop_column("issue_id")
    op.create_index(op.f(f"ix_{_CERTIFICATE}_award_list_id"), _CERTIFICATE, ["award_list_id"])
    op.drop_table(_ISSUE)


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guard(table: str, act: str, condition: str) -> None:
    """Let the database refuse an act on a table's rows whenever a condition holds."""
    name = f"{table}_{act}_guard"
    if _on_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END IF; "
        f"RETURN {'OLD' if act == 'delete' else 'NEW'}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _unguard(table: str, act: str) -> None:
    name = f"{table}_{act}_guard"
    if _on_sqlite():
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")
