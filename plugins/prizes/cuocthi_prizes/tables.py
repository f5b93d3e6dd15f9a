"""The tables of the units' figures: sorted, searched and paged in memory, for units are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.standings.queries import UnitFigures
    from cuocthi_prizes.domain.league import Row

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


#: What rows of the league are sorted by, besides what other figures of units are.
_LEAGUE_SORTED_BY: dict[str, Callable[[Row], int]] = {
    "entries": lambda row: row.figures.entries,
    "winners": lambda row: row.winners,
}


def league_table(path: str, args: Mapping[str, str], rounds: Sequence[tuple[str, str]]) -> Table:
    """Return the table of the league at ``path``; ``rounds`` are those that can be chosen, by key and title."""
    columns = [
        Column("unit", T("Unit"), cell=lambda row: row.figures.unit_name),
        Column("block", T("Block"), cell=lambda row: row.figures.block),
        *(
            Column(key, title, sortable=True, kind="number", cell=cell)
            for key, title, cell in (
                ("persons", T("Persons who took part"), lambda row: row.figures.persons),
                ("entries", T("Entries of these persons"), lambda row: row.figures.entries),
                ("headcount", T("Persons entitled"), lambda row: row.figures.headcount),
                ("rate", T("Persons out of those entitled, in per cent"), lambda row: _percent(row.figures)),
                ("mean", T("Mean points of these persons"), lambda row: _points(row.figures)),
                ("winners", T("Persons with an individual prize"), lambda row: row.winners),
            )
        ),
        Column("prizes", T("Collective prize"), cell=lambda row: row.prizes),
    ]
    filters = [Filter("round", T("Round"), rounds)] if len(rounds) > 1 else []
    return Table(id="league", path=path, args=args, columns=columns, sort="-persons", filters=filters)


def narrowed_league(table: Table, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that match the search, in the table's order; equals stay in the order of their names."""
    wanted = fold(table.search).split()
    found = [row for row in rows if all(word in fold(row.figures.unit_name) for word in wanted)]
    own, shared = _LEAGUE_SORTED_BY.get(table.sort_key), _SORTED_BY.get(table.sort_key)
    found.sort(key=own or (lambda row: shared(row.figures) if shared else 0), reverse=table.descending)
    return found
