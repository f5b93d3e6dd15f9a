"""Decisions on entries may name the document they rest on; in an archived campaign each one does

A later revision that lays core_decision down anew on SQLite has to make the trigger again: it goes with the table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TRIGGER = "core_decision_insert"
_REFUSAL = "in an archived campaign a decision rests on a document"
_GROUNDED = "NEW.document_id IS NOT NULL OR (SELECT state FROM core_campaign WHERE id = NEW.campaign_id) <> 'archived'"


def upgrade() -> None:
    """Add the document, and let the database refuse a decision without one."""
    with op.batch_alter_table("core_decision") as batch_op:
        batch_op.add_column(sa.Column("document_id", _KEY, nullable=True))
        name = batch_op.f("fk_core_decision_document_id")
        batch_op.create_foreign_key(name, "core_document", ["document_id"], ["id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {_TRIGGER} BEFORE INSERT ON core_decision WHEN ({_GROUNDED}) IS NOT TRUE "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {_TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF ({_GROUNDED}) IS NOT TRUE THEN "
        f"RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {_TRIGGER} BEFORE INSERT ON core_decision FOR EACH ROW EXECUTE FUNCTION {_TRIGGER}()")


def downgrade() -> None:
    """Take both back."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER {_TRIGGER}" if on_sqlite else f"DROP FUNCTION {_TRIGGER}() CASCADE")
    with op.batch_alter_table("core_decision") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_decision_document_id"), type_="foreignkey")
        batch_op.drop_column("document_id")
