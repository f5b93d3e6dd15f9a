"""How a value of a section is written, by the kind of its column: for people, and for files."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cuocthi.clock import from_micros
from cuocthi.web import formats

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Kinds whose values are quantities.
NUMBERS = frozenset({"integer", "money", "points", "ms"})
_THOUSAND = 1000
#: Long lists repeat points, ranks and units, and writing a number takes longer than looking it up.
_KEPT = 50_000

Value = str | int | None
Section = dict[str, Any]


def names_in(sections: Iterable[Section]) -> Counter[Value]:
    """Return the names of people that stand in sections, as they are shown there, with how often."""
    found: Counter[Value] = Counter()
    for section in sections:
        people = [place for place, column in enumerate(section["columns"]) if column["kind"] == "person"]
        for place in people:
            found.update(row[place] for row in section["rows"])
    return found


@lru_cache(_KEPT)
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
    whole, rest = divmod(abs(thousandths), _THOUSAND)
    return f"{'-' if thousandths < 0 else ''}{whole}{mark}{rest:03d}".rstrip("0").rstrip(mark)


def drawn_columns(section: Section) -> tuple[int, list[int]]:
    """Return the places of the columns that a section's chart shows: the labels, and one or two of numbers.

    A section that names none is drawn by its first text against its first number; without a text, by its first column.
    """
    kinds = [column["kind"] for column in section["columns"]]
    label = next((place for place, kind in enumerate(kinds) if kind not in NUMBERS), 0)
    named = [place for place, column in enumerate(section["columns"]) if column["key"] in section.get("drawn", ())]
    first = (place for place, kind in enumerate(kinds) if kind in NUMBERS and place != label)
    return label, named or [next(first, label)]
