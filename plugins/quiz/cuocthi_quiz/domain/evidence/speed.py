"""Whether somebody was faster than one can read: the whole paper, and question by question."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_quiz.domain.evidence.statistics import Usual, quartiles, ranks, times
from cuocthi_quiz.domain.evidence.weight import Weight
from cuocthi_quiz.domain.kinds import EVERYONE
from cuocthi_quiz.domain.responses import history
from cuocthi_quiz.models import Answer, Attempt, HandIn, Item, Mark, Revision
from cuocthi_quiz.queries.figures import MARKED
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi.context import Context

#: Below this place a time is told of: in a thousand normal papers one lies there.
FAR_BELOW = -3.0
#: Fewer papers than these say nothing about what is usual.
_FEWEST_PAPERS = 20
#: From so many other papers it is taken what a question usually takes; a question on fewer than ten is left out.
_SAMPLE = 400
_FEWEST_TIMES = 10
#: An answer in less than this part of the usual time was not read for: the normative threshold NT10.
_QUICK = 0.1
_SOME_QUICK, _MANY_QUICK = 3, 5
#: Answers that follow so soon, in milliseconds, were not given one after the other: a device had kept them.
_TOGETHER = 1_000

DURATION = (
    sa.type_coerce(Attempt.submitted_at, sa.BigInteger) - sa.type_coerce(Attempt.started_at, sa.BigInteger)
) // 1000


@dataclass(frozen=True, slots=True)
class QuestionTime:
    """How long one question took until its first answer, against the usual time, in milliseconds."""

    position: int
    milliseconds: int
    usual: int
    right: bool

    @property
    def quick(self) -> bool:
        """Whether it was answered in less than a tenth of the usual time.

        S. L. Wise and L. Ma, Setting response time thresholds for a CAT item pool: The normative threshold method
        (2012), with the median in place of the mean.
        """
        return self.milliseconds < _QUICK * self.usual


@dataclass(frozen=True, slots=True)
class Pace:
    """The time of a paper against all papers of the round that people handed in themselves, and of its questions.

    ``usual`` is None where there are fewer than twenty papers to compare with.
    """

    milliseconds: int
    usual: Usual | None
    questions: Sequence[QuestionTime]

    @property
    def place(self) -> float | None:
        """See :meth:`Usual.place`."""
        return self.usual.place(self.milliseconds) if self.usual else None

    @property
    def quick_and_right(self) -> int:
        """How many right answers were given in less than a tenth of the usual time."""
        return sum(question.quick and question.right for question in self.questions)

    @property
    def weight(self) -> Weight:
        """How much it weighs: much if most right answers were quick, some if a few were, or the paper was."""
        right = sum(question.right for question in self.questions)
        if self.quick_and_right >= max(_MANY_QUICK, right / 2):
            return Weight.MUCH
        if self.quick_and_right >= _SOME_QUICK or (self.place is not None and self.place < FAR_BELOW):
            return Weight.SOME
        return Weight.NONE


def pace(ctx: Context, *, attempt: Attempt) -> Pace:
    """Return how fast a paper was worked on (four statements)."""
    own = _papers(ctx, sa.select(Attempt.id).where(Attempt.id == attempt.id))
    known = _known(ctx, attempt)
    # Tokens are random: the first of them in order are a sample that stays the same.
    others = _of_the_field(attempt.phase_id).where(Attempt.enrolment_id != attempt.enrolment_id)
    sample = _papers(ctx, others.order_by(Attempt.token, Attempt.id).limit(_SAMPLE))
    usual: dict[int, list[int]] = defaultdict(list)
    for paper in sample:
        for answer in paper:
            usual[answer.revision_id].append(answer.milliseconds)
    typical = {revision: quartiles(found) for revision, found in usual.items() if len(found) >= _FEWEST_TIMES}
    questions = [
        QuestionTime(answer.position, answer.milliseconds, found.median, answer.position in known)
        for paper in own
        for answer in paper
        if (found := typical.get(answer.revision_id)) is not None
    ]
    spent = round((attempt.submitted_at - attempt.started_at).total_seconds() * 1000) if attempt.submitted_at else 0
    return Pace(spent, usual_time(ctx, round_id=attempt.phase_id), questions)


def usual_time(ctx: Context, *, round_id: int) -> Usual | None:
    """Return how long the papers of a round took whose owners handed them in, None of too few (one statement)."""
    ordered = (
        _of_the_field(round_id)
        .with_only_columns(
            DURATION.label("duration"),
            sa.func.row_number().over(order_by=DURATION).label("place"),
            sa.func.count().over().label("number"),
        )
        .subquery()
    )
    number = ordered.c.number
    wanted = [(number + 3) // 4, (number + 1) // 2, (3 * number + 3) // 4]
    rows = ctx.session.execute(
        sa.select(ordered.c.place, ordered.c.duration, number).where(ordered.c.place.in_(wanted))
    ).all()
    if not rows or rows[0].number < _FEWEST_PAPERS:
        return None
    at = {row.place: row.duration for row in rows}
    lower, median, upper = (at[rank] for rank in ranks(rows[0].number))
    return Usual(lower, median, upper, rows[0].number)


def _of_the_field(round_id: int) -> sa.Select[int]:
    handed_in = Attempt.handed_in_by == HandIn.PARTICIPANT
    return sa.select(Attempt.id).where(Attempt.phase_id == round_id, handed_in, COUNTS)


@dataclass(frozen=True, slots=True)
class _Timed:
    position: int
    revision_id: int
    milliseconds: int


def _known(ctx: Context, attempt: Attempt) -> set[int]:
    """Return the positions at which a paper was answered rightly, where not everybody is right by a decision."""
    rows = ctx.session.execute(
        sa.select(Item.position, Revision.key)
        .select_from(Item)
        .join(Revision, Revision.id == Item.revision_id)
        .join(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .join(Mark, MARKED)
        .where(Item.attempt_id == attempt.id, Revision.worth > 0, Mark.points >= Revision.worth)
    )
    return {position for position, key in rows if not key.get(EVERYONE)}


def _papers(ctx: Context, attempts: sa.Select[int]) -> Iterable[list[_Timed]]:
    """Return the timed answers of these papers, paper by paper, without those that came together (one statement)."""
    # A LIMIT may stand in a subquery that is selected from, and on SQLite nowhere else.
    chosen = attempts.subquery()
    rows = ctx.session.execute(
        sa.select(Item.attempt_id, Item.position, Item.revision_id, Answer.history)
        .join(chosen, chosen.c.id == Item.attempt_id)
        .join(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
    )
    papers: dict[int, list[tuple[int, int, list[int]]]] = defaultdict(list)
    for attempt_id, position, revision_id, text in rows:
        papers[attempt_id].append((position, revision_id, [after for _, after in history(text)]))
    for paper in papers.values():
        taken = times({position: changes for position, _, changes in paper})
        yield [_Timed(at, revision, taken[at]) for at, revision, _ in paper if taken.get(at, 0) >= _TOGETHER]
