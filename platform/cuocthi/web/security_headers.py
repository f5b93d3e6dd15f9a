"""The headers that tell a browser what a page may do: load from here only, run no inline script, be framed nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

if TYPE_CHECKING:
    from flask import Flask, Response

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; manifest-src 'self'; frame-ancestors {ancestors}"
)


def allow_framing() -> None:
    """Let the answer to this request be framed by other sites (for a page made to be embedded)."""
    g.frame_ancestors = "*"


def init_app(app: Flask) -> None:
    """Set the headers on every answer."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    ancestors = g.get("frame_ancestors", "'none'")
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY.format(ancestors=ancestors))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response
