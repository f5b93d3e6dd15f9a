"""Tables of a report as they are written: numbered rows, names as they may be shown, sums made from the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.enrolments.public_names import names_of
from cuocthi.errors import ContractError
from cuocthi_publishing.domain.cells import NUMBERS, written
from cuocthi_publishing.reports.content import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.contributions import Column, ReportTable
    from cuocthi_publishing.domain.masking import Masking

#: Papers are written in Vietnamese, whatever the language of the campaign.
LANGUAGE = "vi"
#: How much of the width a column takes beside others, by its kind.
_SHARES = {"unit": 6, "person": 5, "text": 6, "money": 3, "moment": 4}
_NARROW, _NUMBER = 2, 1
_NUMBERING, _TOTAL = "TT", "Tổng cộng"


def as_cells(ctx: Context, table: ReportTable, *, campaign_id: int, masking: Masking) -> Cells:
    """Return a table with a number before each row and the sums below.

    Raises ContractError for a column of people that holds something else than enrolments, or a sum of other things
    than numbers.
    """
    kinds = [column.kind for column in table.columns]
    people = {
        value
        for row in table.rows
        for value, kind in zip(row, kinds, strict=True)
        if kind == "person" and isinstance(value, int)
    }
    names = names_of(ctx, campaign_id=campaign_id, enrolment_ids=people) if people else {}
    try:
        rows = [
            [written(masking.cell(value, kind, names), kind, LANGUAGE) for value, kind in zip(row, kinds, strict=True)]
            for row in table.rows
        ]
    except LookupError as error:
        raise ContractError(f"the table {table.title!r} names people otherwise than by their enrolments") from error
    columns = [
        (_NUMBERING, "center", _NUMBER),
        *((column.title, _alignment(column), _SHARES.get(column.kind, _NARROW)) for column in table.columns),
    ]
    numbered = [[str(number), *row] for number, row in enumerate(rows, start=1)]
    return Cells(columns, numbered, _total(table))


def sums(table: ReportTable) -> dict[str, int]:
    """Return the sum of each column that is added up; unknown values count as nothing."""
    found: dict[str, int] = {}
    for place, column in enumerate(table.columns):
        if column.key not in table.summed:
            continue
        values = [row[place] for row in table.rows if row[place] is not None]
        if column.kind not in NUMBERS or not all(isinstance(value, int) for value in values):
            raise ContractError(f"the table {table.title!r} adds up {column.key!r}, which are no numbers")
        found[column.key] = sum(value for value in values if isinstance(value, int))
    return found


def _total(table: ReportTable) -> Sequence[str]:
    """Return the last row; a single row is its own sum."""
    if not table.summed or len(table.rows) == 1:
        return ()
    added = sums(table)
    cells = [
        written(added[column.key], column.kind, LANGUAGE) if column.key in added else "" for column in table.columns
    ]
    first = next((place for place, column in enumerate(table.columns) if column.key not in added), None)
    if first is not None:
        cells[first] = _TOTAL
    return ["", *cells]


def _alignment(column: Column) -> str:
    return "right" if column.kind in NUMBERS else "left"
