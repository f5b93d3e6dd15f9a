"""What an incident grants to papers: more minutes on open ones, or a fresh attempt instead of one that is set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.contributions import Relief, ReliefKind
from cuocthi.database import UtcTime
from cuocthi_quiz.domain.attempts import submit_overdue
from cuocthi_quiz.domain.deadlines import move_deadlines
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import Attempt, HandIn

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase


def reached(ctx: Context, *, round_: Phase, relief: Relief, enrolments: sa.Select[int]) -> sa.Select[int]:
    """Return the SELECT of the ``enrolments`` that have a paper for which the relief can do something."""
    conditions = [_newest(round_, relief)] if relief.kind is ReliefKind.FRESH_ENTRY else _open(ctx, round_, relief)
    return sa.select(Attempt.enrolment_id).where(*conditions, Attempt.enrolment_id.in_(enrolments))


def grant(ctx: Context, *, round_: Phase, relief: Relief, enrolments: sa.Select[int]) -> None:
    """Carry a relief out for the papers of these ``enrolments``, a handful of statements for however many.

    More time: the papers that are open have ``relief.minutes`` more, and the round ends for them at ``relief.until`` if
    that is later. A fresh attempt: the newest paper is handed in as it is and set aside with its reason; until
    ``relief.until`` another one may be started in its place.
    """
    submit_overdue(ctx, round_id=round_.id)
    theirs = Attempt.enrolment_id.in_(enrolments)
    if relief.kind is ReliefKind.FRESH_ENTRY:
        _set_aside(ctx, relief, [_newest(round_, relief), theirs])
        return
    granted = sa.literal(relief.until, UtcTime())
    until = sa.case((Attempt.relief_until > granted, Attempt.relief_until), else_=granted)
    change(
        ctx,
        sa.update(Attempt)
        .where(*_open(ctx, round_, relief), theirs)
        .values(relief_minutes=Attempt.relief_minutes + relief.minutes, relief_until=until),
    )
    move_deadlines(ctx, round_id=round_.id)


def _open(ctx: Context, round_: Phase, relief: Relief) -> list[sa.ColumnElement[bool]]:
    return [
        Attempt.phase_id == round_.id,
        Attempt.submitted_at.is_(None),
        Attempt.deadline > ctx.now,
        *_during(Attempt, relief),
    ]


def _newest(round_: Phase, relief: Relief) -> sa.ColumnElement[bool]:
    """Return the condition that an attempt is a person's newest one that counts and was open during the incident."""
    other = sa.orm.aliased(Attempt)
    newest = (
        sa.select(sa.func.max(other.number))
        .where(
            other.phase_id == Attempt.phase_id,
            other.enrolment_id == Attempt.enrolment_id,
            other.set_aside_reason == "",
            *_during(other, relief),
        )
        .correlate(Attempt)
        .scalar_subquery()
    )
    return sa.and_(Attempt.phase_id == round_.id, Attempt.number == newest)


def _during(attempt: type[Attempt], relief: Relief) -> list[sa.ColumnElement[bool]]:
    if relief.during is None:
        return []
    begin, end = relief.during
    return [attempt.started_at < end, sa.func.coalesce(attempt.submitted_at, attempt.deadline) > begin]


def _set_aside(ctx: Context, relief: Relief, conditions: list[sa.ColumnElement[bool]]) -> None:
    is_open, now = Attempt.submitted_at.is_(None), sa.literal(ctx.now, UtcTime())
    change(
        ctx,
        sa.update(Attempt)
        .where(*conditions)
        .values(
            set_aside_reason=relief.reason,
            relief_until=relief.until,
            deadline=sa.case((is_open, now), else_=Attempt.deadline),
            submitted_at=sa.case((is_open, now), else_=Attempt.submitted_at),
            handed_in_by=sa.case((is_open, HandIn.DEADLINE.value), else_=Attempt.handed_in_by),
        ),
    )
    forget(ctx, Attempt)
