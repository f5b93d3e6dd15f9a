"""Lists of questions in Word, as offices really write them."""

from __future__ import annotations

import pytest

from cuocthi_quiz.domain.exchange.drafts import Content, Unreadable
from cuocthi_quiz.domain.exchange.word import read_docx
from cuocthi_quiz.models import Difficulty, QuestionType

from .documents import NUMBERING, docx, paragraph, run, table, zipped


def letters(content: Content) -> list[str]:
    """The letters of the right options of each question."""
    assert content.problems == []
    return [
        "".join(letter for letter, option in zip("ABCDEFGH", draft.body.options, strict=False) if option.right)
        for draft in content.drafts
    ]


def options(content: Content, at: int = 0) -> list[str]:
    return [option.text for option in content.drafts[at].body.options]


@pytest.mark.parametrize(
    "key",
    [
        "Đáp án: B",
        "Đáp án B",
        "ĐÁP ÁN: b",
        "Đáp án đúng: B.",
        "Đáp án đúng là B",
        "Đáp án: B. Căn cước công dân",
        "=> Chọn B",
        "Chọn đáp án B",
        "Answer: B",
        "Đáp án: Căn cước công dân",
    ],
)
def test_the_key_stands_below_the_options_in_many_words(key: str) -> None:
    content = read_docx(docx("Câu 1: Giấy tờ nào?", "A. Hộ chiếu", "B. Căn cước công dân", "C. Bằng lái", key))
    assert letters(content) == ["B"]
    assert content.drafts[0].text == "Giấy tờ nào?"
    assert options(content) == ["Hộ chiếu", "Căn cước công dân", "Bằng lái"]


@pytest.mark.parametrize(
    "properties",
    [
        "<w:b/>",
        '<w:u w:val="single"/>',
        '<w:highlight w:val="yellow"/>',
        '<w:color w:val="FF0000"/>',
        '<w:shd w:val="clear" w:fill="FFFF00"/>',
        '<w:rStyle w:val="Strong"/>',
    ],
)
def test_the_key_is_marked_by_how_it_looks(properties: str) -> None:
    off = '<w:b w:val="0"/><w:color w:val="auto"/>'
    body = docx(
        paragraph(run("Câu 1. ", "<w:b/>"), "Chọn câu đúng"),
        paragraph("A. ", run("Một", off)),
        paragraph("B. ", run("H", properties), run("ai", properties)),
        paragraph("C. Ba"),
    )
    assert letters(read_docx(body)) == ["B"]


def test_the_letter_alone_may_be_marked() -> None:
    body = docx("Câu 1. Chọn", paragraph("A. Một"), paragraph(run("B.", '<w:u w:val="single"/>'), " Hai"))
    assert letters(read_docx(body)) == ["B"]


def test_what_all_options_have_marks_none_of_them() -> None:
    labels = [paragraph(run(f"{letter}.", "<w:b/>"), f" Ý {letter}") for letter in "ABC"]
    (problem,) = read_docx(docx("Câu 1. Chọn", *labels)).problems
    assert str(problem.place) == "question 1 (paragraph 1)"
    assert str(problem.text) == "no option is marked as right"


@pytest.mark.parametrize("starred", ["*B. Hai", "B. *Hai", "B.* Hai", "B. Hai *", "B. Hai (*)"])
def test_the_key_is_marked_by_a_star(starred: str) -> None:
    content = read_docx(docx("Câu 1. Chọn", "A. Một", starred))
    assert letters(content) == ["B"]
    assert options(content) == ["Một", "Hai"]


def test_a_mark_and_a_key_that_disagree_are_wrong() -> None:
    content = read_docx(docx("Câu 1. Chọn", "A. Một", paragraph("B. ", run("Hai", "<w:b/>")), "Đáp án: A"))
    assert len(content.problems) == 1


def test_several_right_options_make_a_question_with_several() -> None:
    content = read_docx(
        docx("Câu 1. Chọn", "A. Một", "*B. Hai", "*C. Ba", "Câu 2. Chọn", "A. 1", "B. 2", "Đáp án: A, B")
    )
    assert letters(content) == ["BC", "AB"]
    assert {draft.type for draft in content.drafts} == {QuestionType.MULTIPLE}


def test_options_stand_on_one_line() -> None:
    content = read_docx(
        docx(
            "Câu 1. Năm nào?",
            "A. 2021\tB. 2022\t\tC. 2023\tD. 2024",
            "Đáp án: D",
            "Câu 2. Tỉnh nào? A. Thái Bình   B. Nam Định",
            "Đáp án: A",
            "Câu 3. Vitamin nào?",
            "A. Vitamin A B. Vitamin C C. Không có",
            "Đáp án: C",
        )
    )
    assert letters(content) == ["D", "A", "C"]
    assert options(content) == ["2021", "2022", "2023", "2024"]
    assert (content.drafts[1].text, options(content, 1)) == ("Tỉnh nào?", ["Thái Bình", "Nam Định"])
    assert options(content, 2) == ["Vitamin A", "Vitamin C", "Không có"]


def test_options_stand_in_a_table_without_borders_or_behind_line_breaks() -> None:
    body = docx(
        "Câu 1. Chọn", table(["A. Một", "B. Hai"], ["C. Ba", "D. Bốn"]), "Đáp án: C", "Câu 2. Chọn\nA. Năm\nB. Sáu"
    )
    content = read_docx(body)
    assert options(content) == ["Một", "Hai", "Ba", "Bốn"]
    assert str(content.problems[0].text) == "no option is marked as right"


def test_word_counts_questions_and_options_itself() -> None:
    def option(text: str, properties: str = "") -> str:
        return paragraph(run(text, properties), numbered=(1, 1))

    content = read_docx(
        docx(
            paragraph("Mật khẩu mạnh", numbered=(1, 0)),
            option("123456"),
            option("Một câu dài", "<w:b/>"),
            paragraph("Chữ ký số", numbered=(1, 0)),
            option("Dữ liệu", "<w:b/>"),
            option("Ảnh"),
        )
    )
    assert letters(content) == ["B", "A"]
    assert [draft.text for draft in content.drafts] == ["Mật khẩu mạnh", "Chữ ký số"]
    assert str(content.drafts[1].place) == "question 2 (paragraph 4)"


def test_bare_numbers_begin_questions_but_not_within_one() -> None:
    content = read_docx(
        docx(
            "1. Cho các ý sau:",
            "1) Ý thứ nhất",
            "2) Ý thứ hai",
            "Chọn câu đúng",
            "A. Chỉ ý 1",
            "*B. Cả hai",
            "2. Câu tiếp theo",
            "*A. Có",
            "B. Không có",
        )
    )
    assert letters(content) == ["B", "A"]
    assert content.drafts[0].text == "Cho các ý sau:\n\n1) Ý thứ nhất\n\n2) Ý thứ hai\n\nChọn câu đúng"


QUESTIONS = ("Câu 1. Một?", "A. x", "B. y", "C. z", "Câu 2. Hai?", "A. x", "B. y", "C. z", "Câu 3. Ba?", "A. x", "B. y")


@pytest.mark.parametrize(
    "keys",
    [
        ("BẢNG ĐÁP ÁN", "1-B, 2-C, 3-A"),
        ("Đáp án:", "1. B", "2. C", "3. A"),
        ("1B 2C 3A",),
        ("ĐÁP ÁN", "Câu 1: B; Câu 2: C; Câu 3: A"),
        ("ĐÁP ÁN", table(["Câu", "1", "2", "3"], ["Đáp án", "B", "C", "A"])),
        ("ĐÁP ÁN", table(["1", "2", "3"], ["B", "C", "A"])),
        ("ĐÁP ÁN", table(["1", "B"], ["2", "C"], ["3", "A"])),
        (table(["Câu", "1", "2", "3"], ["Đáp án", "B", "C", "A"]),),
    ],
)
def test_the_keys_stand_in_a_table_at_the_end(keys: tuple[str, ...]) -> None:
    assert letters(read_docx(docx(*QUESTIONS, *keys))) == ["B", "C", "A"]


def test_labels_tell_what_else_is_known_of_a_question() -> None:
    content = read_docx(
        docx(
            "NGÂN HÀNG CÂU HỎI",
            "Chủ đề: An toàn thông tin",
            "Câu 1 (Thông hiểu). Thế nào là mật khẩu mạnh?",
            "A. Ngắn",
            "B. Dài",
            "Đáp án: B",
            "Giải thích: Dài thì khó đoán.",
            "Càng dài càng khó.",
            "Căn cứ: Cẩm nang, mục 2",
            "CHỦ ĐỀ 2: Dịch vụ công",
            "Câu 2. Đúng hay sai?",
            "A. Đúng",
            "B. Sai",
            "Đáp án: A",
            "Mức độ: Vận dụng",
        )
    )
    first, second = content.drafts
    assert (first.topic, first.difficulty) == ("An toàn thông tin", Difficulty.MEDIUM)
    assert (first.explanation, first.source) == ("Dài thì khó đoán.\n\nCàng dài càng khó.", "Cẩm nang, mục 2")
    assert (second.topic, second.difficulty, second.type) == ("Dịch vụ công", Difficulty.HARD, QuestionType.TRUE_FALSE)


def test_a_table_with_a_question_a_row_is_read_like_a_sheet() -> None:
    body = table(["STT", "Câu hỏi", "A", "B", "Đáp án"], ["1", "Hỏi gì?", "Này", "Kia", "B"])
    assert letters(read_docx(docx("Danh sách", body))) == ["B"]


def test_letters_are_composed_and_what_is_not_seen_is_taken_away() -> None:
    content = read_docx(docx("Ca\u0302u 1.\u00a0Ho\u0300a\u200b bi\u00adnh “là” gì?", "A. Một", "*B. Hai"))
    assert content.drafts[0].text == "Hòa binh “là” gì?"


def test_what_is_deleted_or_cannot_be_taken_is_left_out_and_said() -> None:
    picture = "<w:r><w:drawing/></w:r>"
    deleted = "<w:del><w:r><w:delText>cũ</w:delText></w:r></w:del>"
    inserted = f"<w:ins>{run('mới')}</w:ins>"
    content = read_docx(docx(f"<w:p>{run('Câu 1. Hình ')}{deleted}{inserted}{picture}</w:p>", "A. Một", "*B. Hai"))
    assert content.drafts[0].text == "Hình mới"
    assert [str(note) for note in content.drafts[0].notes] == ["a picture is not taken over"]


def test_old_fonts_are_refused_with_a_way_out() -> None:
    old = "Câu 1. C«ng nghÖ th«ng tin lµ g× vµ ®­îc dïng ë ®©u trong c¬ quan nhµ n­íc hiÖn nay"
    with pytest.raises(Unreadable, match="TCVN3"):
        read_docx(docx(old, "A. Mét", "*B. Hai"))


def test_what_is_no_document_is_refused() -> None:
    bomb = zipped({"word/document.xml": b"\0" * (70 * 2**20)})
    entities = zipped({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'})
    deep = zipped({"word/document.xml": "<a>" * 500 + "</a>" * 500})
    for raw in (bomb, entities, deep, zipped({"a": "b"}), zipped({"word/document.xml": "<a>"}), b"PK\x03\x04"):
        with pytest.raises(Unreadable):
            read_docx(raw)


@pytest.mark.parametrize(
    "key",
    ["ĐA: B", "Đ/A: B", "[Đáp án: B]", "(Đáp án B)", "Trả lời: B", "Key: B", "Đáp án: B. Căn cước công dân", "Câu B"],
)
def test_the_key_has_many_abbreviations(key: str) -> None:
    label = "" if key != "Câu B" else "Đáp án: "
    assert letters(read_docx(docx("Câu 1. x?", "A. m", "B. n", label + key))) == ["B"]


@pytest.mark.parametrize("marked", ["B. n (Đúng)", "B. n [x]", "B. n ✓", "[x] B. n", "✓ B. n", "#B. n", "B- n *"])
def test_an_option_is_marked_by_signs(marked: str) -> None:
    content = read_docx(docx("Câu 1. x?", "A. m", marked, "C. p"))
    assert (letters(content), options(content)) == (["B"], ["m", "n", "p"])


def test_what_stands_between_parts_belongs_to_no_option() -> None:
    content = read_docx(
        docx(
            "I. Pháp luật",
            "Câu 1. x?",
            "A. m",
            "*B. n",
            "II. Kỹ năng",
            "Câu 2. y?",
            "A. m",
            "*B. n",
            "-----",
            "HẾT",
            "*",
        )
    )
    assert (options(content, 0), options(content, 1)) == (["m", "n"], ["m", "n"])


def test_what_follows_the_key_explains_it() -> None:
    content = read_docx(
        docx("Câu 1. x?", "A. m", "B. n", "Đáp án: B", "Vì Điều 5 quy định như vậy.", "Câu 2. y?", "*A. m")
    )
    assert content.drafts[0].explanation == "Vì Điều 5 quy định như vậy."


def test_a_statement_without_options_is_true_or_false() -> None:
    content = read_docx(docx("Câu 1. Hà Nội là thủ đô.", "Đáp án: Đúng", "Câu 2. Huế là thủ đô.", "Đáp án: Sai"))
    assert letters(content) == ["A", "B"]
    assert {draft.type for draft in content.drafts} == {QuestionType.TRUE_FALSE}


def test_letters_inside_of_an_option_divide_nothing_and_a_letter_left_out_is_named() -> None:
    content = read_docx(
        docx("Câu 1. x?", "A. Theo a. b. và c. của Điều 5", "*B. n", "Câu 2. y?", "A. m", "*B. n", "D. p")
    )
    assert options(content) == ["Theo a. b. và c. của Điều 5", "n"]
    assert [(str(problem.place), str(problem.text)) for problem in content.problems] == [
        ("question 2 (paragraph 4)", "option “D” stands where “C” should")
    ]


def test_options_may_stand_in_the_cell_of_the_question() -> None:
    cell = "Thủ đô?\nA. Huế\nB. Hà Nội"
    body = table(["STT", "Nội dung câu hỏi", "Đáp án"], ["1", cell, "B"])
    own = table(["Câu hỏi", "Các phương án", "Đáp án"], ["Thủ đô?", "A. Huế\nB. Hà Nội", "B"])
    for content in (read_docx(docx(body)), read_docx(docx(own))):
        assert (letters(content), content.drafts[0].text, options(content)) == (["B"], "Thủ đô?", ["Huế", "Hà Nội"])


def test_raised_letters_are_raised() -> None:
    up = '<w:vertAlign w:val="superscript"/>'
    content = read_docx(docx(paragraph("Câu 1. Bao nhiêu km", run("2", up), "?"), "*A. Một", "B. Hai"))
    assert content.drafts[0].text == "Bao nhiêu km²?"


def test_numbers_of_other_lists_are_counted_by_each() -> None:
    def listed(number: int, form: str) -> str:
        level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="%1."/></w:lvl>'
        return f'<w:abstractNum w:abstractNumId="{number}">{level}</w:abstractNum>'

    used = "".join(f'<w:num w:numId="{at}"><w:abstractNumId w:val="{at}"/></w:num>' for at in (1, 2, 3))
    head = NUMBERING.partition(">")[0] + ">"
    numbering = f"{head}{listed(1, 'decimal')}{listed(2, 'lowerLetter')}{listed(3, 'upperLetter')}{used}</w:numbering>"
    body = [
        line
        for at, name in ((2, "Một"), (3, "Hai"))
        for line in (
            paragraph(name, numbered=(1, 0)),
            paragraph("x", numbered=(at, 0)),
            paragraph(run("y", "<w:b/>"), numbered=(at, 0)),
        )
    ]
    assert letters(read_docx(docx(*body, numbering=numbering))) == ["B", "B"]
