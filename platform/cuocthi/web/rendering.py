"""One way to answer with a page: whole, or the part of it that htmx asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, redirect, render_template

from cuocthi.web.htmx import htmx

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse


def leave(address: str) -> BaseResponse:
    """Answer a form by going to another page; htmx, which would put it into a part of this one, is told to load it."""
    if htmx.wants_fragment:
        return make_response("", 200, {"HX-Redirect": address})
    return redirect(address)


def render(page: str, fragment: str | None = None, *, status: int = 200, **values: object) -> Response:
    """Render ``page``, or ``fragment`` where htmx asks for a part of it.

    Boosted links and history restores get the whole page. The answer varies by ``HX-Request``, so that no cache
    hands one to who wants the other.
    """
    template = fragment if fragment and htmx.wants_fragment else page
    response = make_response(render_template(template, **values), status)
    response.vary.add("HX-Request")
    return response
