"""Where staff put right the unit and the category of a participant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.committees.domain import unit_meant
from cuocthi.enrolments.queries import enrolment_by_id
from cuocthi.errors import DomainError
from cuocthi.personal.forms import PlacementForm
from cuocthi.personal.placement import correct_placement
from cuocthi.personal.views.blueprints import campaign_pages
from cuocthi.personal.views.staff import DECIDE
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment


@campaign_pages.page("/staff/enrolments/<int:enrolment_id>/placement", permission=DECIDE)
def placement(enrolment_id: int) -> Response:
    """Show for which unit, and as what, one participant takes part."""
    enrolment = enrolment_by_id(reading_context(), campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    known = {"unit": enrolment.unit.code, "unit_note": enrolment.unit_note, "category": enrolment.category}
    return _page(enrolment, _form(**known))


@campaign_pages.page(
    "/staff/enrolments/<int:enrolment_id>/placement", permission=DECIDE, methods=["POST"], endpoint="correct_placement"
)
def correct(enrolment_id: int) -> AnyResponse:
    """Put it right."""
    form, status = _form(), 422
    if form.validate():
        try:
            with committing() as ctx:
                _correct(ctx, enrolment_id, form)
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("enrolments.person", slug=g.campaign.slug, enrolment_id=enrolment_id))
    enrolment = enrolment_by_id(reading_context(), campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    return _page(enrolment, form, status=status)


def _correct(ctx: Context, enrolment_id: int, form: PlacementForm) -> None:
    unit = unit_meant(ctx, text=form.unit.data or "")
    if unit is None:
        raise DomainError(T("Please enter the unit."), field="unit")
    correct_placement(
        ctx,
        campaign=g.campaign,
        enrolment=enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id),
        unit=unit,
        unit_note=form.unit_note.data or "",
        category=form.category.data if "category" in form else "",
    )


def _form(**known: str) -> PlacementForm:
    form = PlacementForm(data=known)
    form.category.choices = select_choices(g.campaign.categories.items())
    if not g.campaign.categories:
        del form["category"]
    return form


def _page(enrolment: Enrolment, form: PlacementForm, *, status: int = 200) -> Response:
    return render("personal/placement.html", enrolment=enrolment, form=form, status=status)
