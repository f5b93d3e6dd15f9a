"""Addresses for paper and mail: they follow the configured public address, not the one a request came by."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request, url_for

from cuocthi.web.context import registry


def public_link(endpoint: str, **values: Any) -> str:
    """Return the whole public address of a page, as :func:`flask.url_for` takes it; in background work too."""
    if not has_request_context():
        return url_for(endpoint, **values)  # the application's settings hold the public address
    path = url_for(endpoint, **values).removeprefix(request.script_root)
    return registry().config.public_url.rstrip("/") + path
