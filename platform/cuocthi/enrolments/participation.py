"""How many of a unit's people take part, and who; never how well.

Persons are counted, whose entries count: ``registered`` are enrolled, ``finished`` have handed in an entry. What a
reader may see is a condition on units: all of them, or the subtrees that the reader coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Headcount
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.units.models import Unit
from cuocthi.units.queries import searchable, subtree
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Figures:
    """Persons of a unit, or of many; ``entitled`` is 0 where nobody said how many there are."""

    entitled: int
    registered: int
    finished: int

    @property
    def rate_permille(self) -> int | None:
        """How many of a thousand entitled people have handed in; None where their number is unknown."""
        return (2_000 * self.finished + self.entitled) // (2 * self.entitled) if self.entitled else None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit with its own people's figures; those of the units below it stand in rows of their own."""

    unit: Unit
    figures: Figures


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has registered, and whether an entry was handed in."""

    name: str
    unit_name: str
    finished: bool


def everywhere() -> Condition:
    """Return the condition of a reader who sees all units."""
    return sa.true()


def within(units: Iterable[Unit]) -> Condition:
    """Return the condition that a row of ``core_unit`` is one of these units or lies below one; none, if none is."""
    return sa.or_(sa.false(), *(subtree(unit) for unit in units))


def totals(ctx: Context, *, campaign: Campaign, reach: Condition) -> Figures:
    """Return the figures of all units within reach together (two statements)."""
    entitled = sa.select(sa.func.sum(Headcount.number)).join(Unit, Unit.id == Headcount.unit_id)
    counted = sa.select(sa.func.count(), sa.func.count().filter(has_finished(ctx, campaign)))
    registered, finished = ctx.session.execute(
        counted.select_from(Enrolment).join(Unit, Unit.id == Enrolment.unit_id).where(_counts(campaign), reach)
    ).one()
    number = ctx.session.scalar(entitled.where(Headcount.campaign_id == campaign.id, reach))
    return Figures(int(number or 0), registered, finished)


def unit_rows(
    ctx: Context,
    *,
    campaign: Campaign,
    reach: Condition,
    search: str = "",
    sort: str = "unit",
    descending: bool = False,
    limit: int | None,
    offset: int = 0,
) -> tuple[Sequence[UnitRow], int]:
    """Return a page of the units within reach that have people, and how many there are.

    ``sort`` is "unit" (the order of the tree), "entitled", "registered", "finished" or "rate".
    """
    entitled = (
        sa.select(Headcount.unit_id, sa.func.sum(Headcount.number).label("number"))
        .where(Headcount.campaign_id == campaign.id)
        .group_by(Headcount.unit_id)
        .subquery()
    )
    reached = (
        sa.select(
            Enrolment.unit_id,
            sa.func.count().label("registered"),
            sa.func.count().filter(has_finished(ctx, campaign)).label("finished"),
        )
        .where(_counts(campaign))
        .group_by(Enrolment.unit_id)
        .subquery()
    )
    chosen = (
        sa.select(Unit, entitled.c.number, reached.c.registered, reached.c.finished)
        .outerjoin(entitled, entitled.c.unit_id == Unit.id)
        .outerjoin(reached, reached.c.unit_id == Unit.id)
        .where(reach, sa.or_(entitled.c.number.is_not(None), reached.c.registered.is_not(None)))
        .where(*(Unit.search.contains(word, autoescape=True) for word in searchable(search).split()))
    )
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    finished = sa.func.coalesce(reached.c.finished, 0)
    orders = {
        "unit": Unit.path,
        "entitled": sa.func.coalesce(entitled.c.number, 0),
        "registered": sa.func.coalesce(reached.c.registered, 0),
        "finished": finished,
        # Where nobody said how many are entitled there is no rate: such a unit stands below all others.
        "rate": sa.func.coalesce(1.0 * finished / sa.func.nullif(entitled.c.number, 0), -1),
    }
    order = orders[sort].desc() if descending else orders[sort]
    rows = ctx.session.execute(chosen.order_by(order, Unit.path).limit(limit).offset(offset))
    return [UnitRow(unit, Figures(int(n or 0), r or 0, f or 0)) for unit, n, r, f in rows], total


def unit_within(ctx: Context, *, unit_id: int, reach: Condition) -> Unit | None:
    """Return a unit if it lies within reach, or None."""
    return ctx.session.scalar(sa.select(Unit).where(Unit.id == unit_id, reach))


def units_within(ctx: Context, *, units: Sequence[Unit], reach: Condition) -> set[int]:
    """Return which of these units lie within reach (one statement)."""
    return set(ctx.session.scalars(sa.select(Unit.id).where(Unit.id.in_([unit.id for unit in units]), reach)))


def people(
    ctx: Context,
    *,
    campaign: Campaign,
    unit: Unit,
    search: str = "",
    finished: bool | None,
    limit: int | None,
    offset: int = 0,
) -> tuple[Sequence[Person], int]:
    """Return a page of the people who registered from a unit or below it, by name, and how many there are.

    ``finished`` narrows to those who have handed in, or who have not.
    """
    done = has_finished(ctx, campaign)
    chosen = (
        sa.select(Enrolment.name, Enrolment.unit_name, done.label("finished"), Enrolment.name_sort, Enrolment.id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(_counts(campaign), subtree(unit))
        .where(*(Enrolment.name_folded.contains(word, autoescape=True) for word in fold(search).split()))
    )
    if finished is not None:
        chosen = chosen.where(done if finished else sa.not_(done))
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    rows = ctx.session.execute(chosen.order_by(Enrolment.name_sort, Enrolment.id).limit(limit).offset(offset))
    return [Person(row.name, row.unit_name, bool(row.finished)) for row in rows], total


def _counts(campaign: Campaign) -> Condition:
    return sa.and_(Enrolment.campaign_id == campaign.id, Enrolment.state == EnrolmentState.ACTIVE)


def has_finished(ctx: Context, campaign: Campaign) -> Condition:
    """Return the condition that an enrolment has handed in an entry, as the enabled formats say."""
    selected = ctx.hooks.collect(ctx, campaign, "finishers", sa.Select)
    # Written as a sum, the list of all who finished is looked into, and never walked for each one who is asked about.
    return sa.or_(sa.false(), *((Enrolment.id + 0).in_(one) for one in selected))
