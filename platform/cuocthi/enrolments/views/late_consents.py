"""Where staff enter the consent of a parent or guardian that is missing for a child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.enrolments import queries
from cuocthi.enrolments.ages import child_is_asked, today
from cuocthi.enrolments.answers import answers_of, asked_of
from cuocthi.enrolments.late_consent_form import LateConsentForm
from cuocthi.enrolments.late_consents import lacks_consent, take_consent
from cuocthi.enrolments.views.blueprints import campaign_pages
from cuocthi.enrolments.views.details import DECIDE
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse


@campaign_pages.page("/staff/enrolments/<int:enrolment_id>/guardian", permission=DECIDE)
def guardian_consent(enrolment_id: int) -> Response:
    """Ask for the consent that is missing for a child."""
    return _page(enrolment_id, LateConsentForm())


@campaign_pages.page(
    "/staff/enrolments/<int:enrolment_id>/guardian",
    permission=DECIDE,
    methods=["POST"],
    endpoint="take_guardian_consent",
)
def take(enrolment_id: int) -> BaseResponse:
    """Keep the consent that a parent or guardian gave before staff."""
    form, status = LateConsentForm(), 422
    if form.validate():
        try:
            with committing() as ctx:
                enrolment = queries.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
                take_consent(
                    ctx,
                    campaign=g.campaign,
                    enrolment=enrolment,
                    guardian=form.to_guardian(),
                    taking=form.to_taking(),
                    vault=registry().vault,
                )
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            flash(_("The consent is on record."), "ok")
            return redirect(url_for("enrolments.person", slug=g.campaign.slug, enrolment_id=enrolment_id))
    return _page(enrolment_id, form, status=status)


def _page(enrolment_id: int, form: LateConsentForm, *, status: int = 200) -> Response:
    ctx = reading_context()
    enrolment = queries.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    rules, answers = asked_of(ctx, enrolment=enrolment), answers_of(ctx, enrolment=enrolment, vault=registry().vault)
    if answers.birth_date is None or not lacks_consent(enrolment, rules=rules, answers=answers):
        raise Conflict(T("No consent of a parent or guardian is missing for %(name)s.", name=enrolment.name))
    return render(
        "enrolments/guardian_consent.html",
        enrolment=enrolment,
        form=form,
        words=rules.guardian_text,
        child_asked=child_is_asked(answers.birth_date, day=today(enrolment.enrolled_at)),
        status=status,
    )
