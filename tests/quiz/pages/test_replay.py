"""A paper replayed for a dispute: every step with server times, what stands on it now, and who may read what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import SETTINGS, Quiz

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi_quiz.domain.attempts import take_over
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.receipts import receipt
from cuocthi_quiz.domain.refused import refused_on
from cuocthi_quiz.domain.replay import Step, replay
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries.papers import take_overs

from .conftest import JSON, Reader, attempt_of, started

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
    found = replay(disputed, quiz.paper(disputed), take_overs(quiz.ctx, attempt_id=disputed.id), [])
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


# --- what was refused ---


def refused_steps(quiz: Quiz, attempt: Attempt) -> list[tuple[Step, float, int, str]]:
    quiz.ctx.session.expire_all()
    found = replay(attempt, quiz.paper(attempt), [], refused_on(quiz.ctx, attempt_id=attempt.id))
    return [
        (one.step, one.after.total_seconds(), one.row.position if one.row else 0, one.response)
        for one in found
        if one.step.startswith("refused")
    ]


def test_answers_that_were_refused_are_kept_with_why_and_when(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    quiz.set(replace(SETTINGS, prediction=True))
    attempt, paper = started(quiz, person, reader)
    rows = quiz.paper(attempt)
    reader.get(paper + "1")
    reader.post(paper + "answer", {"position": 1, "choice": "1", "sequence": 5}, JSON)
    quiz.later(seconds=30)
    reader.post(paper + "answer", {"position": 1, "choice": "0", "sequence": 4}, JSON)
    quiz.later(minutes=15)
    for fields in ({"position": 2, "choice": "2"}, {"prediction": "1.234"}, {"position": 2, "choice": "9"}):
        reader.post(paper + "answer", {**fields, "sequence": 6}, JSON)
    order = [unpack(row.option_order, row.option_count) for row in rows]
    attempt = attempt_of(quiz, person)
    assert refused_steps(quiz, attempt) == [
        (Step.REFUSED_STALE, 30, 1, str(1 << order[0][0])),
        (Step.REFUSED_CLOSED, 930, 0, "1234"),
        (Step.REFUSED_CLOSED, 930, 2, str(1 << order[1][2])),
    ], "what is no answer to the question is not kept"
    assert quiz.stored(attempt) == {1: 0b10}, "it counts for nothing"


def test_an_answer_from_a_place_that_does_not_hold_the_paper_any_more_is_kept(
    quiz: Quiz, person: Enrolment, reader: Reader
) -> None:
    attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    take_over(quiz.ctx, attempt=attempt)
    quiz.ctx.session.commit()
    assert reader.post(paper + "answer", {"position": 3, "choice": "1", "sequence": 1}, JSON).status_code == 409
    assert [step[:3] for step in refused_steps(quiz, attempt_of(quiz, person))] == [(Step.REFUSED_TAKEN, 0, 3)]


def test_nobody_fills_the_database_with_answers_that_come_too_late(
    quiz: Quiz, person: Enrolment, reader: Reader, statements: Callable[[], int], sign_in: Callable[[int], Reader]
) -> None:
    attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    quiz.later(minutes=20)
    counted = set()
    for _ in range(60):
        statements()
        reader.post(paper + "answer", {"position": 1, "choice": "1", "sequence": 1}, JSON)
        counted.add(statements())
    kept = len(refused_steps(quiz, attempt_of(quiz, person)))
    assert 10 < kept < 60
    assert len(counted) == 1
    stranger = sign_in(quiz.person().user_id)
    stranger.get("/me")
    assert stranger.post(paper + "answer", {"position": 2, "choice": "1", "sequence": 1}, JSON).status_code == 404
    assert len(refused_steps(quiz, attempt_of(quiz, person))) == kept
    assert attempt.id


def test_the_page_says_what_was_refused(quiz: Quiz, person: Enrolment, reader: Reader, staff: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    quiz.later(minutes=20)
    reader.post(paper + "answer", {"position": 1, "choice": "1", "sequence": 1}, JSON)
    number = attempt.id
    [row] = [row for row in cells(staff.get(f"staff/papers/{number}").text) if row[3] == "1"]
    assert row[4] == "B"
