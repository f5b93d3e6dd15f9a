"""The counts and sums of which item analysis is made: a round's graded papers that count, of active persons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi_quiz.models import Answer, Attempt, Item, Mark, Question, Revision, Topic
from cuocthi_quiz.queries.figures import counting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: How many papers, at most and about, the times are taken from.
SAMPLE = 20_000
#: Longer times say that somebody was away; they are counted as this long, which leaves the median as it is.
_LONGEST = 600
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a question was answered in one way, and by whom.

    ``points`` are what that earns, in thousandths; ``rest`` and ``rest_squares`` sum the points for the rest of the
    paper and their squares; ``lower`` and ``upper`` count those in the two groups.
    """

    revision_id: int
    response: str
    points: int
    papers: int
    rest: int
    rest_squares: int
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked in a round."""

    revision: Revision
    question_id: int
    key: str
    topic: str


def _conditions(round_: Phase, division_id: int | None) -> list[sa.ColumnElement[bool]]:
    found = counting(round_)
    return found if division_id is None else [*found, Enrolment.division_id == division_id]


def distribution(ctx: Context, *, round_: Phase, division_id: int | None = None) -> list[tuple[int, int]]:
    """Return (score in thousandths, papers), the lowest first (one statement)."""
    rows = ctx.session.execute(
        sa.select(Attempt.score, sa.func.count())
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*_conditions(round_, division_id))
        .group_by(Attempt.score)
        .order_by(Attempt.score)
    )
    return [(int(row[0] or 0), row[1]) for row in rows]


def tallies(
    ctx: Context,
    *,
    round_: Phase,
    groups: tuple[int, int] | None,
    division_id: int | None = None,
    revision_id: int | None = None,
) -> list[Tally]:
    """Return how often each question was answered in each way; ``groups`` are the scores up to and from which
    papers are in the lower and upper group.

    Two statements for all questions of a round, or for one of them. Answers are counted by what was answered alone;
    what that earns, the same for all of them, is found afterwards. Void questions are left out.
    """
    lower, upper = groups or (-1, -1)
    response, score = sa.func.coalesce(Answer.response, ""), sa.type_coerce(Attempt.score, sa.BigInteger)
    counted = (
        sa.select(
            Item.revision_id,
            response,
            sa.func.count(),
            sa.func.sum(score),
            sa.func.sum(score * score),
            sa.func.count().filter(Attempt.score <= lower),
            sa.func.count().filter(Attempt.score >= upper, sa.literal(upper) >= 0),
        )
        .select_from(Item)
        .join(Attempt, Attempt.id == Item.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .outerjoin(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .where(*_conditions(round_, division_id))
        .group_by(Item.revision_id, response)
    )
    if revision_id is not None:
        counted = counted.where(Item.revision_id == revision_id)
    # PostgreSQL sums integers of 64 bits into decimals.
    found = {(row[0], row[1]): [int(value) for value in row[2:]] for row in ctx.session.execute(counted)}
    marks = _marks(ctx, campaign_id=round_.campaign_id, revision_id=revision_id)
    return [_tally(answer, marks[answer], sums) for answer, sums in found.items() if answer in marks]


def _marks(ctx: Context, *, campaign_id: int, revision_id: int | None) -> dict[tuple[int, str], int]:
    """Return what each answer to a campaign's questions earns, in thousandths, by revision and response."""
    in_force = sa.and_(Mark.revision_id == Revision.id, Mark.key_number == Revision.key_number)
    chosen = (
        sa.select(Mark.revision_id, Mark.response, Mark.points)
        .join(Revision, in_force)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == campaign_id, Revision.worth > 0)
    )
    if revision_id is not None:
        chosen = chosen.where(Revision.id == revision_id)
    return {(row[0], row[1]): row[2] for row in ctx.session.execute(chosen)}


def _tally(answer: tuple[int, str], points: int, sums: Sequence[int]) -> Tally:
    """Return a tally; ``sums`` are the papers, their scores, the squares of these, and who is in the two groups."""
    papers, total, squares, lower, upper = sums
    rest = total - papers * points
    rest_squares = squares - 2 * points * total + papers * points * points
    return Tally(*answer, points, papers, rest, rest_squares, lower, upper)


def asked(ctx: Context, *, revision_ids: Sequence[int]) -> dict[int, Asked]:
    """Return what questions say, by the keys of their revisions (one statement)."""
    rows = ctx.session.execute(
        sa.select(Revision, Question.id, Question.key, Topic.title)
        .join(Question, Question.id == Revision.question_id)
        .join(Topic, Topic.id == Revision.topic_id)
        .where(Revision.id.in_(revision_ids))
    )
    return {row[0].id: Asked(*row) for row in rows}


def times(ctx: Context, *, round_: Phase, papers: int, division_id: int | None = None) -> dict[int, int]:
    """Return the median of the seconds from the answer before to that of a question, by revision (one statement).

    Each answer counts by when it was last changed, and the first of a paper by the paper's beginning. What a person
    reads without answering, or goes back to, is in it: it is no time of thinking. Of many papers every so-manieth.
    """
    since = sa.func.lag(Answer.saved_at).over(
        partition_by=Answer.attempt_id, order_by=(Answer.saved_at, Answer.position)
    )
    before: Any = sa.func.coalesce(since, Attempt.started_at)
    took = (sa.type_coerce(Answer.saved_at, sa.BigInteger) - sa.type_coerce(before, sa.BigInteger)) // _SECOND
    step = max(1, papers // SAMPLE)
    answered = (
        sa.select(Item.revision_id, took.label("seconds"))
        .select_from(Answer)
        .join(Item, sa.and_(Item.attempt_id == Answer.attempt_id, Item.position == Answer.position))
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*_conditions(round_, division_id), Attempt.id % step == 0)
        .subquery()
    )
    seconds = sa.case((answered.c.seconds > _LONGEST, _LONGEST), else_=answered.c.seconds)
    counted = sa.select(answered.c.revision_id, seconds.label("seconds"), sa.func.count())
    spread: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for revision_id, second, number in ctx.session.execute(counted.group_by(answered.c.revision_id, seconds)):
        spread[revision_id].append((int(second), number))
    return {revision_id: _median(found) for revision_id, found in spread.items()}


def _median(spread: list[tuple[int, int]]) -> int:
    """Return the lower median of numbers that are given with how often each occurs."""
    left = (sum(number for _, number in spread) + 1) // 2
    for value, number in sorted(spread):
        left -= number
        if left <= 0:
            return value
    return 0
