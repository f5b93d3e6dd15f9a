"""Ordering persons who are equal: the staff's steps, and what everybody sees of lots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.views.caching import cached
from cuocthi.digest import canonical
from cuocthi.errors import DomainError
from cuocthi.standings import lot_queries, lots, queries
from cuocthi.standings.lot_files import published_file
from cuocthi.standings.lot_forms import AbandonForm, JuryForm, OpenLotForm, PartForm
from cuocthi.standings.lot_models import Lot, LotState
from cuocthi.standings.models import RankingState, TieMethod
from cuocthi.standings.views.blueprint import pages, round_or_404
from cuocthi.text import T
from cuocthi.users.models import User
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.standings.queries import StandingRow
    from cuocthi.web.forms import BaseForm

#: A jury orders by hand no more persons than this; larger ties are for the lot.
_BY_HAND = 60
#: How many places of an order a page shows; all of them are in the file.
_SHOWN = 100

STATES = {
    LotState.OPEN: (T("Open"), "warn"),
    LotState.DRAWN: (T("Drawn"), "ok"),
    LotState.ABANDONED: (T("Given up"), "plain"),
}
#: What a state is called where the jury gives its word.
JURY_STATES = {**STATES, LotState.DRAWN: (T("Decided by the jury"), "ok")}


@pages.page(
    "/staff/rankings/<int:phase_id>/<int:number>/ties/<int:rank>",
    methods=["GET", "POST"],
    permission="core:entry:decide",
)
def tie(phase_id: int, number: int, rank: int) -> AnyResponse:
    """Show who shares a rank; open a lot among them, or give the jury's word."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    ranking = queries.ranking_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id, number=number)
    rows = queries.tied_rows(ctx, ranking=ranking, rank=rank)
    lot_form, jury_form = OpenLotForm(prefix="lot-"), JuryForm(prefix="jury-")
    by_jury = request.form.get("method") == TieMethod.JURY.value
    form: BaseForm = jury_form if by_jury else lot_form
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                opened = _opened(ranking, rank, jury_form if by_jury else lot_form, rows)
            except DomainError as error:
                attach_error(form, error)
            else:
                flash(
                    _("The order is proposed. Another person has to confirm it.")
                    if by_jury
                    else _("The entrants are committed to, and the public sees it. Two persons give their parts next."),
                    "ok",
                )
                return redirect(_page(opened), 303)
    sharing = lot_queries.sharing(ctx, phase_id=phase_id, enrolment_ids=[row.enrolment.id for row in rows])
    return render(
        "standings/tie.html",
        status=status,
        round=round_,
        ranking=ranking,
        rank=rank,
        rows=rows[:_BY_HAND],
        persons=len(rows),
        sharing=[lot for lot, _persons in sharing],
        waiting=any(lot.state is LotState.OPEN for lot, _persons in sharing),
        drawn=any(lot.state is LotState.DRAWN and persons > 1 for lot, persons in sharing),
        undecided=ranking.state is RankingState.PROVISIONAL,
        by_hand=len(rows) <= _BY_HAND,
        by_jury=by_jury,
        typed=request.form,
        states=STATES,
        jury_states=JURY_STATES,
        lot_form=lot_form,
        jury_form=jury_form,
        data=form,
    )


def _opened(ranking: Ranking, rank: int, form: OpenLotForm | JuryForm, rows: Sequence[StandingRow]) -> tuple[int, int]:
    """Open a lot, or take the jury's word down; return its round and its number."""
    with committing() as ctx:
        reason = form.reason.data or ""
        if isinstance(form, JuryForm):
            lot = lots.propose_order(ctx, ranking=ranking, rank=rank, order=_order_given(rows), reason=reason)
        else:
            sources = (form.source_1.data or "", form.source_2.data or "")
            lot = lots.open_lot(ctx, ranking=ranking, rank=rank, sources=sources, reason=reason)
        return lot.phase_id, lot.number


def _order_given(rows: Sequence[StandingRow]) -> list[int]:
    """Return the persons in the order of the places typed; nobody where a place is missing or given twice."""
    places = {row.enrolment.id: request.form.get(f"place-{row.enrolment.id}", type=int) for row in rows}
    typed = [place for place in places.values() if place is not None]
    if len(set(typed)) < len(rows):
        return []
    return sorted(places, key=lambda person: places[person] or 0)


# --- one lot --------------------------------------------------------------------------------------------------------


@pages.page("/staff/rankings/<int:phase_id>/lots/<int:number>", permission="core:ranking:view")
def lot(phase_id: int, number: int) -> Response:
    """Show a lot with its steps: what was done by whom, and who has to do what next."""
    return _shown(phase_id, number)


@pages.page(
    "/staff/rankings/<int:phase_id>/lots/<int:number>/<any(part,confirm,abandon):act>",
    methods=["POST"],
    permission="core:entry:decide",
)
def lot_step(phase_id: int, number: int, act: str) -> AnyResponse:
    """Give a part of the seed, confirm the jury's word, or give the lot up."""
    ctx = reading_context()
    round_or_404(ctx, phase_id)
    found = lot_queries.lot_of(ctx, phase_id=phase_id, number=number)
    form = _form_of(ctx, found, act)
    if form is not None and not form.validate():
        return _shown(phase_id, number, form, status=422)
    try:
        with committing() as changing:
            done = _do(changing, found, form)
    except DomainError as error:
        if form is None or error.status != DomainError.status:
            raise
        attach_error(form, error)
        return _shown(phase_id, number, form, status=422)
    flash(done, "ok")
    return redirect(_page((phase_id, number)), 303)


def _form_of(ctx: Context, found: Lot, act: str) -> BaseForm | None:
    if act == "part":
        form = PartForm()
        form.offer(_sources(found), [one.part.number for one in lot_queries.parts_of(ctx, lot=found)])
        return form
    return AbandonForm(prefix="abandon-") if act == "abandon" else None


def _do(ctx: Context, found: Lot, form: BaseForm | None) -> str:
    """Do one step; return in words what was done."""
    if isinstance(form, PartForm):
        drawn = lots.give_part(ctx, lot=found, number=form.number.data or 0, part=form.part.data or "")
        if drawn:
            return _("The lot is drawn. The order and everything to check it by are public.")
        return _("Your part is kept and stays hidden until another person has given the other one.")
    if isinstance(form, AbandonForm):
        lots.abandon(ctx, lot=found, reason=form.reason.data or "")
        return _("The lot is given up; another one can be opened.")
    lots.confirm_order(ctx, lot=found)
    return _("The jury's order is confirmed.")


def _shown(phase_id: int, number: int, form: BaseForm | None = None, *, status: int = 200) -> Response:
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    found = lot_queries.lot_of(ctx, phase_id=phase_id, number=number)
    [shown] = lot_queries.shown_lots(ctx, lots=[found], action=lots.OPENED)
    part_form = form if isinstance(form, PartForm) else PartForm(formdata=None)
    part_form.offer(_sources(found), [one.part.number for one in shown.parts])
    me = lot_queries.person_of(ctx, user_id=ctx.actor.user_id or 0)
    opened_by = ctx.session.get(User, found.opened_by)
    closed_by = ctx.session.get(User, found.closed_by or 0)
    decided = found.method is TieMethod.JURY or found.state is LotState.DRAWN
    return render(
        "standings/lot.html",
        status=status,
        round=round_,
        lot=found,
        shown=shown,
        state=JURY_STATES[found.state] if found.method is TieMethod.JURY else STATES[found.state],
        opened_by=opened_by.name if opened_by else "",
        closed_by=closed_by.name if closed_by else "",
        early=found.parts_from is not None and ctx.now < found.parts_from,
        given={one.part.number: one for one in shown.parts},
        has_given=any(one.user_id == me for one in shown.parts),
        proposed=lot_queries.person_of(ctx, user_id=found.opened_by) == me,
        order=lot_queries.entrants_of(ctx, lot=found, limit=_SHOWN) if decided else [],
        part_form=part_form,
        abandon_form=form if isinstance(form, AbandonForm) else AbandonForm(formdata=None, prefix="abandon-"),
        data=form,
    )


def _sources(found: Lot) -> dict[int, str]:
    return dict(enumerate(found.sources, start=1))


def _page(at: tuple[int, int]) -> str:
    return url_for("standings.lot", slug=g.campaign.slug, phase_id=at[0], number=at[1])


# --- for everybody --------------------------------------------------------------------------------------------------


@pages.page("/rankings/<int:phase_id>/lots/", public=True)
def public_lots(phase_id: int) -> Response:
    """Show all lots of a round: committed to, drawn, given up, and those that came after others, with their reasons."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)

    def page() -> Response:
        found = lot_queries.lots_of(ctx, phase_id=phase_id)
        shown = lot_queries.shown_lots(ctx, lots=found, action=lots.OPENED)
        drawn = [lot for lot in found if lot.state is LotState.DRAWN]
        return render(
            "standings/lots.html",
            round=round_,
            lots=shown,
            orders=lot_queries.first_places(ctx, lots=drawn, limit=_SHOWN),
            states=STATES,
            jury_states=JURY_STATES,
            followed={one.after: one.lot.number for one in reversed(shown) if one.after is not None},
        )

    return cached([round_], page)


@pages.page("/rankings/<int:phase_id>/lots/<int:number>.json", public=True)
def lot_file(phase_id: int, number: int) -> Response:
    """Hand out the file of a lot, by which anybody can draw it again."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    found = lot_queries.lot_of(ctx, phase_id=phase_id, number=number)

    def file() -> Response:
        [shown] = lot_queries.shown_lots(ctx, lots=[found], action=lots.OPENED)
        content = canonical(published_file(ctx, campaign=g.campaign, round_=round_, shown=shown))
        answer = Response(content, content_type="application/json; charset=utf-8")
        name = f"{g.campaign.slug}-{round_.key}-lot-{number}.json"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    return cached([round_], file)
