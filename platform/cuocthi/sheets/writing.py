"""Writing workbooks that people take away: texts stay texts, whatever they begin with."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDEST = 60


def write_workbook(sheets: Sequence[tuple[str, Iterable[Sequence[str | int]]]]) -> bytes:
    """Return an XLSX file of (name, rows) sheets; the first row of each is its heading and stays in view.

    No text becomes a formula or a link.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        bold = book.add_format({"bold": True})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            widths: list[int] = []
            for number, row in enumerate(rows):
                widths += [0] * (len(row) - len(widths))
                for column, cell in enumerate(row):
                    widths[column] = max(widths[column], len(str(cell)))
                    form = None if number else bold
                    if isinstance(cell, int):
                        sheet.write_number(number, column, cell, form)
                    else:
                        sheet.write_string(number, column, cell, form)
            for column, width in enumerate(widths):
                sheet.set_column(column, column, min(width, _WIDEST) + 2)
    return out.getvalue()
