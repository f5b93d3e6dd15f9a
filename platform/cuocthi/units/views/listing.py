"""The units there are, with the numbers of people entitled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, render_template, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.queries import list_units
from cuocthi.text import T
from cuocthi.units.queries import full_names, kinds, search_units, units_of
from cuocthi.units.views.blueprint import EDIT, VIEW, blueprint
from cuocthi.units.words import kind_title
from cuocthi.web.context import reading_context
from cuocthi.web.downloads import download
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from cuocthi.campaigns.queries import ListedUnit
    from cuocthi.context import Context

_SUGGESTED = 12


@blueprint.page("/staff/units/", permission=VIEW)
def listing() -> Response:
    """Show the units with the numbers of people entitled to take part."""
    ctx = reading_context()
    choosing = [Column("choose", _("Choose"), kind="acts")] if EDIT in g.permissions else []
    table = Table(
        id="units",
        path=url_for("units.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("name", _("Unit"), cell=lambda row: row.unit.name),
            Column("kind", _("Kind"), cell=lambda row: kind_title(row.unit.kind)),
            *(_headcount(category, title) for category, title in g.campaign.categories.items()),
            *choosing,
        ],
        sort="name",
        filters=[
            Filter("kind", _("Kind"), [(kind, kind_title(kind)) for kind in kinds(ctx)]),
            Filter("state", _("State"), [("there", _("There today")), ("ended", _("Ended"))]),
        ],
        in_files=[
            Column("code", _("Code"), cell=lambda row: row.unit.code),
            Column("valid_to", _("No more from"), cell=lambda row: row.unit.valid_to),
        ],
    )
    campaign_id = g.campaign.id

    def found(ctx: Context) -> tuple[Sequence[ListedUnit], int]:
        return list_units(
            ctx,
            campaign_id=campaign_id,
            search=table.search,
            kind=table.filtered["kind"],
            state=table.filtered["state"],
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        return download(table, lambda ctx: found(ctx)[0], of="core:unit", summary=T("Exported the list of units"))
    rows, total = found(ctx)
    units = [row.unit for row in rows]
    successors = units_of(ctx, unit_ids=[unit.successor_id for unit in units if unit.successor_id is not None])
    return render(
        "units/listing.html",
        table=table.show(rows, total),
        names=full_names(ctx, units=units),
        successors={unit.id: unit.name for unit in successors},
        kind_title=kind_title,
        may_edit=bool(choosing),
    )


def _headcount(category: str, title: str) -> Column:
    return Column(category, title, kind="number", cell=lambda row: row.numbers.get(category, 0))


@blueprint.page("/staff/units/suggest", permission=VIEW)
def suggest() -> str:
    """Offer the units that what was typed into a field may mean."""
    ctx = reading_context()
    written = next((request.args[name] for name in ("parent", "into", "unit") if name in request.args), "")
    found = search_units(ctx, text=written[:100], limit=_SUGGESTED, grouping=True)
    return render_template("units/_suggested.html", found=found, names=full_names(ctx, units=found))
