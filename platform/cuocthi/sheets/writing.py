"""Writing workbooks that people take away: texts stay texts, whatever they begin with."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from cuocthi.clock import LOCAL_ZONE

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet


class Money(int):
    """A sum in đồng: a number to count with, shown in groups of thousands."""


#: What a cell may hold; a moment is shown as the clocks of the contest show it.
Value = str | int | float | datetime | date | None

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    # Row after row goes to a temporary file, so that a long workbook takes little memory.
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDEST = 60
#: What a cell of a workbook holds at most, in letters.
_LONGEST = 32_767
_DAY, _MOMENT, _MONEY = "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss", "#,##0"


def write_workbook(
    sheets: Sequence[tuple[str, Iterable[Sequence[Value]]]], *, made_at: datetime | None = None
) -> bytes:
    """Return an XLSX file of (name, rows) sheets; the first row of each is its heading and stays in view.

    Numbers, days and moments can be counted and sorted with; no text becomes a formula or a link. A text that is longer
    than a cell can be ends in "…". With ``made_at`` the file says that it was made then, so that the
    same rows give the same bytes.
    """
    import xlsxwriter  # noqa: PLC0415 - large, and rarely asked for

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        if made_at is not None:
            book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
        cells = _Cells(book)
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            widths: list[int] = []
            for number, row in enumerate(rows):
                widths += [0] * (len(row) - len(widths))
                for column, value in enumerate(row):
                    widths[column] = max(widths[column], _width(value))
                    cells.write(sheet, number, column, value)
            for column, width in enumerate(widths):
                sheet.set_column(column, column, min(width, _WIDEST) + 2)
    return out.getvalue()


class _Cells:
    """Writes the cells of a workbook, each in the form of its kind."""

    def __init__(self, book: Workbook) -> None:
        self._heading = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": _DAY, "align": "left"})
        self._moment = book.add_format({"num_format": _MOMENT, "align": "left"})
        self._money = book.add_format({"num_format": _MONEY})

    def write(self, sheet: Worksheet, row: int, column: int, value: Value) -> None:
        match value:
            case datetime():
                sheet.write_datetime(row, column, value.astimezone(LOCAL_ZONE).replace(tzinfo=None), self._moment)
            case date():
                sheet.write_datetime(row, column, datetime.combine(value, time()), self._day)
            case Money():
                sheet.write_number(row, column, value, self._money)
            case int() | float():
                sheet.write_number(row, column, value)
            case str():
                text = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
                sheet.write_string(row, column, text, self._heading if row == 0 else None)


def _width(value: Value) -> int:
    return len(_MOMENT if isinstance(value, datetime) else _DAY if isinstance(value, date) else str(value or ""))
