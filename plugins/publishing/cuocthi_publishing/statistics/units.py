"""Units, their kinds and their blocks: each figure is part of another, so that small ones are hidden together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.units.queries import full_names
from cuocthi.units.words import KINDS
from cuocthi_publishing import queries as publishing_queries
from cuocthi_publishing.domain.suppression import Key, Sum, parts_of, suppressed_in_all, total_of
from cuocthi_publishing.statistics import queries
from cuocthi_publishing.statistics.queries import Figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.units.models import Unit
    from cuocthi_publishing.statistics.queries import Group

#: The columns that count persons, each some of those of the one before.
COUNTED = ("registered", "starters", "finishers")


def kind_order(kind: str) -> tuple[int, str]:
    """Return what puts kinds of units in order: the known ones from the province down, then others, then none."""
    known = list(KINDS)
    return (known.index(kind) if kind in known else len(known) + (not kind), kind)


@dataclass(frozen=True, slots=True)
class UnitStatistics:
    """The figures of units, kinds and blocks, and how many are entitled; ``names`` are the units' in full.

    ``hidden`` are the units (by id), kinds and blocks (with ``"kind"`` and ``"block"`` before them) whose numbers are
    not shown. ``withheld``: there are so few persons that nothing is shown.
    """

    units: Mapping[int, Unit]
    names: Mapping[int, str]
    by_unit: Mapping[int, Figures]
    by_kind: Mapping[str, Figures]
    by_block: Mapping[str, Figures]
    entitled: Mapping[int, int]
    hidden: frozenset[Key] = frozenset()
    withheld: bool = False

    def entitled_of(self, attribute: str, value: str) -> int | None:
        """Return how many are entitled in a kind or block of units; None where nobody said."""
        numbers = [
            number for unit_id, number in self.entitled.items() if getattr(self.units[unit_id], attribute) == value
        ]
        return sum(numbers) if numbers else None


def unit_statistics(ctx: Context, *, campaign: Campaign, groups: Sequence[Group]) -> UnitStatistics:
    """Return the figures of all units from which somebody registered or is entitled (some three statements)."""
    entitled: dict[int, int] = defaultdict(int)
    for (unit_id, _category), number in queries.entitled(ctx, campaign=campaign).items():
        entitled[unit_id] += number
    reached = queries.added_up(groups, lambda group: group.unit_id)
    found = publishing_queries.units_by_id(ctx, ids=sorted(entitled.keys() | reached.keys()))
    units = {unit.id: unit for unit in sorted(found, key=lambda unit: (unit.name_sort, unit.code))}
    by_unit = {unit_id: reached.get(unit_id, Figures()) for unit_id in units}
    by_kind = queries.added_up(groups, lambda group: units[group.unit_id].kind)
    by_block = queries.added_up(groups, lambda group: units[group.unit_id].block)
    hidden, withheld = _hidden(units, by_unit, by_kind, by_block)
    return UnitStatistics(
        units, full_names(ctx, units=list(units.values())), by_unit, by_kind, by_block, entitled, hidden, withheld
    )


def _hidden(
    units: Mapping[int, Unit],
    by_unit: Mapping[int, Figures],
    by_kind: Mapping[str, Figures],
    by_block: Mapping[str, Figures],
) -> tuple[frozenset[Key], bool]:
    kinds, blocks = [("kind", kind) for kind in by_kind], [("block", block) for block in by_block]
    sums: list[Sum] = [total_of(list(units)), total_of(kinds), total_of(blocks)]
    sums += [
        parts_of((attribute, value), [key for key, unit in units.items() if getattr(unit, attribute) == value])
        for attribute, value in (*kinds, *blocks)
    ]
    figures: dict[Key, Figures] = {**by_unit}
    figures |= {("kind", key): one for key, one in by_kind.items()}
    figures |= {("block", key): one for key, one in by_block.items()}
    return not_shown(figures, sums)


def not_shown(figures: Mapping[Key, Figures], sums: Sequence[Sum]) -> tuple[frozenset[Key], bool]:
    """Return the groups whose figures are not shown, as these sums are known, and whether nothing can be shown at all.

    Of a group all columns are hidden or none, as whoever handed in has registered, too.
    """
    columns = [{key: getattr(one, column) for key, one in figures.items()} for column in COUNTED]
    hidden, withheld = suppressed_in_all(columns, sums)
    return hidden, bool(withheld)
