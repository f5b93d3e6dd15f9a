"""Reading an uploaded XLSX or CSV file into rows of texts, within bounds; a file that breaks them is refused."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cuocthi.errors import DomainError
from cuocthi.text import T, Text

MAX_ROWS = 25_000
MAX_COLUMNS = 60
#: The size of a CSV file in bytes: 25,000 rows of names and numbers need a third of it.
_LONGEST_CSV = 8 * 2**20
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
#: Whoever reads it has two seconds of computing; on a busy machine those take longer.
_SECONDS = 20
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (",", ";", "\t")

_REFUSALS: dict[str, Text] = {
    "bomb": T("The workbook unpacks to far more than a list needs. Nothing was read."),
    "entities": T("The workbook declares entities, which no spreadsheet does. Nothing was read."),
    "rows": T("A sheet has more than %(most)s rows. Please split the list.", most=MAX_ROWS),
    "columns": T(
        "A sheet has more than %(most)s columns. Please take away what does not belong there.", most=MAX_COLUMNS
    ),
    "unreadable": T("The file is no workbook that can be read. In Excel, save it as “Excel Workbook (.xlsx)”."),
}
_TOO_MUCH = T(
    "Reading the workbook takes more time or memory than a list needs. Please make a new one with the list only."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as rows of texts, the first row first; ``name`` is empty for CSV.

    ``computed`` are the references ("B7") of the first cells that hold a formula or an error instead of a value.
    ``days`` are the cells, by row and column from 0, that a workbook keeps as days: their texts are as this reader
    writes days, which need not be as the cell shows them.
    """

    name: str
    rows: Sequence[Sequence[str]]
    computed: Sequence[str] = ()
    days: Collection[tuple[int, int]] = frozenset()


def read_sheets(raw: bytes) -> list[Sheet]:
    """Return the sheets of an XLSX file, or the one of a CSV file (comma, semicolon or tab; UTF-8 or UTF-16).

    Numbers are written without a needless ".0" and with a decimal comma, days as 01/07/2025, texts in NFC. Raises
    DomainError (field ``file``) within two seconds for a file that is of another kind, hostile, or larger than
    :data:`MAX_ROWS` by :data:`MAX_COLUMNS`.
    """
    if not raw:
        raise _refused(T("The file is empty."))
    if raw.startswith(_OLD_WORKBOOK):
        raise _refused(
            T("This is an old or a locked workbook. In Excel, save it as “Excel Workbook (.xlsx)”, unlocked.")
        )
    sheets = _workbook(raw) if raw.startswith(_ZIP) else [Sheet("", _csv_rows(_decoded(raw)))]
    return [replace(sheet, rows=[[_plain(cell) for cell in row] for row in sheet.rows]) for sheet in sheets]


def _workbook(raw: bytes) -> list[Sheet]:
    command = [sys.executable, "-P", "-m", "cuocthi.sheets.workbook", str(MAX_ROWS), str(MAX_COLUMNS)]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603 - this very program
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise _refused(_TOO_MUCH) from error
    if "refused" in answer:
        raise _refused(_REFUSALS[answer["refused"]])
    return [
        Sheet(item["name"], item["rows"], item["computed"], frozenset(map(tuple, item["days"])))
        for item in answer["sheets"]
    ]


def _decoded(raw: bytes) -> str:
    if len(raw) > _LONGEST_CSV:
        raise _refused(T("The list is longer than %(most)s MB. Please split it.", most=_LONGEST_CSV // 2**20))
    encoding = "utf-16" if raw.startswith(_BYTE_ORDER_MARKS) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        message = T(
            "The file is not written in UTF-8, so Vietnamese letters would be lost. In Excel, save it as “CSV UTF-8” "
            "or as “Excel Workbook (.xlsx)”."
        )
        raise _refused(message) from error
    if "\0" in text:
        raise _refused(T("This is neither a workbook nor a CSV file."))
    return text


def _csv_rows(text: str) -> list[list[str]]:
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > MAX_ROWS:
                raise _refused(_REFUSALS["rows"])
            if len(row) > MAX_COLUMNS:
                raise _refused(_REFUSALS["columns"])
    except csv.Error as error:
        raise _refused(T("The file is no list that can be read.")) from error
    return rows


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


def _refused(message: Text) -> DomainError:
    return DomainError(message, field="file")
