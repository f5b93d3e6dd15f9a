"""The ranking rules of a round, edited by the organisers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import load_settings, save_settings, unstructure
from cuocthi.errors import Conflict, DomainError
from cuocthi.standings.criteria import RULES_OWNER, RankingRules, measures_of, resolve
from cuocthi.standings.forms import RulesForm
from cuocthi.standings.views.blueprint import pages, round_or_404
from cuocthi.text import T
from cuocthi.timelines.windows import PhaseState, phase_state
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

_RUNNING = (PhaseState.OPEN, PhaseState.BETWEEN)


@pages.page("/staff/rankings/<int:phase_id>/rules", methods=["GET", "POST"], permission="core:campaign:edit")
def ranking_rules(phase_id: int) -> AnyResponse:
    """Show and change by which criteria a round is ranked."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    measures = measures_of(ctx, source=round_.source)
    form = RulesForm()
    form.offer([(measure.key, translate(measure.title)) for measure in measures.values()])
    status = 200
    if request.method == "GET":
        form.show(load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=g.campaign, round_=round_).value)
    else:
        status = 422
        if form.validate():
            try:
                with committing() as ctx:
                    _save(ctx, round_, form.rules())
            except DomainError as error:
                attach_error(form, error)
            else:
                flash(_("The ranking rules are saved."), "ok")
                return redirect(url_for("standings.overview", slug=g.campaign.slug), 303)
    return render("standings/rules.html", status=status, round=round_, data=form)


def _save(ctx: Context, round_: Phase, rules: RankingRules) -> None:
    resolve(rules, measures_of(ctx, source=round_.source))
    if g.campaign.state is CampaignState.OPEN and phase_state(round_.windows, ctx.now) in _RUNNING:
        raise Conflict(
            T("“%(round)s” is open: its ranking rules can be changed when it has closed.", round=round_.title)
        )
    before = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=g.campaign, round_=round_)
    save_settings(ctx, owner=RULES_OWNER, campaign=g.campaign, round_=round_, value=rules)
    record(
        ctx,
        action="core:ranking:rules",
        summary=T("Changed the ranking rules of “%(round)s”", round=round_.title),
        campaign=g.campaign,
        object_kind="phase",
        object_id=round_.id,
        before=unstructure(before.value),
        after=unstructure(rules),
    )
