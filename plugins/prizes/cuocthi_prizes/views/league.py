"""The league of units, as a table and as files; a coordinator sees the own unit and what lies below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request, url_for

from cuocthi.committees.queries import coordinated_units
from cuocthi.standings.queries import ranked_rounds
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import reading_context
from cuocthi.web.downloads import download
from cuocthi.web.rendering import render
from cuocthi_prizes.domain.league import league as league_of
from cuocthi_prizes.domain.league import units_below
from cuocthi_prizes.tables import league_table, narrowed_league
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response

    from cuocthi.context import Context
    from cuocthi.units.models import Unit

VIEW = "prizes:units:view"


@blueprint.page("/league", permission=VIEW)
def league() -> Response:
    """Show what the units within the reader's reach came to in a round whose ranking is adopted."""
    ctx = reading_context()
    ranked = ranked_rounds(ctx, campaign_id=g.campaign.id)
    shown = [round_ for round_ in rounds(ctx, campaign_id=g.campaign.id) if round_.id in ranked]
    table = league_table(
        url_for(".league", slug=g.campaign.slug), request.args, [(round_.key, round_.title) for round_ in shown]
    )
    chosen = next((one for one in shown if one.key == table.filtered.get("round")), shown[-1] if shown else None)
    mine = _coordinated(ctx)
    reach = None if mine is None else units_below(ctx, units=mine)
    found = narrowed_league(table, league_of(ctx, round_=chosen, units=reach) if chosen else [])
    if table.export:
        return download(table, lambda _ctx: found, of="prizes:league", summary=T("Exported the league of units"))
    return render(
        "prizes/league.html", table=table.show(table.part_of(found), len(found)), round=chosen, mine=mine or []
    )


def _coordinated(ctx: Context) -> list[Unit] | None:
    """Return the units that the reader sees, None for all: whoever has another role than that of a coordinator."""
    if ctx.actor.user_id is None or any(not role.bound_to_unit for role in g.roles):
        return None
    return list(coordinated_units(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id))
