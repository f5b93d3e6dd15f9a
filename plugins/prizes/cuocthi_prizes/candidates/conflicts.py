"""Ruling on candidates who resemble a member of a committee, or somebody who knows questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, Forbidden
from cuocthi.text import T
from cuocthi_prizes.candidates.checks import written
from cuocthi_prizes.candidates.models import Ruling
from cuocthi_prizes.candidates.parts import subject
from cuocthi_prizes.candidates.queries import matches_among
from cuocthi_prizes.domain.award_lists import lock

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.candidates.decisions import Document


def rule(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    enrolment_id: int,
    user_id: int,
    same: bool,
    reason: str,
    document: Document | None = None,
    vault: Vault | None,
) -> Ruling:
    """Rule whether a candidate and somebody barred, ``user_id``, are one person; earlier rulings stay on record.

    The ruling covers what agrees now. One person's entry is then excluded, which is a decision of its own. Where more
    than likeness agrees, two people are only made of them with a document.

    Raises DomainError without a reason, Forbidden for who rules on oneself, Conflict where they do not resemble each
    other or are one account, Missing.
    """
    lock(ctx, campaign)
    about = subject(ctx, campaign=campaign, number=number, enrolment_id=enrolment_id)
    words = written(reason)
    if ctx.actor.user_id == user_id:
        raise Forbidden(T("Somebody else has to rule on whether you are the candidate."))
    own = sa.select(sa.literal(enrolment_id))
    found = matches_among(ctx, campaign_id=campaign.id, enrolments=own, vault=vault).get(enrolment_id, [])
    match = next((one for one in found if one.likeness.barred.identity.user_id == user_id), None)
    if match is None:
        raise Conflict(T("By now nothing says that the two are one person. Look at the page again."))
    if not same and match.is_one_account:
        raise Conflict(T("It is the same account. The entry has to be excluded."))
    if not same and match.likeness.is_certain and document is None:
        raise Conflict(T("Contact or ID number agree: name the document by which they are two people."))
    made = Ruling(
        campaign_id=campaign.id,
        enrolment_id=enrolment_id,
        user_id=user_id,
        same=same,
        agreeing=" ".join(sorted(match.likeness.agreeing)),
        reason=words,
        document_number=document.number if document else "",
        document_date=document.day if document else None,
        ruled_by=ctx.actor.user_id,
        ruled_at=ctx.now,
    )
    ctx.session.add(made)
    ctx.session.flush()
    code = about.enrolment.code
    record(
        ctx,
        action="prizes:candidates:rule",
        summary=T("Ruled that candidate %(code)s is a member", code=code)
        if same
        else T("Ruled that candidate %(code)s is no member", code=code),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment_id,
        after={"ruling": made.id, "user": user_id, "document": made.document_number},
    )
    return made
