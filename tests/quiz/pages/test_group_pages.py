"""Groups of questions on pages: listed with how far they are, written, written anew, refused in words."""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa
from tests.quiz.conftest import Quiz

from cuocthi.contributions import Role
from cuocthi_quiz.models import Group, Question

from .conftest import Reader

STORY = "Chị Lan nhận được tin nhắn báo trúng thưởng."
GROUP = {"key": "tin-nhan", "text": STORY, "questions": "de-2\nde-1"}
LIST, NEW = "staff/questions/groups", "staff/questions/groups/new"


def test_a_group_is_written_and_stands_in_the_list_with_how_many_are_in_the_bank(quiz: Quiz, staff: Reader) -> None:
    assert "tin-nhan" not in staff.get(LIST).text
    staff.get(NEW)
    page = staff.post(NEW, GROUP)
    assert page.status_code == 200
    assert "0/2 câu đã vào ngân hàng" in page.text
    assert page.text.count(STORY) == 1
    quiz.ctx.session.rollback()


def test_marks_of_markdown_are_words_in_lists_and_forms_where_the_text_is_read(quiz: Quiz, staff: Reader) -> None:
    text = "**Tình huống.** Chị Lan đọc [quy định](https://example.org/):\n\n- khoản 1\n- khoản 2"
    staff.get(NEW)
    page = staff.post(NEW, {**GROUP, "text": text}).text
    assert "Tình huống. Chị Lan đọc quy định: khoản 1 khoản 2" in page
    assert "**" not in page
    member = quiz.ctx.session.scalars(sa.select(Question.id).where(Question.key == "de-2")).one()
    page = staff.get(f"staff/questions/{member}").text
    assert "<strong>Tình huống.</strong>" in page
    assert "<li>khoản 1</li>" in page


def test_another_wording_keeps_the_key_and_gives_the_form_what_there_is(quiz: Quiz, staff: Reader) -> None:
    staff.get(NEW)
    staff.post(NEW, GROUP)
    form = staff.get("staff/questions/groups/tin-nhan/edit").text
    assert re.search(r"<textarea[^>]*name=\"questions\"[^>]*>\s*de-2\s+de-1\s*</textarea>", form)
    page = staff.post("staff/questions/groups/tin-nhan/edit", {**GROUP, "key": "khac", "text": "Anh Nam hỏi."})
    assert ("Anh Nam hỏi." in page.text, STORY in page.text, "khac" in page.text) == (True, False, False)
    assert staff.get("staff/questions/groups/khac/edit").status_code == 404


def test_what_cannot_be_is_refused_beside_its_field_and_stays_typed(quiz: Quiz, staff: Reader) -> None:
    for wrong in ({"key": "Tin Nhắn"}, {"text": " "}, {"questions": "de-1"}, {"questions": "de-1\nkhong-co"}):
        staff.get(NEW)
        page = staff.post(NEW, {**GROUP, **wrong})
        assert (page.status_code, "has-error" in page.text) == (422, True), wrong
    assert quiz.ctx.session.scalars(sa.select(Group)).all() == []


def test_who_oversees_reads_groups_and_writes_none(quiz: Quiz, staff: Reader, sign_in: Callable[[int], Reader]) -> None:
    staff.get(NEW)
    staff.post(NEW, GROUP)
    overseer = sign_in(quiz.make.member(quiz.campaign, Role.OVERSIGHT).id)
    page = overseer.get(LIST)
    assert (page.status_code, STORY in page.text, "groups/new" in page.text) == (200, True, False)
    assert overseer.get(NEW).status_code == 403
    assert overseer.get("staff/questions/groups/tin-nhan/edit").status_code == 403


def test_the_list_takes_the_same_statements_for_one_group_and_for_three(
    staff: Reader, statements: Callable[[], int]
) -> None:
    counted = []
    for number, pair in enumerate(("de-1\nde-2", "de-3\nde-4", "kho-1\nkho-2"), start=1):
        staff.get(NEW)
        assert staff.post(NEW, {"key": f"nhom-{number}", "text": STORY, "questions": pair}).status_code == 200
        staff.get(LIST)
        statements()
        assert staff.get(LIST).text.count(STORY) == number
        counted.append(statements())
    assert len(set(counted)) == 1
