"""What all prizes that are entered by hand into a draft have in common: the decision, sealing, the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.standings.confirmations import withdraw_confirmations
from cuocthi.text import T
from cuocthi_prizes.domain.award_lists import draft_numbered, lock, seal
from cuocthi_prizes.queries import SUBJECT

if TYPE_CHECKING:
    from datetime import date

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_prizes.models import Award, AwardList, UnitAward


def open_draft(ctx: Context, *, campaign: Campaign, number: int) -> AwardList:
    """Return draft ``number``, held to the end of the transaction. Raises Conflict if the list is no draft."""
    lock(ctx, campaign)
    return draft_numbered(ctx, campaign, number)


def check_decided(ctx: Context, *, reason: str, number: str, day: date) -> None:
    """Raise DomainError, at its field, for a prize without reason or decision, or by one that is still to come."""
    for field, said, message in (
        ("reason", reason, T("Give the reason for this award.")),
        ("decision_number", number, T("Give the number of the decision.")),
    ):
        if not said.strip():
            raise DomainError(message, field=field)
    if day > ctx.now.astimezone(LOCAL_ZONE).date():
        raise DomainError(T("The decision cannot be dated after today."), field="decision_date")


def seal_and_record(
    ctx: Context,
    *,
    campaign: Campaign,
    award_list: AwardList,
    award: Award | UnitAward,
    action: str,
    summary: Text,
    after: dict[str, str],
) -> None:
    """Seal a draft into which a prize was entered, or from which it was taken, and record that.

    Confirmations given before are void. ``after`` says whose prize it is.
    """
    seal(ctx, award_list)
    withdraw_confirmations(ctx, subject=SUBJECT, subject_id=award_list.id)
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="award_list",
        object_id=award.award_list_id,
        after={**after, "title": award.title, "value": award.value, "decision": award.decision_number},
    )
