"""The administrative conditions of a campaign: listed, edited in place, confirmed with the document that proves it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.contributions import NavGroup
from cuocthi.documents.queries import documents
from cuocthi.errors import DomainError
from cuocthi.prerequisites.domain import add_prerequisite, edit_prerequisite, remove_prerequisite
from cuocthi.prerequisites.forms import PrerequisiteForm
from cuocthi.prerequisites.queries import prerequisite_of, prerequisites
from cuocthi.text import T
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.prerequisites.models import Prerequisite

EDIT = "core:prerequisite:edit"

blueprint = CampaignBlueprint("prerequisites", __name__)
blueprints = (blueprint,)
navigation = (
    NavEntry(
        "prerequisites",
        T("Administrative conditions"),
        "prerequisites.listing",
        "core:campaign:view",
        48,
        NavGroup.SETTING_UP,
    ),
)


@blueprint.page("/staff/prerequisites/", permission="core:campaign:view")
def listing() -> Response:
    """List the conditions, with who confirmed them, when, and by which document."""
    campaign_id = g.campaign.id
    table = Table(
        id="prerequisites",
        path=url_for("prerequisites.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("title", _("Condition"), cell=lambda row: row.title),
            Column("document", _("Document"), cell=_document),
            Column("state", _("State"), kind="status", cell=lambda row: T("met") if row.done_at else T("not met yet")),
            Column("acts", _("Acts"), kind="acts"),
        ],
        sort="title",
        searchable=False,
        in_files=[
            Column("required", _("Required"), cell=lambda row: T("yes") if row.required else T("no")),
            Column("done_at", _("Confirmed"), cell=lambda row: row.done_at),
            Column("done_by", _("By"), cell=lambda row: row.done_by and row.done_by.name),
            Column("note", _("Note"), cell=lambda row: row.note),
        ],
    )
    if table.export:
        summary = T("Exported the administrative conditions")
        every = partial(prerequisites, campaign_id=campaign_id)
        return download(table, every, of="core:prerequisite", summary=summary)
    found = prerequisites(reading_context(), campaign_id=campaign_id)
    return render(
        "prerequisites/listing.html", "prerequisites/_board.html", table=table.show(table.part_of(found), len(found))
    )


@blueprint.page("/staff/prerequisites/new", permission=EDIT)
def new() -> Response:
    """Show an empty condition."""
    form = PrerequisiteForm(data={})
    form.offer(_documents(reading_context()))
    return _page(form, None)


@blueprint.page("/staff/prerequisites/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Add a condition."""
    form, known = PrerequisiteForm(), _documents(reading_context())
    form.offer(known)
    if form.validate():
        try:
            with committing() as ctx:
                add_prerequisite(ctx, campaign=g.campaign, facts=form.to_facts(known))
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The condition was added."))
    return _page(form, None, status=422)


@blueprint.page("/staff/prerequisites/<int:prerequisite_id>", permission=EDIT)
def edit(prerequisite_id: int) -> Response:
    """Show a condition for editing: on its own page, or in its row of the list."""
    ctx = reading_context()
    found = _prerequisite(ctx, prerequisite_id)
    form = PrerequisiteForm.of(found)
    form.offer(_documents(ctx))
    return _page(form, found)


@blueprint.page("/staff/prerequisites/<int:prerequisite_id>", permission=EDIT, methods=["POST"], endpoint="save")
def save(prerequisite_id: int) -> AnyResponse:
    """Store a condition, and whether it is met."""
    ctx = reading_context()
    found, known = _prerequisite(ctx, prerequisite_id), _documents(ctx)
    form = PrerequisiteForm()
    form.offer(known)
    if form.validate():
        try:
            with committing() as writing:
                edit_prerequisite(writing, campaign=g.campaign, prerequisite=found, facts=form.to_facts(known))
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("“%(title)s” was changed.", title=found.title))
    return _page(form, found, status=422)


@blueprint.page("/staff/prerequisites/<int:prerequisite_id>/remove", permission=EDIT, methods=["POST"])
def remove(prerequisite_id: int) -> AnyResponse:
    """Take a condition off the list."""
    with committing() as ctx:
        remove_prerequisite(ctx, campaign=g.campaign, prerequisite=_prerequisite(ctx, prerequisite_id))
    return _done(_("The condition was removed."))


def _document(row: Prerequisite) -> str:
    return (row.document.symbol or row.document.title) if row.document else ""


def _documents(ctx: Context) -> Sequence[Document]:
    return documents(ctx, campaign_id=g.campaign.id, public_only=False)


def _prerequisite(ctx: Context, prerequisite_id: int) -> Prerequisite:
    return prerequisite_of(ctx, campaign_id=g.campaign.id, prerequisite_id=prerequisite_id) or abort(404)


def _done(message: str) -> AnyResponse:
    flash(message, "ok")
    return redirect(url_for("prerequisites.listing", slug=g.campaign.slug))


def _page(form: PrerequisiteForm, found: Prerequisite | None, *, status: int = 200) -> Response:
    return render(
        "prerequisites/prerequisite.html",
        "prerequisites/_row.html",
        status=status,
        form=form,
        prerequisite=found,
        back=url_for("prerequisites.listing", slug=g.campaign.slug),
    )
