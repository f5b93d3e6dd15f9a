"""Tables of questions, as Excel, LibreOffice and other programs write them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

import pytest
import xlsxwriter

from cuocthi.errors import DomainError
from cuocthi_quiz.domain.exchange.drafts import Content
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.reading import format_of, read_file
from cuocthi_quiz.domain.exchange.sheets import read_csv, read_workbook, write_xlsx
from cuocthi_quiz.domain.kinds.choice import Option
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number
from cuocthi_quiz.models import Difficulty, QuestionType

TABLE = "Câu hỏi,A,B,C,Đáp án\nMật khẩu nào mạnh?,123456,Một câu dài,abc,B\n"


def right(content: Content) -> list[list[str]]:
    assert content.problems == []
    return [[option.text for option in draft.body.options if option.right] for draft in content.drafts]


@pytest.mark.parametrize(
    "raw",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.replace(",", ";").replace("\n", "\r\n").encode(),
        TABLE.replace(",", "\t").encode("utf-16"),
        TABLE.replace(",", "\t").encode("utf-16-le"),
        ("DANH SÁCH CÂU HỎI,,,,\n" + TABLE).encode(),
        '"Câu hỏi","A","B","Đáp án"\n"M","1","Một câu dài","B"\n'.encode(),
    ],
    ids=["utf-8", "excel", "unicode text", "without a mark", "below a title", "libreoffice"],
)
def test_a_csv_file_is_read_whatever_wrote_it(raw: bytes) -> None:
    assert right(read_csv(raw)) == [["Một câu dài"]]


def test_letters_of_windows_are_read() -> None:
    western = "Question;A;B;Answer\nQu’est-ce qu’un café ?;Une boisson;“Rien”;A\n".encode("cp1252")
    assert read_csv(western).drafts[0].text == "Qu’est-ce qu’un café ?"
    vietnamese = "Câu ho\u0309i;A;B;Đa\u0301p a\u0301n\nHo\u0300a bi\u0300nh là gi\u0300?;Một;Hai;A\n"
    raw = vietnamese.replace("ộ", "ô\u0323").encode("cp1258")
    assert read_csv(raw).drafts[0].text == "Hòa bình là gì?"


def test_old_fonts_are_refused() -> None:
    row = "C©u hái vÒ chÝnh phñ ®iÖn tö vµ c«ng d©n sè hiÖn nay ë n­íc ta lµ g×"
    with pytest.raises(DomainError, match="TCVN3"):
        read_csv(f"Question;A;B;Answer\n{row};Mét;Hai;A\n".encode("cp1252"))


@pytest.mark.parametrize(
    ("key", "options"),
    [("A, C", "AC"), ("A;C", "AC"), ("AC", "AC"), ("a và c", "AC"), ("1, 3", "AC"), ("Hai", "B"), ("C.", "C")],
)
def test_the_key_is_written_in_many_ways(key: str, options: str) -> None:
    (draft,) = read_csv(f'Câu hỏi;A;B;C;Đáp án\nChọn;Một;Hai;Ba;"{key}"\n'.encode()).drafts
    assert "".join(letter for letter, one in zip("ABC", draft.body.options, strict=True) if one.right) == options


def test_every_problem_is_told_by_the_row_of_the_sheet() -> None:
    rows = "Chọn;Một;Hai;D;dễ\n\nChọn;Một;Hai;;dễ\nChọn;Một;Hai;A;siêu khó\nChọn;Một;Hai;A;Vận dụng cao\n"
    content = read_csv(f"Nội dung câu hỏi;Phương án A;Phương án B;Đáp án đúng;Mức độ\n{rows}".encode())
    assert [str(problem.place) for problem in content.problems] == ["row 2", "row 4", "row 5"]
    assert [draft.difficulty for draft in content.drafts] == [Difficulty.HARD]


def test_other_types_have_their_own_way_in_the_same_table() -> None:
    content = read_csv(
        "Câu hỏi;Loại;A;B;Đáp án;Đơn vị;Điểm từng phần\n"
        'Bao nhiêu tỉnh?;số;;;"34\n35 ± 0,5";tỉnh;\n'
        "Xếp;sắp xếp;Đăng nhập;Nộp hồ sơ;;;có\n"
        'Ghép;ghép đôi;Đỏ;Xanh;"Dừng\nĐi\nChờ";;\n'.encode()
    )
    assert content.problems == []
    number, order, match = (draft.body for draft in content.drafts)
    assert number == Number((AcceptedNumber("34"), AcceptedNumber("35", "0,5")), "tỉnh")
    assert order == Order(("Đăng nhập", "Nộp hồ sơ"), scoring=order.scoring)
    assert (match.pairs, match.others) == ((Pair("Đỏ", "Dừng"), Pair("Xanh", "Đi")), ("Chờ",))
    assert isinstance(match, Match)
    assert content.drafts[1].type is QuestionType.ORDERING


def test_what_is_no_table_of_questions_is_refused() -> None:
    for raw in (b"Ten,Tuoi\nAn,3\n", b"\x00\x01\x02\x03", b"\xff\xfe\x00"):
        with pytest.raises(DomainError):
            read_csv(raw)


def test_a_file_is_read_by_another_process_and_refused_in_words() -> None:
    template = write_xlsx([], {})
    with pytest.raises(DomainError, match="No question"):
        read_file(template, format_of("mau.xlsx", template))
    content = read_file(TABLE.encode(), format_of("cau-hoi.CSV", TABLE.encode()))
    assert right(content) == [["Một câu dài"]]
    with pytest.raises(DomainError, match="empty"):
        read_file(b" \n", format_of("x.csv", b""))
    with pytest.raises(DomainError, match="what format"):
        format_of("x.exe", b"MZ")


@pytest.mark.parametrize(
    ("name", "raw", "key"),
    [
        ("a.txt", b"Q\nA. x\nB. y\nANSWER: A", "aiken"),
        ("a.txt", b"Q {=x ~y}", "gift"),
        ("a.xml", b"<quiz></quiz>", "moodle"),
        ("a.xml", b"<assessmentItem/>", "qti"),
        ("a.zip", b"PK\x03\x04", "qti"),
    ],
)
def test_the_format_is_told_by_the_ending_and_the_content(name: str, raw: bytes, key: str) -> None:
    assert format_of(name, raw).key == key


def book(*rows: Sequence[object], formulas: Mapping[str, tuple[str, object]] = MappingProxyType({})) -> bytes:
    """A workbook of one sheet; formulas by their cells, each with the value that it shows."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = workbook.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    for cell, (formula, value) in formulas.items():
        sheet.write_formula(cell, formula, None, value)
    workbook.close()
    return out.getvalue()


def test_a_computed_cell_is_refused_only_where_it_is_read() -> None:
    rows: list[list[object]] = [["STT", "Câu hỏi", "A", "B", "Đáp án"], ["", "x?", 1, 2.5, "B"]]
    counted = read_workbook(book(*rows, formulas={"A2": ("=ROW()-1", 1)}))
    assert right(counted) == [["2,5"]]
    key = read_workbook(book(*rows, formulas={"E2": ('=IF(1,"A","B")', "A")}))
    assert [str(problem.place) for problem in key.problems] == ["cell E2"]


def test_a_day_that_excel_made_of_an_answer_is_read_as_people_write_it_and_named() -> None:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, day = workbook.add_worksheet(), workbook.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, ["Câu hỏi", "A", "B", "Đáp án", "Đúng tại ngày"])
    sheet.write_row(1, 0, ["Luật có hiệu lực từ ngày nào?", "", "Một ngày khác", "A"])
    sheet.write_number(1, 1, 45_293, day)
    sheet.write_number(1, 4, 45_550, day)
    sheet.write_row(2, 0, ["Câu khác?", "02/01/2024", "x", "B", "15/09/2024"])
    workbook.close()

    content = read_file(out.getvalue(), FORMATS["xlsx"])

    first, second = content.drafts
    assert content.problems == []
    assert first.body.options[0] == Option("02/01/2024", right=True)
    assert first.true_as_of == second.true_as_of == date(2024, 9, 15)
    assert [(note.params["cell"], note.params["text"]) for note in first.notes] == [("B2", "02/01/2024")]
    assert second.notes == (), "what stands there as a text, and a day where one is asked for, need no word"


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        (["Câu hỏi (*)", "Đáp án A", "Đáp án B", "Đáp án đúng (A/B/C/D)"], ["x?", "m", "n", "B"]),
        (
            ["Question - max 120 characters", "Answer 1 - max 75", "Answer 2", "Correct answer(s)"],
            ["x?", "m", "n", "2"],
        ),
        (["Question Text", "Option 1", "Option 2", "Correct Answer"], ["x?", "m", "n", 2]),
        (["Nội dung", "Phương án A", "Phương án B", "ĐA"], ["x?", "m", "n", "B. n"]),
        (["Câu hỏi:", "a", "b", "Đáp án:"], ["x?", "m", "n", "Phương án B"]),
    ],
)
def test_headings_and_keys_have_many_forms(headings: Sequence[str], row: Sequence[object]) -> None:
    assert right(read_workbook(book(["Danh sách"], [], headings, row, ["", "", " "]))) == [["n"]]
