"""Staff page "Biên bản, quyết định": which adopted award lists are final, and naming the acts that make them so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.acts.contributed import RECORD
from cuocthi_prizes.acts.domain import name_acts
from cuocthi_prizes.acts.forms import ActsForm
from cuocthi_prizes.acts.queries import finalities, to_choose
from cuocthi_prizes.outputs.queries import lists_in_force
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_prizes.models import AwardList


@blueprint.page("/acts", permission="prizes:awards:view")
def acts() -> Response:
    """Show by which acts the lists in force are final, and let them be named for those that are not."""
    return _page()


@blueprint.page("/acts", endpoint="name_acts", permission=RECORD, methods=["POST"])
def name() -> AnyResponse:
    """Make the chosen lists final by the chosen documents."""
    ctx = reading_context()
    form = ActsForm()
    _offer(ctx, form)
    if form.validate():
        try:
            with committing() as changing:
                name_acts(
                    changing,
                    campaign=g.campaign,
                    list_ids=form.lists.data or [],
                    minutes_id=form.minutes.data,
                    decision_id=form.decision.data,
                    reason=form.reason.data or "",
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The acts are named. What they cover is final, and stays as it is."), "ok")
            return redirect(url_for(".acts", slug=g.campaign.slug))
    return _page(form, status=422)


def _page(form: ActsForm | None = None, status: int = 200) -> Response:
    ctx = reading_context()
    lists = lists_in_force(ctx, campaign_id=g.campaign.id)
    named = finalities(ctx, list_ids=[one.id for one in lists])
    if form is None:
        form = ActsForm()
        form.lists.data = _asked() or [one.id for one in lists if one.id not in named]
        _offer(ctx, form)
    return render(
        "prizes/acts/acts.html",
        status=status,
        form=form,
        lists=[(one, title, named.get(one.id, [])) for one, title in _titled(ctx, lists)],
        can_name=bool(form.minutes.choices and form.decision.choices),
    )


def _asked() -> list[int]:
    """Return the list that somebody came for, from a list's own page."""
    chosen = request.args.get("list", type=int)
    return [] if chosen is None else [chosen]


def _offer(ctx: Context, form: ActsForm) -> None:
    lists = _titled(ctx, lists_in_force(ctx, campaign_id=g.campaign.id))
    form.offer([(one.id, title) for one, title in lists], to_choose(ctx, campaign=g.campaign))


def _titled(ctx: Context, lists: Sequence[AwardList]) -> list[tuple[AwardList, str]]:
    rounds_ = {round_.id: round_.title for round_ in rounds(ctx, campaign_id=g.campaign.id)}
    return [
        (one, f"{_('Award list %(number)s', number=one.number)} – {one.set_title}, {rounds_.get(one.phase_id, '')}")
        for one in lists
    ]
