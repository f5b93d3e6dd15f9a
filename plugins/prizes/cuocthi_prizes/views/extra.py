"""Extra prizes: the person is searched in the ranking, then the prize is entered with its reason and decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.acts.queries import decisive_documents
from cuocthi_prizes.domain import extra_awards
from cuocthi_prizes.forms import ExtraAwardForm
from cuocthi_prizes.views.awards import ADOPT, numbered
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

#: How many persons a search shows.
FOUND = 20


@blueprint.page("/awards/<int:number>/extra", permission=ADOPT)
def extra(number: int) -> Response:
    """Show the extra prizes of a list, the persons that a search finds in its ranking, and the form."""
    return _extra_page(ExtraAwardForm(), number)


@blueprint.page("/awards/<int:number>/extra", endpoint="grant_extra", permission=ADOPT, methods=["POST"])
def grant_extra(number: int) -> AnyResponse:
    """Enter an extra prize for the person who was chosen."""
    form = ExtraAwardForm()
    _offer(form, number)
    if form.validate():
        try:
            with committing() as ctx:
                extra_awards.grant_extra(
                    ctx,
                    campaign=g.campaign,
                    number=number,
                    enrolment_id=form.enrolment_id.data,
                    decided=form.decided(),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The extra prize is entered."), "ok")
            return redirect(url_for(".extra", slug=g.campaign.slug, number=number))
    return _extra_page(form, number, status=422)


@blueprint.page("/awards/<int:number>/extra/<int:award_id>/revoke", permission=ADOPT, methods=["POST"])
def revoke_extra(number: int, award_id: int) -> AnyResponse:
    """Take an extra prize out of a draft."""
    with committing() as ctx:
        extra_awards.revoke_extra(ctx, campaign=g.campaign, number=number, award_id=award_id)
    flash(_("The extra prize is taken out."), "ok")
    return redirect(url_for(".extra", slug=g.campaign.slug, number=number))


def _offer(form: ExtraAwardForm, number: int) -> None:
    """Let the persons that the search finds be chosen from."""
    ctx = reading_context()
    form.offer(
        extra_awards.persons_found(
            ctx, award_list=numbered(ctx, number), search=request.values.get("q", "").strip(), limit=FOUND
        )
    )
    form.offer_documents(decisive_documents(ctx, campaign=g.campaign))


def _extra_page(form: ExtraAwardForm, number: int, status: int = 200) -> Response:
    ctx = reading_context()
    award_list = numbered(ctx, number)
    _offer(form, number)
    return render(
        "prizes/extra.html",
        status=status,
        form=form,
        award_list=award_list,
        bounds=extra_awards.extra_of(ctx, award_list=award_list),
        search=request.values.get("q", "").strip(),
        most=FOUND,
    )
