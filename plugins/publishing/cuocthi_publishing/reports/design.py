"""Staff pages on how papers look: who issues them, who signs each kind, which templates they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.files.domain import file_of
from cuocthi.papers.typesetting import NotTypeset
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_publishing.reports import domain
from cuocthi_publishing.reports.decree import PaperKind
from cuocthi_publishing.reports.docx_output import shipped_template
from cuocthi_publishing.reports.forms import DocxForm, IssuerForm, PaperForm, PdfForm
from cuocthi_publishing.reports.pdf_output import SHIPPED
from cuocthi_publishing.reports.queries import report_settings
from cuocthi_publishing.reports.trying import TRYING
from cuocthi_publishing.reports.views import KINDS, MEDIA_TYPES, TITLES
from cuocthi_publishing.views import blueprint

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse


@blueprint.page("/papers/settings", permission="publishing:paper:edit")
def issuer_form() -> Response:
    """Show who issues papers, for editing, and their templates."""
    form = IssuerForm()
    form.show(report_settings(reading_context(), campaign=g.campaign))
    return _issuer_page(form)


@blueprint.page("/papers/settings", endpoint="save_issuer", permission="publishing:paper:edit", methods=["POST"])
def store_issuer() -> AnyResponse:
    """Store who issues papers."""
    form = IssuerForm()
    if form.validate():
        try:
            with committing() as ctx:
                settings = report_settings(ctx, campaign=g.campaign)
                domain.save_report_settings(ctx, campaign=g.campaign, settings=form.changed(settings))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("It is stored who issues papers."), "ok")
            return redirect(url_for(".papers", slug=g.campaign.slug))
    return _issuer_page(form, status=422)


@blueprint.page(f"/papers/<any({KINDS}):kind>/settings", permission="publishing:paper:edit")
def paper_form(kind: str) -> Response:
    """Show who signs one kind of paper, for editing."""
    form = PaperForm()
    form.offer(PaperKind(kind))
    form.show(report_settings(reading_context(), campaign=g.campaign).of(PaperKind(kind)))
    return _paper_page(PaperKind(kind), form)


@blueprint.page(
    f"/papers/<any({KINDS}):kind>/settings",
    endpoint="save_paper",
    permission="publishing:paper:edit",
    methods=["POST"],
)
def store_paper(kind: str) -> AnyResponse:
    """Store who signs one kind of paper, and what it says beside its figures."""
    form = PaperForm()
    form.offer(PaperKind(kind))
    if form.validate():
        try:
            with committing() as ctx:
                before = report_settings(ctx, campaign=g.campaign).of(PaperKind(kind))
                domain.save_paper_settings(ctx, campaign=g.campaign, paper=form.changed(before))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("It is stored who signs, and what the paper says."), "ok")
            return redirect(url_for(".papers", slug=g.campaign.slug))
    return _paper_page(PaperKind(kind), form, status=422)


@blueprint.page("/papers/template/docx", permission="publishing:paper:edit", methods=["POST"])
def store_docx() -> AnyResponse:
    """Take a DOCX template that replaces the present one; one that cannot be filled is refused."""
    form = DocxForm()
    if form.validate():
        content = form.docx.data.read()
        try:
            TRYING["docx"](content)
            _take("docx", content, form.docx.data.filename)
        except DomainError as error:
            attach_error(form, error)
        else:
            return _taken()
    return _templates_again(docx=form)


@blueprint.page("/papers/template/pdf", permission="publishing:paper:edit", methods=["POST"])
def store_pdf() -> AnyResponse:
    """Take a Typst template that replaces the present one; one that cannot be typeset is refused, with its line."""
    form = PdfForm()
    if form.validate():
        content = form.pdf.data.read()
        try:
            TRYING["pdf"](content)
            _take("pdf", content, form.pdf.data.filename)
        except NotTypeset as error:
            attach_error(form, DomainError(error.message, field="pdf"))
        except DomainError as error:
            attach_error(form, error)
        else:
            return _taken()
    return _templates_again(pdf=form)


@blueprint.page("/papers/template/<any(docx,pdf):which>/shipped", permission="publishing:paper:edit", methods=["POST"])
def shipped_again(which: str) -> AnyResponse:
    """Go back to the template that comes along."""
    with committing() as ctx:
        domain.shipped_again(ctx, campaign=g.campaign, which=which)
    flash(_("Papers follow the template that comes along again."), "ok")
    return redirect(url_for(".issuer_form", slug=g.campaign.slug))


@blueprint.page("/papers/template/shipped.<any(docx,typ):form>", permission="publishing:paper:edit")
def shipped_paper_template(form: str) -> Response:
    """Hand out a template that comes along, to begin one's own with."""
    if form == "docx":
        response = Response(shipped_template(), content_type=MEDIA_TYPES["docx"])
    else:
        response = Response(SHIPPED.read_bytes(), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="mau-van-ban.{form}"'
    return response


def _take(which: str, content: bytes, name: str | None) -> None:
    with committing() as ctx:
        domain.take_template(
            ctx, campaign=g.campaign, folder=registry().config.files, which=which, content=content, name=name or ""
        )


def _taken() -> AnyResponse:
    flash(_("The template is stored. Papers that are drawn up from now on follow it."), "ok")
    return redirect(url_for(".issuer_form", slug=g.campaign.slug))


def _templates_again(docx: DocxForm | None = None, pdf: PdfForm | None = None) -> Response:
    form = IssuerForm(formdata=None)
    form.show(report_settings(reading_context(), campaign=g.campaign))
    return _issuer_page(form, docx, pdf, status=422)


def _issuer_page(
    form: IssuerForm, docx: DocxForm | None = None, pdf: PdfForm | None = None, *, status: int = 200
) -> Response:
    ctx = reading_context()
    settings = report_settings(ctx, campaign=g.campaign)
    own = {
        which: file_of(ctx, campaign_id=g.campaign.id, file_id=file_id)
        for which, file_id in (("docx", settings.docx), ("pdf", settings.pdf))
        if file_id
    }
    return render(
        "publishing/reports/issuer.html",
        status=status,
        form=form,
        docx_form=docx or DocxForm(formdata=None),
        pdf_form=pdf or PdfForm(formdata=None),
        own=own,
    )


def _paper_page(kind: PaperKind, form: PaperForm, status: int = 200) -> Response:
    title, about = TITLES[kind]
    return render("publishing/reports/paper.html", status=status, form=form, kind=kind, paper_title=title, about=about)
