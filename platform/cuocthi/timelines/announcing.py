"""Telling plugins what the timeline opened and closed: each plugin of each edge once, whatever dies in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import IntegrityError

from cuocthi.plugins.manager import Failure
from cuocthi.timelines.ending import hold_windows
from cuocthi.timelines.models import PhaseEdge
from cuocthi.timelines.queries import DueEdge, due_edges
from cuocthi.timelines.windows import passed_edges

if TYPE_CHECKING:
    from cuocthi.context import Context

log = structlog.get_logger(__name__)
_HOOK = "phase_changed"
#: How many edges are told in one transaction.
_MOST = 100


def announce_edges(ctx: Context) -> int:
    """Tell every plugin of the edges it has not been told of; returns how many were told.

    Each telling and its ledger row stand in one savepoint. The row's key decides between two workers; a plugin that
    fails is logged, kept for the health page, and asked again the next time, without holding up the others. While an
    edge is told, its phase's windows stay as they are: nobody extends a round whose end is being told. Of very many
    edges the first are told now and the others the next time, so that nobody waits long for the writer's lock.
    """
    return sum(announce(ctx, due=due) for due in due_edges(ctx)[:_MOST])


def announce(ctx: Context, *, due: DueEdge) -> bool:
    """Tell one plugin of one edge; False if another worker has, if the edge was moved away, or if the plugin failed."""
    failure_key = (due.plugin, _HOOK)
    try:
        with ctx.session.begin_nested():
            hold_windows(ctx, phase=due.phase, read=True)
            if due.edge not in passed_edges(due.phase.windows, ctx.now) or not _claim(ctx, due):
                return False
            ctx.hooks.notify(ctx, due.campaign, _HOOK, only=due.plugin, phase=due.phase, edge=due.edge)
            ctx.session.flush()
    except Exception as error:  # a plugin may raise anything; it alone is asked again
        log.exception("phase_edge_failed", plugin=due.plugin, phase_id=due.phase.id, edge=due.edge)
        ctx.hooks.failures[failure_key] = Failure(due.plugin, _HOOK, f"{type(error).__name__}: {error}")
        return False
    ctx.hooks.failures.pop(failure_key, None)
    return True


def _claim(ctx: Context, due: DueEdge) -> bool:
    """Write the ledger row; False if another worker has."""
    row = PhaseEdge(phase_id=due.phase.id, edge=due.edge, plugin=due.plugin, announced_at=ctx.now)
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:
        return False
    return True
