"""A paper replayed for a dispute: every step with server times, what stands on it now, and who may read what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi_quiz.domain.attempts import take_over
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.receipts import receipt
from cuocthi_quiz.domain.replay import Step, replay
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries.papers import take_overs

from .conftest import Reader

if TYPE_CHECKING:
    from cuocthi.enrolments.models import Enrolment


@pytest.fixture
def disputed(quiz: Quiz, person: Enrolment) -> Attempt:
    """A paper on which an answer was changed and one taken back, that moved to another device and was handed in."""
    attempt = quiz.start(person)
    quiz.later(seconds=10)
    quiz.answer(attempt, 1, 0b100)
    quiz.later(seconds=20)
    quiz.answer(attempt, 1, 0b1, sequence=2)
    quiz.answer(attempt, 2, 0b1)
    quiz.later(seconds=5)
    quiz.answer(attempt, 2, 0, sequence=2)
    take_over(quiz.later(seconds=5), attempt=attempt)
    quiz.ctx.session.refresh(attempt)
    quiz.later(seconds=20)
    quiz.hand_in(attempt)
    grade_round(quiz.later(seconds=3), round_id=quiz.round_.id)
    return attempt


def test_every_step_stands_there_in_order_with_the_time_since_the_start(quiz: Quiz, disputed: Attempt) -> None:
    found = replay(disputed, quiz.paper(disputed), take_overs(quiz.ctx, attempt_id=disputed.id))
    steps = [(one.step, one.after.total_seconds(), one.row.position if one.row else 0) for one in found]
    assert steps == [
        (Step.BEGUN, 0, 0),
        (Step.ANSWERED, 10, 1),
        (Step.ANSWERED, 30, 1),
        (Step.ANSWERED, 30, 2),
        (Step.TAKEN_BACK, 35, 2),
        (Step.TAKEN_OVER, 40, 0),
        (Step.HANDED_IN, 60, 0),
        (Step.GRADED, 63, 0),
    ]
    assert all(one.at == disputed.started_at + one.after for one in found)


def cells(page: str) -> list[list[str]]:
    """The rows of the first table, as text."""
    rows = re.findall(r'<tr role="row">(.*?)</tr>', page.partition("<tbody")[2].partition("</tbody>")[0], re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_the_page_tells_answers_by_letters_and_from_where(quiz: Quiz, disputed: Attempt, staff: Reader) -> None:
    rows = cells(staff.get(f"staff/papers/{disputed.id}").text)
    assert len(rows) == 8
    assert [row[4] for row in rows[1:4]] == ["C", "A", "A"]
    assert rows[0][4] == "test", "the device, as the address is not known here"


def test_a_prediction_is_told_as_it_was_written(quiz: Quiz, disputed: Attempt, staff: Reader) -> None:
    disputed.prediction_history, disputed.prediction_decimals = "12500@61000;", 1
    assert cells(staff.get(f"staff/papers/{disputed.id}").text)[7][4] == "12,5"


def test_questions_are_read_by_who_may_and_asks_and_that_is_on_record(
    quiz: Quiz, disputed: Attempt, sign_in: Callable[[int], Reader]
) -> None:
    reads = sa.select(AuditEvent.object_id).where(AuditEvent.action == "quiz:question:view")
    number, juror = disputed.id, sign_in(quiz.make.member(quiz.campaign, Role.JURY).id)
    assert "điều nào đúng" not in juror.get(f"staff/papers/{number}").text
    assert quiz.ctx.session.scalars(reads).all() == []
    assert "điều nào đúng" in juror.get(f"staff/papers/{number}?questions=1").text
    assert quiz.ctx.session.scalars(reads).all() == [number]


def test_the_code_of_a_receipt_is_compared_with_this_very_paper(quiz: Quiz, disputed: Attempt, staff: Reader) -> None:
    code = receipt(quiz.campaign, disputed, quiz.paper(disputed)).code
    other = quiz.start()
    quiz.hand_in(other)
    foreign = receipt(quiz.campaign, other, quiz.paper(other)).code
    page = f"staff/papers/{disputed.id}"
    assert "notice-ok" in staff.get(f"{page}?code={code.lower()}").text
    for wrong in (foreign, code[:-1], "1", "x"):
        assert "notice-error" in staff.get(f"{page}?code={wrong}").text
    assert "notice-error" not in staff.get(page).text


def test_a_paper_that_is_open_is_replayed_too(quiz: Quiz, staff: Reader) -> None:
    attempt = quiz.start()
    page = staff.get(f"staff/papers/{attempt.id}?code=1-AAAA")
    assert page.status_code == 200
    assert len(cells(page.text)) == 1
    assert 'id="receipt"' not in page.text


def test_a_paper_of_another_campaign_is_not_there(quiz: Quiz, disputed: Attempt, staff: Reader) -> None:
    disputed.campaign_id = quiz.make.campaign(plugins=("quiz",)).id
    assert staff.get(f"staff/papers/{disputed.id}").status_code == 404


def test_what_an_incident_did_stands_there(quiz: Quiz, disputed: Attempt, staff: Reader) -> None:
    disputed.relief_minutes, disputed.relief_until = 7, disputed.deadline + timedelta(hours=1)
    disputed.set_aside_reason = "Mất điện tại điểm thi"
    assert "Mất điện tại điểm thi" in staff.get(f"staff/papers/{disputed.id}").text


def test_the_page_takes_the_same_statements_for_few_and_many_steps(
    quiz: Quiz, disputed: Attempt, staff: Reader, statements: Callable[[], int]
) -> None:
    short = quiz.start()
    numbers, counted = (short.id, disputed.id), []
    for number in numbers:
        staff.get(f"staff/papers/{number}")
        statements()
        staff.get(f"staff/papers/{number}")
        counted.append(statements())
    assert counted[0] == counted[1]
