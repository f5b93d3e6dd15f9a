"""What committees answer: who holds which role, and who may therefore not take part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from cuocthi.committees.models import Committee, Membership
from cuocthi.contributions import Role
from cuocthi.units.models import Unit
from cuocthi.users.models import User

if TYPE_CHECKING:
    from cuocthi.context import Context


def roles_in(ctx: Context, *, campaign_id: int, user_id: int | None) -> frozenset[Role]:
    """Return the roles a user holds now in a campaign through its committees (one statement; none for nobody)."""
    if user_id is None:
        return frozenset()
    own = (Committee.campaign_id == campaign_id, Membership.user_id == user_id, Membership.ended_at.is_(None))
    return frozenset(ctx.session.scalars(sa.select(Committee.role).join(Membership).where(*own)))


def roles_by_campaign(ctx: Context, *, user_id: int) -> dict[int, frozenset[Role]]:
    """Return by campaign the roles a user holds now (one statement)."""
    rows = ctx.session.execute(
        sa.select(Committee.campaign_id, Committee.role)
        .join(Membership)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    )
    found: dict[int, set[Role]] = {}
    for campaign_id, role in rows:
        found.setdefault(campaign_id, set()).add(role)
    return {campaign_id: frozenset(roles) for campaign_id, roles in found.items()}


def barring() -> sa.ColumnElement[bool]:
    """Return the condition that a seat, joined with its committee, bars whoever holds or held it from the contest."""
    return sa.and_(Committee.role.in_([role for role in Role if role.bars]), Membership.annulled_at.is_(None))


def has_sat(ctx: Context, *, campaign_id: int, user_id: int) -> bool:
    """Tell whether a user is barred from a campaign by a seat on one of its committees, also by one that has ended."""
    seats = (
        sa.select(Membership.id)
        .join(Committee)
        .where(Committee.campaign_id == campaign_id, Membership.user_id == user_id, barring())
        .limit(1)
    )
    return ctx.session.scalar(seats) is not None


def barring_seats(ctx: Context, *, campaign_id: int, user_id: int) -> Sequence[Membership]:
    """Return the seats that bar a user from a campaign, with their committees, in the order of appointment."""
    return ctx.session.scalars(
        sa.select(Membership)
        .join(Membership.committee)
        .where(Committee.campaign_id == campaign_id, Membership.user_id == user_id, barring())
        .order_by(Membership.id)
        .options(contains_eager(Membership.committee))
    ).all()


def coordinated_units(ctx: Context, *, campaign_id: int, user_id: int, by_name: bool = False) -> Sequence[Unit]:
    """Return the units that a user coordinates now, ``by_name`` those whose people may be known (one statement)."""
    return ctx.session.scalars(
        sa.select(Unit)
        .join(Membership, Membership.unit_id == Unit.id)
        .join(Committee, Committee.id == Membership.committee_id)
        .where(
            Committee.campaign_id == campaign_id,
            Committee.role == Role.COORDINATING,
            Membership.user_id == user_id,
            Membership.ended_at.is_(None),
            *([Committee.sees_names] if by_name else []),
        )
        .order_by(Unit.path)
    ).all()


def committees(ctx: Context, *, campaign_id: int) -> Sequence[Committee]:
    """Return a campaign's committees in the order in which they were set up."""
    return ctx.session.scalars(
        sa.select(Committee).where(Committee.campaign_id == campaign_id).order_by(Committee.id)
    ).all()


def committees_with_members(ctx: Context, *, campaign_id: int) -> Sequence[Committee]:
    """Return a campaign's committees with all seats, also ended ones, their holders and units (four statements)."""
    return ctx.session.scalars(
        sa.select(Committee)
        .where(Committee.campaign_id == campaign_id)
        .order_by(Committee.id)
        .options(
            selectinload(Committee.memberships).options(selectinload(Membership.user), selectinload(Membership.unit))
        )
    ).all()


def committee_of(ctx: Context, *, campaign_id: int, committee_id: int) -> Committee | None:
    """Return a committee of this campaign, or None."""
    return ctx.session.scalar(
        sa.select(Committee).where(Committee.id == committee_id, Committee.campaign_id == campaign_id)
    )


def membership_of(ctx: Context, *, campaign_id: int, membership_id: int) -> Membership | None:
    """Return a seat on a committee of this campaign with its committee and its person, or None."""
    return ctx.session.scalar(
        sa.select(Membership)
        .join(Membership.committee)
        .join(Membership.user)
        .where(Membership.id == membership_id, Committee.campaign_id == campaign_id)
        .options(contains_eager(Membership.committee), contains_eager(Membership.user))
    )


def seats_by_role(ctx: Context, *, campaign_id: int) -> dict[Role, int]:
    """Return how many persons hold each role now."""
    rows = ctx.session.execute(
        sa.select(Committee.role, sa.func.count(sa.distinct(Membership.user_id)))
        .join(Membership)
        .where(Committee.campaign_id == campaign_id, Membership.ended_at.is_(None))
        .group_by(Committee.role)
    )
    return {role: number for role, number in rows}  # noqa: C416 - rows are Row objects, not tuples


def people_named(ctx: Context, *, folded: str, limit: int) -> Sequence[User]:
    """Return people whose folded name holds every word of ``folded``, by name."""
    words = folded.split()
    if not words:
        return []
    return ctx.session.scalars(
        sa.select(User)
        .where(User.active, *(User.name_folded.contains(word, autoescape=True) for word in words))
        .order_by(User.name_sort, User.id)
        .limit(limit)
    ).all()
