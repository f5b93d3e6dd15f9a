"""The public leaderboard: a round's provisional and adopted ranking, by contest number, as deep as the rules say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g

from cuocthi.audit.domain import anchor_of
from cuocthi.campaigns.panels import shown_panels
from cuocthi.campaigns.settings import load_version
from cuocthi.campaigns.views.caching import cached
from cuocthi.errors import Missing
from cuocthi.standings import domain, queries
from cuocthi.standings.criteria import RankingRules, criteria_of
from cuocthi.standings.lot_queries import lots_of
from cuocthi.standings.placing import KEYS
from cuocthi.standings.provisional import public_provisional
from cuocthi.standings.views.blueprint import pages, round_or_404, shown
from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from cuocthi.context import Context
    from cuocthi.standings.criteria import RankedBy
    from cuocthi.standings.models import Ranking
    from cuocthi.standings.queries import StandingRow, TiedGroup


#: Of how many ranks that are shared the page says how they were decided.
_EQUALS = 10


@dataclass(frozen=True, slots=True)
class Board:
    """A ranking with as many of its places as the public sees, what they were given by, and who is equal among them."""

    ranking: Ranking
    rows: Sequence[StandingRow]
    criteria: Sequence[tuple[RankedBy, str]]
    ties: Sequence[TiedGroup]


@pages.page("/rankings/<int:phase_id>/", public=True)
def leaderboard(phase_id: int) -> Response:
    """Show the first places of a round: provisional ones while people may object to them, and those adopted.

    Raises Missing where there are neither.
    """
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    adopted, provisional = queries.adopted_ranking(ctx, round_=round_), public_provisional(ctx, round_=round_)
    if adopted is None and provisional is None:
        raise Missing(T("The results of “%(round)s” have not been adopted yet.", round=round_.title))
    until = provisional.objections_until if provisional else None
    newest = queries.latest_ranking(ctx, round_=round_) if provisional else None

    def page() -> Response:
        return render(
            "standings/leaderboard.html",
            round=round_,
            adopted=_board(ctx, adopted),
            provisional=_board(ctx, provisional),
            changes=domain.changes_since(ctx, round_=round_, ranking=adopted) if adopted else [],
            open=until is not None and ctx.now < until,
            newer=newest is not None and newest is not provisional,
            panels=shown_panels(ctx, campaign=g.campaign, slot="objections", values={"round": round_}) if until else [],
            shown=shown,
            equals_named=_EQUALS,
            lots={one.id: one for one in lots_of(ctx, phase_id=phase_id)},
            anchor=anchor_of(ctx, action=domain.ADOPTED, object_kind="ranking", object_id=adopted.id)
            if adopted
            else None,
        )

    return cached([round_], page, moments=[until] if until else [])


def _board(ctx: Context, ranking: Ranking | None) -> Board | None:
    if ranking is None:
        return None
    rules = load_version(ctx, version_id=ranking.settings_version_id, schema=RankingRules)
    rows, _total = queries.standing_rows(ctx, ranking=ranking, limit=rules.public_places)
    ties = queries.tied_groups(ctx, ranking=ranking, upto_rank=rows[-1].standing.rank) if rows else []
    return Board(ranking, rows, list(zip(criteria_of(ranking.criteria), KEYS, strict=False)), ties)
