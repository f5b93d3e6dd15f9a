"""What a campaign says of itself, its categories, and which parts are enabled."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.domain import basics_of, edit_basics, set_categories, set_plugins
from cuocthi.campaigns.files import LARGEST
from cuocthi.campaigns.forms import BasicsForm, CategoriesForm, PartsForm
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.campaigns.views.sections import sections
from cuocthi.documents.queries import size_of_files
from cuocthi.errors import DomainError
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.web.forms import BaseForm

EDIT = "core:campaign:edit"

_MEGABYTE = 1024 * 1024
#: What all else in a campaign file needs at most: thousands of units and questions.
_BESIDE_DOCUMENTS = 2 * _MEGABYTE


@blueprint.page("/staff/basics", permission=EDIT)
def basics() -> Response:
    """Show the campaign's words, look, host and support for editing."""
    return _page("basics", BasicsForm(data=dataclasses.asdict(basics_of(g.campaign))))


@blueprint.page("/staff/basics", permission=EDIT, methods=["POST"], endpoint="save_basics")
def save_basics() -> AnyResponse:
    """Store the basics."""
    form = BasicsForm()
    act = lambda ctx: edit_basics(  # noqa: E731 - one call
        ctx, campaign=g.campaign, basics=form.to_basics(), ask_again=bool(form.ask_again.data)
    )
    return _stored(form, act, "campaigns.basics") or _page("basics", form, status=422)


@blueprint.page("/staff/categories", permission=EDIT)
def categories() -> Response:
    """Show the kinds of entrants for editing."""
    form = CategoriesForm()
    form.fill(g.campaign.categories)
    return _page("categories", form)


@blueprint.page("/staff/categories", permission=EDIT, methods=["POST"], endpoint="save_categories")
def save_categories() -> AnyResponse:
    """Store the kinds of entrants."""
    form = CategoriesForm()
    act = lambda ctx: set_categories(ctx, campaign=g.campaign, categories=form.to_categories())  # noqa: E731 - one call
    return _stored(form, act, "campaigns.categories") or _page("categories", form, status=422)


@blueprint.page("/staff/parts", permission=EDIT)
def parts() -> Response:
    """Show which installed plugins are enabled."""
    return _page("parts", _parts_form(g.campaign.plugins))


@blueprint.page("/staff/parts", permission=EDIT, methods=["POST"], endpoint="save_parts")
def save_parts() -> AnyResponse:
    """Enable and disable plugins."""
    form = _parts_form(None)

    def act(ctx: Context) -> None:
        in_use = [phase.source for phase in rounds(ctx, campaign_id=g.campaign.id)]
        set_plugins(ctx, campaign=g.campaign, plugins=form.plugins.data or [], in_use=in_use)

    return _stored(form, act, "campaigns.parts") or _page("parts", form, status=422)


def _parts_form(chosen: list[str] | None) -> PartsForm:
    form = PartsForm(data={"plugins": chosen}) if chosen is not None else PartsForm()
    installed = registry().hooks.plugins
    form.plugins.choices = select_choices((name, translate(info.title)) for name, info in installed.items())
    return form


def _stored(form: BaseForm, act: Callable[[Context], None], endpoint: str) -> AnyResponse | None:
    """Do the act of a valid form and lead back to its page; None when the form has to be shown again."""
    if not form.validate():
        return None
    try:
        with committing() as ctx:
            act(ctx)
    except DomainError as error:
        attach_error(form, error)
        return None
    flash(_("Saved."), "ok")
    return redirect(url_for(endpoint, slug=g.campaign.slug))


def _page(active: str, form: BaseForm, *, status: int = 200) -> Response:
    too_long = _longer_than_a_page_takes() if active == "basics" else 0
    return render(f"campaigns/{active}.html", status=status, form=form, sections=sections(active), too_long=too_long)


def _longer_than_a_page_takes() -> int:
    """Return the limit in MB if the campaign file, with the files of its documents, is too long for a page to take."""
    most = min(LARGEST, registry().config.upload_limit_mb * _MEGABYTE)
    documents = size_of_files(reading_context(), campaign_id=g.campaign.id)
    return most // _MEGABYTE if documents and documents + _BESIDE_DOCUMENTS > most else 0
