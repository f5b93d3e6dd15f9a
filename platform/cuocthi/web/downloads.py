"""Long tables as files that are read from the database while they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, stream_with_context

from cuocthi.database import set_read_only
from cuocthi.sheets.csv_text import csv_lines
from cuocthi.web.context import reading_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cuocthi.context import Context


def csv_download(name: str, headings: Sequence[str], rows: Callable[[Context], Iterable[Sequence[str]]]) -> Response:
    """Return a CSV file called ``name``; ``rows(ctx)`` gives its rows, read after the request proper."""

    def lines() -> Iterator[str]:
        # The request's own transaction has ended by now: this one is read-only anew, and its session is closed with it.
        set_read_only(True)
        yield from csv_lines(headings, rows(reading_context()))

    response = Response(stream_with_context(lines()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
