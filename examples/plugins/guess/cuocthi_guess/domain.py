"""What is done with estimates: entering one, and turning those of a round into its results. No Flask here."""

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.enrolments.entering import hold_open
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import DomainError
from cuocthi.standings.results import post_measures, post_results
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi_guess.models import Estimate

#: The score of an exact estimate, in thousandths of a point; every person that it is off costs one of them.
FULL_MARKS = 1_000_000


def estimates_of(ctx: Context, *, enrolment: Enrolment) -> dict[int, Estimate]:
    """Return somebody's estimates by round (one statement)."""
    found = ctx.session.scalars(sa.select(Estimate).where(Estimate.enrolment_id == enrolment.id))
    return {estimate.phase_id: estimate for estimate in found}


def enter(ctx: Context, *, campaign: Campaign, round_: Phase, enrolment: Enrolment, number: int) -> None:
    """Keep an estimate in place of an earlier one. Raises Closed, Forbidden, or DomainError for no possible number."""
    hold_open(ctx, campaign=campaign, round_=round_, enrolment=enrolment)
    if not 0 < number < FULL_MARKS:
        raise DomainError(T("Please enter a number between 1 and %(most)s.", most=FULL_MARKS - 1), field="number")
    ctx.session.merge(Estimate(phase_id=round_.id, enrolment_id=enrolment.id, number=number, entered_at=ctx.now))
    ctx.session.flush()


def refresh(ctx: Context, *, campaign: Campaign, round_: Phase) -> None:
    """Post a result for every estimate of a round: the nearer to the number of estimates, the better."""
    ours = Estimate.phase_id == round_.id
    distance = sa.func.abs(Estimate.number - sa.select(sa.func.count()).where(ours).scalar_subquery())
    entry = (Estimate.enrolment_id, sa.literal("1").label("entry_key"))
    rows = sa.select(
        *entry,
        (FULL_MARKS - distance).label("score"),
        sa.literal(FULL_MARKS).label("max_score"),
        sa.literal(0).label("duration_ms"),
        Estimate.entered_at.label("started_at"),
        Estimate.entered_at.label("finished_at"),
    )
    post_results(ctx, campaign=campaign, round_=round_, source="guess", rows=rows.where(ours))
    off = sa.select(*entry, sa.literal("distance").label("key"), distance.label("value"))
    post_measures(ctx, round_=round_, source="guess", rows=off.where(ours))
