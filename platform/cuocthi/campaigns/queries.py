"""Finding campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.campaigns.models import Campaign, CampaignState, Headcount, SettingsVersion
from cuocthi.units.models import Unit
from cuocthi.units.queries import ended, matching

if TYPE_CHECKING:
    from cuocthi.context import Context


def campaign_by_slug(ctx: Context, *, slug: str) -> Campaign | None:
    """Return the campaign at this address, or None."""
    return ctx.session.scalar(sa.select(Campaign).where(Campaign.slug == slug))


def public_campaigns(ctx: Context) -> Sequence[Campaign]:
    """Return the campaigns that everybody may see: the open ones first, then those archived; the newest first."""
    archived = sa.case((Campaign.state == CampaignState.ARCHIVED, 1), else_=0)
    return ctx.session.scalars(
        sa.select(Campaign)
        .where(Campaign.state != CampaignState.DRAFT)
        .order_by(archived, Campaign.opened_at.desc(), Campaign.id)
    ).all()


def editions(*, campaign_id: int) -> sa.Select[int]:
    """Return the SELECT of the ids of a campaign and of all that were made from it, or it from them, in however many
    steps: their parts, such as the questions, were the same once.
    """
    other = aliased(Campaign)
    found = sa.select(Campaign.id, Campaign.earlier_id).where(Campaign.id == campaign_id).cte(recursive=True)
    near = sa.or_(other.earlier_id == found.c.id, other.id == found.c.earlier_id)
    return sa.select(found.union(sa.select(other.id, other.earlier_id).join(found, near)).c.id)


def headcount_totals(ctx: Context, *, campaign_id: int) -> dict[str, int]:
    """Return how many people are entitled to take part, by category."""
    rows = ctx.session.execute(
        sa.select(Headcount.category, sa.func.sum(Headcount.number))
        .where(Headcount.campaign_id == campaign_id)
        .group_by(Headcount.category)
    )
    return {category: int(total) for category, total in rows}


def last_change(ctx: Context, *, campaign_id: int, owner: str) -> SettingsVersion | None:
    """Return the newest version of an owner's settings for the whole campaign, or None while they are the defaults."""
    return ctx.session.scalar(
        sa.select(SettingsVersion)
        .where(
            SettingsVersion.campaign_id == campaign_id,
            SettingsVersion.owner == owner,
            SettingsVersion.phase_id.is_(None),
        )
        .order_by(SettingsVersion.number.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit in a list, with a campaign's numbers of people entitled by category."""

    unit: Unit
    numbers: Mapping[str, int]


def list_units(
    ctx: Context,
    *,
    campaign_id: int,
    search: str = "",
    kind: str = "",
    state: str = "",
    limit: int | None,
    offset: int = 0,
) -> tuple[Sequence[ListedUnit], int]:
    """Return a page of the units in the order of the tree, and the number of all that match (three statements).

    ``state`` is "there" for those that are there today or will be, "ended" for those that are no more, or empty.
    """
    conditions = matching(search, kind=kind)
    if state:
        conditions.append(ended(ctx) if state == "ended" else sa.not_(ended(ctx)))
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(Unit).where(*conditions)) or 0
    chosen = sa.select(Unit).where(*conditions).order_by(Unit.path).limit(limit).offset(offset)
    found = ctx.session.scalars(chosen).all()
    rows = ctx.session.execute(
        sa.select(Headcount.unit_id, Headcount.category, Headcount.number).where(
            Headcount.campaign_id == campaign_id, Headcount.unit_id.in_(chosen.with_only_columns(Unit.id))
        )
    )
    numbers: dict[int, dict[str, int]] = {}
    for unit_id, category, number in rows:
        numbers.setdefault(unit_id, {})[category] = number
    return [ListedUnit(unit, numbers.get(unit.id, {})) for unit in found], total
