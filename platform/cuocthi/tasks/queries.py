"""What is read of tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.committees.models import Committee, Membership
from cuocthi.tasks.models import Task
from cuocthi.timelines.models import Phase
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cuocthi.context import Context


def tasks(ctx: Context, *, campaign_ids: Sequence[int], undone: bool = False) -> list[Task]:
    """Return the tasks of campaigns in the order of their phases and days, with all they show (one statement).

    ``undone`` leaves out those that are done.
    """
    wanted = sa.select(Task).where(Task.campaign_id.in_(campaign_ids)).options(*_SHOWN)
    if undone:
        wanted = wanted.where(Task.done_at.is_(None))
    return sorted(ctx.session.scalars(wanted).unique(), key=_place)


def tasks_in(ctx: Context, *, phase_id: int) -> list[Task]:
    """Return the tasks of a phase in the order of their days, with all they show (one statement)."""
    wanted = sa.select(Task).where(Task.phase_id == phase_id).options(*_SHOWN)
    return sorted(ctx.session.scalars(wanted).unique(), key=_place)


def task_of(ctx: Context, *, campaign_id: int, task_id: int) -> Task | None:
    """Return a task of this campaign with all it shows, or None."""
    wanted = sa.select(Task).where(Task.id == task_id, Task.campaign_id == campaign_id).options(*_SHOWN)
    return ctx.session.scalars(wanted).unique().one_or_none()


def assignable(ctx: Context, *, campaign_id: int) -> list[tuple[Committee, list[User]]]:
    """Return the committees that see tasks, each with those who sit on it now (one statement)."""
    rows: Sequence[Any] = ctx.session.execute(
        sa.select(Committee, User)
        .outerjoin(Membership, sa.and_(Membership.committee_id == Committee.id, Membership.ended_at.is_(None)))
        .outerjoin(User, User.id == Membership.user_id)
        .where(Committee.campaign_id == campaign_id)
        .order_by(Committee.id, Membership.id)
    ).all()
    found: dict[Committee, list[User]] = {}
    for committee, user in rows:
        # Coordinators see nothing but the figures of their units.
        if not committee.role.bound_to_unit:
            found.setdefault(committee, []).extend([user] if user else [])
    return list(found.items())


def sits_on(ctx: Context, *, committee_id: int, user_id: int | None) -> bool:
    """Tell whether somebody sits on a committee now."""
    seat = sa.select(Membership.id).where(
        Membership.committee_id == committee_id, Membership.user_id == user_id, Membership.ended_at.is_(None)
    )
    return user_id is not None and ctx.session.scalar(seat.limit(1)) is not None


_SHOWN = (
    # Joined: the windows' own loader asks once more.
    joinedload(Task.phase).joinedload(Phase.windows),
    joinedload(Task.committee),
    joinedload(Task.user),
    joinedload(Task.done_by),
)


def _place(task: Task) -> tuple[object, int, date, int]:
    return task.phase.opens_at, task.phase_id, task.due_on, task.id
