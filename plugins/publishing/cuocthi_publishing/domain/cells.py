"""How a value of a section is written, by the kind of its column: for people, and for files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.clock import from_micros
from cuocthi.web import formats

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Kinds whose values are integers.
NUMBERS = frozenset({"integer", "money", "points", "ms"})
_THOUSAND = 1000

Value = str | int | None
Section = dict[str, Any]


def written(value: Value, kind: str, language: str) -> str:
    """Write a value for people; one that is not known is a dash."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if kind == "points":
        return formats.number(value / _THOUSAND, language)
    if kind == "ms":
        return formats.time_left(value / _THOUSAND, language, exact=True)
    return formats.stamp(from_micros(value), language) if kind == "moment" else formats.number(value, language)


def plain(value: Value, kind: str, language: str) -> str:
    """Write a value for a table file: numbers without marks for thousands, moments in ISO 8601, nothing for unknown."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if kind == "points":
        return _decimal(value, language)
    return formats.iso(from_micros(value)) if kind == "moment" else str(value)


def _decimal(thousandths: int, language: str) -> str:
    # A spreadsheet set to Vietnamese would read 12.5 as a date.
    mark = "," if language == formats.VIETNAMESE else "."
    whole, rest = divmod(thousandths, _THOUSAND)
    return f"{whole}{mark}{rest:03d}".rstrip("0").rstrip(mark)


def chart_items(section: Section, language: str, limit: int) -> list[Mapping[str, Any]]:
    """Return the first rows of a section as bars: the first text against the first number.

    A section without a text column is drawn by its first column.
    """
    kinds = [column["kind"] for column in section["columns"]]
    label = next((place for place, kind in enumerate(kinds) if kind not in NUMBERS), 0)
    value = next((place for place, kind in enumerate(kinds) if kind in NUMBERS and place != label), label)
    return [
        {
            "label": written(row[label], kinds[label], language),
            "value": row[value] or 0,
            "text": written(row[value], kinds[value], language),
        }
        for row in section["rows"][:limit]
    ]


def chart_titles(section: Section) -> tuple[str, str]:
    """Return the titles of the two columns that :func:`chart_items` draws."""
    columns = section["columns"]
    label = next((column for column in columns if column["kind"] not in NUMBERS), columns[0])
    value = next((column for column in columns if column["kind"] in NUMBERS and column is not label), label)
    return label["title"], value["title"]
