"""The register of false information, for the committees."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.files.domain import store
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_inquiries import queries
from cuocthi_inquiries.domain import register as domain
from cuocthi_inquiries.forms import CaseForm
from cuocthi_inquiries.views.blueprint import blueprint, staff_tabs

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.files.models import StoredFile
    from cuocthi_inquiries.models import FalseInformation

VIEW = "inquiries:register:view"
EDIT = "inquiries:register:edit"


@blueprint.page("/staff/register/", permission=VIEW)
def register() -> Response:
    """Show the whole register."""
    ctx = reading_context()
    found = queries.cases(ctx, campaign_id=g.campaign.id)
    return render("inquiries/register.html", cases=found, tabs_of_staff=staff_tabs(ctx, "register"))


@blueprint.page("/staff/register/new", permission=EDIT, methods=["GET", "POST"])
def new_case() -> AnyResponse:
    """Enter a case."""
    form = CaseForm()
    return _take(form) if request.method == "POST" else _form_page(form)


@blueprint.page("/staff/register/<int:case_id>", permission=EDIT, methods=["GET", "POST"])
def case(case_id: int) -> AnyResponse:
    """Change what the register says of a case."""
    found = queries.case_of(reading_context(), campaign_id=g.campaign.id, case_id=case_id) or abort(404)
    if request.method == "POST":
        return _take(CaseForm(), found)
    return _form_page(CaseForm(data=asdict(domain.facts_of(found))), found)


def _take(form: CaseForm, found: FalseInformation | None = None) -> AnyResponse:
    if form.validate():
        try:
            with committing() as ctx:
                facts, capture = form.to_facts(), _stored(ctx, form)
                if found is None:
                    domain.enter(ctx, campaign=g.campaign, facts=facts, capture=capture)
                else:
                    domain.edit(ctx, campaign=g.campaign, case_id=found.id, facts=facts, capture=capture)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The register is up to date."), "ok")
            return redirect(url_for(".register", slug=g.campaign.slug))
    return _form_page(form, found, status=422)


def _stored(ctx: Context, form: CaseForm) -> StoredFile | None:
    sent = form.capture.data
    if not sent or not sent.filename:
        return None
    return store(
        ctx,
        folder=registry().config.files,
        content=sent.read(),
        name=sent.filename,
        kinds=domain.CAPTURE_KINDS,
        campaign=g.campaign,
        permission=VIEW,
        field="capture",
    )


def _form_page(form: CaseForm, found: FalseInformation | None = None, *, status: int = 200) -> Response:
    return render("inquiries/case.html", status=status, form=form, case=found)
