"""Pictures of the bank: the list with a form for another one, and each picture as it is handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.files.domain import read
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_quiz.domain.pictures import add_picture
from cuocthi_quiz.domain.practice import practice_settings
from cuocthi_quiz.forms.pictures import PictureForm
from cuocthi_quiz.queries import pictures as pictures_queries
from cuocthi_quiz.settings import Practice
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.texts import as_shown

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

VIEW = "quiz:question:view"
EDIT = "quiz:question:edit"
_A_YEAR = 365 * 24 * 3600


@blueprint.page("/picture/<sha256>/<key>", public=True)
def picture(sha256: str, key: str) -> AnyResponse:
    """Hand a picture out to who knows its digest, which stands only on papers and on pages of the bank.

    Without signing in only where everybody may practise.
    """
    ctx = reading_context()
    stored = pictures_queries.file_of_picture(ctx, campaign_id=g.campaign.id, key=key)
    if stored is None or stored.sha256 != sha256:
        abort(404)
    if ctx.actor.user_id is None:
        settings = practice_settings(ctx, campaign=g.campaign)
        if settings is None or settings.practice is not Practice.EVERYBODY:
            abort(404)
    if request.if_none_match.contains(sha256):
        response = Response(status=304)
    else:
        response = Response(read(registry().config.files, stored), content_type=stored.media_type)
    response.set_etag(sha256)
    response.headers["Cache-Control"] = f"private, max-age={_A_YEAR}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@blueprint.page("/staff/questions/pictures", permission=VIEW, on_record=T("Looked through the pictures of the bank"))
def pictures() -> Response:
    """List the pictures of the bank, with a form for another one."""
    return _pictures(PictureForm())


@blueprint.page(
    "/staff/questions/pictures", permission=EDIT, methods=["POST"], endpoint="add_picture", reveals_nothing=True
)
def add() -> AnyResponse:
    """Add a picture."""
    form = PictureForm()
    if form.validate():
        sent = form.file.data
        try:
            with committing() as ctx:
                add_picture(
                    ctx,
                    folder=registry().config.files,
                    campaign=g.campaign,
                    key=(form.key.data or "").strip(),
                    name=sent.filename or "",
                    content=sent.read(),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The picture is in the bank."), "ok")
            return redirect(url_for("quiz.pictures", slug=g.campaign.slug))
    return _pictures(form, status=422)


def _pictures(form: PictureForm, status: int = 200) -> Response:
    rows = pictures_queries.pictures(reading_context(), campaign_id=g.campaign.id)
    found = [(row.picture, as_shown(row)) for row in rows]
    return render("quiz/pictures.html", form=form, pictures=found, may_edit=EDIT in g.permissions, status=status)
