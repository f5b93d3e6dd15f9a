"""Changing the settings of a contest format once its rounds have begun.

While a round is open one person proposes, with a document and a reason, and another one confirms; the change holds from
a round that has not opened, and the rules are issued anew with it. Between two rounds one person is enough; then it
holds from the next one on. Whatever has begun goes on under the settings that it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.queries import last_change
from cuocthi.campaigns.settings import load_settings, save_settings, structure, unstructure
from cuocthi.errors import Conflict, DomainError
from cuocthi.rules.agreements import grounds, issue_agreed, propose, reason_of_rejection, refuse_other_changes
from cuocthi.standings.confirmations import hold
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
    from cuocthi.contributions import SettingsSpec
    from cuocthi.documents.models import Document
    from cuocthi.rules.models import RulesVersion

_BEGUN = (PhaseState.OPEN, PhaseState.BETWEEN)


@dataclass(frozen=True, slots=True)
class Change:
    """Settings proposed for a part from the round with the number ``from_round`` on.

    ``values`` are the settings as a whole, ``instead_of`` is the number of the version that the proposer saw (0 for the
    defaults), ``document`` the key of the document in the register.
    """

    part: str
    from_round: int
    values: dict[str, Any]
    instead_of: int
    document: str
    reason: str


KIND = ProposalKind(owner="core.change", subject="core:settings", schema=Change)


@dataclass(frozen=True, slots=True)
class Course:
    """How far the rounds of a part are: whether any has begun, the one that runs, and those that are to open."""

    begun: bool
    running: Phase | None
    ahead: Sequence[Phase]

    @property
    def next_number(self) -> int | None:
        """The number of the round from which a change holds that nobody names one for; None for all rounds."""
        return self.ahead[0].number if self.begun and self.ahead else None


def course(ctx: Context, *, campaign: Campaign, part: str) -> Course:
    """Return how far the rounds are that a part holds (none for a part that is no contest format)."""
    own = rounds(ctx, campaign_id=campaign.id, source=part)
    if campaign.state is not CampaignState.OPEN:
        return Course(begun=False, running=None, ahead=own)
    states = [(round_, phase_state(round_.windows, ctx.now)) for round_ in own]
    return Course(
        begun=any(state is not PhaseState.UPCOMING for _, state in states),
        running=next((round_ for round_, state in states if state in _BEGUN), None),
        ahead=[round_ for round_, state in states if state is PhaseState.UPCOMING],
    )


def refuse_while_running(ctx: Context, *, campaign: Campaign, part: str) -> Course:
    """Return how far a part's rounds are. Raises Conflict if one of them runs: one person changes nothing then."""
    found = course(ctx, campaign=campaign, part=part)
    if found.running is not None:
        raise Conflict(
            T("“%(round)s” is open: its settings can be changed when it has closed.", round=found.running.title)
        )
    return found


def change_settings(
    ctx: Context, *, campaign: Campaign, part: str, spec: SettingsSpec, value: object, round_: Phase | None = None
) -> None:
    """Store a part's settings while none of its rounds runs; rounds that are over keep theirs.

    With a ``round_`` they become its own, whatever is set for the others afterwards. Raises Conflict while a round
    runs, and for a round that has begun.
    """
    hold(ctx, campaign_id=campaign.id)
    found = refuse_while_running(ctx, campaign=campaign, part=part)
    if round_ is not None and round_ not in found.ahead:
        raise Conflict(T("“%(round)s” has begun: it goes on by the settings that it began with.", round=round_.title))
    before = load_settings(ctx, owner=part, schema=spec.schema, campaign=campaign, round_=round_)
    begins = found.next_number if round_ is None else None
    version = save_settings(ctx, owner=part, campaign=campaign, value=value, round_=round_, from_round=begins)
    if version.id != before.version_id:
        old, new = _changed(unstructure(before.value), unstructure(value))
        summary = T("Changed the settings of “%(part)s”", part=spec.title)
        if round_ is not None:
            summary = T("Changed the settings of “%(part)s” for “%(round)s”", part=spec.title, round=round_.title)
        _record(ctx, campaign, version.id, action="core:settings:save", summary=summary, before=old, after=new)


def propose_change(
    ctx: Context,
    *,
    campaign: Campaign,
    part: str,
    spec: SettingsSpec,
    value: object,
    from_round: int,
    document: Document | None,
    reason: str,
    write: Callable[[Text], str],
) -> None:
    """Propose, as the first of two persons, other settings of a part from a round on that has not opened.

    Raises DomainError at ``from_round``, ``document`` or ``reason`` for what cannot be, Blocked if the rules hold other
    changes that are not issued, Forbidden without a person.
    """
    hold(ctx, campaign_id=campaign.id)
    ahead = {round_.number: round_ for round_ in course(ctx, campaign=campaign, part=part).ahead}
    if from_round not in ahead:
        raise DomainError(T("Please choose a round that has not opened yet."), field="from_round")
    document, reason = grounds(document, reason)
    before = load_settings(ctx, owner=part, schema=spec.schema, campaign=campaign)
    if before.value == value:
        raise DomainError(T("These are the settings that hold already."))
    refuse_other_changes(ctx, campaign=campaign, write=write)
    change = Change(part, from_round, unstructure(value), before.version_id or 0, document.key, reason)
    proposal = propose(ctx, campaign=campaign, kind=KIND, content=change)
    if proposal is None:
        return
    old, new = _changed(unstructure(before.value), change.values)
    summary = T(
        "Proposed other settings of “%(part)s” from “%(round)s” on", part=spec.title, round=ahead[from_round].title
    )
    said = new | {"document": document.symbol or document.title, "reason": reason}
    _record(ctx, campaign, proposal.id, action="core:settings:propose", summary=summary, before=old, after=said)


def waiting_changes(ctx: Context, *, campaign: Campaign) -> list[Proposal[Change]]:
    """Return the newest proposal for each part that still waits for the second person (two statements, if none does).

    It falls when the round from which it was to hold opens, or when the settings change otherwise.
    """
    newest: dict[str, Proposal[Change]] = {}
    for proposal in proposals(ctx, campaign_id=campaign.id, kind=KIND):
        newest.setdefault(proposal.content.part, proposal)
    return [proposal for proposal in newest.values() if _waits(ctx, campaign, proposal)]


def _waits(ctx: Context, campaign: Campaign, proposal: Proposal[Change]) -> bool:
    change = proposal.content
    if not proposal.undecided:
        return False
    ahead = course(ctx, campaign=campaign, part=change.part).ahead
    present = last_change(ctx, campaign_id=campaign.id, owner=change.part)
    return change.instead_of == (present.id if present else 0) and any(
        round_.number == change.from_round for round_ in ahead
    )


def confirm_change(
    ctx: Context, *, campaign: Campaign, part: str, spec: SettingsSpec, proposal_id: int, write: Callable[[Text], str]
) -> RulesVersion | None:
    """Confirm what somebody else has proposed: it holds from its round on, and the rules are issued anew with it.

    Returns the version of the rules, or None if they do not speak of what has changed. Raises Conflict if the proposal
    is not the present one any more or if this person made it, Blocked if the rules hold other changes.
    """
    hold(ctx, campaign_id=campaign.id)
    proposal = _present(ctx, campaign, part, proposal_id)
    refuse_other_changes(ctx, campaign=campaign, write=write)
    confirm_proposal(ctx, campaign=campaign, kind=KIND, proposal=proposal)
    change = proposal.content
    before = load_settings(ctx, owner=part, schema=spec.schema, campaign=campaign)
    version = save_settings(
        ctx,
        owner=part,
        campaign=campaign,
        value=structure(spec.schema, change.values),
        from_round=change.from_round,
        proposed_by=proposal.confirmed[0][0],
    )
    old, new = _changed(unstructure(before.value), change.values)
    summary = T(
        "Confirmed other settings of “%(part)s” from round %(number)s on", part=spec.title, number=change.from_round
    )
    said = new | {"reason": change.reason}
    _record(ctx, campaign, version.id, action="core:settings:confirm", summary=summary, before=old, after=said)
    return issue_agreed(
        ctx,
        campaign=campaign,
        write=write,
        document=change.document,
        reason=change.reason,
        from_round=change.from_round,
    )


def reject_change(
    ctx: Context, *, campaign: Campaign, part: str, spec: SettingsSpec, proposal_id: int, reason: str
) -> None:
    """Reject what somebody has proposed, or withdraw what one has proposed oneself.

    Raises Conflict if the proposal is not the present one any more, DomainError without a reason, Forbidden without a
    person.
    """
    reason = reason_of_rejection(ctx, reason)
    hold(ctx, campaign_id=campaign.id)
    proposal = _present(ctx, campaign, part, proposal_id)
    reject_proposal(ctx, kind=KIND, proposal=proposal)
    summary = T("Rejected the proposed settings of “%(part)s”", part=spec.title)
    said = {"reason": reason}
    _record(ctx, campaign, proposal.id, action="core:settings:reject", summary=summary, before={}, after=said)


def _present(ctx: Context, campaign: Campaign, part: str, proposal_id: int) -> Proposal[Change]:
    found = waiting_changes(ctx, campaign=campaign)
    proposal = next((one for one in found if one.id == proposal_id and one.content.part == part), None)
    if proposal is None:
        raise no_longer_present()
    return proposal


def _changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what differs, before and after, by its names in files."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _record(
    ctx: Context,
    campaign: Campaign,
    version_id: int,
    *,
    action: str,
    summary: Text,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="settings",
        object_id=version_id,
        before=before,
        after=after,
    )
