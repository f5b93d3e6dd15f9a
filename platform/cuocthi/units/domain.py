"""Changing the tree of units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.errors import InvalidData
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.units.queries import SEARCH_MARK, searchable
from cuocthi.units.rows import UnitRow, check_rows
from cuocthi.users.names import collation_key

if TYPE_CHECKING:
    from cuocthi.context import Context

_NAME_SORT_LENGTH = 600


def import_units(ctx: Context, *, rows: Sequence[UnitRow]) -> dict[str, Unit]:
    """Create the units of a list and update those whose code exists; returns them by code.

    Units that the list does not name stay as they are. Raises InvalidData if the list contradicts itself.
    """
    problems = check_rows(rows)
    if problems:
        raise InvalidData(T("The list of units cannot be used."), problems)
    known = {unit.code: unit for unit in ctx.session.scalars(sa.select(Unit))}
    by_code = {row.code: known.get(row.code) or Unit(code=row.code, path="") for row in rows}
    grouping = {row.parent for row in rows}
    for row in rows:
        _fill(by_code[row.code], row)
        by_code[row.code].selectable = row.code not in grouping or _has_people(row)
    ctx.session.add_all(unit for code, unit in by_code.items() if code not in known)
    ctx.session.flush()
    for row in rows:
        by_code[row.code].parent_id = by_code[row.parent].id if row.parent else None
    _set_paths({**known, **by_code}.values())
    ctx.session.flush()
    return by_code


def _has_people(row: UnitRow) -> bool:
    """Tell whether people belong to the unit itself; one that only groups others cannot be chosen."""
    return not row.headcounts or any(row.headcounts.values())


def _fill(unit: Unit, row: UnitRow) -> None:
    unit.name = row.name
    unit.name_sort = collation_key(_natural(row.name))[:_NAME_SORT_LENGTH]
    unit.aliases = list(row.aliases)
    unit.search = search_text(row.name, row.aliases)
    unit.kind = row.kind
    unit.block = row.block


def search_text(name: str, aliases: Iterable[str]) -> str:
    """Return what a unit is found by: its name and aliases, folded, between marks that show where each begins."""
    names = dict.fromkeys(searchable(text) for text in (name, *aliases))
    return SEARCH_MARK + SEARCH_MARK.join(names) + SEARCH_MARK


def _natural(text: str) -> str:
    """Pad numbers, so that "phường 2" stands before "phường 10"."""
    return re.sub(r"\d+", lambda found: found.group().zfill(6), text)


def _set_paths(units: Iterable[Unit]) -> None:
    by_id = {unit.id: unit for unit in units}
    paths: dict[int, str] = {}

    def path(unit: Unit) -> str:
        if unit.id not in paths:
            above = path(by_id[unit.parent_id]) if unit.parent_id is not None else "/"
            paths[unit.id] = f"{above}{unit.id}/"
        return paths[unit.id]

    for unit in by_id.values():
        unit.path = path(unit)
