"""Posting a round's results to the core, and with them, once the round has closed, how far each prediction was off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.settings import load_settings
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.criteria import Counted, RankingRules
from cuocthi.standings.results import post_measures, post_results
from cuocthi_quiz.domain.attempts import submit_overdue
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.release import has_closed
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

PREDICTION_ERROR = "prediction_error"


def refresh(ctx: Context, *, campaign: Campaign, round_: Phase) -> None:
    """Hand in what is overdue, grade what is ungraded, and post one result for each graded attempt of a round.

    The error of the prediction is posted only when the round has closed: before, the number predicted is not known.
    """
    submit_overdue(ctx, round_id=round_.id)
    grade_round(ctx, round_id=round_.id)
    post_results(ctx, campaign=campaign, round_=round_, source=OWNER, rows=_results(round_))
    if has_closed(ctx, round_=round_):
        perfect = persons_with_everything_right(ctx, campaign=campaign, round_=round_)
        post_measures(ctx, round_=round_, source=OWNER, rows=_prediction_errors(round_, perfect))


def _entry_key() -> sa.ColumnElement[str]:
    return sa.cast(Attempt.number, sa.String(40))


def _results(round_: Phase) -> Any:
    taken = sa.type_coerce(Attempt.submitted_at, sa.BigInteger) - sa.type_coerce(Attempt.started_at, sa.BigInteger)
    return sa.select(
        Attempt.enrolment_id,
        _entry_key().label("entry_key"),
        Attempt.score,
        Attempt.max_score,
        (taken // 1000).label("duration_ms"),
        Attempt.started_at,
        Attempt.submitted_at.label("finished_at"),
    ).where(Attempt.phase_id == round_.id, Attempt.graded_at.is_not(None), papers_queries.COUNTS)


def persons_with_everything_right(ctx: Context, *, campaign: Campaign, round_: Phase) -> int:
    """Return how many persons have everything right in a round: counted by person, excluded ones left out.

    Of several attempts the one counts that the ranking counts; with "best" that is a perfect one if there is any.
    """
    rules = load_settings(ctx, owner="core", schema=RankingRules, campaign=campaign, round_=round_).value
    other = sa.orm.aliased(Attempt)
    graded = sa.exists().where(
        other.phase_id == Attempt.phase_id,
        other.enrolment_id == Attempt.enrolment_id,
        other.graded_at.is_not(None),
        other.set_aside_reason == "",
    )
    counts = {
        Counted.FIRST: ~graded.where(other.number < Attempt.number),
        Counted.LAST: ~graded.where(other.number > Attempt.number),
        Counted.BEST: sa.true(),
    }[rules.counted]
    persons = (
        sa.select(sa.func.count(sa.distinct(Attempt.enrolment_id)))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Attempt.phase_id == round_.id,
            Attempt.graded_at.is_not(None),
            Attempt.score == Attempt.max_score,
            Attempt.max_score > 0,
            Enrolment.state == EnrolmentState.ACTIVE,
            papers_queries.COUNTS,
            counts,
        )
    )
    return ctx.session.scalar(persons) or 0


def _prediction_errors(round_: Phase, actual: int) -> Any:
    return sa.select(
        Attempt.enrolment_id,
        _entry_key().label("entry_key"),
        sa.literal(PREDICTION_ERROR).label("key"),
        sa.func.abs(Attempt.prediction - actual).label("value"),
    ).where(
        Attempt.phase_id == round_.id,
        Attempt.graded_at.is_not(None),
        papers_queries.COUNTS,
        Attempt.asks_prediction,
        Attempt.prediction.is_not(None),
    )
