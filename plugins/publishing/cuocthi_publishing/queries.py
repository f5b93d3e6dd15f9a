"""What is read for publishing: releases, and the figures that a snapshot is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, undefer

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.settings import Loaded, load_settings
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.jobs.models import Job
from cuocthi.standings.composition import is_made_of_others
from cuocthi.standings.models import Ranking, RankingState, Standing
from cuocthi.timelines.localtime import spoken
from cuocthi.timelines.models import Phase
from cuocthi.units.models import Unit
from cuocthi.users.models import User
from cuocthi_publishing.models import Approval, Release, ReleaseState, Withdrawal
from cuocthi_publishing.settings import OWNER, PublishSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from cuocthi.context import Context

#: The kind of the background work that builds bundles.
BUNDLE_JOB = "publishing.bundle"
#: The kind of that which makes releases under standing approvals.
STANDING_JOB = "publishing.standing"
#: The kind of that which delivers releases to targets.
DELIVERY_JOB = "publishing.delivery"


@dataclass(frozen=True, slots=True)
class Listed:
    """A release as the list of releases shows it, with the names of both persons and its newest background work.

    ``withdrawal`` is that to withdraw it, asked for or confirmed, with the name of who asked.
    """

    release: Release
    created_by: str
    confirmed_by: str
    replaces: int | None
    replaced_by: int | None
    job: Job | None
    withdrawal: Withdrawal | None
    asked_by: str


@dataclass(frozen=True, slots=True)
class ListedApproval:
    """A standing approval with the names of both persons."""

    approval: Approval
    created_by: str
    confirmed_by: str

    @property
    def clocks(self) -> list[str]:
        """The times of day as people write them: 11h00, 17h00:30."""
        return [spoken(clock.removesuffix(":00") if clock.count(":") > 1 else clock) for clock in self.approval.clocks]


def load_publish_settings(ctx: Context, *, campaign: Campaign) -> Loaded[PublishSettings]:
    """Return what the campaign publishes, as it stands (one statement)."""
    return load_settings(ctx, owner=OWNER, schema=PublishSettings, campaign=campaign)


def campaign_by_slug(ctx: Context, *, slug: str) -> Campaign | None:
    """Return the campaign with this short name in its address, if there is one."""
    return ctx.session.scalar(sa.select(Campaign).where(Campaign.slug == slug))


def is_same_person(ctx: Context, *, one: int, other: int) -> bool:
    """Tell whether two accounts are one person's: the same, or merged (one statement)."""
    in_use = sa.func.coalesce(User.merged_into_id, User.id)
    return len(set(ctx.session.scalars(sa.select(in_use).where(User.id.in_({one, other}))))) == 1


def bundle_key(release_id: int) -> str:
    """Return the key of the background work on a release's bundle."""
    return f"{BUNDLE_JOB}:{release_id}"


# --- releases -------------------------------------------------------------------------------------------------------


#: Results have releases of their own; what goes out under a standing approval replaces none of them.
_OF_RESULTS = Release.approval_id.is_(None)
#: A release that was called off before its moment was never public.
EVER_PUBLIC = sa.or_(Release.withdrawn_at.is_(None), Release.withdrawn_at >= Release.published_at)


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


def last_public(ctx: Context, *, campaign_id: int) -> Release | None:
    """Return the newest release of results that the public has seen by now: in force, or withdrawn since."""
    return ctx.session.scalar(
        sa.select(Release)
        .where(Release.campaign_id == campaign_id, _OF_RESULTS, Release.published_at <= ctx.now, EVER_PUBLIC)
        .order_by(Release.number.desc())
        .limit(1)
    )


def seen_releases(ctx: Context, *, campaign_id: int, most: int) -> Sequence[Release]:
    """Return the newest releases that the public has seen by now, also those withdrawn since (one statement)."""
    return ctx.session.scalars(
        sa.select(Release)
        .where(Release.campaign_id == campaign_id, Release.published_at <= ctx.now, EVER_PUBLIC)
        .order_by(Release.number.desc())
        .limit(most)
    ).all()


def last_seen_of_each(ctx: Context, *, campaign_id: int) -> Sequence[Release]:
    """Return the newest release of results that the public has seen, and that of each approval (one statement)."""
    newest = (
        sa.select(sa.func.max(Release.id))
        .where(Release.campaign_id == campaign_id, Release.published_at <= ctx.now, EVER_PUBLIC)
        .group_by(Release.approval_id)
    )
    found = sa.select(Release).where(Release.id.in_(newest)).options(undefer(Release.snapshot))
    return ctx.session.scalars(found.order_by(Release.number.desc())).all()


def current_release(ctx: Context, *, campaign_id: int) -> Release | None:
    """Return the release of results that is in force now: the newest that is public, unless it was withdrawn."""
    found = last_public(ctx, campaign_id=campaign_id)
    return found if found is not None and found.is_published else None


def current_statistics(ctx: Context, *, campaign_id: int) -> Release | None:
    """Return the newest statistics that went out under a standing approval, as far as they are public now."""
    return ctx.session.scalar(
        sa.select(Release)
        .where(Release.campaign_id == campaign_id, sa.not_(_OF_RESULTS), Release.state == ReleaseState.PUBLISHED)
        .where(Release.published_at <= ctx.now)
        .order_by(Release.number.desc())
        .limit(1)
    )


def shown_releases(ctx: Context, *, campaign_ids: Sequence[int]) -> list[Release]:
    """Return what stands on the first page of results of each of these campaigns now (one statement).

    That is the release of results in force; where there never was one, the newest statistics. Where the newest release
    of results was withdrawn it is nothing.
    """
    newest = (
        sa.select(Release.campaign_id, sa.func.max(Release.number).label("number"))
        .where(Release.campaign_id.in_(campaign_ids), Release.published_at <= ctx.now, EVER_PUBLIC)
        .group_by(Release.campaign_id, _OF_RESULTS)
        .subquery()
    )
    same = sa.and_(Release.campaign_id == newest.c.campaign_id, Release.number == newest.c.number)
    found: dict[int, Release] = {}
    for release in ctx.session.scalars(sa.select(Release).join(newest, same).order_by(Release.campaign_id)):
        if release.approval_id is None or release.campaign_id not in found:
            found[release.campaign_id] = release
    return [release for release in found.values() if release.is_published]


def scheduled_release(ctx: Context, *, campaign_id: int) -> Release | None:
    """Return the release that both persons agreed to and that waits for its moment, if there is one."""
    return ctx.session.scalar(
        sa.select(Release).where(
            Release.campaign_id == campaign_id,
            _OF_RESULTS,
            Release.state == ReleaseState.PUBLISHED,
            Release.published_at > ctx.now,
        )
    )


def public_with(ctx: Context, *, campaign_id: int, texts: Sequence[str]) -> Sequence[Release]:
    """Return the releases of results that are public now and hold one of these texts, the newest first (one statement).

    Each is a piece of canonical JSON.
    """
    return ctx.session.scalars(
        sa.select(Release)
        .where(Release.campaign_id == campaign_id, _OF_RESULTS, Release.state == ReleaseState.PUBLISHED)
        .where(Release.published_at <= ctx.now, _holding(texts))
        .order_by(Release.number.desc())
    ).all()


def note_erased(ctx: Context, *, campaign_id: int, texts: Sequence[str] | None) -> None:
    """Note on the releases of results, public or to be so, that they show somebody erased (one statement).

    It is noted on those that hold one of these texts, as in :func:`public_with`; with None, on all.
    """
    statement = sa.update(Release).where(
        Release.campaign_id == campaign_id,
        _OF_RESULTS,
        Release.state == ReleaseState.PUBLISHED,
        Release.names_erased_at.is_(None),
        sa.true() if texts is None else _holding(texts),
    )
    ctx.session.execute(statement.values(names_erased_at=ctx.now), execution_options={"synchronize_session": "fetch"})


def _holding(texts: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.or_(*(Release.snapshot.contains(text, autoescape=True) for text in texts))


def moments_ahead(ctx: Context, *, campaign_id: int) -> list[datetime]:
    """Return the moments at which releases become public by themselves, as far as they are to come (one statement)."""
    ahead = (Release.state == ReleaseState.PUBLISHED, Release.published_at > ctx.now)
    found = ctx.session.scalars(sa.select(Release.published_at).where(Release.campaign_id == campaign_id, *ahead))
    return [moment for moment in found if moment is not None]


def release_numbered(ctx: Context, *, campaign_id: int, number: int) -> Release | None:
    """Return one release of a campaign, whatever its state."""
    return ctx.session.scalar(sa.select(Release).where(Release.campaign_id == campaign_id, Release.number == number))


def successor(ctx: Context, *, release: Release) -> Release | None:
    """Return the release that corrects this one, once the public sees it; also one that was withdrawn since."""
    return ctx.session.scalar(
        sa.select(Release)
        .where(Release.replaces_id == release.id, Release.published_at <= ctx.now, EVER_PUBLIC)
        .order_by(Release.number)
        .limit(1)
    )


def last_number(ctx: Context, *, campaign_id: int) -> int:
    """Return the number of the newest release, 0 before the first."""
    return ctx.session.scalar(sa.select(sa.func.max(Release.number)).where(Release.campaign_id == campaign_id)) or 0


def waiting_releases(ctx: Context, *, campaign_id: int) -> list[Listed]:
    """Return the releases that wait for a second person, or whose withdrawal does, newest first (two statements)."""
    asked = sa.and_(Withdrawal.id.is_not(None), Withdrawal.confirmed_at.is_(None))
    return _listed(ctx, campaign_id, sa.or_(Release.state == ReleaseState.DRAFT, asked))


def past_releases(
    ctx: Context, *, campaign_id: int, statistics: bool, limit: int | None, offset: int
) -> tuple[list[Listed], int]:
    """Return a page of the releases that were decided on, the newest first, and how many there are (three statements).

    ``statistics`` are those under standing approvals, which may be many; the others are of results.
    """
    kind = sa.not_(_OF_RESULTS) if statistics else _OF_RESULTS
    decided = sa.and_(kind, Release.state != ReleaseState.DRAFT)
    all_ = sa.select(sa.func.count()).select_from(Release).where(Release.campaign_id == campaign_id, decided)
    return _listed(ctx, campaign_id, decided, limit, offset), ctx.session.scalar(all_) or 0


def _listed(
    ctx: Context, campaign_id: int, chosen: sa.ColumnElement[bool], limit: int | None = None, offset: int = 0
) -> list[Listed]:
    maker, confirmer, asker = aliased(User), aliased(User), aliased(User)
    former, newer = aliased(Release), aliased(Release)
    seen = sa.or_(newer.withdrawn_at.is_(None), newer.withdrawn_at >= newer.published_at)
    corrects = sa.and_(newer.replaces_id == Release.id, newer.published_at <= ctx.now, seen)
    rows = ctx.session.execute(
        sa.select(Release, maker.name, confirmer.name, former.number, newer.number, Withdrawal, asker.name)
        .join(maker, maker.id == Release.created_by)
        .outerjoin(confirmer, confirmer.id == Release.confirmed_by)
        .outerjoin(former, former.id == Release.replaces_id)
        .outerjoin(newer, corrects)
        .outerjoin(Withdrawal, sa.and_(Withdrawal.release_id == Release.id, Withdrawal.dropped_at.is_(None)))
        .outerjoin(asker, asker.id == Withdrawal.asked_by)
        .where(Release.campaign_id == campaign_id, chosen)
        .order_by(Release.number.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    keys = [bundle_key(row[0].id) for row in rows]
    of_these = sa.select(Job).where(Job.campaign_id == campaign_id, Job.kind == BUNDLE_JOB, Job.key.in_(keys))
    jobs = {job.key: job for job in ctx.session.scalars(of_these.order_by(Job.id))}
    return [
        Listed(
            release=row[0],
            created_by=row[1],
            confirmed_by=row[2] or "",
            replaces=row[3],
            replaced_by=row[4],
            job=jobs.get(bundle_key(row[0].id)),
            withdrawal=row[5],
            asked_by=row[6] or "",
        )
        for row in rows
    ]


# --- withdrawals and standing approvals -----------------------------------------------------------------------------


def withdrawal_of(ctx: Context, *, release: Release) -> Withdrawal | None:
    """Return the withdrawal of a release, asked for or confirmed; none that was dropped."""
    return ctx.session.scalar(
        sa.select(Withdrawal).where(Withdrawal.release_id == release.id, Withdrawal.dropped_at.is_(None))
    )


def withdrawals_asked(ctx: Context, *, campaign_ids: Sequence[int]) -> Sequence[Release]:
    """Return the releases whose withdrawal waits for the second person (one statement)."""
    return ctx.session.scalars(
        sa.select(Release)
        .join(Withdrawal, Withdrawal.release_id == Release.id)
        .where(Release.campaign_id.in_(campaign_ids))
        .where(Withdrawal.dropped_at.is_(None), Withdrawal.confirmed_at.is_(None))
        .order_by(Release.id)
    ).all()


def approvals(ctx: Context, *, campaign_id: int) -> list[ListedApproval]:
    """Return the standing approvals of a campaign with the names of both persons, the newest first (one statement)."""
    maker, confirmer = aliased(User), aliased(User)
    rows = ctx.session.execute(
        sa.select(Approval, maker.name, confirmer.name)
        .join(maker, maker.id == Approval.created_by)
        .outerjoin(confirmer, confirmer.id == Approval.confirmed_by)
        .where(Approval.campaign_id == campaign_id)
        .order_by(Approval.id.desc())
    )
    return [ListedApproval(row[0], row[1], row[2] or "") for row in rows]


def approval_of(ctx: Context, *, campaign_id: int, approval_id: int) -> Approval | None:
    """Return a standing approval of a campaign."""
    return ctx.session.scalar(
        sa.select(Approval).where(Approval.id == approval_id, Approval.campaign_id == campaign_id)
    )


def approvals_waiting(ctx: Context, *, campaign_ids: Sequence[int]) -> Sequence[Approval]:
    """Return the standing approvals that wait for the second person (one statement)."""
    return ctx.session.scalars(
        sa.select(Approval)
        .where(Approval.campaign_id.in_(campaign_ids), Approval.confirmed_at.is_(None), Approval.revoked_at.is_(None))
        .order_by(Approval.id)
    ).all()


def approvals_failed(ctx: Context, *, campaign_ids: Sequence[int]) -> Sequence[Approval]:
    """Return the standing approvals whose last moment could not be kept (one statement)."""
    return ctx.session.scalars(
        sa.select(Approval)
        .where(Approval.campaign_id.in_(campaign_ids), Approval.failed_at.is_not(None), Approval.revoked_at.is_(None))
        .order_by(Approval.id)
    ).all()


def approvals_in_force(ctx: Context, *, first_day: date, last_day: date) -> Sequence[tuple[Approval, Campaign]]:
    """Return the confirmed approvals of open campaigns that cover one of these days (one statement)."""
    rows = ctx.session.execute(
        sa.select(Approval, Campaign)
        .join(Campaign, Campaign.id == Approval.campaign_id)
        .where(Campaign.state == CampaignState.OPEN, Approval.confirmed_at.is_not(None), Approval.revoked_at.is_(None))
        .where(Approval.first_day <= last_day, Approval.last_day >= first_day)
        .order_by(Approval.id)
    )
    return [(row[0], row[1]) for row in rows]


def is_made(ctx: Context, *, approval_id: int, moment: datetime) -> bool:
    """Tell whether the release of that moment is there already."""
    made = sa.select(Release.id).where(Release.approval_id == approval_id, Release.not_before == moment)
    return ctx.session.scalar(made) is not None


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


def entered(ctx: Context, *, ranked: Iterable[tuple[Phase, Ranking]]) -> list[tuple[Phase, Ranking]]:
    """Return those of rounds that people enter: what is made of other rounds counts their entries once more."""
    return [(round_, ranking) for round_, ranking in ranked if not is_made_of_others(ctx, source=round_.source or "")]


def names_on(ctx: Context, *, ranking: Ranking, down_to: int | None) -> Iterator[tuple[int, str]]:
    """Yield the enrolment and the name of everybody on a ranking down to a rank, None for all (one statement)."""
    chosen = sa.select(Enrolment.id, Enrolment.name).join(Standing, Standing.enrolment_id == Enrolment.id)
    chosen = chosen.where(Standing.ranking_id == ranking.id)
    if down_to is not None:
        chosen = chosen.where(Standing.rank <= down_to)
    for row in ctx.session.execute(chosen):
        yield row[0], row[1]


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
