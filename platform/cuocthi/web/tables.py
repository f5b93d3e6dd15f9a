"""Tables of data as all pages show them: sorted, searched, filtered, paged and exported by the same addresses.

A view makes a :class:`Table` from the request's arguments, asks its query for ``limit`` rows from ``offset`` in the
order of ``sort`` and hands rows and total over with :meth:`Table.show`; the macro ``data_table`` draws it.
Everything stands in the address, so that a page can be bookmarked, sent and used without JavaScript.

Columns that say what a file holds of a row are handed out by :func:`cuocthi.web.downloads.download`. When the address
asks for a file, ``limit`` and ``offset`` let all rows that match through, so that one query serves page and file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.sheets.writing import Value
    from cuocthi.text import Text

    Cell = Value | Text

#: Nobody looks for more than a name or a title; databases bound how many words a statement may hold.
LONGEST_SEARCH = 100
#: More rows than these are handed out as CSV only: a workbook is made whole before it is sent.
LONGEST_WORKBOOK = 50_000
_PAGE = re.compile(r"[0-9]{1,7}")

Row = TypeVar("Row")
CellKind = Literal["text", "number", "moment", "status", "acts"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key among the arguments and rows, its heading, whether rows can be sorted by it, and its kind.

    ``cell`` gives what files hold of a row; a column without it stands on the page only.
    """

    key: str
    title: str | Text
    sortable: bool = False
    kind: CellKind = "text"
    cell: Callable[[Any], Cell] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice that narrows a table: the name of its argument, its label, and (value, label) pairs.

    Of kind ``day`` it asks for a day instead, as 2024-10-05. Of kind ``words`` it takes what is written: ``offered_at``
    is the address of a page of options for it, asked while somebody types, and ``meant`` says what is written means.
    """

    name: str
    label: str | Text
    choices: Sequence[tuple[str, str | Text]] = ()
    kind: Literal["choice", "day", "words"] = "choice"
    offered_at: str = ""
    meant: str = ""


@dataclass(slots=True)
class Table:
    """One table of a page.

    ``id`` is unique on the page; ``path`` is the page's address without arguments; ``args`` are the request's
    arguments. ``sort`` is the column sorted by at first (``-key`` for descending). ``in_files`` are columns that only
    files have, after the others. ``prefix`` keeps the arguments of two tables of one page apart. Arguments that make no
    sense are ignored.
    """

    id: str
    path: str
    args: Mapping[str, str]
    columns: Sequence[Column]
    sort: str
    filters: Sequence[Filter] = ()
    searchable: bool = True
    in_files: Sequence[Column] = ()
    per_page: int = 50
    prefix: str = ""
    rows: Sequence[Any] = field(default=(), init=False)
    total: int = field(default=0, init=False)
    search: str = field(init=False)
    filtered: dict[str, str] = field(init=False)
    page: int = field(init=False)
    export: str = field(init=False)
    _first_sort: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Read search, filters, order and page from the arguments."""
        self.search = self._argument("q").strip()[:LONGEST_SEARCH] if self.searchable else ""
        self.filtered = {f.name: self._chosen(f) for f in self.filters}
        self._first_sort = self.sort
        wanted = self._argument("sort")
        if wanted.removeprefix("-") in {c.key for c in self.columns if c.sortable}:
            self.sort = wanted
        page = self._argument("page")
        self.page = max(int(page), 1) if _PAGE.fullmatch(page) else 1
        export = self._argument("export")
        self.export = export if export in self.exports else ""

    def show(self, rows: Sequence[Any], total: int) -> Table:
        """Take the rows of this page and the number of all rows that match; returns the table itself."""
        self.rows, self.total = rows, total
        return self

    def part_of(self, matching: Sequence[Row]) -> Sequence[Row]:
        """Return those rows of all that match, in their order, which stand on this page."""
        return matching[self.offset : self.offset + self.per_page]

    # --- for the query ---

    @property
    def sort_key(self) -> str:
        """The key of the column that rows are sorted by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the order is reversed."""
        return self.sort.startswith("-")

    @property
    def limit(self) -> int | None:
        """How many rows a page has; None when all rows are wanted for a file."""
        return None if self.export else self.per_page

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return 0 if self.export else (self.page - 1) * self.per_page

    @property
    def file_columns(self) -> list[tuple[str | Text, Callable[[Any], Cell]]]:
        """What files hold: headings, each with what gives the cell of a row."""
        return [(column.title, column.cell) for column in (*self.columns, *self.in_files) if column.cell is not None]

    # --- for the template ---

    @property
    def exports(self) -> tuple[str, ...]:
        """The kinds of file in which all rows that match can be had."""
        if not self.file_columns:
            return ()
        return ("xlsx", "csv") if self.total <= LONGEST_WORKBOOK else ("csv",)

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter hides rows, or the page lies behind the last one."""
        return bool(self.search or any(self.filtered.values()) or (self.total and not self.rows))

    @property
    def pages(self) -> int:
        """The number of pages."""
        return -(-self.total // self.per_page)

    @property
    def first(self) -> int:
        """The number of the first row shown, counted from 1."""
        return self.offset + 1

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.offset + len(self.rows)

    @property
    def page_links(self) -> list[int | None]:
        """The pages to link to: the first, the last and those around this one; None stands for a gap."""
        near = {1, self.pages, *range(max(self.page - 1, 1), min(self.page + 1, self.pages) + 1)}
        links: list[int | None] = []
        for number in sorted(near):
            if links and links[-1] != number - 1:
                links.append(None)
            links.append(number)
        return links

    def aria_sort(self, column: Column) -> Literal["ascending", "descending"] | None:
        """Return how rows are sorted by this column, in the words of ARIA; None when they are not."""
        if column.key != self.sort_key:
            return None
        return "descending" if self.descending else "ascending"

    def sort_url(self, column: Column) -> str:
        """Return the address that sorts by this column, or turns its order round."""
        return self._url(sort=f"-{column.key}" if self.sort == column.key else column.key, page=None)

    def page_url(self, number: int) -> str:
        """Return the address of a page."""
        return self._url(page=str(number) if number > 1 else None)

    def export_url(self, kind: str) -> str:
        """Return the address of all matching rows as a file (``xlsx``, ``csv``)."""
        return self._url(export=kind, page=None)

    @property
    def kept_by_search(self) -> list[tuple[str, str]]:
        """The arguments that the search form carries along: the order, and what belongs to others on the page."""
        own = {self.prefix + name for name in ("q", "page", "export", *(f.name for f in self.filters))}
        return [(name, value) for name, value in self._arguments().items() if name not in own]

    # --- within ---

    def _argument(self, name: str) -> str:
        return self.args.get(self.prefix + name, "")

    def _chosen(self, chosen: Filter) -> str:
        value = self._argument(chosen.name)
        if chosen.kind == "day":
            return value if _is_day(value) else ""
        if chosen.kind == "words":
            return value.strip()[:LONGEST_SEARCH]
        return value if value in {choice for choice, _ in chosen.choices} else ""

    def _arguments(self) -> dict[str, str]:
        """All arguments that the page stands for now, defaults left out."""
        others = {k: v for k, v in self.args.items() if not self.prefix or not k.startswith(self.prefix)}
        if not self.prefix:
            known = {"q", "sort", "page", "export", *self.filtered}
            others = {k: v for k, v in others.items() if k not in known}
        own = {
            "q": self.search,
            **self.filtered,
            "sort": "" if self.sort == self._first_sort else self.sort,
            "page": str(self.page) if self.page > 1 else "",
        }
        return others | {self.prefix + name: value for name, value in own.items() if value}

    def _url(self, **changes: str | None) -> str:
        if changes.get("sort") == self._first_sort:
            changes["sort"] = None
        merged = self._arguments() | {self.prefix + name: value for name, value in changes.items()}
        query = urlencode({name: value for name, value in merged.items() if value})
        return f"{self.path}?{query}" if query else self.path


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
