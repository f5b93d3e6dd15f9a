"""Digests over rows: any number of them, the same on every database and whatever order they come in."""

from __future__ import annotations

import hashlib
from functools import reduce
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: The digest of no rows at all.
NOTHING = hashlib.sha256(b"").hexdigest()


def line(*columns: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return the canonical text of one row: its values as text, separated by tabs. Times are microseconds."""
    texts = [
        sa.cast(sa.type_coerce(column, sa.BigInteger), sa.Text) if _is_number(column) else column for column in columns
    ]
    return reduce(lambda left, right: left + sa.literal("\t") + right, texts)


def digest_of_lines(session: Session, lines: sa.Select[str], head: bytes = b"") -> str:
    """Return the SHA-256 over ``head`` and the lines in the order of their characters, each with its line end.

    The order is made here: databases sort texts by rules of their own.
    """
    # Straight from the driver: half a million texts need nothing of what is done for each row otherwise.
    found = sorted(text for (text,) in session.connection().execute(lines).cursor.fetchall())
    hashed = hashlib.sha256(head)
    hashed.update("\n".join([*found, ""]).encode())
    return hashed.hexdigest()


def _is_number(column: sa.ColumnElement[Any]) -> bool:
    return not isinstance(column.type, sa.String)
