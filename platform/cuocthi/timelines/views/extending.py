"""Extending an open round: one person proposes it with a document, another one confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import gettext as _

from cuocthi.committees.domain import unit_meant
from cuocthi.errors import DomainError
from cuocthi.timelines.extensions import confirm_extension, propose_extension, waiting
from cuocthi.timelines.forms import ExtendForm
from cuocthi.timelines.localtime import day_and_time, spoken
from cuocthi.timelines.queries import window_units
from cuocthi.timelines.unit_windows import differs, times_by_unit
from cuocthi.timelines.views.blueprint import EDIT, blueprint, done, phase_or_404
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase, Window


@blueprint.page("/staff/timeline/<int:phase_id>/extend", permission=EDIT)
def extending(phase_id: int) -> Response:
    """Ask for a later closing moment, the document and the reason; show what has been proposed."""
    ctx = reading_context()
    found = phase_or_404(ctx, phase_id)
    first = _first_open(found, ctx.now) or found.windows[0]
    day, clock = day_and_time(first.closes_at, closing=True)
    units = window_units(ctx, phases=[found])
    unit = units[first.unit_id].code if first.unit_id else ""
    return _page(ctx, found, ExtendForm(data={"closes_on": day, "closes": spoken(clock), "unit": unit}))


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
                    unit=unit_meant(ctx, text=form.unit.data or ""),
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


def _first_open(found: Phase, now: datetime) -> Window | None:
    """Return the window that is open now: the one for everybody, else the one of a unit that closes first."""
    running = [window for window in found.windows if window.opens_at <= now < window.closes_at]
    return min(running, key=lambda window: (window.unit_id is not None, window.closes_at), default=None)


def _page(ctx: Context, found: Phase, form: ExtendForm, *, status: int = 200) -> Response:
    first = _first_open(found, ctx.now)
    units = window_units(ctx, phases=[found])
    return render(
        "timelines/extend.html",
        status=status,
        form=form,
        phase=found,
        closes_at=first.closes_at if first else found.closes_at,
        by_unit=times_by_unit(found, units, language()) if differs(found) else [],
        waiting=waiting(ctx, campaign_id=g.campaign.id, phases=[found]),
        reader=ctx.actor.user_id,
    )
