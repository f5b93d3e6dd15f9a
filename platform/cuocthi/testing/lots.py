"""Drawing a lot in a test, as the committee's pages do in three steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cuocthi.standings.lots import give_part, open_lot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.standings.lot_models import Lot
    from cuocthi.standings.models import Ranking


def draw_lot(
    staff: Sequence[Context],
    *,
    ranking: Ranking,
    rank: int,
    parts: Sequence[str] = ("482 716", "90-35-1"),
    reason: str = "",
) -> Lot:
    """Open a lot among all who share ``rank`` as the first of two persons, and let both give their parts in time."""
    lot = open_lot(staff[0], ranking=ranking, rank=rank, sources=("Xúc xắc", "Kết quả xổ số"), reason=reason)
    now = max(staff[0].now, lot.parts_from or staff[0].now)
    for number, (ctx, part) in enumerate(zip(staff, parts, strict=False), start=1):
        give_part(replace(ctx, now=now), lot=lot, number=number, part=part)
    return lot
