"""Files that people hand in as lists: read within bounds, or refused in two seconds with words that say what to do."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from cuocthi.errors import DomainError
from cuocthi.sheets import workbook
from cuocthi.sheets.reading import MAX_COLUMNS, MAX_ROWS, read_sheets
from cuocthi.sheets.writing import write_workbook
from cuocthi.units.lists import read_list
from cuocthi.units.rows import Dates

SHEET = "xl/worksheets/sheet1.xml"
#: A reader's own bound of CPU time; the clock on the wall has to wait for other tests.
SECONDS = 2.0


def book(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        fill(made)
    return out.getvalue()


def small() -> bytes:
    return write_workbook([("Đơn vị", [["code", "name"], ["a", "Sở Y tế"]])])


def changed(raw: bytes, change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    """A workbook with one part exchanged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def rows_of_a_million(_: bytes) -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row) for row in range(1, 1_000_001))
    head = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return head + b"<sheetData>" + rows + b"</sheetData></worksheet>"


def bomb() -> bytes:
    return changed(small(), lambda content: content + b" " * 200_000_000)


def lying_bomb() -> bytes:
    """A bomb whose list of contents says that it is small."""
    raw = bomb()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    return raw.replace(size, (1000).to_bytes(4, "little"))


def last_cell(made: xlsxwriter.Workbook) -> None:
    sheet = made.add_worksheet()
    sheet.write(0, 0, "code")
    sheet.write(1_048_575, 16_383, "x")


def many_parts() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2_000):
            archive.writestr(f"part{number}", "x")
    return out.getvalue()


def entities(content: bytes) -> bytes:
    return content.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///secret">]>', 1)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb": (bomb, "unpacks to far more"),
    "a zip bomb that lies": (lying_bomb, ""),
    "too many parts": (many_parts, "unpacks to far more"),
    "a million rows": (lambda: changed(small(), rows_of_a_million), "more than 25000 rows"),
    "one cell in the last row and column": (lambda: book(last_cell), "time or memory"),
    "external entities": (lambda: changed(small(), entities), "declares entities"),
    "entities elsewhere": (lambda: changed(small(), entities, "xl/workbook.xml"), "declares entities"),
    "no workbook behind the sign of one": (lambda: b"PK\x03\x04" + b"x" * 50_000, "no workbook"),
    "a cut workbook": (lambda: small()[:2_000], "no workbook"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0" + bytes(1_000), "old or a locked"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(1_000), "UTF-8"),
    "nothing": (lambda: b"", "empty"),
    "bytes that are no text": (lambda: b"code,name\na,\0", "neither a workbook nor"),
    "windows-1252": (lambda: "code;name\na;Đơn vị".encode("cp1258", "replace"), "CSV UTF-8"),
    "a million lines of CSV": (lambda: b"code,name\n" + b"a,b\n" * 1_000_000, "more than 25000 rows"),
    "a line of eight million commas": (lambda: b"," * 8_000_000, "more than 60 columns"),
    "one field of eight megabytes": (lambda: b'"' + b"x" * 8_000_000, "no list"),
    "nineteen megabytes of CSV": (lambda: b"code,name\n" + b"a,b\n" * 4_900_000, "longer than 8 MB"),
}


def used() -> float:
    return sum(
        spent.ru_utime + spent.ru_stime
        for spent in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_time_with_words(name: str) -> None:
    make, said = HOSTILE[name]
    raw, before = make(), used()

    with pytest.raises(DomainError) as refused:
        read_sheets(raw)

    assert used() - before < SECONDS + 0.5
    assert refused.value.field == "file"
    assert said in str(refused.value.message)


def test_the_reader_of_workbooks_is_bound_in_memory_by_the_system() -> None:
    assert workbook._MEMORY < 256 * 2**20
    assert workbook._SECONDS <= SECONDS


def test_the_largest_list_is_read() -> None:
    rows: list[list[str | int]] = [["code", "name", "people"]]
    rows += [[f"c{number}", f"Xã số {number}", number] for number in range(MAX_ROWS - 1)]
    begun = time.perf_counter()

    [sheet] = read_sheets(write_workbook([("A", rows)]))

    assert len(sheet.rows) == MAX_ROWS
    assert sheet.rows[-1] == [f"c{MAX_ROWS - 2}", f"Xã số {MAX_ROWS - 2}", str(MAX_ROWS - 2)]
    assert time.perf_counter() - begun < 60


def test_a_text_that_no_cell_can_hold_shows_that_it_was_cut() -> None:
    [sheet] = read_sheets(write_workbook([("A", [["Nội dung"], ["ạ" * 32_767], ["ạ" * 40_000]])]))

    assert sheet.rows[1] == ["ạ" * 32_767]
    assert sheet.rows[2] == ["ạ" * 32_766 + "…"]


def test_formulas_and_errors_are_named_by_their_cells_on_their_sheet() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        made.add_worksheet("Một")
        sheet = made.add_worksheet("Hai & ba")
        sheet.write(0, 0, "code")
        sheet.write_formula(1, 1, "=1+1", None, "2")
        sheet.write_formula(11, 27, "=1/0", None, "#DIV/0!")

    sheets = read_sheets(book(fill))

    assert [(sheet.name, list(sheet.computed)) for sheet in sheets] == [("Một", []), ("Hai & ba", ["B2", "AB12"])]


def test_numbers_and_days_are_read_as_people_write_them() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("A")
        sheet.write_row(2, 1, [7.0, 2.5, True])
        sheet.write_number(2, 4, 45_839, made.add_format({"num_format": "dd/mm/yyyy"}))

    [sheet] = read_sheets(book(fill))

    assert sheet.rows[2] == ["", "7", "2,5", "TRUE", "01/07/2025"], "rows count from the first of the sheet"
    assert sheet.days == {(2, 4)}


def test_days_of_a_list_of_units_are_read_from_the_cells_of_a_workbook() -> None:
    header = ["code", "parent", "name", "kind", "block", "aliases", "valid_from", "valid_to", "successor"]
    row: list[str | date | None] = ["a", "", "Sở Y tế", "", "", "", date(2025, 7, 1), None, ""]

    listed = read_list(write_workbook([("Đơn vị", [header, row])]), categories=())

    assert listed.problems == []
    assert listed.rows[0].dates == Dates(date(2025, 7, 1))


@pytest.mark.parametrize(
    "raw",
    [
        "code,name\r\na,Sở Y tế\r\n".encode(),
        "\ufeffcode;name\r\na;Sở Y tế\r\n".encode(),
        "code\tname\r\na\tSở Y tế\r\n".encode("utf-16"),
        "code,name\na,Sơ\u0309 Y tê\u0301".encode(),
    ],
)
def test_csv_is_read_as_vietnamese_excel_writes_it(raw: bytes) -> None:
    [sheet] = read_sheets(raw)

    assert list(sheet.rows) == [["code", "name"], ["a", "Sở Y tế"]]


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


@settings(max_examples=8)
@given(st.lists(st.lists(_CELLS | st.integers(0, 10**9), min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_is_written_as_a_workbook_stays_text(rows: list[list[str | int]]) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(write_workbook([("A", [*rows, ["=1+1", "http://x.vn", "@a"]])])))

    read = book.get_sheet_by_index(0).to_python(skip_empty_area=False)

    assert read[len(rows)][:3] == ["=1+1", "http://x.vn", "@a"]
    for written, found in zip(rows, read, strict=False):
        assert [str(int(cell)) if isinstance(cell, float) else cell for cell in found[: len(written)]] == [
            str(cell) for cell in written
        ]


def test_a_sheet_with_too_many_columns_is_refused() -> None:
    with pytest.raises(DomainError, match="columns"):
        read_sheets(write_workbook([("A", [["x"] * (MAX_COLUMNS + 1)])]))


def test_numbers_with_decimals_are_written_as_people_here_read_them() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        made.add_worksheet().write_row(0, 0, [12.125, 0.5, 7.0, 1e-7, "12.125"])

    [sheet] = read_sheets(book(fill))
    assert list(sheet.rows) == [["12,125", "0,5", "7", "0,0000001", "12.125"]]
