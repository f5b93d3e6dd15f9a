"""All tables in one workbook, with a dictionary that says what stands in which column."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from cuocthi.clock import from_micros
from cuocthi.sheets.writing import Money, write_workbook
from cuocthi.text import T, Text
from cuocthi_publishing.outputs.names import described_tables
from cuocthi_publishing.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.sheets.writing import Value
    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.outputs.published import Published

WORKBOOK = "data/tables.xlsx"

_MEANINGS: dict[str, Text] = {
    "text": T("text"),
    "person": T("name of a person, as far as it may be published"),
    "unit": T("name of a unit, with the units above it"),
    "integer": T("whole number; * where it is not published"),
    "money": T("sum in đồng"),
    "points": T("number with up to three decimals"),
    "ms": T("length of time in milliseconds"),
    "moment": T("moment, Vietnam time"),
}
_HEADINGS = (T("Sheet"), T("Table"), T("File"), T("Column"), T("Key"), T("Kind of column"), T("Meaning"), T("Note"))
_NO_SHEET = re.compile(r"[\[\]:*?/\\']+")
_LONGEST = 31
_THOUSAND = 1000


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the workbook."""
    language = published.language
    tables = described_tables(published.snapshot)
    sheets = [(_sheet_name(number, section), _rows(section)) for number, (_, section) in enumerate(tables, start=1)]
    dictionary = (say(T("Data dictionary"), language)[:_LONGEST], _dictionary(tables, language))
    made_at = datetime.fromisoformat(published.snapshot["release"]["made_at"])
    yield WORKBOOK, write_workbook([dictionary, *sheets], made_at=made_at)


def _sheet_name(number: int, section: Section) -> str:
    # The number keeps names apart that are cut to what a sheet may be called.
    return f"{number:02} {_NO_SHEET.sub(' ', section['title'])}"[:_LONGEST].strip()


def _dictionary(tables: Sequence[tuple[str, Section]], language: str) -> Iterator[Sequence[Value]]:
    yield [say(heading, language) for heading in _HEADINGS]
    for number, (file, section) in enumerate(tables, start=1):
        for column in section["columns"]:
            meaning = say(_MEANINGS[column["kind"]], language)
            named = [column["title"], column["key"], column["kind"], meaning]
            yield [_sheet_name(number, section), section["title"], file, *named, section["note"]]


def _rows(section: Section) -> Iterator[Sequence[Value]]:
    yield [column["title"] for column in section["columns"]]
    kinds = [column["kind"] for column in section["columns"]]
    for row in section["rows"]:
        yield [_cell(value, kind) for value, kind in zip(row, kinds, strict=True)]


def _cell(value: str | int | None, kind: str) -> Value:
    if not isinstance(value, int):
        return value
    if kind == "points":
        return value / _THOUSAND
    if kind == "money":
        return Money(value)
    return from_micros(value) if kind == "moment" else value
