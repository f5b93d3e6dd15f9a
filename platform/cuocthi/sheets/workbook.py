"""Read one XLSX file, in a process of its own: ``python -m cuocthi.sheets.workbook <rows> <columns>``.

A hostile file can ask any reader for gigabytes: a cell in the last row and column is enough. So the reader has bounds
of memory and of time that the operating system keeps, and may die of them. It takes the file on standard input and
answers with JSON on standard output: ``{"sheets": [...]}``, or ``{"refused": why}``.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from datetime import date
from decimal import Decimal
from typing import Any

from cuocthi.files.unpacking import Fault, NotUnpacked, unpacked

_MEMORY = 224 * 2**20
_SECONDS = 2
_MOST_PARTS = 500
#: What all parts may unpack to: 25,000 rows of a dozen columns need a third of it.
_MOST_UNPACKED = 48 * 2**20
#: So many rows, with anything in them or not, are refused before the sheet is read.
_MOST_ROWS_MARKED = 250_000
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
#: A cell with a formula, or with an error that one left: its reference.
_COMPUTED = re.compile(rb"<c\b(?=[^>]*?\br=\"([A-Z]{1,3}[0-9]{1,7})\")(?:[^>]*?\bt=\"e\"[^>]*>|[^>]*>\s*<f\b)")
_MOST_COMPUTED = 20
_SHEET = re.compile(rb"<sheet\b[^>]*?\bname=\"([^\"]*)\"[^>]*?\br:id=\"([^\"]*)\"")
_TARGET = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"\b(Id|Target)=\"([^\"]*)\"")


class Refused(Exception):
    """The file is refused; the argument says why, in one word."""


def main() -> None:
    """Answer for the file on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    rows, columns = int(sys.argv[1]), int(sys.argv[2])
    try:
        answer: dict[str, Any] = {"sheets": read(sys.stdin.buffer.read(), rows=rows, columns=columns)}
    except Refused as refused:
        answer = {"refused": str(refused)}
    json.dump(answer, sys.stdout, ensure_ascii=True)


def read(raw: bytes, *, rows: int, columns: int) -> list[dict[str, Any]]:
    """Return the sheets with their rows of texts; raise Refused."""
    # The limits stand before the library is loaded, and it is loaded for nobody else.
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    parts = _parts(raw)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = {name: _sheet(book.get_sheet_by_name(name), rows, columns) for name in book.sheet_names}
    except (CalamineError, ValueError, OSError) as error:
        raise Refused("unreadable") from error
    computed = _computed(parts)
    return [
        {"name": name, "rows": texts, "computed": computed.get(name, []), "days": days}
        for name, (texts, days) in sheets.items()
    ]


def _sheet(sheet: Any, rows: int, columns: int) -> tuple[list[list[str]], list[tuple[int, int]]]:
    """Return the rows as texts, and where a day stands, by row and column from 0."""
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= rows:
        raise Refused("rows")
    if last_column >= columns:
        raise Refused("columns")
    cells = sheet.to_python(skip_empty_area=False)
    days = [(at, place) for at, row in enumerate(cells) for place, cell in enumerate(row) if isinstance(cell, date)]
    return [[_text(cell) for cell in row] for row in cells], days


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        # With a decimal comma, as the sheet shows it here: 12.125 written out would be read as twelve thousand.
        return str(int(cell)) if cell.is_integer() else f"{Decimal(str(cell)):f}".replace(".", ",")
    # As people here write days: what was typed as an answer is read as it was typed. A moment is a day, too.
    return f"{cell.day:02}/{cell.month:02}/{cell.year:04}" if isinstance(cell, date) else str(cell)


def _parts(raw: bytes) -> dict[str, bytes]:
    """Unpack what describes the sheets."""
    parts: dict[str, bytes] = {}
    try:
        for name, content in unpacked(raw, most_parts=_MOST_PARTS, most_bytes=_MOST_UNPACKED):
            if any(declaration in content for declaration in _DECLARATIONS):
                raise Refused("entities")
            if content.count(b"<row") > _MOST_ROWS_MARKED:
                raise Refused("rows")
            if name.startswith(("xl/w", "xl/_rels/")):
                parts[name] = content
    except NotUnpacked as error:
        raise Refused("unreadable" if error.fault is Fault.UNREADABLE else "bomb") from error
    return parts


def _computed(parts: dict[str, bytes]) -> dict[str, list[str]]:
    """Return by the name of each sheet the first cells whose values are computed."""
    targets: dict[bytes, str] = {}
    for found in _TARGET.finditer(parts.get("xl/_rels/workbook.xml.rels", b"")):
        attributes = dict(_ATTRIBUTE.findall(found.group()))
        target = attributes.get(b"Target", b"").decode(errors="replace").lstrip("/").removeprefix("xl/")
        targets[attributes.get(b"Id", b"")] = f"xl/{target}"
    names = {targets.get(key, ""): _unescaped(name) for name, key in _SHEET.findall(parts.get("xl/workbook.xml", b""))}
    cells = {
        part: [found[1].decode() for found, _ in zip(_COMPUTED.finditer(content), range(_MOST_COMPUTED), strict=False)]
        for part, content in parts.items()
        if _WORKSHEET.fullmatch(part)
    }
    return {names.get(part, part): found for part, found in cells.items()}


def _unescaped(name: bytes) -> str:
    import html  # noqa: PLC0415 - seldom needed

    return html.unescape(name.decode(errors="replace"))


if __name__ == "__main__":
    main()
