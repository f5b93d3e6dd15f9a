"""What incidents grant in a round: what was granted, what waits for another person, and proposing something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.committees.domain import unit_meant
from cuocthi.errors import DomainError
from cuocthi.incidents.domain import check_incident, confirm_incident, propose_incident
from cuocthi.incidents.forms import IncidentForm
from cuocthi.incidents.queries import count_reached, decided, format_of, too_late, undecided
from cuocthi.timelines.localtime import day_and_time, spoken
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phase_of
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.incidents.queries import TooLate
    from cuocthi.timelines.models import Phase

EDIT = "core:timeline:edit"

blueprint = CampaignBlueprint("incidents", "cuocthi.incidents")
blueprints = (blueprint,)
navigation = ()


@blueprint.page("/staff/timeline/<int:phase_id>/incidents", permission=EDIT)
def show(phase_id: int) -> Response:
    """Show what incidents have granted in a round, what waits, and a form to propose more."""
    ctx = reading_context()
    found = _round(ctx, phase_id)
    day, clock = day_and_time(found.closes_at, closing=True)
    return _page(ctx, found, IncidentForm(data={"until_on": day, "until": spoken(clock)}))


@blueprint.page("/staff/timeline/<int:phase_id>/incidents", permission=EDIT, methods=["POST"])
def propose(phase_id: int) -> AnyResponse:
    """Show whom an incident would reach, or propose it as the first of two persons."""
    reading = reading_context()
    found = _round(reading, phase_id)
    form = IncidentForm()
    _offer(reading, found, form)
    valid = form.validate()
    if "preview" in request.form:
        return _preview(reading, found, form)
    if valid:
        try:
            with committing() as ctx:
                incident = form.to_incident(unit_meant(ctx, text=form.unit.data or ""))
                round_ = _round(ctx, phase_id)
                in_force = propose_incident(ctx, campaign=g.campaign, round_=round_, incident=incident)
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(found, in_force=in_force)
    return _page(reading, found, form, status=422)


def _preview(ctx: Context, found: Phase, form: IncidentForm) -> Response:
    """Show how many persons it would reach; the document may still be missing."""
    for name in ("symbol", "issued_on", "reason"):
        form[name].errors = []
    reached = late = None
    if not form.errors:
        try:
            incident = form.to_incident(unit_meant(ctx, text=form.unit.data or ""))
            late = too_late(ctx, campaign=g.campaign, round_=found, incident=incident)
            reached = check_incident(ctx, campaign=g.campaign, round_=found, incident=incident)
        except DomainError as error:
            attach_error(form, error)
    return _page(ctx, found, form, reached=reached, late=late, status=422 if form.errors else 200)


@blueprint.page("/staff/timeline/<int:phase_id>/incidents/confirm", permission=EDIT, methods=["POST"])
def confirm(phase_id: int) -> AnyResponse:
    """Confirm what another person has proposed; it is granted from now on."""
    with committing() as ctx:
        found = _round(ctx, phase_id)
        seen = request.form.get("proposal", 0, type=row_number)
        in_force = confirm_incident(ctx, campaign=g.campaign, round_=found, proposal_id=seen)
    return _done(found, in_force=in_force)


def _round(ctx: Context, phase_id: int) -> Phase:
    found = phase_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id)
    if found is None or found.kind is not PhaseKind.CONTEST:
        abort(404)
    return found


def _offer(ctx: Context, found: Phase, form: IncidentForm) -> None:
    contest_format = format_of(ctx, found)
    form.offer(contest_format.relief if contest_format else ())


def _done(found: Phase, *, in_force: bool) -> AnyResponse:
    if in_force:
        flash(_("It is granted, and stands on the page of the contest."), "ok")
    else:
        flash(_("It is proposed. It is granted once another person confirms it."), "ok")
    return redirect(url_for("incidents.show", slug=g.campaign.slug, phase_id=found.id))


def _page(
    ctx: Context,
    found: Phase,
    form: IncidentForm,
    *,
    reached: int | None = None,
    late: TooLate | None = None,
    status: int = 200,
) -> Response:
    contest_format = format_of(ctx, found)
    _offer(ctx, found, form)
    waiting = undecided(ctx, campaign_id=g.campaign.id).get(found.id)
    return render(
        "incidents/round.html",
        "incidents/_reached.html",
        status=status,
        form=form,
        phase=found,
        format=contest_format,
        begun=ctx.now >= found.opens_at,
        reached=reached,
        late=late,
        decided=[item for item in decided(ctx, campaign_id=g.campaign.id) if item.round_id == found.id],
        waiting=waiting,
        waiting_reaches=count_reached(ctx, campaign=g.campaign, round_=found, incident=waiting.content)
        if waiting
        else 0,
        waiting_late=too_late(ctx, campaign=g.campaign, round_=found, incident=waiting.content) if waiting else None,
        reader=ctx.actor.user_id,
    )
