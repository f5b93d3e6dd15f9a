"""The link and the QR code of each unit, by which people register from it, as sheets to be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request, url_for
from flask_babel import gettext as _

from cuocthi.text import T
from cuocthi.units.queries import full_names, kinds, linked_units
from cuocthi.units.views.blueprint import VIEW, blueprint
from cuocthi.units.words import kind_title
from cuocthi.web.context import reading_context
from cuocthi.web.downloads import download
from cuocthi.web.links import public_link
from cuocthi.web.qr import qr_svg
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from cuocthi.context import Context
    from cuocthi.units.models import Unit

#: Eight stand on a page of paper.
_PER_PAGE = 400


@blueprint.page("/staff/units/links", permission=VIEW)
def links() -> Response:
    """Show the links and QR codes of all units that people can choose, eight on a page of A4."""
    ctx, slug = reading_context(), g.campaign.slug
    table = Table(
        id="links",
        path=url_for("units.links", slug=g.campaign.slug),
        args=request.args,
        columns=[],
        sort="name",
        filters=[Filter("kind", _("Kind"), [(kind, kind_title(kind)) for kind in kinds(ctx)])],
        per_page=_PER_PAGE,
        in_files=[
            Column("code", _("Code"), cell=lambda unit: unit.code),
            Column("name", _("Unit"), cell=lambda unit: unit.name),
            Column("link", _("Link"), cell=lambda unit: _address(slug, unit)),
        ],
    )

    def found(ctx: Context) -> tuple[Sequence[Unit], int]:
        kind = table.filtered["kind"]
        return linked_units(ctx, search=table.search, kind=kind, limit=table.limit, offset=table.offset)

    if table.export:
        summary = T("Exported the links of the units")
        return download(table, lambda ctx: found(ctx)[0], of="core:unit", summary=summary)
    units, total = found(ctx)
    names = full_names(ctx, units=units)
    addresses = [_address(slug, unit) for unit in units]
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


def _address(slug: str, unit: Unit) -> str:
    return public_link("enrolments.join", slug=slug, unit=unit.code)
