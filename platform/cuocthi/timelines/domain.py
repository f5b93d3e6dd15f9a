"""Changing the timeline, and telling plugins what it opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.plugins.manager import Failure
from cuocthi.text import T, Text
from cuocthi.timelines.localtime import write_moment
from cuocthi.timelines.models import Phase, PhaseEdge, PhaseKind, Window
from cuocthi.timelines.queries import DueEdge, due_edges
from cuocthi.timelines.windows import PhaseState, Times, open_span, phase_state

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

log = structlog.get_logger(__name__)
_HOOK = "phase_changed"


def add_phase(
    ctx: Context,
    *,
    campaign: Campaign,
    key: str,
    kind: PhaseKind,
    title: str,
    windows: Sequence[Times],
    description: str = "",
    source: str = "",
    number: int | None = None,
) -> Phase:
    """Add a phase to a campaign; a phase of kind ``contest`` is a round with a ``number`` and a ``source``.

    Raises DomainError if the windows make no sense or the round's format is not enabled in the campaign.
    """
    _check_windows(windows)
    if (kind is PhaseKind.CONTEST) != bool(source) or (kind is PhaseKind.CONTEST) != (number is not None):
        raise DomainError(T("A round needs a number and a contest format; other phases have neither."), field="source")
    if source and source not in campaign.plugins:
        raise DomainError(
            T("The contest format “%(name)s” is not enabled in this campaign.", name=source), field="source"
        )
    phase = Phase(
        campaign_id=campaign.id,
        key=key,
        kind=kind,
        title=title,
        description=description,
        number=number,
        source=source,
        windows=_windows(windows),
    )
    _insert(ctx, phase)
    campaign.version += 1
    record(
        ctx,
        action="core:phase:add",
        summary=T("Added the phase “%(title)s”", title=title),
        campaign=campaign,
        object_kind="phase",
        object_id=phase.id,
        after=_described(phase),
    )
    return phase


def edit_phase(
    ctx: Context, *, campaign: Campaign, phase: Phase, title: str, description: str, windows: Sequence[Times]
) -> None:
    """Change a phase's words and times.

    The times of a round that has opened are changed by :func:`close_now` and :func:`extend` only: otherwise raises
    Conflict. Raises DomainError if the windows make no sense.
    """
    before = _described(phase)
    moved = [(w.opens_at, w.closes_at) for w in phase.windows] != [(w.opens_at, w.closes_at) for w in windows]
    if moved:
        _check_windows(windows)
        _refuse_begun_round(ctx, phase)
        phase.windows.clear()
        ctx.session.flush()  # the old windows leave before the new ones come: an opening moment is unique
        phase.windows.extend(_windows(windows))
    phase.title, phase.description = title, description
    campaign.version += 1
    ctx.session.flush()
    if moved:
        _tell_source(ctx, campaign, phase)
    record(
        ctx,
        action="core:phase:edit",
        summary=T("Changed the phase “%(title)s”", title=title),
        campaign=campaign,
        object_kind="phase",
        object_id=phase.id,
        before=before,
        after=_described(phase),
    )


def remove_phase(ctx: Context, *, campaign: Campaign, phase: Phase) -> None:
    """Remove a phase that has not begun. Raises Conflict if it has, or if something already rests on it."""
    if phase_state(phase.windows, ctx.now) is not PhaseState.UPCOMING:
        raise Conflict(T("“%(title)s” has begun and stays on the timeline.", title=phase.title))
    before = _described(phase)
    phase_id = phase.id
    campaign.version += 1
    try:
        with ctx.session.begin_nested():
            ctx.session.delete(phase)
    except IntegrityError as error:
        raise Conflict(T("“%(title)s” is in use and cannot be removed.", title=before["title"])) from error
    record(
        ctx,
        action="core:phase:remove",
        summary=T("Removed the phase “%(title)s”", title=before["title"]),
        campaign=campaign,
        object_kind="phase",
        object_id=phase_id,
        before=before,
    )


def close_now(ctx: Context, *, campaign: Campaign, phase: Phase, reason: str) -> None:
    """End a phase at this very moment: its open window closes now, windows still ahead are dropped.

    A round's source is told in the same transaction. Raises Closed if the phase has not opened or is over, and
    DomainError without a reason.
    """
    _require_reason(reason)
    _lock(ctx, phase)
    state = phase_state(phase.windows, ctx.now)
    if state is PhaseState.UPCOMING:
        raise Closed(T("“%(title)s” has not opened yet; change its times instead.", title=phase.title))
    if state is PhaseState.CLOSED:
        raise Closed(T("“%(title)s” is already closed.", title=phase.title))
    before = _described(phase)
    for window in list(phase.windows):
        if window.opens_at > ctx.now:
            phase.windows.remove(window)
        elif window.closes_at > ctx.now:
            window.closes_at = ctx.now
    summary = T("Closed “%(title)s” early", title=phase.title)
    _moved(ctx, campaign, phase, action="core:round:close", summary=summary, before=before, reason=reason)


def extend(ctx: Context, *, campaign: Campaign, phase: Phase, closes_at: datetime, reason: str) -> None:
    """Move the closing moment of the open window of a phase to a later one.

    A round's source is told in the same transaction. Raises Closed if the phase is not open, and DomainError without
    a reason, for an earlier moment, or for one that reaches into the phase's next window.
    """
    _require_reason(reason)
    _lock(ctx, phase)
    window = open_span(phase.windows, ctx.now)
    if window is None:
        raise Closed(T("“%(title)s” is not open; only an open round can be extended.", title=phase.title))
    if closes_at <= window.closes_at:
        raise DomainError(
            T("The new closing moment must be later than %(moment)s.", moment=window.closes_at), field="closes"
        )
    if any(window.closes_at <= other.opens_at < closes_at for other in phase.windows):
        raise DomainError(T("The new closing moment reaches into the next window."), field="closes")
    before = _described(phase)
    next(w for w in phase.windows if w is window).closes_at = closes_at
    summary = T("Extended “%(title)s”", title=phase.title)
    _moved(ctx, campaign, phase, action="core:round:extend", summary=summary, before=before, reason=reason)


def announce_edges(ctx: Context) -> int:
    """Tell every plugin of the edges it has not been told of; returns how many were told.

    Each telling and its ledger row stand in one savepoint. The row's key decides between two workers; a plugin that
    fails is logged, kept for the health page, and asked again the next time, without holding up the others.
    """
    return sum(_announce(ctx, due) for due in due_edges(ctx))


def _announce(ctx: Context, due: DueEdge) -> bool:
    failure_key = (due.plugin, _HOOK)
    try:
        with ctx.session.begin_nested():
            if not _claim(ctx, due):
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


def _moved(
    ctx: Context,
    campaign: Campaign,
    phase: Phase,
    *,
    action: str,
    summary: Text,
    before: dict[str, object],
    reason: str,
) -> None:
    campaign.version += 1
    ctx.session.flush()
    _tell_source(ctx, campaign, phase)
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="phase",
        object_id=phase.id,
        before=before,
        after={**_described(phase), "reason": reason},
    )


def _tell_source(ctx: Context, campaign: Campaign, phase: Phase) -> None:
    if phase.source:
        ctx.hooks.notify(ctx, campaign, "windows_changed", only=phase.source, phase=phase)


def _lock(ctx: Context, phase: Phase) -> None:
    """Hold the phase's windows against those who start or close it, and see them as they are."""
    ctx.session.flush()
    for window in phase.windows:
        ctx.session.refresh(window, with_for_update=True)


def _refuse_begun_round(ctx: Context, phase: Phase) -> None:
    if phase.kind is PhaseKind.CONTEST and phase_state(phase.windows, ctx.now) is not PhaseState.UPCOMING:
        raise Conflict(
            T("The round “%(title)s” has opened: it can only be closed now or extended.", title=phase.title),
            field="windows",
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(T("Please give the reason; it is kept in the audit log."), field="reason")


def _check_windows(windows: Sequence[Times]) -> None:
    if not windows:
        raise DomainError(T("A phase needs at least one window of time."), field="windows")
    for window in windows:
        if window.opens_at >= window.closes_at:
            raise DomainError(T("A window must open before it closes."), field="windows")
    for first, second in pairwise(sorted(windows, key=lambda window: window.opens_at)):
        if second.opens_at < first.closes_at:
            raise DomainError(T("The windows of one phase must not overlap."), field="windows")


def _windows(windows: Sequence[Times]) -> list[Window]:
    ordered = sorted(windows, key=lambda window: window.opens_at)
    return [Window(opens_at=window.opens_at, closes_at=window.closes_at) for window in ordered]


def _described(phase: Phase) -> dict[str, object]:
    windows = [
        [write_moment(window.opens_at, closing=False), write_moment(window.closes_at, closing=True)]
        for window in phase.windows
    ]
    return {"title": phase.title, "windows": windows}


def _insert(ctx: Context, phase: Phase) -> None:
    try:
        with ctx.session.begin_nested():
            ctx.session.add(phase)
    except IntegrityError as error:
        raise Conflict(T("The timeline already has a phase with this key or number.")) from error
