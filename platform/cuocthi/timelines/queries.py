"""What the timeline answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.contributions import Edge
from cuocthi.database import UtcTime
from cuocthi.timelines.models import Phase, PhaseEdge, PhaseKind, Window
from cuocthi.timelines.windows import passed_edges
from cuocthi.units.models import Unit
from cuocthi.units.queries import choosable, units_of

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.timelines.drawing import Drawn


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
    """Return a phase of this campaign with its windows, or None (one statement)."""
    found = ctx.session.scalars(_phase_of(), {"campaign_id": campaign_id, "phase_id": phase_id})
    return found.unique().one_or_none()


@cache
def _phase_of() -> sa.Select[Phase]:
    """Made once: every page of a round asks it."""
    wanted = sa.select(Phase).where(
        Phase.id == sa.bindparam("phase_id"), Phase.campaign_id == sa.bindparam("campaign_id")
    )
    return wanted.options(joinedload(Phase.windows))


def window_units(ctx: Context, *, phases: Iterable[Drawn]) -> dict[int, Unit]:
    """Return by id the units that have windows of their own in some of these phases.

    One statement where there are any, none otherwise.
    """
    wanted = {window.unit_id for phase in phases for window in phase.windows if window.unit_id is not None}
    return {unit.id: unit for unit in units_of(ctx, unit_ids=sorted(wanted))}


def uncovered_units(ctx: Context, *, unit_ids: Collection[int | None], limit: int) -> tuple[int, list[str]]:
    """Return how many units that people can choose today neither are nor lie below one of these, and the first names.

    One statement.
    """
    above = aliased(Unit)
    covered = sa.exists().where(above.id.in_(unit_ids), Unit.path.startswith(above.path))
    uncovered = sa.select(Unit.name, sa.func.count().over()).where(choosable(ctx), ~covered)
    rows = ctx.session.execute(uncovered.order_by(Unit.name_sort).limit(limit)).all()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]


def own(unit_path: sa.ColumnElement[str] | sa.SQLColumnExpression[str] | str) -> sa.ColumnElement[bool]:
    """Return the condition that a window holds for people whose place in the tree is ``unit_path``.

    It says in SQL what :func:`cuocthi.timelines.windows.own_windows` says of windows that are at hand.
    """
    other, unit = aliased(Window), aliased(Unit)
    path = sa.literal(unit_path) if isinstance(unit_path, str) else unit_path
    within = path.like(sa.literal("%/") + sa.cast(other.unit_id, sa.String) + "/%")
    nearest = (
        sa.select(other.unit_id)
        .join(unit, unit.id == other.unit_id)
        .where(other.phase_id == Window.phase_id, within)
        .order_by(sa.func.length(unit.path).desc())
        .limit(1)
    )
    return Window.unit_id.is_not_distinct_from(nearest.scalar_subquery())


def open_window(ctx: Context, *, phase_id: int, unit_path: str, lock: bool = False) -> Window | None:
    """Return the window of a phase that is open now for people at ``unit_path``, or None (one statement).

    With ``lock`` the window cannot be moved until the transaction ends (FOR SHARE on PostgreSQL; SQLite has one
    writer anyway), so that starting an entry and closing its round cannot race.
    """
    values = {"phase_id": phase_id, "unit_path": unit_path, "now": ctx.now}
    return ctx.session.scalar(_open_window(lock=lock), values)


@cache
def _open_window(*, lock: bool) -> sa.Select[Window]:
    """Made once: every start of an entry asks it, and it takes longer to make than to run."""
    now, path = sa.bindparam("now", type_=UtcTime()), sa.bindparam("unit_path", type_=sa.String())
    wanted = sa.select(Window).where(
        Window.phase_id == sa.bindparam("phase_id"), own(path), Window.opens_at <= now, now < Window.closes_at
    )
    if lock:
        # A cached row must not win over the locked one.
        wanted = wanted.with_for_update(read=True).execution_options(populate_existing=True)
    return wanted


def any_round_open(ctx: Context, *, campaign_id: int) -> bool:
    """Tell whether some round of a campaign is not over: it is open, will open (again), or was granted more time."""
    ahead = (
        sa.select(Window.id)
        .join(Phase)
        .where(
            Phase.campaign_id == campaign_id,
            Phase.kind == PhaseKind.CONTEST,
            sa.or_(ctx.now < Window.closes_at, ctx.now < Phase.relief_until),
        )
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
