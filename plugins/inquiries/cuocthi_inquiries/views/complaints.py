"""Complaints as people see them: the public register, sending one, its receipt that stays, taking it back."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.views.caching import cached
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import DomainError
from cuocthi.files.domain import read
from cuocthi.timelines.queries import phase_of, phases
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi_inquiries import complaint_queries
from cuocthi_inquiries.complaint_forms import ComplaintForm
from cuocthi_inquiries.domain import filing
from cuocthi_inquiries.domain.telling import Post
from cuocthi_inquiries.models import Complaint, ComplaintState
from cuocthi_inquiries.queries import load_inquiry_settings
from cuocthi_inquiries.views.blueprint import blueprint
from cuocthi_inquiries.words import ABOUT, COMPLAINT_STATES, OUTCOMES

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse


def post() -> Post:
    """Return by what people are written to."""
    parts = registry()
    slug = g.campaign.slug

    def address(complaint: Complaint) -> str:
        return public_link("inquiries.receipt", slug=slug, complaint_id=complaint.id)

    return Post(parts.vault, parts.channels, address)


@blueprint.page("/complaints/", public=True)
def complaint_register() -> Response:
    """Show of every complaint number, state and dates, and how many ended how; nothing that says who or what."""
    ctx = reading_context()

    def page() -> Response:
        found = complaint_queries.public_register(ctx, campaign_id=g.campaign.id)
        return render(
            "inquiries/complaint_register.html",
            complaints=found,
            states=COMPLAINT_STATES,
            outcomes=OUTCOMES,
            figures=Counter(one.outcome for one in found if one.state is ComplaintState.ANSWERED),
            waiting=sum(one.is_open for one in found),
        )

    return cached(phases(ctx, campaign_id=g.campaign.id), page)


@blueprint.page("/complaints/new", signed_in=True, methods=["GET", "POST"])
def complain() -> AnyResponse:
    """Show and take the form of a complaint."""
    ctx = reading_context()
    refused = 200 if request.method == "GET" else 409
    if g.campaign.state is CampaignState.ARCHIVED:
        return _refused(_("This campaign is archived; complaints are no longer taken here."), refused)
    if enrolment_of(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id or 0) is None:
        return _refused(_("Only who takes part in the contest can complain about its results here."), refused)
    rounds = complaint_queries.objectionable(ctx, campaign=g.campaign)
    if not rounds:
        return _refused(_("There are no results yet that one can complain about."), refused)
    form = ComplaintForm()
    form.offer([(one.phase_id, one.title) for one in rounds])
    if request.method == "GET":
        form.token.data = secrets.token_urlsafe(32)
        form.round.data = request.args.get("round", str(rounds[0].phase_id))
    elif form.validate():
        try:
            return _sent(form)
        except DomainError as error:
            attach_error(form, error)
    settings = load_inquiry_settings(reading_context(), campaign=g.campaign).value
    status = 422 if form.errors else 200
    return render("inquiries/complain.html", status=status, form=form, rounds=rounds, settings=settings)


def _sent(form: ComplaintForm) -> AnyResponse:
    phase_id = row_number(form.round.data)
    with committing() as ctx:
        complaint = filing.file_complaint(
            ctx,
            campaign=g.campaign,
            round_=phase_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id) or abort(404),
            said=form.to_said(),
            token=form.token.data or "",
            folder=registry().config.files,
            post=post(),
        )
        there = url_for(".receipt", slug=g.campaign.slug, complaint_id=complaint.id)
    return redirect(there, 303)


def _refused(reason: str, status: int) -> Response:
    return render("inquiries/complaint_not_taken.html", status=status, reason=reason)


@blueprint.page("/complaints/<int:complaint_id>", signed_in=True)
def receipt(complaint_id: int) -> Response:
    """Show an own complaint: what was sent and when, how far it is, the answer."""
    return render(
        "inquiries/receipt.html",
        complaint=_own(complaint_id),
        states=COMPLAINT_STATES,
        outcomes=OUTCOMES,
        about=ABOUT,
    )


@blueprint.page("/complaints/<int:complaint_id>/withdraw", signed_in=True, methods=["POST"])
def withdraw(complaint_id: int) -> AnyResponse:
    """Take an own complaint back."""
    with committing() as ctx:
        filing.withdraw(ctx, campaign=g.campaign, complaint_id=complaint_id)
    flash(_("You have taken the complaint back."), "ok")
    return redirect(url_for(".receipt", slug=g.campaign.slug, complaint_id=complaint_id))


@blueprint.page("/complaints/<int:complaint_id>/files/<int:file_id>", signed_in=True)
def own_file(complaint_id: int, file_id: int) -> Response:
    """Hand a file of an own complaint out: what was sent with it, and the written answer once it was given."""
    complaint = _own(complaint_id)
    held = complaint_queries.file_of_complaint(reading_context(), complaint=complaint, file_id=file_id)
    if held is None or (held.of_answer and complaint.answered_at is None):
        abort(404)
    response = Response(read(registry().config.files, held.file), content_type=held.file.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=held.file.name)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _own(complaint_id: int) -> Complaint:
    ctx = reading_context()
    return complaint_queries.own_complaint(ctx, campaign_id=g.campaign.id, complaint_id=complaint_id) or abort(404)
