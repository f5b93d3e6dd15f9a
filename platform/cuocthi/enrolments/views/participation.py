"""How many take part, unit by unit: for who urges them on. A coordinator sees the own unit and what lies below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, g, request, url_for
from flask_babel import gettext as _

from cuocthi.committees.queries import coordinated_units
from cuocthi.enrolments import participation
from cuocthi.enrolments.views.blueprints import campaign_pages
from cuocthi.text import T
from cuocthi.web.context import reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.enrolments.participation import Condition, Figures, Person, UnitRow
    from cuocthi.units.models import Unit

VIEW = "core:participation:view"
FINISHED = {True: T("Has taken part"), False: T("Has not taken part yet")}


@campaign_pages.page("/staff/participation/", permission=VIEW)
def units() -> Response:
    """Show the figures of the units within the reader's reach."""
    ctx = reading_context()
    seen = reach(ctx)
    table = Table(
        id="participation",
        path=url_for("enrolments.units", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("unit", _("Unit"), sortable=True, cell=lambda row: row.unit.name),
            *(
                Column(key, title, sortable=True, kind="number", cell=cell)
                for key, title, cell in (
                    ("entitled", _("Entitled"), lambda row: row.figures.entitled or None),
                    ("registered", _("Persons registered"), lambda row: row.figures.registered),
                    ("finished", _("Handed in"), lambda row: row.figures.finished),
                    ("rate", _("Rate"), lambda row: _percent(row.figures)),
                )
            ),
        ],
        sort="unit",
    )

    def found(ctx: Context) -> tuple[Sequence[UnitRow], int]:
        return participation.unit_rows(
            ctx,
            campaign=g.campaign,
            reach=seen,
            search=table.search,
            sort=table.sort_key,
            descending=table.descending,
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        summary = T("Exported how many people of the units take part")
        return download(table, lambda ctx: found(ctx)[0], of="core:participation", summary=summary)
    rows, total = found(ctx)
    return render(
        "enrolments/participation.html",
        table=table.show(rows, total),
        totals=participation.totals(ctx, campaign=g.campaign, reach=seen),
        mine=[] if _sees_all() else _coordinated(ctx),
        named=participation.units_within(ctx, units=[row.unit for row in rows], reach=reach(ctx, by_name=True)),
    )


@campaign_pages.page(
    "/staff/participation/<int:unit_id>",
    permission=VIEW,
    on_record=T("Looked at who of a unit has taken part"),
)
def unit_people(unit_id: int) -> Response:
    """Show by name who of a unit has taken part and who has not; nothing of scores."""
    ctx = reading_context()
    unit = participation.unit_within(ctx, unit_id=unit_id, reach=reach(ctx, by_name=True)) or abort(404)
    table = Table(
        id="people",
        path=url_for("enrolments.unit_people", slug=g.campaign.slug, unit_id=unit.id),
        args=request.args,
        columns=[
            Column("name", _("Name"), cell=lambda row: row.name),
            Column("unit", _("Unit"), cell=lambda row: row.unit_name),
            Column("finished", _("State"), kind="status", cell=lambda row: FINISHED[row.finished]),
        ],
        sort="name",
        filters=[Filter("state", _("State"), [("yes", FINISHED[True]), ("no", FINISHED[False])])],
    )

    def found(ctx: Context) -> tuple[Sequence[Person], int]:
        return participation.people(
            ctx,
            campaign=g.campaign,
            unit=unit,
            search=table.search,
            finished={"yes": True, "no": False}.get(table.filtered["state"]),
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        summary = T("Exported who of a unit has taken part")
        return download(table, lambda ctx: found(ctx)[0], of="core:participation", summary=summary)
    return render("enrolments/unit_people.html", table=table.show(*found(ctx)), unit=unit, finished=FINISHED)


def _percent(figures: Figures) -> float | None:
    return None if figures.rate_permille is None else figures.rate_permille / 10


def _sees_all() -> bool:
    """Tell whether the reader holds the permission by another role than that of a coordinator."""
    holding = registry().permissions.by_name[VIEW].roles & g.roles
    return any(not role.bound_to_unit for role in holding)


def reach(ctx: Context, *, by_name: bool = False) -> Condition:
    """Return which units the reader sees, with ``by_name`` of which the people."""
    return participation.everywhere() if _sees_all() else participation.within(_coordinated(ctx, by_name=by_name))


def _coordinated(ctx: Context, *, by_name: bool = False) -> Sequence[Unit]:
    user_id = ctx.actor.user_id or abort(404)
    return coordinated_units(ctx, campaign_id=g.campaign.id, user_id=user_id, by_name=by_name)
