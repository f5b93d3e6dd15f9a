"""Keeping drafts fresh: rankings follow their results by themselves, until people decide on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.errors import DomainError
from cuocthi.standings.domain import build_ranking, stale_reasons
from cuocthi.standings.models import ResultSet
from cuocthi.standings.queries import latest_ranking
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.context import Context

log = structlog.get_logger(__name__)


def rebuild_drafts(ctx: Context, *, progress: Callable[[int, int], None]) -> int:
    """Build a new draft for every round of an open campaign whose newest ranking no longer holds; return how many.

    A round that cannot be ranked (its rules name an unknown measure) is logged and passed over.
    """
    rounds = ctx.session.execute(
        sa.select(Campaign, Phase)
        .join(Phase, Phase.campaign_id == Campaign.id)
        .join(ResultSet, ResultSet.phase_id == Phase.id)
        .where(Campaign.state == CampaignState.OPEN)
        .order_by(Phase.id)
    ).all()
    built = 0
    for number, (campaign, round_) in enumerate(rounds, start=1):
        built += _rebuild(ctx, campaign, round_)
        progress(number, len(rounds))
    return built


def _rebuild(ctx: Context, campaign: Campaign, round_: Phase) -> bool:
    newest = latest_ranking(ctx, round_=round_)
    if newest is not None and not stale_reasons(ctx, campaign=campaign, round_=round_, ranking=newest):
        return False
    try:
        with ctx.session.begin_nested():
            build_ranking(ctx, campaign=campaign, round_=round_)
    except DomainError as error:
        log.warning("ranking_not_built", phase_id=round_.id, reason=str(error))
        return False
    return True
