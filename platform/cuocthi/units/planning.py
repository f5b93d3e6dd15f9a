"""What importing a list would do: units added, changed and left as they are, and every contradiction.

The dry run shows the plan; the import carries the same plan out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.units.models import Unit
from cuocthi.units.rows import Dates, UnitRow, faults, place_of
from cuocthi.units.tree import Contradiction, Place, contradictions

if TYPE_CHECKING:
    from cuocthi.context import Context

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit as it stands, in the words of a list: codes instead of keys."""

    id: int
    row: UnitRow
    selectable: bool


@dataclass(frozen=True, slots=True)
class Addition:
    """A unit that a list adds."""

    row: UnitRow
    selectable: bool


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit that a list changes; ``before`` and ``after`` hold the columns that differ."""

    unit_id: int
    row: UnitRow
    selectable: bool
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What importing a list would do; nothing of it may be done while there are ``problems``."""

    added: Sequence[Addition]
    changed: Sequence[UnitChange]
    left: int
    problems: Sequence[Contradiction]


def plan_import(ctx: Context, *, rows: Sequence[UnitRow]) -> ImportPlan:
    """Return what importing ``rows`` would do to the tree as it stands (one statement)."""
    standing = units_by_code(ctx)
    tree = {code: place_of(unit.row) for code, unit in standing.items()}
    grouping = {row.parent for row in rows}
    added: list[Addition] = []
    changed: list[UnitChange] = []
    for row in rows:
        old = standing.get(row.code)
        whole = row if old is None or row.dates is not None else replace(row, dates=old.row.dates)
        tree[row.code] = place_of(whole)
        selectable = _selectable(row, grouping, old)
        if old is None:
            added.append(Addition(whole, selectable))
        elif change := _change(old, whole, selectable=selectable):
            changed.append(change)
    problems = [*faults(rows), *contradictions(tree, dict.fromkeys(row.code for row in rows))]
    return ImportPlan(added, changed, len(rows) - len(added) - len(changed), problems)


def tree_of(ctx: Context) -> dict[str, Place]:
    """Return the whole tree as its rules look at it, by code (one statement)."""
    return {code: place_of(unit.row) for code, unit in units_by_code(ctx).items()}


def units_by_code(ctx: Context) -> dict[str, Standing]:
    """Return all units as they stand (one statement); they are not loaded as objects of the session."""
    columns = (Unit.code, Unit.id, Unit.parent_id, Unit.successor_id, Unit.name, Unit.kind, Unit.block, Unit.aliases)
    found = ctx.session.execute(sa.select(*columns, Unit.valid_from, Unit.valid_to, Unit.selectable)).all()
    codes: dict[int | None, str] = {unit.id: unit.code for unit in found}
    return {
        unit.code: Standing(
            unit.id,
            UnitRow(
                code=unit.code,
                parent=codes.get(unit.parent_id, ""),
                name=unit.name,
                kind=unit.kind,
                block=unit.block,
                aliases=tuple(unit.aliases),
                dates=Dates(unit.valid_from, unit.valid_to, codes.get(unit.successor_id, "")),
            ),
            unit.selectable,
        )
        for unit in found
    }


def _selectable(row: UnitRow, grouping: set[str], old: Standing | None) -> bool:
    """Tell whether people belong to the unit itself; one that only groups others cannot be chosen."""
    if not row.headcounts:
        return old is None or old.selectable
    return row.code not in grouping or any(row.headcounts.values())


def _change(old: Standing, row: UnitRow, *, selectable: bool) -> UnitChange | None:
    before, after = _values(old.row, selectable=old.selectable), _values(row, selectable=selectable)
    differing = [name for name in after if after[name] != before[name]]
    if not differing:
        return None
    return UnitChange(
        old.id,
        row,
        selectable,
        {name: before[name] for name in differing},
        {name: after[name] for name in differing},
    )


def _values(row: UnitRow, *, selectable: bool) -> dict[str, object]:
    return {
        "parent": row.parent,
        "name": row.name,
        "kind": row.kind,
        "block": row.block,
        "aliases": list(row.aliases),
        **asdict(row.dates or Dates()),
        "selectable": selectable,
    }
