"""Staff pages: the scheme, the award list with its confirmations, collective prizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.settings import load_version
from cuocthi.errors import DomainError, Missing
from cuocthi.standings.confirmations import confirmations
from cuocthi.standings.current_units import current_unit_figures
from cuocthi.standings.evidence import evidence_of
from cuocthi.standings.models import Ranking
from cuocthi.standings.queries import unit_figures
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi.timelines.queries import rounds
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.domain import award_lists, unit_awards
from cuocthi_prizes.domain.changes import changes, given_by, individually_given_by, would_be_given
from cuocthi_prizes.domain.proposals import propose
from cuocthi_prizes.domain.scheme import save_scheme
from cuocthi_prizes.forms import SchemeForm, StatementForm, UnitAwardForm
from cuocthi_prizes.models import AwardList
from cuocthi_prizes.queries import (
    SUBJECT,
    adopted_list,
    draft_list,
    list_numbered,
    load_scheme,
    predecessor,
    versions,
)
from cuocthi_prizes.settings import PrizeSettings
from cuocthi_prizes.tables import narrowed, units_table
from cuocthi_prizes.words import amount_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Evidence
    from cuocthi.standings.queries import UnitFigures
    from cuocthi.text import Text
    from cuocthi_prizes.domain.proposals import Proposal

#: The view of the units' figures in which merged units stand together.
NOW = "now"

blueprint = CampaignBlueprint("prizes", __name__, plugin="prizes")


# --- the scheme -----------------------------------------------------------------------------------------------------


@blueprint.page("/scheme", permission="prizes:scheme:edit")
def scheme() -> Response:
    """Show the scheme for editing."""
    ctx = reading_context()
    form = SchemeForm.from_settings(load_scheme(ctx, campaign=g.campaign).value)
    form.offer_rounds(rounds(ctx, campaign_id=g.campaign.id))
    return render("prizes/scheme.html", "prizes/_scheme.html", form=form)


@blueprint.page("/scheme", endpoint="save_scheme", permission="prizes:scheme:edit", methods=["POST"])
def store_scheme() -> AnyResponse:
    """Add or remove a row, or store the scheme."""
    form = SchemeForm()
    form.offer_rounds(rounds(reading_context(), campaign_id=g.campaign.id))
    if form.change_rows(request.form.get("act", "")):
        return render("prizes/scheme.html", "prizes/_scheme.html", form=form)
    if form.validate():
        try:
            with committing() as ctx:
                save_scheme(ctx, campaign=g.campaign, scheme=form.to_settings())
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The scheme of prizes is stored."), "ok")
            return redirect(url_for(".scheme", slug=g.campaign.slug))
    return render("prizes/scheme.html", "prizes/_scheme.html", status=422, form=form)


# --- the award list -------------------------------------------------------------------------------------------------


@blueprint.page("/awards", permission="prizes:awards:view")
def awards() -> Response:
    """Show the list that matters now: the draft, else the adopted one, else what would be awarded."""
    return _awards_page(StatementForm())


@blueprint.page("/awards", endpoint="draw_up", permission="prizes:awards:adopt", methods=["POST"])
def draw_up() -> AnyResponse:
    """Draw up a new list from the adopted ranking."""
    form = StatementForm()
    try:
        with committing() as ctx:
            made = award_lists.draw_up(ctx, campaign=g.campaign, statement=form.statement.data or "")
    except DomainError as error:
        attach_error(form, error)
        return _awards_page(form, status=422)
    flash(_("Award list %(number)s is drawn up. Two persons have to confirm it.", number=made.number), "ok")
    return redirect(url_for(".awards", slug=g.campaign.slug))


@blueprint.page("/awards/<int:number>", permission="prizes:awards:view")
def version(number: int) -> Response:
    """Show one version of the list, whatever its state."""
    ctx = reading_context()
    return render("prizes/version.html", **_list_values(ctx, _numbered(ctx, number)))


@blueprint.page("/awards/<int:number>/confirm", permission="prizes:awards:adopt", methods=["POST"])
def confirm(number: int) -> AnyResponse:
    """Confirm a draft as one of the two persons who adopt it."""
    with committing() as ctx:
        confirmed = award_lists.adopt(ctx, campaign=g.campaign, number=number, digest=request.form.get("digest", ""))
    if confirmed.is_draft:
        flash(_("You have confirmed the list. It is adopted as soon as a second person confirms it."), "ok")
    else:
        flash(_("Award list %(number)s is adopted. It can no longer be changed.", number=number), "ok")
    return redirect(url_for(".awards", slug=g.campaign.slug))


def _awards_page(form: StatementForm, status: int = 200) -> Response:
    ctx = reading_context()
    draft = draft_list(ctx, campaign_id=g.campaign.id)
    adopted = adopted_list(ctx, campaign_id=g.campaign.id)
    current = draft or adopted
    proposal = propose(ctx, campaign=g.campaign)
    obstacles = award_lists.adoption_obstacles(ctx, campaign=g.campaign, award_list=draft) if draft else []
    return render(
        "prizes/awards.html",
        status=status,
        form=form,
        proposal=proposal,
        adopted=adopted,
        obstacles=obstacles,
        outdated=_outdated(adopted, proposal) if draft is None else None,
        **_list_values(ctx, current),
    )


def _outdated(adopted: AwardList | None, proposal: Proposal) -> list[Text] | None:
    """Return what a list made of the present ranking would change, None where the adopted list is made of it."""
    if adopted is None or proposal.ranking is None or proposal.ranking.id == adopted.ranking_id:
        return None
    return changes(individually_given_by(adopted), would_be_given(proposal.allocation.places))


def _list_values(ctx: Context, award_list: AwardList | None) -> dict[str, Any]:
    """Return what the templates show of a list: its versions, its confirmations, what it changed."""
    shared = {"versions": versions(ctx, campaign_id=g.campaign.id), "award_list": award_list}
    if award_list is None:
        return shared
    former = predecessor(ctx, award_list=award_list)
    given = confirmations(ctx, subject=SUBJECT, subject_id=award_list.id)
    return shared | {
        "former": former,
        "changes": changes(given_by(former), given_by(award_list)) if former else [],
        "confirmations": given,
        "confirmed_by_me": ctx.actor.user_id in {confirmation.user_id for confirmation, _name in given},
        "total_in_words": amount_in_words(award_list.total_value),
        "evidence": _evidence(ctx, award_list) if award_list.is_draft else {},
    }


def _evidence(ctx: Context, award_list: AwardList) -> dict[int, list[Evidence]]:
    """Return what the plugins know about the entries of those whom a draft names."""
    ranking = ctx.session.get_one(Ranking, award_list.ranking_id)
    return evidence_of(
        ctx,
        campaign=g.campaign,
        round_=ctx.session.get_one(Phase, ranking.phase_id),
        enrolment_ids=[award.enrolment_id for award in award_list.awards],
        held=g.permissions,
    )


def _numbered(ctx: Context, number: int) -> AwardList:
    found = list_numbered(ctx, campaign_id=g.campaign.id, number=number)
    if found is None:
        raise Missing(T("There is no award list %(number)s.", number=number))
    return found


# --- collective prizes ----------------------------------------------------------------------------------------------


@blueprint.page("/awards/<int:number>/units", permission="prizes:awards:adopt")
def units(number: int) -> Response:
    """Show the figures of the units and the form for a collective prize."""
    form = UnitAwardForm()
    return _units_page(form, *_offer(form, number))


@blueprint.page("/awards/<int:number>/units", endpoint="grant", permission="prizes:awards:adopt", methods=["POST"])
def grant(number: int) -> AnyResponse:
    """Enter a collective prize."""
    form = UnitAwardForm()
    award_list, figures = _offer(form, number)
    if form.validate():
        try:
            with committing() as ctx:
                unit_awards.grant(ctx, campaign=g.campaign, number=number, **form.values())
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The collective prize is entered."), "ok")
            return redirect(url_for(".units", slug=g.campaign.slug, number=number))
    return _units_page(form, award_list, figures, status=422)


@blueprint.page("/awards/<int:number>/units/<int:award_id>/revoke", permission="prizes:awards:adopt", methods=["POST"])
def revoke(number: int, award_id: int) -> AnyResponse:
    """Take a collective prize out of a draft."""
    with committing() as ctx:
        unit_awards.revoke(ctx, campaign=g.campaign, number=number, award_id=award_id)
    flash(_("The collective prize is taken out."), "ok")
    return redirect(url_for(".units", slug=g.campaign.slug, number=number))


def _offer(form: UnitAwardForm, number: int) -> tuple[AwardList, Sequence[UnitFigures]]:
    """Fill the form's choices from a list and its ranking; return the list and the figures of the units."""
    ctx = reading_context()
    award_list = _numbered(ctx, number)
    scheme = load_version(ctx, version_id=award_list.settings_version_id, schema=PrizeSettings)
    figures = unit_figures(ctx, ranking=ctx.session.get_one(Ranking, award_list.ranking_id))
    form.offer(scheme.collective, figures)
    return award_list, figures


def _units_page(
    form: UnitAwardForm, award_list: AwardList, figures: Sequence[UnitFigures], status: int = 200
) -> Response:
    table = units_table(request.path, request.args)
    now = request.args.get("view") == NOW
    shown = narrowed(table, _current_figures(award_list) if now else figures)
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


def _current_figures(award_list: AwardList) -> Sequence[UnitFigures]:
    ctx = reading_context()
    return current_unit_figures(ctx, ranking=ctx.session.get_one(Ranking, award_list.ranking_id))
