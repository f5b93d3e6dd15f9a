"""What is done with estimates: entering one, and turning those of a round into its results. No Flask here."""

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.contributions import ResultRow
from cuocthi.enrolments.entering import hold_open
from cuocthi.enrolments.models import Enrolment
from cuocthi.standings.results import post_results
from cuocthi.timelines.models import Phase
from cuocthi_guess.models import LARGEST, Estimate


def estimates(ctx: Context, *where: sa.ColumnElement[bool]) -> list[Estimate]:
    """Return the estimates for which all conditions hold (one statement)."""
    return list(ctx.session.scalars(sa.select(Estimate).where(*where)))


def estimates_of(ctx: Context, *, campaign: Campaign, enrolment_id: int | None) -> list[tuple[Estimate, Phase]]:
    """Return what somebody estimated in a campaign, with the rounds (one statement)."""
    found = sa.select(Estimate, Phase).join(Phase, Phase.id == Estimate.phase_id)
    rows = ctx.session.execute(found.where(Phase.campaign_id == campaign.id, Estimate.enrolment_id == enrolment_id))
    return [(row[0], row[1]) for row in rows]


def enter(ctx: Context, *, campaign: Campaign, round_: Phase, enrolment: Enrolment, number: int) -> None:
    """Keep an estimate in place of an earlier one.

    Raises Closed if the round is not open, Forbidden if the person was excluded, or is not admitted and has not begun.
    """
    begun = ctx.session.get(Estimate, (round_.id, enrolment.id)) is not None
    hold_open(ctx, campaign=campaign, round_=round_, enrolment=enrolment, begun=begun)
    ctx.session.merge(Estimate(phase_id=round_.id, enrolment_id=enrolment.id, number=number, entered_at=ctx.now))
    ctx.session.flush()


def refresh(ctx: Context, *, campaign: Campaign, round_: Phase) -> None:
    """Post a result for every estimate of a round: each person that it is off costs a thousandth of a point."""
    entered = estimates(ctx, Estimate.phase_id == round_.id)
    rows = [_result(estimate, abs(estimate.number - len(entered))) for estimate in entered]
    post_results(ctx, campaign=campaign, round_=round_, source="guess", rows=rows)


def _result(estimate: Estimate, off: int) -> ResultRow:
    at = estimate.entered_at
    return ResultRow(estimate.enrolment_id, "1", LARGEST - off, LARGEST, 0, at, at, {"distance": off})
