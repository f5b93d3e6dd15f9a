"""Finding campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign, CampaignState, Headcount, SettingsVersion

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
