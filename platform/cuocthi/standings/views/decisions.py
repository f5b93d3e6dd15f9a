"""Decisions of people: who is left out and taken in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.models import CampaignState
from cuocthi.documents.queries import document_of, documents
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.enrolments.queries import enrolment_by_id
from cuocthi.errors import DomainError
from cuocthi.standings import decisions, queries
from cuocthi.standings.confirmations import NEEDED, confirmations
from cuocthi.standings.forms import ReadmissionForm, ReasonForm
from cuocthi.standings.readmission import SUBJECT as READMISSION
from cuocthi.standings.readmission import barred, readmit
from cuocthi.standings.views.blueprint import pages
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.readmission import Barred


@pages.page("/staff/exclusions/", permission="core:ranking:view")
def exclusions() -> Response:
    """List everybody whose entries do not count, with the reason, and those whose entries may not count."""
    ctx = reading_context()
    return render(
        "standings/exclusions.html",
        excluded=queries.excluded_entries(ctx, campaign_id=g.campaign.id),
        insiders=queries.insiders(ctx, campaign_id=g.campaign.id),
    )


@pages.page("/staff/exclusions/<int:enrolment_id>", methods=["GET", "POST"], permission="core:entry:decide")
def exclusion(enrolment_id: int) -> AnyResponse:
    """Exclude a person, or take an excluded one in again, with the reason; whom a seat bars needs two persons."""
    ctx = reading_context()
    enrolment = enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    excluded = enrolment.state is EnrolmentState.EXCLUDED
    if excluded and (kept_out := barred(ctx, enrolment=enrolment)):
        return _readmission(ctx, enrolment, kept_out)
    form = ReasonForm()
    _ask_for_document(ctx, form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            decide = decisions.restore_entry if excluded else decisions.exclude_entry
            try:
                with committing() as ctx:
                    decide(ctx, enrolment=enrolment, reason=form.reason.data or "", document=_document(ctx, form))
            except DomainError as error:
                attach_error(form, error)
            else:
                flash(_("Done. It takes effect with the next ranking."), "ok")
                return redirect(url_for("standings.exclusions", slug=g.campaign.slug), 303)
    return render("standings/exclusion.html", status=status, enrolment=enrolment, excluded=excluded, data=form)


def _ask_for_document(ctx: Context, form: ReasonForm) -> None:
    archived = g.campaign.state is CampaignState.ARCHIVED
    known = documents(ctx, campaign_id=g.campaign.id, public_only=False) if archived else []
    form.ask_for_document(known, archived=archived)


def _document(ctx: Context, form: ReasonForm) -> Document | None:
    if "document" not in form:
        return None
    return document_of(ctx, campaign_id=g.campaign.id, document_id=form.document.data)


def _readmission(ctx: Context, enrolment: Enrolment, kept_out: Barred) -> AnyResponse:
    """Show what bars a person, and let two persons say that the appointment was an error."""
    form = ReadmissionForm(data={"reason": kept_out.error_reason})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with committing() as changing:
                    persons = readmit(changing, enrolment=enrolment, reason=form.reason.data or "")
            except DomainError as error:
                attach_error(form, error)
                kept_out = barred(ctx, enrolment=enrolment) or kept_out
            else:
                done = _("The appointment is taken back; the entry counts from the next ranking on.")
                flash(
                    done if persons >= NEEDED else _("You have confirmed. Another person has to confirm it too."), "ok"
                )
                return redirect(url_for("standings.exclusions", slug=g.campaign.slug), 303)
    confirmed = confirmations(ctx, subject=READMISSION, subject_id=enrolment.id)
    return render(
        "standings/readmission.html",
        status=status,
        enrolment=enrolment,
        seats=kept_out.seats,
        obstacles=kept_out.obstacles,
        confirmed=confirmed,
        has_confirmed=any(item.user_id == ctx.actor.user_id for item, _name in confirmed),
        data=form,
    )
