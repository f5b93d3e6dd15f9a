"""What the register of inquiries and complaints tells in the report on a contest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.contributions import ReportSection
from cuocthi.text import T
from cuocthi_inquiries.models import (
    Complaint,
    ComplaintState,
    FalseInformation,
    Inquiry,
    InquiryState,
    Outcome,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

    Write = Callable[[Text], str]


def report_sections(ctx: Context, campaign: Campaign, round_: Phase | None, write: Write) -> list[ReportSection]:
    """Return how many inquiries, complaints and cases of false information there were, and what became of them.

    A notice on one round tells nothing of them. What still waits is a difference to the plan.
    """
    if round_ is not None:
        return []
    asked, answered, unanswered = _inquiries(ctx, campaign)
    told = [
        T(
            "The organising committee received %(asked)s questions; %(answered)s were answered, %(waiting)s wait.",
            asked=asked,
            answered=answered,
            waiting=unanswered,
        )
    ]
    complaints = _complaints(ctx, campaign)
    total, waiting = sum(complaints.values()), complaints["waiting"]
    told.append(
        T(
            "There were %(total)s complaints: %(upheld)s upheld, %(partly)s upheld in part, %(rejected)s rejected, "
            "%(withdrawn)s withdrawn, %(waiting)s not decided yet.",
            total=total,
            **complaints,
        )
        if total
        else T("There were no complaints.")
    )
    cases, settled = _cases(ctx, campaign)
    if cases:
        told.append(
            T(
                "%(cases)s cases of false information about the contest were found; %(settled)s are settled.",
                cases=cases,
                settled=settled,
            )
        )
    late = [T("%(count)s questions have not been answered.", count=unanswered)] if unanswered else []
    late += [T("%(count)s complaints have not been decided.", count=waiting)] if waiting else []
    title = write(T("Questions, complaints, false information"))
    return [ReportSection("inquiries", title, [write(text) for text in told], (), [write(text) for text in late], 70)]


def _inquiries(ctx: Context, campaign: Campaign) -> tuple[int, int, int]:
    """Return how many questions came, were answered or closed with a reason, and wait."""
    waiting = sa.func.count().filter(Inquiry.state == InquiryState.OPEN)
    total, open_ = ctx.session.execute(
        sa.select(sa.func.count(), waiting).where(Inquiry.campaign_id == campaign.id)
    ).one()
    return total, total - open_, open_


def _complaints(ctx: Context, campaign: Campaign) -> dict[str, int]:
    """Return the number of complaints by what became of them."""
    rows = ctx.session.execute(
        sa.select(Complaint.state, Complaint.outcome, sa.func.count())
        .where(Complaint.campaign_id == campaign.id)
        .group_by(Complaint.state, Complaint.outcome)
    )
    found = dict.fromkeys([*(str(outcome) for outcome in Outcome), "withdrawn", "waiting"], 0)
    for state, outcome, count in rows:
        if state is ComplaintState.ANSWERED and outcome is not None:
            found[str(outcome)] += count
        else:
            found["withdrawn" if state is ComplaintState.WITHDRAWN else "waiting"] += count
    return found


def _cases(ctx: Context, campaign: Campaign) -> tuple[int, int]:
    """Return how many cases of false information there are, and how many have an outcome."""
    settled = sa.func.count().filter(FalseInformation.outcome != "")
    row = ctx.session.execute(
        sa.select(sa.func.count(), settled).where(FalseInformation.campaign_id == campaign.id)
    ).one()
    return row[0], row[1]
