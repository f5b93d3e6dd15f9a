"""What is known of the issued rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.rules.models import RulesVersion

if TYPE_CHECKING:
    from cuocthi.context import Context


def current_rules(ctx: Context, *, campaign_id: int) -> RulesVersion | None:
    """Return the version of the rules that is in force, or None while none has been issued."""
    return ctx.session.scalar(
        sa.select(RulesVersion)
        .where(RulesVersion.campaign_id == campaign_id)
        .order_by(RulesVersion.number.desc())
        .limit(1)
    )


def rules_version(ctx: Context, *, campaign_id: int, number: int) -> RulesVersion | None:
    """Return one version of the rules, or None."""
    return ctx.session.scalar(
        sa.select(RulesVersion).where(RulesVersion.campaign_id == campaign_id, RulesVersion.number == number)
    )


def rules_due(ctx: Context, *, campaign_id: int, accepted_id: int | None) -> RulesVersion | None:
    """Return the version in force if somebody has to be asked to accept it, or None.

    That is so once a material change was issued after the version that was accepted, whose row is ``accepted_id``.
    """
    in_force = current_rules(ctx, campaign_id=campaign_id)
    if in_force is None or in_force.id == accepted_id:
        return None
    accepted = sa.select(RulesVersion.number).where(RulesVersion.id == accepted_id).scalar_subquery()
    later = (
        sa.select(RulesVersion.id)
        .where(RulesVersion.campaign_id == campaign_id, RulesVersion.material)
        .where(RulesVersion.number > sa.func.coalesce(accepted, 0))
    )
    return in_force if ctx.session.scalar(later.limit(1)) is not None else None


def rules_versions(ctx: Context, *, campaign_id: int) -> Sequence[RulesVersion]:
    """Return all issued versions, the newest first."""
    return ctx.session.scalars(
        sa.select(RulesVersion).where(RulesVersion.campaign_id == campaign_id).order_by(RulesVersion.number.desc())
    ).all()
