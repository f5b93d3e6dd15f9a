"""Extra time for persons who need it: who has it, granting and withdrawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_look_on_record
from cuocthi.web.rendering import render
from cuocthi_quiz.domain import extra_time as granting
from cuocthi_quiz.forms.extra_time import ExtraTimeForm
from cuocthi_quiz.queries import extra_time as queries
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

GRANT = "quiz:extra_time:grant"
LOOKED = T("Looked at who has extra time")


@blueprint.page("/staff/extra-time/", permission=GRANT)
def extra_time() -> Response:
    """List who has extra time and why, with a form to grant it."""
    return _page(ExtraTimeForm(formdata=None))


@blueprint.page("/staff/extra-time/", permission=GRANT, methods=["POST"], endpoint="grant_extra_time")
def grant() -> AnyResponse:
    """Grant a person extra time, or something else than before."""
    form = ExtraTimeForm()
    if form.validate():
        try:
            with committing() as ctx:
                enrolment = queries.enrolment_by_code(ctx, campaign_id=g.campaign.id, code=form.code.data or "")
                if enrolment is None:
                    raise DomainError(T("Nobody takes part under this contest number."), field="code")  # noqa: TRY301
                granting.grant(
                    ctx,
                    campaign=g.campaign,
                    enrolment=enrolment,
                    more=form.to_more(),
                    reason=form.reason.data or "",
                    vault=registry().vault,
                )
                name = enrolment.name
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("%(name)s has more time from now on, also for a paper that is open.", name=name), "ok")
            return redirect(url_for("quiz.extra_time", slug=g.campaign.slug))
    return _page(form, status=422)


def _page(form: ExtraTimeForm, status: int = 200) -> Response:
    # Why somebody needs more time may tell of an illness: who looks is on record.
    put_look_on_record(action="quiz:extra_time:view", summary=LOOKED, object_kind="quiz_extra_time")
    found = queries.granted_in(reading_context(), campaign_id=g.campaign.id)
    rows = [
        (enrolment, granting.More(held.percent, held.minutes), granting.reason_of(held, vault=registry().vault), held)
        for held, enrolment in found
    ]
    return render("quiz/extra_time.html", status=status, rows=rows, form=form)


@blueprint.page(
    "/staff/extra-time/<int:enrolment_id>/withdraw",
    permission=GRANT,
    methods=["GET", "POST"],
)
def withdraw_extra_time(enrolment_id: int) -> AnyResponse:
    """Ask, then withdraw a person's extra time."""
    if request.method == "GET":
        if not queries.is_granted(reading_context(), campaign_id=g.campaign.id, enrolment_id=enrolment_id):
            abort(404)
        return render("quiz/withdraw_extra_time.html", enrolment_id=enrolment_id)
    with committing() as ctx:
        granting.withdraw(ctx, campaign=g.campaign, enrolment_id=enrolment_id)
    flash(_("Withdrawn. A paper that is open keeps the time it was given."), "ok")
    return redirect(url_for("quiz.extra_time", slug=g.campaign.slug))
