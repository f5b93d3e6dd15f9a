"""Numbers of collective prizes that are given once

A page that shows a collective prize which was taken out must not take another one out on SQLite, either.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rebuild(sqlite_autoincrement=True)


def downgrade() -> None:
    _rebuild(sqlite_autoincrement=False)


def _rebuild(*, sqlite_autoincrement: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        options = {"sqlite_autoincrement": sqlite_autoincrement}
        with op.batch_alter_table("prizes_unit_award", recreate="always", table_kwargs=options):
            pass
