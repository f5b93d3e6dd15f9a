"""What committees answer: who holds which role, and who may therefore not take part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.committees.models import Committee, Membership

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.contributions import Role


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


def is_member(ctx: Context, *, campaign_id: int, user_id: int) -> bool:
    """Tell whether a user sits on any committee of a campaign now."""
    return bool(roles_in(ctx, campaign_id=campaign_id, user_id=user_id))
