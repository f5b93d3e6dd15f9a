"""What was granted after incidents, to whom, and what still waits for another person."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.campaigns.settings import structure
from cuocthi.contributions import ContestFormat, ReliefKind
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.incidents.incident import KIND, Incident
from cuocthi.incidents.models import GrantedRelief
from cuocthi.standings.proposals import Proposal, proposals

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: Of people for whom minutes come too late so many contest numbers are shown.
_CODES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Decided:
    """What was granted in a round after an incident, and to how many persons."""

    round_id: int
    incident: Incident
    persons: int


def decided(ctx: Context, *, campaign_id: int) -> list[Decided]:
    """Return what was granted in a campaign, the newest first; two statements, one where nothing ever was."""
    in_force = [proposal for proposal in proposals(ctx, campaign_id=campaign_id, kind=KIND) if proposal.in_force]
    if not in_force:
        return []
    rows = ctx.session.execute(
        sa.select(GrantedRelief.incident_id, sa.func.count())
        .where(GrantedRelief.incident_id.in_([proposal.id for proposal in in_force]))
        .group_by(GrantedRelief.incident_id)
    )
    persons = {row[0]: row[1] for row in rows}
    return [
        Decided(proposal.phase_id, proposal.content, persons.get(proposal.id, 0))
        for proposal in in_force
        if proposal.phase_id is not None
    ]


def undecided(ctx: Context, *, campaign_id: int) -> dict[int, Proposal[Incident]]:
    """Return by round the newest proposal that waits for another person and is not too late (one statement)."""
    found: dict[int, Proposal[Incident]] = {}
    for proposal in proposals(ctx, campaign_id=campaign_id, kind=KIND):
        if proposal.phase_id is not None:
            found.setdefault(proposal.phase_id, proposal)
    return {
        round_id: proposal
        for round_id, proposal in found.items()
        if proposal.undecided and ctx.now < proposal.content.until_at
    }


def granted_to(ctx: Context, *, enrolment_id: int, round_id: int | None = None) -> list[Incident]:
    """Return what was granted to a person, the newest first; with ``round_id`` in that round (one statement)."""
    wanted = (
        sa.select(SettingsVersion.values)
        .join(GrantedRelief, GrantedRelief.incident_id == SettingsVersion.id)
        .where(GrantedRelief.enrolment_id == enrolment_id)
        .order_by(SettingsVersion.id.desc())
    )
    if round_id is not None:
        wanted = wanted.where(GrantedRelief.phase_id == round_id)
    return [structure(Incident, values) for values in ctx.session.scalars(wanted)]


def chosen(campaign: Campaign, incident: Incident) -> sa.Select[int]:
    """Return the SELECT of the enrolments that an incident names and that count."""
    wanted = sa.select(Enrolment.id).where(
        Enrolment.campaign_id == campaign.id, Enrolment.state == EnrolmentState.ACTIVE
    )
    if incident.codes:
        wanted = wanted.where(Enrolment.code.in_(incident.codes))
    if incident.unit_id is not None:
        wanted = wanted.where(Enrolment.unit_path.contains(f"/{incident.unit_id}/"))
    return wanted


def unknown_codes(ctx: Context, *, campaign: Campaign, codes: Sequence[str]) -> list[str]:
    """Return those of some contest numbers that nobody in a campaign has (one statement)."""
    known = ctx.session.scalars(
        sa.select(Enrolment.code).where(Enrolment.campaign_id == campaign.id, Enrolment.code.in_(codes))
    ).all()
    return [code for code in codes if code not in known]


def format_of(ctx: Context, round_: Phase) -> ContestFormat | None:
    """Return the contest format of a round, None where it is not installed."""
    offered = (found for _, found in ctx.hooks.boot("register_formats", ContestFormat))
    return next((found for found in offered if found.source == round_.source), None)


def reached(ctx: Context, *, campaign: Campaign, round_: Phase, incident: Incident) -> sa.Select[int]:
    """Return the SELECT of the enrolments that have an entry for which an incident can do something.

    The round's contest format tells; an exception of it is passed on.
    """
    ((_, found),) = ctx.hooks.collect_by_plugin(
        ctx,
        campaign,
        "relief_reaches",
        sa.Select,
        only=round_.source,
        round_=round_,
        relief=incident.relief(),
        enrolments=chosen(campaign, incident),
    )
    return found


def count_reached(ctx: Context, *, campaign: Campaign, round_: Phase, incident: Incident) -> int:
    """Return how many persons an incident would reach."""
    found = reached(ctx, campaign=campaign, round_=round_, incident=incident)
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


@dataclass(frozen=True, slots=True)
class TooLate:
    """Persons whose entry is over, so that more minutes come too late for it; ``codes`` are contest numbers of some."""

    persons: int
    codes: Sequence[str]


def too_late(ctx: Context, *, campaign: Campaign, round_: Phase, incident: Incident) -> TooLate | None:
    """Return for whom of those an incident names minutes come too late, None if for nobody (one statement).

    A fresh entry would reach them. Nobody is meant where the round's format can grant none.
    """
    found = format_of(ctx, round_)
    if incident.kind is not ReliefKind.MORE_TIME or found is None or ReliefKind.FRESH_ENTRY not in found.relief:
        return None
    fresh = dataclasses.replace(incident, kind=ReliefKind.FRESH_ENTRY, minutes=0)
    in_time = reached(ctx, campaign=campaign, round_=round_, incident=incident)
    rows = ctx.session.execute(
        sa.select(Enrolment.code, sa.func.count().over())
        .where(Enrolment.id.in_(reached(ctx, campaign=campaign, round_=round_, incident=fresh)))
        .where(Enrolment.id.not_in(in_time))
        .order_by(Enrolment.code)
        .limit(_CODES_SHOWN)
    ).all()
    return TooLate(rows[0][1], [code for code, _ in rows]) if rows else None
