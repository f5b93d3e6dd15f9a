"""The public leaderboard: there once a ranking is adopted, by contest number, as deep as the rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import anchor_of
from cuocthi.campaigns.settings import load_version
from cuocthi.campaigns.views.caching import cached
from cuocthi.errors import Missing
from cuocthi.standings import domain, queries
from cuocthi.standings.criteria import RankingRules, criteria_of
from cuocthi.standings.placing import KEYS
from cuocthi.standings.views.blueprint import pages, round_or_404, shown
from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response


@pages.page("/rankings/<int:phase_id>/", public=True)
def leaderboard(phase_id: int) -> Response:
    """Show the first places of the adopted ranking of a round. Raises Missing before adoption."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    ranking = queries.adopted_ranking(ctx, round_=round_)
    if ranking is None:
        raise Missing(T("The results of “%(round)s” have not been adopted yet.", round=round_.title))
    adopted = ranking

    def page() -> Response:
        rules = load_version(ctx, version_id=adopted.settings_version_id, schema=RankingRules)
        rows, _total = queries.standing_rows(ctx, ranking=adopted, limit=rules.public_places)
        criteria = list(zip(criteria_of(adopted.criteria), KEYS, strict=False))
        return render(
            "standings/leaderboard.html",
            round=round_,
            ranking=adopted,
            rows=rows,
            criteria=criteria,
            shown=shown,
            anchor=anchor_of(ctx, action=domain.ADOPTED, object_kind="ranking", object_id=adopted.id),
        )

    return cached([round_], page)
