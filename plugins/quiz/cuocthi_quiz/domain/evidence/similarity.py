"""Whether somebody gave the same wrong answers as somebody else, more often than chance explains.

For a question that two persons answered wrongly, the other's answer is the same by chance as often as that wrong answer
is among all wrong answers of the round. The number of equal wrong answers then follows a Poisson-binomial distribution:
the error-similarity analysis of F. S. Bellezza and S. F. Bellezza (Detection of cheating on multiple-choice tests by
using error-similarity analysis, Teaching of Psychology 16 (1989) 151-155), with a chance of its own for each question
as in the generalized binomial test of W. J. van der Linden and L. Sotaridona (Detecting answer copying when the regular
response process follows a known response model, Journal of Educational and Behavioral Statistics 31 (2006) 283-304).
Equal right answers say nothing: whoever knows gives them.

A paper is compared with those that may have something to do with it: of the same unit, from the same network, and of
nearly the same score, as copies are. To compare it with hundreds of thousands of others would find less: what is hardly
probable once is bound to happen in so many comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi.enrolments.models import Enrolment
from cuocthi_quiz.domain.evidence.networks import in_network_of
from cuocthi_quiz.domain.evidence.statistics import at_least, corrected
from cuocthi_quiz.domain.evidence.weight import Weight
from cuocthi_quiz.domain.evidence.wrong_answers import FEWEST, answers_on, only_wrong, wrong_answers, wrong_on_both
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi_quiz.domain.evidence.wrong_answers import Wrong

#: Of the same unit, from the same network and of nearly the same score so many papers at most are compared.
NEAREST = 1_000
#: From so many papers of the round it is taken how often a wrong answer is given.
SAMPLE = 3_000
#: Of the papers most alike so many are computed, and so many shown.
_COMPUTED, _SHOWN = 50, 5
#: Below these probabilities, after the correction, a likeness weighs some, or much.
RARE, VERY_RARE = 0.01, 0.0001


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
    """Compare the wrong answers of a paper with those of other persons of the round (four statements).

    Of each other person the paper counts that is least probably so alike by chance.
    """
    own = wrong_answers(ctx, attempt=attempt)
    if len(own) < FEWEST:
        return Similarity(len(own), 0, [])
    found = wrong_on_both(ctx, own=own, papers=_compared(attempt, unit_id))
    both_wrong = {paper: answers for paper, answers in found.items() if len(answers) >= FEWEST}
    chances = _chances(ctx, attempt, own)
    likest = _likest(both_wrong, chances)
    rows = ctx.session.execute(
        sa.select(Attempt.id, Enrolment)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.id.in_([paper for _, paper in likest]))
    )
    people = {row[0]: row[1] for row in rows}
    shown: dict[int, Likeness] = {}
    for probability, paper in likest:
        answers, person = both_wrong[paper], people[paper]
        shown.setdefault(
            person.id,
            Likeness(
                paper,
                person.id,
                person.name,
                person.code,
                person.unit_name,
                person.unit_id == unit_id,
                len(answers),
                sum(answers.values()),
                sum(chances[revision] for revision in answers),
                probability,
                sorted(own[revision].position for revision, same in answers.items() if same),
            ),
        )
    return Similarity(len(own), len(both_wrong), list(shown.values())[:_SHOWN])


def _likest(both_wrong: Mapping[int, Mapping[int, bool]], chances: Mapping[int, float]) -> Sequence[tuple[float, int]]:
    """Return the papers most alike with how probable that is by chance, the least probable first."""
    most = sorted(both_wrong, key=lambda paper: (-sum(both_wrong[paper].values()), len(both_wrong[paper]), paper))
    return sorted(
        (
            corrected(
                at_least(sum(both_wrong[paper].values()), [chances[revision] for revision in both_wrong[paper]]),
                len(both_wrong),
            ),
            paper,
        )
        for paper in most[:_COMPUTED]
    )


def _among_all(attempt: Attempt) -> list[sa.ColumnElement[bool]]:
    return [Attempt.phase_id == attempt.phase_id, Attempt.graded_at.is_not(None), COUNTS]


def _compared(attempt: Attempt, unit_id: int) -> sa.Select[int]:
    """Return the SELECT of the papers to compare with: :data:`NEAREST` of each kind, of others than this person."""
    others = sa.select(Attempt.id).where(*_among_all(attempt), Attempt.enrolment_id != attempt.enrolment_id)
    distance = sa.func.abs(sa.type_coerce(Attempt.started_at, sa.BigInteger) - to_micros(attempt.started_at))
    colleagues = others.join(Enrolment, Enrolment.id == Attempt.enrolment_id).where(
        Enrolment.campaign_id == attempt.campaign_id, Enrolment.unit_id == unit_id
    )
    kinds = (
        others.order_by(sa.func.abs(Attempt.score - (attempt.score or 0)), distance, Attempt.id),
        colleagues.order_by(distance, Attempt.id),
        others.where(in_network_of(Attempt.address, attempt.address)).order_by(distance, Attempt.id),
    )
    # A LIMIT may stand in a subquery that is selected from, and on SQLite nowhere else.
    chosen = sa.union(*(sa.select(kind.limit(NEAREST).subquery().c.id) for kind in kinds)).subquery()
    return sa.select(chosen.c.id)


def _chances(ctx: Context, attempt: Attempt, own: Mapping[int, Wrong]) -> dict[int, float]:
    """Return how often each wrong answer is given by those who answer its question wrongly, never quite 0 or 1.

    One is added to both sides: in a small field a chance is rather thought too large than too small.
    """
    # Tokens are random: the first of them in order are a sample that stays the same.
    of_all = sa.select(Attempt.id).where(*_among_all(attempt))
    given = answers_on(of_all.order_by(Attempt.token, Attempt.id).limit(SAMPLE), own)
    asked, response = given.c.revision_id, given.c.response
    alike = sa.or_(*(sa.and_(asked == revision, response == wrong.response) for revision, wrong in own.items()))
    counts = sa.select(asked, sa.func.count(), sa.func.count().filter(alike))
    rows = ctx.session.execute(only_wrong(counts, given).group_by(asked))
    found = {revision: (equal, number) for revision, number, equal in rows}
    return {revision: (equal + 1) / (number + 2) for revision in own for equal, number in [found.get(revision, (0, 0))]}
