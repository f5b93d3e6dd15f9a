"""How questions fared is counted over all answers in portions; it comes to what counting one by one comes to."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.models import Answer, Attempt, Item, Mark, Revision
from cuocthi_quiz.queries import questions
from cuocthi_quiz.queries.questions import QuestionFigure, question_figures

from .conftest import SETTINGS, Quiz


def take(quiz: Quiz, draw: random.Random, person: Enrolment) -> Attempt:
    """Let somebody hand in a paper with some answers right, some wrong and some left open."""
    attempt = quiz.start(person)
    for row in quiz.paper(attempt):
        right = quiz.right(attempt, row.position)
        wrong = next(1 << place for place in range(row.option_count) if 1 << place != right)
        chosen = draw.choice((right, right, wrong, None))
        if chosen is not None:
            quiz.answer(attempt, row.position, chosen)
    quiz.hand_in(attempt)
    return attempt


def counted_one_by_one(quiz: Quiz) -> list[QuestionFigure]:
    """The same figures by a loop over every question of every paper."""
    session = quiz.ctx.session
    given = session.scalars(sa.select(Mark))
    marks = {(mark.revision_id, mark.key_number, mark.response): mark.points for mark in given}
    answers = {(one.attempt_id, one.position): one.response for one in session.scalars(sa.select(Answer))}
    papers: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    rows = session.execute(
        sa.select(Item, Attempt, Enrolment, Revision)
        .join(Attempt, Attempt.id == Item.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Revision, Revision.id == Item.revision_id)
    )
    for item, attempt, enrolment, revision in rows:
        if attempt.graded_at is None or not attempt.counts or enrolment.state is EnrolmentState.EXCLUDED:
            continue
        response = answers.get((item.attempt_id, item.position), "")
        full = marks.get((revision.id, revision.key_number, response)) == revision.worth
        if revision.worth:
            papers[revision.question.key, revision.text].append((enrolment.id, full))
    return [
        QuestionFigure(
            key,
            text,
            len(found),
            sum(full for _, full in found),
            len({person for person, _ in found}),
            len({person for person, full in found if full}),
        )
        for (key, text), found in sorted(papers.items())
    ]


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_counting_one_by_one(
    quiz: Quiz, monkeypatch: pytest.MonkeyPatch, seed: int, *, several: bool
) -> None:
    monkeypatch.setattr(questions, "PORTION", 2)
    quiz.set(replace(SETTINGS, attempts=2))
    draw = random.Random(seed)
    people = [quiz.person() for _ in range(7)]
    attempts = [take(quiz, draw, person) for person in people]
    if several:
        attempts += [take(quiz, draw, person) for person in people[::2]]
    people[3].state, people[3].excluded_reason = EnrolmentState.EXCLUDED, "Thành viên Ban Tổ chức"
    attempts[1].set_aside_reason = "Mất điện"
    quiz.ctx.session.flush()
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    asked = sa.select(Item.revision_id).where(Item.attempt_id == attempts[0].id, Item.position == 1)
    void = quiz.ctx.session.get_one(Revision, quiz.ctx.session.scalars(asked).one())
    void.worth = 0
    quiz.ctx.session.flush()
    expected = counted_one_by_one(quiz)
    assert expected
    assert question_figures(quiz.ctx, round_=quiz.round_, several=several) == expected
    assert question_figures(quiz.ctx, round_=quiz.round_) == expected


def test_nothing_is_counted_where_nobody_took_part(quiz: Quiz) -> None:
    assert question_figures(quiz.ctx, round_=quiz.round_, several=False) == []
    assert question_figures(quiz.ctx, round_=quiz.round_) == []


def test_statements_grow_with_portions_alone(quiz: Quiz, statements: Callable[[], int]) -> None:
    draw = random.Random(1)
    taken = []
    for number in (2, 6):
        for _ in range(number):
            take(quiz, draw, quiz.person())
        grade_round(quiz.ctx, round_id=quiz.round_.id)
        statements()
        question_figures(quiz.ctx, round_=quiz.round_, several=False)
        taken.append(statements())
    assert taken[0] == taken[1]
