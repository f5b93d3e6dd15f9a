"""The tasks of a campaign's committees: a list by phase, each edited in its row or on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import NavGroup
from cuocthi.errors import DomainError
from cuocthi.tasks.calendars import calendar_of
from cuocthi.tasks.domain import EDIT, add_task, complete_task, edit_task, may_complete, remove_task, reopen_task
from cuocthi.tasks.forms import TaskForm
from cuocthi.tasks.queries import assignable, task_of, tasks
from cuocthi.text import T
from cuocthi.timelines.queries import phases
from cuocthi.users.names import fold
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.links import public_link
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.committees.models import Committee
    from cuocthi.context import Context
    from cuocthi.tasks.models import Task
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

VIEW = "core:campaign:view"
COMPLETE = "core:task:complete"

blueprint = CampaignBlueprint("tasks", __name__)
blueprints = (blueprint,)
navigation = (NavEntry("tasks", T("Tasks"), "tasks.listing", VIEW, 16, NavGroup.RUNNING),)

#: The arguments that say at which place of the list the reader is.
_PLACE = ("q", "phase", "state", "who", "sort", "page")


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the list shows it."""

    task: Task
    state: str
    completable: bool


@blueprint.page("/staff/tasks/", permission=VIEW)
def listing() -> Response:
    """List the tasks by phase, or hand the list out."""
    ctx = reading_context()
    found, timeline = _every(ctx), phases(ctx, campaign_id=g.campaign.id)
    table = _table(found, timeline)
    if table.export:
        summary = T("Exported the list of tasks")
        return download(table, lambda ctx: _narrowed(ctx, _every(ctx), table), of="core:task", summary=summary)
    matching = _narrowed(ctx, found, table)
    return render(
        "tasks/listing.html",
        "tasks/_board.html",
        table=table.show(_rows(ctx, table.part_of(matching)), len(matching)),
        kept=_kept(),
        has_phases=bool(timeline),
        has_own=any(_is_own(task, ctx) for task in found),
    )


def _every(ctx: Context) -> Sequence[Task]:
    return tasks(ctx, campaign_ids=[g.campaign.id])


def _rows(ctx: Context, shown: Sequence[Task]) -> list[TaskRow]:
    mine = _completable(ctx, shown)
    return [TaskRow(task, _state(task, _today(ctx)), task.id in mine) for task in shown]


def _table(found: Sequence[Task], timeline: Sequence[Phase]) -> Table:
    return Table(
        id="tasks",
        path=url_for("tasks.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("title", _("What is to be done"), cell=lambda task: task.title),
            Column("phase", _("Phase"), sortable=True, cell=lambda task: task.phase.title),
            Column("who", _("Who"), sortable=True, cell=lambda task: _holder(task)[1]),
            Column("due", _("Until"), sortable=True, cell=lambda task: task.due_on),
            Column("state", _("State"), kind="status"),
            Column("acts", _("Acts"), kind="acts"),
        ],
        sort="phase",
        filters=[
            Filter("phase", _("Phase"), [(str(phase.id), phase.title) for phase in timeline]),
            Filter("who", _("Who"), _holders(found)),
            Filter("state", _("State"), [("todo", _("To do")), ("late", _("Overdue")), ("done", _("Done"))]),
        ],
        in_files=[
            Column("done", _("Done"), cell=lambda task: task.done_at),
            Column("by", _("By"), cell=lambda task: task.done_by.name if task.done_by else ""),
            Column("note", _("Note"), cell=lambda task: task.note),
        ],
    )


def _narrowed(ctx: Context, found: Sequence[Task], table: Table) -> list[Task]:
    words, chosen = fold(table.search).split(), table.filtered

    def matches(task: Task) -> bool:
        state = _state(task, _today(ctx))
        return (
            all(word in fold(f"{task.title} {task.note}") for word in words)
            and chosen["phase"] in ("", str(task.phase_id))
            and chosen["who"] in ("", _holder(task)[0])
            and (not chosen["state"] or state == chosen["state"] or (chosen["state"], state) == ("todo", "late"))
        )

    # They come in the order of their phases.
    orders: dict[str, Callable[[Task], Any]] = {
        "who": lambda task: fold(_holder(task)[1]),
        "due": lambda task: (task.due_on, task.id),
    }
    matching = [task for task in found if matches(task)]
    if table.sort_key in orders:
        matching.sort(key=orders[table.sort_key])
    return matching[::-1] if table.descending else matching


def _state(task: Task, today: date) -> str:
    if task.done_at is not None:
        return "done"
    return "late" if task.due_on < today else "todo"


def _today(ctx: Context) -> date:
    return ctx.now.astimezone(LOCAL_ZONE).date()


def _holder(task: Task) -> tuple[str, str]:
    """Return who has a task, as a value of the filter and by name."""
    if task.user is not None:
        return f"u{task.user.id}", task.user.name
    return (str(task.committee.id), task.committee.title) if task.committee else ("0", _("Nobody yet"))


def _holders(found: Sequence[Task]) -> list[tuple[str, str]]:
    return sorted({_holder(task) for task in found}, key=lambda pair: fold(pair[1]))


def _is_own(task: Task, ctx: Context) -> bool:
    return task.user_id is not None and task.user_id == ctx.actor.user_id


def _completable(ctx: Context, shown: Sequence[Task]) -> set[int]:
    """Return which of these tasks the reader may tick off (one statement at most)."""
    if EDIT in g.permissions:
        return {task.id for task in shown}
    if COMPLETE not in g.permissions:
        return set()
    seats = {
        committee.id
        for committee, members in assignable(ctx, campaign_id=g.campaign.id)
        if any(user.id == ctx.actor.user_id for user in members)
    }
    return {task.id for task in shown if _is_own(task, ctx) or (task.user_id is None and task.committee_id in seats)}


# --- one task ---


@blueprint.page("/staff/tasks/<int:task_id>", permission=VIEW)
def show(task_id: int) -> Response:
    """Show one task: the page to which reminders lead."""
    ctx = reading_context()
    found = _task(ctx, task_id)
    return render(
        "tasks/show.html",
        task=found,
        state=_state(found, _today(ctx)),
        completable=COMPLETE in g.permissions and may_complete(ctx, task=found, held=g.permissions),
    )


@blueprint.page("/staff/tasks/new", permission=EDIT)
def new() -> Response:
    """Show an empty task; the address may name its phase."""
    ctx = reading_context()
    timeline, committees = _choices(ctx)
    form = TaskForm(data={"phase": request.args.get("phase"), "due_edge": "closed"})
    form.offer(timeline, committees)
    return _page(form, None)


@blueprint.page("/staff/tasks/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Set a task."""
    form = TaskForm()
    timeline, committees = _choices(reading_context())
    form.offer(timeline, committees)
    if form.validate():
        try:
            with committing() as ctx:
                add_task(ctx, campaign=g.campaign, facts=form.to_facts(timeline, committees))
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The task was set."))
    return _page(form, None, status=422)


@blueprint.page("/staff/tasks/<int:task_id>/edit", permission=EDIT)
def edit(task_id: int) -> Response:
    """Show a task for editing: on its own page, or in its row of the list."""
    ctx = reading_context()
    found = _task(ctx, task_id)
    form = TaskForm.of(found)
    form.offer(*_choices(ctx), found)
    return _page(form, found)


@blueprint.page("/staff/tasks/<int:task_id>/edit", permission=EDIT, methods=["POST"], endpoint="save")
def save(task_id: int) -> AnyResponse:
    """Store a task."""
    ctx = reading_context()
    found, (timeline, committees) = _task(ctx, task_id), _choices(ctx)
    form = TaskForm()
    form.offer(timeline, committees, found)
    if form.validate():
        try:
            with committing() as writing:
                edit_task(writing, campaign=g.campaign, task=found, facts=form.to_facts(timeline, committees, found))
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("“%(title)s” was changed.", title=found.title))
    return _page(form, found, status=422)


@blueprint.page("/staff/tasks/<int:task_id>/complete", permission=COMPLETE, methods=["POST"])
def complete(task_id: int) -> AnyResponse:
    """Note that a task is done."""
    with committing() as ctx:
        found = _task(ctx, task_id)
        complete_task(ctx, campaign=g.campaign, task=found, held=g.permissions)
    return _done(_("“%(title)s” is done.", title=found.title))


@blueprint.page("/staff/tasks/<int:task_id>/reopen", permission=COMPLETE, methods=["POST"])
def reopen(task_id: int) -> AnyResponse:
    """Note that a task is not done after all."""
    with committing() as ctx:
        found = _task(ctx, task_id)
        reopen_task(ctx, campaign=g.campaign, task=found, held=g.permissions)
    return _done(_("“%(title)s” is to be done again.", title=found.title))


@blueprint.page("/staff/tasks/<int:task_id>/remove", permission=EDIT, methods=["POST"])
def remove(task_id: int) -> AnyResponse:
    """Take a task away."""
    with committing() as ctx:
        remove_task(ctx, campaign=g.campaign, task=_task(ctx, task_id))
    return _done(_("The task was removed."))


@blueprint.page("/staff/tasks/mine.ics", permission=VIEW)
def mine() -> Response:
    """Hand out what the reader has still to do, for the calendar of a phone or computer."""
    ctx = reading_context()
    own = [task for task in tasks(ctx, campaign_ids=[g.campaign.id], undone=True) if _is_own(task, ctx)]
    addresses = {task.id: public_link("tasks.show", slug=g.campaign.slug, task_id=task.id) for task in own}
    content = calendar_of(g.campaign, own, addresses=addresses, now=ctx.now)
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{g.campaign.slug}-tasks.ics"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _choices(ctx: Context) -> tuple[Sequence[Phase], Sequence[tuple[Committee, Sequence[User]]]]:
    return phases(ctx, campaign_id=g.campaign.id), assignable(ctx, campaign_id=g.campaign.id)


def _task(ctx: Context, task_id: int) -> Task:
    return task_of(ctx, campaign_id=g.campaign.id, task_id=task_id) or abort(404)


def _kept() -> dict[str, Any]:
    return {name: request.args[name] for name in _PLACE if name in request.args}


def _list_url() -> str:
    return url_for("tasks.listing", slug=g.campaign.slug, **_kept())


def _done(message: str) -> AnyResponse:
    flash(message, "ok")
    return redirect(_list_url())


def _page(form: TaskForm, found: Task | None, *, status: int = 200) -> Response:
    return render(
        "tasks/task.html",
        "tasks/_task_row.html",
        status=status,
        form=form,
        task=found,
        kept=_kept(),
        back=_list_url(),
    )
