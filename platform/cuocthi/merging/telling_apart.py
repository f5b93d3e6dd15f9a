"""Saying that two people are not the same, and taking that back.

What the staff of a campaign says holds for its own list; what an administrator says holds everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict
from cuocthi.merging.domain import hold_people
from cuocthi.merging.models import ToldApart
from cuocthi.merging.obstacles import check_door
from cuocthi.merging.queries import told_apart
from cuocthi.merging.reasons import seal
from cuocthi.standings.decisions import checked_reason
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text


def tell_apart(
    ctx: Context, *, campaign: Campaign | None, first_id: int, second_id: int, reason: str, vault: Vault
) -> None:
    """Say that two people are not the same: they are proposed no more. Said twice it is said once.

    ``campaign`` is the one whose staff says so, None for an administrator. Raises DomainError without a reason.
    """
    written = checked_reason(reason)
    check_door(ctx, campaign=campaign)
    low, high = sorted((first_id, second_id))
    hold_people(ctx, low, high)
    if told_apart(ctx, campaign_id=_id(campaign), first_id=low, second_id=high) is not None:
        return
    told = ToldApart(low_id=low, high_id=high, campaign_id=_id(campaign), told_by=ctx.actor.user_id, told_at=ctx.now)
    told.reason = seal(told, written, vault=vault)
    ctx.session.add(told)
    ctx.session.flush()
    _record(ctx, campaign, told, "tell_apart", T("Said of two people that they are not the same"))


def propose_again(ctx: Context, *, campaign: Campaign | None, first_id: int, second_id: int) -> None:
    """Take back that two people are not the same, where it was said: they are proposed again.

    Raises Conflict where an administrator said so and a campaign's staff would take it back.
    """
    check_door(ctx, campaign=campaign)
    low, high = sorted((first_id, second_id))
    hold_people(ctx, low, high)
    told = told_apart(ctx, campaign_id=_id(campaign), first_id=low, second_id=high)
    if told is None:
        return
    if told.campaign_id != _id(campaign):
        raise Conflict(T("An administrator said that these are two people; only an administrator takes it back."))
    ctx.session.delete(told)
    ctx.session.flush()
    _record(ctx, campaign, told, "propose_again", T("Took back that two people are not the same"))


def _id(campaign: Campaign | None) -> int | None:
    return None if campaign is None else campaign.id


def _record(ctx: Context, campaign: Campaign | None, told: ToldApart, act: str, summary: Text) -> None:
    record(
        ctx,
        action=f"core:person:{act}",
        summary=summary,
        campaign=campaign,
        object_kind="user",
        object_id=told.low_id,
        after={"user": told.high_id},
    )
