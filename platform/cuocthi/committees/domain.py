"""Setting committees up, appointing and discharging their members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.committees.models import Committee, Membership
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T
from cuocthi.users.models import User

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def set_up_committee(
    ctx: Context, *, campaign: Campaign, key: str, role: Role, title: str, decision: str = ""
) -> Committee:
    """Set a committee up; ``decision`` names the decision it rests on. Raises Conflict if the key is taken."""
    taken = sa.select(Committee.id).where(Committee.campaign_id == campaign.id, Committee.key == key)
    if ctx.session.scalar(taken) is not None:
        raise Conflict(T("The campaign already has a committee “%(key)s”.", key=key), field="title")
    if not title.strip():
        raise DomainError(T("The committee needs a title."), field="title")
    committee = Committee(campaign_id=campaign.id, key=key, role=role, title=title, decision=decision)
    ctx.session.add(committee)
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action="core:committee:set_up",
        summary=T("Set up “%(title)s”", title=title),
        campaign=campaign,
        object_kind="committee",
        object_id=committee.id,
        after={"title": title, "role": str(role), "decision": decision},
    )
    return committee


def edit_committee(ctx: Context, *, campaign: Campaign, committee: Committee, title: str, decision: str) -> None:
    """Change a committee's title and the decision it rests on; its role stays."""
    if not title.strip():
        raise DomainError(T("The committee needs a title."), field="title")
    before = {"title": committee.title, "decision": committee.decision}
    committee.title, committee.decision = title, decision
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action="core:committee:edit",
        summary=T("Changed “%(title)s”", title=title),
        campaign=campaign,
        object_kind="committee",
        object_id=committee.id,
        before=before,
        after={"title": title, "decision": decision},
    )


def seat(ctx: Context, *, campaign: Campaign, committee: Committee, user: User, position: str = "") -> Membership:
    """Give a person a seat on a committee; ``cuocthi.standings.appointments`` also bars the person from the contest.

    Raises Conflict if the person sits on the committee already.
    """
    # Joining the contest locks the same row, so that nobody slips in beside an appointment.
    ctx.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
    seated = sa.select(Membership.id).where(
        Membership.committee_id == committee.id, Membership.user_id == user.id, Membership.ended_at.is_(None)
    )
    if ctx.session.scalar(seated) is not None:
        raise Conflict(T("%(name)s already sits on “%(committee)s”.", name=user.name, committee=committee.title))
    membership = Membership(committee_id=committee.id, user_id=user.id, position=position, appointed_at=ctx.now)
    ctx.session.add(membership)
    ctx.session.flush()
    record(
        ctx,
        action="core:committee:appoint",
        summary=T("Appointed a member of “%(title)s”", title=committee.title),
        campaign=campaign,
        object_kind="membership",
        object_id=membership.id,
        after={"user": user.id, "position": position},
    )
    return membership


def discharge(ctx: Context, *, campaign: Campaign, membership: Membership) -> None:
    """End a person's seat. An entry that was excluded by the appointment stays excluded.

    Raises Conflict if the seat has ended already, or if it is the last of the organising committees: then nobody
    could go on with the campaign.
    """
    if membership.ended_at is not None:
        raise Conflict(T("This seat has already ended."))
    if membership.committee.role is Role.ORGANISING and _organisers(ctx, campaign) == 1:
        raise Conflict(T("This is the last organiser of the campaign; appoint another one first."))
    membership.ended_at = ctx.now
    ctx.session.flush()
    record(
        ctx,
        action="core:committee:discharge",
        summary=T("Discharged a member of “%(title)s”", title=membership.committee.title),
        campaign=campaign,
        object_kind="membership",
        object_id=membership.id,
        before={"user": membership.user_id, "position": membership.position},
    )


def _organisers(ctx: Context, campaign: Campaign) -> int:
    return (
        ctx.session.scalar(
            sa.select(sa.func.count(sa.distinct(Membership.user_id)))
            .join(Committee)
            .where(
                Committee.campaign_id == campaign.id,
                Committee.role == Role.ORGANISING,
                Membership.ended_at.is_(None),
            )
        )
        or 0
    )
