"""The tree of units for organisers: what there is, with the numbers of people entitled, and importing a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.exchange import set_headcounts, unit_list
from cuocthi.campaigns.queries import list_units
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.units.domain import import_units
from cuocthi.units.forms import UnitsForm
from cuocthi.units.queries import full_names
from cuocthi.units.rows import read_rows
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Table

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = CampaignBlueprint("units", __name__)
blueprints = (blueprint,)
navigation = (NavEntry("units", T("Units"), "units.listing", "core:campaign:view", 25),)


@blueprint.page("/staff/units/", permission="core:campaign:view")
def listing() -> Response:
    """Show the units with the numbers of people entitled to take part."""
    return _page(UnitsForm())


@blueprint.page("/staff/units/", permission="core:campaign:edit", methods=["POST"], endpoint="upload")
def upload() -> AnyResponse:
    """Import a list: units by their codes, and this campaign's numbers of people."""
    form = UnitsForm()
    if form.validate():
        try:
            rows = read_rows(form.file.data.read())
            with committing() as ctx:
                units = import_units(ctx, rows=rows)
                set_headcounts(ctx, campaign=g.campaign, rows=rows, units=units, source=form.source.data or "")
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("%(number)s units were imported.", number=len(rows)), "ok")
            return redirect(url_for("units.listing", slug=g.campaign.slug))
    return _page(form, status=422)


@blueprint.page("/staff/units/units.csv", permission="core:campaign:view")
def export() -> Response:
    """Hand the list out, in the form in which it can be imported."""
    response = Response(unit_list(reading_context(), campaign=g.campaign), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{g.campaign.slug}-units.csv"'
    return response


def _page(form: UnitsForm, *, status: int = 200) -> Response:
    ctx = reading_context()
    categories = g.campaign.categories
    table = Table(
        id="units",
        path=url_for("units.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("name", _("Unit")),
            *(Column(key, title, kind="number") for key, title in categories.items()),
        ],
        sort="name",
    )
    rows, total = list_units(
        ctx, campaign_id=g.campaign.id, search=table.search, limit=table.limit, offset=table.offset
    )
    return render(
        "units/listing.html",
        status=status,
        form=form,
        table=table.show(rows, total),
        names=full_names(ctx, units=[row.unit for row in rows]),
    )
