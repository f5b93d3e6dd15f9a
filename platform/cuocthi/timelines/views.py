"""The timeline for organisers: the chart, its phases, closing now and extending."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.timelines.domain import add_phase, close_now, edit_phase, extend, remove_phase
from cuocthi.timelines.drawing import chart, span_in_words
from cuocthi.timelines.forms import KINDS, ExtendForm, NewPhaseForm, PhaseForm, ReasonForm
from cuocthi.timelines.localtime import day_and_time, moment_on
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phase_of, phases
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.timelines.windows import PhaseState, Times, open_span, phase_state
from cuocthi.users.names import fold
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language, translate
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

EDIT = "core:timeline:edit"
_KEY_LENGTH = 36

blueprint = CampaignBlueprint("timelines", __name__)
blueprints = (blueprint,)
navigation = (NavEntry("timeline", T("Timeline"), "timelines.edit", "core:campaign:view", 15),)


@blueprint.page("/staff/timeline", permission="core:campaign:view")
def edit() -> Response:
    """Show the chart, what looks wrong, and the phases with what can be done to each."""
    ctx = reading_context()
    found = phases(ctx, campaign_id=g.campaign.id)
    return render(
        "timelines/edit.html",
        chart=chart(found, ctx.now, language()),
        warnings=timeline_warnings(found),
        phases=[(phase, phase_state(phase.windows, ctx.now), span_in_words(phase, language())) for phase in found],
        kinds=dict(KINDS),
    )


@blueprint.page("/staff/timeline/new", permission=EDIT)
def new() -> Response:
    """Show an empty phase."""
    return render("timelines/phase.html", form=_new_form(empty=True), phase=None, fixed=False)


@blueprint.page("/staff/timeline/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Add a phase."""
    form = _new_form(empty=False)
    if form.validate():
        try:
            with committing() as ctx:
                add_phase(
                    ctx,
                    campaign=g.campaign,
                    key=_free_key(ctx, form.title.data or ""),
                    kind=PhaseKind(form.kind.data),
                    title=(form.title.data or "").strip(),
                    windows=form.to_windows(),
                    description=form.description.data or "",
                    source=form.source.data or "",
                    number=form.number.data,
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The phase was added."))
    return render("timelines/phase.html", status=422, form=form, phase=None, fixed=False)


@blueprint.page("/staff/timeline/<int:phase_id>", permission=EDIT)
def phase(phase_id: int) -> Response:
    """Show a phase for editing."""
    ctx = reading_context()
    found = _phase(ctx, phase_id)
    return render("timelines/phase.html", form=PhaseForm.of(found), phase=found, fixed=_fixed(ctx, found))


@blueprint.page("/staff/timeline/<int:phase_id>", permission=EDIT, methods=["POST"], endpoint="save")
def save(phase_id: int) -> AnyResponse:
    """Store a phase's words and times."""
    form = PhaseForm()
    found = _phase(reading_context(), phase_id)
    fixed = _fixed(reading_context(), found)
    if form.validate():
        try:
            with committing() as ctx:
                edit_phase(
                    ctx,
                    campaign=g.campaign,
                    phase=found,
                    title=(form.title.data or "").strip(),
                    description=form.description.data or "",
                    windows=[Times(window.opens_at, window.closes_at) for window in found.windows]
                    if fixed
                    else form.to_windows(),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The phase was changed."))
    return render("timelines/phase.html", status=422, form=form, phase=found, fixed=fixed)


@blueprint.page("/staff/timeline/<int:phase_id>/remove", permission=EDIT, methods=["POST"])
def remove(phase_id: int) -> AnyResponse:
    """Remove a phase that has not begun."""
    with committing() as ctx:
        remove_phase(ctx, campaign=g.campaign, phase=_phase(ctx, phase_id))
    return _done(_("The phase was removed."))


@blueprint.page("/staff/timeline/<int:phase_id>/close", permission=EDIT)
def closing(phase_id: int) -> Response:
    """Ask before a round is closed at once."""
    ctx = reading_context()
    found = _phase(ctx, phase_id)
    return _closing_page(ctx, found, ReasonForm())


@blueprint.page("/staff/timeline/<int:phase_id>/close", permission=EDIT, methods=["POST"], endpoint="close")
def close(phase_id: int) -> AnyResponse:
    """Close a round at this very moment, once its title was typed and a reason given."""
    form = ReasonForm()
    found = _phase(reading_context(), phase_id)
    typed = fold(request.form.get("confirm", ""))
    error = "" if typed == fold(found.title) else _("That is not the title.")
    if form.validate() and not error:
        try:
            with committing() as ctx:
                close_now(ctx, campaign=g.campaign, phase=found, reason=(form.reason.data or "").strip())
        except DomainError as refusal:
            attach_error(form, refusal)
        else:
            return _done(_("“%(title)s” is closed.", title=found.title))
    return _closing_page(reading_context(), found, form, error=error, status=422)


@blueprint.page("/staff/timeline/<int:phase_id>/extend", permission=EDIT)
def extending(phase_id: int) -> Response:
    """Ask for a later closing moment and the reason."""
    ctx = reading_context()
    found = _phase(ctx, phase_id)
    day, clock = day_and_time(found.closes_at, closing=True)
    form = ExtendForm(data={"closes_on": day, "closes": clock.replace(":", "h", 1)})
    return render("timelines/extend.html", form=form, phase=found, closes_at=_closing_moment(ctx, found))


@blueprint.page("/staff/timeline/<int:phase_id>/extend", permission=EDIT, methods=["POST"], endpoint="extend")
def store_extension(phase_id: int) -> AnyResponse:
    """Move the closing moment of an open round to a later one."""
    form = ExtendForm()
    ctx = reading_context()
    found = _phase(ctx, phase_id)
    if form.validate() and form.closes_on.data:
        try:
            closes_at = moment_on(form.closes_on.data, form.closes.data or "")
            with committing() as changing:
                extend(
                    changing,
                    campaign=g.campaign,
                    phase=found,
                    closes_at=closes_at,
                    reason=(form.reason.data or "").strip(),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("“%(title)s” is extended.", title=found.title))
    present = _closing_moment(ctx, found)
    return render("timelines/extend.html", status=422, form=form, phase=found, closes_at=present)


def _closing_page(ctx: Context, found: Phase, form: ReasonForm, *, error: str = "", status: int = 200) -> Response:
    working = 0
    since = g.campaign.opened_at or g.campaign.created_at
    for _name, (what, number) in ctx.hooks.collect_by_plugin(
        ctx, g.campaign, "activity", tuple, only=found.source or "", since=since
    ):
        working += number if what == "open" else 0
    return render("timelines/close.html", status=status, form=form, phase=found, error=error, working=working)


def _closing_moment(ctx: Context, found: Phase) -> object:
    span = open_span(found.windows, ctx.now)
    return span.closes_at if span else found.closes_at


def _new_form(*, empty: bool) -> NewPhaseForm:
    form = NewPhaseForm(data={"windows": [{}]}) if empty else NewPhaseForm()
    enabled = [item for name, item in registry().formats.items() if name in g.campaign.plugins]
    form.offer_formats([(item.source, translate(item.title)) for item in enabled])
    return form


def _fixed(ctx: Context, found: Phase) -> bool:
    """Tell whether the times of a phase can no longer be edited: it is a round that has opened."""
    return found.kind is PhaseKind.CONTEST and phase_state(found.windows, ctx.now) is not PhaseState.UPCOMING


def _free_key(ctx: Context, title: str) -> str:
    stem = re.sub(r"[^0-9a-z]+", "-", fold(title)).strip("-")[:_KEY_LENGTH].strip("-") or "phase"
    taken = {found.key for found in phases(ctx, campaign_id=g.campaign.id)}
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _phase(ctx: Context, phase_id: int) -> Phase:
    return phase_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id) or abort(404)


def _done(message: str) -> AnyResponse:
    flash(message, "ok")
    return redirect(url_for("timelines.edit", slug=g.campaign.slug))
