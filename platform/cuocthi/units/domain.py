"""Writing the tree of units: what all its changes have in common, and importing a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import InvalidData
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.units.planning import ImportPlan, plan_import
from cuocthi.units.queries import SEARCH_MARK, searchable
from cuocthi.units.rows import Dates, UnitRow
from cuocthi.users.names import collation_key

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

_NAME_SORT_LENGTH = 600


def unseen(_done: int, _total: int) -> None:
    """Take note of progress that nobody waits for."""


def import_units(
    ctx: Context,
    *,
    rows: Sequence[UnitRow],
    campaign: Campaign | None = None,
    progress: Callable[[int, int], None] = unseen,
) -> dict[str, Unit]:
    """Create the units of a list and update those whose code exists; returns them by code.

    Units that the list does not name stay as they are; what is as the list says already is left. ``campaign`` is the
    one under which the change is recorded, ``progress`` is told how many steps of how many are done. Raises InvalidData
    if the list contradicts itself or the tree.
    """
    lock_tree(ctx)
    plan = plan_import(ctx, rows=rows)
    if plan.problems:
        raise InvalidData(T("The list of units cannot be used."), [problem.text for problem in plan.problems])
    if plan.added or plan.changed:
        _carry_out(ctx, plan, progress)
        _record_import(ctx, plan, campaign)
    wanted = {row.code for row in rows}
    return {unit.code: unit for unit in ctx.session.scalars(sa.select(Unit)) if unit.code in wanted}


def lock_tree(ctx: Context) -> None:
    """Let no other change of the tree begin before this transaction ends; reading and registering go on.

    The rules of the tree look at all of it, so that two changes may each be right and both together wrong.
    """
    if ctx.session.get_bind().dialect.name == "postgresql":
        ctx.session.execute(sa.text("LOCK TABLE core_unit IN SHARE ROW EXCLUSIVE MODE"))


def set_names(unit: Unit, name: str, aliases: Iterable[str]) -> None:
    """Give a unit its name and aliases, and what it is found and sorted by."""
    unit.name = name
    unit.name_sort = collation_key(_natural(name))[:_NAME_SORT_LENGTH]
    unit.aliases = list(aliases)
    unit.search = search_text(name, unit.aliases)


def search_text(name: str, aliases: Iterable[str]) -> str:
    """Return what a unit is found by: its name and aliases, folded, between marks that show where each begins."""
    names = dict.fromkeys(searchable(text) for text in (name, *aliases))
    return SEARCH_MARK + SEARCH_MARK.join(names) + SEARCH_MARK


def rebuild_paths(ctx: Context) -> None:
    """Make every unit's path follow its parents anew; only those that differ are written (two statements)."""
    ctx.session.flush()
    found = ctx.session.execute(sa.select(Unit.id, Unit.parent_id, Unit.path)).all()
    parents: dict[int, int | None] = {unit.id: unit.parent_id for unit in found}
    paths = _paths(parents)
    moved = [{"id": unit.id, "path": paths[unit.id]} for unit in found if unit.path != paths[unit.id]]
    if moved:
        ctx.session.execute(sa.update(Unit), moved)
        for unit in ctx.session.identity_map.values():
            if isinstance(unit, Unit):
                ctx.session.expire(unit, ["path", "parent_id"])


def _paths(parents: Mapping[int, int | None]) -> dict[int, str]:
    paths: dict[int, str] = {}
    for start in parents:
        walk: list[int] = []
        key: int | None = start
        while key is not None and key not in paths:
            walk.append(key)
            key = parents[key]
        path = "/" if key is None else paths[key]
        for step in reversed(walk):
            path = paths[step] = f"{path}{step}/"
    return paths


def _carry_out(ctx: Context, plan: ImportPlan, progress: Callable[[int, int], None]) -> None:
    known = {unit.code: unit for unit in ctx.session.scalars(sa.select(Unit))}
    # Filling the units takes about half of the time, writing them the other.
    steps = 2 * (len(plan.added) + len(plan.changed))
    for number, addition in enumerate(plan.added):
        unit = known[addition.row.code] = Unit(code=addition.row.code, path="")
        _fill(unit, addition.row, selectable=addition.selectable)
        ctx.session.add(unit)
        progress(number, steps)
    for number, change in enumerate(plan.changed, len(plan.added)):
        _fill(ctx.session.get_one(Unit, change.unit_id), change.row, selectable=change.selectable)
        progress(number, steps)
    ctx.session.flush()
    for row in [item.row for item in plan.added] + [item.row for item in plan.changed]:
        successor = (row.dates or Dates()).successor
        known[row.code].parent_id = known[row.parent].id if row.parent else None
        known[row.code].successor_id = known[successor].id if successor else None
    rebuild_paths(ctx)
    progress(steps, steps)


def _fill(unit: Unit, row: UnitRow, *, selectable: bool) -> None:
    dates = row.dates or Dates()
    set_names(unit, row.name, row.aliases)
    unit.kind = row.kind
    unit.block = row.block
    unit.valid_from, unit.valid_to = dates.valid_from, dates.valid_to
    unit.selectable = selectable


def _record_import(ctx: Context, plan: ImportPlan, campaign: Campaign | None) -> None:
    record(
        ctx,
        action="core:unit:import",
        summary=T(
            "Imported a list of units: %(added)s added, %(changed)s changed",
            added=len(plan.added),
            changed=len(plan.changed),
        ),
        campaign=campaign,
        object_kind="unit",
        object_id=None,
        before={change.row.code: change.before for change in plan.changed},
        after={
            **{change.row.code: change.after for change in plan.changed},
            **{item.row.code: item.row.name for item in plan.added},
        },
    )


def _natural(text: str) -> str:
    """Pad numbers, so that "phường 2" stands before "phường 10"."""
    return re.sub(r"\d+", lambda found: found.group().zfill(6), text)
