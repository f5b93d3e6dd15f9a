"""Issuing the rules while the contest runs: whatever is changed then is changed by two persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.digest import digest
from cuocthi.documents.queries import document_by_key
from cuocthi.errors import Conflict, DomainError
from cuocthi.rules.comparing import clauses_of, differences
from cuocthi.rules.domain import compose, issue_rules, stored_clauses
from cuocthi.rules.queries import current_rules
from cuocthi.standings.confirmations import hold
from cuocthi.standings.proposals import (
    Proposal,
    ProposalKind,
    confirm_proposal,
    no_longer_present,
    proposals,
    store_proposal,
)
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import PhaseState, phase_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.rules.models import RulesVersion
    from cuocthi.rules.prose import Clause
    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class Issue:
    """Rules proposed to be issued: the digest of their clauses and of the version before, document and reason.

    ``material`` says whether the change is of what people agreed to; the second person confirms that as well.
    """

    digest: str
    instead_of: str
    document: str
    reason: str
    material: bool = True


KIND = ProposalKind(owner="core.issue", subject="core:rules", schema=Issue)


def takes_two(ctx: Context, *, campaign: Campaign) -> bool:
    """Tell whether a change needs a second person now: rules are in force, and a round has begun."""
    if campaign.state is not CampaignState.OPEN or current_rules(ctx, campaign_id=campaign.id) is None:
        return False
    states = [phase_state(round_.windows, ctx.now) for round_ in rounds(ctx, campaign_id=campaign.id)]
    return PhaseState.OPEN in states or PhaseState.BETWEEN in states


def issue_or_propose(
    ctx: Context,
    *,
    campaign: Campaign,
    write: Callable[[Text], str],
    document: Document | None = None,
    material: bool = True,
    reason: str = "",
) -> RulesVersion | None:
    """Issue the rules as they are composed now; while a round is open, propose them to a second person.

    Returns the version, or None if it was proposed. Raises Conflict if nothing has changed, DomainError at ``kind`` for
    other settings that are called wording, Forbidden for a proposal without a person.
    """
    hold(ctx, campaign_id=campaign.id)
    newest = current_rules(ctx, campaign_id=campaign.id)
    if newest is None or not takes_two(ctx, campaign=campaign):
        return issue_rules(ctx, campaign=campaign, write=write, document=document, material=material, reason=reason)
    clauses = compose(ctx, campaign=campaign, write=write)
    if not material:
        _refuse_other_settings(newest, clauses)
    drafted = digest(stored_clauses(clauses))
    if drafted == newest.digest:
        raise Conflict(T("The rules have not changed since version %(number)s.", number=newest.number))
    issue = Issue(drafted, newest.digest, document.key if document else "", reason.strip(), material)
    proposal = store_proposal(ctx, campaign=campaign, kind=KIND, content=issue)
    if proposal.is_of(ctx.actor.user_id):
        return None
    if confirm_proposal(ctx, campaign=campaign, kind=KIND, proposal=proposal):
        return _issue(ctx, campaign, issue, write)
    record(
        ctx,
        action="core:rules:propose",
        summary=T("Proposed to issue the rules anew"),
        campaign=campaign,
        object_kind="rules",
        object_id=None,
        before={"digest": newest.digest},
        after={"digest": drafted, "reason": issue.reason, "material": material},
    )
    return None


def waiting_issue(ctx: Context, *, campaign: Campaign, clauses: Sequence[Clause]) -> Proposal[Issue] | None:
    """Return the proposal to issue these very clauses that waits for a second person, or None.

    It falls when the draft changes, or when a version is issued.
    """
    made = proposals(ctx, campaign_id=campaign.id, kind=KIND)
    newest = current_rules(ctx, campaign_id=campaign.id)
    if not made or not made[0].undecided or newest is None:
        return None
    fits = (made[0].content.digest, made[0].content.instead_of) == (digest(stored_clauses(clauses)), newest.digest)
    return made[0] if fits else None


def confirm_issue(ctx: Context, *, campaign: Campaign, proposal_id: int, write: Callable[[Text], str]) -> RulesVersion:
    """Issue what somebody else has proposed to issue.

    Raises Conflict if the draft has changed since, or if this person proposed it; Forbidden without a person.
    """
    hold(ctx, campaign_id=campaign.id)
    clauses = compose(ctx, campaign=campaign, write=write)
    proposal = waiting_issue(ctx, campaign=campaign, clauses=clauses)
    if proposal is None or proposal.id != proposal_id:
        raise no_longer_present()
    confirm_proposal(ctx, campaign=campaign, kind=KIND, proposal=proposal)
    return _issue(ctx, campaign, proposal.content, write)


def _issue(ctx: Context, campaign: Campaign, issue: Issue, write: Callable[[Text], str]) -> RulesVersion:
    document = document_by_key(ctx, campaign_id=campaign.id, key=issue.document) if issue.document else None
    return issue_rules(
        ctx, campaign=campaign, write=write, document=document, material=issue.material, reason=issue.reason
    )


def _refuse_other_settings(newest: RulesVersion, clauses: Sequence[Clause]) -> None:
    changed = [one for one in differences(clauses_of(newest.clauses), clauses) if one.generated]
    if changed:
        message = T("“%(heading)s” follows from the settings: this is more than wording.", heading=changed[0].heading)
        raise DomainError(message, field="kind")
