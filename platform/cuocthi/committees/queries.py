"""What committees answer: who holds which role, and who may therefore not take part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from cuocthi.committees.models import Committee, Membership
from cuocthi.contributions import Role
from cuocthi.users.models import User

if TYPE_CHECKING:
    from cuocthi.context import Context


def roles_in(ctx: Context, *, campaign_id: int, user_id: int | None) -> frozenset[Role]:
    """Return the roles a user holds now in a campaign through its committees (one statement; none for nobody)."""
    if user_id is None:
        return frozenset()
    rows = ctx.session.scalars(
        sa.select(Committee.role)
        .join(Membership)
        .where(Committee.campaign_id == campaign_id, Membership.user_id == user_id, Membership.ended_at.is_(None))
    )
    return frozenset(rows)


def has_sat(ctx: Context, *, campaign_id: int, user_id: int) -> bool:
    """Tell whether a user sits or ever sat on a committee of a campaign: who could see the questions takes no part."""
    seats = (
        sa.select(Membership.id)
        .join(Committee)
        .where(Committee.campaign_id == campaign_id, Membership.user_id == user_id)
        .limit(1)
    )
    return ctx.session.scalar(seats) is not None


def committees(ctx: Context, *, campaign_id: int) -> Sequence[Committee]:
    """Return a campaign's committees in the order in which they were set up."""
    return ctx.session.scalars(
        sa.select(Committee).where(Committee.campaign_id == campaign_id).order_by(Committee.id)
    ).all()


def committees_with_members(ctx: Context, *, campaign_id: int) -> Sequence[Committee]:
    """Return a campaign's committees with all seats, also ended ones, and who holds them (three statements)."""
    return ctx.session.scalars(
        sa.select(Committee)
        .where(Committee.campaign_id == campaign_id)
        .order_by(Committee.id)
        .options(selectinload(Committee.memberships).selectinload(Membership.user))
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
