"""Who on the rosters has taken part.

Somebody on a roster is found by the contact or the name among those who take part for the unit or one below it, and
nowhere else: a roster is no means to learn what people of other units do. Nothing is stored of what is found: it is as
true as the moment in which it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.enrolments.participation import has_finished
from cuocthi.rosters.models import RosterEntry
from cuocthi.units.models import Unit
from cuocthi.users.models import Contact
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


class Progress(StrEnum):
    """How far somebody on a roster is."""

    FINISHED = "finished"
    REGISTERED = "registered"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Listed:
    """A person on a roster; ``namesakes`` of the same unit are not told apart where no contact is known."""

    name: str
    unit_name: str
    category: str
    progress: Progress
    namesakes: bool


def listed(
    ctx: Context,
    *,
    campaign: Campaign,
    unit: Unit,
    search: str = "",
    progress: Progress | None = None,
    limit: int | None,
    offset: int = 0,
) -> tuple[Sequence[Listed], int]:
    """Return a page of the people on the rosters of a unit and those below it, by name, and how many match."""
    rows = _listed(ctx, campaign, unit).subquery()
    chosen = sa.select(rows)
    if progress is not None:
        chosen = chosen.where(rows.c.progress == progress.value)
    for word in fold(search).split():
        chosen = chosen.where(rows.c.name_folded.contains(word, autoescape=True))
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    found = ctx.session.execute(chosen.order_by(rows.c.name_sort, rows.c.id).limit(limit).offset(offset))
    return [
        Listed(row.name, row.unit_name, row.category, Progress(row.progress), row.alike > 1 and not row.contact_index)
        for row in found
    ], total


def totals(ctx: Context, *, campaign: Campaign, unit: Unit) -> dict[Progress, int]:
    """Return how many people on the rosters of a unit and those below it are how far (one statement)."""
    rows = _listed(ctx, campaign, unit).subquery()
    counted = ctx.session.execute(sa.select(rows.c.progress, sa.func.count()).group_by(rows.c.progress))
    numbers = {Progress(progress): number for progress, number in counted}
    return {progress: numbers.get(progress, 0) for progress in Progress}


def size(ctx: Context, *, campaign: Campaign, unit: Unit) -> int:
    """Return how many people a unit's own roster names, without those of the units below it."""
    own = (RosterEntry.campaign_id == campaign.id, RosterEntry.unit_id == unit.id)
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(RosterEntry).where(*own)) or 0


def _listed(ctx: Context, campaign: Campaign, unit: Unit) -> sa.Select[Any]:
    own, theirs, alike = aliased(Unit), aliased(Unit), aliased(RosterEntry)
    # Written as a sum, the campaign leads no database to all its entrants: names and contacts lead to few.
    counts = (Enrolment.campaign_id + 0 == campaign.id, Enrolment.state == EnrolmentState.ACTIVE)
    taking_part = (
        sa.select(Enrolment.id)
        .join(theirs, theirs.id == Enrolment.unit_id)
        .where(theirs.path.startswith(own.path), *counts)
        .correlate(RosterEntry, own)
    )
    by_contact = taking_part.join(Contact, Contact.user_id == Enrolment.user_id).where(
        Contact.blind_index == RosterEntry.contact_index
    )
    by_name = taking_part.where(Enrolment.name_folded == RosterEntry.name_folded)
    done = has_finished(ctx, campaign)
    progress = sa.case(
        (sa.or_(*(one.where(done).exists() for one in (by_contact, by_name))), Progress.FINISHED.value),
        (sa.or_(by_contact.exists(), by_name.exists()), Progress.REGISTERED.value),
        else_=Progress.ABSENT.value,
    )
    namesakes = (
        sa.select(sa.func.count())
        .where(
            alike.campaign_id == campaign.id,
            alike.unit_id == RosterEntry.unit_id,
            alike.name_folded == RosterEntry.name_folded,
        )
        .correlate(RosterEntry)
        .scalar_subquery()
    )
    return (
        sa.select(
            RosterEntry.id,
            RosterEntry.name,
            RosterEntry.name_folded,
            RosterEntry.name_sort,
            RosterEntry.contact_index,
            RosterEntry.category,
            own.name.label("unit_name"),
            progress.label("progress"),
            namesakes.label("alike"),
        )
        .join(own, own.id == RosterEntry.unit_id)
        .where(RosterEntry.campaign_id == campaign.id, own.path.startswith(unit.path))
    )
