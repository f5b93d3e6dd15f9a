"""Collective prizes: entered by hand into a draft, after the units' figures were seen, with the decision on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_version
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.units.queries import full_name
from cuocthi_prizes.domain.by_hand import check_decided, open_draft, seal_and_record
from cuocthi_prizes.domain.collective import mean_of
from cuocthi_prizes.domain.limits import units_with_enough
from cuocthi_prizes.models import UnitAward
from cuocthi_prizes.queries import held_by_units
from cuocthi_prizes.settings import MAX_VALUE, PrizeSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.settings import CollectiveTier


def grant(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    tier: str,
    unit_id: int,
    reason: str,
    decision_number: str,
    decision_date: date,
    title: str = "",
    value: int | None = None,
) -> UnitAward:
    """Enter a collective prize into draft ``number``, with the unit's figures as the list keeps them.

    ``tier`` is a key of the scheme the list was made by; ``title`` and ``value`` (đồng) are taken from it where it
    fixes them and are decided here where it leaves them open. Confirmations given before are void. Raises DomainError
    for what cannot be, Conflict if the list is no draft.
    """
    award_list = open_draft(ctx, campaign=campaign, number=number)
    chosen = _tier(ctx, award_list, tier)
    check_decided(ctx, reason=reason, number=decision_number, day=decision_date)
    if any(award.unit_id == unit_id for award in award_list.unit_awards):
        raise DomainError(T("This unit has an award in this list already."), field="unit_id")
    _refuse_who_has_enough(ctx, campaign, award_list, unit_id)
    figures = {row.unit_id: row for row in award_list.unit_figures}
    if unit_id not in figures:
        raise DomainError(T("There are no figures for this unit in the ranking."), field="unit_id")
    unit = figures[unit_id]
    award = UnitAward(
        award_list_id=award_list.id,
        tier=chosen.key,
        title=title.strip() or chosen.title,
        value=_value(chosen, value),
        unit_id=unit_id,
        unit_name=full_name(ctx, unit=ctx.session.get_one(Unit, unit_id)),
        persons=unit.persons,
        headcount=unit.headcount,
        mean_score=mean_of(unit),
        reason=reason.strip(),
        decision_number=decision_number.strip(),
        decision_date=decision_date,
    )
    award_list.unit_awards.append(award)
    summary = T("Entered a collective prize into award list %(number)s", number=number)
    _seal(ctx, campaign, award_list, award, action="prizes:unit_award:grant", summary=summary)
    return award


def revoke(ctx: Context, *, campaign: Campaign, number: int, award_id: int) -> None:
    """Take a collective prize out of draft ``number``.

    Raises Missing if it is not there, Conflict if the list is no draft or the formula gave the prize.
    """
    award_list = open_draft(ctx, campaign=campaign, number=number)
    award = next((found for found in award_list.unit_awards if found.id == award_id), None)
    if award is None:
        raise Missing(T("This award is not in the list any more."))
    if not award.decision_number:
        raise Conflict(T("The formula gave this prize. Change the formula, and draw the list up anew."))
    award_list.unit_awards.remove(award)
    ctx.session.delete(award)
    summary = T("Took a collective prize out of award list %(number)s", number=number)
    _seal(ctx, campaign, award_list, award, action="prizes:unit_award:revoke", summary=summary)


def _refuse_who_has_enough(ctx: Context, campaign: Campaign, award_list: AwardList, unit_id: int) -> None:
    scheme = load_version(ctx, version_id=award_list.settings_version_id, schema=PrizeSettings)
    part = award_list.set_key, award_list.phase_id
    prizes = held_by_units(ctx, campaign_id=campaign.id, but_for=part)
    has = units_with_enough(scheme, award_list.phase_id, prizes).get(unit_id)
    if has is not None:
        message = T("It has as many prizes as the rules allow, the last by list %(number)s.", number=has.list_number)
        raise DomainError(message, field="unit_id")


def _tier(ctx: Context, award_list: AwardList, key: str) -> CollectiveTier:
    tiers = collective_tiers(ctx, award_list=award_list)
    found = next((tier for tier in tiers if tier.key == key), None)
    if found is None:
        raise DomainError(T("The scheme has no such collective prize."), field="tier")
    given = sum(award.tier == key for award in award_list.unit_awards)
    if found.quantity and given >= found.quantity:
        raise DomainError(T("All %(quantity)s of these prizes are given.", quantity=found.quantity), field="tier")
    return found


def collective_tiers(ctx: Context, *, award_list: AwardList) -> Sequence[CollectiveTier]:
    """Return the collective prizes of the scheme that a list was made by."""
    scheme = load_version(ctx, version_id=award_list.settings_version_id, schema=PrizeSettings)
    prize_set = scheme.named(award_list.set_key)
    return prize_set.collective if prize_set else ()


def _value(tier: CollectiveTier, value: int | None) -> int:
    if tier.value:
        if value not in (None, tier.value):
            raise DomainError(T("The scheme fixes this value at %(value)s đồng.", value=tier.value), field="value")
        return tier.value
    if value is None:
        raise DomainError(T("The scheme leaves the value to the decision: enter it."), field="value")
    if not 0 <= value <= MAX_VALUE:
        raise DomainError(T("Enter a whole number from %(least)s to %(most)s.", least=0, most=MAX_VALUE), field="value")
    return value


def _seal(
    ctx: Context, campaign: Campaign, award_list: AwardList, award: UnitAward, *, action: str, summary: Text
) -> None:
    whose = {"unit": award.unit_name, "reason": award.reason}
    seal_and_record(
        ctx, campaign=campaign, award_list=award_list, award=award, action=action, summary=summary, after=whose
    )
