"""Lists of units in and out: a dry run that names every problem, then the import of exactly that; XLSX and CSV."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.headcounts import Origin
from cuocthi.campaigns.long_lists import import_later, is_long
from cuocthi.campaigns.unit_lists import import_list, listed_units, plan_list
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi.files.domain import file_of, read, store
from cuocthi.files.kinds import CSV, TEXT, XLSX
from cuocthi.sheets.csv_text import csv_lines
from cuocthi.sheets.writing import MEDIA_TYPE, write_workbook
from cuocthi.text import T
from cuocthi.units.forms import ListForm
from cuocthi.units.lists import read_list
from cuocthi.units.rows import cells_of
from cuocthi.units.views.blueprint import EDIT, VIEW, blueprint
from cuocthi.units.words import column_title
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.units.lists import Problem, UnitList

_SHOWN = 200
#: A list is a workbook or a CSV file, which Excel calls .txt when it writes it in UTF-16.
_KINDS = (XLSX, CSV, TEXT)
#: What the columns of a list hold, for the second sheet of the workbook that is handed out.
_COLUMNS = (
    (
        "code",
        T("Code of the unit: stands in links and never changes. A known code changes that unit, another adds one."),
    ),
    ("parent", T("Code of the unit above; empty for the topmost.")),
    ("name", T("Name in full.")),
    ("kind", T("Kind, for instance province, department, commune.")),
    ("block", T("Group of units in which it competes, if any.")),
    ("aliases", T("Short forms and former names, with | between them.")),
    ("valid_from", T("First day on which it is there; this column, and the next two, may be left out.")),
    ("valid_to", T("First day on which it is no more.")),
    ("successor", T("Code of the unit that takes its place.")),
)


@blueprint.page("/staff/units/import", permission=EDIT)
def choose_list() -> Response:
    """Show where a list is handed in."""
    return _form_page(ListForm(), [])


@blueprint.page("/staff/units/import", permission=EDIT, methods=["POST"], endpoint="upload")
def upload() -> AnyResponse:
    """Read a list; a sound one is kept and leads to its preview, of any other every problem is shown."""
    form = ListForm()
    if not form.validate():
        return _form_page(form, [], status=422)
    raw, name = form.file.data.read(), form.file.data.filename or ""
    origin = Origin((form.source.data or "").strip(), form.as_of.data)
    try:
        listed = _read(raw)
        with committing() as ctx:
            problems = plan_list(ctx, campaign=g.campaign, listed=listed, origin=origin).problems
            if problems:
                return _form_page(form, problems, status=422)
            stored = store(
                ctx,
                folder=registry().config.files,
                content=raw,
                name=name,
                kinds=_KINDS,
                campaign=g.campaign,
                permission=EDIT,
            )
    except DomainError as error:
        attach_error(form, error)
        return _form_page(form, [], status=422)
    return redirect(_preview_url(stored.id, origin))


@blueprint.page("/staff/units/import/<int:file_id>", permission=EDIT)
def preview(file_id: int) -> Response:
    """Show what a list would do; nothing is changed."""
    return _preview(file_id)


@blueprint.page("/staff/units/import/<int:file_id>", permission=EDIT, methods=["POST"], endpoint="import_")
def import_(file_id: int) -> AnyResponse:
    """Carry out what the preview showed; if the tree has changed since, show what the list would do now."""
    listed, origin, expected = _listed(file_id), _origin(), request.form.get("digest", "")
    planned = plan_list(reading_context(), campaign=g.campaign, listed=listed, origin=origin)
    if is_long(planned) and planned.digest == expected and not planned.problems:
        return _import_later(file_id, origin, expected)
    try:
        with committing() as ctx:
            plan = import_list(ctx, campaign=g.campaign, listed=listed, origin=origin, expected=expected)
    except (Conflict, InvalidData) as error:
        return _preview(file_id, refusal=error)
    flash(
        _(
            "%(added)s units were added and %(changed)s changed, %(numbers)s numbers of people were set.",
            added=len(plan.units.added),
            changed=len(plan.units.changed),
            numbers=len(plan.numbers),
        ),
        "ok",
    )
    return redirect(url_for("units.listing", slug=g.campaign.slug))


def _import_later(file_id: int, origin: Origin, expected: str) -> AnyResponse:
    with committing() as ctx:
        stored = file_of(ctx, campaign_id=g.campaign.id, file_id=file_id)
        job = import_later(ctx, campaign=g.campaign, stored=stored, origin=origin, expected=expected)
        job_id = job.id
    return redirect(url_for("jobs.progress", slug=g.campaign.slug, job_id=job_id))


@blueprint.page("/staff/units/units.csv", permission=VIEW)
def export_csv() -> Response:
    """Hand the whole list out as CSV, in the form in which it can be imported."""
    texts = ([str(cell) for cell in row] for row in _cells())
    return _download("".join(csv_lines(next(texts), texts)), "csv", "text/csv; charset=utf-8")


@blueprint.page("/staff/units/units.xlsx", permission=VIEW)
def export_xlsx() -> Response:
    """Hand the whole list out as a workbook, with a guide to its columns on a second sheet."""
    guide = [(_("Column"), _("What it holds")), *_columns_in_words()]
    return _download(write_workbook([(_("Units"), _cells()), (_("Guide"), guide)]), "xlsx", MEDIA_TYPE)


def _cells() -> list[list[str | int]]:
    rows, categories = listed_units(reading_context(), campaign=g.campaign)
    return list(cells_of(rows, categories))


def _download(content: bytes | str, ending: str, media_type: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{g.campaign.slug}-units.{ending}"'
    return response


def _categories() -> list[tuple[str, str]]:
    return [(key, str(title)) for key, title in g.campaign.categories.items()]


def _listed(file_id: int) -> UnitList:
    stored = file_of(reading_context(), campaign_id=g.campaign.id, file_id=file_id)
    return _read(read(registry().config.files, stored))


def _read(raw: bytes) -> UnitList:
    """Read a list. That takes a while; no transaction stays open meanwhile, above all no writing one."""
    categories = dict(g.campaign.categories)
    reading_context().session.rollback()
    return read_list(raw, categories=categories)


def _origin() -> Origin:
    written = request.values.get("as_of", "")
    try:
        as_of = date.fromisoformat(written) if written else None
    except ValueError:
        as_of = None
    return Origin(request.values.get("source", "")[:200], as_of)


def _preview_url(file_id: int, origin: Origin) -> str:
    as_of = origin.as_of.isoformat() if origin.as_of else None
    return url_for("units.preview", slug=g.campaign.slug, file_id=file_id, source=origin.source or None, as_of=as_of)


def _preview(file_id: int, *, refusal: DomainError | None = None) -> Response:
    listed, origin = _listed(file_id), _origin()
    plan = plan_list(reading_context(), campaign=g.campaign, listed=listed, origin=origin)
    return render(
        "units/preview.html",
        status=200 if refusal is None else refusal.status,
        refusal=refusal.message if refusal else None,
        file_id=file_id,
        listed=listed,
        origin=origin,
        plan=plan,
        shown=_SHOWN,
        column_title=column_title,
    )


def _columns_in_words() -> list[tuple[str, str]]:
    """Return what each column of a list holds, with one for every category of entrants."""
    numbers = [(key, _("Number of people entitled: %(category)s.", category=title)) for key, title in _categories()]
    return [*((name, translate(text)) for name, text in _COLUMNS), *numbers]


def _form_page(form: ListForm, problems: Sequence[Problem], *, status: int = 200) -> Response:
    in_order = sorted(problems, key=lambda problem: (problem.sheet, problem.row))
    return render(
        "units/import.html", status=status, form=form, problems=in_order, shown=_SHOWN, columns=_columns_in_words()
    )
