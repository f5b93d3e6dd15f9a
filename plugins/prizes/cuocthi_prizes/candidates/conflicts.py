"""Ruling on candidates who resemble a member of a committee, or somebody who knows questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.enrolments.resemblance import CERTAIN
from cuocthi.errors import Conflict, Forbidden
from cuocthi.text import T
from cuocthi_prizes.candidates.checks import written
from cuocthi_prizes.candidates.models import Ruling
from cuocthi_prizes.candidates.numbers import Doubt, doubts
from cuocthi_prizes.candidates.parts import subject
from cuocthi_prizes.candidates.queries import Match, matches_among
from cuocthi_prizes.domain.award_lists import lock

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi_prizes.candidates.decisions import Document
    from cuocthi_prizes.candidates.parts import Subject


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
    """Rule whether a candidate and somebody barred, or another candidate with the same ID number, ``user_id``, are one
    person; earlier rulings stay on record.

    The ruling covers what agrees now. One person's entry is then excluded, which is a decision of its own. Where more
    than likeness agrees, two people are only made of them with a document. Of a candidate whose number is not that of
    the card (``user_id`` is the own account), it says whether the person is the same all the same.

    Raises DomainError without a reason, Forbidden for who rules on oneself, Conflict where they do not resemble each
    other or are one account, Missing.
    """
    lock(ctx, campaign)
    about = subject(ctx, campaign=campaign, number=number, enrolment_id=enrolment_id)
    words = written(reason)
    if ctx.actor.user_id == user_id:
        raise Forbidden(T("Somebody else has to rule on whether you are the candidate."))
    question = question_of(ctx, about=about, user_id=user_id, vault=vault)
    if question is None:
        raise Conflict(T("By now nothing says that the two are one person. Look at the page again."))
    if not same and question.is_one_account:
        raise Conflict(T("It is the same account. The entry has to be excluded."))
    if not same and question.agreeing & CERTAIN and document is None:
        raise Conflict(T("Contact or ID number agree: name the document by which they are two people."))
    made = Ruling(
        campaign_id=campaign.id,
        enrolment_id=enrolment_id,
        user_id=user_id,
        same=same,
        agreeing=" ".join(sorted(question.agreeing)),
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
        summary=_summary(question, code, same=same),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment_id,
        after={"ruling": made.id, "user": user_id, "document": made.document_number},
    )
    return made


def question_of(ctx: Context, *, about: Subject, user_id: int, vault: Vault | None) -> Match | Doubt | None:
    """Return what is to be ruled on of a candidate and an account: likeness to somebody barred before a doubt about the
    ID number; None where there is nothing.
    """
    person, campaign_id = about.enrolment.id, about.award_list.campaign_id
    own = sa.select(sa.literal(person))
    for match in matches_among(ctx, campaign_id=campaign_id, enrolments=own, vault=vault).get(person, []):
        if match.likeness.barred.identity.user_id == user_id:
            return match
    found = doubts(ctx, award_list=about.award_list, enrolments=own).get(person, [])
    return next((doubt for doubt in found if doubt.other.user_id == user_id), None)


def _summary(question: Match | Doubt, code: str, *, same: bool) -> Text:
    if isinstance(question, Match):
        return (
            T("Ruled that candidate %(code)s is a member", code=code)
            if same
            else T("Ruled that candidate %(code)s is no member", code=code)
        )
    if question.is_of_the_card:
        return (
            T("Ruled that candidate %(code)s is the person of the card", code=code)
            if same
            else T("Ruled that candidate %(code)s is not the person of the card", code=code)
        )
    said = {"code": code, "other": question.other.code}
    return (
        T("Ruled that candidates %(code)s and %(other)s are one person", **said)
        if same
        else T("Ruled that candidates %(code)s and %(other)s are two people", **said)
    )
