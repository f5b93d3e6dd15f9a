"""Numbers that are given once, and finding quickly what somebody did last

SQLite gives the number of the row that was added last to the next one once it is removed. A page that shows a removed
announcement, task, phase, condition, division or correction would then save into another one: from now on no number of
these is given twice, as on PostgreSQL. An index on the audit log tells at once whether somebody has looked at something
a short time ago.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_GIVEN_ONCE = ("core_announcement", "core_correction", "core_division", "core_phase", "core_prerequisite", "core_task")


def upgrade() -> None:
    """Give numbers once on SQLite, and index the audit log by person, act and time."""
    _rebuild(sqlite_autoincrement=True)
    op.create_index("ix_core_audit_event_actor", "core_audit_event", ["actor_id", "action", "at"])


def _rebuild(*, sqlite_autoincrement: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in _GIVEN_ONCE:
        options = {"sqlite_autoincrement": sqlite_autoincrement}
        with op.batch_alter_table(table, recreate="always", table_kwargs=options):
            pass


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_core_audit_event_actor", "core_audit_event")
    _rebuild(sqlite_autoincrement=False)
