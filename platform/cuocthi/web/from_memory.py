"""Public pages from memory: the same for everybody, answered before the platform looks at who asks.

A view says for how long its page holds (``cuocthi.campaigns.views.caching.cached``); the page is kept as it was sent to
somebody unknown, and sent again while the clock is within that span and nothing public has changed (decision 15). What
follows the address, as networks add it to links, makes no other page of it.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers
from werkzeug.http import parse_cookie, parse_etags

from cuocthi.extensions import db
from cuocthi.registry import EXTENSION
from cuocthi.web.i18n import COOKIE, known_language
from cuocthi.web.kept_pages import KEEP, Address, KeptPage, KeptPages, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

    from cuocthi.campaigns.changes import PublicState
    from cuocthi.registry import Registry


class FromMemory:
    """A WSGI application that answers for ``app`` where the page is in memory, and lets ``inner`` answer otherwise."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app, self._inner = app, inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        address = _address(environ)
        if address is None:
            return self._inner(environ, start_response)
        registry: Registry = self._app.extensions[EXTENSION]
        if address not in registry.kept_pages:
            return self._learning(registry.kept_pages, address, environ, start_response)
        try:
            with self._app.app_context():
                state = registry.kept_pages.changes.state(db.engine)
        except SQLAlchemyError:  # the platform's own page says that the database is away
            return self._inner(environ, start_response)
        page = registry.kept_pages.page(address)
        if page is None or not page.holds(registry.clock.now(), state):
            page = self._made(address, state, environ)
            if page is None:
                registry.kept_pages.forget(address)
                return self._inner(environ, start_response)
            registry.kept_pages.keep(address, page)
        return page.send(environ, start_response)

    def _learning(
        self, kept: KeptPages, address: Address, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let the platform answer; it says by the way whether a public page is there."""
        answer = self._inner(environ, start_response)
        if KEEP in environ:
            kept.keep(address, None)
        return answer

    def _made(self, address: Address, state: PublicState, environ: WSGIEnvironment) -> KeptPage | None:
        """Return the page as it is made for somebody of whom nothing is known but the language.

        ``state`` was read before: the page is at least as new. Returns None where no public page is there any more.
        """
        asked = {name: value for name, value in environ.items() if name != "HTTP_IF_NONE_MATCH"}
        asked |= {"HTTP_COOKIE": f"{COOKIE}={address.language}", "QUERY_STRING": ""}
        status, headers, body = _captured(self._inner, asked)
        tags = parse_etags(headers.get("ETag")).as_set(include_weak=True)
        span: Span | None = asked.get(KEEP)
        if span is None or not status.startswith("200 ") or "Set-Cookie" in headers:
            return None
        headers.remove("Content-Length")
        headers["Vary"] = f"{headers['Vary']}, Accept-Encoding"
        return KeptPage(span, state, tags.pop(), tuple(headers), gzip.compress(body, 6, mtime=0))


def _address(environ: WSGIEnvironment) -> Address | None:
    """Return which page is asked for; None for what is no plain request for a page."""
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_HX_REQUEST" in environ:
        return None
    if "lang=" in environ.get("QUERY_STRING", ""):  # a choice of language, which leads to the page without it
        return None
    chosen = parse_cookie(environ).get(COOKIE, "")
    return Address(
        environ["wsgi.url_scheme"], environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", ""), known_language(chosen)
    )


def _captured(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
    begun: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
        begun[:] = [(status, Headers(headers))]
        return lambda _: None

    answer = app(environ, start_response)
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    return (*begun[0], body)
