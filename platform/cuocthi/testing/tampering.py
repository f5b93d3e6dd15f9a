"""What somebody does who may change the tables: the refusals of the database are taken away first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from cuocthi.context import Context


def unguard(ctx: Context, *tables: str) -> None:
    """Drop the triggers of these tables by which the database refuses changes."""
    connection = ctx.session.connection()
    if connection.dialect.name == "sqlite":
        known = sa.text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        for name, table in connection.execute(known).all():
            if table in tables:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def swap_ranks(ctx: Context, *, ranking_id: int, first: int, second: int) -> None:
    """Let two ranks of a ranking change places behind everybody's back."""
    unguard(ctx, "core_standing")
    swapped = "CASE rank WHEN :first THEN :second WHEN :second THEN :first ELSE rank END"
    ctx.session.execute(
        sa.text(f"UPDATE core_standing SET rank = {swapped} WHERE ranking_id = :ranking"),  # noqa: S608 - our own words
        {"first": first, "second": second, "ranking": ranking_id},
    )
