"""What is read for publishing: releases, and the figures that a snapshot is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.settings import Loaded, load_settings
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.jobs.models import Job
from cuocthi.standings.models import Ranking, RankingState, Standing
from cuocthi.timelines.models import Phase
from cuocthi.units.models import Unit
from cuocthi.users.models import User
from cuocthi_publishing.models import Release, ReleaseState
from cuocthi_publishing.settings import OWNER, PublishSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context

#: The kind of the background work that builds bundles.
BUNDLE_JOB = "publishing.bundle"


@dataclass(frozen=True, slots=True)
class Listed:
    """A release as the list of releases shows it, with the names of both persons and its newest background work."""

    release: Release
    created_by: str
    confirmed_by: str
    replaces: int | None
    replaced_by: int | None
    job: Job | None


def load_publish_settings(ctx: Context, *, campaign: Campaign) -> Loaded[PublishSettings]:
    """Return what the campaign publishes, as it stands (one statement)."""
    return load_settings(ctx, owner=OWNER, schema=PublishSettings, campaign=campaign)


def campaign_by_slug(ctx: Context, *, slug: str) -> Campaign | None:
    """Return the campaign with this short name in its address, if there is one."""
    return ctx.session.scalar(sa.select(Campaign).where(Campaign.slug == slug))


def bundle_key(release_id: int) -> str:
    """Return the key of the background work on a release's bundle."""
    return f"{BUNDLE_JOB}:{release_id}"


# --- releases -------------------------------------------------------------------------------------------------------


def draft_release(ctx: Context, *, campaign_id: int) -> Release | None:
    """Return the release that waits for the second person, if there is one."""
    return ctx.session.scalar(
        sa.select(Release).where(Release.campaign_id == campaign_id, Release.state == ReleaseState.DRAFT)
    )


def draft_releases(ctx: Context, *, campaign_ids: Sequence[int]) -> Sequence[Release]:
    """Return the releases of these campaigns that wait for the second person (one statement)."""
    return ctx.session.scalars(
        sa.select(Release)
        .where(Release.campaign_id.in_(campaign_ids), Release.state == ReleaseState.DRAFT)
        .order_by(Release.id)
    ).all()


def current_release(ctx: Context, *, campaign_id: int) -> Release | None:
    """Return the release that is in force: the newest published one."""
    return ctx.session.scalar(
        sa.select(Release)
        .where(Release.campaign_id == campaign_id, Release.state == ReleaseState.PUBLISHED)
        .order_by(Release.number.desc())
        .limit(1)
    )


def release_numbered(ctx: Context, *, campaign_id: int, number: int) -> Release | None:
    """Return one release of a campaign, whatever its state."""
    return ctx.session.scalar(sa.select(Release).where(Release.campaign_id == campaign_id, Release.number == number))


def successor(ctx: Context, *, release: Release) -> Release | None:
    """Return the published release that corrects this one, if there is one."""
    return ctx.session.scalar(
        sa.select(Release).where(Release.replaces_id == release.id, Release.state == ReleaseState.PUBLISHED)
    )


def last_number(ctx: Context, *, campaign_id: int) -> int:
    """Return the number of the newest release, 0 before the first."""
    return ctx.session.scalar(sa.select(sa.func.max(Release.number)).where(Release.campaign_id == campaign_id)) or 0


def releases(ctx: Context, *, campaign_id: int) -> list[Listed]:
    """Return all releases of a campaign, the newest first (two statements)."""
    maker, confirmer, former, newer = aliased(User), aliased(User), aliased(Release), aliased(Release)
    rows = ctx.session.execute(
        sa.select(Release, maker.name, confirmer.name, former.number, newer.number)
        .join(maker, maker.id == Release.created_by)
        .outerjoin(confirmer, confirmer.id == Release.confirmed_by)
        .outerjoin(former, former.id == Release.replaces_id)
        .outerjoin(newer, sa.and_(newer.replaces_id == Release.id, newer.state == ReleaseState.PUBLISHED))
        .where(Release.campaign_id == campaign_id)
        .order_by(Release.number.desc())
    ).all()
    jobs = {
        job.key: job
        for job in ctx.session.scalars(
            sa.select(Job).where(Job.campaign_id == campaign_id, Job.kind == BUNDLE_JOB).order_by(Job.id)
        )
    }
    return [
        Listed(release, made_by, confirmed_by or "", replaces, replaced_by, jobs.get(bundle_key(release.id)))
        for release, made_by, confirmed_by, replaces, replaced_by in rows
    ]


# --- figures --------------------------------------------------------------------------------------------------------


def adopted_rankings(ctx: Context, *, campaign_id: int) -> list[tuple[Phase, Ranking]]:
    """Return the adopted rankings of a campaign with their rounds, by number of the round."""
    rows = ctx.session.execute(
        sa.select(Phase, Ranking)
        .join(Ranking, Ranking.phase_id == Phase.id)
        .where(Ranking.campaign_id == campaign_id, Ranking.state == RankingState.ADOPTED)
        .order_by(Phase.number)
    )
    return [(row[0], row[1]) for row in rows]


def registered_persons(ctx: Context, *, campaign_id: int) -> int:
    """Return how many persons are enrolled and count."""
    counted = sa.and_(Enrolment.campaign_id == campaign_id, Enrolment.state == EnrolmentState.ACTIVE)
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(Enrolment).where(counted)) or 0


def persons_and_units(ctx: Context, *, rankings: Sequence[Ranking]) -> tuple[int, int]:
    """Return from how many persons, of how many units, these rankings have a result; everybody counts once."""
    row = ctx.session.execute(
        sa.select(
            sa.func.count(sa.distinct(Standing.enrolment_id)),
            sa.func.count(sa.distinct(Enrolment.unit_id)),
        )
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id.in_([ranking.id for ranking in rankings]))
    ).one()
    return int(row[0]), int(row[1])


def units_by_id(ctx: Context, *, ids: Sequence[int]) -> Sequence[Unit]:
    """Return units by their keys (one statement)."""
    return ctx.session.scalars(sa.select(Unit).where(Unit.id.in_(ids))).all() if ids else []
