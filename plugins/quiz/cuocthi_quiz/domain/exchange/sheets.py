"""Tables of questions, one a row: XLSX workbooks, and CSV as any system writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cuocthi.sheets.csv_text import csv_lines
from cuocthi.sheets.reading import read_sheets
from cuocthi.sheets.writing import write_workbook
from cuocthi.text import T
from cuocthi_quiz.domain.exchange.drafts import Content, Unreadable
from cuocthi_quiz.domain.exchange.entries import Entry, draft_of, entry_of
from cuocthi_quiz.domain.exchange.texts import decoded, refuse_old_fonts
from cuocthi_quiz.domain.exchange.words import LABELS, LETTERS, TYPES, label_of, option_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cuocthi.sheets.reading import Sheet
    from cuocthi.text import Text
    from cuocthi_quiz.domain.questions import QuestionData

_BEFORE = ("key", "topic", "difficulty", "type", "text")
#: Options in one cell are read, and written each into its own.
_AFTER = tuple(name for name in LABELS if name not in {*_BEFORE, "options"})
_HEADINGS = [
    *(LABELS[name][0] for name in _BEFORE),
    *(f"Phương án {letter}" for letter in LETTERS),
    *(LABELS[name][0] for name in _AFTER),
]
#: How far down the headings may stand, below a title.
_HEADING_ROWS = 10
#: What a spreadsheet would take for a formula gets an apostrophe in front in CSV; here it goes again.
_FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
_SHEET_NAME = "Câu hỏi"


@dataclass
class _Columns:
    """Where each field and each option stands."""

    row: int
    fields: dict[str, int] = field(default_factory=dict)
    options: dict[int, int] = field(default_factory=dict)

    def reads(self, cell: str) -> bool:
        """Tell whether a cell, such as "B7", stands below one of the headings."""
        place = 0
        for letter in cell.rstrip("0123456789"):
            place = 26 * place + ord(letter) - ord("A") + 1
        return place - 1 in {*self.fields.values(), *self.options.values()}


def read_workbook(raw: bytes) -> Content:
    """Return what an XLSX workbook says: all of its sheets that have a column of questions."""
    sheets = read_sheets(raw)
    return _read([sheet for sheet in sheets if sheet.rows], named=len(sheets) > 1)


def read_csv(raw: bytes) -> Content:
    """Return what a CSV file says."""
    text = decoded(raw)
    refuse_old_fonts(text)
    sheets = read_sheets(text.encode())
    rows = [[_without_apostrophe(cell) for cell in row] for sheet in sheets for row in sheet.rows]
    return read_rows(rows)


def fits(raw: bytes) -> bool:
    """Tell whether a text begins like a table of questions."""
    heads = decoded(raw).splitlines()[:_HEADING_ROWS]
    return any(is_table([head.split(sign)]) for head in heads for sign in ("\t", ";", ","))


def read_rows(rows: Sequence[Sequence[str]]) -> Content:
    """Return what the rows of one table say."""
    columns = _columns(rows)
    if columns is None:
        raise _no_heading()
    content = Content()
    for number, cells in enumerate(rows[columns.row + 1 :], start=columns.row + 2):
        _read_row(content, _entry(cells, columns, number, ""))
    return content


def _read(sheets: Sequence[Sheet], *, named: bool) -> Content:
    content, found = Content(), False
    for sheet in sheets:
        columns = _columns(sheet.rows)
        if columns is None:
            continue
        found = True
        refuse_old_fonts("\n".join(cell for row in sheet.rows for cell in row))
        name = sheet.name if named else ""
        for cell in sheet.computed:
            if columns.reads(cell):
                content.wrong(T("cell %(cell)s", cell=cell), T("the cell is computed; please put in its value"))
        for number, cells in enumerate(sheet.rows[columns.row + 1 :], start=columns.row + 2):
            entry = _entry(cells, columns, number, name)
            entry.notes += _days(sheet, columns, number)
            _read_row(content, entry)
    if not found:
        raise _no_heading()
    return content


def _days(sheet: Sheet, columns: _Columns, number: int) -> Iterator[Text]:
    """Yield what was read of cells of a row that the workbook keeps as days, where no day is asked for."""
    asked = columns.fields.get("true_as_of")
    for place in sorted({*columns.fields.values(), *columns.options.values()} - {asked}):
        if (number - 1, place) in sheet.days:
            yield T(
                "cell %(cell)s holds a date, read as “%(text)s”; if it was typed otherwise, format it as text",
                cell=f"{_letters(place)}{number}",
                text=sheet.rows[number - 1][place],
            )


def _letters(place: int) -> str:
    """Return how spreadsheets name a column, counted from 0."""
    first, last = divmod(place, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether rows begin with headings of a table of questions."""
    return _columns(rows) is not None


def _no_heading() -> Unreadable:
    message = T("The table has no columns “Câu hỏi” and “Đáp án”. Please use the empty table that is offered here.")
    return Unreadable(message)


def _columns(rows: Sequence[Sequence[str]]) -> _Columns | None:
    """Return the columns that the first row with headings names, None without one."""
    for number, row in enumerate(rows[:_HEADING_ROWS]):
        columns = _Columns(number)
        for place, heading in enumerate(row):
            label, option = label_of(heading), option_of(heading)
            if label is not None:
                columns.fields.setdefault(label, place)
            elif option is not None:
                columns.options.setdefault(option, place)
        if "text" in columns.fields and ("right" in columns.fields or columns.options):
            return columns
    return None


def _entry(cells: Sequence[str], columns: _Columns, number: int, sheet: str) -> Entry:
    def cell(place: int) -> str:
        return cells[place] if place < len(cells) else ""

    place = T("row %(row)s", row=number)
    if sheet:
        place = T("sheet “%(sheet)s”, row %(row)s", sheet=sheet, row=number)
    options = [cell(columns.options[at]) if at in columns.options else "" for at in range(_count(columns))]
    return Entry(place, {name: cell(at) for name, at in columns.fields.items()}, options)


def _count(columns: _Columns) -> int:
    return max(columns.options, default=-1) + 1


def _read_row(content: Content, entry: Entry) -> None:
    if not any(cell.strip() for cell in (*entry.fields.values(), *entry.options)):
        return
    draft, wrong = draft_of(entry)
    if draft is not None:
        content.drafts.append(draft)
    for text in wrong:
        content.unusable(entry.place, text)


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(tuple(_FORMULA_SIGNS)) else cell


# --- writing --------------------------------------------------------------------------------------------------------


def write_xlsx(
    questions: Sequence[QuestionData], topics: Mapping[str, str], _pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a workbook of questions; ``topics`` tells how each topic is called. Without questions it is a template."""
    guide = [["Loại câu hỏi", "Cách ghi"], *_GUIDE]
    return write_workbook([(_SHEET_NAME, [_HEADINGS, *_rows(questions, topics)]), ("Hướng dẫn", guide)])


def write_csv(
    questions: Sequence[QuestionData], topics: Mapping[str, str], _pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a CSV file of questions."""
    return "".join(csv_lines(_HEADINGS, _rows(questions, topics))).encode()


def rehearse(questions: Sequence[QuestionData], topics: Mapping[str, str]) -> Content:
    """Return what is read of the rows that questions are written as, without the work of making a file."""
    return read_rows([_HEADINGS, *_rows(questions, topics)])


def _rows(questions: Sequence[QuestionData], topics: Mapping[str, str]) -> Iterator[list[str]]:
    for number, question in enumerate(questions, start=2):
        entry = entry_of(question, place=T("row %(row)s", row=number), topic=topics[question.topic])
        options = [*entry.options, *[""] * (len(LETTERS) - len(entry.options))]
        before, after = ([entry.fields.get(name, "") for name in names] for names in (_BEFORE, _AFTER))
        yield [*before, *options, *after]


_GUIDE = [
    [
        " / ".join(words[0] for words in list(TYPES.values())[:2]),
        "Đáp án: chữ cái của phương án đúng, ví dụ A hoặc A, C",
    ],
    ["đúng/sai", "Phương án A và B là hai lựa chọn; đáp án: A hoặc B"],
    ["số", "Đáp án: mỗi dòng một số, ví dụ 12,5 hoặc 12,5 ± 0,5; đơn vị ở cột “Đơn vị”"],
    ["trả lời ngắn", "Đáp án: mỗi dòng một cách trả lời được chấp nhận"],
    ["sắp xếp", "Phương án A, B, C…: các bước theo thứ tự đúng; cột đáp án để trống"],
    ["ghép đôi", "Phương án A, B, C…: vế trái; đáp án: mỗi dòng một vế phải tương ứng, thêm dòng cho vế thừa"],
    ["vị trí trên hình", "Phương án: tên các vùng; “Vùng”: mỗi dòng bốn số (trái, trên, rộng, cao; phần nghìn)"],
]
