"""Why a person stands where they stand: for themselves, beside whoever stands just before and just behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g

from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import Missing
from cuocthi.standings import queries
from cuocthi.standings.composition import shows_values
from cuocthi.standings.criteria import criteria_of
from cuocthi.standings.explanation import Explanation, explain
from cuocthi.standings.models import TieMethod
from cuocthi.standings.placing import KEYS
from cuocthi.standings.provisional import public_provisional
from cuocthi.standings.views.blueprint import pages, round_or_404, shown
from cuocthi.text import T
from cuocthi.users.sign_in import known_reader
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response

    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking, Standing, TieDecision


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who stands next to the reader, without a name: the comparison of the reader's place with theirs."""

    before: bool
    explanation: Explanation
    decision: TieDecision | None


@pages.page("/rankings/<int:phase_id>/mine", signed_in=True)
def own_place(phase_id: int) -> Response:
    """Show the reader's place in what is public of a round, and what decided it. Raises Missing where there is none."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    ranking = public_provisional(ctx, round_=round_) or queries.adopted_ranking(ctx, round_=round_)
    if ranking is None:
        raise Missing(T("The results of “%(round)s” have not been adopted yet.", round=round_.title))
    enrolment = enrolment_of(ctx, campaign_id=g.campaign.id, user_id=known_reader().id)
    standing = enrolment and queries.standing_of(ctx, ranking=ranking, enrolment_id=enrolment.id)
    if not standing:
        raise Missing(T("You have no entry that counts in “%(round)s”.", round=round_.title))
    neighbours = _neighbours(ctx, ranking, standing)
    return render(
        "standings/own_place.html",
        round=round_,
        ranking=ranking,
        standing=standing,
        values=[
            (criterion, criterion.value_of(getattr(standing, key)))
            for criterion, key in zip(criteria_of(ranking.criteria), KEYS, strict=False)
        ],
        shows=shows_values(ctx, campaign=g.campaign, round_=round_),
        neighbours=neighbours,
        has_lots=any(one.decision is not None and one.decision.method is TieMethod.LOT for one in neighbours),
        shown=shown,
    )


def _neighbours(ctx: Context, ranking: Ranking, standing: Standing) -> list[Neighbour]:
    decision = queries.tie_decision(ctx, ranking=ranking, rank=standing.rank) if standing.tied > 1 else None
    found = ((True, queries.next_to(ctx, standing, before=True)), (False, queries.next_to(ctx, standing, before=False)))
    return [
        Neighbour(before, explain(ranking, standing, other, decision), decision)
        for before, other in found
        if other is not None
    ]
