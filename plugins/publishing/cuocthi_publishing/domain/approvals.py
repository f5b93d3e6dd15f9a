"""Standing approvals: two persons agree once to statistics that go out by themselves, day by day at stated times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from cuocthi.audit.domain import record
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import PublicationSection
from cuocthi.errors import Conflict, DomainError, Forbidden, Missing
from cuocthi.standings.confirmations import discharged, hold
from cuocthi.text import T
from cuocthi.timelines.localtime import moment_on
from cuocthi_publishing import queries
from cuocthi_publishing.domain.choice import of_groups
from cuocthi_publishing.domain.releases import PREPARING, add, check_seated, let_out, person
from cuocthi_publishing.domain.sections import CORE_GROUP
from cuocthi_publishing.domain.snapshot import Heading, gather
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Approval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi_publishing.models import Release

#: So many times of a day, and so many days at once, can be agreed to; another approval goes on from there.
MOST_CLOCKS, MOST_DAYS = 24, 366
#: So late a release may be made; its figures would be those of another moment than was agreed to.
LATEST = timedelta(minutes=10)
_LONGEST_FAILURE = 300

log = structlog.get_logger(__name__)


def groups(ctx: Context, *, campaign: Campaign) -> list[str]:
    """Return what kinds of statistics there are: the core's, and one for each plugin that contributes some."""
    found = ctx.hooks.collect_by_plugin(ctx, campaign, "publication_sections", PublicationSection)
    return [CORE_GROUP, *sorted({plugin for plugin, section in found if section.page == "statistics"})]


def ask(
    ctx: Context, *, campaign: Campaign, chosen: Sequence[str], clocks: Sequence[str], first_day: date, last_day: date
) -> Approval:
    """Propose a standing approval to a second person.

    ``chosen`` are kinds of statistics as :func:`groups` names them, ``clocks`` times of day as people write them.
    Raises DomainError with the field for what cannot be meant, Forbidden unless a person acts.
    """
    asker = person(ctx)
    hold(ctx, campaign_id=campaign.id)
    known = groups(ctx, campaign=campaign)
    kinds = [name for name in known if name in chosen]
    if not kinds or len(kinds) != len(set(chosen)):
        raise DomainError(T("Choose at least one kind of statistics."), field="groups")
    times = _checked_clocks(clocks)
    if last_day < first_day:
        raise DomainError(T("The last day lies before the first."), field="last_day")
    if last_day < ctx.now.astimezone(LOCAL_ZONE).date() or (last_day - first_day).days > MOST_DAYS:
        raise DomainError(T("Choose days from today on, at most %(most)s of them.", most=MOST_DAYS), field="last_day")
    approval = Approval(
        campaign_id=campaign.id,
        groups=kinds,
        clocks=times,
        first_day=first_day,
        last_day=last_day,
        created_by=asker,
        created_at=ctx.now,
    )
    ctx.session.add(approval)
    ctx.session.flush()
    _record(ctx, campaign, approval, T("Proposed a standing approval of statistics"))
    return approval


def confirm(ctx: Context, *, campaign: Campaign, approval_id: int) -> Approval:
    """Agree to a standing approval as the second person; it holds from now on.

    Raises Missing, Forbidden for the person who proposed it, Conflict if it is confirmed or revoked already or if that
    person was discharged since.
    """
    confirmer = person(ctx)
    approval = _approval(ctx, campaign, approval_id)
    if approval.confirmed_at is not None or approval.revoked_at is not None:
        raise Conflict(T("This approval has been decided on already."))
    if queries.is_same_person(ctx, one=confirmer, other=approval.created_by):
        raise Forbidden(T("You proposed this approval; another person has to confirm it."))
    check_seated(ctx, campaign=campaign, user_id=approval.created_by)
    approval.confirmed_by, approval.confirmed_at = confirmer, ctx.now
    ctx.session.flush()
    _record(ctx, campaign, approval, T("Confirmed a standing approval of statistics"))
    return approval


def revoke(ctx: Context, *, campaign: Campaign, approval_id: int) -> None:
    """End a standing approval, or drop one that was proposed; what went out under it stays. One person suffices."""
    revoker = person(ctx)
    approval = _approval(ctx, campaign, approval_id)
    if approval.revoked_at is not None:
        raise Conflict(T("This approval has been revoked already."))
    approval.revoked_by, approval.revoked_at = revoker, ctx.now
    ctx.session.flush()
    _record(ctx, campaign, approval, T("Revoked a standing approval of statistics"))


def make_due(ctx: Context, *, vault: Vault | None = None) -> int:
    """Make the release of the last moment that has come of each approval in force, once; return how many were made.

    Moments that passed while nothing could run are not made up for: figures are those of the moment at which they are
    counted. An approval one of whose persons was discharged since counts no more. Where a release cannot be made, none
    of another approval waits for it: that is put on record, once, and it is tried again as long as the moment is near.
    ``vault`` is as for making a release.
    """
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    found = queries.approvals_in_force(ctx, first_day=today - timedelta(days=1), last_day=today)
    return sum(_make(ctx, approval, campaign, vault) for approval, campaign in found)


def due_moment(approval: Approval, now: datetime) -> datetime | None:
    """Return the last moment of an approval that has come, as far as it lies after the confirmation and is near."""
    today = now.astimezone(LOCAL_ZONE).date()
    days = [day for day in (today - timedelta(days=1), today) if approval.first_day <= day <= approval.last_day]
    moments = [moment_on(day, clock).astimezone(UTC) for day in days for clock in approval.clocks]
    since = max(approval.confirmed_at or now, now - LATEST)
    return max((moment for moment in moments if since < moment <= now), default=None)


def _make(ctx: Context, approval: Approval, campaign: Campaign, vault: Vault | None) -> bool:
    moment = due_moment(approval, ctx.now)
    if moment is None or queries.is_made(ctx, approval_id=approval.id, moment=moment):
        return False
    try:
        with ctx.session.begin_nested():
            made = _make_of(ctx, approval, campaign, moment, vault)
    except Exception as error:  # whatever a plugin may raise, other campaigns have nothing to do with it
        log.exception("standing_release_failed", approval=approval.id, moment=moment.isoformat())
        _fail(ctx, campaign, approval, moment, error)
        return False
    if made and approval.failed_at is not None:
        approval.failed_at = approval.failure = None
        ctx.session.flush()
    return made


def _make_of(ctx: Context, approval: Approval, campaign: Campaign, moment: datetime, vault: Vault | None) -> bool:
    # Whoever published in between has to be seen, and of two workers the second finds the release made.
    hold(ctx, campaign_id=campaign.id)
    if queries.is_made(ctx, approval_id=approval.id, moment=moment) or not _counts(ctx, approval):
        return False
    material = gather(ctx, campaign=campaign, choice=of_groups(tuple(approval.groups)), vault=vault)
    number = queries.last_number(ctx, campaign_id=campaign.id) + 1
    seen = [snapshot_of(release) for release in queries.last_seen_of_each(ctx, campaign_id=campaign.id)]
    heading = Heading(number=number, made_at=ctx.now, not_before=moment, standing=True, seen=seen)
    release = add(ctx, material=material, heading=heading, maker=approval.created_by, approval_id=approval.id)
    let_out(ctx, campaign=campaign, release=release, confirmer=approval.confirmed_by or 0)
    _record_release(ctx, campaign, approval, release)
    return True


def _fail(ctx: Context, campaign: Campaign, approval: Approval, moment: datetime, error: Exception) -> None:
    """Put on record that the release of a moment could not be made; nothing where that stands there already."""
    if approval.failed_at == moment:
        return
    # Of other errors the words may name anything, persons too.
    why = str(error) if isinstance(error, DomainError) else type(error).__name__
    approval.failed_at, approval.failure = moment, why[:_LONGEST_FAILURE]
    ctx.session.flush()
    record(
        ctx,
        action="publishing:approval:fail",
        summary=T("Statistics could not be released under a standing approval"),
        campaign=campaign,
        object_kind="approval",
        object_id=approval.id,
        after={"failed_at": moment.isoformat(), "failure": approval.failure},
    )


def _counts(ctx: Context, approval: Approval) -> bool:
    """Tell whether two persons still stand behind an approval."""
    both = [user_id for user_id in (approval.created_by, approval.confirmed_by) if user_id is not None]
    left = any(discharged(ctx, campaign_id=approval.campaign_id, user_id=one, roles=PREPARING) for one in both)
    return not (left or queries.is_same_person(ctx, one=both[0], other=both[-1]))


def _checked_clocks(clocks: Sequence[str]) -> list[str]:
    """Return times of day in one form and order. Raises DomainError."""
    written = {_clock(clock) for clock in clocks if clock.strip()}
    if not written or len(written) > MOST_CLOCKS:
        raise DomainError(T("Enter times of day, at most %(most)s of them.", most=MOST_CLOCKS), field="clocks")
    return sorted(written)


def _clock(text: str) -> str:
    day = date(2024, 1, 1)
    try:
        local = moment_on(day, text).astimezone(LOCAL_ZONE)
    except DomainError as error:
        raise DomainError(error.message, field="clocks") from error
    if local.date() != day:
        raise DomainError(T("Write midnight as 0h00 of the day that begins."), field="clocks")
    return f"{local:%H:%M:%S}"


def _approval(ctx: Context, campaign: Campaign, approval_id: int) -> Approval:
    hold(ctx, campaign_id=campaign.id)
    found = queries.approval_of(ctx, campaign_id=campaign.id, approval_id=approval_id)
    if found is None:
        raise Missing(T("There is no such approval."))
    ctx.session.refresh(found)
    return found


def _record(ctx: Context, campaign: Campaign, approval: Approval, summary: Text) -> None:
    record(
        ctx,
        action="publishing:approval:decide",
        summary=summary,
        campaign=campaign,
        object_kind="approval",
        object_id=approval.id,
        after={
            "groups": approval.groups,
            "clocks": approval.clocks,
            "first_day": approval.first_day.isoformat(),
            "last_day": approval.last_day.isoformat(),
        },
    )


def _record_release(ctx: Context, campaign: Campaign, approval: Approval, release: Release) -> None:
    record(
        ctx,
        action="publishing:release:publish",
        summary=T("Published release %(number)s under a standing approval", number=release.number),
        campaign=campaign,
        object_kind="release",
        object_id=release.id,
        after={"number": release.number, "digest": release.digest, "approval": approval.id},
    )
