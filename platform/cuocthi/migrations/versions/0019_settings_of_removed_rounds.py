"""Settings of removed rounds

What was set for a round alone goes with the round when it is removed before it has begun. On SQLite the number of the
settings would be given to others then, and what names it in the audit log would mean these: from now on no number is
given twice, as on PostgreSQL.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give numbers once on SQLite."""
    _rebuild(sqlite_autoincrement=True)


def downgrade() -> None:
    """Take it back."""
    _rebuild(sqlite_autoincrement=False)


def _rebuild(*, sqlite_autoincrement: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    options = {"sqlite_autoincrement": sqlite_autoincrement}
    with op.batch_alter_table("core_settings_version", recreate="always", table_kwargs=options):
        pass
