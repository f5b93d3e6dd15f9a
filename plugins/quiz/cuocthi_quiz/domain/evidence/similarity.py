"""Whether somebody gave the same wrong answers as somebody else, more often than chance explains.

For a question that two persons answered wrongly, the other's answer is the same by chance as often as that wrong answer
is among all wrong answers of the round. The number of equal wrong answers then follows a Poisson-binomial distribution:
the error-similarity analysis of F. S. Bellezza and S. F. Bellezza (Detection of cheating on multiple-choice tests by
using error-similarity analysis, Teaching of Psychology 16 (1989) 151-155), with a chance of its own for each question
as in the generalized binomial test of W. J. van der Linden and L. Sotaridona (Detecting answer copying when the regular
response process follows a known response model, Journal of Educational and Behavioral Statistics 31 (2006) 283-304).
Equal right answers say nothing: whoever knows gives them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.enrolments.models import Enrolment
from cuocthi_quiz.domain.evidence.statistics import at_least, corrected
from cuocthi_quiz.domain.evidence.weight import Weight
from cuocthi_quiz.models import Answer, Attempt, Item, Mark, Revision
from cuocthi_quiz.queries.figures import MARKED
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context

#: With fewer questions that both answered wrongly, two papers are not compared.
FEWEST = 4
#: Of the papers most alike so many are computed, and so many shown.
_COMPUTED, _SHOWN = 50, 5
#: Below these probabilities, after the correction, a likeness weighs some, or much.
RARE, VERY_RARE = 0.01, 0.0001


_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the wrong answers of two papers are.

    ``both_wrong`` questions were on both papers and answered wrongly on both, ``equal`` of them alike, where chance
    would make ``expected``. ``probability`` is that chance makes so many or more, in any of all comparisons.
    """

    attempt_id: int
    enrolment_id: int
    name: str
    code: str
    unit: str
    same_unit: bool
    both_wrong: int
    equal: int
    expected: float
    probability: float
    positions: Sequence[int]


@dataclass(frozen=True, slots=True)
class Similarity:
    """The papers most alike, the least probable first; ``wrong`` answers are on this paper, ``compared`` papers."""

    wrong: int
    compared: int
    likest: Sequence[Likeness]

    @property
    def weight(self) -> Weight:
        """How much the least probable likeness weighs."""
        least = min((likeness.probability for likeness in self.likest), default=1.0)
        return Weight.MUCH if least < VERY_RARE else Weight.SOME if least < RARE else Weight.NONE


def similarity(ctx: Context, *, attempt: Attempt, unit_id: int) -> Similarity:
    """Compare the wrong answers of a paper with those of all other persons of the round (four statements)."""
    own = _own_wrong_answers(ctx, attempt)
    if len(own) < FEWEST:
        return Similarity(len(own), 0, [])
    chances = _chances(ctx, attempt, own)
    others = _others(ctx, attempt, own)
    equal = _equal(ctx, own, [row.id for row in others])
    found = []
    for row in others:
        answers = equal[row.id]
        expected = [chances[revision] for revision in answers]
        number = sum(answers.values())
        found.append(
            Likeness(
                row.id,
                row.enrolment_id,
                row.name,
                row.code,
                row.unit_name,
                row.unit_id == unit_id,
                len(answers),
                number,
                sum(expected),
                corrected(at_least(number, expected), row.compared),
                sorted(own[revision].position for revision, same in answers.items() if same),
            )
        )
    found.sort(key=lambda likeness: (likeness.probability, likeness.attempt_id))
    return Similarity(len(own), others[0].compared if others else 0, found[:_SHOWN])


@dataclass(frozen=True, slots=True)
class _Wrong:
    position: int
    response: str


def _wrong(select: sa.Select[*_Columns]) -> sa.Select[*_Columns]:
    """Join a SELECT from items to their answers, and keep the wrong ones."""
    return (
        select.join(Revision, Revision.id == Item.revision_id)
        .join(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .join(Mark, MARKED)
        .where(Answer.response != "", Mark.points < Revision.worth)
    )


def _own_wrong_answers(ctx: Context, attempt: Attempt) -> dict[int, _Wrong]:
    rows = ctx.session.execute(
        _wrong(sa.select(Item.revision_id, Item.position, Answer.response).select_from(Item)).where(
            Item.attempt_id == attempt.id
        )
    )
    return {revision: _Wrong(position, response) for revision, position, response in rows}


def _is_equal(own: Mapping[int, _Wrong]) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.false(),
        *(sa.and_(Item.revision_id == revision, Answer.response == wrong.response) for revision, wrong in own.items()),
    )


def _among_all(attempt: Attempt) -> list[sa.ColumnElement[bool]]:
    return [Attempt.phase_id == attempt.phase_id, Attempt.graded_at.is_not(None), COUNTS]


def _chances(ctx: Context, attempt: Attempt, own: Mapping[int, _Wrong]) -> dict[int, float]:
    """Return how often each wrong answer is given by those who answer its question wrongly, never quite 0 or 1.

    One is added to both sides: in a small field a chance is rather thought too large than too small.
    """
    rows = ctx.session.execute(
        _wrong(
            sa.select(Item.revision_id, sa.func.count(), sa.func.count().filter(_is_equal(own)))
            .select_from(Item)
            .join(Attempt, Attempt.id == Item.attempt_id)
        )
        .where(Item.revision_id.in_(own), *_among_all(attempt))
        .group_by(Item.revision_id)
    )
    return {revision: (alike + 1) / (number + 2) for revision, number, alike in rows}


def _others(ctx: Context, attempt: Attempt, own: Mapping[int, _Wrong]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return the papers with the most equal wrong answers; each row has the number of all that were compared."""
    equal = sa.func.count().filter(_is_equal(own)).label("equal")
    both = sa.func.count().label("both")
    compared = (
        _wrong(sa.select(Item.attempt_id, both, equal).select_from(Item).join(Attempt, Attempt.id == Item.attempt_id))
        .where(
            Item.revision_id.in_(own),
            Attempt.enrolment_id != attempt.enrolment_id,
            *_among_all(attempt),
        )
        .group_by(Item.attempt_id)
        .having(sa.func.count() >= FEWEST)
        .subquery()
    )
    most = (
        sa.select(compared.c.attempt_id, compared.c.both, compared.c.equal, sa.func.count().over().label("compared"))
        .order_by(compared.c.equal.desc(), compared.c.both, compared.c.attempt_id)
        .limit(_COMPUTED)
        .subquery()
    )
    other = aliased(Attempt)
    return ctx.session.execute(
        sa.select(
            other.id,
            other.enrolment_id,
            Enrolment.name,
            Enrolment.code,
            Enrolment.unit_name,
            Enrolment.unit_id,
            most.c.compared,
        )
        .select_from(most)
        .join(other, other.id == most.c.attempt_id)
        .join(Enrolment, Enrolment.id == other.enrolment_id)
        .order_by(most.c.equal.desc(), most.c.both, other.id)
    ).all()


def _equal(ctx: Context, own: Mapping[int, _Wrong], attempt_ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    """Return for each paper the questions answered wrongly on both, and whether alike."""
    rows = ctx.session.execute(
        _wrong(sa.select(Item.attempt_id, Item.revision_id, Answer.response).select_from(Item)).where(
            Item.attempt_id.in_(attempt_ids), Item.revision_id.in_(own)
        )
    )
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for attempt_id, revision, response in rows:
        found[attempt_id][revision] = response == own[revision].response
    return found
