"""The page on which somebody enters an estimate. A view loads, asks the domain once, and answers."""

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from cuocthi.enrolments.entering import own_round, own_window
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.rendering import render
from cuocthi_guess.domain import enter
from cuocthi_guess.models import LARGEST, Estimate

blueprint = CampaignBlueprint("guess", __name__, plugin="guess")


class EstimateForm(BaseForm):
    """One number."""

    number = IntegerField(_l("Your estimate"), [InputRequired(), NumberRange(1, LARGEST)])


@blueprint.page("/round/<int:round_id>/", signed_in=True, methods=["GET", "POST"])
def estimate(round_id: int) -> Response:
    """Show what the reader has entered in this round, and take an estimate while it is open."""
    ctx, form = reading_context(), EstimateForm()
    round_, enrolment = own_round(ctx, campaign=g.campaign, round_id=round_id, source="guess")
    if form.validate_on_submit():
        with committing() as ctx:
            enter(ctx, campaign=g.campaign, round_=round_, enrolment=enrolment, number=form.number.data or 0)
        flash(_("Your estimate is kept. You can change it until the round closes."), "ok")
        return redirect(url_for("guess.estimate", slug=g.campaign.slug, round_id=round_id), 303)
    kept = ctx.session.get(Estimate, (round_id, enrolment.id))
    is_open = own_window(ctx, round_=round_, enrolment=enrolment) is not None
    status = 422 if form.errors else 200
    return render("guess/estimate.html", status=status, round_=round_, form=form, kept=kept, is_open=is_open)
