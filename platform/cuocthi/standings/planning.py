"""Telling PostgreSQL that a ranking is large while it cannot know."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

#: From so many persons on it is quicker to go through a table once than to look each person up.
_MANY = 10_000


@contextmanager
def read_whole(session: Session, *, persons: int) -> Iterator[None]:
    """Let statements that read a ranking of so many ``persons`` go through its tables once.

    PostgreSQL has no figures of a ranking that was written in this transaction, takes it for a few rows, and would look
    up half a million persons one by one, which costs three times as much. To gather figures would hold a lock on the
    table until the end, for which two rankings could wait crosswise.
    """
    large = persons >= _MANY and session.get_bind().dialect.name == "postgresql"
    if large:
        session.execute(sa.text("SET LOCAL enable_nestloop = off"))
    yield
    # After an exception the transaction is over, and the setting with it.
    if large:
        session.execute(sa.text("SET LOCAL enable_nestloop TO DEFAULT"))
