"""Near-duplicates on pages: shown side by side, told apart, and named when a question is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tests.quiz.conftest import Quiz, acting
from tests.quiz.test_duplicates import ALIKE, DATA

from cuocthi_quiz.domain.bank import write_question

from .conftest import Reader
from .test_organisers import written


def test_a_pair_is_shown_side_by_side_and_told_apart(quiz: Quiz, staff: Reader, statements: Callable[[], int]) -> None:
    author = acting(quiz.ctx, quiz.make.member(quiz.campaign).id)
    before = staff.get("staff/questions/duplicates").text.count('name="question"')
    statements()
    staff.get("staff/questions/duplicates")
    few = statements()
    for data in (DATA, ALIKE, replace(ALIKE, key="ban-sao-2")):
        write_question(author, campaign=quiz.campaign, data=data)
    page = staff.get("staff/questions/duplicates")
    statements()
    staff.get("staff/questions/duplicates")
    assert statements() == few
    assert page.text.count('name="question"') == before + 6
    row = re.search(r'name="question" value="(\d+)"><input type="hidden" name="question" value="(\d+)"', page.text)
    assert row is not None
    pair = {"question": [row[1], row[2]]}
    assert staff.post("staff/questions/duplicates", pair).text.count('name="question"') == before + 4
    decided = staff.get("staff/questions/duplicates?decided=apart").text
    assert decided.count('name="question"') == 2
    assert staff.post("staff/questions/duplicates", {**pair, "again": "1"}).text.count('name="question"') == before + 6
    assert staff.post("staff/questions/duplicates", {"question": [row[1]]}).status_code in {400, 409, 422}


def test_whoever_writes_a_question_is_told_what_it_resembles(staff: Reader) -> None:
    staff.get("staff/questions/new")
    assert "moi-1" in staff.post("staff/questions/new", written()).text
    staff.get("staff/questions/new")
    page = staff.post("staff/questions/new", written("moi-2", text="Mật khẩu nào… MẠNH HƠN?"))
    assert "gần giống với: moi-1" in page.text
