"""Texts and XML of other systems with what is odd in them: letters, entities, patterns, powers of ten, old formats."""

from __future__ import annotations

import unicodedata

import pytest

from cuocthi_quiz.domain.exchange.aiken import read_aiken
from cuocthi_quiz.domain.exchange.drafts import Content, Unreadable
from cuocthi_quiz.domain.exchange.gift import read_gift
from cuocthi_quiz.domain.exchange.moodle import read_moodle
from cuocthi_quiz.domain.exchange.qti import read_qti
from cuocthi_quiz.domain.exchange.reading import format_of
from cuocthi_quiz.domain.exchange.word import read_docx
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.written import AcceptedNumber
from cuocthi_quiz.models import QuestionType

from .documents import zipped


def right(content: Content) -> list[str]:
    """The options that are right, of each question."""
    assert content.problems == []
    return [", ".join(one.text for one in draft.body.options if one.right) for draft in content.drafts]


def moodle(kind: str, inner: str, text: str = "Câu hỏi?") -> bytes:
    """A file with one question, as Moodle 4 writes it."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<quiz>
  <question type="{kind}">
    <name><text>Tên</text></name>
    <questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>
    <generalfeedback format="html"><text></text></generalfeedback>
    <defaultgrade>1.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber></idnumber>
    {inner}
  </question>
</quiz>""".encode()


def answer(fraction: str, text: str, feedback: str = "", more: str = "") -> str:
    told = f'<feedback format="html"><text>{feedback}</text></feedback>{more}'
    return f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{told}</answer>'


TRUE = answer("100", "true") + answer("0", "false")


# --- Moodle XML -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "rights", "scoring"),
    [
        (("33.33333", "33.33333", "33.33333", "-100"), "1, 2, 3", Scoring.PARTIAL),
        (("50", "50", "-50", "-50"), "1, 2", Scoring.PARTIAL),
    ],
)
def test_moodle_gives_each_right_option_its_share(shares: tuple[str, ...], rights: str, scoring: Scoring) -> None:
    answers = "".join(answer(share, str(at)) for at, share in enumerate(shares, start=1))
    content = read_moodle(moodle("multichoice", f"<single>false</single>{answers}"))
    assert right(content) == [rights]
    assert (content.drafts[0].type, content.drafts[0].body.scoring) == (QuestionType.MULTIPLE, scoring)


def test_all_or_nothing_bears_the_whole_on_every_right_option() -> None:
    content = read_moodle(moodle("multichoiceset", answer("100", "1") + answer("100", "2") + answer("0", "3")))
    assert right(content) == ["1, 2"]
    assert (content.drafts[0].type, content.drafts[0].body.scoring) == (QuestionType.MULTIPLE, Scoring.ALL)
    assert content.drafts[0].notes == ()


def test_what_is_said_to_a_right_answer_explains_a_question_that_has_no_explanation() -> None:
    answers = answer("100", "Một", "Vì Điều 5.") + answer("0", "Hai", "Không phải.")
    (draft,) = read_moodle(moodle("multichoice", f"<single>true</single>{answers}")).drafts
    assert draft.explanation == "Vì Điều 5."
    assert [str(note) for note in draft.notes] == [
        "the feedback of right answers becomes the explanation; that of others is not taken over"
    ]


def test_a_pattern_is_not_taken_for_an_answer() -> None:
    (draft,) = read_moodle(
        moodle("shortanswer", answer("100", "thủ đô*") + answer("100", r"5 \* 3") + answer("0", "*"))
    ).drafts
    assert draft.body.accepted == ("5 * 3",)
    assert [str(note) for note in draft.notes] == ["the pattern “thủ đô*” is not taken over"]
    (problem,) = read_moodle(moodle("shortanswer", answer("100", "thủ đô*"))).problems
    assert "stands for many answers" in str(problem.text)


@pytest.mark.parametrize(
    ("value", "near", "accepted"),
    [
        ("3.125", "0.001", AcceptedNumber("3,125", "0,001")),
        ("1.5e3", "1E-2", AcceptedNumber("1500", "0,01")),
        ("-7", "", AcceptedNumber("-7", "0")),
    ],
)
def test_numbers_of_moodle_have_a_point_or_a_power_of_ten(value: str, near: str, accepted: AcceptedNumber) -> None:
    answers = answer("100", value, more=f"<tolerance>{near}</tolerance>") + answer("0", "*")
    assert read_moodle(moodle("numerical", answers)).drafts[0].body.accepted == (accepted,)


def test_raised_and_lowered_signs_and_links_stay() -> None:
    text = (
        'H<sub>2</sub>O, m<sup>2</sup>, x<sup>ab</sup>, <a href="https://chinhphu.vn/a">cổng</a>, <a href="#x">đây</a>'
    )
    (draft,) = read_moodle(moodle("truefalse", TRUE, text)).drafts
    assert draft.text == "H₂O, m², xab, [cổng](https://chinhphu.vn/a), đây"
    assert [str(note) for note in draft.notes] == ["a raised or lowered sign stands on the line now"]


@pytest.mark.parametrize("kind", ["description", "essay", "cloze", "ddmarker", "gapselect", "calculated", "random"])
def test_what_asks_otherwise_is_named_by_its_line(kind: str) -> None:
    (problem,) = read_moodle(moodle(kind, "")).problems
    assert (str(problem.place), kind in str(problem.text)) == ("line 3 (question 1)", True)


def test_xml_is_read_in_whatever_letters_it_says_and_mended_where_that_is_safe() -> None:
    plain = moodle("truefalse", TRUE, "Đúng?").decode()
    western = moodle("truefalse", TRUE, "café").decode().replace("UTF-8", "windows-1252")
    for raw, text in (
        (plain.replace("UTF-8", "UTF-16").encode("utf-16"), "Đúng?"),
        (b"\xef\xbb\xbf" + plain.encode(), "Đúng?"),
        (b"\n \r\n" + plain.encode(), "Đúng?"),
        (western.encode("cp1252", "xmlcharrefreplace"), "café"),
        (plain.replace("<![CDATA[Đúng?]]>", "Đ&uacute;ng&nbsp;\x0b?").encode(), "Đúng ?"),
    ):
        assert format_of("export.xml", raw).key == "moodle"
        assert [draft.text for draft in read_moodle(raw).drafts] == [text]
    for raw in (plain.replace("UTF-8", "klingon").encode(), b'<?xml version="1.0" encoding="utf-16"?>\xff\xfe\xd8'):
        with pytest.raises(Unreadable):
            read_moodle(raw)


# --- GIFT and Aiken -------------------------------------------------------------------------------------------------


def test_gift_of_teachers() -> None:
    content = read_gift(
        r"""
// câu có phản hồi
::Q2:: Màu nào giữa cam và lục? { =vàng # đúng rồi ~đỏ # chưa đúng ~lam }
Ai đã xây? {FALSE#Chưa đúng#Vì đó là nhà Lý}

Đáp án nào bằng 5? {~ \= 2 + 2 = \= 2 + 3 ~ \{4\}}

::Trống::Hà Nội là {~thị trấn =thủ đô ~làng} của Việt Nam.

Năm nào? {#
    =1945:0 # đúng
    =%50%1945:2 # gần đúng
}

Bao xa? {#-3.5:0.1}

Chọn {
=[html]<p>a &lt; b</p>

=[plain]a < b
}
""".encode()
    )
    assert [str(problem.place) for problem in content.problems] == ["line 3 (question 1)"], "no empty line between"
    equal, gap, year, far, choice = content.drafts
    assert [one.text for one in equal.body.options] == ["= 2 + 2", "= 2 + 3", "{4}"]
    assert (gap.text, [one.right for one in gap.body.options]) == (
        "Hà Nội là _____ của Việt Nam.",
        [False, True, False],
    )
    assert (year.body.accepted, far.body.accepted) == (
        (AcceptedNumber("1945", "0"),),
        (AcceptedNumber("-3,5", "0,1"),),
    )
    assert choice.body.accepted == ("a < b", "a < b")


def test_what_gift_says_to_right_answers_explains() -> None:
    first, second = read_gift(b"Q {=a # why ~b # no}\n\nTrue? {F#wrong#right}\n").drafts
    assert (first.explanation, second.explanation) == ("why", "right")


def test_aiken_in_vietnamese_and_stems_that_begin_with_a_letter() -> None:
    content = read_aiken(
        "A. Lincoln là ai?\r\nA. Tổng thống\r\nB. Nhà văn\r\nĐÁP ÁN: A\r\n\r\nHai?\nA)x\nB)y\nĐáp án: b.\n".encode()
    )
    assert right(content) == ["Tổng thống", "y"]


#: How a document of LibreOffice begins: its type stands in it uncompressed.
ODF = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument."

# --- typed lists, and what is no file of questions --------------------------------------------------------------------


def test_a_list_may_be_a_text_file() -> None:
    text = "Câu 1. Thủ đô?\nA. Huế\tB. Hà Nội\nĐáp án: B\n\nCâu 2: Đúng hay sai?\nA. Đúng\nB. Sai\nANSWER: A\n"
    for raw in (text.encode(), text.encode("utf-16"), unicodedata.normalize("NFD", text).encode()):
        assert format_of("cau-hoi.txt", raw).key == "docx"
        assert right(read_docx(raw)) == ["Hà Nội", "Đúng"]


def test_a_text_file_of_excel_is_a_table() -> None:
    assert format_of("cau-hoi.txt", "Câu hỏi\tA\tB\tĐáp án\nx?\tm\tn\tA\n".encode("utf-16")).key == "csv"


@pytest.mark.parametrize(
    ("raw", "way_out"),
    [
        (b"%PDF-1.7", "document that it was made from"),
        (b"{\\rtf1\\ansi", "Word Document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "unlocked"),
        (ODF + b"text", "Word Document"),
        (ODF + b"spreadsheet", "Excel Workbook"),
    ],
)
def test_what_is_not_read_is_refused_with_the_way_out(raw: bytes, way_out: str) -> None:
    for name in ("cau-hoi.doc", "cau-hoi.docx", "cau-hoi.xlsx"):
        with pytest.raises(Unreadable, match=way_out):
            format_of(name, raw)


@pytest.mark.parametrize(("sign", "version"), [("questestinterop", "1.2"), ("qti-assessment-item", "3.0")])
def test_other_versions_of_qti_are_named(sign: str, version: str) -> None:
    manifest = '<manifest><resources><resource type="imsqti_xmlv1p2" href="a.xml"/></resources></manifest>'
    item = f"<{sign}/>"
    for name, raw in (("a.xml", item.encode()), ("a.zip", zipped({"imsmanifest.xml": manifest, "a.xml": item}))):
        assert format_of(name, raw).key == "qti"
        with pytest.raises(Unreadable, match=version):
            read_qti(raw)
