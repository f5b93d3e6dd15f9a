"""Collective prizes: the figures of the units, as the list keeps them, and entering what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.standings.current_units import current_unit_figures
from cuocthi.standings.models import Ranking
from cuocthi.standings.queries import UnitFigures
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.acts.queries import decisive_documents
from cuocthi_prizes.domain import unit_awards
from cuocthi_prizes.forms import UnitAwardForm
from cuocthi_prizes.tables import narrowed, units_table
from cuocthi_prizes.views.awards import ADOPT, numbered
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi_prizes.models import AwardList

#: The view of the units' figures in which merged units stand together.
NOW = "now"


@blueprint.page("/awards/<int:number>/units", permission=ADOPT)
def units(number: int) -> Response:
    """Show the figures of the units and the form for a collective prize."""
    form = UnitAwardForm()
    return _units_page(form, _offer(form, number))


@blueprint.page("/awards/<int:number>/units", endpoint="grant", permission=ADOPT, methods=["POST"])
def grant(number: int) -> AnyResponse:
    """Enter a collective prize."""
    form = UnitAwardForm()
    award_list = _offer(form, number)
    if form.validate():
        try:
            with committing() as ctx:
                unit_awards.grant(ctx, campaign=g.campaign, number=number, **form.values())
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The collective prize is entered."), "ok")
            return redirect(url_for(".units", slug=g.campaign.slug, number=number))
    return _units_page(form, award_list, status=422)


@blueprint.page("/awards/<int:number>/units/<int:award_id>/revoke", permission=ADOPT, methods=["POST"])
def revoke(number: int, award_id: int) -> AnyResponse:
    """Take a collective prize out of a draft."""
    with committing() as ctx:
        unit_awards.revoke(ctx, campaign=g.campaign, number=number, award_id=award_id)
    flash(_("The collective prize is taken out."), "ok")
    return redirect(url_for(".units", slug=g.campaign.slug, number=number))


def _offer(form: UnitAwardForm, number: int) -> AwardList:
    """Fill the form's choices from a list and the figures it keeps; return the list."""
    ctx = reading_context()
    award_list = numbered(ctx, number)
    figures = sorted(award_list.unit_figures, key=lambda unit: unit.unit_name)
    form.offer(unit_awards.collective_tiers(ctx, award_list=award_list), figures)
    form.offer_documents(decisive_documents(ctx, campaign=g.campaign))
    return award_list


def _units_page(form: UnitAwardForm, award_list: AwardList, status: int = 200) -> Response:
    address = url_for(".units", slug=g.campaign.slug, number=award_list.number)
    table = units_table(address, request.args)
    now = request.args.get("view") == NOW
    shown = narrowed(table, _current_figures(award_list) if now else _kept_figures(award_list))
    if table.export:
        summary = T("Exported the figures of the units")
        return download(table, lambda _ctx: shown, of="prizes:units", summary=summary)
    return render(
        "prizes/units.html",
        status=status,
        form=form,
        award_list=award_list,
        table=table.show(table.part_of(shown), len(shown)),
        now=now,
    )


def _kept_figures(award_list: AwardList) -> Sequence[UnitFigures]:
    """Return the figures that the list keeps, in the order in which they were read: that of the units' names."""
    return [
        UnitFigures(
            unit_id=one.unit_id,
            unit_name=one.unit_name,
            block=one.block,
            persons=one.persons,
            entries=one.entries,
            score_sum=one.score_sum,
            headcount=one.headcount,
        )
        for one in sorted(award_list.unit_figures, key=lambda unit: unit.unit_name)
    ]


def _current_figures(award_list: AwardList) -> Sequence[UnitFigures]:
    ctx = reading_context()
    return current_unit_figures(ctx, ranking=ctx.session.get_one(Ranking, award_list.ranking_id))
