"""Posting a round's results to the core, and with them, once the round has closed, how far each prediction was off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.standings.results import post_measures, post_results
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain import predictions
from cuocthi_quiz.domain.attempts import settings_of, submit_overdue
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.release import has_closed
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER, Over, QuizSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

PREDICTION_ERROR = "prediction_error"
#: In microseconds, as moments are stored.
_MINUTE = 60_000_000


def refresh(ctx: Context, *, campaign: Campaign, round_: Phase) -> None:
    """Hand in what is overdue, grade what is ungraded, and post one result for each graded attempt of a round.

    The error of the prediction is posted only when what was to be predicted is known: the round, or with it all others
    that are counted, have closed.
    """
    submit_overdue(ctx, round_id=round_.id)
    grade_round(ctx, round_id=round_.id)
    post_results(ctx, campaign=campaign, round_=round_, source=OWNER, rows=_results(round_))
    _post_errors(ctx, campaign, round_, settings_of(ctx, campaign=campaign, round_=round_))


def _post_errors(ctx: Context, campaign: Campaign, round_: Phase, settings: QuizSettings) -> None:
    target = settings.target
    if not settings.prediction or not predictions.is_known(ctx, campaign=campaign, round_=round_, target=target):
        return
    for counted in predictions.counted_rounds(ctx, campaign=campaign, round_=round_, target=target):
        submit_overdue(ctx, round_id=counted.id)
        grade_round(ctx, round_id=counted.id)
    rows = predictions.errors(ctx, campaign=campaign, round_=round_, settings=settings, key=PREDICTION_ERROR)
    post_measures(ctx, round_=round_, source=OWNER, rows=rows)


def refresh_earlier(ctx: Context, *, campaign: Campaign, closed: Phase) -> None:
    """Post the errors of the predictions over the whole contest, when ``closed`` was the last of its rounds.

    The other rounds closed before, and nobody would ask for their results again; drafts of their rankings follow.
    """
    own = rounds(ctx, campaign_id=campaign.id, source=OWNER)
    for held, settings in settings_by_rounds(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, rounds=own):
        known = all(has_closed(ctx, round_=one) for one in own)
        if known and settings.prediction and settings.target.over is Over.CONTEST:
            for round_ in held:
                if round_.id != closed.id:
                    refresh(ctx, campaign=campaign, round_=round_)


def _entry_key() -> sa.ColumnElement[str]:
    return sa.cast(Attempt.number, sa.String(40))


def _results(round_: Phase) -> Any:
    used = sa.type_coerce(Attempt.submitted_at, sa.BigInteger) - sa.type_coerce(Attempt.started_at, sa.BigInteger)
    # Extra time is no advantage, and no disadvantage beyond having used all the time that everybody has.
    limit = (Attempt.minutes + Attempt.relief_minutes) * _MINUTE
    taken = sa.case((sa.and_(Attempt.minutes > 0, used > limit), limit), else_=used)
    return sa.select(
        Attempt.enrolment_id,
        _entry_key().label("entry_key"),
        Attempt.score,
        Attempt.max_score,
        (taken // 1000).label("duration_ms"),
        Attempt.started_at,
        Attempt.submitted_at.label("finished_at"),
    ).where(Attempt.phase_id == round_.id, Attempt.graded_at.is_not(None), papers_queries.COUNTS)
