"""The register of documents, for everybody and for organisers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.views.caching import cached
from cuocthi.contributions import NavGroup
from cuocthi.documents.domain import FILE_KINDS, edit_document, facts_of, register_document
from cuocthi.documents.forms import DocumentForm
from cuocthi.documents.lines import KINDS, document_line
from cuocthi.documents.queries import ORGANISING, document_of, documents
from cuocthi.errors import DomainError
from cuocthi.files.domain import store
from cuocthi.text import T
from cuocthi.timelines.queries import phases
from cuocthi.users.names import fold
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.files.models import StoredFile

REGISTER, EDIT = "core:document:register", "core:document:edit"

blueprint = CampaignBlueprint("documents", __name__)
blueprints = (blueprint,)
navigation = (
    NavEntry("documents", T("Documents"), "documents.listing", "core:campaign:view", 34, NavGroup.SETTING_UP),
)


@blueprint.page("/documents/", public=True)
def show() -> Response:
    """Show the documents that everybody may read: those that order the contest, and what to prepare with."""
    ctx = reading_context()

    def page() -> Response:
        found = documents(ctx, campaign_id=g.campaign.id, public_only=True)
        return render(
            "documents/show.html",
            ordering=[document_line(item) for item in found if item.kind in ORGANISING],
            reading=[document_line(item) for item in found if item.kind not in ORGANISING],
        )

    return cached(phases(ctx, campaign_id=g.campaign.id), page)


@blueprint.page("/staff/documents/", permission="core:campaign:view")
def listing() -> Response:
    """Show the whole register, or hand it out."""
    table = Table(
        id="documents",
        path=url_for("documents.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("document", _("Document")),
            Column("kind", _("Kind"), cell=lambda row: KINDS[row.kind]),
            Column("acts", _("Acts"), kind="acts"),
        ],
        sort="document",
        filters=[Filter("kind", _("Kind"), [(kind.value, title) for kind, title in KINDS.items()])],
        in_files=[
            Column("symbol", _("Number and symbol"), cell=lambda row: row.symbol),
            Column("title", _("Title"), cell=lambda row: row.title),
            Column("issuer", _("Issued by"), cell=lambda row: row.issuer),
            Column("issued_on", _("Day of issue"), cell=lambda row: row.issued_on),
            Column("signatory", _("Full name of who signs"), cell=lambda row: row.signatory),
            Column("public", _("Everybody may read it"), cell=lambda row: T("yes") if row.public else T("no")),
        ],
    )
    campaign_id = g.campaign.id

    def found(ctx: Context) -> list[Document]:
        known = documents(ctx, campaign_id=campaign_id, public_only=False)
        return [one for one in known if _matches(one, table)]

    if table.export:
        return download(table, found, of="core:document", summary=T("Exported the register of documents"))
    matching = found(reading_context())
    return render(
        "documents/listing.html", table=table.show(table.part_of(matching), len(matching)), line_of=document_line
    )


def _matches(document: Document, table: Table) -> bool:
    written = fold(f"{document.symbol} {document.title} {document.issuer}")
    return table.filtered["kind"] in ("", document.kind.value) and all(
        word in written for word in fold(table.search).split()
    )


@blueprint.page("/staff/documents/new", permission=REGISTER)
def new() -> Response:
    """Show an empty document."""
    ctx = reading_context()
    return render("documents/document.html", form=_form(ctx, None, {"public": True}), document=None)


@blueprint.page("/staff/documents/new", permission=REGISTER, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Register a document, with its file if one was sent."""
    form = _form(reading_context(), None)
    if form.validate():
        try:
            with committing() as ctx:
                register_document(
                    ctx,
                    campaign=g.campaign,
                    facts=form.to_facts(),
                    replaces=_replaced(ctx, form),
                    file=_stored(ctx, form),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The document was registered."))
    return render("documents/document.html", status=422, form=form, document=None)


@blueprint.page("/staff/documents/<int:document_id>", permission=EDIT)
def document(document_id: int) -> Response:
    """Show a document for correction."""
    ctx = reading_context()
    found = _document(ctx, document_id)
    data = {**dataclasses.asdict(facts_of(found)), "kind": found.kind.value, "replaces": str(found.replaces_id or "")}
    return render("documents/document.html", form=_form(ctx, found, data), document=found)


@blueprint.page("/staff/documents/<int:document_id>", permission=EDIT, methods=["POST"], endpoint="save")
def save(document_id: int) -> AnyResponse:
    """Store what was corrected; a new file takes the place of the old one."""
    found = _document(reading_context(), document_id)
    form = _form(reading_context(), found)
    if form.validate():
        try:
            with committing() as ctx:
                edit_document(
                    ctx,
                    campaign=g.campaign,
                    document=found,
                    facts=form.to_facts(),
                    replaces=_replaced(ctx, form),
                    file=_stored(ctx, form),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The document was changed."))
    return render("documents/document.html", status=422, form=form, document=found)


def _form(ctx: Context, itself: Document | None, data: dict[str, object] | None = None) -> DocumentForm:
    form = DocumentForm(data=data) if data is not None else DocumentForm()
    known = documents(ctx, campaign_id=g.campaign.id, public_only=False)
    form.offer(other for other in known if other is not itself)
    return form


def _replaced(ctx: Context, form: DocumentForm) -> Document | None:
    if not form.replaces.data:
        return None
    return document_of(ctx, campaign_id=g.campaign.id, document_id=int(form.replaces.data))


def _stored(ctx: Context, form: DocumentForm) -> StoredFile | None:
    sent = form.file.data
    if not sent or not sent.filename:
        return None
    return store(
        ctx,
        folder=registry().config.files,
        content=sent.read(),
        name=sent.filename,
        kinds=FILE_KINDS,
        campaign=g.campaign,
        permission="",
    )


def _document(ctx: Context, document_id: int) -> Document:
    return document_of(ctx, campaign_id=g.campaign.id, document_id=document_id) or abort(404)


def _done(message: str) -> AnyResponse:
    flash(message, "ok")
    return redirect(url_for("documents.listing", slug=g.campaign.slug))
