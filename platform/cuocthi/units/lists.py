"""Unit lists as people hand them in, workbooks or CSV files, with every problem by sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cuocthi.errors import DomainError
from cuocthi.sheets.reading import Sheet, read_sheets
from cuocthi.text import T, Text
from cuocthi.units.rows import DATED, FIXED, UnitRow, row_of
from cuocthi.units.tree import Contradiction

_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")
_FORMULA = "="
_FORMULA_TEXT = T("the cell holds a formula or an error; please paste the value itself")
#: What our own lists put before a text that a spreadsheet would take for a formula.
_ESCAPED = re.compile(r"'(?=\s*[=+\-@＝＋－＠])")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: the sheet (empty for CSV), the row as spreadsheets count, the column ("C · name")."""

    sheet: str
    row: int
    column: str
    text: Text


@dataclass(slots=True)
class UnitList:
    """A list that was read: its units, its sheets by name, those left aside, and what is wrong with it."""

    rows: list[UnitRow] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    left_aside: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    categories: set[str] = field(default_factory=set)
    _places: dict[str, tuple[str, int, Mapping[str, str]]] = field(default_factory=dict)

    def add(self, sheet: str, number: int, row: UnitRow, columns: Mapping[str, str]) -> None:
        """Take a unit from row ``number`` of a sheet; ``columns`` are the titles of the sheet's columns."""
        self.rows.append(row)
        self._places[row.code] = sheet, number, columns

    def locate(self, found: Iterable[Contradiction]) -> Iterator[Problem]:
        """Yield where in the list the tree would contradict itself."""
        for item in found:
            sheet, number, columns = self._places[item.code]
            yield Problem(sheet, number, columns.get(item.column, item.column), item.text)


def read_list(raw: bytes, *, categories: Collection[str]) -> UnitList:
    """Read a list from XLSX or CSV; ``categories`` are the campaign's kinds of entrants, a column each.

    Sheets without a column "code" are left aside. Raises DomainError (field ``file``) for what is no list at all.
    """
    listed = UnitList()
    for sheet in read_sheets(raw):
        header = [cell.lower() for cell in sheet.rows[0]] if sheet.rows else []
        if "code" in header:
            listed.sheets.append(sheet.name)
            _read_sheet(listed, sheet, header, categories)
        else:
            listed.left_aside.append(sheet.name)
    if not listed.sheets:
        text = T("The list has no column “code” in its first row. Download the list to see its form.")
        raise DomainError(text, field="file")
    return listed


def _read_sheet(listed: UnitList, sheet: Sheet, header: Sequence[str], categories: Collection[str]) -> None:
    titles = {name: f"{_letters(index)} · {name}" for index, name in enumerate(header)}
    wrong = list(_wrong_header(header, categories))
    if wrong:
        listed.problems += [Problem(sheet.name, 1, titles.get(name, name), text) for name, text in wrong]
        return
    listed.categories |= set(header) & set(categories)
    listed.problems += [_computed(sheet.name, reference, header) for reference in sheet.computed]
    for number, cells in enumerate(sheet.rows[1:], start=2):
        if not any(cells):
            continue
        record = dict(zip(header, cells, strict=False))
        if any(cells[len(header) :]):
            text = T("the row has more cells than the first row has columns")
            listed.problems.append(Problem(sheet.name, number, _letters(len(header)), text))
        if not sheet.name:
            # In CSV nothing but the sign tells a formula from a text; a workbook says itself what it computes.
            formulas = [name for name, value in record.items() if value.startswith(_FORMULA)]
            listed.problems += [Problem(sheet.name, number, titles[name], _FORMULA_TEXT) for name in formulas]
            record = {name: _ESCAPED.sub("", value, count=1) for name, value in record.items()}
        row, problems = row_of({name: value for name, value in record.items() if name})
        if row.code:
            listed.add(sheet.name, number, row, titles)
        else:
            listed.problems.append(Problem(sheet.name, number, titles["code"], T("the code is missing")))
        listed.problems += [Problem(sheet.name, number, titles[item.column], item.text) for item in problems]


def _wrong_header(header: Sequence[str], categories: Collection[str]) -> Iterator[tuple[str, Text]]:
    for name in FIXED:
        if name not in header:
            yield name, T("the column “%(name)s” is missing", name=name)
    for name in dict.fromkeys(name for name in header if name):
        if header.count(name) > 1:
            yield name, T("the column “%(name)s” stands there twice", name=name)
        if name not in FIXED and name not in DATED and name not in categories:
            yield name, T("“%(name)s” is neither a column of the list nor a category of this campaign", name=name)


def _computed(sheet: str, reference: str, header: Sequence[str]) -> Problem:
    found = _REFERENCE.fullmatch(reference)
    letters, number = (found[1], int(found[2])) if found else ("", 0)
    title = next((name for index, name in enumerate(header) if _letters(index) == letters and name), "")
    return Problem(sheet, number, f"{letters} · {title}" if title else letters, _FORMULA_TEXT)


def _letters(index: int) -> str:
    """Return how spreadsheets name the column ``index``, counted from 0: A, B, …, Z, AA."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters
