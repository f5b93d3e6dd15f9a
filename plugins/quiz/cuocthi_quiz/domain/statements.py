"""Running statements that change rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.sql.base import Executable

    from cuocthi.context import Context


def change(ctx: Context, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE as it stands and return how many rows it changed. Objects loaded before do not learn of it."""
    ran = ctx.session.execute(statement, values, execution_options={"synchronize_session": False})
    return cast("sa.CursorResult[Any]", ran).rowcount


def forget(ctx: Context, kind: type[Any]) -> None:
    """Let what is loaded of a mapped class be read anew, after statements have changed its rows."""
    for loaded in ctx.session.identity_map.values():
        if isinstance(loaded, kind):
            ctx.session.expire(loaded)
