"""Taking a phase off the timeline: what refers to it is named, what goes along with it is said, and it is confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import g, url_for
from flask_babel import gettext as _

from cuocthi.errors import Blocked, DomainError
from cuocthi.tasks.domain import move_tasks, remove_tasks
from cuocthi.tasks.queries import tasks_in
from cuocthi.timelines.forms import RemoveForm
from cuocthi.timelines.queries import phases
from cuocthi.timelines.removal import removal, remove_phase
from cuocthi.timelines.views.blueprint import EDIT, blueprint, done, kept, list_url, phase_or_404
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Blocker
    from cuocthi.timelines.models import Phase

#: Where what the core names is changed, by how the keys of its reasons begin: the page, and what its address asks for.
_PLACES = {
    "admission": ("standings.ranking_rules", "phase_id"),
    "announcement": ("news.announcement", "announcement_id"),
}


@blueprint.page("/staff/timeline/<int:phase_id>/remove", permission=EDIT)
def removing(phase_id: int) -> Response:
    """Say what refers to a phase, or ask whether it is to be removed and what is to become of its tasks."""
    ctx = reading_context()
    found = phase_or_404(ctx, phase_id)
    form = RemoveForm()
    form.offer(_others(ctx, found))
    return _page(ctx, found, form)


@blueprint.page("/staff/timeline/<int:phase_id>/remove", permission=EDIT, methods=["POST"], endpoint="remove")
def remove(phase_id: int) -> AnyResponse:
    """Remove a phase that has not begun and to which nothing refers, once it is said what becomes of its tasks."""
    ctx = reading_context()
    found, form = phase_or_404(ctx, phase_id), RemoveForm()
    others, has_tasks = _others(ctx, found), bool(tasks_in(ctx, phase_id=found.id))
    form.offer(others)
    if not has_tasks or form.validate():
        try:
            with committing() as writing:
                _settle_tasks(writing, found, form.target(others) if has_tasks else None)
                remove_phase(writing, campaign=g.campaign, phase=found)
        except Blocked:
            pass  # the page names every reason
        except DomainError as error:
            attach_error(form, error)
        else:
            return done(_("“%(title)s” was removed.", title=found.title))
    return _page(reading_context(), found, form, status=422)


def _settle_tasks(ctx: Context, found: Phase, target: Phase | None) -> None:
    resting = tasks_in(ctx, phase_id=found.id)
    if target is None:
        remove_tasks(ctx, campaign=g.campaign, tasks=resting)
    else:
        move_tasks(ctx, campaign=g.campaign, tasks=resting, phase=target)


def _others(ctx: Context, found: Phase) -> list[Phase]:
    return [phase for phase in phases(ctx, campaign_id=g.campaign.id) if phase.id != found.id]


def _placed(blocker: Blocker) -> Blocker:
    """Return a reason with the address at which it is mended."""
    kind, _dash, number = blocker.key.rpartition("-")
    if blocker.url or kind not in _PLACES or not number.isdecimal():
        return blocker
    endpoint, name = _PLACES[kind]
    values: dict[str, Any] = {name: int(number)}
    return replace(blocker, url=url_for(endpoint, slug=g.campaign.slug, **values))


def _page(ctx: Context, found: Phase, form: RemoveForm, *, status: int = 200) -> Response:
    met = removal(ctx, campaign=g.campaign, phase=found)
    return render(
        "timelines/remove.html",
        status=status,
        form=form,
        phase=found,
        blockers=[_placed(blocker) for blocker in met.blockers],
        settings=met.settings,
        tasks=tasks_in(ctx, phase_id=found.id),
        kept=kept(),
        back=list_url(),
    )
