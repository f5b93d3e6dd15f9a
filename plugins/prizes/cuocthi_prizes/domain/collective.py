"""Collective prizes of a new list: those that a formula gives, and those of a former list that still fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.enrolments.models import Enrolment
from cuocthi.standings.models import Standing
from cuocthi.standings.queries import unit_figures
from cuocthi.text import T
from cuocthi.units.queries import full_names, units_of
from cuocthi_prizes.candidates.queries import corrected_units
from cuocthi_prizes.domain.formulas import Unit, give_but_for, place
from cuocthi_prizes.models import PassedUnit, UnitAward, UnitFigure
from cuocthi_prizes.wording import formula_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.standings.queries import UnitFigures
    from cuocthi.text import Text
    from cuocthi_prizes.domain.formulas import Given, Undecided
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.queries import Part, UnitHeld
    from cuocthi_prizes.settings import CollectiveTier, PrizeSet

#: How much of the reason an award holds, and how many equal units a remark names.
_REASON, _NAMED = 400, 5


def figures_of(ctx: Context, *, ranking: Ranking, named: Collection[int] = ()) -> list[UnitFigure]:
    """Return the figures of all units in a ranking as they are now, to be kept with a list.

    Units that are ``named`` by decisions are among them, with nobody, even if they are not in the ranking.
    """
    found = [
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
    others = set(named) - {one.unit_id for one in found}
    return found + [
        UnitFigure(unit_id=unit.id, unit_name=unit.name, block=unit.block, persons=0, entries=0, score_sum=0)
        for unit in units_of(ctx, unit_ids=sorted(others))
    ]


def carried_over(
    former: Iterable[UnitAward],
    *,
    prize_set: PrizeSet,
    figures: Mapping[int, UnitFigure],
    enough: Mapping[int, UnitHeld],
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
        reason = _why_not(award, tier, figure, given, enough.get(award.unit_id))
        if reason is not None or figure is None:
            left_out.append(_left_out(award, reason))
            continue
        given[award.tier] += 1
        kept.append(_again(award, figure))
    return kept, left_out


@dataclass(frozen=True, slots=True)
class ByFormula:
    """What the formula of a set gives to units, what it leaves to a decision, and who was passed over for a prize that
    the unit has.
    """

    given: Sequence[Given] = ()
    undecided: Sequence[Undecided] = ()
    passed: Sequence[Unit] = ()


def by_formula(
    ctx: Context,
    *,
    prize_set: PrizeSet,
    ranking_id: int,
    figures: Iterable[UnitFigure | UnitFigures],
    winners: Mapping[int, int],
    enough: Collection[int],
    decided: Sequence[UnitAward] = (),
) -> ByFormula:
    """Return what the set's formula gives units with these figures in a ranking; nothing without a formula.

    ``winners`` is how many individual prizes by rank each unit has, ``enough`` which units can have no more collective
    prizes. Units that have a prize by decision (``decided``) get none by the formula, and what is given of a prize by
    decision is no longer there.
    """
    if prize_set.formula.is_empty or not prize_set.collective:
        return ByFormula()
    found = [
        Unit(one.unit_id, one.block, one.persons, one.headcount, one.score_sum, winners.get(one.unit_id, 0))
        for one in figures
    ]
    most = ctx.session.scalar(sa.select(sa.func.max(Standing.max_score)).where(Standing.ranking_id == ranking_id))
    taken = Counter(award.tier for award in decided)
    served = {award.unit_id for award in decided}
    placed = [one for one in place(prize_set.formula, found, max_score=most or 0) if one.unit.unit_id not in served]
    tiers = [replace(tier, quantity=tier.quantity - taken[tier.key]) for tier in prize_set.collective]
    return ByFormula(*give_but_for([tier for tier in tiers if tier.quantity > 0], placed, enough))


def gives_otherwise(
    ctx: Context, *, prize_set: PrizeSet, award_list: AwardList, enough: Mapping[int, UnitHeld]
) -> bool:
    """Tell whether the formula would give other units prizes now, beside what was decided by hand since."""
    found = _of_list(ctx, prize_set, award_list, enough)
    present = {(award.tier, award.unit_id) for award in award_list.unit_awards if not award.decision_number}
    passed = {one.unit_id for one in award_list.passed_units}
    return {(one.tier.key, one.unit.unit_id) for one in found.given} != present or passed != {
        unit.unit_id for unit in found.passed
    }


def _of_list(ctx: Context, prize_set: PrizeSet, award_list: AwardList, enough: Collection[int]) -> ByFormula:
    return by_formula(
        ctx,
        prize_set=prize_set,
        ranking_id=award_list.ranking_id,
        figures=award_list.unit_figures,
        winners=winners_of(
            ctx,
            campaign_id=award_list.campaign_id,
            part=(award_list.set_key, award_list.phase_id),
            given=[(award.enrolment_id, award.unit_id) for award in award_list.by_rank],
        ),
        enough=enough,
        decided=[award for award in award_list.unit_awards if award.decision_number],
    )


def winners_of(ctx: Context, *, campaign_id: int, part: Part, given: Iterable[tuple[int, int]]) -> Counter[int]:
    """Return how many of the individual prizes by rank each unit has; ``given`` are enrolments with the units named.

    Whoever is awarded with a corrected unit counts for that of the enrolment, as in all other figures of units.
    """
    corrected = corrected_units(ctx, campaign_id=campaign_id, part=part)
    own = sa.select(Enrolment.id, Enrolment.unit_id).where(Enrolment.id.in_(corrected.keys()))
    entered = {row.id: row.unit_id for row in ctx.session.execute(own)} if corrected else {}
    return Counter(entered.get(enrolment_id, unit_id) for enrolment_id, unit_id in given)


def enter_by_formula(
    ctx: Context, *, prize_set: PrizeSet, award_list: AwardList, enough: Mapping[int, UnitHeld]
) -> list[Text]:
    """Add to a new list what the set's formula gives, and who was passed over; return what it leaves to a decision.

    The list has its individual awards, its ranking, the figures of the units, and what was taken over.
    """
    figures = {one.unit_id: one for one in award_list.unit_figures}
    found = _of_list(ctx, prize_set, award_list, enough)
    day = ctx.now.astimezone(LOCAL_ZONE).date()
    named = [one.unit.unit_id for one in found.given]
    names = full_names(ctx, units=units_of(ctx, unit_ids=named)) if named else {}
    words = formula_line(prize_set.formula, ctx.session.get_one(Campaign, award_list.campaign_id).language)
    award_list.unit_awards += [
        _by_formula(one, figures[one.unit.unit_id], names[one.unit.unit_id], words, day) for one in found.given
    ]
    award_list.passed_units = [_passed(figures[unit.unit_id], enough[unit.unit_id]) for unit in found.passed]
    return [left_open(one, figures) for one in found.undecided]


def _passed(figure: UnitFigure, prize: UnitHeld) -> PassedUnit:
    return PassedUnit(
        unit_id=figure.unit_id, unit_name=figure.unit_name, list_number=prize.list_number, title=prize.title
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


def left_open(one: Undecided, figures: Mapping[int, UnitFigure] | Mapping[int, UnitFigures]) -> Text:
    """Say between which units somebody has to decide."""
    names = ", ".join(figures[unit.unit_id].unit_name for unit in one.units[:_NAMED])
    return T(
        "“%(prize)s” has to be given by decision: %(number)s units are equal by the formula (%(units)s).",
        prize=one.tier.title,
        number=len(one.units),
        units=names + (", …" if len(one.units) > _NAMED else ""),
    )


def _why_not(
    award: UnitAward,
    tier: CollectiveTier | None,
    figure: UnitFigure | None,
    given: Counter[str],
    enough: UnitHeld | None,
) -> Text | None:
    if tier is None:
        return T("the scheme has no such prize any more")
    if tier.quantity and given[tier.key] >= tier.quantity:
        return T("the scheme has only %(quantity)s of these prizes", quantity=tier.quantity)
    if tier.value and award.value != tier.value:
        return T("the scheme fixes another value: %(value)s đồng", value=tier.value)
    if figure is None:
        return T("there are no figures for this unit in the ranking")
    if enough is not None:
        return T("it has as many prizes as the rules allow, the last by list %(number)s", number=enough.list_number)
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
