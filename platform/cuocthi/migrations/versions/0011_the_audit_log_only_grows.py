"""The audit log only grows

The database itself refuses to change or remove what is on record, so that no statement of the platform or of a plugin
can do it by mistake. Whoever may change the tables can still take the refusal away: that leaves the chain of hashes
broken, which is what finds it.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_REFUSAL = "the audit log only grows"


def upgrade() -> None:
    """Let the database refuse it."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER core_audit_event_{act} BEFORE {act} ON core_audit_event "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION core_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER core_audit_event_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON core_audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION core_audit_only_grows()"
    )


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER core_audit_event_{act}")
        return
    op.execute("DROP TRIGGER core_audit_event_only_grows ON core_audit_event")
    op.execute("DROP FUNCTION core_audit_only_grows()")
