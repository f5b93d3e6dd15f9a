"""Under which name people may stand in public: what whatever publishes asks, for every plugin alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.context import Context


def unnamed_in_public(ctx: Context, *, campaign_id: int) -> frozenset[int]:
    """Return the enrolments whose names may not stand in public, not even masked and not even a winner's.

    They are those of children for whom parent or guardian and child have not both agreed (one statement).
    """
    chosen = sa.select(Enrolment.id).where(Enrolment.campaign_id == campaign_id, ~Enrolment.publishes_name)
    return frozenset(ctx.session.scalars(chosen))


def names_of(ctx: Context, *, campaign_id: int, enrolment_ids: Collection[int]) -> dict[int, str]:
    """Return the names of people who take part in a campaign, by their enrolments (one statement).

    They are whole: mask them, and leave those of :func:`unnamed_in_public` out, before they go anywhere public.
    """
    rows = ctx.session.execute(
        sa.select(Enrolment.id, Enrolment.name).where(
            Enrolment.campaign_id == campaign_id, Enrolment.id.in_(enrolment_ids)
        )
    )
    return {row.id: row.name for row in rows}
