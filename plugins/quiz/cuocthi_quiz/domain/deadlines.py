"""When papers end: fixed at the start, moved with the windows of the round, and by what an incident granted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.clock import LOCAL_ZONE
from cuocthi.enrolments.models import Enrolment
from cuocthi.timelines.models import Phase, Window
from cuocthi.timelines.queries import own
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context

_MINUTE = 60_000_000
_MOMENT = timedelta(microseconds=1)
#: Later than any moment: a paper without a limit.
NEVER = 2**62


def deadline(started_at: datetime, minutes: int, closes_at: datetime) -> datetime:
    """Return when a paper ends: after ``minutes`` (0: no limit), and never after ``closes_at``."""
    return min(started_at + timedelta(minutes=minutes), closes_at) if minutes else closes_at


def last_day(closes_at: datetime) -> date:
    """Return the last day of a span that ends with this moment: 24:00 belongs to the day before."""
    return (closes_at - _MOMENT).astimezone(LOCAL_ZONE).date()


def closing(window: Window | None, replaced: Attempt | None) -> datetime | None:
    """Return when the round closes for somebody who starts now, None if nothing can be started.

    ``replaced`` is the attempt in whose place an incident lets the person start, if there is one.
    """
    ends = [window.closes_at if window else None, replaced.relief_until if replaced else None]
    return max((end for end in ends if end is not None), default=None)


def replaceable(attempts: Sequence[Attempt], now: datetime) -> Attempt | None:
    """Return the attempt of a person in place of which another may be started now, None if there is none."""
    replaced = {attempt.replaces_id for attempt in attempts}
    waiting = (attempt for attempt in attempts if not attempt.counts and attempt.id not in replaced)
    return next((attempt for attempt in waiting if attempt.relief_until and now < attempt.relief_until), None)


def move_deadlines(ctx: Context, *, round_id: int) -> int:
    """Let the open papers of a round follow its windows; return how many are open. Time that ran out stays run out.

    A paper goes by the window in which it was started, of those that hold for its person. What an incident granted is
    added; when the round is closed by hand, that ends too.
    """
    ctx.session.flush()
    _cut_relief(ctx, round_id)
    moved = recalculate(ctx, Attempt.phase_id == round_id, Attempt.submitted_at.is_(None), Attempt.deadline > ctx.now)
    forget(ctx, Attempt)
    return moved


def recalculate(ctx: Context, *which: sa.ColumnElement[bool]) -> int:
    """Fix the deadlines of these papers anew, by what holds for each of them now; return how many they are."""
    return change(ctx, sa.update(Attempt).where(*which).values(deadline=_recalculated(ctx)))


def _cut_relief(ctx: Context, round_id: int) -> None:
    """Let nothing that was granted last longer than the round allows."""
    ends = sa.select(Phase.relief_until).where(Phase.id == round_id).scalar_subquery()
    change(
        ctx,
        sa.update(Attempt).where(Attempt.phase_id == round_id, Attempt.relief_until > ends).values(relief_until=ends),
    )


def _recalculated(ctx: Context) -> sa.ColumnElement[int]:
    """Return the deadline of an attempt in SQL, as :func:`deadline` says it; times are microseconds."""
    on_postgresql = ctx.session.get_bind().dialect.name == "postgresql"
    earlier, later = (sa.func.least, sa.func.greatest) if on_postgresql else (sa.func.min, sa.func.max)
    started = _micros(Attempt.started_at)
    minutes = Attempt.minutes + Attempt.extra_minutes + Attempt.relief_minutes
    limit = sa.case((Attempt.minutes > 0, started + minutes * _MINUTE), else_=NEVER)
    last = sa.select(sa.func.max(_micros(Window.closes_at))).where(Window.phase_id == Attempt.phase_id)
    # Somebody who was given another unit may have no window any more in which the paper was started: it keeps its
    # deadline as long as the round is open for anybody.
    kept = earlier(_micros(Attempt.deadline), last.correlate(Attempt).scalar_subquery())
    closes = later(sa.func.coalesce(_end_of_window(), kept), sa.func.coalesce(_micros(Attempt.relief_until), 0))
    ends: sa.ColumnElement[int] = later(started, earlier(limit, closes))
    return ends


def _end_of_window() -> sa.ScalarSelect[int]:
    """Return when the window closes in which an attempt was started, of those that hold for its person."""
    window = (
        sa.select(sa.func.max(_micros(Window.closes_at)))
        .select_from(Window)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Window.phase_id == Attempt.phase_id,
            Window.opens_at <= Attempt.started_at,
            Attempt.started_at < Window.closes_at,
            own(Enrolment.unit_path),
        )
    )
    return window.correlate(Attempt).scalar_subquery()


def _micros(moment: sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[int]:
    return sa.type_coerce(moment, sa.BigInteger)
