"""Candidates: passing over, and taking that back, by a document alone

A trigger and no check: decisions that were made before without a document stay on record as they are.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLE = "prizes_candidate_decision"
_GUARD = f"{_TABLE}_insert_guard"
_CONDITION = "NEW.kind IN ('declined', 'take_back') AND NEW.document_number = ''"
_REFUSED = "nobody is passed over, nor is that taken back, without a document"


def upgrade() -> None:
    """Let the database refuse such a decision without a document."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {_GUARD} BEFORE INSERT ON {_TABLE} FOR EACH ROW WHEN {_CONDITION} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {_GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {_CONDITION} THEN "
        f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {_GUARD} BEFORE INSERT ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION {_GUARD}()")


def downgrade() -> None:
    """Let them be made without one again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {_GUARD}")
        return
    op.execute(f"DROP TRIGGER {_GUARD} ON {_TABLE}")
    op.execute(f"DROP FUNCTION {_GUARD}()")
