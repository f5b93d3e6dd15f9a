"""GIFT, Aiken and Moodle XML, as Moodle and teachers write them."""

from __future__ import annotations

import pytest

from cuocthi_quiz.domain.exchange.aiken import read_aiken
from cuocthi_quiz.domain.exchange.drafts import Unreadable
from cuocthi_quiz.domain.exchange.gift import read_gift
from cuocthi_quiz.domain.exchange.moodle import read_moodle
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number, Wording
from cuocthi_quiz.models import QuestionType

GIFT = r"""// question: 0  name: Switch category to $course$/top/An toàn
$CATEGORY: $course$/top/An toàn thông tin

// question: 12  name: MK  [id:MK_01] [tag:Độ khó: dễ] [tag:nội bộ]
::Mật khẩu::[html]<p>Mật khẩu nào <b>mạnh</b>?</p>{
	~123456#Quá ngắn
	=Một câu dài\: dễ nhớ
	####<p>Dài thì khó đoán.</p><p>Nguồn: Cẩm nang, mục 2</p>
}

Chọn các câu đúng {~%50%Một ~%50%Hai ~%-100%Ba}

Hà Nội là thủ đô.{T#Đúng rồi#Sai rồi}

$CATEGORY: $course$/top/Dịch vụ công//Số

Thủ đô của Việt Nam là {=Hà Nội =%50%Hà nội cũ} từ năm nào?

Có bao nhiêu tỉnh?{#34:0}

Pi là bao nhiêu? {#3.141..3.142}

Ghép {=Đỏ -> Dừng =Xanh -> Đi = -> Chờ}
"""


def test_gift_as_moodle_exports_it() -> None:
    content = read_gift(GIFT.encode())
    assert content.problems == []
    first, several, true, text, whole, between, match = content.drafts
    assert (first.key, first.topic, str(first.difficulty)) == ("mk-01", "An toàn thông tin", "easy")
    assert first.text == "Mật khẩu nào **mạnh**?"
    assert first.body == Choice((Option("123456"), Option("Một câu dài: dễ nhớ", right=True)))
    assert (first.explanation, first.source) == ("Dài thì khó đoán.", "Cẩm nang, mục 2")
    assert [str(note) for note in first.notes] == ["the feedback of single answers is not taken over"]
    assert [option.right for option in several.body.options] == [True, True, False]
    assert several.body.scoring is Scoring.PARTIAL
    assert (true.type, true.body.options[0]) == (QuestionType.TRUE_FALSE, Option("Đúng", right=True))
    assert (text.topic, text.text) == ("Dịch vụ công/Số", "Thủ đô của Việt Nam là _____ từ năm nào?")
    assert text.body == Wording(("Hà Nội",))
    assert whole.body == Number((AcceptedNumber("34", "0"),))
    assert between.body == Number((AcceptedNumber("3,1415", "0,0005"),))
    assert match.body == Match((Pair("Đỏ", "Dừng"), Pair("Xanh", "Đi")), ("Chờ",), Scoring.PARTIAL)


@pytest.mark.parametrize("block", ["Viết bài luận {}", "Chỉ là một đoạn văn", "Câu {abc}"])
def test_gift_that_cannot_be_taken_is_said_by_its_line(block: str) -> None:
    content = read_gift(f"// ghi chú\n\nĐúng? {{T}}\n\n{block}\n".encode())
    assert [str(problem.place) for problem in content.problems] == ["line 5 (question 2)"]


def test_gift_says_which_brace_is_not_closed_and_reads_what_stands_behind_it() -> None:
    first, others = "Thủ đô?\n{\n=Hà Nội\n\n~Huế\n\n", "// [id:hai]\nĐúng? {T}\n\n$CATEGORY: An toàn\n\nSai? {F}\n\n"
    content = read_gift(f"{first}{others}Cuối {{=a ~b".encode())
    assert [(str(one.place), str(one.text)) for one in content.problems] == [
        ("line 1 (question 1)", "the brace { that opens on line 2 is not closed"),
        ("line 14 (question 4)", "the brace { that opens on line 14 is not closed"),
    ]
    assert [(draft.text, draft.key, draft.topic) for draft in content.drafts] == [
        ("Đúng?", "hai", ""),
        ("Sai?", "", "An toàn"),
    ]


def test_gift_may_have_empty_lines_between_its_answers() -> None:
    (draft,) = read_gift("Thủ đô?\n{\n=Hà Nội\n\n~Huế\n}\n".encode()).drafts
    assert [option.text for option in draft.body.options] == ["Hà Nội", "Huế"]


def test_aiken_as_teachers_write_it() -> None:
    content = read_aiken(
        "Câu nào đúng?\r\nA. Một\r\nB) Hai\r\nANSWER: B\r\n\r\nĐúng hay sai?\na. Đúng\nb. Sai\nanswer: a".encode()
    )
    assert content.problems == []
    assert [option.right for option in content.drafts[0].body.options] == [False, True]
    assert content.drafts[1].type is QuestionType.TRUE_FALSE


def test_aiken_says_what_is_wrong_by_its_line() -> None:
    content = read_aiken(b"Q\nA. x\nC. y\nANSWER: A\n\nQ\nA. x\nB. y\nANSWER: D\n\nQ\nA. x\n")
    assert [str(problem.place) for problem in content.problems] == [
        "line 3 (question 1)",
        "line 6 (question 2)",
        "line 11 (question 3)",
    ]


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0  -->
  <question type="category"><category><text>$course$/top/Default for KH/An toàn thông tin</text></category>
  <info format="moodle_auto_format"><text></text></info><idnumber></idnumber></question>
  <question type="multichoice">
    <name><text>Mật khẩu</text></name>
    <questiontext format="html"><text><![CDATA[<p dir="ltr">Chọn <strong>hai</strong> câu:<br>a * b &amp; c</p>
<ul><li>một</li><li>hai</li></ul><p><img src="@@PLUGINFILE@@/a.png" alt="Sơ đồ"></p>]]></text>
<file name="a.png" path="/" encoding="base64">iVBORw0KGgo=</file></questiontext>
    <generalfeedback format="html"><text>&lt;p&gt;Vì thế.&lt;/p&gt;</text></generalfeedback>
    <defaultgrade>1.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber>ATTT.01</idnumber>
    <single>false</single><shuffleanswers>false</shuffleanswers><answernumbering>abc</answernumbering>
    <answer fraction="50" format="html"><text><![CDATA[<p>Một &lt; hai</p>]]></text>
    <feedback format="html"><text></text></feedback></answer>
    <answer fraction="50" format="html"><text>Hai</text><feedback format="html"><text>Tốt</text></feedback></answer>
    <answer fraction="0" format="html"><text>Ba</text><feedback format="html"><text></text></feedback></answer>
    <tags><tag><text>khó</text></tag></tags>
  </question>
  <question type="truefalse"><questiontext format="plain_text"><text>Đúng?</text></questiontext>
    <answer fraction="0" format="moodle_auto_format"><text>true</text></answer>
    <answer fraction="100" format="moodle_auto_format"><text>false</text></answer></question>
  <question type="shortanswer"><questiontext format="html"><text>Ở đâu?</text></questiontext><usecase>1</usecase>
    <answer fraction="100"><text>Thái Bình</text></answer><answer fraction="80"><text>TB</text></answer></question>
  <question type="numerical"><questiontext format="html"><text>Bao xa?</text></questiontext>
    <answer fraction="100"><text>1.5</text><tolerance>0.25</tolerance></answer>
    <units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit></units></question>
  <question type="matching"><questiontext format="html"><text>Ghép</text></questiontext>
    <subquestion format="html"><text><![CDATA[<p>Đỏ</p>]]></text><answer><text>Dừng</text></answer></subquestion>
    <subquestion format="html"><text>Xanh</text><answer><text>Đi</text></answer></subquestion>
    <subquestion format="html"><text></text><answer><text>Chờ</text></answer></subquestion></question>
  <question type="ordering"><questiontext format="html"><text>Xếp</text></questiontext>
    <answer fraction="1.0"><text>Một</text></answer><answer fraction="2.0"><text>Hai</text></answer></question>
</quiz>"""


def test_moodle_xml_as_moodle_exports_it() -> None:
    content = read_moodle(MOODLE.encode())
    assert content.problems == []
    first, false, text, number, match, order = content.drafts
    assert first.text == "Chọn **hai** câu:\\\na \\* b & c\n\n- một\n- hai\n\nSơ đồ"
    assert (first.key, first.topic, str(first.difficulty)) == ("attt-01", "An toàn thông tin", "hard")
    assert first.explanation == "Vì thế."
    assert first.body.options[0] == Option("Một < hai", right=True)
    assert (first.body.keep_order, first.body.scoring) == (True, Scoring.PARTIAL)
    assert str(first.notes[0]).startswith("a picture is not taken over: ")
    assert false.body.options == (Option("Đúng"), Option("Sai", right=True))
    assert text.body == Wording(("Thái Bình",), case_matters=True)
    assert number.body == Number((AcceptedNumber("1,5", "0,25"),), "km")
    assert match.body == Match((Pair("Đỏ", "Dừng"), Pair("Xanh", "Đi")), ("Chờ",), Scoring.PARTIAL)
    assert order.body == Order(("Một", "Hai"), Scoring.PARTIAL)
    assert [str(note) for note in content.notes] == [
        "deductions for further tries (penalty) are not taken over; there are some for “Mật khẩu”"
    ]


def test_what_moodle_says_of_many_questions_is_told_once_a_file() -> None:
    answers = '<answer fraction="100"><text>true</text></answer><answer fraction="-50"><text>false</text></answer>'
    questions = "".join(
        f'<question type="truefalse"><name><text>Câu {number}</text></name><defaultgrade>{number}.0000</defaultgrade>'
        f"<penalty>0</penalty><hidden>{int(number == 2)}</hidden>{answers}</question>"
        for number in range(1, 9)
    )
    costing = "points that wrong answers take away (negative fractions) are not taken over"

    def named(first: int, last: int) -> str:
        return ", ".join(f"“Câu {number}”" for number in range(first, last + 1))

    assert [str(note) for note in read_moodle(f"<quiz>{questions}</quiz>".encode()).notes] == [
        f"grades of single questions (defaultgrade) are not taken over; others than 1 have {named(2, 6)} and 2 more",
        f"{costing}; there are some for {named(1, 5)} and 3 more",
        "questions that are hidden there are read as all others: “Câu 2”",
    ]


def test_points_that_gift_takes_away_for_one_wrong_answer_are_named() -> None:
    content = read_gift("::Thủ đô::Thủ đô? {=Hà Nội ~%-33%Huế}\n\nChọn {~%50%a ~%50%b ~%-100%c}\n".encode())
    (note,) = content.notes
    assert "(negative fractions)" in str(note)
    assert str(note).endswith("“Thủ đô”"), "several right answers take away what a wrong one is worth here, too"


@pytest.mark.parametrize(
    ("answers", "explanation", "notes"),
    [
        (
            "T#Sai rồi#Đúng rồi",
            "Đúng rồi",
            ["the feedback of right answers becomes the explanation; that of others is not taken over"],
        ),
        ("T##Đúng rồi", "Đúng rồi", []),
        ("T#Sai rồi", "", ["the feedback of single answers is not taken over"]),
        ("T#Sai rồi#Đúng rồi####Vì thế.", "Vì thế.", ["the feedback of single answers is not taken over"]),
    ],
)
def test_the_note_on_the_feedback_of_gift_says_what_became_of_it(
    answers: str, explanation: str, notes: list[str]
) -> None:
    (draft,) = read_gift(f"Đúng không? {{{answers}}}".encode()).drafts
    assert (draft.explanation, [str(note) for note in draft.notes]) == (explanation, notes)


def test_types_that_the_quiz_does_not_know_are_refused_by_their_line() -> None:
    content = read_moodle(b'<quiz>\n<question type="cloze"><questiontext/></question>\n<question type="essay"/></quiz>')
    assert [str(problem.place) for problem in content.problems] == ["line 2 (question 1)", "line 3 (question 2)"]


@pytest.mark.parametrize(
    "raw",
    [
        b"<quiz>",
        b"<html/>",
        b'<!DOCTYPE q [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>',
        b'<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>',
        b"<quiz>" + b"<a>" * 1000,
    ],
)
def test_hostile_or_damaged_xml_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read_moodle(raw)
