"""Extending an open round: one person proposes it with a document, another one confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.timelines.extensions import confirm_extension, propose_extension, waiting
from cuocthi.timelines.forms import ExtendForm
from cuocthi.timelines.localtime import day_and_time, spoken
from cuocthi.timelines.queries import window_units
from cuocthi.timelines.views.blueprint import EDIT, blueprint, done, phase_or_404
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase, Window


@blueprint.page("/staff/timeline/<int:phase_id>/extend", permission=EDIT)
def extending(phase_id: int) -> Response:
    """Ask for a later closing moment, the document and the reason; show what has been proposed."""
    ctx = reading_context()
    found = phase_or_404(ctx, phase_id)
    first = next(iter(_open_windows(ctx, found)), found.windows[0])
    day, clock = day_and_time(first.closes_at, closing=True)
    return _page(ctx, found, ExtendForm(data={"closes_on": day, "closes": spoken(clock), "unit": first.unit_id or 0}))


@blueprint.page("/staff/timeline/<int:phase_id>/extend", permission=EDIT, methods=["POST"], endpoint="extend")
def propose(phase_id: int) -> AnyResponse:
    """Propose a later closing moment, as the first of two persons."""
    form = ExtendForm()
    found = phase_or_404(reading_context(), phase_id)
    if form.validate() and form.issued_on.data:
        try:
            with committing() as ctx:
                extended = propose_extension(
                    ctx,
                    campaign=g.campaign,
                    phase=found,
                    closes_at=form.closes_at,
                    symbol=(form.symbol.data or "").strip(),
                    issued_on=form.issued_on.data,
                    reason=(form.reason.data or "").strip(),
                    unit=window_units(ctx, phases=[found]).get(form.unit.data),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return done(_said(found, extended=extended))
    return _page(reading_context(), found, form, status=422)


@blueprint.page("/staff/timeline/<int:phase_id>/extend/confirm", permission=EDIT, methods=["POST"])
def confirm(phase_id: int) -> AnyResponse:
    """Confirm what another person has proposed; the round closes later from now on."""
    with committing() as ctx:
        found = phase_or_404(ctx, phase_id)
        seen = request.form.get("proposal", 0, type=row_number)
        extended = confirm_extension(ctx, campaign=g.campaign, phase=found, proposal_id=seen)
    return done(_said(found, extended=extended))


def _said(found: Phase, *, extended: bool) -> str:
    if extended:
        return _("“%(title)s” is extended.", title=found.title)
    return _(
        "The extension of “%(title)s” is proposed. It is in force once another person confirms it.", title=found.title
    )


def _open_windows(ctx: Context, found: Phase) -> list[Window]:
    """Return the windows that are open now, the one for everybody first."""
    running = [window for window in found.windows if window.opens_at <= ctx.now < window.closes_at]
    return sorted(running, key=lambda window: (window.unit_id is not None, window.closes_at))


def _page(ctx: Context, found: Phase, form: ExtendForm, *, status: int = 200) -> Response:
    running = _open_windows(ctx, found)
    form.offer(running, window_units(ctx, phases=[found]))
    return render(
        "timelines/extend.html",
        status=status,
        form=form,
        phase=found,
        closes_at=running[0].closes_at if running else found.closes_at,
        several=any(window.unit_id for window in running),
        waiting=waiting(ctx, campaign_id=g.campaign.id, phases=[found]),
        reader=ctx.actor.user_id,
    )
