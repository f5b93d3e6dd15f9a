"""Taking a phase off the timeline; what becomes of its tasks is asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.tasks.domain import move_tasks, remove_tasks
from cuocthi.tasks.queries import tasks_in
from cuocthi.timelines.domain import remove_phase
from cuocthi.timelines.forms import RemoveForm
from cuocthi.timelines.queries import phases
from cuocthi.timelines.views.blueprint import EDIT, blueprint, done, kept, list_url, phase_or_404
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase


@blueprint.page("/staff/timeline/<int:phase_id>/remove", permission=EDIT)
def removing(phase_id: int) -> Response:
    """Ask what is to become of the tasks of a phase that is to be removed."""
    ctx = reading_context()
    found = phase_or_404(ctx, phase_id)
    form = RemoveForm()
    form.offer(_others(ctx, found))
    return _page(ctx, found, form)


@blueprint.page("/staff/timeline/<int:phase_id>/remove", permission=EDIT, methods=["POST"], endpoint="remove")
def remove(phase_id: int) -> AnyResponse:
    """Remove a phase that has not begun, once it is said what becomes of its tasks."""
    ctx = reading_context()
    found, form = phase_or_404(ctx, phase_id), RemoveForm()
    others, has_tasks = _others(ctx, found), bool(tasks_in(ctx, phase_id=found.id))
    if has_tasks and form.tasks.name not in request.form:
        return redirect(url_for("timelines.removing", slug=g.campaign.slug, phase_id=phase_id, **kept()), 303)
    form.offer(others)
    if not has_tasks or form.validate():
        try:
            with committing() as writing:
                _settle_tasks(writing, found, form.target(others) if has_tasks else None)
                remove_phase(writing, campaign=g.campaign, phase=found)
        except DomainError as error:
            if not has_tasks:
                raise
            attach_error(form, error)
        else:
            return done(_("The phase was removed."))
    return _page(reading_context(), found, form, status=422)


def _settle_tasks(ctx: Context, found: Phase, target: Phase | None) -> None:
    resting = tasks_in(ctx, phase_id=found.id)
    if target is None:
        remove_tasks(ctx, campaign=g.campaign, tasks=resting)
    else:
        move_tasks(ctx, campaign=g.campaign, tasks=resting, phase=target)


def _others(ctx: Context, found: Phase) -> list[Phase]:
    return [phase for phase in phases(ctx, campaign_id=g.campaign.id) if phase.id != found.id]


def _page(ctx: Context, found: Phase, form: RemoveForm, *, status: int = 200) -> Response:
    return render(
        "timelines/remove.html",
        status=status,
        form=form,
        phase=found,
        tasks=tasks_in(ctx, phase_id=found.id),
        kept=kept(),
        back=list_url(),
    )
