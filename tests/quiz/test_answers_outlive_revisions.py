"""What was asked and answered under the first tables is the same under those of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.migrations import runner
from cuocthi_quiz import plugin
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.models import Attempt, Mark

from .conftest import Quiz

if TYPE_CHECKING:
    from sqlalchemy import Engine


def facts(quiz: Quiz, attempt_id: int) -> list[tuple[object, ...]]:
    """A paper as it stands: what each question asks, what is right, and what was answered."""
    attempt = quiz.ctx.session.get_one(Attempt, attempt_id)
    return [
        (row.position, row.option_order, row.type, row.text, row.content, row.key, row.response, row.history)
        for row in quiz.paper(attempt)
    ]


def test_papers_and_answers_come_along_into_the_tables_of_all_types(quiz: Quiz, engine: Engine) -> None:
    attempt = quiz.start()
    quiz.answer_rightly(attempt, 3)
    quiz.later(seconds=4)
    quiz.answer(attempt, 5, 0, 2)
    quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    attempt_id, before, score = attempt.id, facts(quiz, attempt.id), attempt.score
    assert score == 3000
    quiz.ctx.session.commit()
    quiz.ctx.session.close()

    revisions = plugin.register_migrations()[0]
    runner.downgrade(engine, "quiz", revisions.versions, "0002")
    with engine.begin() as connection:
        chosen = connection.exec_driver_sql("SELECT chosen, history FROM quiz_answer ORDER BY position").all()
        assert [int(history.rstrip(";").split(";")[-1].split("@")[0] or 0) for _, history in chosen][:4] == [
            mask for mask, _ in chosen
        ][:4]
        assert chosen[-1][0] == 0
    runner.upgrade(engine, {"quiz": revisions})

    assert facts(quiz, attempt_id) == before
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Mark)) == 0
    grade_round(quiz.ctx, round_id=quiz.round_.id, again=True)
    assert quiz.ctx.session.get_one(Attempt, attempt_id).score == score
