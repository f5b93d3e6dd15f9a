"""How many people take part from a unit: as it was when they registered, and as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.units.queries import current_units

if TYPE_CHECKING:
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class UnitCount:
    """People who take part: ``as_registered`` named this unit; ``as_now`` adds those of the units it succeeded.

    From the day on which another unit has taken its place, ``as_now`` is 0: they count there.
    """

    as_registered: int
    as_now: int


def unit_count(ctx: Context, *, campaign_id: int, unit_id: int) -> UnitCount:
    """Return how many people take part in a campaign from a unit (one statement)."""
    current = current_units(ctx)
    now = sa.func.coalesce(current.c.current_id, Enrolment.unit_id)
    row = ctx.session.execute(
        sa.select(
            sa.func.count(sa.case((Enrolment.unit_id == unit_id, 1))).label("registered"),
            sa.func.count(sa.case((now == unit_id, 1))).label("now"),
        )
        .outerjoin(current, current.c.unit_id == Enrolment.unit_id)
        .where(Enrolment.campaign_id == campaign_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(sa.or_(Enrolment.unit_id == unit_id, now == unit_id))
    ).one()
    return UnitCount(row.registered, row.now)
