"""Changing the ranking rules of a round: by one person while no round of its format runs, else by two.

What two persons change holds from a round that has not opened, is changed by a document, and is issued with the rules,
as settings are (:mod:`cuocthi.rules.changes`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import load_settings, save_settings, unstructure
from cuocthi.digest import digest
from cuocthi.errors import Conflict, DomainError
from cuocthi.rules.agreements import grounds, issue_agreed, propose, reason_of_rejection, refuse_other_changes
from cuocthi.rules.changes import course
from cuocthi.standings.confirmations import hold
from cuocthi.standings.criteria import RULES_OWNER, RankingRules, measures_of, resolve
from cuocthi.standings.proposals import (
    Proposal,
    ProposalKind,
    confirm_proposal,
    no_longer_present,
    proposals,
    reject_proposal,
)
from cuocthi.text import T, Text
from cuocthi.timelines.models import Phase
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import PhaseState, phase_state

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.rules.models import RulesVersion


@dataclass(frozen=True, slots=True)
class RankingChange:
    """Ranking rules proposed for a round, with ``following`` for those of its format after it too.

    ``instead_of`` is the digest of the rules that the proposer saw, ``document`` the key of the document in the
    register.
    """

    rules: RankingRules
    following: bool
    instead_of: str
    document: str
    reason: str


KIND = ProposalKind(owner="core.ranking", subject="core:ranking_rules", schema=RankingChange)


def ranking_rules_of(ctx: Context, *, campaign: Campaign, round_: Phase) -> RankingRules:
    """Return the ranking rules by which a round is ranked (one statement)."""
    return load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_).value


def change_ranking_rules(
    ctx: Context, *, campaign: Campaign, round_: Phase, rules: RankingRules, following: bool = False
) -> None:
    """Change the ranking rules of a round, with ``following`` those of the rounds after it too, as one person.

    Raises Conflict while a round of the format runs, InvalidData for rules that cannot rank it.
    """
    hold(ctx, campaign_id=campaign.id)
    resolve(rules, measures_of(ctx, source=round_.source))
    found = course(ctx, campaign=campaign, part=round_.source)
    if found.running is not None:
        title = found.running.title
        raise Conflict(T("“%(round)s” is open: ranking rules can be changed when it has closed.", round=title))
    before = ranking_rules_of(ctx, campaign=campaign, round_=round_)
    _store(ctx, campaign, _meant(round_, found.ahead, following=following), rules)
    summary = T("Changed the ranking rules of “%(round)s”", round=round_.title)
    _record(ctx, campaign, round_, "rules", summary, before=unstructure(before), after=unstructure(rules))


def propose_ranking_rules(
    ctx: Context,
    *,
    campaign: Campaign,
    round_: Phase,
    rules: RankingRules,
    document: Document | None,
    reason: str,
    write: Callable[[Text], str],
    following: bool = False,
) -> None:
    """Propose, as the first of two persons, other ranking rules of a round that has not opened.

    Raises DomainError at ``document`` or ``reason`` for what is missing, InvalidData for rules that cannot rank it,
    Conflict for a round that has opened, Blocked if the rules hold other changes that are not issued, Forbidden without
    a person.
    """
    hold(ctx, campaign_id=campaign.id)
    resolve(rules, measures_of(ctx, source=round_.source))
    if round_ not in course(ctx, campaign=campaign, part=round_.source).ahead:
        raise Conflict(T("“%(round)s” has opened: its ranking rules stay until it has closed.", round=round_.title))
    document, reason = grounds(document, reason)
    before = ranking_rules_of(ctx, campaign=campaign, round_=round_)
    if before == rules:
        raise DomainError(T("These are the ranking rules that hold already."))
    refuse_other_changes(ctx, campaign=campaign, write=write)
    change = RankingChange(rules, following, _digest(before), document.key, reason)
    if propose(ctx, campaign=campaign, kind=KIND, content=change, round_=round_) is None:
        return
    summary = T("Proposed other ranking rules of “%(round)s”", round=round_.title)
    said = unstructure(rules) | {"document": document.symbol or document.title, "reason": reason}
    _record(ctx, campaign, round_, "propose_rules", summary, before=unstructure(before), after=said)


def waiting_ranking_rules(ctx: Context, *, campaign: Campaign, round_: Phase) -> Proposal[RankingChange] | None:
    """Return the newest proposal for a round that still waits for the second person, or None.

    It falls when the round opens, or when its ranking rules change otherwise.
    """
    return next((one for phase, one in _all_waiting(ctx, campaign) if phase.id == round_.id), None)


def waiting_rounds(ctx: Context, *, campaign: Campaign) -> list[Phase]:
    """Return the rounds whose ranking rules wait for a second person (one statement, if none do)."""
    return [phase for phase, _ in _all_waiting(ctx, campaign)]


def _all_waiting(ctx: Context, campaign: Campaign) -> list[tuple[Phase, Proposal[RankingChange]]]:
    newest: dict[int | None, Proposal[RankingChange]] = {}
    for proposal in proposals(ctx, campaign_id=campaign.id, kind=KIND):
        newest.setdefault(proposal.phase_id, proposal)
    if not any(proposal.undecided for proposal in newest.values()):
        return []
    found = [(round_, newest[round_.id]) for round_ in rounds(ctx, campaign_id=campaign.id) if round_.id in newest]
    return [(round_, proposal) for round_, proposal in found if _waits(ctx, campaign, round_, proposal)]


def _waits(ctx: Context, campaign: Campaign, round_: Phase, proposal: Proposal[RankingChange]) -> bool:
    if not proposal.undecided or phase_state(round_.windows, ctx.now) is not PhaseState.UPCOMING:
        return False
    return proposal.content.instead_of == _digest(ranking_rules_of(ctx, campaign=campaign, round_=round_))


def confirm_ranking_rules(
    ctx: Context, *, campaign: Campaign, round_: Phase, proposal_id: int, write: Callable[[Text], str]
) -> RulesVersion | None:
    """Confirm what somebody else has proposed: it holds from its round on, and the rules are issued anew with it.

    Returns the version of the rules, or None if they do not speak of what has changed. Raises Conflict if the proposal
    is not the present one any more or if this person made it, Blocked if the rules hold other changes.
    """
    hold(ctx, campaign_id=campaign.id)
    proposal = _present(ctx, campaign, round_, proposal_id)
    refuse_other_changes(ctx, campaign=campaign, write=write)
    confirm_proposal(ctx, campaign=campaign, kind=KIND, proposal=proposal)
    change = proposal.content
    before = ranking_rules_of(ctx, campaign=campaign, round_=round_)
    ahead = course(ctx, campaign=campaign, part=round_.source).ahead
    meant = _meant(round_, ahead, following=change.following)
    _store(ctx, campaign, meant, change.rules, proposed_by=proposal.confirmed[0][0])
    summary = T("Confirmed other ranking rules of “%(round)s”", round=round_.title)
    said = unstructure(change.rules) | {"reason": change.reason}
    _record(ctx, campaign, round_, "confirm_rules", summary, before=unstructure(before), after=said)
    return issue_agreed(
        ctx,
        campaign=campaign,
        write=write,
        document=change.document,
        reason=change.reason,
        from_round=round_.number,
    )


def reject_ranking_rules(ctx: Context, *, campaign: Campaign, round_: Phase, proposal_id: int, reason: str) -> None:
    """Reject what somebody has proposed, or withdraw what one has proposed oneself.

    Raises Conflict if the proposal is not the present one any more, DomainError without a reason, Forbidden without a
    person.
    """
    reason = reason_of_rejection(ctx, reason)
    hold(ctx, campaign_id=campaign.id)
    reject_proposal(ctx, kind=KIND, proposal=_present(ctx, campaign, round_, proposal_id))
    summary = T("Rejected the proposed ranking rules of “%(round)s”", round=round_.title)
    _record(ctx, campaign, round_, "reject_rules", summary, before={}, after={"reason": reason})


def _present(ctx: Context, campaign: Campaign, round_: Phase, proposal_id: int) -> Proposal[RankingChange]:
    proposal = waiting_ranking_rules(ctx, campaign=campaign, round_=round_)
    if proposal is None or proposal.id != proposal_id:
        raise no_longer_present()
    return proposal


def _meant(round_: Phase, ahead: Sequence[Phase], *, following: bool) -> list[Phase]:
    """Return the rounds that are changed: what has begun beside the round itself goes on as it began."""
    later = [one for one in ahead if (one.number or 0) > (round_.number or 0)]
    return [round_, *(later if following else ())]


def _store(
    ctx: Context,
    campaign: Campaign,
    meant: Sequence[Phase],
    rules: RankingRules,
    *,
    proposed_by: int | None = None,
) -> None:
    for round_ in meant:
        save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=rules, proposed_by=proposed_by)


def _digest(rules: RankingRules) -> str:
    return digest(unstructure(rules))


def _record(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    verb: str,
    summary: Text,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record(
        ctx,
        action=f"core:ranking:{verb}",
        summary=summary,
        campaign=campaign,
        object_kind="phase",
        object_id=round_.id,
        before=before,
        after=after,
    )
