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
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


def allow_framing() -> None:
    """Let the answer to this request be framed by other sites (for a page made to be embedded)."""
    g.frame_ancestors = "*"


def init_app(app: Flask) -> None:
    """Set the headers on every answer."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    wanted = _HEADERS | {"content-security-policy": _POLICY.format(ancestors=g.get("frame_ancestors", "'none'"))}
    if request.is_secure:
        wanted["strict-transport-security"] = "max-age=31536000"
    # Asking the headers for each name would look through all of them each time.
    given = {name.lower() for name, _ in response.headers}
    for name, value in wanted.items():
        if name not in given:
            response.headers.add(name, value)
    return response
