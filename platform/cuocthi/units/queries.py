"""Finding units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import Missing
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from cuocthi.context import Context

#: Stands before and after each name in ``Unit.search``.
SEARCH_MARK = "|"
_NO_WORD = re.compile(r"[^0-9a-z]+")


def searchable(text: str) -> str:
    """Return a text as units are searched by: without accents and signs, in lower case, one space between words."""
    return _NO_WORD.sub(" ", fold(text)).strip()


def today(ctx: Context) -> date:
    """Return the day on which units are looked at: today where the contest's people live."""
    return ctx.now.astimezone(LOCAL_ZONE).date()


def unit_by_code(ctx: Context, *, code: str) -> Unit | None:
    """Return the unit with this code, or None."""
    return ctx.session.scalar(sa.select(Unit).where(Unit.code == code))


def unit_of(ctx: Context, *, unit_id: int) -> Unit:
    """Return a unit by its key. Raises Missing."""
    found = ctx.session.get(Unit, unit_id)
    if found is None:
        raise Missing(T("This unit does not exist."))
    return found


def units_of(ctx: Context, *, unit_ids: Sequence[int]) -> Sequence[Unit]:
    """Return units by their keys, in the order of their names (one statement)."""
    wanted = sa.select(Unit).where(Unit.id.in_(unit_ids)).order_by(Unit.name_sort, Unit.id)
    return ctx.session.scalars(wanted).all() if unit_ids else []


def search_units(ctx: Context, *, text: str, limit: int, grouping: bool = False) -> Sequence[Unit]:
    """Return the units there are today whose names hold every word of ``text``; the best first (one statement).

    A unit is also found by the names of those whose place it has taken. Best is a name or alias that is exactly the
    text, then one that begins with it. ``grouping`` returns those too that people cannot choose for themselves.
    """
    wanted = searchable(text)
    if not wanted:
        return []
    place = sa.case(
        (Unit.search.contains(f"{SEARCH_MARK}{wanted}{SEARCH_MARK}", autoescape=True), 0),
        (Unit.search.contains(f"{SEARCH_MARK}{wanted}", autoescape=True), 1),
        else_=2,
    )
    words = (Unit.search.contains(word) for word in wanted.split())
    found = _followed(ctx, sa.select(Unit.id.label("unit_id"), place.label("place")).where(*words))
    best = sa.select(found.c.unit_id, sa.func.min(found.c.place).label("place")).group_by(found.c.unit_id).subquery()
    there = _there(ctx) if grouping else choosable(ctx)
    return ctx.session.scalars(
        sa.select(Unit)
        .join(best, best.c.unit_id == Unit.id)
        .where(there)
        .order_by(best.c.place, Unit.name_sort, Unit.id)
        .limit(limit)
    ).all()


def former_names(ctx: Context, *, units: Sequence[Unit], text: str) -> dict[int, str]:
    """Return by id the former name by which a unit was found that does not bear the words of ``text`` itself.

    One statement at most: none where all bear them.
    """
    words = searchable(text).split()
    others = [unit.id for unit in units if not all(word in unit.search for word in words)]
    if not others:
        return {}
    current = current_units(ctx)
    rows = ctx.session.execute(
        sa.select(current.c.current_id, sa.func.min(Unit.name).label("name"))
        .select_from(Unit)
        .join(current, current.c.unit_id == Unit.id)
        .where(current.c.current_id.in_(others), *matching(text))
        .group_by(current.c.current_id)
    )
    return {row.current_id: row.name for row in rows}


def choosable_unit(ctx: Context, *, unit_id: int) -> Unit | None:
    """Return a unit that a person can choose today, or None."""
    return ctx.session.scalar(sa.select(Unit).where(Unit.id == unit_id, choosable(ctx)))


def unit_by_link(ctx: Context, *, code: str) -> Unit | None:
    """Return the unit to which a printed link leads today: the one with this code, or what has taken its place.

    None if there is no such unit, or it ended and nothing took its place (one statement).
    """
    start = sa.select(Unit.id.label("unit_id"), sa.literal(0).label("place")).where(Unit.code == code)
    found = _followed(ctx, start)
    return ctx.session.scalar(sa.select(Unit).join(found, found.c.unit_id == Unit.id).where(_not_ended(ctx)).limit(1))


def current_units(ctx: Context) -> sa.Subquery:
    """Return (``unit_id``, ``current_id``) of every unit in whose place another stands today, at any depth.

    Figures "as they are now" join it and count ``coalesce(current_id, unit_id)``; a unit that is not in it stands for
    itself. Figures "as they were" leave it out.
    """
    later, last = aliased(Unit), aliased(Unit)
    day = today(ctx)
    chain = (
        sa.select(Unit.id.label("unit_id"), Unit.successor_id.label("current_id"))
        .where(_succeeded(Unit, day))
        .cte("succession", recursive=True)
    )
    # UNION, which keeps each pair once, ends even if somebody wrote a circle into the database by hand.
    chain = chain.union(
        sa.select(chain.c.unit_id, later.successor_id)
        .join(later, later.id == chain.c.current_id)
        .where(_succeeded(later, day))
    )
    return (
        sa.select(chain.c.unit_id, chain.c.current_id)
        .join(last, last.id == chain.c.current_id)
        .where(sa.or_(last.successor_id.is_(None), last.valid_to.is_(None), last.valid_to > day))
        .subquery("current_unit")
    )


def current_unit_ids(ctx: Context, *, unit_ids: Iterable[int]) -> dict[int, int]:
    """Return for each unit the one that stands in its place today, itself if none does (one statement)."""
    wanted = list(unit_ids)
    current = current_units(ctx)
    rows = ctx.session.execute(
        sa.select(current.c.unit_id, current.c.current_id).where(current.c.unit_id.in_(wanted))
    ).all()
    return {key: key for key in wanted} | {row.unit_id: row.current_id for row in rows}


def current_unit_of(ctx: Context, *, unit: Unit) -> Unit:
    """Return the unit that stands in the place of ``unit`` today: itself, or what succeeded it at any depth."""
    return ctx.session.get_one(Unit, current_unit_ids(ctx, unit_ids=[unit.id])[unit.id])


def predecessors(ctx: Context, *, unit: Unit) -> Sequence[Unit]:
    """Return the units in whose place ``unit`` stands today, at any depth, in the order of their names."""
    current = current_units(ctx)
    wanted = sa.select(Unit).join(current, current.c.unit_id == Unit.id).where(current.c.current_id == unit.id)
    return ctx.session.scalars(wanted.order_by(Unit.name_sort, Unit.id)).all()


def units_below(ctx: Context, *, unit: Unit, limit: int) -> tuple[Sequence[Unit], int]:
    """Return the units directly below ``unit`` that are there today or will be, and the number of all of them."""
    below = sa.and_(Unit.parent_id == unit.id, _not_ended(ctx))
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(Unit).where(below)) or 0
    return ctx.session.scalars(sa.select(Unit).where(below).order_by(Unit.name_sort, Unit.id).limit(limit)).all(), total


def ancestors(ctx: Context, *, unit: Unit) -> Sequence[Unit]:
    """Return what lies above a unit, the root first (one statement)."""
    keys = [int(key) for key in unit.path.strip("/").split("/")][:-1]
    by_id = {one.id: one for one in ctx.session.scalars(sa.select(Unit).where(Unit.id.in_(keys)))} if keys else {}
    return [by_id[key] for key in keys]


def living_units(ctx: Context, *, search: str, kind: str, limit: int) -> Sequence[Unit]:
    """Return the units that have no end yet and match, in the order of their names (one statement)."""
    wanted = sa.select(Unit).where(Unit.valid_to.is_(None), *matching(search, kind=kind))
    return ctx.session.scalars(wanted.order_by(Unit.name_sort, Unit.id).limit(limit)).all()


def linked_units(
    ctx: Context, *, search: str = "", kind: str = "", limit: int | None, offset: int = 0
) -> tuple[Sequence[Unit], int]:
    """Return a page of the units that people can choose today, in the order of the tree, and the number of all."""
    wanted = sa.and_(choosable(ctx), *matching(search, kind=kind))
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(Unit).where(wanted)) or 0
    return ctx.session.scalars(
        sa.select(Unit).where(wanted).order_by(Unit.path).limit(limit).offset(offset)
    ).all(), total


def kinds(ctx: Context) -> Sequence[str]:
    """Return the kinds of units that there are, in the order of the alphabet (one statement)."""
    return ctx.session.scalars(sa.select(Unit.kind).where(Unit.kind != "").distinct().order_by(Unit.kind)).all()


def matching(search: str, *, kind: str = "") -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a unit's names hold every word of ``search``, and that it is of ``kind`` if given."""
    words: list[sa.ColumnElement[bool]] = [Unit.search.contains(word) for word in searchable(search).split()]
    return [*words, Unit.kind == kind] if kind else words


def named(text: str) -> sa.ColumnElement[bool]:
    """Return the condition that a unit's names hold every word of ``text``, or that it or one above has that code."""
    coded = aliased(Unit)
    top = sa.select(coded.path).where(coded.code == text.strip()).scalar_subquery()
    words = matching(text) or [sa.false()]
    return sa.or_(sa.and_(*words), Unit.path.startswith(top))


def ended(ctx: Context) -> sa.ColumnElement[bool]:
    """Return the condition that a unit is no more today."""
    return sa.and_(Unit.valid_to.is_not(None), Unit.valid_to <= today(ctx))


def subtree(unit: Unit) -> sa.ColumnElement[bool]:
    """Return the condition that a row of ``core_unit`` is ``unit`` or lies below it."""
    return Unit.path.startswith(unit.path)


def full_names(ctx: Context, *, units: Iterable[Unit]) -> dict[int, str]:
    """Return by id how each unit is written where it stands alone: "Xã Minh Quang, Huyện Vũ Thư".

    The root of the tree is left out: everything lies below it. One statement.
    """
    chains = {unit.id: _chain(unit) for unit in units}
    wanted = {key for chain in chains.values() for key in chain}
    rows = ctx.session.execute(sa.select(Unit.id, Unit.name).where(Unit.id.in_(wanted))).all() if wanted else []
    names = {key: name for key, name in rows}  # noqa: C416 - rows are Row objects, not tuples
    return {unit_id: ", ".join(names[key] for key in chain) for unit_id, chain in chains.items()}


def full_name(ctx: Context, *, unit: Unit) -> str:
    """Return how one unit is written where it stands alone; see :func:`full_names`."""
    return full_names(ctx, units=[unit])[unit.id]


def _chain(unit: Unit) -> list[int]:
    """Return the unit and what lies above it but for the root, nearest first."""
    keys = [int(key) for key in unit.path.strip("/").split("/")]
    return list(reversed(keys[1:])) or keys


def choosable(ctx: Context) -> sa.ColumnElement[bool]:
    """Return the condition that people can choose a unit today."""
    return sa.and_(Unit.selectable, _there(ctx))


def _there(ctx: Context) -> sa.ColumnElement[bool]:
    return sa.and_(sa.or_(Unit.valid_from.is_(None), Unit.valid_from <= today(ctx)), _not_ended(ctx))


def _not_ended(ctx: Context) -> sa.ColumnElement[bool]:
    return sa.or_(Unit.valid_to.is_(None), Unit.valid_to > today(ctx))


def _succeeded(unit: type[Unit], day: date) -> sa.ColumnElement[bool]:
    return sa.and_(unit.successor_id.is_not(None), unit.valid_to <= day)


def _followed(ctx: Context, found: sa.Select[int, int]) -> sa.CTE:
    """Return the (``unit_id``, ``place``) that were found and those of all that have taken their places since."""
    earlier = aliased(Unit)
    rows = found.cte("found", recursive=True)
    return rows.union(
        sa.select(earlier.successor_id, rows.c.place)
        .join(rows, rows.c.unit_id == earlier.id)
        .where(_succeeded(earlier, today(ctx)))
    )
