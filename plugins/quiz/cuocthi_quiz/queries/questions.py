"""How the questions of a round fared, over all answers that were given: dozens of them for each person.

What an answer earns is looked up once for each different one where everybody has one paper. SQLite, which sorts what it
groups, goes through a round in portions of neighbouring persons, whose papers lie beside one another, so that what is
sorted stays in memory; PostgreSQL counts by hashes, several processes together, and takes everything at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi_quiz.models import Answer, Attempt, Item, Mark, Question, Revision
from cuocthi_quiz.queries.figures import counting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: How many persons SQLite goes through at once.
PORTION = 1_000

_RESPONSE = sa.func.coalesce(Answer.response, "")
_IN_FORCE = sa.and_(Mark.revision_id == Revision.id, Mark.key_number == Revision.key_number)
_FULL = sa.and_(Mark.points == Revision.worth, Revision.worth > 0)


@dataclass(frozen=True, slots=True)
class QuestionFigure:
    """How a question fared: on how many papers it stood, of how many persons, and how many answered it rightly.

    ``right`` are papers; ``persons_right`` the persons with such a paper. The text is that of the newest version asked.
    """

    key: str
    text: str
    papers: int
    right: int
    persons: int
    persons_right: int


#: Of a question: papers, right ones, persons, those with a right one; and the newest revision that was asked.
_Counts = tuple[int, int, int, int, int]


def question_figures(ctx: Context, *, round_: Phase, several: bool = True) -> list[QuestionFigure]:
    """Return how every question of a round fared, by key; excluded persons are left out, and void questions.

    ``several``: somebody has several attempts. Otherwise each paper is a person, which takes half the time. Two
    statements, and two more for each :data:`PORTION` persons on SQLite, or for all of them.
    """
    found = _by_persons(ctx, round_) if several else _by_papers(ctx, round_)
    chosen = sa.select(Question.id, Question.key, Revision.text).join(Revision, Revision.question_id == Question.id)
    rows = ctx.session.execute(chosen.where(Revision.id.in_([counts[-1] for counts in found.values()])))
    figures = [QuestionFigure(key, text, *found[question_id][:-1]) for question_id, key, text in rows]
    return sorted(figures, key=lambda figure: figure.key)


def _by_papers(ctx: Context, round_: Phase) -> dict[int, _Counts]:
    """Return the counts of each question where everybody has one paper: by what was answered, then by what is right."""
    papers: Counter[tuple[int, str]] = Counter()
    for persons in _portions(ctx, round_):
        answered = _answered(round_, persons, Item.revision_id, _RESPONSE, sa.func.count())
        for revision_id, response, number in ctx.session.execute(answered.group_by(Item.revision_id, _RESPONSE)):
            papers[revision_id, response] += number
    right = {(row[0], row[1]) for row in ctx.session.execute(_right(round_))}
    questions = _questions(ctx, round_, sorted({revision_id for revision_id, _ in papers}))
    found: dict[int, _Counts] = {}
    for (revision_id, response), number in papers.items():
        if revision_id in questions:
            full = number if (revision_id, response) in right else 0
            question_id = questions[revision_id]
            found[question_id] = _added(found.get(question_id), (number, full, number, full, revision_id))
    return found


def _by_persons(ctx: Context, round_: Phase) -> dict[int, _Counts]:
    """Return the counts of each question where persons have several papers; all of a person's lie in one portion."""
    right = _right(round_).subquery()
    is_right = sa.and_(right.c.revision_id == Item.revision_id, right.c.response == _RESPONSE)
    found: dict[int, _Counts] = {}
    for persons in _portions(ctx, round_):
        each = (
            _answered(
                round_,
                persons,
                Revision.question_id,
                sa.func.count().label("papers"),
                sa.func.count(right.c.response).label("right"),
                sa.func.max(Item.revision_id).label("revision_id"),
            )
            .join(Revision, Revision.id == Item.revision_id)
            .outerjoin(right, is_right)
            .where(Revision.worth > 0)
            .group_by(Revision.question_id, Attempt.enrolment_id)
            .subquery()
            .c
        )
        with_right = sa.func.count().filter(each.right > 0)
        sums = (sa.func.sum(each.papers), sa.func.sum(each.right), sa.func.count(), with_right)
        counted = sa.select(each.question_id, *sums, sa.func.max(each.revision_id)).group_by(each.question_id)
        for question_id, *counts in ctx.session.execute(counted):
            # PostgreSQL sums integers of 64 bits into decimals.
            papers, full, persons_, persons_right, revision_id = map(int, counts)
            one = (papers, full, persons_, persons_right, revision_id)
            found[question_id] = _added(found.get(question_id), one)
    return found


def _added(one: _Counts | None, other: _Counts) -> _Counts:
    if one is None:
        return other
    return (
        one[0] + other[0],
        one[1] + other[1],
        one[2] + other[2],
        one[3] + other[3],
        max(one[4], other[4]),
    )


def _portions(ctx: Context, round_: Phase) -> Iterator[tuple[int, int]]:
    """Yield the first and the last enrolment of each portion of neighbouring ones that have a paper in a round."""
    after = 0
    in_portions = ctx.session.get_bind().dialect.name == "sqlite"
    while True:
        persons = sa.select(Attempt.enrolment_id).where(Attempt.phase_id == round_.id, Attempt.enrolment_id > after)
        if in_portions:
            persons = persons.distinct().order_by(Attempt.enrolment_id).limit(PORTION)
        portion = persons.subquery().c.enrolment_id
        first, last = ctx.session.execute(sa.select(sa.func.min(portion), sa.func.max(portion))).one()
        if last is None:
            return
        yield first, last
        after = last


def _answered(round_: Phase, persons: tuple[int, int], *columns: Any) -> sa.Select[Any]:
    """Return a SELECT over the questions on these persons' papers that count, each with its answer if there is one."""
    return (
        sa.select(*columns)
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Item, Item.attempt_id == Attempt.id)
        .outerjoin(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .where(*counting(round_), Attempt.enrolment_id.between(*persons))
    )


def _right(round_: Phase) -> sa.Select[int, str]:
    """Return the SELECT of the answers to a campaign's questions that earn the full points by the key in force."""
    return (
        sa.select(Mark.revision_id, Mark.response)
        .join(Revision, _IN_FORCE)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == round_.campaign_id, _FULL)
    )


def _questions(ctx: Context, round_: Phase, revision_ids: Sequence[int]) -> dict[int, int]:
    """Return the question of each revision that is not void."""
    chosen = (
        sa.select(Revision.id, Revision.question_id)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == round_.campaign_id, Revision.worth > 0)
    )
    asked = set(revision_ids)
    return {row[0]: row[1] for row in ctx.session.execute(chosen) if row[0] in asked}
