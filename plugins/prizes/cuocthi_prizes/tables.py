"""The table of the units' figures: sorted, searched and paged in memory, for units are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.standings.queries import UnitFigures

#: What rows are sorted by; an unknown figure counts as the lowest.
_SORTED_BY: dict[str, Callable[[UnitFigures], int]] = {
    "persons": lambda row: row.persons,
    "headcount": lambda row: row.headcount or 0,
    "rate": lambda row: row.rate_permille or 0,
    "mean": lambda row: row.mean_score,
}


def _percent(row: UnitFigures) -> float | None:
    return None if row.rate_permille is None else row.rate_permille / 10


def _points(row: UnitFigures) -> float | None:
    return row.mean_score / 1000 if row.persons else None


def units_table(path: str, args: Mapping[str, str]) -> Table:
    """Return the table at ``path`` as the request's arguments want it."""
    columns = [
        Column("unit", T("Unit"), cell=lambda row: row.unit_name),
        Column("persons", T("Persons"), sortable=True, kind="number", cell=lambda row: row.persons),
        Column("headcount", T("Entitled"), sortable=True, kind="number", cell=lambda row: row.headcount),
        Column("rate", T("Rate"), sortable=True, kind="number", cell=_percent),
        Column("mean", T("Mean points"), sortable=True, kind="number", cell=_points),
    ]
    return Table(id="units", path=path, args=args, columns=columns, sort="-persons")


def narrowed(table: Table, figures: Sequence[UnitFigures]) -> list[UnitFigures]:
    """Return the units that match the search, in the table's order; equals stay in the order of their names."""
    wanted = fold(table.search).split()
    found = [row for row in figures if all(word in fold(row.unit_name) for word in wanted)]
    found.sort(key=_SORTED_BY[table.sort_key], reverse=table.descending)
    return found
