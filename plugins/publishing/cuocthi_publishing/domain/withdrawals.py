"""Taking back what was published: one person asks for it with a reason, another one confirms. A tombstone stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError, Forbidden, Missing
from cuocthi.files.domain import file_of, restrict
from cuocthi.standings.confirmations import hold
from cuocthi.text import T
from cuocthi_publishing.domain.masking import purged
from cuocthi_publishing.domain.releases import check_seated, numbered, person
from cuocthi_publishing.models import ReleaseState, Withdrawal
from cuocthi_publishing.queries import is_same_person, withdrawal_of

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_publishing.models import Release

#: What a reader needs for the bundle of a release that everybody could take before.
_STAFF = "publishing:release:view"


def ask(ctx: Context, *, campaign: Campaign, number: int, reason: str) -> Withdrawal:
    """Ask for a published release to be withdrawn; it stays public until another person confirms.

    ``reason`` is public afterwards; personal data in it is blacked out. Raises DomainError without one, Conflict for a
    release that is not public, or whose withdrawal was asked for already, Forbidden unless a person acts.
    """
    asker = person(ctx)
    hold(ctx, campaign_id=campaign.id)
    release = numbered(ctx, campaign=campaign, number=number)
    ctx.session.refresh(release)
    if not release.is_public(ctx.now):
        raise Conflict(T("Release %(number)s is not public.", number=number))
    if withdrawal_of(ctx, release=release) is not None:
        raise Conflict(T("The withdrawal of release %(number)s has been asked for already.", number=number))
    reason = purged(reason.strip(), public=campaign.support_phone)
    if not reason:
        raise DomainError(T("Say why it is withdrawn; everybody will read it."), field="reason")
    withdrawal = Withdrawal(release_id=release.id, reason=reason, asked_by=asker, asked_at=ctx.now)
    ctx.session.add(withdrawal)
    ctx.session.flush()
    _record(ctx, campaign, release, withdrawal, T("Asked for the withdrawal of release %(number)s", number=number))
    return withdrawal


def confirm(ctx: Context, *, campaign: Campaign, number: int) -> Release:
    """Withdraw a release as the second person: its pages and data are gone at once, and a tombstone says so.

    Raises Missing if nobody asked for it, Forbidden for the person who asked, Conflict if that person was discharged
    since or somebody has confirmed already.
    """
    confirmer = person(ctx)
    release, withdrawal = _asked(ctx, campaign, number)
    if is_same_person(ctx, one=confirmer, other=withdrawal.asked_by):
        raise Forbidden(T("You asked for this withdrawal; another person has to confirm it."))
    check_seated(ctx, campaign=campaign, user_id=withdrawal.asked_by)
    withdrawal.confirmed_by, withdrawal.confirmed_at = confirmer, ctx.now
    ctx.session.flush()
    release.state, release.withdrawn_at = ReleaseState.WITHDRAWN, ctx.now
    if release.bundle_file_id is not None:
        restrict(file_of(ctx, campaign_id=campaign.id, file_id=release.bundle_file_id), permission=_STAFF)
    campaign.version += 1
    ctx.session.flush()
    _record(ctx, campaign, release, withdrawal, T("Withdrew release %(number)s", number=number))
    return release


def drop(ctx: Context, *, campaign: Campaign, number: int) -> None:
    """Let a release stand after all, whose withdrawal was asked for. Raises Missing, Conflict as :func:`confirm`."""
    person(ctx)
    release, withdrawal = _asked(ctx, campaign, number)
    withdrawal.dropped_at = ctx.now
    ctx.session.flush()
    _record(ctx, campaign, release, withdrawal, T("Dropped the withdrawal of release %(number)s", number=number))


def _asked(ctx: Context, campaign: Campaign, number: int) -> tuple[Release, Withdrawal]:
    hold(ctx, campaign_id=campaign.id)
    release = numbered(ctx, campaign=campaign, number=number)
    ctx.session.refresh(release)
    withdrawal = withdrawal_of(ctx, release=release)
    if withdrawal is None:
        raise Missing(T("Nobody has asked for the withdrawal of release %(number)s.", number=number))
    ctx.session.refresh(withdrawal)
    if withdrawal.confirmed_at is not None:
        raise Conflict(T("Release %(number)s has been withdrawn already.", number=number))
    return release, withdrawal


def _record(ctx: Context, campaign: Campaign, release: Release, withdrawal: Withdrawal, summary: Text) -> None:
    record(
        ctx,
        action="publishing:release:withdraw",
        summary=summary,
        campaign=campaign,
        object_kind="release",
        object_id=release.id,
        after={"number": release.number, "digest": release.digest, "reason": withdrawal.reason},
    )
