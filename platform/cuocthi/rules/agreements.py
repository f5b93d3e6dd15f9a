"""What changes have in common that two persons agree on: a document, a reason, and rules that are issued for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from cuocthi.documents.queries import document_by_key
from cuocthi.errors import Blocked, DomainError, Forbidden
from cuocthi.rules.domain import changed_since, compose, issue_rules
from cuocthi.rules.queries import current_rules
from cuocthi.standings.proposals import Proposal, ProposalKind, confirm_proposal, store_proposal
from cuocthi.text import T, Text

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.rules.models import RulesVersion
    from cuocthi.timelines.models import Phase

Content = TypeVar("Content")


def grounds(document: Document | None, reason: str) -> tuple[Document, str]:
    """Return the document and the reason of a change. Raises DomainError at ``document`` or ``reason`` without them."""
    if document is None:
        raise DomainError(T("Please choose the document by which this is changed."), field="document")
    if not reason.strip():
        raise DomainError(T("Please say what changes, and why."), field="reason")
    return document, reason.strip()


def reason_of_rejection(ctx: Context, reason: str) -> str:
    """Return why a person rejects a proposal. Raises DomainError without a reason, Forbidden without a person."""
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can do this."))
    if not reason.strip():
        raise DomainError(T("Please give the reason."), field="reason")
    return reason.strip()


def propose(
    ctx: Context, *, campaign: Campaign, kind: ProposalKind[Content], content: Content, round_: Phase | None = None
) -> Proposal[Content] | None:
    """Store a proposal with its proposer's word; return None if the same person has proposed the very same already.

    Raises DomainError if somebody else has, Forbidden without a person.
    """
    proposal = store_proposal(ctx, campaign=campaign, kind=kind, content=content, round_=round_)
    if proposal.is_of(ctx.actor.user_id):
        return None
    if proposal.confirmed:
        raise DomainError(T("Somebody else has proposed the same. Please confirm that proposal."))
    confirm_proposal(ctx, campaign=campaign, kind=kind, proposal=proposal)
    return proposal


def refuse_other_changes(ctx: Context, *, campaign: Campaign, write: Callable[[Text], str]) -> None:
    """Raise Blocked if the rules hold changes that are not issued.

    What two persons agree on is issued alone: nothing else may come into force with it unseen.
    """
    issued = current_rules(ctx, campaign_id=campaign.id)
    if issued is not None and changed_since(issued, compose(ctx, campaign=campaign, write=write)):
        raise Blocked(
            T("This change cannot be made yet."),
            [T("The rules hold other changes since version %(number)s. Issue them first.", number=issued.number)],
        )


def issue_agreed(
    ctx: Context,
    *,
    campaign: Campaign,
    write: Callable[[Text], str],
    document: str,
    reason: str,
    from_round: int | None,
) -> RulesVersion | None:
    """Issue the rules with a change that was agreed on by the document of this key; None if they do not speak of it."""
    if not changed_since(current_rules(ctx, campaign_id=campaign.id), compose(ctx, campaign=campaign, write=write)):
        return None
    return issue_rules(
        ctx,
        campaign=campaign,
        write=write,
        document=document_by_key(ctx, campaign_id=campaign.id, key=document),
        reason=reason,
        from_round=from_round,
    )
