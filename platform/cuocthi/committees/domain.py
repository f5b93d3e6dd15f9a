"""Setting committees up, appointing and discharging their members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.committees.models import Committee, Membership
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.units.queries import SEARCH_MARK, full_names, searchable, unit_by_code
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: How many units are named where several are called alike.
_FOUND = 5


def set_up_committee(
    ctx: Context,
    *,
    campaign: Campaign,
    key: str,
    role: Role,
    title: str,
    decision: str = "",
    sees_names: bool = False,
) -> Committee:
    """Set a committee up; ``decision`` names the decision it rests on.

    ``sees_names`` lets coordinators know by name who of their unit has taken part; other roles have no use for it.
    Raises Conflict if the key is taken.
    """
    taken = sa.select(Committee.id).where(Committee.campaign_id == campaign.id, Committee.key == key)
    if ctx.session.scalar(taken) is not None:
        raise Conflict(T("The campaign already has a committee “%(key)s”.", key=key), field="title")
    if not title.strip():
        raise DomainError(T("The committee needs a title."), field="title")
    committee = Committee(
        campaign_id=campaign.id,
        key=key,
        role=role,
        title=title,
        decision=decision,
        sees_names=sees_names and role.bound_to_unit,
    )
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
        after={"title": title, "role": str(role), "decision": decision, **_names_known(committee)},
    )
    return committee


def edit_committee(
    ctx: Context, *, campaign: Campaign, committee: Committee, title: str, decision: str, sees_names: bool = False
) -> None:
    """Change a committee's title, the decision it rests on, and what coordinators see; its role stays."""
    if not title.strip():
        raise DomainError(T("The committee needs a title."), field="title")
    before = {"title": committee.title, "decision": committee.decision, **_names_known(committee)}
    committee.title, committee.decision = title, decision
    committee.sees_names = sees_names and committee.role.bound_to_unit
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
        after={"title": title, "decision": decision, **_names_known(committee)},
    )


def _names_known(committee: Committee) -> dict[str, bool]:
    return {"sees_names": committee.sees_names} if committee.role.bound_to_unit else {}


def seat(
    ctx: Context,
    *,
    campaign: Campaign,
    committee: Committee,
    user: User,
    position: str = "",
    unit: Unit | None = None,
) -> Membership:
    """Give a person a seat on a committee; ``cuocthi.standings.appointments`` also bars the person from the contest.

    ``unit`` is whose people the person coordinates. Raises Conflict if the person sits on the committee already,
    DomainError (field ``unit``) if the committee's role needs a unit and none is given.
    """
    # Joining the contest locks the same row, so that nobody slips in beside an appointment.
    ctx.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
    seated = sa.select(Membership.id).where(
        Membership.committee_id == committee.id, Membership.user_id == user.id, Membership.ended_at.is_(None)
    )
    if ctx.session.scalar(seated) is not None:
        raise Conflict(T("%(name)s already sits on “%(committee)s”.", name=user.name, committee=committee.title))
    bound = unit if committee.role.bound_to_unit else None
    if committee.role.bound_to_unit and bound is None:
        raise DomainError(T("Please say whose people this person coordinates."), field="unit")
    membership = Membership(
        committee_id=committee.id,
        user_id=user.id,
        position=position,
        unit_id=bound.id if bound else None,
        appointed_at=ctx.now,
    )
    ctx.session.add(membership)
    ctx.session.flush()
    record(
        ctx,
        action="core:committee:appoint",
        summary=T("Appointed a member of “%(title)s”", title=committee.title),
        campaign=campaign,
        object_kind="membership",
        object_id=membership.id,
        after={"user": user.id, "position": position, **({"unit": bound.name} if bound else {})},
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


def unit_meant(ctx: Context, *, text: str) -> Unit | None:
    """Return the unit that somebody means by a code or a name, None where nothing is written.

    Raises DomainError (field ``unit``) if nothing is called so, or several units are and none of them exactly.
    """
    written = text.strip()
    if not written:
        return None
    by_code = unit_by_code(ctx, code=written)
    if by_code is not None:
        return by_code
    wanted = searchable(written)
    named = sa.select(Unit).where(*(Unit.search.contains(word, autoescape=True) for word in wanted.split()))
    exact = Unit.search.contains(f"{SEARCH_MARK}{wanted}{SEARCH_MARK}", autoescape=True)
    found = ctx.session.scalars(named.order_by(sa.case((exact, 0), else_=1), Unit.name_sort).limit(_FOUND)).all()
    exactly = [unit for unit in found if f"{SEARCH_MARK}{wanted}{SEARCH_MARK}" in unit.search]
    meant = exactly or found
    if not wanted or not meant:
        raise DomainError(T("No unit is called so. Please look it up in the list of units."), field="unit")
    if len(meant) > 1:
        names = "; ".join(f"{name} ({unit.code})" for unit, name in _with_names(ctx, meant))
        raise DomainError(
            T("Several units are called so; please write the code of one: %(names)s", names=names), field="unit"
        )
    return meant[0]


def _with_names(ctx: Context, units: Sequence[Unit]) -> list[tuple[Unit, str]]:
    names = full_names(ctx, units=units)
    return [(unit, names[unit.id]) for unit in units]


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
