"""What an overall ranking counts: its rounds, and their rankings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.settings import load_settings
from cuocthi.standings.queries import adopted_ranking, latest_ranking
from cuocthi.timelines.queries import rounds
from cuocthi_overall.models import Basis
from cuocthi_overall.settings import ONE, OWNER, OverallRanking, OverallSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.timelines.models import Phase


@dataclass(frozen=True, slots=True)
class Counted:
    """A round that counts, with its weight in thousandths and the ranking that holds: adopted, or else the newest."""

    round_: Phase
    weight: int
    ranking: Ranking | None
    adopted: bool


def load_overall(ctx: Context, *, campaign: Campaign) -> OverallSettings:
    """Return the overall rankings of a campaign."""
    return load_settings(ctx, owner=OWNER, schema=OverallSettings, campaign=campaign).value


def counted_rounds(ctx: Context, *, campaign: Campaign, of: OverallRanking) -> list[tuple[Phase, int]]:
    """Return the rounds that an overall ranking counts, with their weights; those that are not there are left out."""
    known = [round_ for round_ in rounds(ctx, campaign_id=campaign.id) if round_.key != of.round]
    if not of.rounds:
        return [(round_, ONE) for round_ in known if round_.source != OWNER]
    weights = {one.round: one.weight for one in of.rounds}
    return [(round_, weights[round_.key]) for round_ in known if round_.key in weights]


def counted(ctx: Context, *, campaign: Campaign, of: OverallRanking) -> list[Counted]:
    """Return what an overall ranking counts, round by round (two statements a round at most)."""
    found: list[Counted] = []
    for round_, weight in counted_rounds(ctx, campaign=campaign, of=of):
        adopted = adopted_ranking(ctx, round_=round_)
        found.append(Counted(round_, weight, adopted or latest_ranking(ctx, round_=round_), adopted is not None))
    return found


def basis_of(ctx: Context, *, round_: Phase) -> dict[int, tuple[int, str]]:
    """Return by round which version of its ranking the present results of an overall round were made of."""
    rows = ctx.session.scalars(sa.select(Basis).where(Basis.phase_id == round_.id))
    return {row.source_id: (row.ranking_number, row.ranking_digest) for row in rows}


def as_basis(found: Iterable[Counted]) -> dict[int, tuple[int, str]]:
    """Return what :func:`basis_of` would, were results made of these rankings now."""
    return {one.round_.id: (one.ranking.number, one.ranking.digest) for one in found if one.ranking is not None}
