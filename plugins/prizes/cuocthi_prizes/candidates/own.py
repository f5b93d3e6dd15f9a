"""The candidate's own page: by when to say how the prize is paid, saying it, and declining the prize."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.users.profiles import birth_dates
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.candidates import asking
from cuocthi_prizes.candidates.conditions import is_final
from cuocthi_prizes.candidates.details import opened
from cuocthi_prizes.candidates.forms import DetailsForm
from cuocthi_prizes.candidates.models import Candidacy, Way
from cuocthi_prizes.candidates.parts import LIVE
from cuocthi_prizes.candidates.queries import passed_over_by
from cuocthi_prizes.candidates.telling import where_to_object
from cuocthi_prizes.candidates.words import PASSED_OVER, WAYS
from cuocthi_prizes.models import Award, AwardList, AwardListState
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context


@blueprint.page("/mine/<int:candidacy_id>", signed_in=True)
def own_prize(candidacy_id: int) -> Response:
    """Show what one is proposed for, what is asked, and what one has answered."""
    return _page(candidacy_id, DetailsForm(formdata=None))


@blueprint.page("/mine/<int:candidacy_id>", endpoint="answer_own_prize", signed_in=True, methods=["POST"])
def answer_own_prize(candidacy_id: int) -> AnyResponse:
    """Take how one wants to be paid."""
    form, status = DetailsForm(), 422
    if form.validate():
        try:
            with committing() as ctx:
                asking.answer(
                    ctx,
                    campaign=g.campaign,
                    candidacy_id=candidacy_id,
                    way=Way(form.way.data),
                    entered=form.entered,
                    born=_born(ctx),
                    vault=registry().vault,
                )
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            flash(_("It is stored. The organisers see the numbers only in the list of payments."), "ok")
            return redirect(url_for(".own_prize", slug=g.campaign.slug, candidacy_id=candidacy_id))
    return _page(candidacy_id, form, status=status)


@blueprint.page("/mine/<int:candidacy_id>/decline", signed_in=True, methods=["POST"])
def decline_own_prize(candidacy_id: int) -> AnyResponse:
    """Decline the prize, once the box is ticked that says so."""
    if request.form.get("certain") != "yes":
        asking.own_candidacy(reading_context(), campaign=g.campaign, candidacy_id=candidacy_id)
        flash(_("Nothing was changed. Tick the box if you want to decline the prize."), "warn")
    else:
        with committing() as ctx:
            asking.decline(ctx, campaign=g.campaign, candidacy_id=candidacy_id)
        flash(_("You have declined the prize. It goes to the next in rank."), "ok")
    return redirect(url_for(".own_prize", slug=g.campaign.slug, candidacy_id=candidacy_id))


def _page(candidacy_id: int, form: DetailsForm, status: int = 200) -> Response:
    ctx = reading_context()
    candidacy = asking.own_candidacy(ctx, campaign=g.campaign, candidacy_id=candidacy_id)
    awards = _awards(ctx, candidacy)
    details = opened(candidacy, vault=registry().vault)
    of_final_list = sa.select(Candidacy.id).where(Candidacy.id == candidacy_id, is_final())
    final = ctx.session.scalar(of_final_list) is not None
    decision = passed_over_by(ctx, candidacy=candidacy)
    in_time = candidacy.answer_by is not None and ctx.now < candidacy.answer_by
    return render(
        "prizes/candidates/own.html",
        status=status,
        candidacy=candidacy,
        awards=awards,
        adopted=any(one.state is AwardListState.ADOPTED for one in awards),
        details=details.masked if details else None,
        form=form,
        open=in_time and bool(awards) and candidacy.set_aside is None and not final,
        final=final,
        decision=decision,
        objecting=where_to_object(g.campaign),
        passed_over=PASSED_OVER,
        ways=WAYS,
    )


def _awards(ctx: Context, candidacy: Candidacy) -> Sequence[sa.Row[Award, AwardListState]]:
    """Return what the draft, or the adopted list, gives the candidate."""
    return ctx.session.execute(
        sa.select(Award, AwardList.state)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(
            AwardList.campaign_id == candidacy.campaign_id,
            AwardList.set_key == candidacy.set_key,
            AwardList.phase_id == candidacy.phase_id,
            AwardList.state.in_(LIVE),
            Award.enrolment_id == candidacy.enrolment_id,
        )
        .order_by(AwardList.number.desc(), Award.place)
    ).all()


def _born(ctx: Context) -> date | None:
    user_id = ctx.actor.user_id or 0
    return birth_dates(ctx, user_ids=[user_id], vault=registry().vault).get(user_id)
