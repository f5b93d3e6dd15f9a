"""Entering an individual prize by hand into a draft, with its reason and decision, and taking it out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_version
from cuocthi.errors import DomainError, Missing
from cuocthi.text import T
from cuocthi_prizes.candidates.queries import set_aside
from cuocthi_prizes.digests import random_salt
from cuocthi_prizes.domain.by_hand import check_decided, open_draft, seal_and_record
from cuocthi_prizes.domain.extra import Bounds, extra_award
from cuocthi_prizes.domain.limits import who_has_enough
from cuocthi_prizes.domain.passing import among, with_right_units
from cuocthi_prizes.queries import EVERYBODY, candidates_found, candidates_named, held
from cuocthi_prizes.settings import MAX_VALUE, TITLE_LENGTH, ExtraPrizes, PrizeSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_prizes.domain.extra import Decided
    from cuocthi_prizes.models import Award, AwardList
    from cuocthi_prizes.queries import Among, Candidate


def grant_extra(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    enrolment_id: int,
    decided: Decided,
    salt: Callable[[str], str] = random_salt,
) -> Award:
    """Give a person of the ranking a prize by hand in draft ``number``; confirmations given before are void.

    ``salt`` gives that of the commitments to name and reason, by contest number. Raises DomainError at the part of the
    entry that cannot be, Conflict if the list is no draft.
    """
    award_list = open_draft(ctx, campaign=campaign, number=number)
    _check(ctx, decided)
    person = _person(ctx, award_list, enrolment_id)
    refused = bounds_of(ctx, campaign=campaign, award_list=award_list).against(
        award_list.awards, enrolment_id, decided.value
    )
    if refused is not None:
        raise DomainError(T("The prize cannot be given: %(reason)s.", reason=refused[1]), field=refused[0])
    award = extra_award(award_list.awards, person, decided, salt(person.code))
    award_list.awards.append(award)
    summary = T("Entered an extra prize into award list %(number)s", number=number)
    _seal(ctx, campaign, award_list, award, action="prizes:extra:grant", summary=summary)
    return award


def revoke_extra(ctx: Context, *, campaign: Campaign, number: int, award_id: int) -> None:
    """Take a prize that was given by hand out of draft ``number``; confirmations given before are void.

    Raises Missing if it is not there, Conflict if the list is no draft.
    """
    award_list = open_draft(ctx, campaign=campaign, number=number)
    award = next((found for found in award_list.by_hand if found.id == award_id), None)
    if award is None:
        raise Missing(T("This award is not in the list any more."))
    award_list.awards.remove(award)
    ctx.session.delete(award)
    summary = T("Took an extra prize out of award list %(number)s", number=number)
    _seal(ctx, campaign, award_list, award, action="prizes:extra:revoke", summary=summary)


def extra_of(ctx: Context, *, award_list: AwardList) -> ExtraPrizes:
    """Return what the scheme that a list was made by lets it give by hand."""
    prize_set = _scheme(ctx, award_list).named(award_list.set_key)
    return prize_set.extra if prize_set else ExtraPrizes()


def persons_found(ctx: Context, *, award_list: AwardList, search: str, limit: int) -> list[Candidate]:
    """Return the first persons of a list's ranking that a search finds, by name or contest number; nobody without one.

    Those too who qualify for no prize by rank, but of the set's division and block alone.
    """
    if not search:
        return []
    return candidates_found(
        ctx,
        ranking_id=award_list.ranking_id,
        search=search,
        limit=limit,
        among=_among(ctx, award_list),
    )


def bounds_of(ctx: Context, *, campaign: Campaign, award_list: AwardList) -> Bounds:
    """Return what limits the prizes by hand of a list, by the scheme it was made by."""
    scheme = _scheme(ctx, award_list)
    prize_set = scheme.named(award_list.set_key)
    if prize_set is None:
        return Bounds(ExtraPrizes(), {}, {}, counts=True)
    part = award_list.set_key, award_list.phase_id
    prizes = held(ctx, campaign_id=campaign.id, but_for=part, extra=scheme.extra_counts)
    enough = who_has_enough(scheme, prize_set, award_list.phase_id, prizes)
    aside = set_aside(ctx, campaign_id=campaign.id, part=part)
    return Bounds(prize_set.extra, enough, aside, scheme.extra_counts)


def _scheme(ctx: Context, award_list: AwardList) -> PrizeSettings:
    return load_version(ctx, version_id=award_list.settings_version_id, schema=PrizeSettings)


def _among(ctx: Context, award_list: AwardList) -> Among:
    prize_set = _scheme(ctx, award_list).named(award_list.set_key)
    part = award_list.set_key, award_list.phase_id
    return among(ctx, campaign_id=award_list.campaign_id, part=part, prize_set=prize_set) if prize_set else EVERYBODY


def _person(ctx: Context, award_list: AwardList, enrolment_id: int) -> Candidate:
    found = candidates_named(
        ctx,
        ranking_id=award_list.ranking_id,
        enrolment_ids=[enrolment_id],
        among=_among(ctx, award_list),
    )
    if not found:
        raise DomainError(T("Choose a person who stands in the ranking of this list."), field="enrolment_id")
    part = award_list.set_key, award_list.phase_id
    return with_right_units(ctx, campaign_id=award_list.campaign_id, part=part, found=found)[0]


def _check(ctx: Context, decided: Decided) -> None:
    """Raise DomainError for a decision that says too little, or what cannot be."""
    check_decided(ctx, reason=decided.reason, number=decided.decision_number, day=decided.decision_date)
    if not 0 < len(decided.title.strip()) <= TITLE_LENGTH:
        raise DomainError(T("A prize needs a name of at most 120 letters."), field="title")
    if not 0 <= decided.value <= MAX_VALUE:
        message = T("Enter a whole number from %(least)s to %(most)s.", least=0, most=MAX_VALUE)
        raise DomainError(message, field="value")
    if not decided.value and not decided.in_kind.strip():
        raise DomainError(T("Say what the prize is worth, or what is given in kind."), field="value")


def _seal(ctx: Context, campaign: Campaign, award_list: AwardList, award: Award, *, action: str, summary: Text) -> None:
    # Name and reason stand on the list alone, from where they can be erased.
    whose = {"contest_number": award.code}
    seal_and_record(
        ctx, campaign=campaign, award_list=award_list, award=award, action=action, summary=summary, after=whose
    )
