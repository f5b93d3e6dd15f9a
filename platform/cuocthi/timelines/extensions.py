"""Extending an open round: proposed by one person with a document, in force once another person confirms it.

Stands above the parts it joins: once two persons have agreed on a proposal, the timeline moves the closing moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import Conflict, DomainError
from cuocthi.standings.proposals import (
    Proposal,
    ProposalKind,
    confirm_proposal,
    no_longer_present,
    proposals,
    store_proposal,
)
from cuocthi.text import T, Text
from cuocthi.timelines.ending import check_extension, extend
from cuocthi.timelines.localtime import day_and_time, parse_moment, spoken, write_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi.units.models import Unit


@dataclass(frozen=True, slots=True)
class Extension:
    """A round shall close at ``closes`` instead of ``instead_of``, by a document, for a reason.

    Moments are written as campaign files have them; ``symbol`` is the document's number and symbol, ``issued_on`` its
    day, "2024-09-25". ``unit_id`` and ``unit`` are the unit, and its name, that is meant; None and empty mean the
    window for everybody.
    """

    closes: str
    instead_of: str
    symbol: str
    issued_on: str
    reason: str
    unit_id: int | None = None
    unit: str = ""

    @property
    def closes_at(self) -> datetime:
        """The moment at which the round shall close."""
        return parse_moment(self.closes)

    @property
    def notice(self) -> Text:
        """What entrants are told."""
        last_day, clock = day_and_time(self.closes_at, closing=True)
        words = {"clock": spoken(clock), "last_day": last_day, "symbol": self.symbol}
        issued_on = date.fromisoformat(self.issued_on)
        if self.unit:
            return T(
                "Extended for %(unit)s until %(clock)s on %(last_day)s, by document No. %(symbol)s of %(issued_on)s",
                unit=self.unit,
                issued_on=issued_on,
                **words,
            )
        return T(
            "Extended until %(clock)s on %(last_day)s, by document No. %(symbol)s of %(issued_on)s",
            issued_on=issued_on,
            **words,
        )


KIND = ProposalKind(owner="core.extension", subject="core:extension", schema=Extension)


def proposed(ctx: Context, *, campaign_id: int) -> dict[int, list[Proposal[Extension]]]:
    """Return the extensions of a campaign's rounds by their phases, the newest first (one statement)."""
    found: dict[int, list[Proposal[Extension]]] = {}
    for proposal in proposals(ctx, campaign_id=campaign_id, kind=KIND):
        if proposal.phase_id is not None:
            found.setdefault(proposal.phase_id, []).append(proposal)
    return found


def _waits(proposal: Proposal[Extension], phase: Phase, now: datetime) -> bool:
    """Tell whether it can still be confirmed: the round is open and closes when the proposer saw that it would."""
    closing, unit_id = parse_moment(proposal.content.instead_of), proposal.content.unit_id
    own = [window for window in phase.windows if window.unit_id == unit_id]
    # A unit without windows of its own goes by others until this one gives it some.
    same = own or phase.windows
    ahead = any(window.opens_at <= now < closing == window.closes_at for window in same)
    return ahead and proposal.undecided


def waiting(ctx: Context, *, campaign_id: int, phases: Sequence[Phase]) -> list[tuple[Phase, Proposal[Extension]]]:
    """Return the rounds whose newest proposed extension still waits for the other person (one statement)."""
    found = proposed(ctx, campaign_id=campaign_id)
    newest = [(phase, found[phase.id][0]) for phase in phases if phase.id in found]
    return [(phase, proposal) for phase, proposal in newest if _waits(proposal, phase, ctx.now)]


def granted(ctx: Context, *, campaign_id: int) -> dict[int, list[Extension]]:
    """Return the extensions in force of each round that was extended, by its phase: the last one for each unit.

    The newest comes first (one statement).
    """
    found: dict[int, dict[int | None, Extension]] = {}
    for phase_id, made in proposed(ctx, campaign_id=campaign_id).items():
        for extension in (proposal.content for proposal in made if proposal.in_force):
            found.setdefault(phase_id, {}).setdefault(extension.unit_id, extension)
    return {phase_id: list(extensions.values()) for phase_id, extensions in found.items()}


def propose_extension(
    ctx: Context,
    *,
    campaign: Campaign,
    phase: Phase,
    closes_at: datetime,
    symbol: str,
    issued_on: date,
    reason: str,
    unit: Unit | None = None,
) -> bool:
    """Propose, as one of two persons, that an open round close later; tell whether it is extended by that.

    ``unit`` is the one that is meant, None for everybody who goes by no unit's window. A unit without windows of its
    own gets them by this.

    It is when somebody else has proposed exactly the same. A proposal before it gives way; proposing the same again
    changes nothing. ``symbol`` and ``issued_on`` are the number and the day of the document. Raises DomainError for a
    document from the future, without a reason or a document, for an earlier moment or one that reaches into the next
    window, Closed if the round is not open, Forbidden without a person.
    """
    check_document(ctx, symbol=symbol, issued_on=issued_on, reason=reason)
    unit_id = None if unit is None else unit.id
    window = check_extension(ctx, phase=phase, closes_at=closes_at, unit_id=unit_id)
    extension = Extension(
        closes=write_moment(closes_at, closing=True),
        instead_of=write_moment(window.closes_at, closing=True),
        symbol=symbol,
        issued_on=issued_on.isoformat(),
        reason=reason,
        unit_id=unit_id,
        unit="" if unit is None else unit.name,
    )
    newest = store_proposal(ctx, campaign=campaign, kind=KIND, content=extension, round_=phase)
    if newest.is_of(ctx.actor.user_id):
        return newest.in_force
    return _confirm(ctx, campaign, phase, newest)


def confirm_extension(ctx: Context, *, campaign: Campaign, phase: Phase, proposal_id: int) -> bool:
    """Confirm the extension that somebody else has proposed; tell whether the round is extended by that.

    Raises Conflict if another proposal has taken its place, if the round closes at another moment than the proposer
    saw, or if this person has confirmed it already; Closed if the round is not open any more.
    """
    made = proposed(ctx, campaign_id=campaign.id).get(phase.id, [])
    newest = next(iter(made), None)
    if newest is None or newest.id != proposal_id or newest.in_force:
        raise no_longer_present()
    extension = newest.content
    window = check_extension(ctx, phase=phase, closes_at=extension.closes_at, unit_id=extension.unit_id)
    if write_moment(window.closes_at, closing=True) != extension.instead_of:
        raise Conflict(T("The round closes at another moment than when this was proposed. Please propose it anew."))
    return _confirm(ctx, campaign, phase, newest)


def check_document(ctx: Context, *, symbol: str, issued_on: date, reason: str) -> None:
    """Refuse a decision without a document or a reason, or by a document from the future: raise DomainError."""
    for value, field in ((symbol, "symbol"), (reason, "reason")):
        if not value.strip():
            raise DomainError(T("This field is required."), field=field)
    if issued_on > ctx.now.astimezone(LOCAL_ZONE).date():
        raise DomainError(T("The document cannot be of a day that is still to come."), field="issued_on")


def _confirm(ctx: Context, campaign: Campaign, phase: Phase, proposal: Proposal[Extension]) -> bool:
    if not confirm_proposal(ctx, campaign=campaign, kind=KIND, proposal=proposal):
        summary = T("Proposed to extend “%(title)s”", title=phase.title)
        _record(ctx, campaign, phase, proposal.content, action="core:extension:propose", summary=summary)
        return False
    summary = T("Confirmed the extension of “%(title)s”", title=phase.title)
    extension = proposal.content
    _record(ctx, campaign, phase, extension, action="core:extension:confirm", summary=summary)
    extend(
        ctx,
        campaign=campaign,
        phase=phase,
        closes_at=extension.closes_at,
        reason=extension.reason,
        document=f"{extension.symbol} ({extension.issued_on})",
        unit_id=extension.unit_id,
    )
    return True


def _record(
    ctx: Context, campaign: Campaign, phase: Phase, extension: Extension, *, action: str, summary: Text
) -> None:
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="phase",
        object_id=phase.id,
        before={"closes_at": parse_moment(extension.instead_of)},
        after={
            "closes_at": extension.closes_at,
            "symbol": extension.symbol,
            "issued_on": extension.issued_on,
            "reason": extension.reason,
            **({"unit": extension.unit} if extension.unit else {}),
        },
    )
