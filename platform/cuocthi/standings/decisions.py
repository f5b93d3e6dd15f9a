"""Decisions of people: who is left out and taken in again; once a campaign is archived, by a document alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.queries import has_sat
from cuocthi.committees.reading import revealing_reads
from cuocthi.enrolments import domain as enrolments
from cuocthi.errors import DomainError, Forbidden
from cuocthi.standings.confirmations import hold
from cuocthi.standings.models import Decision, DecisionKind
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.text import Text

_MAX_REASON = 400


def exclude_entry(ctx: Context, *, enrolment: Enrolment, reason: str, document: Document | None = None) -> Decision:
    """Let a person's entries count no longer, from the next ranking on.

    ``document`` is the registered one that it rests on. Raises DomainError without a reason, or without a document in
    an archived campaign, Conflict if the person is excluded already.
    """
    hold(ctx, campaign_id=enrolment.campaign_id)
    _check_grounds(ctx, enrolment, document)
    enrolments.exclude(ctx, enrolment=enrolment, reason=reason)
    summary = T("Excluded %(code)s", code=enrolment.code)
    return _decide(ctx, enrolment, DecisionKind.EXCLUDE, reason, document, summary)


def restore_entry(ctx: Context, *, enrolment: Enrolment, reason: str, document: Document | None = None) -> Decision:
    """Let an excluded person's entries count again, from the next ranking on.

    ``document`` is the registered one that it rests on. Raises DomainError without a reason, or without a document in
    an archived campaign, Conflict if the person is not excluded, Forbidden for whom a seat bars (there
    only :func:`cuocthi.standings.readmission.readmit` helps), for who knows questions according to the log, and for
    somebody who takes part under another number.
    """
    hold(ctx, campaign_id=enrolment.campaign_id)
    _check_grounds(ctx, enrolment, document)
    if enrolment.duplicate_of_id is not None:
        message = T("%(name)s takes part under another contest number already.", name=enrolment.name)
        raise Forbidden(message)
    if has_sat(ctx, campaign_id=enrolment.campaign_id, user_id=enrolment.user_id):
        message = T("%(name)s sits or sat on a committee of this contest and may not take part.", name=enrolment.name)
        raise Forbidden(message)
    if revealing_reads(ctx, campaign_id=enrolment.campaign_id, user_id=enrolment.user_id):
        message = T(
            "According to the log %(name)s knows questions of this contest. Who knows them may not take part in it.",
            name=enrolment.name,
        )
        raise Forbidden(message)
    enrolments.restore(ctx, enrolment=enrolment, reason=reason)
    summary = T("Restored %(code)s", code=enrolment.code)
    return _decide(ctx, enrolment, DecisionKind.RESTORE, reason, document, summary)


def _check_grounds(ctx: Context, enrolment: Enrolment, document: Document | None) -> None:
    campaign = ctx.session.get_one(Campaign, enrolment.campaign_id)
    if campaign.state is CampaignState.ARCHIVED and document is None:
        message = T("This campaign is archived: choose the registered document by which this is corrected.")
        raise DomainError(message, field="document")


def _decide(  # noqa: PLR0917 - of this module alone
    ctx: Context, enrolment: Enrolment, kind: DecisionKind, reason: str, document: Document | None, summary: Text
) -> Decision:
    decision = Decision(
        campaign_id=enrolment.campaign_id,
        enrolment_id=enrolment.id,
        kind=kind,
        reason=checked_reason(reason),
        document_id=document.id if document else None,
        decided_by=ctx.actor.user_id,
        decided_at=ctx.now,
    )
    ctx.session.add(decision)
    ctx.session.flush()
    record(
        ctx,
        action=f"core:entry:{kind}",
        summary=summary,
        campaign=ctx.session.get_one(Campaign, enrolment.campaign_id),
        object_kind="enrolment",
        object_id=enrolment.id,
        after={"reason": decision.reason, "document": (document.symbol or document.title) if document else None},
    )
    return decision


def checked_reason(reason: str) -> str:
    """Return a reason as it is kept: in one line. Raises DomainError (field ``reason``) if there is none."""
    written = " ".join(reason.split())
    if not written:
        raise DomainError(T("Please give the reason; it is kept on record."), field="reason")
    if len(written) > _MAX_REASON:
        raise DomainError(T("The reason may have at most %(count)s characters.", count=_MAX_REASON), field="reason")
    return written
