"""Collective prizes: entered by hand into a draft, after the units' figures were seen, with the decision on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import load_version
from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.standings.confirmations import withdraw_confirmations
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.units.queries import full_name
from cuocthi_prizes.domain.award_lists import draft_numbered, lock, seal
from cuocthi_prizes.domain.collective import mean_of
from cuocthi_prizes.domain.limits import units_with_enough
from cuocthi_prizes.models import UnitAward
from cuocthi_prizes.queries import SUBJECT, held_by_units
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
    award_list = _open_list(ctx, campaign, number)
    chosen = _tier(ctx, award_list, tier)
    _require(reason, "reason", T("Give the reason for this award."))
    _require(decision_number, "decision_number", T("Give the number of the decision."))
    if decision_date > ctx.now.astimezone(LOCAL_ZONE).date():
        raise DomainError(T("The decision cannot be dated after today."), field="decision_date")
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
    _seal_anew(ctx, award_list)
    summary = T("Entered a collective prize into award list %(number)s", number=number)
    _recorded(ctx, campaign, award, action="prizes:unit_award:grant", summary=summary)
    return award


def revoke(ctx: Context, *, campaign: Campaign, number: int, award_id: int) -> None:
    """Take a collective prize out of draft ``number``.

    Raises Missing if it is not there, Conflict if the list is no draft or the formula gave the prize.
    """
    award_list = _open_list(ctx, campaign, number)
    award = next((found for found in award_list.unit_awards if found.id == award_id), None)
    if award is None:
        raise Missing(T("This award is not in the list any more."))
    if not award.decision_number:
        raise Conflict(T("The formula gave this prize. Change the formula, and draw the list up anew."))
    award_list.unit_awards.remove(award)
    ctx.session.delete(award)
    _seal_anew(ctx, award_list)
    summary = T("Took a collective prize out of award list %(number)s", number=number)
    _recorded(ctx, campaign, award, action="prizes:unit_award:revoke", summary=summary)


def _refuse_who_has_enough(ctx: Context, campaign: Campaign, award_list: AwardList, unit_id: int) -> None:
    scheme = load_version(ctx, version_id=award_list.settings_version_id, schema=PrizeSettings)
    part = award_list.set_key, award_list.phase_id
    prizes = held_by_units(ctx, campaign_id=campaign.id, but_for=part)
    has = units_with_enough(scheme, award_list.phase_id, prizes).get(unit_id)
    if has is not None:
        message = T("It has as many prizes as the rules allow, the last by list %(number)s.", number=has.list_number)
        raise DomainError(message, field="unit_id")


def _open_list(ctx: Context, campaign: Campaign, number: int) -> AwardList:
    lock(ctx, campaign)
    return draft_numbered(ctx, campaign, number)


def _seal_anew(ctx: Context, award_list: AwardList) -> None:
    seal(ctx, award_list)
    withdraw_confirmations(ctx, subject=SUBJECT, subject_id=award_list.id)


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


def _require(value: str, field: str, message: Text) -> None:
    if not value.strip():
        raise DomainError(message, field=field)


def _recorded(ctx: Context, campaign: Campaign, award: UnitAward, *, action: str, summary: Text) -> None:
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="award_list",
        object_id=award.award_list_id,
        after={
            "unit": award.unit_name,
            "title": award.title,
            "value": award.value,
            "reason": award.reason,
            "decision": award.decision_number,
        },
    )
