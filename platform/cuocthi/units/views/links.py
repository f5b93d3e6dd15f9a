"""The link and the QR code of each unit, by which people register from it, as sheets to be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request, url_for
from flask_babel import gettext as _

from cuocthi.units.queries import full_names, kinds, linked_units
from cuocthi.units.views.blueprint import VIEW, blueprint
from cuocthi.units.words import kind_title
from cuocthi.web.context import reading_context
from cuocthi.web.links import public_link
from cuocthi.web.qr import qr_svg
from cuocthi.web.rendering import render
from cuocthi.web.tables import Filter, Table

if TYPE_CHECKING:
    from flask import Response

#: Eight stand on a page of paper.
_PER_PAGE = 400


@blueprint.page("/staff/units/links", permission=VIEW)
def links() -> Response:
    """Show the links and QR codes of all units that people can choose, eight on a page of A4."""
    ctx = reading_context()
    table = Table(
        id="links",
        path=url_for("units.links", slug=g.campaign.slug),
        args=request.args,
        columns=[],
        sort="name",
        filters=[Filter("kind", _("Kind"), [(kind, kind_title(kind)) for kind in kinds(ctx)])],
        per_page=_PER_PAGE,
    )
    units, total = linked_units(
        ctx, search=table.search, kind=table.filtered["kind"], limit=table.limit, offset=table.offset
    )
    names = full_names(ctx, units=units)
    addresses = [public_link("enrolments.join", slug=g.campaign.slug, unit=unit.code) for unit in units]
    cards = [
        {
            "name": unit.name,
            "above": names[unit.id].removeprefix(unit.name).removeprefix(", "),
            "link": link,
            "qr": qr_svg(link),
        }
        for unit, link in zip(units, addresses, strict=True)
    ]
    return render("units/links.html", table=table.show(cards, total))
