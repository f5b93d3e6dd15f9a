"""The pages of a long list: so many rows each, in the order of the section, with the search on every one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi_publishing.domain.cells import Section

    Rows = Sequence[Sequence[Any]]

#: A section of persons with more rows than this gets pages of its own, of which each shows as many.
ROWS_OF_A_PAGE = 200
#: How many rows of such a section stand on the page of the release.
FIRST_ROWS = 100
#: Where a section holds its first rows alone, it says under this key how many it has.
COUNT = "row_count"


def is_long(section: Section) -> bool:
    """Tell whether a section names so many persons that it needs pages of its own."""
    columns = section["columns"]
    named = any(column["kind"] == "person" for column in columns) and any(column["key"] == "code" for column in columns)
    return named and row_count(section) > ROWS_OF_A_PAGE


def row_count(section: Section) -> int:
    """Return how many rows a section has, also where it holds the first alone."""
    return int(section.get(COUNT, len(section["rows"])))


def first_rows(section: Section) -> Rows:
    """Return the rows of a section that stand on the page of the release."""
    rows: Rows = section["rows"]
    return rows[:FIRST_ROWS] if is_long(section) else rows


def page_of(at: int) -> str:
    """Return the address, from a page of the list to another, of the row at a place of the section (from 0)."""
    return f"{at // ROWS_OF_A_PAGE + 1}.html#r{at + 1}"


def page_count(section: Section) -> int:
    """Return how many pages a long section has."""
    return -(-len(section["rows"]) // ROWS_OF_A_PAGE)


def pages(section: Section) -> Iterator[tuple[int, Rows]]:
    """Yield the number (from 1) and the rows of every page of a long section."""
    for number, first in enumerate(range(0, len(section["rows"]), ROWS_OF_A_PAGE), start=1):
        yield number, section["rows"][first : first + ROWS_OF_A_PAGE]


def first_of(number: int) -> int:
    """Return which row of the section, counted from 1, is the first on the page of a number."""
    return (number - 1) * ROWS_OF_A_PAGE + 1
