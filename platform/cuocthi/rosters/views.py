"""A unit's roster: who on it has taken part, handing it in after a look at it, and removing it; never a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.enrolments import participation
from cuocthi.enrolments.views.participation import VIEW, reach
from cuocthi.errors import DomainError
from cuocthi.rosters.domain import hand_in, handed_in, remove, take_over
from cuocthi.rosters.forms import RosterForm
from cuocthi.rosters.lists import read_roster
from cuocthi.rosters.queries import Listed, Progress, listed, size, totals
from cuocthi.sheets.writing import MEDIA_TYPE, write_workbook
from cuocthi.text import T
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.rosters.lists import RowProblem
    from cuocthi.text import Text
    from cuocthi.units.models import Unit

EDIT = "core:roster:edit"
_SHOWN = 100
_WORDS: dict[Progress, tuple[Text, str]] = {
    Progress.FINISHED: (T("Has taken part"), "ok"),
    Progress.REGISTERED: (T("Registered, not yet taken part"), "warn"),
    Progress.ABSENT: (T("Not registered yet"), "plain"),
}

blueprint = CampaignBlueprint("rosters", __name__)
blueprints = (blueprint,)
navigation = ()


@blueprint.page(
    "/staff/participation/<int:unit_id>/roster",
    permission=VIEW,
    on_record=T("Looked at who on a unit's roster has taken part"),
)
def roster(unit_id: int) -> Response:
    """Show by name who on the rosters of a unit and those below it has taken part and who has not."""
    ctx = reading_context()
    unit = _unit(ctx, unit_id)
    categories = dict(g.campaign.categories)
    table = Table(
        id="roster",
        path=url_for("rosters.roster", slug=g.campaign.slug, unit_id=unit.id),
        args=request.args,
        columns=[
            Column("name", T("Name"), cell=lambda row: row.name),
            Column("unit", T("Unit"), cell=lambda row: row.unit_name),
            Column("category", T("Category"), cell=lambda row: categories.get(row.category, row.category)),
            Column("progress", T("State"), kind="status", cell=lambda row: _WORDS[row.progress][0]),
        ],
        sort="name",
        filters=[Filter("progress", T("State"), [(key.value, words) for key, (words, _kind) in _WORDS.items()])],
    )
    wanted = table.filtered["progress"]

    def found(ctx: Context) -> tuple[Sequence[Listed], int]:
        return listed(
            ctx,
            campaign=g.campaign,
            unit=unit,
            search=table.search,
            progress=Progress(wanted) if wanted else None,
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        summary = T("Exported who on a unit's roster has taken part")
        return download(table, lambda ctx: found(ctx)[0], of="core:roster", summary=summary)
    numbers = totals(ctx, campaign=g.campaign, unit=unit)
    return render("rosters/roster.html", table=table.show(*found(ctx)), unit=unit, words=_WORDS, totals=numbers)


@blueprint.page("/staff/participation/<int:unit_id>/roster/template.xlsx", permission=EDIT)
def template(unit_id: int) -> Response:
    """Hand out an empty list in the form in which a roster is handed in."""
    _unit(reading_context(), unit_id)
    categories = [[_("Category")], *([str(title)] for title in g.campaign.categories.values())]
    headings = [["Họ và tên", "Điện thoại", "Đối tượng"]]
    sheets = [(_("Roster"), headings), (_("Categories"), categories)]
    response = Response(write_workbook(sheets), content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="roster.xlsx"'
    return response


@blueprint.page("/staff/participation/<int:unit_id>/roster/new", permission=EDIT)
def choose(unit_id: int) -> Response:
    """Show where a roster is handed in."""
    return _form_page(_unit(reading_context(), unit_id), RosterForm(), [])


@blueprint.page("/staff/participation/<int:unit_id>/roster/new", permission=EDIT, methods=["POST"], endpoint="upload")
def upload(unit_id: int) -> AnyResponse:
    """Read a roster; a sound one leads to its preview, of any other every problem is shown."""
    unit, form = _unit(reading_context(), unit_id), RosterForm()
    if not form.validate():
        return _form_page(unit, form, [], status=422)
    categories = dict(g.campaign.categories)
    # Reading takes a while; no transaction stays open meanwhile, above all no writing one.
    reading_context().session.rollback()
    try:
        rows, problems = read_roster(form.file.data.read(), categories=categories)
        if problems:
            return _form_page(unit, form, problems, status=422)
        with committing() as ctx:
            draft = hand_in(ctx, campaign=g.campaign, unit=unit, rows=rows, vault=registry().vault)
    except DomainError as error:
        attach_error(form, error)
        return _form_page(unit, form, [], status=error.status)
    return redirect(url_for("rosters.preview", slug=g.campaign.slug, unit_id=unit_id, token=draft.token), 303)


@blueprint.page("/staff/participation/<int:unit_id>/roster/new/<token>", permission=EDIT)
def preview(unit_id: int, token: str) -> Response:
    """Show whom a roster names before it is taken over."""
    ctx = reading_context()
    unit = _unit(ctx, unit_id)
    rows = handed_in(ctx, campaign=g.campaign, unit=unit, token=token, vault=registry().vault)
    before = size(ctx, campaign=g.campaign, unit=unit)
    return render("rosters/preview.html", unit=unit, rows=rows, before=before, token=token, shown=_SHOWN)


@blueprint.page(
    "/staff/participation/<int:unit_id>/roster/new/<token>",
    permission=EDIT,
    methods=["POST"],
    endpoint="take_over",
)
def store(unit_id: int, token: str) -> AnyResponse:
    """Take a roster over as the preview showed it."""
    with committing() as ctx:
        unit = _unit(ctx, unit_id)
        number = take_over(ctx, campaign=g.campaign, unit=unit, token=token, vault=registry().vault)
    flash(_("The roster names %(count)s people.", count=number), "ok")
    return _to_roster(unit_id)


@blueprint.page(
    "/staff/participation/<int:unit_id>/roster/remove", permission=EDIT, methods=["POST"], endpoint="remove"
)
def drop(unit_id: int) -> AnyResponse:
    """Remove a unit's own roster."""
    with committing() as ctx:
        number = remove(ctx, campaign=g.campaign, unit=_unit(ctx, unit_id))
    flash(_("The roster was removed.") if number else _("The unit has no roster of its own."), "ok")
    return _to_roster(unit_id)


def _unit(ctx: Context, unit_id: int) -> Unit:
    """Return a unit whose people the reader may know by name."""
    return participation.unit_within(ctx, unit_id=unit_id, reach=reach(ctx, by_name=True)) or abort(404)


def _to_roster(unit_id: int) -> AnyResponse:
    return redirect(url_for("rosters.roster", slug=g.campaign.slug, unit_id=unit_id), 303)


def _form_page(unit: Unit, form: RosterForm, problems: Sequence[RowProblem], *, status: int = 200) -> Response:
    return render("rosters/upload.html", status=status, unit=unit, form=form, problems=problems, shown=_SHOWN)
