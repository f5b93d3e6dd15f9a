"""All that is found about one person in one round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi.timelines.models import Phase
from cuocthi_quiz.domain.evidence.company import Burst, Sharing, burst, sharing
from cuocthi_quiz.domain.evidence.similarity import Similarity, similarity
from cuocthi_quiz.domain.evidence.speed import Pace, pace
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is found about a person's best paper of a round. It decides nothing."""

    enrolment: Enrolment
    round_: Phase
    attempt: Attempt
    pace: Pace
    similarity: Similarity
    sharing: Sharing
    burst: Burst


def dossier(ctx: Context, *, campaign_id: int, enrolment_id: int, round_id: int | None) -> Dossier | None:
    """Return what is found about a person, without a round in the last one (seventeen statements at most).

    None for somebody who has handed in no paper there, or is of another campaign.
    """
    row = ctx.session.execute(
        sa.select(Attempt, Enrolment, Phase)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Phase, Phase.id == Attempt.phase_id)
        .where(
            Attempt.campaign_id == campaign_id,
            Attempt.enrolment_id == enrolment_id,
            Attempt.submitted_at.is_not(None),
            Attempt.phase_id == round_id if round_id is not None else sa.true(),
            COUNTS,
        )
        .order_by(Phase.number.desc(), sa.func.coalesce(Attempt.score, -1).desc(), Attempt.number)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    attempt, enrolment, round_ = row
    return Dossier(
        enrolment,
        round_,
        attempt,
        pace(ctx, attempt=attempt),
        similarity(ctx, attempt=attempt, unit_id=enrolment.unit_id),
        sharing(ctx, attempt=attempt, unit_id=enrolment.unit_id),
        burst(ctx, attempt=attempt, enrolment=enrolment),
    )
