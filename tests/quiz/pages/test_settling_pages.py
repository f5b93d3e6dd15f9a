"""The pages on which the bank is settled: what is still true, and the issue of the approved set."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi_quiz.models import Ending, Issue, Revision, StillTrue

from .conftest import Reader


@pytest.fixture
def second(quiz: Quiz, sign_in: Callable[[int], Reader]) -> Reader:
    return sign_in(quiz.make.member(quiz.campaign, Role.JURY).id)


@pytest.fixture
def old(quiz: Quiz) -> None:
    """Nobody has looked at any question for years."""
    quiz.ctx.session.execute(sa.update(Revision).values(true_as_of=date(2020, 1, 1)))
    quiz.ctx.session.commit()
    quiz.ctx.session.expire_all()


@pytest.mark.usefixtures("old")
def test_two_persons_say_that_questions_are_still_true(quiz: Quiz, staff: Reader, second: Reader) -> None:
    page = staff.get("staff/questions/validity")
    assert page.text.count('name="chosen"') == 8
    ids = re.findall(r'name="chosen" value="(\d+)"', page.text)
    assert staff.post("staff/questions/validity", {"true_as_of": "2024-09-20"}).status_code == 422
    assert staff.post("staff/questions/validity", {"true_as_of": "2030-01-01", "chosen": ids}).status_code == 422
    kept = staff.post("staff/questions/validity", {"true_as_of": "2024-09-20", "chosen": ids[:2]})
    assert kept.text.count('name="chosen"') == 8
    second.get("staff/questions/validity")
    left = second.post("staff/questions/validity", {"true_as_of": "2024-09-20", "everything": "y"})
    assert left.text.count('name="chosen"') == 6
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(StillTrue)) == 10


@pytest.mark.usefixtures("old")
def test_everything_is_what_the_search_shows(quiz: Quiz, staff: Reader) -> None:
    staff.get("staff/questions/validity?q=kho")
    staff.post("staff/questions/validity?q=kho", {"true_as_of": "2024-09-20", "everything": "y"})
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(StillTrue)) == 2


@pytest.mark.usefixtures("old")
def test_the_list_takes_the_same_statements_for_few_and_many(staff: Reader, statements: Callable[[], int]) -> None:
    counted = []
    for search in ("?q=dvc", "?q=dvc", ""):
        statements()
        staff.get(f"staff/questions/validity{search}")
        counted.append(statements())
    assert counted[1] == counted[2]


def test_a_document_that_was_replaced_ends_its_questions(quiz: Quiz, staff: Reader) -> None:
    page = staff.get("staff/questions/endings?document=13/2023")
    ids = re.findall(r'name="chosen" value="(\d+)"', page.text)
    assert len(ids) == 8
    fields = {"document": "13/2023", "chosen": ids[:1], "replaced_by": "Luật 91/2025/QH15"}
    assert staff.post("staff/questions/endings", fields).status_code == 422
    done = staff.post("staff/questions/endings", {**fields, "valid_until": "2024-09-22"})
    assert "Luật 91/2025/QH15" in done.text
    question_id = quiz.ctx.session.scalars(sa.select(Ending.question_id)).one()
    page = staff.get(f"staff/questions/{question_id}")
    assert "Luật 91/2025/QH15" in page.text
    staff.post(f"staff/questions/{question_id}/lift-ending")
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Ending)) == 0


def test_a_document_that_nothing_rests_on_is_said_so(staff: Reader) -> None:
    assert 'class="empty"' in staff.get("staff/questions/endings?document=99/2099").text


def test_the_approved_set_is_issued_by_two(quiz: Quiz, staff: Reader, second: Reader) -> None:
    staff.get("staff/questions/issues")
    assert staff.post("staff/questions/issues", {"decision": "", "decided_on": ""}).status_code == 422
    page = staff.post("staff/questions/issues", {"decision": "12/QĐ-BTC", "decided_on": "2024-09-10"})
    address = page.request.path
    found = quiz.ctx.session.scalars(sa.select(Issue)).one()
    assert found.digest in page.text
    assert "/confirm" not in page.text
    assert staff.post(f"{address}/confirm").status_code == 409
    assert "/confirm" in second.get(address).text
    confirmed = second.post(f"{address}/confirm")
    assert confirmed.status_code == 200
    assert "/discard" not in confirmed.text
    published = json.loads(second.get(f"{address}/digest.json").text)
    assert (published["sha256"], published["decision"], published["questions"]) == (found.digest, "12/QĐ-BTC", 8)
    assert second.get(f"{address}/contents.json").status_code == 409
    assert "contents.json" not in second.get(address).text
    quiz.at(quiz.round_.closes_at)
    assert "contents.json" in second.get(address).text
    contents = second.get(f"{address}/contents.json")
    assert hashlib.sha256(contents.data).hexdigest() == found.digest
    assert "quiz:question:export" in quiz.ctx.session.scalars(sa.select(AuditEvent.action)).all()


def test_an_issue_that_waits_is_discarded_after_asking(quiz: Quiz, staff: Reader) -> None:
    staff.get("staff/questions/issues")
    address = staff.post("staff/questions/issues", {"decision": "12/QĐ-BTC", "decided_on": "2024-09-10"}).request.path
    assert staff.get(f"{address}/discard").status_code == 200
    staff.post(f"{address}/discard")
    assert quiz.ctx.session.scalar(sa.select(Issue.discarded_at)) == quiz.ctx.now
    assert staff.get(address).status_code == 404
