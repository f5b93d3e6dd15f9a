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


def rules_versions(ctx: Context, *, campaign_id: int) -> Sequence[RulesVersion]:
    """Return all issued versions, the newest first."""
    return ctx.session.scalars(
        sa.select(RulesVersion).where(RulesVersion.campaign_id == campaign_id).order_by(RulesVersion.number.desc())
    ).all()
