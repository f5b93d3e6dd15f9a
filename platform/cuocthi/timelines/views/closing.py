"""Closing a round at this very moment, after a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.timelines.ending import close_now
from cuocthi.timelines.forms import ReasonForm
from cuocthi.timelines.views.blueprint import EDIT, blueprint, done, phase_or_404
from cuocthi.users.names import fold
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase


@blueprint.page("/staff/timeline/<int:phase_id>/close", permission=EDIT)
def closing(phase_id: int) -> Response:
    """Ask before a round is closed at once."""
    ctx = reading_context()
    return _page(ctx, phase_or_404(ctx, phase_id), ReasonForm())


@blueprint.page("/staff/timeline/<int:phase_id>/close", permission=EDIT, methods=["POST"], endpoint="close")
def close(phase_id: int) -> AnyResponse:
    """Close a round at this very moment, once its title was typed and a reason given."""
    form = ReasonForm()
    found = phase_or_404(reading_context(), phase_id)
    typed = fold(request.form.get("confirm", ""))
    error = "" if typed == fold(found.title) else _("That is not the title.")
    if form.validate() and not error:
        try:
            with committing() as ctx:
                close_now(ctx, campaign=g.campaign, phase=found, reason=(form.reason.data or "").strip())
        except DomainError as refusal:
            attach_error(form, refusal)
        else:
            return done(_("“%(title)s” is closed.", title=found.title))
    return _page(reading_context(), found, form, error=error, status=422)


def _page(ctx: Context, found: Phase, form: ReasonForm, *, error: str = "", status: int = 200) -> Response:
    working = 0
    since = g.campaign.opened_at or g.campaign.created_at
    for _name, (what, number) in ctx.hooks.collect_by_plugin(
        ctx, g.campaign, "activity", tuple, only=found.source or "", since=since
    ):
        working += number if what == "open" else 0
    return render("timelines/close.html", status=status, form=form, phase=found, error=error, working=working)
