"""Saving an answer: one statement that decides, and refusals that keep everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cuocthi.errors import Closed, DomainError, Missing
from cuocthi.users.models import WebSession
from cuocthi_quiz.domain import answers, attempts
from cuocthi_quiz.domain.responses import Given, history
from cuocthi_quiz.models import Answer, Attempt, QuestionType

from .conftest import SETTINGS, Quiz, right_response


def test_an_answer_is_stored_with_one_statement(quiz: Quiz, statements: Callable[[], int]) -> None:
    attempt = quiz.start()
    place = quiz.place(attempt)
    statements()
    saved = answers.save(quiz.ctx, place=place, position=1, given=Given.choice(0b10), sequence=1)
    assert statements() == 1
    assert saved == quiz.ctx.now
    assert quiz.stored(attempt) == {1: 0b10}


def test_options_are_stored_in_the_authors_order(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.answer_rightly(attempt, 5)
    assert [row.response for row in quiz.paper(attempt)] == [right_response(row) for row in quiz.paper(attempt)]


def test_every_change_is_kept_in_the_history(quiz: Quiz) -> None:
    attempt = quiz.start()
    first = quiz.right(attempt, 1)
    quiz.later(seconds=3)
    quiz.answer(attempt, 1, first, 1)
    quiz.later(seconds=4)
    quiz.answer(attempt, 1, 0, 2)
    row = quiz.paper(attempt)[0]
    assert row.history == f"{right_response(row)}@3000;@7000;"
    assert (row.response, row.sequence) == ("", 2)


def test_saying_the_same_again_is_no_change_and_succeeds(quiz: Quiz) -> None:
    attempt = quiz.start()
    saved = quiz.answer(attempt, 1, 1, 7)
    quiz.later(seconds=5)
    assert quiz.answer(attempt, 1, 1, 7) == saved
    quiz.later(hours=1)
    assert quiz.answer(attempt, 1, 1, 7) == saved, "a lost reply may be asked for again after the deadline"
    assert quiz.paper(attempt)[0].history.count(";") == 1


def test_a_lower_sequence_never_replaces_a_higher_one(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.answer(attempt, 1, 0b10, 5)
    for sequence in (4, 5):
        with pytest.raises(answers.Stale) as refused:
            quiz.answer(attempt, 1, 0b01, sequence)
        assert refused.value.stored == Given.choice(0b10)
    assert quiz.stored(attempt) == {1: 0b10}


def test_nothing_is_saved_at_the_deadline_or_after(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.at(attempt.deadline - timedelta(microseconds=1))
    quiz.answer(attempt, 1, 1, 1)
    quiz.at(attempt.deadline)
    with pytest.raises(Closed, match="Time was up"):
        quiz.answer(attempt, 2, 1, 2)
    assert quiz.stored(attempt) == {1: 1}


def test_nothing_is_saved_after_the_hand_in(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.hand_in(attempt)
    with pytest.raises(Closed, match="handed in"):
        quiz.answer(attempt, 1, 1, 1)
    assert not quiz.stored(attempt)


def test_a_foreign_attempt_is_not_there(quiz: Quiz) -> None:
    mine, other = quiz.start(), quiz.start()
    place = replace(quiz.place(other), session_hash=quiz.place(mine).session_hash)
    with pytest.raises(Missing):
        answers.save(quiz.ctx, place=place, position=1, given=Given.choice(1), sequence=1)
    assert not quiz.stored(other)


@pytest.mark.parametrize("change", ["revoked_at", "expires_at"])
def test_a_session_that_ended_saves_nothing(quiz: Quiz, change: str) -> None:
    attempt = quiz.start()
    quiz.ctx.session.execute(sa.update(WebSession).values({change: quiz.ctx.now}))
    with pytest.raises(answers.SignedOut) as refused:
        quiz.answer(attempt, 1, 1, 1)
    assert refused.value.status == 401
    assert not quiz.stored(attempt)


def test_an_unknown_session_saves_nothing(quiz: Quiz) -> None:
    attempt = quiz.start()
    with pytest.raises(answers.SignedOut):
        answers.save(
            quiz.ctx,
            place=replace(quiz.place(attempt), session_hash="0" * 64),
            position=1,
            given=Given.choice(1),
            sequence=1,
        )


def position_of(quiz: Quiz, attempt: Attempt, type_: QuestionType) -> int:
    return next(row.position for row in quiz.paper(attempt) if row.type is type_)


@pytest.mark.parametrize(
    ("type_", "shown"),
    [
        (QuestionType.SINGLE, 0b11),
        (QuestionType.SINGLE, 0b10000),
        (QuestionType.TRUE_FALSE, 0b100),
        (QuestionType.TRUE_FALSE, 0b11),
        (QuestionType.MULTIPLE, 0b10000),
        (QuestionType.MULTIPLE, -1),
        (QuestionType.MULTIPLE, 1 << 40),
    ],
)
def test_an_option_that_is_not_there_is_refused(quiz: Quiz, type_: QuestionType, shown: int) -> None:
    attempt = quiz.start()
    with pytest.raises(Missing):
        quiz.answer(attempt, position_of(quiz, attempt, type_), shown, 1)
    assert not quiz.stored(attempt)


@pytest.mark.parametrize(("position", "sequence"), [(0, 1), (6, 1), (1, 0), (1, -3), (1, 2**40)])
def test_a_question_or_sequence_that_is_not_there_is_refused(quiz: Quiz, position: int, sequence: int) -> None:
    attempt = quiz.start()
    with pytest.raises(Missing):
        quiz.answer(attempt, position, 1, sequence)


def test_a_paper_that_was_taken_over_saves_only_from_the_new_place(quiz: Quiz) -> None:
    attempt = quiz.start()
    old = quiz.place(attempt)
    token = attempts.take_over(quiz.ctx, attempt=attempt)
    with pytest.raises(answers.TakenOver):
        answers.save(quiz.ctx, place=old, position=1, given=Given.choice(1), sequence=9)
    answers.save(quiz.ctx, place=replace(old, token=token), position=1, given=Given.choice(2), sequence=1)
    assert quiz.stored(attempt) == {1: 2}


def test_of_a_very_long_history_the_end_is_kept_in_whole_changes(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.answer(attempt, 1, 1)
    grown = sa.update(Answer).where(Answer.attempt_id == attempt.id).values(history="1@123456;" * 2300)
    quiz.ctx.session.execute(grown)
    quiz.answer(attempt, 1, 2, sequence=2)
    kept = history(quiz.ctx.session.scalars(sa.select(Answer.history).where(Answer.attempt_id == attempt.id)).one())
    assert set(kept[:-1]) == {("1", 123456)}
    assert 1600 < len(kept) < 1700
    assert kept[-1] == (quiz.paper(attempt)[0].response, 0)


# --- the prediction ---


def test_a_prediction_is_stored_with_one_statement(quiz: Quiz, statements: Callable[[], int]) -> None:
    attempt = quiz.start()
    place = quiz.place(attempt)
    statements()
    answers.predict(quiz.ctx, place=place, prediction=987, sequence=1)
    assert statements() == 1
    quiz.ctx.session.refresh(attempt)
    assert (attempt.prediction, attempt.prediction_history) == (987, "987@0;")


def test_a_prediction_can_be_taken_back_and_a_stale_one_is_refused(quiz: Quiz) -> None:
    attempt = quiz.start()
    place = quiz.place(attempt)
    answers.predict(quiz.ctx, place=place, prediction=10, sequence=1)
    answers.predict(quiz.ctx, place=place, prediction=None, sequence=2)
    with pytest.raises(answers.Stale) as refused:
        answers.predict(quiz.ctx, place=place, prediction=11, sequence=2)
    assert refused.value.stored is None


@pytest.mark.parametrize("prediction", [-1, 2**31])
def test_an_impossible_prediction_is_refused(quiz: Quiz, prediction: int) -> None:
    attempt = quiz.start()
    with pytest.raises(DomainError) as refused:
        answers.predict(quiz.ctx, place=quiz.place(attempt), prediction=prediction, sequence=1)
    assert refused.value.field == "prediction"


def test_a_prediction_comes_too_late_like_any_answer(quiz: Quiz) -> None:
    attempt = quiz.start()
    place = quiz.place(attempt)
    quiz.at(attempt.deadline)
    with pytest.raises(Closed):
        answers.predict(quiz.ctx, place=place, prediction=1, sequence=1)


def test_where_no_prediction_is_asked_none_is_taken(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, prediction=False))
    attempt = quiz.start()
    with pytest.raises(Missing):
        answers.predict(quiz.ctx, place=quiz.place(attempt), prediction=1, sequence=1)
