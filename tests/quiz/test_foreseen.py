"""Answers that can be foreseen have marks before anybody gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi_quiz.domain import jobs
from cuocthi_quiz.domain.foreseen import mark_foreseen, responses_of
from cuocthi_quiz.domain.grading import grade_attempt
from cuocthi_quiz.models import Mark, QuestionType, Revision

from .conftest import Quiz


def test_a_paper_with_foreseen_answers_is_graded_by_one_statement(quiz: Quiz, statements: Callable[[], int]) -> None:
    assert mark_foreseen(quiz.ctx) > 0
    attempt = quiz.start()
    for row in quiz.paper(attempt)[1:]:
        quiz.answer(attempt, row.position, 1)
    quiz.hand_in(attempt)
    quiz.ctx.session.flush()
    statements()
    grade_attempt(quiz.ctx, attempt_id=attempt.id)
    assert statements() == 1
    assert attempt.graded_at == quiz.ctx.now


def test_what_is_foreseen_earns_what_it_earns_when_it_is_given(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.answer(attempt, 1, quiz.right(attempt, 1))
    quiz.hand_in(attempt)
    grade_attempt(quiz.ctx, attempt_id=attempt.id)
    given_ = {(mark.revision_id, mark.response): mark.points for mark in quiz.ctx.session.scalars(sa.select(Mark))}
    quiz.ctx.session.execute(sa.delete(Mark))
    mark_foreseen(quiz.ctx)
    foreseen = {(mark.revision_id, mark.response): mark.points for mark in quiz.ctx.session.scalars(sa.select(Mark))}
    assert given_.items() <= foreseen.items()


def test_questions_are_foreseen_once(quiz: Quiz) -> None:
    number = quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Revision)) or 0
    assert jobs.foresee(quiz.ctx, {}, _nobody) == {"questions": number}
    assert jobs.foresee(quiz.ctx, {}, _nobody) == {"questions": 0}


@given(st.sampled_from([QuestionType.SINGLE, QuestionType.MULTIPLE]), st.integers(2, 10))
def test_every_option_and_leaving_open_are_foreseen(type_: QuestionType, count: int) -> None:
    found = list(responses_of(Revision(type=type_, option_count=count)))
    assert len(found) == len(set(found))
    assert {"", *(str(1 << place) for place in range(count))} <= set(found)
    assert all(0 < int(response) < 1 << count for response in found if response)
    assert type_ is QuestionType.MULTIPLE or len(found) == count + 1


def _nobody(*_progress: Any) -> None:
    """Nobody watches."""
