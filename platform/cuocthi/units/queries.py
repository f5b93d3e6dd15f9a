"""Finding units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import LOCAL_ZONE
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


def unit_by_code(ctx: Context, *, code: str) -> Unit | None:
    """Return the unit with this code, or None."""
    return ctx.session.scalar(sa.select(Unit).where(Unit.code == code))


def search_units(ctx: Context, *, text: str, limit: int) -> Sequence[Unit]:
    """Return the units a person can choose whose names hold every word of ``text``; the best first.

    Best is a name or alias that is exactly the text, then one that begins with it.
    """
    wanted = searchable(text)
    if not wanted:
        return []
    place = sa.case(
        (Unit.search.contains(f"{SEARCH_MARK}{wanted}{SEARCH_MARK}", autoescape=True), 0),
        (Unit.search.contains(f"{SEARCH_MARK}{wanted}", autoescape=True), 1),
        else_=2,
    )
    found = sa.select(Unit).where(_choosable(ctx), *(Unit.search.contains(word) for word in wanted.split()))
    return ctx.session.scalars(found.order_by(place, Unit.name_sort, Unit.id).limit(limit)).all()


def choosable_unit(ctx: Context, *, unit_id: int) -> Unit | None:
    """Return a unit that a person can choose today, or None."""
    return ctx.session.scalar(sa.select(Unit).where(Unit.id == unit_id, _choosable(ctx)))


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


def _choosable(ctx: Context) -> sa.ColumnElement[bool]:
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    return sa.and_(
        Unit.selectable,
        sa.or_(Unit.valid_from.is_(None), Unit.valid_from <= today),
        sa.or_(Unit.valid_to.is_(None), Unit.valid_to > today),
    )
