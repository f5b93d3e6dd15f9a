"""An open round as the organisers watch it: who got how far, how saving goes, and what does not get on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, g, request, url_for

from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import PhaseState, phase_state
from cuocthi.web.context import reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz.domain.save_figures import lately
from cuocthi_quiz.models import Outcome
from cuocthi_quiz.queries import live as queries
from cuocthi_quiz.settings import OWNER
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.queries.live import Hour, UnitRow

WATCH = "quiz:live:view"
#: What became of answers that were not saved, in words.
REFUSALS: Mapping[Outcome, Text] = {
    Outcome.CLOSED: T("too late: time was up, or the paper handed in"),
    Outcome.STALE: T("older than what is stored"),
    Outcome.TAKEN: T("from a place that another has taken over"),
    Outcome.SIGNED_OUT: T("signed out meanwhile; they are sent again after signing in"),
    Outcome.REFUSED: T("not possible for that question"),
    Outcome.FAILED: T("failed with an error of the system"),
}


@blueprint.page("/staff/live/", permission=WATCH)
def live() -> Response:
    """Show how a round goes; while it is open the figures renew themselves."""
    ctx = reading_context()
    own, round_ = chosen_round(ctx)
    if round_ is None:
        return render("quiz/live.html", round=None)
    hours = queries.hours(ctx, round_=round_)
    return render(
        "quiz/live.html",
        "quiz/_live.html",
        tabs_of_page=_tabs(round_, "quiz.live"),
        rounds=own,
        round=round_,
        goes_on=phase_state(round_.windows, ctx.now) in {PhaseState.OPEN, PhaseState.BETWEEN},
        progress=queries.progress(ctx, round_=round_),
        near=queries.NEAR.total_seconds() // 60,
        hours=hours,
        columns=[_column(hour) for hour in hours],
        saves=lately(ctx),
        refusals=REFUSALS,
        hanging=queries.hanging(ctx, round_=round_),
        kinds={name: kind.title for name, kind in registry().jobs.items()},
    )


@blueprint.page("/staff/live/units", permission=WATCH)
def live_units() -> Response:
    """Show how many of each unit's people got how far in a round, against those entitled."""
    ctx = reading_context()
    own, round_ = chosen_round(ctx)
    if round_ is None:
        abort(404)
    table = Table(
        id="live-units",
        path=url_for("quiz.live_units", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("unit", T("Unit"), sortable=True, cell=lambda row: row.unit),
            *(
                Column(key, title, sortable=True, kind="number", cell=cell)
                for key, title, cell in (
                    ("entitled", T("Entitled"), lambda row: row.entitled or None),
                    ("registered", T("Persons registered"), lambda row: row.registered),
                    ("starters", T("Persons who began"), lambda row: row.starters),
                    ("finishers", T("Persons who handed in"), lambda row: row.finishers),
                    ("rate", T("Rate"), lambda row: row.rate),
                )
            ),
        ],
        sort="unit",
        filters=[Filter("state", T("Taking part"), [("some", T("somebody began")), ("none", T("nobody began"))])],
    )

    def found(ctx: Context) -> tuple[Sequence[UnitRow], int]:
        return queries.units(
            ctx,
            round_=round_,
            search=table.search,
            state=table.filtered["state"],
            sort=table.sort_key,
            descending=table.descending,
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        summary = T("Exported how far the people of the units are in a round")
        return download(table, lambda ctx: found(ctx)[0], of="quiz:live", summary=summary)
    return render(
        "quiz/live_units.html",
        tabs_of_page=_tabs(round_, "quiz.live_units"),
        rounds=own,
        round=round_,
        table=table.show(*found(ctx)),
    )


def chosen_round(ctx: Context) -> tuple[Sequence[Phase], Phase | None]:
    """Return the quiz's rounds, and the one that is wanted: without a wish the open one, or the last that has opened.

    Answers 404 for a round that is not the quiz's.
    """
    own = rounds(ctx, campaign_id=g.campaign.id, source=OWNER)
    wanted = request.args.get("round", type=row_number)
    if wanted is not None:
        return own, next((round_ for round_ in own if round_.id == wanted), None) or abort(404)
    states = {round_.id: phase_state(round_.windows, ctx.now) for round_ in own}
    for state in (PhaseState.OPEN, PhaseState.BETWEEN, PhaseState.CLOSED):
        at = [round_ for round_ in own if states[round_.id] is state]
        if at:
            return own, at[-1]
    return own, own[0] if own else None


def _tabs(round_: Phase, shown: str) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": url_for(endpoint, slug=g.campaign.slug, round=round_.id),
            "active": endpoint == shown,
        }
        for endpoint, title in (("quiz.live", T("At a glance")), ("quiz.live_units", T("By unit")))
    ]


def _column(hour: Hour) -> dict[str, object]:
    figures = T("%(begun)s begun, %(handed_in)s handed in", begun=hour.begun, handed_in=hour.handed_in)
    since = T("from %(moment)s", moment=hour.at)
    return {"label": translate(since), "value": hour.begun, "text": translate(figures)}
