"""Putting right for which unit, and as what, somebody takes part: by staff, before a result rests on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.enrolments.domain import check_unit
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.standings.confirmations import hold
from cuocthi.standings.models import Ranking, RankingState, Standing
from cuocthi.text import T
from cuocthi.units.queries import full_name

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.units.models import Unit


def correct_placement(
    ctx: Context, *, campaign: Campaign, enrolment: Enrolment, unit: Unit, unit_note: str, category: str
) -> bool:
    """Let somebody take part for another unit, or as another category; tell whether anything changed.

    ``unit_note`` names a unit that the tree lacks, for the unit that stands for those. From now on the person counts
    there, and windows of that unit hold for what is begun. Raises Closed in an archived campaign, Conflict where an
    adopted ranking holds the entry, DomainError (fields ``unit``, ``unit_note``, ``category``).
    """
    if campaign.state is CampaignState.ARCHIVED:
        raise Closed(T("This campaign is archived; nothing is corrected any more."))
    note = check_unit(ctx, unit=unit, unit_note=unit_note)
    if campaign.categories and category not in campaign.categories:
        raise DomainError(T("Please choose the category."), field="category")
    hold(ctx, campaign_id=campaign.id)
    ctx.session.refresh(enrolment, with_for_update=True)
    before = {"unit": enrolment.unit_name, "category": enrolment.category}
    if (enrolment.unit_id, enrolment.unit_note, enrolment.category) == (unit.id, note, category):
        return False
    if _is_adopted(ctx, enrolment):
        message = T(
            "A ranking with %(name)s in it is adopted, and the figures of units rest on it. Unit and category stay.",
            name=enrolment.name,
        )
        raise Conflict(message)
    if enrolment.unit_id != unit.id:
        enrolment.unit_id, enrolment.unit_path, enrolment.unit_name = unit.id, unit.path, full_name(ctx, unit=unit)
    enrolment.unit_note, enrolment.category = note, category
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action="core:placement:correct",
        summary=T("Put right the unit or category of a participant"),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment.id,
        before=before,
        after={"unit": enrolment.unit_name, "category": category},
    )
    return True


def _is_adopted(ctx: Context, enrolment: Enrolment) -> bool:
    binding = (RankingState.ADOPTED, RankingState.SUPERSEDED)
    found = (
        sa.select(Standing.enrolment_id)
        .join(Ranking, Ranking.id == Standing.ranking_id)
        .where(Standing.enrolment_id == enrolment.id, Ranking.state.in_(binding))
        .limit(1)
    )
    return ctx.session.scalar(found) is not None
