"""Candidates in a rehearsal: everybody is reached, checked and asked, answers, and is nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.clock import LOCAL_ZONE
from cuocthi_prizes.candidates.asking import ask, enter
from cuocthi_prizes.candidates.checks import record_check
from cuocthi_prizes.candidates.conflicts import rule
from cuocthi_prizes.candidates.decisions import Document
from cuocthi_prizes.candidates.details import Details
from cuocthi_prizes.candidates.models import Way
from cuocthi_prizes.candidates.queries import states

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.settings import PrizeSettings

_HOW = "Diễn tập"
#: How a number of the right structure begins that is nobody's; everybody has another one.
_NUMBER, _NUMBERS = "001099", 10**6


def settle(
    ctx: Context, *, campaign: Campaign, award_list: AwardList, scheme: PrizeSettings, vault: Vault | None
) -> None:
    """Do for every candidate of a list what the scheme demands, so that the list can be adopted.

    People of a rehearsal do not exist, so that nobody is written to and whoever resembles a member is another person.
    """
    number = award_list.number
    found = states(ctx, award_list=award_list, vault=vault)
    if scheme.answer_days and found and vault is not None:
        ask(ctx, campaign=campaign, number=number, until=None, post=None)
    for enrolment_id, state in found.items():
        who: dict[str, Any] = {"campaign": campaign, "number": number, "enrolment_id": enrolment_id}
        for check in state.missing(scheme.candidate_checks):
            record_check(ctx, **who, kind=check, how=_HOW, vault=vault)
        for match in state.open_matches:
            document = Document(_HOW, ctx.now.astimezone(LOCAL_ZONE).date())
            user_id = match.likeness.barred.identity.user_id
            rule(ctx, **who, user_id=user_id, same=False, reason=_HOW, document=document, vault=vault)
        if scheme.answer_days and vault is not None:
            number_of = Details(f"{_NUMBER}{enrolment_id % _NUMBERS:06}")
            enter(ctx, **who, way=Way.CASH, entered=number_of, born=None, reason=_HOW, vault=vault, post=None)
