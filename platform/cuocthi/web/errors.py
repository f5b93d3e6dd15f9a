"""Error pages: what happened, what was kept, what to do; in the reader's language, as a fragment for htmx."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from cuocthi.errors import DomainError
from cuocthi.extensions import db
from cuocthi.web.htmx import htmx
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _refused(error: DomainError) -> Response:
    details = [translate(text) for text in (*getattr(error, "reasons", ()), *getattr(error, "problems", ()))]
    return _page(
        error.status,
        title=_("This could not be done"),
        what_happened=translate(error.message),
        details=details,
        what_was_kept=_("Nothing was changed."),
    )


def _stale_form(_error: CSRFError) -> Response:
    return _page(
        400,
        title=_("This form is no longer valid"),
        what_happened=_("The page was opened before you signed in or out, or cookies are switched off."),
        what_was_kept=_("Nothing was changed."),
        what_to_do=_("Please go back, load the page again and send the form once more."),
    )


def _http(error: HTTPException) -> BaseResponse | HTTPException | Response:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirects are no errors
        return error
    titles = {
        403: _("You may not see this page"),
        404: _("This page does not exist"),
        413: _("The file is too large"),
        429: _("Too many attempts"),
    }
    advice = {
        404: _("Please check the address, or start from the first page."),
        413: _("Please send a smaller file."),
        429: _("Please wait a minute and try again."),
    }
    response = _page(
        error.code,
        title=titles.get(error.code, _("This could not be done")),
        what_happened=titles.get(error.code, _("The request could not be understood.")),
        what_to_do=advice.get(error.code),
    )
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _broken(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("request_failed", reference=reference, path=request.path, exc_info=error)
    db.session.rollback()
    return _page(
        500,
        title=_("Something went wrong on our side"),
        what_happened=_("The request could not be completed."),
        what_was_kept=_("Everything saved before is safe."),
        what_to_do=_("Please try again in a moment."),
        reference=reference,
    )


def _page(status: int, **values: object) -> Response:
    shown = {"details": [], "what_was_kept": None, "what_to_do": None, "reference": None, **values}
    template = "parts/error_fragment.html" if htmx.wants_fragment else "error.html"
    try:
        body = render_template(template, **shown)
    except Exception as error:  # the error page must not depend on what just failed
        log.exception("error_page_failed", exc_info=error)
        g.pop("campaign", None)
        body = f"{shown['title']}\n{shown['what_happened']}\n"
        return Response(body, status, content_type="text/plain; charset=utf-8")
    return make_response(body, status)
