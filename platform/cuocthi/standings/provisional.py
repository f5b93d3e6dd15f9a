"""Provisional results (Dự kiến kết quả): a submitted ranking in public, for as long as people may object to it.

A ranking is public before it is adopted only where its own rules leave time for objections. The time begins with its
submission and belongs to this one version: another version is another result, and has a time of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.settings import load_version
from cuocthi.standings.criteria import RankingRules
from cuocthi.standings.models import Ranking, RankingState, Standing
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context

#: What is public of a round before its adoption.
_PUBLIC = (Ranking.state == RankingState.PROVISIONAL, Ranking.objections_until.is_not(None))


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A person's place in a provisional ranking; ``tied`` is how many share it."""

    phase_id: int
    title: str
    rank: int
    tied: int
    persons: int
    objections_until: datetime


def objections_until(ctx: Context, *, ranking: Ranking) -> datetime | None:
    """Return until when people may object to a ranking that is submitted now, by the rules it was made under.

    None where they leave no time for that.
    """
    hours = load_version(ctx, version_id=ranking.settings_version_id, schema=RankingRules).objection_hours
    return ctx.now + timedelta(hours=hours) if hours else None


def public_provisional(ctx: Context, *, round_: Phase) -> Ranking | None:
    """Return the provisional ranking of a round that is public, or None; there is one at most (one statement)."""
    return ctx.session.scalar(sa.select(Ranking).where(Ranking.phase_id == round_.id, *_PUBLIC))


def rounds_with_provisional(ctx: Context, *, campaign_id: int) -> Sequence[tuple[int, str, datetime]]:
    """Return the rounds of a campaign whose provisional ranking is public: key, title, until when people may object.

    In the order of the rounds (one statement).
    """
    rows = ctx.session.execute(
        sa.select(Phase.id, Phase.title, Ranking.objections_until)
        .join(Phase, Phase.id == Ranking.phase_id)
        .where(Ranking.campaign_id == campaign_id, *_PUBLIC)
        .order_by(Phase.number)
    )
    return [(phase_id, title, until) for phase_id, title, until in rows if until is not None]


def own_places(ctx: Context, *, campaign_id: int, enrolment_id: int) -> list[OwnPlace]:
    """Return a person's places in the provisional rankings that are public, in the order of rounds (one statement)."""
    rows = ctx.session.execute(
        sa.select(Phase.id, Phase.title, Standing.rank, Standing.tied, Ranking.persons, Ranking.objections_until)
        .select_from(Ranking)
        .join(Phase, Phase.id == Ranking.phase_id)
        .join(Standing, Standing.ranking_id == Ranking.id)
        .where(Ranking.campaign_id == campaign_id, Standing.enrolment_id == enrolment_id, *_PUBLIC)
        .order_by(Phase.number)
    )
    return [
        OwnPlace(phase_id, title, rank, tied, persons, until)
        for phase_id, title, rank, tied, persons, until in rows
        if until is not None
    ]
