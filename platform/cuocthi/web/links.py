"""Addresses for paper and mail follow the configured public address, not the one by which a request came."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request, url_for

from cuocthi.web.context import registry


def public_link(endpoint: str, **values: Any) -> str:
    """Return the whole public address of a page, as :func:`flask.url_for` takes it; in background work too."""
    if not has_request_context():
        return url_for(endpoint, **values)  # the application's settings hold the public address
    return registry().config.public_url.rstrip("/") + own_path(endpoint, **values)


def own_path(endpoint: str, **values: Any) -> str:
    """Return the path of a page below the platform's own root, as ``next`` of the page to sign in takes it."""
    return url_for(endpoint, **values).removeprefix(request.script_root)
