"""Figures over attempts; those over all answers of a round are in ``questions.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi_quiz.models import THOUSANDTHS, Answer, Attempt, Difficulty, Item, Mark, Revision
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: Which mark an answer of a paper has, by the key that is in force. What was not answered is an empty response.
MARKED = sa.and_(
    Mark.revision_id == Item.revision_id,
    Mark.key_number == Revision.key_number,
    Mark.response == sa.func.coalesce(Answer.response, ""),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a round's papers are: open ones, and handed-in ones without a score."""

    open: int
    ungraded: int


def unfinished(ctx: Context, *, round_ids: Sequence[int]) -> Standing:
    """Return how many papers of some rounds are still open or ungraded (one statement)."""
    row = ctx.session.execute(
        sa.select(
            sa.func.count().filter(Attempt.submitted_at.is_(None)),
            sa.func.count().filter(Attempt.submitted_at.is_not(None)),
        ).where(Attempt.phase_id.in_(round_ids), Attempt.graded_at.is_(None))
    ).one()
    return Standing(*row)


def finishers(*, campaign_id: int) -> sa.Select[int]:
    """Return the SELECT of the enrolments that have handed in a paper."""
    handed_in = (Attempt.campaign_id == campaign_id, Attempt.submitted_at.is_not(None), COUNTS)
    return sa.select(Attempt.enrolment_id).where(*handed_in)


def entries(*, campaign_id: int) -> sa.Select[Any]:
    """Return the SELECT of the papers that count: ``enrolment_id``, ``started_at``, ``finished_at``."""
    own = (Attempt.campaign_id == campaign_id, COUNTS)
    columns: tuple[Any, ...] = (
        Attempt.enrolment_id,
        Attempt.started_at,
        Attempt.submitted_at.label("finished_at"),
    )
    return sa.select(*columns).where(*own)


def activity(ctx: Context, *, campaign_id: int, since: datetime) -> tuple[int, int, int]:
    """Return how many persons started since, handed in since, and have a paper open now."""
    person = sa.distinct(Attempt.enrolment_id)
    row = ctx.session.execute(
        sa.select(
            sa.func.count(person).filter(Attempt.started_at >= since),
            sa.func.count(person).filter(Attempt.submitted_at >= since),
            sa.func.count(person).filter(Attempt.submitted_at.is_(None), Attempt.deadline > ctx.now),
        ).where(Attempt.campaign_id == campaign_id)
    ).one()
    return (row[0], row[1], row[2])


def counting(round_: Phase) -> list[sa.ColumnElement[bool]]:
    """Return which attempts, joined with their enrolments, figures are made of: graded ones that count."""
    return [
        Attempt.phase_id == round_.id,
        Attempt.graded_at.is_not(None),
        Enrolment.state == EnrolmentState.ACTIVE,
        COUNTS,
    ]


def score_distribution(ctx: Context, *, round_: Phase) -> list[tuple[int, int, int]]:
    """Return (score in thousandths, attempts, persons) of a round, the best first; excluded persons are left out."""
    rows = ctx.session.execute(
        sa.select(sa.func.coalesce(Attempt.score, 0), sa.func.count(), sa.func.count(sa.distinct(Attempt.enrolment_id)))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*counting(round_))
        .group_by(Attempt.score)
        .order_by(Attempt.score.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


def scores_reachable(ctx: Context, *, round_: Phase) -> tuple[int, bool]:
    """Return the full marks of a round in thousandths, and whether some score is no whole number of points."""
    row = ctx.session.execute(
        sa.select(sa.func.max(Attempt.max_score), sa.func.max(Attempt.score % THOUSANDTHS))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*counting(round_))
    ).one()
    return row[0] or 0, bool(row[1])


def scores_in_steps(ctx: Context, *, round_: Phase, step: int) -> dict[int, tuple[int, int]]:
    """Return attempts and persons of a round by the number of whole steps, in thousandths, in their score."""
    steps = (sa.type_coerce(sa.func.coalesce(Attempt.score, 0), sa.BigInteger) // step).label("steps")
    rows = ctx.session.execute(
        sa.select(steps, sa.func.count(), sa.func.count(sa.distinct(Attempt.enrolment_id)))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*counting(round_))
        .group_by(steps)
    )
    return {int(row[0]): (row[1], row[2]) for row in rows}


def persons_and_attempts(ctx: Context, *, round_: Phase) -> tuple[int, int]:
    """Return how many persons have a graded attempt in a round, and how many such attempts there are."""
    row = ctx.session.execute(
        sa.select(sa.func.count(sa.distinct(Attempt.enrolment_id)), sa.func.count())
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*counting(round_))
    ).one()
    return (row[0], row[1])


def facility(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[Difficulty, tuple[int, int]]:
    """Return how many answers to questions of each difficulty were marked, and how many of them were right."""
    right = sa.func.count().filter(Mark.points == Revision.worth)
    rows = ctx.session.execute(
        sa.select(Revision.difficulty, sa.func.count(), right)
        .select_from(Item)
        .join(Attempt, Attempt.id == Item.attempt_id)
        .join(Revision, Revision.id == Item.revision_id)
        .outerjoin(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .outerjoin(Mark, MARKED)
        .where(Attempt.campaign_id.in_(campaign_ids), Attempt.graded_at.is_not(None), COUNTS)
        .group_by(Revision.difficulty)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def scores_apart(ctx: Context, *, campaign_ids: Sequence[int]) -> tuple[int, float]:
    """Return how many papers were marked, and the variance of their scores as shares of what could be reached."""
    share = sa.cast(Attempt.score, sa.Float) / Attempt.max_score
    papers, mean, squared = ctx.session.execute(
        sa.select(sa.func.count(), sa.func.avg(share), sa.func.avg(share * share)).where(
            Attempt.campaign_id.in_(campaign_ids), Attempt.graded_at.is_not(None), Attempt.max_score > 0, COUNTS
        )
    ).one()
    return (papers, max(squared - mean * mean, 0.0)) if papers else (0, 0.0)


def times_for_a_question(ctx: Context, *, campaign_ids: Sequence[int]) -> tuple[int, float, float]:
    """Return how many papers were handed in before their time was over, and the seconds used for a question.

    These are the mean over papers, and the variance.
    """
    used = sa.type_coerce(Attempt.submitted_at, sa.BigInteger) - sa.type_coerce(Attempt.started_at, sa.BigInteger)
    items = sa.select(sa.func.count()).where(Item.attempt_id == Attempt.id).scalar_subquery()
    seconds = sa.cast(used, sa.Float) / 1_000_000 / items
    paper = sa.select(seconds.label("seconds")).where(
        Attempt.campaign_id.in_(campaign_ids), Attempt.submitted_at < Attempt.deadline, COUNTS
    )
    each = paper.subquery().c.seconds
    papers, mean, squared = ctx.session.execute(
        sa.select(sa.func.count(), sa.func.avg(each), sa.func.avg(each * each))
    ).one()
    return (papers, mean, max(squared - mean * mean, 0.0)) if papers else (0, 0.0, 0.0)


def difficulties(ctx: Context, *, attempt_id: int) -> dict[int, Difficulty]:
    """Return the difficulty of each question of a paper by its position."""
    rows = ctx.session.execute(
        sa.select(Item.position, Revision.difficulty)
        .join(Revision, Revision.id == Item.revision_id)
        .where(Item.attempt_id == attempt_id)
    )
    return {row[0]: row[1] for row in rows}
