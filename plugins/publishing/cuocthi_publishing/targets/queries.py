"""What is asked about deliveries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi_publishing.models import Release
from cuocthi_publishing.queries import EVER_PUBLIC
from cuocthi_publishing.targets.models import DeliveryState, LoggedDelivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Arrivals:
    """To how many of all targets a release, or by now its tombstone, was delivered, and how many were given up."""

    done: int
    all: int
    given_up: int


#: What is to stand at every target by now: releases that are public and built, and tombstones of those that were.
OUT = sa.and_(EVER_PUBLIC, sa.or_(Release.withdrawn_at.is_not(None), Release.bundle_file_id.is_not(None)))
#: A row that says how things are now: of a withdrawn release its tombstone's.
_CURRENT = LoggedDelivery.withdrawn == Release.withdrawn_at.is_not(None)


def campaigns_with_releases(ctx: Context) -> Sequence[Campaign]:
    """Return the campaigns of which something is public, or was until it was withdrawn (one statement)."""
    out = sa.select(Release.campaign_id).where(Release.published_at <= ctx.now, OUT)
    return ctx.session.scalars(sa.select(Campaign).where(Campaign.id.in_(out)).order_by(Campaign.id)).all()


def deliveries_of(ctx: Context, *, release: Release) -> Sequence[LoggedDelivery]:
    """Return the deliveries of a release and of its tombstone, the newest first (one statement)."""
    own = sa.select(LoggedDelivery).where(LoggedDelivery.release_id == release.id)
    return ctx.session.scalars(own.order_by(LoggedDelivery.id.desc())).all()


def arrivals(ctx: Context, *, campaign_id: int) -> dict[int, Arrivals]:
    """Return how far the deliveries of each release are, by its key (one statement); nothing where there are none."""
    rows = ctx.session.execute(
        sa.select(
            LoggedDelivery.release_id,
            sa.func.count().filter(LoggedDelivery.state == DeliveryState.DONE),
            sa.func.count(),
            sa.func.count().filter(LoggedDelivery.state == DeliveryState.GIVEN_UP),
        )
        .join(Release, Release.id == LoggedDelivery.release_id)
        .where(Release.campaign_id == campaign_id, _CURRENT)
        .group_by(LoggedDelivery.release_id)
    )
    return {row[0]: Arrivals(row[1], row[2], row[3]) for row in rows}


def given_up(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[int, list[Release]]:
    """Return, by campaign, the releases of which a delivery was given up (one statement)."""
    found: dict[int, list[Release]] = defaultdict(list)
    rows = ctx.session.scalars(
        sa.select(Release)
        .join(LoggedDelivery, LoggedDelivery.release_id == Release.id)
        .where(Release.campaign_id.in_(campaign_ids), LoggedDelivery.state == DeliveryState.GIVEN_UP, _CURRENT)
        .distinct()
        .order_by(Release.id)
    )
    for release in rows:
        found[release.campaign_id].append(release)
    return found
