"""QTI 2.1 packages and items, as TAO and others write them."""

from __future__ import annotations

import pytest

from cuocthi_quiz.domain.exchange.drafts import Unreadable
from cuocthi_quiz.domain.exchange.qti import read_qti
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.models import QuestionType

from .documents import zipped

_QTI = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"'


def item(*, cardinality: str = "single", right: str = "B", mapping: str = "", template: str = "match_correct") -> str:
    values = "".join(f"<value>{key}</value>" for key in right)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem {_QTI} identifier="i64f" title="Item 1" adaptive="false" timeDependent="false" toolName="TAO">
<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="identifier">
<correctResponse>{values}</correctResponse>{mapping}</responseDeclaration>
<itemBody><div class="grid-row"><div class="col-12"><p>Đọc <em>kỹ</em> rồi chọn.</p>
<choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1"><prompt>Thủ đô?</prompt>
<simpleChoice identifier="A" fixed="false">Huế</simpleChoice>
<simpleChoice identifier="B"><p>Hà Nội</p><feedbackInline identifier="f">đúng</feedbackInline></simpleChoice>
<simpleChoice identifier="C">Đà Nẵng</simpleChoice></choiceInteraction></div></div></itemBody>
<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/{template}"/>
<modalFeedback outcomeIdentifier="F" identifier="ok" showHide="show"><p>Từ năm 1976.</p></modalFeedback>
</assessmentItem>"""


MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
<resource identifier="b" type="imsqti_item_xmlv2p1" href="b/qti.xml"><file href="b/qti.xml"/></resource>
<resource identifier="a" type="imsqti_item_xmlv2p1" href="a%20b/qti.xml"/>
<resource identifier="t" type="imsqti_test_xmlv2p1" href="test.xml"/>
<resource identifier="w" type="webcontent" href="a.css"/></resources></manifest>"""


def test_a_single_item_is_read() -> None:
    (draft,) = read_qti(item().encode()).drafts
    assert (draft.type, draft.key) == (QuestionType.SINGLE, "")
    assert draft.text == "Đọc *kỹ* rồi chọn.\n\nThủ đô?"
    assert [(option.text, option.right) for option in draft.body.options] == [
        ("Huế", False),
        ("Hà Nội", True),
        ("Đà Nẵng", False),
    ]
    assert draft.explanation == "Từ năm 1976."
    assert [str(note) for note in draft.notes] == ["the feedback of single answers is not taken over"]


def test_several_right_options_are_marked_as_the_item_says() -> None:
    entries = '<mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="0.5"/>'
    mapping = f'<mapping defaultValue="0">{entries}</mapping>'
    strict = read_qti(item(cardinality="multiple", right="AB").encode()).drafts[0]
    shared = read_qti(item(cardinality="multiple", right="", mapping=mapping, template="map_response").encode()).drafts[
        0
    ]
    assert {strict.type, shared.type} == {QuestionType.MULTIPLE}
    assert (strict.body.scoring, shared.body.scoring) == (Scoring.ALL, Scoring.PARTIAL)
    assert [option.right for option in shared.body.options] == [True, True, False]


def test_a_package_is_read_in_the_order_of_its_manifest() -> None:
    files = {"a b/qti.xml": item(right="A"), "b/qti.xml": item(), "test.xml": "<assessmentTest/>", "a.css": "x"}
    content = read_qti(zipped({"imsmanifest.xml": MANIFEST, **files}))
    assert [str(draft.place) for draft in content.drafts] == [
        "file “b/qti.xml” (question 1)",
        "file “a b/qti.xml” (question 2)",
    ]
    assert len(read_qti(zipped(files)).drafts) == 2, "a package without a manifest is read as it is"


def test_options_that_keep_their_place_are_named_once_for_the_package() -> None:
    fixed = item().replace('fixed="false"', 'fixed="true"')
    content = read_qti(zipped({"a.xml": fixed, "b.xml": item(), "c.xml": fixed.replace("Item 1", "Câu ba")}))
    assert [str(note) for note in content.notes] == [
        "that single options keep their place (fixed) is not taken over; there are some for “Item 1”, “Câu ba”"
    ]
    assert read_qti(item().encode()).notes == []


def test_other_interactions_are_named() -> None:
    other = item().replace("choiceInteraction", "orderInteraction")
    (problem,) = read_qti(other.encode()).problems
    assert "orderInteraction" in str(problem.text)


def test_what_is_no_package_of_qti_is_refused() -> None:
    for raw in (
        b"<questestinterop/>",
        b"<a/>",
        b"PK\x03\x04broken",
        zipped({"imsmanifest.xml": MANIFEST}),
        zipped({"x.xml": b"<assessmentItem>" + b" " * (70 * 2**20)}),
    ):
        with pytest.raises(Unreadable):
            read_qti(raw)
