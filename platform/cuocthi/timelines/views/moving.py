"""Several phases moved by days or weeks at once; where they would be is shown before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import ngettext

from cuocthi.errors import DomainError
from cuocthi.standings.composition import entered
from cuocthi.timelines.domain import move_phases, moved_draft
from cuocthi.timelines.drawing import chart, span_in_words
from cuocthi.timelines.forms import MoveForm
from cuocthi.timelines.queries import phases, window_units
from cuocthi.timelines.unit_windows import rows_by_unit
from cuocthi.timelines.views.blueprint import EDIT, blueprint, done, is_fixed, list_url
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.domain import PhaseDraft
    from cuocthi.timelines.models import Phase

#: Of how many phases the old and the new dates are written out.
_MOST_LISTED = 100


@blueprint.page("/staff/timeline/move", permission=EDIT)
def moving() -> Response:
    """Show what would move if all that may still move came a week later."""
    ctx = reading_context()
    found = phases(ctx, campaign_id=g.campaign.id)
    movable = _movable(ctx, found)
    ahead = [phase.id for phase in movable if phase.opens_at > ctx.now]
    form = MoveForm(data={"by": 1, "unit": "7", "phases": ahead})
    _offer(form, movable)
    return _page(ctx, form, found)


@blueprint.page("/staff/timeline/move", permission=EDIT, methods=["POST"], endpoint="move")
def move() -> AnyResponse:
    """Show where the chosen phases would be, or bring them there."""
    ctx = reading_context()
    found = phases(ctx, campaign_id=g.campaign.id)
    form = MoveForm()
    _offer(form, _movable(ctx, found))
    if form.validate() and "preview" not in request.form:
        try:
            with committing() as writing:
                chosen = _chosen(form, found)
                move_phases(writing, campaign=g.campaign, phases=chosen, move=form.to_move())
        except DomainError as error:
            attach_error(form, error)
        else:
            return done(ngettext("%(num)s phase was moved.", "%(num)s phases were moved.", len(chosen)))
    return _page(ctx, form, found)


def _movable(ctx: Context, found: Sequence[Phase]) -> list[Phase]:
    return [phase for phase in found if not is_fixed(ctx, phase)]


def _offer(form: MoveForm, movable: Sequence[Phase]) -> None:
    form.offer([(phase.id, f"{phase.title} ({span_in_words(phase, language())})") for phase in movable])


def _chosen(form: MoveForm, found: Sequence[Phase]) -> list[Phase]:
    return [phase for phase in found if phase.id in (form.phases.data or ())]


def _page(ctx: Context, form: MoveForm, found: Sequence[Phase]) -> Response:
    moved = _moved(form, found)
    whole = sorted((moved.get(phase.id, phase) for phase in found), key=lambda phase: phase.opens_at)
    listed = [phase for phase in found if phase.id in moved]
    return render(
        "timelines/move.html",
        "timelines/_moved.html",
        status=422 if form.errors else 200,
        form=form,
        moved=[
            (phase.title, span_in_words(phase, language()), span_in_words(moved[phase.id], language()))
            for phase in listed[:_MOST_LISTED]
        ],
        more=len(listed[_MOST_LISTED:]),
        chart=chart(rows_by_unit(whole, window_units(ctx, phases=found)), ctx.now, language()),
        warnings=timeline_warnings(entered(ctx, phases=whole)),
        back=list_url(),
    )


def _moved(form: MoveForm, found: Sequence[Phase]) -> dict[int, PhaseDraft]:
    """Return where the chosen phases would be, by their numbers; none, with the error at its field, if they cannot."""
    if form.errors:
        return {}
    try:
        return {phase.id: moved_draft(phase, form.to_move()) for phase in _chosen(form, found)}
    except DomainError as error:
        attach_error(form, error)
        return {}
