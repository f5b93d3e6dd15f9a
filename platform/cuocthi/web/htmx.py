"""Flask-HTMX for htmx 4, which names its headers and their values a little differently."""

from __future__ import annotations

import flask_htmx
from flask import request


class HTMX(flask_htmx.HTMX):
    """What the htmx 4 script of the page tells about its request.

    htmx 4 sends ``HX-Source`` and ``HX-Target`` as ``tag#id``, ``HX-Request-Type`` (``partial`` or ``full``), and
    restores its history by plain requests.
    """

    @property
    def target(self) -> str | None:
        """The id of the element that will take the answer, if it has one."""
        return _id(request.headers.get("HX-Target"))

    @property
    def trigger(self) -> str | None:
        """The id of the element that made the request, if it has one."""
        return _id(request.headers.get("HX-Source"))

    @property
    def wants_fragment(self) -> bool:
        """Whether a part of the page is wanted: not for boosted links, full requests and history restores."""
        full = request.headers.get("HX-Request-Type") == "full"
        return bool(self) and not (self.boosted or self.history_restore_request or full)


def _id(value: str | None) -> str | None:
    return (value.partition("#")[2] or None) if value else None


htmx = HTMX()
