"""What helpers write about people whom they merge or tell apart: sealed, and gone with the people.

The audit log, which nothing leaves, refers to the merger by its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.merging.models import Merger, ToldApart
from cuocthi.security.personal_data import Undecipherable

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

_MERGER = "core_merger.{column}:{row.kept_id}:{row.merged_id}"
_TOLD_APART = "core_told_apart.{column}:{row.low_id}:{row.high_id}"


def seal(row: Merger | ToldApart, written: str, *, vault: Vault, column: str = "reason") -> bytes:
    """Return a reason as a column of the row keeps it; the row names its two people already."""
    return vault.encrypt(written, belongs_to=_owner(row, column))


def opened(row: Merger | ToldApart, *, vault: Vault, column: str = "reason") -> str:
    """Return a reason in the clear; it is empty where it is forgotten, or its key is gone."""
    sealed: bytes | None = getattr(row, column)
    try:
        return "" if sealed is None else vault.decrypt(sealed, belongs_to=_owner(row, column))
    except Undecipherable:
        return ""


def forget_reasons(ctx: Context, *, user_ids: Collection[int]) -> None:
    """Forget why accounts that are nobody's by now were merged or told apart; that they were merged stays."""
    ctx.session.execute(
        sa.update(Merger)
        .where(sa.or_(Merger.kept_id.in_(user_ids), Merger.merged_id.in_(user_ids)))
        .values(reason=None, undone_reason=None, number_index=None)
    )
    ctx.session.execute(
        sa.delete(ToldApart).where(sa.or_(ToldApart.low_id.in_(user_ids), ToldApart.high_id.in_(user_ids)))
    )


def _owner(row: Merger | ToldApart, column: str) -> str:
    pattern = _MERGER if isinstance(row, Merger) else _TOLD_APART
    return pattern.format(column=column, row=row)
