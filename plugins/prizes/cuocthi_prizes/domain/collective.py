"""Which collective prizes of a former list still fit a new one; what no longer does is left out with a word."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cuocthi.standings.queries import unit_figures
from cuocthi.text import T
from cuocthi_prizes.models import UnitAward, UnitFigure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi_prizes.settings import CollectiveTier, PrizeSet


def figures_of(ctx: Context, *, ranking: Ranking) -> list[UnitFigure]:
    """Return the figures of all units in a ranking as they are now, to be kept with a list."""
    return [
        UnitFigure(
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            block=row.block,
            persons=row.persons,
            entries=row.entries,
            score_sum=row.score_sum,
            headcount=row.headcount,
        )
        for row in unit_figures(ctx, ranking=ranking)
    ]


def carried_over(
    former: Iterable[UnitAward], *, prize_set: PrizeSet, figures: Mapping[int, UnitFigure]
) -> tuple[list[UnitAward], list[Text]]:
    """Return the collective prizes of a former list that fit the present scheme, with present figures, and why the
    others do not.
    """
    tiers = {tier.key: tier for tier in prize_set.collective}
    given: Counter[str] = Counter()
    kept: list[UnitAward] = []
    left_out: list[Text] = []
    for award in former:
        tier, figure = tiers.get(award.tier), figures.get(award.unit_id)
        reason = _why_not(award, tier, figure, given)
        if reason is not None or figure is None:
            left_out.append(_left_out(award, reason))
            continue
        given[award.tier] += 1
        kept.append(_again(award, figure))
    return kept, left_out


def _why_not(
    award: UnitAward, tier: CollectiveTier | None, figure: UnitFigure | None, given: Counter[str]
) -> Text | None:
    if tier is None:
        return T("the scheme has no such prize any more")
    if tier.quantity and given[tier.key] >= tier.quantity:
        return T("the scheme has only %(quantity)s of these prizes", quantity=tier.quantity)
    if tier.value and award.value != tier.value:
        return T("the scheme fixes another value: %(value)s đồng", value=tier.value)
    if figure is None:
        return T("there are no figures for this unit in the ranking")
    return None


def _left_out(award: UnitAward, reason: Text | None) -> Text:
    return T(
        "“%(prize)s” for %(unit)s was not taken over: %(reason)s.",
        prize=award.title,
        unit=award.unit_name,
        reason=reason or "",
    )


def _again(award: UnitAward, figure: UnitFigure) -> UnitAward:
    return UnitAward(
        tier=award.tier,
        title=award.title,
        value=award.value,
        unit_id=award.unit_id,
        unit_name=award.unit_name,
        persons=figure.persons,
        headcount=figure.headcount,
        mean_score=mean_of(figure),
        reason=award.reason,
        decision_number=award.decision_number,
        decision_date=award.decision_date,
    )


def mean_of(figure: UnitFigure) -> int | None:
    """Return the mean of a unit's counted scores, rounded half up; None where nobody took part."""
    return (2 * figure.score_sum + figure.persons) // (2 * figure.persons) if figure.persons else None
