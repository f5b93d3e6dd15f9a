"""Small groups in the tables of a publication: what is not shown of a section's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_publishing.domain.suppression import Sum, is_small, suppressed, total_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cuocthi.contributions import Column

    Value = str | int | None
    Rows = Sequence[Sequence[Value]]

#: What stands in the place of a number that is not shown.
NOT_SHOWN = "*"


def without_small_groups(
    columns: Sequence[Column],
    rows: Rows,
    *,
    parts: bool = True,
    hidden: Mapping[str, frozenset[int]] | None = None,
) -> list[list[Value]]:
    """Return the rows as they may be shown, :data:`NOT_SHOWN` in the place of what is not.

    ``columns`` say by ``persons`` which of them count the persons behind a value; ``parts``, whether the rows of the
    table add up to something that can be known. ``hidden`` are rows that are hidden for another table's sake, by the
    key of the column that counts. Where nothing can be shown there are no rows.
    """
    counting = [place for place, column in enumerate(columns) if column.persons == column.key]
    out: dict[str, frozenset[int]] = {}
    for place in counting:
        found = _hidden(columns, rows, place, parts=parts, also=(hidden or {}).get(columns[place].key, frozenset()))
        if found is None:
            return []
        out[columns[place].key] = found
    return [
        [
            NOT_SHOWN if number in out.get(column.persons, ()) else value
            for value, column in zip(row, columns, strict=True)
        ]
        for number, row in enumerate(rows)
    ]


def _hidden(
    columns: Sequence[Column], rows: Rows, place: int, *, parts: bool, also: frozenset[int]
) -> frozenset[int] | None:
    """Return which rows of a counting column are not shown, None where nothing of it can be shown."""
    values = dict(_counts(rows, place))
    whole = next((at for at, column in enumerate(columns) if column.key == columns[place].of), None)
    rests = dict(_counts(rows, whole)) if whole is not None else {}
    small = {number for number, all_ in rests.items() if number in values and is_small(all_ - values[number])}
    sums: list[Sum] = [total_of(list(values))] if parts else []
    found, withheld = suppressed(values, sums, frozenset(small | also))
    return None if withheld else found


def _counts(rows: Rows, place: int) -> Iterable[tuple[int, int]]:
    return ((number, value) for number, row in enumerate(rows) if isinstance(value := row[place], int))
