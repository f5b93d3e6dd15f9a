"""What no request may hold, refused before any page reads it: numbers and characters that no database can store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

if TYPE_CHECKING:
    from werkzeug.routing import Map

_LARGEST = 2**63 - 1


class _RowNumber(IntegerConverter):
    """``<int:…>`` in an address: a number that no row can have is an address that does not exist."""

    def __init__(self, url_map: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(url_map, *arguments, **{"max": _LARGEST, **options})


def row_number(text: str) -> int:
    """Return a number as an argument gives it (``type=row_number``); ValueError for one that no row can have."""
    number = int(text)
    if abs(number) > _LARGEST:
        msg = f"{number} is no number of a row"
        raise ValueError(msg)
    return number


def init_app(app: Flask) -> None:
    """Refuse such requests; call it before the first page is registered."""
    app.url_map.converters["int"] = _RowNumber
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    """No address holds control characters; PostgreSQL stores no NUL, and no page and no form has a use for one."""
    if not request.path.isprintable():
        abort(404)
    parts = (request.args, request.form)
    if any("\0" in value for part in parts for _, value in part.items(multi=True)):
        abort(400)
