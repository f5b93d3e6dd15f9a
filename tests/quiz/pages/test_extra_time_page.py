"""Extra time on its page: granted by contest number, listed with its reason to few, withdrawn when asked twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from tests.quiz.conftest import Quiz

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi_quiz.models import ExtraTime

from .conftest import Reader, attempt_of, started

if TYPE_CHECKING:
    from cuocthi.enrolments.models import Enrolment

PAGE = "staff/extra-time/"
REASON = "Khiếm thị, dùng trình đọc màn hình"


def test_who_was_granted_time_stands_there_and_starts_with_it(
    quiz: Quiz, person: Enrolment, reader: Reader, staff: Reader
) -> None:
    code, number = person.code, person.id
    staff.get(PAGE)
    page = staff.post(PAGE, {"code": f" {code.lower()} ", "percent": "50", "minutes": "", "reason": REASON})
    assert (page.status_code, REASON in page.text, code in page.text) == (200, True, True)
    started(quiz, person, reader)
    assert attempt_of(quiz, person).extra_minutes == 8
    staff.get(f"{PAGE}{number}/withdraw")
    page = staff.post(f"{PAGE}{number}/withdraw")
    assert (page.status_code, REASON in page.text) == (200, False)
    assert attempt_of(quiz, person).extra_minutes == 8, "a paper that is open keeps it"
    assert staff.get(f"{PAGE}{number}/withdraw").status_code == 404


def test_what_cannot_be_is_refused_beside_its_field(quiz: Quiz, person: Enrolment, staff: Reader) -> None:
    granted = {"code": person.code, "percent": "50", "minutes": "", "reason": REASON}
    wrongs = ({"code": "KHONGCO"}, {"percent": ""}, {"minutes": "5"}, {"percent": "301"}, {"reason": " "})
    for wrong in wrongs:
        staff.get(PAGE)
        page = staff.post(PAGE, {**granted, **wrong})
        assert (page.status_code, "has-error" in page.text) == (422, True), wrong
    assert quiz.ctx.session.scalars(sa.select(ExtraTime)).all() == []


def test_reasons_are_for_those_who_grant_and_their_look_is_on_record(
    quiz: Quiz, staff: Reader, sign_in: Callable[[int], Reader]
) -> None:
    looks = sa.select(sa.func.count()).where(AuditEvent.action == "quiz:extra_time:view")
    for role in (Role.JURY, Role.OVERSIGHT, Role.TECHNICAL):
        assert sign_in(quiz.make.member(quiz.campaign, role).id).get(PAGE).status_code == 403
    assert quiz.ctx.session.scalar(looks) == 0
    for _ in range(2):
        staff.get(PAGE)
    assert quiz.ctx.session.scalar(looks) == 1, "who goes on looking looks once"


def test_the_page_takes_the_same_statements_for_one_person_and_for_three(
    quiz: Quiz, staff: Reader, statements: Callable[[], int]
) -> None:
    counted = []
    for number in (1, 2, 3):
        code = quiz.person().code
        staff.get(PAGE)
        staff.post(PAGE, {"code": code, "percent": "", "minutes": "10", "reason": REASON})
        staff.get(PAGE)
        statements()
        assert staff.get(PAGE).text.count(REASON) == number
        counted.append(statements())
    assert len(set(counted)) == 1
