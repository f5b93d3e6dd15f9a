"""Changing the scheme: by one person before anything has begun, from then on by two, with a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import SettingsError, save_settings, unstructure
from cuocthi.digest import digest
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.rules.agreements import grounds, issue_agreed, propose, reason_of_rejection, refuse_other_changes
from cuocthi.standings.confirmations import hold
from cuocthi.standings.proposals import (
    Proposal,
    ProposalKind,
    confirm_proposal,
    no_longer_present,
    proposals,
    reject_proposal,
    undecided,
)
from cuocthi.text import T, Text
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.domain.awarded import removed_rounds
from cuocthi_prizes.queries import OWNER, load_scheme
from cuocthi_prizes.settings import SHORT_FORM, PrizeSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign, SettingsVersion
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.rules.models import RulesVersion


@dataclass(frozen=True, slots=True)
class SchemeChange:
    """A scheme proposed in place of another one, which ``instead_of`` is the digest of.

    ``document`` is the key of the document in the register by which it is changed.
    """

    scheme: PrizeSettings
    instead_of: str
    document: str
    reason: str


KIND = ProposalKind(owner="prizes.scheme", subject="prizes:scheme", schema=SchemeChange)


def takes_two(ctx: Context, *, campaign: Campaign) -> bool:
    """Tell whether a change needs a second person: people have begun to compete for these prizes."""
    if campaign.state is not CampaignState.OPEN:
        return False
    return any(ctx.now >= round_.opens_at for round_ in rounds(ctx, campaign_id=campaign.id))


def save_scheme(ctx: Context, *, campaign: Campaign, scheme: PrizeSettings) -> SettingsVersion:
    """Store a new version of the scheme; award lists keep the version they were made by.

    Raises Closed in an archived campaign, Conflict once a round has begun, SettingsError for a round that the campaign
    does not have.
    """
    refuse_archived(campaign)
    hold(ctx, campaign_id=campaign.id)
    if takes_two(ctx, campaign=campaign):
        raise Conflict(T("A round has begun: the scheme of prizes is changed by two persons, with a document."))
    return _store(ctx, campaign, scheme)


def _store(
    ctx: Context, campaign: Campaign, scheme: PrizeSettings, *, proposed_by: int | None = None
) -> SettingsVersion:
    before = load_scheme(ctx, campaign=campaign)
    refuse_unknown(ctx, campaign=campaign, scheme=scheme, present=before.value)
    version = save_settings(ctx, owner=OWNER, campaign=campaign, value=scheme, proposed_by=proposed_by)
    if version.id != before.version_id:
        _record(ctx, campaign, version.id, "edit", T("Changed the scheme of prizes"), before.value, scheme)
    return version


def refuse_unknown(ctx: Context, *, campaign: Campaign, scheme: PrizeSettings, present: PrizeSettings) -> None:
    """Raise SettingsError if a set names a round or a division that the campaign does not have.

    Sets that stand in the ``present`` scheme as they are keep nobody from changing others.
    """
    campaign_rounds = rounds(ctx, campaign_id=campaign.id)
    divisions = {"", *(division.key for division in campaign.divisions)}
    for one in scheme.sets:
        if one == present.named(one.key):
            continue
        gone = removed_rounds(one, campaign_rounds)
        if gone:
            message = T(
                "“%(set)s” names a round that this campaign does not have: “%(key)s”.", set=one.title, key=gone[0]
            )
            raise SettingsError(message, field="round")
        if one.division not in divisions:
            message = T(
                "“%(set)s” names a division that this campaign does not have: “%(key)s”.",
                set=one.title,
                key=one.division,
            )
            raise SettingsError(message, field="division")


def propose_scheme(
    ctx: Context,
    *,
    campaign: Campaign,
    scheme: PrizeSettings,
    document: Document | None,
    reason: str,
    write: Callable[[Text], str],
) -> None:
    """Propose, as the first of two persons, another scheme.

    Raises DomainError at ``document`` or ``reason`` for what is missing, Blocked if the rules hold other changes that
    are not issued, Closed in an archived campaign, Forbidden without a person.
    """
    refuse_archived(campaign)
    hold(ctx, campaign_id=campaign.id)
    before = load_scheme(ctx, campaign=campaign).value
    refuse_unknown(ctx, campaign=campaign, scheme=scheme, present=before)
    document, reason = grounds(document, reason)
    if before == scheme:
        raise DomainError(T("This is the scheme of prizes that holds already."))
    refuse_other_changes(ctx, campaign=campaign, write=write)
    change = SchemeChange(scheme, _digest(before), document.key, reason)
    proposal = propose(ctx, campaign=campaign, kind=KIND, content=change)
    if proposal is not None:
        said = {"document": document.symbol or document.title, "reason": reason}
        summary = T("Proposed another scheme of prizes")
        _record(ctx, campaign, proposal.id, "propose", summary, before, scheme, said)


def waiting_scheme(ctx: Context, *, campaign: Campaign) -> Proposal[SchemeChange] | None:
    """Return the newest proposal if it waits for a second person, or None.

    It falls when the scheme changes otherwise.
    """
    made = proposals(ctx, campaign_id=campaign.id, kind=KIND)
    if not made or not made[0].undecided:
        return None
    present = _digest(load_scheme(ctx, campaign=campaign).value)
    return made[0] if made[0].content.instead_of == present else None


def waiting_in(ctx: Context, *, campaign_ids: Sequence[int]) -> list[int]:
    """Return in which of these campaigns a scheme was proposed and nobody has decided on it (one statement)."""
    return [campaign_id for campaign_id, _, _ in undecided(ctx, campaign_ids=campaign_ids, kinds=[KIND])]


def confirm_scheme(
    ctx: Context, *, campaign: Campaign, proposal_id: int, write: Callable[[Text], str]
) -> RulesVersion | None:
    """Confirm what somebody else has proposed: the scheme holds, and the rules are issued anew with it.

    Returns the version of the rules, or None if they do not speak of what has changed. Raises Conflict if the proposal
    is not the present one any more or if this person made it, Blocked if the rules hold other changes.
    """
    refuse_archived(campaign)
    hold(ctx, campaign_id=campaign.id)
    proposal = _present(ctx, campaign, proposal_id)
    refuse_other_changes(ctx, campaign=campaign, write=write)
    confirm_proposal(ctx, campaign=campaign, kind=KIND, proposal=proposal)
    change = proposal.content
    _store(ctx, campaign, change.scheme, proposed_by=proposal.confirmed[0][0])
    return issue_agreed(
        ctx, campaign=campaign, write=write, document=change.document, reason=change.reason, from_round=None
    )


def reject_scheme(ctx: Context, *, campaign: Campaign, proposal_id: int, reason: str) -> None:
    """Reject what somebody has proposed, or withdraw what one has proposed oneself.

    Raises Conflict if the proposal is not the present one any more, DomainError without a reason, Forbidden without a
    person.
    """
    reason = reason_of_rejection(ctx, reason)
    hold(ctx, campaign_id=campaign.id)
    proposal = _present(ctx, campaign, proposal_id)
    reject_proposal(ctx, kind=KIND, proposal=proposal)
    present = load_scheme(ctx, campaign=campaign).value
    summary = T("Rejected the proposed scheme of prizes")
    _record(ctx, campaign, proposal.id, "reject", summary, present, present, {"reason": reason})


def _present(ctx: Context, campaign: Campaign, proposal_id: int) -> Proposal[SchemeChange]:
    proposal = waiting_scheme(ctx, campaign=campaign)
    if proposal is None or proposal.id != proposal_id:
        raise no_longer_present()
    return proposal


def refuse_archived(campaign: Campaign) -> None:
    """Raise Closed if the campaign is archived."""
    if campaign.state is CampaignState.ARCHIVED:
        raise Closed(T("This campaign is archived; nothing in it can be changed."))


def _digest(scheme: PrizeSettings) -> str:
    return digest(unstructure(scheme))


def _record(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    campaign: Campaign,
    version_id: int,
    verb: str,
    summary: Text,
    before: PrizeSettings,
    after: PrizeSettings,
    said: dict[str, Any] | None = None,
) -> None:
    old, new = (_plain(scheme) for scheme in (before, after))
    changed = [name for name in new if old.get(name) != new[name]]
    record(
        ctx,
        action=f"prizes:scheme:{verb}",
        summary=summary,
        campaign=campaign,
        object_kind="settings_version",
        object_id=version_id,
        before={name: old.get(name) for name in changed},
        after={name: new[name] for name in changed} | (said or {}),
    )


def _plain(scheme: PrizeSettings) -> dict[str, Any]:
    return {name: value for name, value in unstructure(scheme).items() if name not in SHORT_FORM}
