"""Collective prizes of a new list: those that a formula gives, and those of a former list that still fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.standings.models import Standing
from cuocthi.standings.queries import unit_figures
from cuocthi.text import T
from cuocthi.units.queries import full_names, units_of
from cuocthi_prizes.domain.formulas import Unit, give, place
from cuocthi_prizes.models import UnitAward, UnitFigure
from cuocthi_prizes.wording import formula_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi_prizes.domain.formulas import Given, Undecided
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.settings import CollectiveTier, PrizeSet

#: How much of the reason an award holds, and how many equal units a remark names.
_REASON, _NAMED = 400, 5


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


def awarded_by_formula(
    ctx: Context, *, prize_set: PrizeSet, award_list: AwardList
) -> tuple[list[UnitAward], list[Text]]:
    """Return the collective prizes that the set's formula gives, and what it leaves to a decision.

    The list has its individual awards, its ranking, and the figures of the units. Units that have a prize by decision
    get none by the formula, and what is given of a prize by decision is no longer there.
    """
    if prize_set.formula.is_empty or not prize_set.collective:
        return [], []
    winners = Counter(award.unit_id for award in award_list.awards)
    figures = {one.unit_id: one for one in award_list.unit_figures}
    decided = Counter(award.tier for award in award_list.unit_awards)
    served = {award.unit_id for award in award_list.unit_awards}
    found = [
        Unit(one.unit_id, one.block, one.persons, one.headcount, one.score_sum, winners[one.unit_id])
        for one in figures.values()
    ]
    most = ctx.session.scalar(
        sa.select(sa.func.max(Standing.max_score)).where(Standing.ranking_id == award_list.ranking_id)
    )
    placed = [one for one in place(prize_set.formula, found, max_score=most or 0) if one.unit.unit_id not in served]
    tiers = [replace(tier, quantity=tier.quantity - decided[tier.key]) for tier in prize_set.collective]
    given, undecided = give([tier for tier in tiers if tier.quantity > 0], placed)
    day = ctx.now.astimezone(LOCAL_ZONE).date()
    names = full_names(ctx, units=units_of(ctx, unit_ids=[one.unit.unit_id for one in given]))
    words = formula_line(prize_set.formula, ctx.session.get_one(Campaign, award_list.campaign_id).language)
    return (
        [_by_formula(one, figures[one.unit.unit_id], names[one.unit.unit_id], words, day) for one in given],
        [_left_open(one, figures) for one in undecided],
    )


def _by_formula(given: Given, figure: UnitFigure, name: str, words: str, day: date) -> UnitAward:
    return UnitAward(
        tier=given.tier.key,
        title=given.tier.title,
        value=given.tier.value,
        unit_id=figure.unit_id,
        unit_name=name,
        persons=figure.persons,
        headcount=figure.headcount,
        mean_score=mean_of(figure),
        reason=words[:_REASON],
        decision_number="",
        decision_date=day,
    )


def _left_open(one: Undecided, figures: Mapping[int, UnitFigure]) -> Text:
    names = ", ".join(figures[unit.unit_id].unit_name for unit in one.units[:_NAMED])
    return T(
        "“%(prize)s” has to be given by decision: %(number)s units are equal by the formula (%(units)s).",
        prize=one.tier.title,
        number=len(one.units),
        units=names + (", …" if len(one.units) > _NAMED else ""),
    )


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
