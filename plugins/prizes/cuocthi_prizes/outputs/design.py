"""Staff pages on how awards are handed over: order, tax, what certificates say, and their template with its preview."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.files.domain import file_of, store
from cuocthi.papers.typesetting import TEMPLATE, typeset
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.outputs.certificates import sample_data
from cuocthi_prizes.outputs.forms import OutputForm, TemplateForm
from cuocthi_prizes.outputs.hand_over import save_output_settings
from cuocthi_prizes.outputs.jobs import page_of
from cuocthi_prizes.outputs.queries import output_settings
from cuocthi_prizes.outputs.typesetting import SHIPPED, template_of
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from typing import Any

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi_prizes.outputs.settings import OutputSettings

_MEDIA_TYPES = {"png": "image/png", "pdf": "application/pdf"}


@blueprint.page("/hand-over/settings", permission="prizes:outputs:edit")
def output_form() -> Response:
    """Show how awards are handed over, for editing."""
    form = _form()
    form.show(output_settings(reading_context(), campaign=g.campaign))
    return _page(form, TemplateForm())


@blueprint.page("/hand-over/settings", endpoint="save_outputs", permission="prizes:outputs:edit", methods=["POST"])
def store_outputs() -> AnyResponse:
    """Store how awards are handed over."""
    form = _form()
    if form.validate():
        try:
            with committing() as ctx:
                before = output_settings(ctx, campaign=g.campaign)
                save_output_settings(ctx, campaign=g.campaign, settings=form.changed(before))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("It is stored how prizes are handed over."), "ok")
            return redirect(url_for(".output_form", slug=g.campaign.slug))
    return _page(form, TemplateForm(), status=422)


@blueprint.page("/hand-over/template", permission="prizes:outputs:edit", methods=["POST"])
def store_template() -> AnyResponse:
    """Take a template that replaces the present one; one that cannot be typeset is refused, with its line."""
    form = TemplateForm()
    if form.validate():
        content = form.file.data.read()
        try:
            _try_out(content)
            with committing() as ctx:
                stored = store(
                    ctx,
                    folder=registry().config.files,
                    content=content,
                    name=form.file.data.filename or "",
                    kinds=(TEMPLATE,),
                    campaign=g.campaign,
                    permission="prizes:outputs:edit",
                )
                settings = output_settings(ctx, campaign=g.campaign)
                save_output_settings(ctx, campaign=g.campaign, settings=replace(settings, template=stored.id))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The template is stored. Certificates that are made from now on follow it."), "ok")
            return redirect(url_for(".output_form", slug=g.campaign.slug))
    shown = _form()
    shown.show(output_settings(reading_context(), campaign=g.campaign))
    return _page(shown, form, status=422)


@blueprint.page("/hand-over/template/shipped", permission="prizes:outputs:edit", methods=["POST"])
def shipped_template() -> AnyResponse:
    """Go back to the template that comes along."""
    with committing() as ctx:
        settings = output_settings(ctx, campaign=g.campaign)
        save_output_settings(ctx, campaign=g.campaign, settings=replace(settings, template=0))
    flash(_("Certificates follow the template that comes along again."), "ok")
    return redirect(url_for(".output_form", slug=g.campaign.slug))


@blueprint.page("/hand-over/template/shipped.typ", permission="prizes:outputs:edit")
def shipped_template_file() -> Response:
    """Hand out the template that comes along, to begin one's own with; it says what it can be filled with."""
    response = Response(SHIPPED.read_bytes(), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{SHIPPED.name}"'
    return response


@blueprint.page("/hand-over/template/preview.<any(png,pdf):kind>", permission="prizes:outputs:edit")
def template_preview(kind: str) -> Response:
    """Show the present template with invented names, marked as a draft: the first page, or all of them."""
    ctx = reading_context()
    settings = output_settings(ctx, campaign=g.campaign)
    template = template_of(ctx, campaign=g.campaign, settings=settings, folder=registry().config.files)
    response = Response(typeset(template, _sample(settings), form=kind), content_type=_MEDIA_TYPES[kind])
    response.headers["Cache-Control"] = "no-store"
    return response


def _try_out(content: bytes) -> None:
    """Typeset a template with invented names in both forms; raises NotTypeset, or DomainError for what is no text."""
    # What is no text at all is refused in the words of the files, before it is read as one.
    if not TEMPLATE.fits(content):
        return
    sample = _sample(output_settings(reading_context(), campaign=g.campaign))
    for kind in _MEDIA_TYPES:
        typeset(content.decode(), sample, form=kind)


def _sample(settings: OutputSettings) -> dict[str, Any]:
    return sample_data(campaign=g.campaign, settings=settings, page=page_of(g.campaign))


def _form() -> OutputForm:
    form = OutputForm()
    form.offer()
    return form


def _page(form: OutputForm, template_form: TemplateForm, status: int = 200) -> Response:
    ctx = reading_context()
    settings = output_settings(ctx, campaign=g.campaign)
    own = file_of(ctx, campaign_id=g.campaign.id, file_id=settings.template) if settings.template else None
    return render("prizes/outputs/settings.html", status=status, form=form, template_form=template_form, own=own)
