"""What the quiz tells a person of the own papers, and when; and what it forgets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.contributions import Erasure, Person
from cuocthi.security.keys import Keys
from cuocthi.security.personal_data import Vault
from cuocthi_quiz.domain.personal_data import erase, export
from cuocthi_quiz.domain.refused import Keeping, keep
from cuocthi_quiz.domain.responses import Given
from cuocthi_quiz.models import Outcome, TakeOver
from cuocthi_quiz.settings import QuizSettings, Release

from .conftest import BLUEPRINT, Quiz

if TYPE_CHECKING:
    from cuocthi.contributions import PersonalData
    from cuocthi_quiz.models import Attempt


VAULT = Vault(Keys(b"0" * 32, b"1" * 32, {"k1": b"2" * 32}))


def told(quiz: Quiz, attempt: Attempt) -> dict[str, PersonalData]:
    person = Person(attempt.user_id, attempt.enrolment_id)
    parts = export(quiz.ctx, campaign=quiz.campaign, person=person, vault=VAULT)
    return {part.key: part for part in parts if part.rows}


def test_a_paper_is_told_at_once_and_its_answers_when_the_round_has_closed(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.answer_rightly(attempt, 5)
    assert list(told(quiz, attempt)) == ["papers"]
    quiz.hand_in(attempt)
    assert list(told(quiz, attempt)) == ["papers"], "others may still draw these questions"
    quiz.later(days=6)
    found = told(quiz, attempt)
    answers = found["answers"]
    assert len(answers.rows) == 5
    assert str(answers.rows[0][3]).startswith("Câu hỏi")
    assert str(answers.rows[0][4]).startswith("Phương án")
    assert answers.kept


def test_answers_that_were_refused_are_told_too(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.hand_in(attempt)
    late = Keeping(attempt.id, 2, Given.choice(0b1), Outcome.CLOSED)
    for refused in (late, replace(late, position=0, said=12_000)):
        keep(quiz.ctx.session.connection(), refused, at=quiz.later(minutes=1).now)
    assert "refused" not in told(quiz, attempt)
    quiz.later(days=6)
    first, second = told(quiz, attempt)["refused"].rows
    assert (first[2], str(first[3]).startswith("Phương án")) == (2, True)
    assert (second[2], second[3]) == (None, "12")


def test_a_score_is_told_no_sooner_than_elsewhere(quiz: Quiz) -> None:
    quiz.set(QuizSettings(blueprint=BLUEPRINT, results=Release.AFTER_ROUND))
    attempt = quiz.start()
    quiz.answer_rightly(attempt, 4)
    quiz.hand_in(attempt)
    attempt.score, attempt.max_score, attempt.graded_at = 4_000, 5_000, quiz.ctx.now
    quiz.ctx.session.flush()
    assert told(quiz, attempt)["papers"].rows[0][-2] is None
    quiz.later(days=6)
    assert told(quiz, attempt)["papers"].rows[0][-2] == "4 / 5"


def test_the_papers_of_others_are_not_told(quiz: Quiz) -> None:
    quiz.start()
    other = quiz.person()
    parts = export(quiz.ctx, campaign=quiz.campaign, person=Person(other.user_id, other.id), vault=VAULT)
    assert all(not part.rows for part in parts)


@pytest.mark.parametrize(("erasure", "left"), [(Erasure.WITHDRAWAL, ""), (Erasure.RECORDS, "203.0.113.7")])
def test_addresses_are_forgotten_and_papers_stay(quiz: Quiz, erasure: Erasure, left: str) -> None:
    attempt, other = quiz.start(), quiz.start()
    for one in (attempt, other):
        quiz.ctx.session.add(TakeOver(attempt_id=one.id, at=quiz.ctx.now, address="203.0.113.7"))
    quiz.ctx.session.flush()
    erase(quiz.ctx, people=[Person(attempt.user_id, attempt.enrolment_id)], erasure=erasure)
    erase(quiz.ctx, people=[], erasure=Erasure.RETENTION)
    quiz.ctx.session.expire_all()
    found = sa.select(TakeOver.address).order_by(TakeOver.attempt_id)
    assert quiz.ctx.session.scalars(found).all() == [left, "203.0.113.7"]
