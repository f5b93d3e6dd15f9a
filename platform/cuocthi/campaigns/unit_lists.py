"""Importing a list of units with a campaign's numbers: the dry run, and carrying exactly that out; writing the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.headcounts import Origin, differing, headcounts_of, update_headcounts
from cuocthi.campaigns.models import Campaign, Headcount
from cuocthi.digest import digest
from cuocthi.errors import Conflict, InvalidData
from cuocthi.text import T
from cuocthi.units.domain import import_units, lock_tree, unseen
from cuocthi.units.planning import ImportPlan, Standing, plan_import, units_by_code
from cuocthi.units.rows import UnitRow

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.units.lists import Problem, UnitList


@dataclass(frozen=True, slots=True)
class NumberChange:
    """How many people of a unit are entitled, before and after."""

    code: str
    name: str
    category: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What importing a list would do to the tree and to the campaign's numbers; ``digest`` stands for all of it."""

    units: ImportPlan
    numbers: Sequence[NumberChange]
    problems: Sequence[Problem]
    digest: str

    @property
    def changes_nothing(self) -> bool:
        """Whether all is as the list says already."""
        return not (self.units.added or self.units.changed or self.numbers)


def plan_list(ctx: Context, *, campaign: Campaign, listed: UnitList, origin: Origin) -> ListPlan:
    """Return what importing a list would do (three statements); nothing is changed."""
    plan = plan_import(ctx, rows=listed.rows)
    numbers = list(_number_changes(ctx, campaign, listed, origin))
    problems = [*listed.problems, *listed.locate(plan.problems)]
    return ListPlan(plan, numbers, problems, _digest(plan, numbers, origin))


def import_list(
    ctx: Context,
    *,
    campaign: Campaign,
    listed: UnitList,
    origin: Origin,
    expected: str,
    progress: Callable[[int, int], None] = unseen,
) -> ListPlan:
    """Carry out the plan whose digest is ``expected``; returns it. A plan that changes nothing is carried out too.

    ``progress`` is told how many steps of how many are done.

    Raises InvalidData if there are problems, Conflict if the plan is another one by now.
    """
    lock_tree(ctx)
    plan = plan_list(ctx, campaign=campaign, listed=listed, origin=origin)
    if plan.problems:
        message = T("The list cannot be imported. Nothing was changed.")
        raise InvalidData(message, [problem.text for problem in plan.problems])
    if plan.changes_nothing:
        return plan
    if plan.digest != expected:
        raise Conflict(T("The units were changed since the preview. Please look at what the list would do now."))
    units = import_units(ctx, rows=listed.rows, campaign=campaign, progress=progress)
    numbers = {
        (units[row.code].id, category): number for row in listed.rows for category, number in row.headcounts.items()
    }
    update_headcounts(ctx, campaign=campaign, numbers=numbers, origin=origin)
    return plan


def _number_changes(ctx: Context, campaign: Campaign, listed: UnitList, origin: Origin) -> Iterator[NumberChange]:
    if not listed.categories:
        return
    standing = headcounts_of(ctx, campaign=campaign)
    known = units_by_code(ctx)
    # Units that the list adds have no key yet; each gets one that no row of the database has.
    keys = {row.code: known[row.code].id if row.code in known else -index for index, row in enumerate(listed.rows, 1)}
    wanted = {(keys[row.code], name): number for row in listed.rows for name, number in row.headcounts.items()}
    before = {(row.unit_id, row.category): row.number for row in standing}
    changed = differing(standing, wanted, origin)
    for row in listed.rows:
        for category, number in row.headcounts.items():
            key = keys[row.code], category
            if key in changed:
                yield NumberChange(row.code, row.name, category, before.get(key, 0), number)


def _digest(plan: ImportPlan, numbers: Sequence[NumberChange], origin: Origin) -> str:
    return digest(
        {
            "added": [_plain(item.row) for item in plan.added],
            "changed": [[item.unit_id, _plain(item.row), _texts(item.before)] for item in plan.changed],
            "numbers": [[item.code, item.category, item.before, item.after] for item in numbers],
            "origin": [origin.source, str(origin.as_of)],
        }
    )


def _plain(row: UnitRow) -> list[str]:
    return [row.code, row.parent, row.name, row.kind, row.block, *row.aliases, str(row.dates)]


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def listed_units(ctx: Context, *, campaign: Campaign) -> tuple[list[UnitRow], list[str]]:
    """Return the whole tree as the rows of a list with a campaign's numbers, and the categories that have any.

    Each unit stands before those below it (two statements).
    """
    found = units_by_code(ctx)
    counts: dict[int, dict[str, int]] = {}
    for unit_id, category, number in ctx.session.execute(
        sa.select(Headcount.unit_id, Headcount.category, Headcount.number).where(Headcount.campaign_id == campaign.id)
    ):
        counts.setdefault(unit_id, {})[category] = number
    used = {category for numbers in counts.values() for category in numbers}
    ordered = sorted(found.values(), key=lambda unit: _chain(found, unit))
    rows = [_with_numbers(unit.row, counts.get(unit.id, {})) for unit in ordered]
    return rows, [category for category in campaign.categories if category in used]


def _chain(found: Mapping[str, Standing], unit: Standing) -> list[str]:
    """Return the codes from the root down to a unit, by which a tree is put in order."""
    chain = [unit.row.code]
    while parent := found[chain[-1]].row.parent:
        chain.append(parent)
    return chain[::-1]


def _with_numbers(row: UnitRow, numbers: Mapping[str, int]) -> UnitRow:
    return UnitRow(row.code, row.parent, row.name, row.kind, row.block, row.aliases, numbers, row.dates)
