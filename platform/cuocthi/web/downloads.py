"""Tables as files, CSV or a workbook; each goes on record first, and is whole before its first byte is sent."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from flask import Response, g
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.sheets.csv_text import csv_lines
from cuocthi.sheets.writing import MEDIA_TYPE, write_workbook
from cuocthi.text import T, Text
from cuocthi.web import formats
from cuocthi.web.context import reading_context
from cuocthi.web.i18n import language, translate
from cuocthi.web.on_record import put_on_record
from cuocthi.web.tables import LONGEST_WORKBOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cuocthi.context import Context
    from cuocthi.sheets.writing import Value
    from cuocthi.web.tables import Cell, Table

#: How many bytes of a file are kept in memory; longer ones go to the disk.
_IN_MEMORY = 2**20
_PIECE = 2**16


def download(table: Table, rows: Callable[[Context], Iterable[Any]], *, of: str, summary: Text) -> Response:
    """Return the file that the address of ``table`` asks for, with every row that matches.

    ``rows(ctx)`` gives the rows in the table's order. That the list was handed out goes on record, with what narrowed
    it: ``of`` is whose list it is (``owner:object``), ``summary`` says so in words. Raises DomainError for more rows
    than a workbook is made of.
    """
    put_on_record(
        action=f"{of}:export",
        summary=summary,
        object_kind=of.split(":")[1],
        # What was searched for may be somebody's name or number.
        after={name: value for name, value in table.filtered.items() if value},
    )
    # What goes on record ends the page's transaction: rows that were read before would be read again one by one.
    found = rows(reading_context())
    response = _csv(table, found) if table.export == "csv" else _workbook(table, found)
    prefix = f"{g.campaign.slug}-" if g.get("campaign") else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{prefix}{table.id}.{table.export}"'
    return response


def _csv(table: Table, rows: Iterable[Any]) -> Response:
    cells, tongue = [cell for _title, cell in table.file_columns], language()
    written = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    for line in csv_lines(_headings(table), ([_as_text(cell(row), tongue) for cell in cells] for row in rows)):
        written.write(line.encode())
    response = Response(_sent(written), content_type="text/csv; charset=utf-8")
    response.content_length = written.tell()
    # Who only asks for the head, or goes away, leaves the file unread.
    response.call_on_close(written.close)
    return response


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _workbook(table: Table, rows: Iterable[Any]) -> Response:
    cells = [cell for _title, cell in table.file_columns]

    def lines() -> Iterator[list[Value]]:
        yield [*_headings(table)]
        found = iter(rows)
        yield from ([_as_value(cell(row)) for cell in cells] for row in islice(found, LONGEST_WORKBOOK))
        if next(found, None) is not None:
            raise DomainError(T("This list is too long for a workbook. Please download it as CSV, or narrow it first."))

    return Response(write_workbook([(_("List"), lines())]), content_type=MEDIA_TYPE)


def _headings(table: Table) -> list[str]:
    return [translate(title) if isinstance(title, Text) else title for title, _cell in table.file_columns]


def _as_value(cell: Cell) -> Value:
    return translate(cell) if isinstance(cell, Text) else cell


def _as_text(cell: Cell, tongue: str) -> str:
    match _as_value(cell):
        case None:
            return ""
        case datetime() as moment:
            return formats.stamp(moment, tongue)
        case date() as day:
            return formats.day(day, tongue)
        case value:
            return str(value)
