"""Looking ahead: what a change would do to rankings, and to what rests on them, done and undone again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.contributions import Impact
from cuocthi.digest import digest
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings import lots, queries
from cuocthi.standings.domain import rank_results, stale_reasons
from cuocthi.standings.models import Ranking, RankingState, ResultSet, Standing
from cuocthi.standings.planning import read_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: How many of those whose place changes are named, the best places first; the others are counted.
NAMED = 100


@dataclass(frozen=True, slots=True)
class Move:
    """A person's place before and after; ``before`` is None for who stood in no ranking yet."""

    enrolment_id: int
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class RoundPreview:
    """What a change would do to the ranking of a round.

    Of ``persons`` in it ``rescored`` would count with another score, ``up`` stand higher and ``down`` lower; ``moves``
    are the first :data:`NAMED` of them. ``digest`` is that of the ranking which would come of it. ``adopted`` is the
    number of the version that is adopted, which stays as it is, None if none is.
    """

    round_id: int
    persons: int
    rescored: int
    up: int
    down: int
    moves: Sequence[Move]
    impacts: Sequence[Impact]
    digest: str
    adopted: int | None


def preview(
    ctx: Context, *, campaign: Campaign, rounds: Sequence[Phase], act: Callable[[], None]
) -> list[RoundPreview]:
    """Return what ``act`` would change in the rankings of these rounds, and for the plugins; nothing of it stays.

    ``act`` makes the change as it would be made for good, short of posting results. Then the rounds' format is asked
    to post them, they are ranked, compared with the rankings as they stand, and the plugins are asked what follows
    (``results_impact``). All of that happens in a savepoint that is rolled back. Raises what any of them raises.
    """
    ctx.session.flush()
    savepoint = ctx.session.begin_nested()
    try:
        before = [_as_it_stands(ctx, campaign, round_) for round_ in rounds]
        act()
        return [_compared(ctx, campaign, round_, stands) for round_, stands in zip(rounds, before, strict=True)]
    finally:
        savepoint.rollback()


def basis_of(ctx: Context, *, campaign: Campaign, rounds: Sequence[Phase]) -> str:
    """Return a digest of what a preview of these rounds rests on (a constant number of statements).

    Settings, who is excluded, adopted rankings, and the results of rounds that are over. Into those that are open
    results come all the time; for them no preview is final.
    """
    settings = sa.select(sa.func.max(SettingsVersion.id)).where(SettingsVersion.campaign_id == campaign.id)
    left_out = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Enrolment.id), 0)).where(
        Enrolment.campaign_id == campaign.id, Enrolment.state == EnrolmentState.EXCLUDED
    )
    ids = [round_.id for round_ in rounds]
    adopted = sa.select(Ranking.id).where(Ranking.phase_id.in_(ids), Ranking.state == RankingState.ADOPTED)
    over = [round_.id for round_ in rounds if ctx.now >= round_.over_at]
    results = (
        sa.select(ResultSet.phase_id, ResultSet.results_digest, ResultSet.measures_digest)
        .where(ResultSet.phase_id.in_(over))
        .order_by(ResultSet.phase_id)
    )
    return digest(
        [
            ctx.session.scalar(settings),
            [int(number) for number in ctx.session.execute(left_out).one()],
            list(ctx.session.scalars(adopted.order_by(Ranking.id))),
            over,
            [list(row) for row in ctx.session.execute(results)],
        ]
    )


def _as_it_stands(ctx: Context, campaign: Campaign, round_: Phase) -> Ranking:
    """Return the newest ranking of a round if it holds, or else one made of what there is now."""
    ctx.hooks.notify(ctx, campaign, "refresh_results", only=round_.source, round_=round_)
    newest = queries.latest_ranking(ctx, round_=round_)
    if newest is not None and not stale_reasons(ctx, campaign=campaign, round_=round_, ranking=newest):
        return newest
    return _ranked(ctx, campaign, round_, newest)


def _ranked(ctx: Context, campaign: Campaign, round_: Phase, earlier: Ranking | None) -> Ranking:
    number = 1 if earlier is None else earlier.number + 1
    made = rank_results(ctx, campaign=campaign, round_=round_, number=number)
    lots.order_ties(ctx, ranking=made)
    return made


def _compared(ctx: Context, campaign: Campaign, round_: Phase, before: Ranking) -> RoundPreview:
    ctx.hooks.notify(ctx, campaign, "refresh_results", only=round_.source, round_=round_)
    after = _ranked(ctx, campaign, round_, before)
    adopted = queries.adopted_ranking(ctx, round_=round_)
    with read_whole(ctx.session, persons=after.persons):
        rescored, up, down = _numbers(ctx, before, after)
        moves = _moves(ctx, before, after)
    return RoundPreview(
        round_id=round_.id,
        persons=after.persons,
        rescored=rescored,
        up=up,
        down=down,
        moves=moves,
        impacts=ctx.hooks.collect(ctx, campaign, "results_impact", Impact, round_=round_, before=before, after=after),
        digest=after.digest,
        adopted=None if adopted is None else adopted.number,
    )


_WAS, _WILL = aliased(Standing), aliased(Standing)


def _pairs(before: Ranking) -> sa.Join:
    """Return everybody in the ranking that would be with their places in the one that is."""
    theirs = sa.and_(_WAS.ranking_id == before.id, _WAS.enrolment_id == _WILL.enrolment_id)
    return sa.outerjoin(_WILL, _WAS, theirs)


def _numbers(ctx: Context, before: Ranking, after: Ranking) -> tuple[int, int, int]:
    other = sa.or_(_WAS.score != _WILL.score, _WAS.max_score != _WILL.max_score)
    row = ctx.session.execute(
        sa.select(
            sa.func.count().filter(other),
            sa.func.count().filter(_WILL.rank < _WAS.rank),
            sa.func.count().filter(_WILL.rank > _WAS.rank),
        )
        .select_from(_pairs(before))
        .where(_WILL.ranking_id == after.id)
    ).one()
    return row[0], row[1], row[2]


def _moves(ctx: Context, before: Ranking, after: Ranking) -> list[Move]:
    best = sa.case((_WAS.rank < _WILL.rank, _WAS.rank), else_=_WILL.rank)
    rows = ctx.session.execute(
        sa.select(_WILL.enrolment_id, _WAS.rank, _WILL.rank)
        .select_from(_pairs(before))
        .where(_WILL.ranking_id == after.id, sa.func.coalesce(_WAS.rank, 0) != _WILL.rank)
        .order_by(best, _WILL.rank, _WILL.enrolment_id)
        .limit(NAMED)
    )
    return [Move(*row) for row in rows]
