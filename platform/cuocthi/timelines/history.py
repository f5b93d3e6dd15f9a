"""What the timeline was when the campaign was opened, beside what has become of it: told by the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.timelines.localtime import parse_moment
from cuocthi.timelines.queries import phases

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: What changes when a phase is open, and how often it is one phase and several at once.
_OF_ONE = ("core:phase:edit", "core:phase:remove", "core:round:close", "core:round:extend")
_OF_SEVERAL = ("core:phase:move",)


@dataclass(frozen=True, slots=True)
class PlannedSpan:
    """When a phase opens and closes."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """A phase beside its plan: from its first opening to its last closing, as it was when the campaign was opened.

    ``phase`` is None for one that was removed since. ``changed`` tells whether it is open at other times than planned.
    """

    title: str
    span: PlannedSpan
    phase: Phase | None
    changed: bool


def planned(ctx: Context, *, campaign: Campaign) -> list[Planned]:
    """Return a campaign's phases beside their plans, in the order of the plans (two statements).

    The plan is what stood when the campaign was opened: what was moved before belongs to making it. A phase that was
    added afterwards is its own plan.
    """
    current = phases(ctx, campaign_id=campaign.id)
    before = _windows_before(ctx, campaign, current)
    found = [_beside(phase, before.pop(phase.id, None)) for phase in current]
    removed = (Planned(title, span, None, changed=True) for title, span in map(_removed, before.values()) if span)
    return sorted([*found, *removed], key=lambda one: (one.span.opens_at, one.span.closes_at))


def _beside(phase: Phase, before: Mapping[str, Any] | None) -> Planned:
    span = PlannedSpan(phase.opens_at, phase.closes_at)
    first = _span(before) if before else None
    if first is None:
        return Planned(phase.title, span, phase, changed=False)
    return Planned(phase.title, first, phase, changed=first != span)


def _removed(before: Mapping[str, Any]) -> tuple[str, PlannedSpan | None]:
    return str(before["title"]), _span(before)


def _span(before: Mapping[str, Any]) -> PlannedSpan | None:
    windows = before.get("windows") or []
    if not windows:
        return None
    return PlannedSpan(
        min(parse_moment(window[0]) for window in windows), max(parse_moment(window[1]) for window in windows)
    )


def _windows_before(ctx: Context, campaign: Campaign, current: Sequence[Phase]) -> dict[int, Mapping[str, Any]]:
    """Return by the id of a phase how it was before the first change after the opening, if there was one."""
    if campaign.opened_at is None:
        return {}
    events = ctx.session.scalars(
        sa.select(AuditEvent)
        .where(
            AuditEvent.campaign_id == campaign.id,
            AuditEvent.action.in_([*_OF_ONE, *_OF_SEVERAL]),
            AuditEvent.at >= campaign.opened_at,
        )
        .order_by(AuditEvent.id.desc())
    )
    found: dict[int, Mapping[str, Any]] = {}
    titles = {phase.id: phase.title for phase in current}
    # From now back to the opening, so that phases moved together are known by the titles that they had at that time.
    for event in events:
        for phase_id, before in _of(event, {title: phase_id for phase_id, title in titles.items()}):
            found[phase_id] = before
            titles[phase_id] = str(before["title"])
    return found


def _of(event: AuditEvent, ids: Mapping[str, int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the phases that an event changed, by id; those moved at once are found in ``ids`` by their titles."""
    if event.action in _OF_ONE and event.object_id is not None:
        yield event.object_id, event.before
    elif event.action in _OF_SEVERAL:
        for before in event.before.get("phases", []):
            if before["title"] in ids:
                yield ids[before["title"]], before
