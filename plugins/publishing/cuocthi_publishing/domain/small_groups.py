"""Small groups in the tables of a publication: what is not shown of a section's rows."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cuocthi_publishing.domain.suppression import Sum, is_small, suppressed_in_all, total_of

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
    for places in _nested(columns, counting) if parts else [[place] for place in counting]:
        keys = [columns[place].key for place in places]
        also = frozenset[int]().union(*((hidden or {}).get(key, ()) for key in keys))
        found = _hidden(columns, rows, places, parts=parts, also=also)
        if found is None:
            return []
        out |= dict.fromkeys(keys, found)
    return [
        [
            NOT_SHOWN if number in out.get(column.persons, ()) else value
            for value, column in zip(row, columns, strict=True)
        ]
        for number, row in enumerate(rows)
    ]


def _nested(columns: Sequence[Column], counting: Sequence[int]) -> list[list[int]]:
    """Return the counting columns in groups of which each counts some of the same persons."""
    places = {columns[place].key: place for place in counting}
    groups: dict[int, list[int]] = {place: [place] for place in counting}
    for place in counting:
        wider = places.get(columns[place].within or columns[place].of)
        if wider is not None and groups[wider] is not groups[place]:
            groups[wider] += groups[place]
            groups |= dict.fromkeys(groups[place], groups[wider])
    return list({id(group): group for group in groups.values()}.values())


def _hidden(
    columns: Sequence[Column], rows: Rows, places: Sequence[int], *, parts: bool, also: frozenset[int]
) -> frozenset[int] | None:
    """Return which rows of nested counting columns are not shown, None where nothing of them can be shown."""
    counted = [dict(_counts(rows, place)) for place in places]
    numbers = sorted(set(chain.from_iterable(counted)))
    values = [{number: column.get(number, 0) for number in numbers} for column in counted]
    small = {number for place in places for number in _small_rests(columns, rows, place)}
    sums: list[Sum] = [total_of(numbers)] if parts else []
    found, withheld = suppressed_in_all(values, sums, frozenset(small | also))
    return None if withheld else found


def _small_rests(columns: Sequence[Column], rows: Rows, place: int) -> Iterable[int]:
    """Yield the rows in which those of the whole whom a column does not count are a small group."""
    whole = next((at for at, column in enumerate(columns) if column.key == columns[place].of), None)
    values = dict(_counts(rows, place))
    rests = _counts(rows, whole) if whole is not None else ()
    return (number for number, all_ in rests if number in values and is_small(all_ - values[number]))


def _counts(rows: Rows, place: int) -> Iterable[tuple[int, int]]:
    return ((number, value) for number, row in enumerate(rows) if isinstance(value := row[place], int))
