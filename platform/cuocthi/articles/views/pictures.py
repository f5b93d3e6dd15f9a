"""The pictures of a campaign, with a form for another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.articles.forms import PictureForm
from cuocthi.articles.views.blueprint import blueprint, shown_pictures
from cuocthi.errors import DomainError
from cuocthi.pictures.domain import add_picture, copies
from cuocthi.pictures.queries import pictures
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

VIEW, EDIT = "core:campaign:view", "core:article:edit"


@blueprint.page("/staff/articles/pictures", permission=VIEW, endpoint="pictures")
def listing() -> Response:
    """Show the pictures that articles can name, the newest first."""
    return _page(PictureForm())


@blueprint.page("/staff/articles/pictures", permission=EDIT, methods=["POST"], endpoint="add_picture")
def add() -> AnyResponse:
    """Take a picture: what is kept of it is made before the transaction begins."""
    form = PictureForm()
    if form.validate():
        sent = form.file.data
        try:
            made = copies(content=sent.read(), name=sent.filename or "")
            with committing() as ctx:
                added = add_picture(
                    ctx, campaign=g.campaign, folder=registry().config.files, alt=form.alt.data or "", made=made
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The picture is there. In a text it stands as %(code)s.", code=f"![](picture:{added.key})"), "ok")
            return redirect(url_for("articles.pictures", slug=g.campaign.slug))
    return _page(form, status=422)


def _page(form: PictureForm, *, status: int = 200) -> Response:
    found = pictures(reading_context(), campaign_id=g.campaign.id)
    return render("articles/pictures.html", status=status, form=form, pictures=found, shown=shown_pictures(found))
