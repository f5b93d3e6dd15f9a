"""The pages on which files of questions are chosen, looked at, taken over and taken away."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz, question

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi_quiz.domain.bank import write_question
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.models import Question, RevisionState

from .conftest import Reader

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

IMPORT = "staff/questions/import"
TABLE = """Câu hỏi;A;B;C;Đáp án;Chủ đề
Mật khẩu nào mạnh hơn?;Một câu dài;123456;;A;An toàn dữ liệu
Chữ ký số là gì?;Ảnh chữ ký;Dữ liệu điện tử;;{key};an toan du lieu
"""


def chosen(reader: Reader, content: str = "", name: str = "cau-hoi.csv", **fields: object) -> TestResponse:
    """Choose a file on the page and follow to what it would do."""
    reader.get(IMPORT)
    raw = (content or TABLE.format(key="B")).encode()
    said = {"file": (io.BytesIO(raw), name), "difficulty": "easy", "true_as_of": "2024-09-15", "topic": "safety"}
    others = {"explanation": "Xem nguồn.", "source": "Luật Giao dịch điện tử, Điều 3"}
    return reader.post(IMPORT, {**said, **others, **fields})


def test_a_file_is_looked_at_then_taken_over_as_drafts(quiz: Quiz, staff: Reader) -> None:
    page = chosen(staff)
    assert page.status_code == 200
    assert "Mật khẩu nào mạnh hơn?" in page.text
    assert quiz.ctx.session.scalar(sa.select(Question.id).where(Question.key == "safety-001")) is None
    digest = re.search(r'name="digest" value="(\w+)"', page.text)
    assert digest is not None
    done = staff.post(page.request.path, {"digest": digest[1]})
    assert done.request.path.endswith("/staff/questions/")
    found = quiz.ctx.session.scalars(sa.select(Question).where(Question.key == "safety-002")).one()
    assert [revision.state for revision in found.revisions] == [RevisionState.DRAFT]
    assert staff.post(page.request.path, {"digest": digest[1]}).status_code == 404, "a second click finds nothing"


def test_every_problem_is_shown_by_its_row_and_nothing_can_be_taken_over(quiz: Quiz, staff: Reader) -> None:
    page = chosen(staff, TABLE.format(key="D"))
    assert "Dòng 3" in page.text or "Row 3" in page.text
    assert 'name="digest"' not in page.text


def test_questions_that_cannot_be_taken_are_named_before_they_are_left_out(quiz: Quiz, staff: Reader) -> None:
    page = chosen(staff, "Thủ đô? {=Hà Nội ~Huế}\n\nViết một bài luận {}\n", "cau-hoi.gift")
    assert 'name="digest"' not in page.text
    address = page.request.path.removeprefix(staff.base)
    assert f"{page.request.path}?leave_out=yes" in page.text

    without = staff.get(f"{address}?leave_out=yes")
    assert "Dòng 3 (câu 2)" in without.text
    digest = re.search(r'name="digest" value="(\w+)"', without.text)
    assert digest is not None
    staff.post(page.request.path, {"digest": digest[1], "leave_out": "yes"})
    found = quiz.ctx.session.scalars(sa.select(Question).where(Question.key == "safety-001")).one()
    assert found.revisions[0].text == "Thủ đô?"


@pytest.mark.parametrize(("content", "name"), [("x", "cau-hoi.exe"), ("Tên;Tuổi\nAn;3", "cau-hoi.csv")])
def test_what_cannot_be_read_is_said_at_the_field(staff: Reader, content: str, name: str) -> None:
    page = chosen(staff, content, name)
    assert page.status_code == 422
    assert "file-error" in page.text
    assert "Xem nguồn." in page.text, "what was chosen is not lost"


def test_nobody_else_sees_a_file_that_waits(quiz: Quiz, staff: Reader, sign_in: Callable[[int], Reader]) -> None:
    address = chosen(staff).request.path
    other = sign_in(quiz.make.member(quiz.campaign, Role.JURY).id)
    assert other.get(address).status_code == 404
    inspector = sign_in(quiz.make.member(quiz.campaign, Role.OVERSIGHT).id)
    assert inspector.get(IMPORT).status_code == 403


def test_the_empty_table_is_read_again_when_it_is_filled(staff: Reader) -> None:
    empty = staff.client.get(f"{staff.base}{IMPORT}/template.xlsx")
    assert empty.data.startswith(b"PK")
    assert FORMATS["xlsx"].read(empty.data).drafts == []


def test_an_export_gives_the_list_as_it_is_narrowed_and_goes_on_record(quiz: Quiz, staff: Reader) -> None:
    page = staff.get("staff/questions/export?format=xlsx&difficulty=hard")
    assert "difficulty=hard" in page.text
    file = staff.client.get(f"{staff.base}staff/questions/export/xlsx?difficulty=hard")
    assert [draft.key for draft in FORMATS["xlsx"].read(file.data).drafts] == ["kho-1", "kho-2"]
    event = quiz.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "quiz:question:export")).one()
    assert event.after == {"format": "xlsx", "questions": 2, "difficulty": "hard"}


def test_an_exported_file_changes_nothing_where_it_comes_from(quiz: Quiz, staff: Reader) -> None:
    file = staff.client.get(f"{staff.base}staff/questions/export/csv")
    page = chosen(staff, file.data.decode())
    assert 'name="digest"' not in page.text
    assert "Dòng" not in page.text
    assert "8" in page.text


def test_what_a_format_loses_is_said_before_and_only_then_handed_out(quiz: Quiz, staff: Reader) -> None:
    options = (Option("Một\t câu", right=True), Option("'=1+1"))
    write_question(quiz.ctx, campaign=quiz.campaign, data=replace(question("mat-1"), body=Choice(options)))
    quiz.ctx.session.commit()
    page = staff.get("staff/questions/export?format=csv")
    assert "mat-1" in page.text
    assert "confirmed=yes" in page.text
    refused = staff.client.get(f"{staff.base}staff/questions/export/csv")
    assert refused.status_code == 302
    assert staff.client.get(f"{staff.base}staff/questions/export/csv?confirmed=yes").status_code == 200
    assert staff.client.get(f"{staff.base}staff/questions/export/exe").status_code == 404


def test_the_pages_take_the_same_statements_for_few_and_many(
    quiz: Quiz, staff: Reader, statements: Callable[[], int]
) -> None:
    for path in ("staff/questions/export?format=csv", IMPORT):
        staff.get(path + ("&difficulty=hard" if "?" in path else ""))
        statements()
        staff.get(path + ("&difficulty=hard" if "?" in path else ""))
        few = statements()
        staff.get(path)
        assert statements() == few
    counted = []
    for number in (1, 30):
        rows = "\n".join(f"Câu {row}?;Đúng;Không phải;;A;An toàn dữ liệu" for row in range(number))
        page = chosen(staff, TABLE.format(key="A") + rows)
        statements()
        staff.get(page.request.path)
        counted.append(statements())
    assert counted[0] == counted[1]
