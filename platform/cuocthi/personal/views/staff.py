"""For the staff: wishes for corrections, one after the other, and how long the campaign keeps personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import save_settings, unstructure
from cuocthi.campaigns.views.sections import sections
from cuocthi.consents.queries import consent_versions
from cuocthi.errors import DomainError
from cuocthi.personal import corrections
from cuocthi.personal.forms import AnswerForm, RetentionForm
from cuocthi.personal.retention import load_retention
from cuocthi.personal.settings import RETENTION_OWNER, Retention
from cuocthi.personal.views.blueprints import campaign_pages
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context

VIEW, DECIDE = "core:correction:view", "core:correction:decide"


@campaign_pages.page("/staff/corrections/", permission=VIEW, on_record=T("Looked at wishes for corrections"))
def listing() -> Response:
    """List what people ask to have corrected, the oldest wish first."""
    return _listing_page(AnswerForm())


@campaign_pages.page("/staff/corrections/<int:correction_id>", permission=DECIDE, methods=["POST"])
def decide(correction_id: int) -> AnyResponse:
    """Confirm a correction or decline it."""
    form, status = AnswerForm(), 422
    if form.validate():
        try:
            with committing() as ctx:
                corrections.decide(
                    ctx,
                    campaign=g.campaign,
                    correction_id=correction_id,
                    done=request.form.get("act") == "done",
                    answer=form.answer.data or "",
                )
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            flash(_("The person sees it on the page “My data”."), "ok")
            return redirect(url_for(".listing", slug=g.campaign.slug))
    return _listing_page(form, asked=correction_id, status=status)


def _listing_page(form: AnswerForm, *, asked: int | None = None, status: int = 200) -> Response:
    found = corrections.open_corrections(reading_context(), campaign_id=g.campaign.id)
    return render("personal/corrections.html", status=status, found=found, form=form, asked=asked)


@campaign_pages.page("/staff/retention", permission="core:campaign:edit")
def retention() -> Response:
    """Show how long the campaign keeps personal data, and the words to which people consented."""
    periods = load_retention(reading_context(), campaign=g.campaign)
    return _retention_page(RetentionForm(data=unstructure(periods)))


@campaign_pages.page("/staff/retention", permission="core:campaign:edit", methods=["POST"], endpoint="save_retention")
def save_retention() -> AnyResponse:
    """Store the periods."""
    form = RetentionForm()
    if form.validate():
        try:
            with committing() as ctx:
                _save(ctx, form.to_settings())
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for(".retention", slug=g.campaign.slug))
    return _retention_page(form, status=422)


def _save(ctx: Context, periods: Retention) -> None:
    before = load_retention(ctx, campaign=g.campaign)
    if before == periods:
        return
    save_settings(ctx, owner=RETENTION_OWNER, campaign=g.campaign, value=periods)
    record(
        ctx,
        action="core:retention:edit",
        summary=T("Changed how long personal data is kept"),
        campaign=g.campaign,
        object_kind="campaign",
        object_id=g.campaign.id,
        before=unstructure(before),
        after=unstructure(periods),
    )


def _retention_page(form: RetentionForm, *, status: int = 200) -> Response:
    versions = consent_versions(reading_context(), campaign_id=g.campaign.id)
    return render(
        "personal/retention.html", status=status, form=form, versions=versions, sections=sections("retention")
    )
