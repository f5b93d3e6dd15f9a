"""The figures of the units as they are now: what merged and renamed units reached is told together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cuocthi.standings.queries import UnitFigures, unit_figures
from cuocthi.units.queries import current_unit_ids, units_of

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking


def current_unit_figures(ctx: Context, *, ranking: Ranking) -> Sequence[UnitFigures]:
    """Return what each unit that is there today reached, with all whose place it has taken (three statements).

    :func:`cuocthi.standings.queries.unit_figures` tells the same as it was at registration; persons, entries, scores
    and headcounts add up to the same in both. The order is that of the units' names.
    """
    as_registered = unit_figures(ctx, ranking=ranking)
    current = current_unit_ids(ctx, unit_ids=[row.unit_id for row in as_registered])
    together: dict[int, list[UnitFigures]] = defaultdict(list)
    for row in as_registered:
        together[current[row.unit_id]].append(row)
    return [
        replace(
            together[unit.id][0],
            unit_id=unit.id,
            unit_name=unit.name,
            block=unit.block,
            persons=sum(row.persons for row in together[unit.id]),
            entries=sum(row.entries for row in together[unit.id]),
            score_sum=sum(row.score_sum for row in together[unit.id]),
            headcount=_sum([row.headcount for row in together[unit.id]]),
        )
        for unit in units_of(ctx, unit_ids=list(together))
    ]


def _sum(numbers: Sequence[int | None]) -> int | None:
    """Add up what is known; None where nobody said anything."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
