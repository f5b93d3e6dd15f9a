"""Keeping the tree by hand: adding, correcting, renaming, merging and ending units.

A correction changes a unit where it stands. A renaming or a merger by decision makes another unit take its place from
a day on: who took part before stays in the unit of that time, and figures can be told as they were and as they are
now (:func:`cuocthi.units.queries.current_units`). Only what exists is dated; a unit's place in the tree is not.

Every change is judged on the tree as it would be before anything is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi.text import T, Text
from cuocthi.units.domain import lock_tree, rebuild_paths, set_names
from cuocthi.units.models import Unit
from cuocthi.units.planning import tree_of
from cuocthi.units.queries import searchable, today
from cuocthi.units.tree import Place, contradictions

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: A code stands in addresses and in lists, whose aliases "|" divides.
_CODE = re.compile(r"[^\s|/?#&%+]{1,80}")
_CODE_FROM_NAME = 60

Tree = dict[str, Place]


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is said of a unit by hand; ``parent`` is a code or empty, an empty ``code`` is made from the name.

    ``selectable`` tells whether people belong to the unit itself, and so may choose it.
    """

    name: str
    code: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = ""
    block: str = ""
    selectable: bool = True


def facts_of(ctx: Context, *, unit: Unit) -> UnitFacts:
    """Return what is said of a unit now (one statement at most)."""
    parent = ctx.session.get_one(Unit, unit.parent_id).code if unit.parent_id is not None else ""
    return UnitFacts(unit.name, unit.code, parent, tuple(unit.aliases), unit.kind, unit.block, unit.selectable)


def add_unit(ctx: Context, *, campaign: Campaign, facts: UnitFacts, valid_from: date | None = None) -> Unit:
    """Add a unit, there from ``valid_from`` on or since ever.

    ``campaign`` is the one from whose pages it is done. Raises DomainError with the field (``name``, ``code``,
    ``parent``), Conflict for a code that is taken, InvalidData for what the tree contradicts.
    """
    lock_tree(ctx)
    tree = tree_of(ctx)
    checked = _plan_new(tree, facts, valid_from)
    _refuse_contradictions(tree, [checked.code])
    return _insert(ctx, campaign, checked, valid_from)


def edit_unit(ctx: Context, *, campaign: Campaign, unit: Unit, facts: UnitFacts) -> None:
    """Correct what is said of a unit, and move it with all below it if the parent is another one; its code stays.

    A name that is corrected stays an alias, so that the unit is found by it. Raises as :func:`add_unit`.
    """
    lock_tree(ctx)
    ctx.session.refresh(unit)
    tree, before = tree_of(ctx), facts_of(ctx, unit=unit)
    after = _checked(tree, replace(facts, code=unit.code))
    if after.name != before.name and before.name not in after.aliases:
        after = replace(after, aliases=(*after.aliases, before.name))
    tree[unit.code] = replace(tree[unit.code], name=after.name, parent=after.parent)
    _refuse_contradictions(tree, [unit.code])
    was, now = _values(before), _values(after)
    changed = [name for name in now if now[name] != was[name]]
    if not changed:
        return
    _write(ctx, unit, after)
    rebuild_paths(ctx)
    summary = T("Changed the unit “%(name)s”", name=unit.name)
    _record(
        ctx,
        campaign,
        unit,
        summary,
        before={key: was[key] for key in changed},
        after={key: now[key] for key in changed},
    )


def rename_unit(ctx: Context, *, campaign: Campaign, unit: Unit, name: str, day: date, code: str = "") -> Unit:
    """Let a unit bear another name from ``day`` on, by decision: a new unit takes its place, with all below it.

    Returns the new unit. Raises as :func:`merge_units`.
    """
    facts = replace(facts_of(ctx, unit=unit), name=name, code=code)
    return merge_units(ctx, campaign=campaign, units=[unit], into=facts, day=day)


def merge_units(ctx: Context, *, campaign: Campaign, units: Sequence[Unit], into: Unit | UnitFacts, day: date) -> Unit:
    """Let one unit, that is there or new, take the place of ``units`` from ``day`` on; returns it.

    What lies below them moves to it at once. No enrolment, headcount, entry or ranking is touched. Raises DomainError
    with the field (``units``, ``day``, ``into``, ``name``, ``code``, ``parent``), Conflict where a unit has ended
    already or a code is taken, InvalidData for what the tree contradicts.
    """
    lock_tree(ctx)
    tree = tree_of(ctx)
    ending = _ending(ctx, units)
    new = None if isinstance(into, Unit) else _plan_new(tree, into, day)
    code = into.code if new is None else new.code
    if code in ending:
        raise DomainError(T("A unit cannot take its own place. Please choose another one, or a new one."), field="into")
    heirs = dict.fromkeys(ending, code)
    moves = _moves(tree, heirs, day, successor=code)
    _plan_end(ctx, tree, ending, day, successor=code, moves=moves)
    successor = into if isinstance(into, Unit) else _insert(ctx, campaign, new or into, day)
    _carry_out(ctx, campaign, ending, day, successor=successor, moves=moves)
    return successor


def abolish_units(ctx: Context, *, campaign: Campaign, units: Sequence[Unit], day: date, lift: bool = False) -> None:
    """Let units end: from ``day`` on they are no more, and nothing takes their place.

    ``lift`` moves what lies below them to what lies above them; without it nothing may lie below. No enrolment is
    touched. Raises as :func:`merge_units`.
    """
    lock_tree(ctx)
    tree = tree_of(ctx)
    ending = _ending(ctx, units)
    heirs = {code: _above(tree, code, ending) for code in ending} if lift else {}
    moves = _moves(tree, heirs, day)
    _plan_end(ctx, tree, ending, day, successor="", moves=moves)
    _carry_out(ctx, campaign, ending, day, successor=None, moves=moves)


def restore_unit(ctx: Context, *, campaign: Campaign, unit: Unit) -> None:
    """Take the end of a unit back: it is there again, and nothing stands in its place. What was moved stays moved.

    Raises Conflict if it has no end, InvalidData for what the tree contradicts.
    """
    lock_tree(ctx)
    ctx.session.refresh(unit)
    if unit.valid_to is None:
        raise Conflict(T("“%(name)s” has not ended.", name=unit.name))
    tree = tree_of(ctx)
    was = {"valid_to": unit.valid_to, "successor": tree[unit.code].successor}
    tree[unit.code] = replace(tree[unit.code], valid_to=None, successor="")
    _refuse_contradictions(tree, [unit.code])
    unit.valid_to = unit.successor_id = None
    ctx.session.flush()
    summary = T("Took the end of the unit “%(name)s” back", name=unit.name)
    _record(ctx, campaign, unit, summary, before=was, after={"valid_to": None, "successor": ""})


# --- judging ---


def _ending(ctx: Context, units: Sequence[Unit]) -> dict[str, Unit]:
    """Return the units that are to end, by code, as they stand now that no other change can come between."""
    if not units:
        raise DomainError(T("Please choose at least one unit."), field="units")
    found = ctx.session.scalars(
        sa.select(Unit).where(Unit.id.in_({unit.id for unit in units})).order_by(Unit.name_sort, Unit.id),
        execution_options={"populate_existing": True},
    ).all()
    for unit in found:
        if unit.valid_to is not None:
            text = T("“%(name)s” ends on %(day)s already.", name=unit.name, day=_written(unit.valid_to))
            raise Conflict(text, field="units")
    return {unit.code: unit for unit in found}


def _moves(tree: Tree, heirs: Mapping[str, str], day: date, *, successor: str = "") -> dict[str, str]:
    """Return by code where each unit goes that lies below one that ends and outlives it."""
    moves = {
        code: heirs[place.parent]
        for code, place in tree.items()
        if place.parent in heirs and code not in heirs and place.outlives(day)
    }
    if successor in moves:
        moves[successor] = _above(tree, tree[successor].parent, heirs)
    return moves


def _above(tree: Tree, code: str, ending: Collection[str]) -> str:
    """Return the nearest unit above ``code`` that does not end with it, or "" where there is none."""
    above = tree[code].parent
    while above in ending:
        above = tree[above].parent
    return above


def _plan_end(
    ctx: Context, tree: Tree, ending: Collection[str], day: date, *, successor: str, moves: Mapping[str, str]
) -> None:
    if moves and day > today(ctx):
        text = T("Units lie below, and they move at once. Choose a day up to today, or move them first.")
        raise DomainError(text, field="day")
    for code in ending:
        tree[code] = replace(tree[code], valid_to=day, successor=successor)
    for code, parent in moves.items():
        tree[code] = replace(tree[code], parent=parent)
    _refuse_contradictions(tree, dict.fromkeys([*ending, *moves, *([successor] if successor else [])]))


def _plan_new(tree: Tree, facts: UnitFacts, valid_from: date | None) -> UnitFacts:
    """Put a new unit into the tree to be judged; returns what is said of it, with its code."""
    code = facts.code or _free_code(tree, facts.name)
    if not _CODE.fullmatch(code):
        text = T("A code has at most 80 characters, without spaces and none of | / ? # & % +")
        raise DomainError(text, field="code")
    if code in tree:
        raise Conflict(T("There is a unit with the code “%(code)s” already.", code=code), field="code")
    checked = _checked(tree, replace(facts, code=code))
    tree[code] = Place(checked.name, checked.parent, valid_from)
    return checked


def _checked(tree: Tree, facts: UnitFacts) -> UnitFacts:
    name = " ".join(facts.name.split())
    if not name:
        raise DomainError(T("Please write the name of the unit."), field="name")
    if facts.parent and facts.parent not in tree:
        raise DomainError(T("There is no unit with the code “%(code)s”.", code=facts.parent), field="parent")
    aliases = (" ".join(alias.split()) for alias in facts.aliases)
    kept = dict.fromkeys(alias for alias in aliases if alias and alias != name)
    return replace(facts, name=name, aliases=tuple(kept), kind=facts.kind.strip(), block=facts.block.strip())


def _free_code(tree: Collection[str], name: str) -> str:
    """Make a code from a name ("Sở Khoa học" gives "so-khoa-hoc"), with a number where it is taken."""
    plain = searchable(name).replace(" ", "-")[:_CODE_FROM_NAME].strip("-") or "unit"
    code, number = plain, 1
    while code in tree:
        number += 1
        code = f"{plain}-{number}"
    return code


def _refuse_contradictions(tree: Tree, codes: Iterable[str]) -> None:
    found = list(contradictions(tree, codes))
    if found:
        message = T("The tree of units would contradict itself. Nothing was changed.")
        raise InvalidData(message, [problem.text for problem in found])


# --- writing ---


def _insert(ctx: Context, campaign: Campaign, facts: UnitFacts, valid_from: date | None) -> Unit:
    unit = Unit(code=facts.code, path="", valid_from=valid_from)
    _write(ctx, unit, facts)
    ctx.session.add(unit)
    rebuild_paths(ctx)
    summary = T("Added the unit “%(name)s”", name=unit.name)
    after = {**_values(facts), "code": facts.code, "valid_from": valid_from}
    _record(ctx, campaign, unit, summary, before={}, after=after)
    return unit


def _write(ctx: Context, unit: Unit, facts: UnitFacts) -> None:
    set_names(unit, facts.name, facts.aliases)
    unit.kind, unit.block, unit.selectable = facts.kind, facts.block, facts.selectable
    unit.parent_id = _ids(ctx, [facts.parent])[facts.parent] if facts.parent else None


def _carry_out(
    ctx: Context,
    campaign: Campaign,
    ending: Mapping[str, Unit],
    day: date,
    *,
    successor: Unit | None,
    moves: Mapping[str, str],
) -> None:
    for unit in ending.values():
        unit.valid_to = day
        unit.successor_id = None if successor is None else successor.id
    ctx.session.flush()
    moved = _move(ctx, moves)
    rebuild_paths(ctx)
    code = "" if successor is None else successor.code
    for unit in ending.values():
        if successor is None:
            summary = T("“%(name)s” ends on %(day)s", name=unit.name, day=_written(day))
        else:
            summary = T(
                "“%(successor)s” takes the place of “%(name)s” from %(day)s",
                successor=successor.name,
                name=unit.name,
                day=_written(day),
            )
        below = {child: moves[child] for child in moved[unit.id]}
        was = {"valid_to": None, "successor": "", "below": list(below)}
        now = {"valid_to": day, "successor": code, "moved_to": below}
        _record(ctx, campaign, unit, summary, before=was, after=now)


def _move(ctx: Context, moves: Mapping[str, str]) -> dict[int | None, list[str]]:
    """Give units other parents; return by the parent they had the codes of those that lay below it."""
    children = ctx.session.execute(
        sa.select(Unit.id, Unit.code, Unit.parent_id).where(Unit.code.in_(moves)).order_by(Unit.name_sort, Unit.id)
    ).all()
    parents = _ids(ctx, set(moves.values()) - {""})
    if children:
        rows = [{"id": child.id, "parent_id": parents.get(moves[child.code])} for child in children]
        ctx.session.execute(sa.update(Unit), rows)
    moved: dict[int | None, list[str]] = defaultdict(list)
    for child in children:
        moved[child.parent_id].append(child.code)
    return moved


def _ids(ctx: Context, codes: Collection[str]) -> dict[str, int]:
    found = ctx.session.execute(sa.select(Unit.code, Unit.id).where(Unit.code.in_(codes))).all()
    return {unit.code: unit.id for unit in found}


def _values(facts: UnitFacts) -> dict[str, object]:
    return {
        "name": facts.name,
        "parent": facts.parent,
        "aliases": list(facts.aliases),
        "kind": facts.kind,
        "block": facts.block,
        "selectable": facts.selectable,
    }


def _record(
    ctx: Context,
    campaign: Campaign,
    unit: Unit,
    summary: Text,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    record(
        ctx,
        action="core:unit:edit",
        summary=summary,
        campaign=campaign,
        object_kind="unit",
        object_id=unit.id,
        before=before,
        after=after,
    )


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
