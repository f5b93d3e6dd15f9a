"""When a phase ends: closed at this very moment, or extended by a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.contributions import Edge
from cuocthi.errors import Closed, DomainError
from cuocthi.text import T, Text, Until
from cuocthi.timelines.describing import described, plans
from cuocthi.timelines.domain import ONLY_ROUNDS, tell_source
from cuocthi.timelines.models import Phase, PhaseEdge, PhaseKind, Window
from cuocthi.timelines.windows import PhaseState, open_span, own_windows, phase_state
from cuocthi.units.models import Unit

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def close_now(ctx: Context, *, campaign: Campaign, phase: Phase, reason: str) -> None:
    """End a phase at this very moment: its open windows close now, windows still ahead are dropped.

    What was planned is kept, so that who holds the campaign again begins from it. Time that an incident granted ends
    too. A round's source is told in the same transaction. Raises Closed if the phase has not opened or is over, and
    DomainError without a reason.
    """
    _require_reason(reason)
    hold_windows(ctx, phase=phase)
    state = phase_state(phase.windows, ctx.now)
    if state is PhaseState.UPCOMING:
        raise Closed(T("“%(title)s” has not opened yet; change its times instead.", title=phase.title))
    if state is PhaseState.CLOSED:
        raise Closed(T("“%(title)s” is already closed.", title=phase.title))
    before = described(ctx, phase)
    ((_, phase.planned),) = plans(ctx, [phase])
    if phase.relief_until is not None:
        phase.relief_until = min(phase.relief_until, ctx.now)
    for window in list(phase.windows):
        if window.opens_at > ctx.now:
            phase.windows.remove(window)
        elif window.closes_at > ctx.now:
            window.closes_at = ctx.now
    summary = T("Closed “%(title)s” early", title=phase.title)
    _moved(ctx, campaign, phase, action="core:round:close", summary=summary, before=before, grounds={"reason": reason})


def check_extension(ctx: Context, *, phase: Phase, closes_at: datetime, unit_id: int | None = None) -> Window:
    """Return the open window of a phase if it may close at ``closes_at`` instead; hold it until the transaction ends.

    ``unit_id`` names the unit that is meant, by whichever window it goes, None the window for everybody. Raises Closed
    if that is not open or plugins have been told of the phase's end, and DomainError for an earlier moment, for one
    that reaches into the next window, or for a unit in a phase that is no round.
    """
    if unit_id is not None and phase.kind is not PhaseKind.CONTEST:
        raise DomainError(ONLY_ROUNDS, field="unit")
    hold_windows(ctx, phase=phase)
    same = _windows_of(ctx, phase, unit_id)
    window = open_span(same, ctx.now)
    if window is None or _end_was_told(ctx, phase):
        raise Closed(T("“%(title)s” is not open; only an open round can be extended.", title=phase.title))
    if closes_at <= window.closes_at:
        raise DomainError(
            T("The new closing moment must be later than %(moment)s.", moment=Until(window.closes_at)), field="closes"
        )
    if any(window.closes_at <= other.opens_at < closes_at for other in same):
        raise DomainError(T("The new closing moment reaches into the next window."), field="closes")
    return window


def extend(
    ctx: Context,
    *,
    campaign: Campaign,
    phase: Phase,
    closes_at: datetime,
    reason: str,
    document: str,
    unit_id: int | None = None,
) -> None:
    """Move the closing moment of the open window of a phase to a later one, by a document (its number and symbol).

    A unit that had no windows of its own gets those by which it went so far, and the open one of them closes later. A
    round's source is told in the same transaction. Two persons decide on it: see :mod:`.extensions`. Raises as
    :func:`check_extension`, and DomainError without a reason or a document.
    """
    _require_reason(reason)
    if not document.strip():
        raise DomainError(T("Please name the document by which the round is extended."), field="symbol")
    window = check_extension(ctx, phase=phase, closes_at=closes_at, unit_id=unit_id)
    before = described(ctx, phase)
    if window.unit_id != unit_id:
        window = _given_to(unit_id, phase, _windows_of(ctx, phase, unit_id))[window.opens_at]
    window.closes_at = closes_at
    summary = T("Extended “%(title)s”", title=phase.title)
    grounds = {"reason": reason, "document": document}
    _moved(ctx, campaign, phase, action="core:round:extend", summary=summary, before=before, grounds=grounds)


def _windows_of(ctx: Context, phase: Phase, unit_id: int | None) -> list[Window]:
    """Return the windows by which a unit goes, or those for everybody."""
    return own_windows(phase.windows, "" if unit_id is None else ctx.session.get_one(Unit, unit_id).path)


def _given_to(unit_id: int | None, phase: Phase, windows: Sequence[Window]) -> dict[datetime, Window]:
    """Give a unit windows of its own that are as these are; return them by their opening moments."""
    own = {one.opens_at: Window(opens_at=one.opens_at, closes_at=one.closes_at, unit_id=unit_id) for one in windows}
    phase.windows.extend(own.values())
    return own


def hold_windows(ctx: Context, *, phase: Phase, read: bool = False) -> None:
    """Hold a phase's windows until the transaction ends, and see them as they are.

    Nobody starts, closes or extends the phase meanwhile; with ``read`` others may still rest on the windows too.
    """
    ctx.session.flush()
    wanted = sa.select(Window).where(Window.phase_id == phase.id).order_by(Window.id).with_for_update(read=read)
    ctx.session.scalars(wanted.execution_options(populate_existing=True)).all()
    ctx.session.expire(phase, ["windows", "relief_until"])


def _moved(
    ctx: Context,
    campaign: Campaign,
    phase: Phase,
    *,
    action: str,
    summary: Text,
    before: Mapping[str, object],
    grounds: Mapping[str, object],
) -> None:
    campaign.version += 1
    ctx.session.flush()
    tell_source(ctx, campaign, phase)
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="phase",
        object_id=phase.id,
        before=before,
        after={**described(ctx, phase), **grounds},
    )


def _end_was_told(ctx: Context, phase: Phase) -> bool:
    told = sa.select(PhaseEdge.phase_id).where(PhaseEdge.phase_id == phase.id, PhaseEdge.edge == Edge.CLOSED)
    return ctx.session.scalar(told.limit(1)) is not None


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(T("Please give the reason; it is kept in the audit log."), field="reason")
