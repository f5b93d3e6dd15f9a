"""Granting something to entries after an incident: proposed by one person, in force once another one confirms it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import ReliefKind
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.incidents import queries
from cuocthi.incidents.incident import KIND, MOST_MINUTES
from cuocthi.incidents.models import GrantedRelief
from cuocthi.standings.confirmations import hold
from cuocthi.standings.proposals import confirm_proposal, no_longer_present, store_proposal
from cuocthi.standings.queries import adopted_ranking
from cuocthi.text import T
from cuocthi.timelines.ending import hold_windows
from cuocthi.timelines.extensions import check_document

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.incidents.incident import Incident
    from cuocthi.standings.proposals import Proposal
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase


def check_incident(ctx: Context, *, campaign: Campaign, round_: Phase, incident: Incident) -> int:
    """Return how many persons an incident would reach; raise what :func:`propose_incident` raises."""
    if campaign.state is not CampaignState.OPEN or ctx.now < round_.opens_at:
        raise Closed(T("“%(title)s” has not opened: there is no entry to grant anything to.", title=round_.title))
    if adopted_ranking(ctx, round_=round_) is not None:
        raise Conflict(T("The ranking of “%(title)s” is adopted; nothing can be granted any more.", title=round_.title))
    _check_kind(ctx, round_, incident)
    _check_times(ctx, incident)
    _check_choice(ctx, campaign, incident)
    persons = queries.count_reached(ctx, campaign=campaign, round_=round_, incident=incident)
    if not persons:
        raise DomainError(T("Nobody of those chosen has an entry for which this can do anything."), field="codes")
    return persons


def propose_incident(ctx: Context, *, campaign: Campaign, round_: Phase, incident: Incident) -> bool:
    """Propose, as one of two persons, what an incident grants; tell whether it is granted by that.

    It is when somebody else has proposed exactly the same. Proposing the same again changes nothing. Raises DomainError
    with its field for what makes no sense or the round's format cannot grant, or if nobody is reached; Closed before
    the round has opened, Conflict once its ranking is adopted, Forbidden without a person.
    """
    issued_on = date.fromisoformat(incident.issued_on)
    check_document(ctx, symbol=incident.symbol, issued_on=issued_on, reason=incident.reason)
    _hold(ctx, campaign, round_)
    check_incident(ctx, campaign=campaign, round_=round_, incident=incident)
    proposal = store_proposal(ctx, campaign=campaign, kind=KIND, content=incident, round_=round_)
    if proposal.is_of(ctx.actor.user_id) or proposal.in_force:
        return proposal.in_force
    return _confirm(ctx, campaign, round_, proposal)


def confirm_incident(ctx: Context, *, campaign: Campaign, round_: Phase, proposal_id: int) -> bool:
    """Confirm what somebody else has proposed for a round; tell whether it is granted by that.

    Raises Conflict if another proposal has taken its place or this person has confirmed it already, and what
    :func:`propose_incident` raises if it makes no sense any more.
    """
    _hold(ctx, campaign, round_)
    waiting = queries.undecided(ctx, campaign_id=campaign.id).get(round_.id)
    if waiting is None or waiting.id != proposal_id:
        raise no_longer_present()
    check_incident(ctx, campaign=campaign, round_=round_, incident=waiting.content)
    return _confirm(ctx, campaign, round_, waiting)


def _hold(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    """Let nobody else decide anything of a round until the transaction ends: what is looked at next stays so."""
    hold_windows(ctx, phase=round_)
    hold(ctx, campaign_id=campaign.id)


def _confirm(ctx: Context, campaign: Campaign, round_: Phase, proposal: Proposal[Incident]) -> bool:
    if not confirm_proposal(ctx, campaign=campaign, kind=KIND, proposal=proposal):
        summary = T("Proposed what an incident grants in “%(title)s”", title=round_.title)
        _record(ctx, campaign, round_, proposal.content, action="core:incident:propose", summary=summary)
        return False
    persons = _grant(ctx, campaign, round_, proposal)
    granted = proposal.content.granted
    summary = T("Granted after an incident in “%(title)s”: %(granted)s", title=round_.title, granted=granted)
    action = "core:incident:grant"
    _record(ctx, campaign, round_, proposal.content, action=action, summary=summary, persons=persons)
    return True


def _grant(ctx: Context, campaign: Campaign, round_: Phase, proposal: Proposal[Incident]) -> int:
    """Keep to whom it is granted, and let the contest format carry it out for exactly those; return their number."""
    incident = proposal.content
    found = queries.reached(ctx, campaign=campaign, round_=round_, incident=incident).subquery()
    (enrolment_id,) = found.c
    rows = sa.select(sa.literal(proposal.id), enrolment_id, sa.literal(round_.id)).distinct()
    ctx.session.execute(sa.insert(GrantedRelief).from_select(["incident_id", "enrolment_id", "phase_id"], rows))
    until = incident.until_at
    round_.relief_until = max(until, round_.relief_until or until)
    campaign.version += 1
    ctx.session.flush()
    granted = sa.select(GrantedRelief.enrolment_id).where(GrantedRelief.incident_id == proposal.id)
    ctx.hooks.notify(
        ctx,
        campaign,
        "grant_relief",
        only=round_.source,
        round_=round_,
        relief=incident.relief(),
        enrolments=granted,
    )
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(granted.subquery())) or 0


def _check_kind(ctx: Context, round_: Phase, incident: Incident) -> None:
    found = queries.format_of(ctx, round_)
    if found is None or incident.kind not in found.relief:
        title = round_.source if found is None else found.title
        raise DomainError(T("The contest format “%(format)s” cannot grant this.", format=title), field="kind")
    if incident.kind is ReliefKind.MORE_TIME and not 0 < incident.minutes <= MOST_MINUTES:
        message = T("Between 1 and %(most)s minutes can be granted.", most=MOST_MINUTES)
        raise DomainError(message, field="minutes")


def _check_times(ctx: Context, incident: Incident) -> None:
    if incident.until_at <= ctx.now:
        raise DomainError(T("This moment is over already."), field="until")
    if incident.during is not None and incident.during[0] >= incident.during[1]:
        raise DomainError(T("The incident must begin before it ends."), field="ends")


def _check_choice(ctx: Context, campaign: Campaign, incident: Incident) -> None:
    if not incident.chosen:
        raise DomainError(
            T("Please say whose entries are meant: by contest numbers, a unit, or the time of the incident."),
            field="codes",
        )
    unknown = queries.unknown_codes(ctx, campaign=campaign, codes=incident.codes) if incident.codes else []
    if unknown:
        message = T("Nobody takes part under these contest numbers: %(codes)s", codes=", ".join(unknown))
        raise DomainError(message, field="codes")


def _record(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    incident: Incident,
    *,
    action: str,
    summary: Text,
    persons: int | None = None,
) -> None:
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="phase",
        object_id=round_.id,
        after={
            "kind": incident.kind,
            "until": incident.until_at,
            "reason": incident.reason,
            "symbol": incident.symbol,
            "issued_on": incident.issued_on,
            **({"minutes": incident.minutes} if incident.minutes else {}),
            **({"codes": list(incident.codes)} if incident.codes else {}),
            **({"unit": incident.unit} if incident.unit else {}),
            **({"begins": incident.begins, "ends": incident.ends} if incident.begins else {}),
            **({} if persons is None else {"persons": persons}),
        },
    )
