"""Every type of question through the pages: written by staff, answered by plain forms, looked at afterwards."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.quiz.conftest import SETTINGS, Quiz, approve_by_two, right_response
from tests.quiz.pictures import png

from cuocthi_quiz.domain.questions import QuestionData, data_of
from cuocthi_quiz.domain.responses import WAYS, Way, to_given
from cuocthi_quiz.models import Difficulty, QuestionType, Revision, RevisionState
from cuocthi_quiz.settings import BlueprintRow, Release
from cuocthi_quiz.views.shown import shown

from .conftest import Form, Reader, attempt_of, started

if TYPE_CHECKING:
    from cuocthi.enrolments.models import Enrolment
    from cuocthi_quiz.queries.papers import PaperRow

COMMON = {
    "topic": "services",
    "difficulty": "hard",
    "explanation": "Vì **quy định** nói thế.",
    "source": "Nghị định số 42/2022/NĐ-CP, Điều 5",
    "true_as_of": "2024-09-15",
}
WRITTEN: dict[QuestionType, dict[str, Any]] = {
    QuestionType.MULTIPLE: {
        "type": "multiple", "options-0-text": "Một", "options-0-right": "y", "options-1-text": "Hai", "options-2-text":
        "Ba", "options-2-right": "y", "scoring": "partial", "keep_order": "y",
    },
    QuestionType.NUMBER: {"accepted-0-value": "1.000,5", "accepted-0-tolerance": "0,5", "unit": "đồng"},
    QuestionType.TEXT: {"accepted": "VNeID\nđịnh danh điện tử", "accents_matter": "y"},
    QuestionType.ORDERING: {"steps": "Đăng nhập\nNộp hồ sơ\nNhận kết quả", "scoring": "partial"},
    QuestionType.MATCHING: {
        "pairs-0-prompt": "VNeID", "pairs-0-target": "định danh", "pairs-1-prompt": "VssID", "pairs-1-target":
        "bảo hiểm", "others": "thuế", "scoring": "all",
    },
    QuestionType.HOTSPOT: {
        "picture": "cong-dvc", "alternative": "Trang chủ của Cổng", "regions-0-name": "Đăng nhập", "regions-0-x": 800,
        "regions-0-y": 0, "regions-0-width": 200, "regions-0-height": 90, "regions-0-right": "y", "regions-1-name":
        "Tìm kiếm", "regions-1-x": 100, "regions-1-y": 200, "regions-1-width": 400, "regions-1-height": 80,
    },
}  # fmt: skip


def write(staff: Reader, type_: QuestionType, **changes: object) -> str:
    """Write a question of a type through its form; return the address of its page."""
    address = f"staff/questions/new?type={type_}"
    staff.get(address)
    fields = {**COMMON, "key": f"loai-{type_}", "text": f"Câu hỏi loại {type_}?", **WRITTEN[type_], **changes}
    return staff.post(address, fields).request.path


@pytest.fixture
def pictured(quiz: Quiz, staff: Reader) -> None:
    """A bank with one picture."""
    staff.get("staff/questions/pictures")
    fields = {"key": "cong-dvc", "file": (io.BytesIO(png(640, 400)), "cong.png")}
    assert "cong-dvc" in staff.post("staff/questions/pictures", fields).text


@pytest.fixture
def bank(quiz: Quiz, staff: Reader, pictured: None) -> None:
    """A round whose papers have one approved question of each type that is written here."""
    for type_ in WRITTEN:
        write(staff, type_, text=f"Câu hỏi loại {type_}?\n\n![Cổng dịch vụ](picture:cong-dvc)")
    drafts = quiz.ctx.session.query(Revision).filter_by(state=RevisionState.DRAFT).all()
    assert len(drafts) == len(WRITTEN)
    for draft in drafts:
        approve_by_two(quiz, draft)
    blueprint = (BlueprintRow("services", Difficulty.HARD, len(WRITTEN)),)
    quiz.set(replace(SETTINGS, blueprint=blueprint, answers=Release.AT_ONCE))


def said(quiz: Quiz, type_: QuestionType) -> tuple[int, QuestionData]:
    """The number of the draft of a type, and what it says."""
    quiz.ctx.session.expire_all()
    draft = quiz.ctx.session.query(Revision).filter_by(type=type_, state=RevisionState.DRAFT).one()
    return draft.number, data_of(draft, key="k", topic="t")


@pytest.mark.parametrize("type_", list(WRITTEN))
def test_a_form_sent_back_as_it_is_shown_says_the_same(
    quiz: Quiz, staff: Reader, pictured: None, type_: QuestionType
) -> None:
    address = write(staff, type_)
    _number, first = said(quiz, type_)
    fields = Form(staff.get(f"{address}/edit").text).fields
    staff.post(f"{address}/edit", {name: value for name, value in fields.items() if name})
    assert said(quiz, type_) == (2, first)


def test_whoever_approves_sees_the_regions_on_their_picture(quiz: Quiz, staff: Reader, pictured: None) -> None:
    pages = [staff.get(write(staff, QuestionType.HOTSPOT)).text, staff.get("staff/questions/meeting").text]
    for page in pages:
        drawing = re.search(r'<svg class="hotspot".*?</svg>', page, re.DOTALL)
        assert drawing
        assert re.findall(r'hotspot-region( is-right)?" x="([\d.]+)" y="([\d.]+)"', drawing[0]) == [
            (" is-right", "512.0", "0.0"),
            ("", "64.0", "80.0"),
        ]


@pytest.mark.parametrize(
    ("type_", "changes"),
    [
        (QuestionType.NUMBER, {"accepted-0-value": "mười"}),
        (QuestionType.TEXT, {"accepted": ""}),
        (QuestionType.ORDERING, {"steps": "một bước"}),
        (QuestionType.MATCHING, {"pairs-1-target": ""}),
        (QuestionType.HOTSPOT, {"regions-0-x": 900}),
        (QuestionType.HOTSPOT, {"alternative": ""}),
    ],
)
def test_what_cannot_be_asked_is_shown_again(
    quiz: Quiz, staff: Reader, pictured: None, type_: QuestionType, changes: dict[str, object]
) -> None:
    assert write(staff, type_, **changes).endswith("/new")
    assert not quiz.ctx.session.query(Revision).filter_by(type=type_, state=RevisionState.DRAFT).count()


def form_of(row: PaperRow) -> dict[str, object]:
    """The fields of a plain form by which a person answers a question rightly."""
    given = to_given(right_response(row), WAYS[row.type], shown(row).order)
    if given.way is Way.CHOICE:
        return {"choice": [str(at) for at in range(row.option_count) if given.bits >> at & 1]}
    if given.way is Way.PLACING:
        return {f"place-{at}": str(given.bits >> 4 * at & 15) for at in range(row.option_count)}
    return {str(given.way): given.written.replace(".", ",")}


def test_each_is_answered_by_a_plain_form_and_reviewed(
    quiz: Quiz, person: Enrolment, reader: Reader, bank: None
) -> None:
    attempt, paper = started(quiz, person, reader)
    page = reader.get(f"{paper}all").text
    assert page.count('<img class="question-image"') == len(WRITTEN)
    picture = re.search(r'src="([^"]+/picture/[^"]+)"', page)
    assert picture
    assert reader.client.get(picture[1]).data == png(640, 400)
    for row in quiz.paper(attempt):
        answered = reader.post(f"{paper}answer", {"position": row.position, "sequence": 1, "go": "all", **form_of(row)})
        assert answered.status_code == 200
    assert all(row.response == right_response(row) for row in quiz.paper(attempt_of(quiz, person)))
    reader.post(f"{paper}hand-in")
    result = reader.get(f"paper/{attempt.id}/result").text
    assert f"{len(WRITTEN)} / {len(WRITTEN)}" in result
    assert "<strong>quy định</strong>" in result, "an explanation is Markdown"
    assert "1. Đăng nhập" in result
    assert "VNeID – định danh" in result


@pytest.mark.parametrize(("name", "value"), [("number", "mười"), ("text", "x" * 201), ("place-0", "99")])
def test_what_is_no_answer_is_said_and_nothing_is_changed(
    quiz: Quiz, person: Enrolment, reader: Reader, bank: None, name: str, value: str
) -> None:
    _attempt, paper = started(quiz, person, reader)
    types = {"number": QuestionType.NUMBER, "text": QuestionType.TEXT, "place-0": QuestionType.ORDERING}
    row = next(row for row in quiz.paper(attempt_of(quiz, person)) if row.type is types[name])
    reader.get(f"{paper}{row.position}")
    refused = reader.post(f"{paper}answer", {"position": row.position, "sequence": 1, name: value})
    assert 400 <= refused.status_code < 500
    assert not any(row.answered for row in quiz.paper(attempt_of(quiz, person)))


def test_a_picture_is_only_for_who_knows_its_digest(quiz: Quiz, reader: Reader, pictured: None) -> None:
    assert reader.get(f"picture/{'0' * 64}/cong-dvc").status_code == 404
    assert reader.get("staff/questions/pictures").status_code == 403
