"""Setting tasks, giving them to somebody, and doing them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError
from cuocthi.tasks.models import Task
from cuocthi.tasks.queries import sits_on
from cuocthi.text import TN, T, Text
from cuocthi.timelines.edges import FARTHEST, days_from

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.committees.models import Committee
    from cuocthi.context import Context
    from cuocthi.contributions import Edge
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

_record = partial(record, object_kind="task")

#: What is needed to set tasks and give them to somebody; whoever holds it may also tick off what is another one's.
EDIT = "core:task:edit"


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is to be done in a phase, until when, and by whom.

    The day lies ``due_days`` after an edge of the phase, before it if they are negative. Without a ``user`` it is the
    whole committee's task, without a ``committee`` nobody's yet.
    """

    title: str
    phase: Phase
    due_edge: Edge
    due_days: int = 0
    note: str = ""
    committee: Committee | None = None
    user: User | None = None


def add_task(ctx: Context, *, campaign: Campaign, facts: TaskFacts) -> Task:
    """Set a task. Raises DomainError (``title``, ``due_on``, ``assignee``) for one that cannot be."""
    _check(ctx, campaign, facts)
    task = _stored(ctx, campaign, [facts])[0]
    summary = T("Set the task “%(title)s”", title=task.title)
    _record(ctx, campaign=campaign, object_id=task.id, action="core:task:add", summary=summary, after=_described(task))
    return task


def add_tasks(ctx: Context, *, campaign: Campaign, facts: Sequence[TaskFacts]) -> list[Task]:
    """Set many tasks at once, as one event; all or none. Raises as :func:`add_task`."""
    for one in facts:
        _check(ctx, campaign, one)
    added = _stored(ctx, campaign, facts)
    if added:
        record(
            ctx,
            action="core:task:add",
            summary=TN("Set %(count)s task", "Set %(count)s tasks", len(added)),
            campaign=campaign,
            object_kind="task",
            object_id=None,
            after={"tasks": [_described(task) for task in added]},
        )
    return added


def edit_task(ctx: Context, *, campaign: Campaign, task: Task, facts: TaskFacts) -> None:
    """Change what is to be done, until when or by whom. Raises as :func:`add_task`."""
    _check(ctx, campaign, facts, kept=task)
    before = _described(task)
    for name, value in _columns(facts).items():
        setattr(task, name, value)
    ctx.session.flush()
    after = _described(task)
    if before != after:
        summary = T("Changed the task “%(title)s”", title=task.title)
        _record(
            ctx,
            campaign=campaign,
            object_id=task.id,
            action="core:task:edit",
            summary=summary,
            before=before,
            after=after,
        )


def remove_task(ctx: Context, *, campaign: Campaign, task: Task) -> None:
    """Take a task away; the log keeps what it was."""
    before, task_id = _described(task), task.id
    ctx.session.delete(task)
    ctx.session.flush()
    record(
        ctx,
        action="core:task:remove",
        summary=T("Removed the task “%(title)s”", title=before["title"]),
        campaign=campaign,
        object_kind="task",
        object_id=task_id,
        before=before,
    )


def move_tasks(ctx: Context, *, campaign: Campaign, tasks: Sequence[Task], phase: Phase) -> None:
    """Put tasks into another phase, as one event; each keeps the day until which it is to be done.

    Raises DomainError (``tasks``) if one of these days lies too far from that phase.
    """
    before = [_described(task) for task in tasks]
    for task in tasks:
        days = days_from(phase, edge=task.due_edge, day=task.due_on)
        if abs(days) > FARTHEST:
            message = T("“%(title)s” lies more than %(most)s days from that phase.", title=task.title, most=FARTHEST)
            raise DomainError(message, field="tasks")
        task.phase, task.due_days = phase, days
    ctx.session.flush()
    if tasks:
        summary = TN(
            "Moved %(count)s task to “%(phase)s”",
            "Moved %(count)s tasks to “%(phase)s”",
            len(tasks),
            phase=phase.title,
        )
        _record(
            ctx,
            campaign=campaign,
            object_id=None,
            action="core:task:edit",
            summary=summary,
            before={"tasks": before},
            after={"tasks": [_described(task) for task in tasks]},
        )


def remove_tasks(ctx: Context, *, campaign: Campaign, tasks: Sequence[Task]) -> None:
    """Take tasks away, as one event; the log keeps what they were."""
    before = [_described(task) for task in tasks]
    for task in tasks:
        ctx.session.delete(task)
    ctx.session.flush()
    if tasks:
        summary = TN("Removed %(count)s task", "Removed %(count)s tasks", len(tasks))
        _record(
            ctx,
            campaign=campaign,
            object_id=None,
            action="core:task:remove",
            summary=summary,
            before={"tasks": before},
        )


def complete_task(ctx: Context, *, campaign: Campaign, task: Task, held: frozenset[str]) -> None:
    """Note that a task is done, and by whom; one that is done already stays as it is.

    ``held`` are the permissions of who acts. Raises Conflict for somebody to whom the task was not given and who may
    not edit tasks.
    """
    _require_own(ctx, task, held)
    if task.done_at is None:
        task.done_at, task.done_by_id = ctx.now, ctx.actor.user_id
        _turned(ctx, campaign, task, "core:task:complete", T("Completed the task “%(title)s”", title=task.title))


def reopen_task(ctx: Context, *, campaign: Campaign, task: Task, held: frozenset[str]) -> None:
    """Note that a task is not done after all. Raises as :func:`complete_task`."""
    _require_own(ctx, task, held)
    if task.done_at is not None:
        task.done_at, task.done_by_id = None, None
        _turned(ctx, campaign, task, "core:task:reopen", T("Reopened the task “%(title)s”", title=task.title))


def may_complete(ctx: Context, *, task: Task, held: frozenset[str]) -> bool:
    """Tell whether who acts may tick a task off: it was given to this person or committee, or ``held`` allows it."""
    mine = task.user_id is not None and task.user_id == ctx.actor.user_id
    if EDIT in held or mine:
        return True
    whole = task.committee_id is not None and task.user_id is None
    return whole and sits_on(ctx, committee_id=task.committee_id or 0, user_id=ctx.actor.user_id)


def _require_own(ctx: Context, task: Task, held: frozenset[str]) -> None:
    if not may_complete(ctx, task=task, held=held):
        raise Conflict(T("This task was given to somebody else."))


def _turned(ctx: Context, campaign: Campaign, task: Task, action: str, summary: Text) -> None:
    ctx.session.flush()
    ctx.session.expire(task, ["done_by"])
    _record(ctx, campaign=campaign, object_id=task.id, action=action, summary=summary)


def _check(ctx: Context, campaign: Campaign, facts: TaskFacts, *, kept: Task | None = None) -> None:
    if not facts.title.strip():
        raise DomainError(T("Please say what is to be done."), field="title")
    if facts.phase.campaign_id != campaign.id:
        raise DomainError(T("Please choose a phase of this campaign."), field="phase")
    if abs(facts.due_days) > FARTHEST:
        message = T("This day lies more than %(most)s days from the phase.", most=FARTHEST)
        raise DomainError(message, field="due_on")
    committee, user = facts.committee, facts.user
    if committee is not None and (committee.campaign_id != campaign.id or committee.role.bound_to_unit):
        raise DomainError(T("Please choose a committee of this campaign."), field="assignee")
    stays = kept is not None and user is not None and kept.user_id == user.id
    seated = committee is not None and user is not None and sits_on(ctx, committee_id=committee.id, user_id=user.id)
    if user is not None and not (stays or seated):
        raise DomainError(T("%(name)s does not sit on this committee.", name=user.name), field="assignee")


def _columns(facts: TaskFacts) -> dict[str, object]:
    values = {item.name: getattr(facts, item.name) for item in dataclasses.fields(facts)}
    return {**values, "title": facts.title.strip(), "note": facts.note.strip()}


def _stored(ctx: Context, campaign: Campaign, facts: Sequence[TaskFacts]) -> list[Task]:
    added = [Task(campaign_id=campaign.id, created_at=ctx.now, **_columns(one)) for one in facts]
    ctx.session.add_all(added)
    ctx.session.flush()
    return added


def _described(task: Task) -> dict[str, object]:
    return {
        "title": task.title,
        "phase": task.phase.title,
        "due": task.due_on,
        "committee": task.committee.title if task.committee else None,
        "user": task.user_id,
        "note": task.note,
    }
