"""What the timeline answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.contributions import Edge
from cuocthi.timelines.models import Phase, PhaseEdge, PhaseKind, Window
from cuocthi.timelines.windows import passed_edges

if TYPE_CHECKING:
    from cuocthi.context import Context


def phases(ctx: Context, *, campaign_id: int) -> Sequence[Phase]:
    """Return a campaign's phases in the order in which they open, with their windows (one statement)."""
    return _with_windows(ctx, Phase.campaign_id == campaign_id)


def phases_by_campaign(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[int, list[Phase]]:
    """Return the phases of several campaigns, in the order in which they open (one statement)."""
    grouped: dict[int, list[Phase]] = {}
    for phase in _with_windows(ctx, Phase.campaign_id.in_(campaign_ids)):
        grouped.setdefault(phase.campaign_id, []).append(phase)
    return grouped


def _with_windows(ctx: Context, condition: sa.ColumnElement[bool]) -> list[Phase]:
    # Joined: the windows' own loader asks once for every five hundred phases.
    wanted = sa.select(Phase).where(condition).options(joinedload(Phase.windows))
    found = ctx.session.scalars(wanted).unique().all()
    return sorted(found, key=lambda phase: (phase.opens_at, phase.closes_at, phase.id))


def rounds(ctx: Context, *, campaign_id: int, source: str | None = None) -> Sequence[Phase]:
    """Return a campaign's rounds by number; with ``source`` only those of one contest format."""
    wanted = sa.select(Phase).where(Phase.campaign_id == campaign_id, Phase.kind == PhaseKind.CONTEST)
    if source is not None:
        wanted = wanted.where(Phase.source == source)
    return ctx.session.scalars(wanted.order_by(Phase.number)).all()


def phase_of(ctx: Context, *, campaign_id: int, phase_id: int) -> Phase | None:
    """Return a phase of this campaign, or None."""
    return ctx.session.scalar(sa.select(Phase).where(Phase.id == phase_id, Phase.campaign_id == campaign_id))


def open_window(ctx: Context, *, phase_id: int, lock: bool = False) -> Window | None:
    """Return the window of a phase that is open now, or None.

    With ``lock`` the window cannot be moved until the transaction ends (FOR SHARE on PostgreSQL; SQLite has one
    writer anyway), so that starting an entry and closing its round cannot race.
    """
    wanted = sa.select(Window).where(
        Window.phase_id == phase_id, Window.opens_at <= ctx.now, ctx.now < Window.closes_at
    )
    if lock:
        # A cached row must not win over the locked one.
        wanted = wanted.with_for_update(read=True).execution_options(populate_existing=True)
    return ctx.session.scalar(wanted)


def any_round_open(ctx: Context, *, campaign_id: int) -> bool:
    """Tell whether some round of a campaign has not closed for good: it is open, or will open (again)."""
    ahead = (
        sa.select(Window.id)
        .join(Phase)
        .where(Phase.campaign_id == campaign_id, Phase.kind == PhaseKind.CONTEST, ctx.now < Window.closes_at)
    )
    return ctx.session.scalar(ahead.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class DueEdge:
    """An edge that lies behind and of which a plugin has not been told."""

    campaign: Campaign
    phase: Phase
    edge: Edge
    plugin: str


def due_edges(ctx: Context) -> list[DueEdge]:
    """Return the edges of all open campaigns that plugins have still to be told of, in the order they happened."""
    begun = sa.select(Window.id).where(Window.phase_id == Phase.id, Window.opens_at <= ctx.now).exists()
    rows = ctx.session.execute(
        sa.select(Campaign, Phase)
        .join(Phase, Phase.campaign_id == Campaign.id)
        .where(Campaign.state == CampaignState.OPEN, begun)
        .options(joinedload(Phase.windows))
    ).unique()
    told = {
        tuple(row)
        for row in ctx.session.execute(
            sa.select(PhaseEdge.phase_id, PhaseEdge.edge, PhaseEdge.plugin)
            .join(Phase)
            .join(Campaign)
            .where(Campaign.state == CampaignState.OPEN)
        )
    }
    due = [
        DueEdge(campaign, phase, edge, plugin)
        for campaign, phase in rows
        for edge in passed_edges(phase.windows, ctx.now)
        for plugin in ctx.hooks.enabled(campaign)
        if ctx.hooks.implements(plugin, "phase_changed") and (phase.id, edge, plugin) not in told
    ]
    return sorted(due, key=lambda item: (_happened(item), item.phase.id))


def _happened(due: DueEdge) -> object:
    return due.phase.opens_at if due.edge is Edge.OPENED else due.phase.closes_at
