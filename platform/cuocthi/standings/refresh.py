"""Keeping drafts fresh: rankings follow their results by themselves, until people decide on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.errors import DomainError
from cuocthi.standings.domain import build_ranking, results_digest_of, stale_reasons
from cuocthi.standings.models import Ranking, RankingState, ResultSet
from cuocthi.standings.queries import latest_ranking
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def overtaken_rounds(ctx: Context, *, campaign_ids: Sequence[int]) -> set[int]:
    """Return the rounds whose adopted ranking rests on other results, or other rankings, than there are now.

    Two statements, however many rounds there are.
    """
    adopted = ctx.session.scalars(
        sa.select(Ranking).where(Ranking.campaign_id.in_(campaign_ids), Ranking.state == RankingState.ADOPTED)
    ).all()
    ids = [one.phase_id for one in adopted]
    results = {
        one.phase_id: one for one in ctx.session.scalars(sa.select(ResultSet).where(ResultSet.phase_id.in_(ids)))
    }
    in_force = {str(one.phase_id): [one.number, one.digest] for one in adopted}
    return {
        one.phase_id
        for one in adopted
        if one.results_digest != results_digest_of(results.get(one.phase_id))
        or any(in_force.get(key) != counted for key, counted in (one.made_of or {}).items())
    }


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
