"""What candidates contribute: who may do what, what waits for staff, what a candidate is asked on the own page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import has_request_context, url_for

from cuocthi.contributions import Duty, Panel, Permission, Role
from cuocthi.enrolments.models import Enrolment
from cuocthi.text import T
from cuocthi.users.queries import identities
from cuocthi_prizes.candidates.models import Candidacy
from cuocthi_prizes.models import Award, AwardList, AwardListState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

VIEW, CHECK = "prizes:candidates:view", "prizes:candidates:check"
ENTER, DECIDE = "prizes:candidates:enter", "prizes:candidates:decide"

_DECIDING = frozenset({Role.ORGANISING, Role.JURY})
_HELPING = frozenset({Role.ORGANISING, Role.SUPPORT, Role.STANDING})

PERMISSIONS = (
    Permission(VIEW, T("See candidates for prizes"), _DECIDING | _HELPING | {Role.OVERSIGHT}, lasts=True),
    Permission(CHECK, T("Check candidates for prizes, and ask them how they are paid"), _HELPING, lasts=True),
    Permission(
        ENTER,
        T("Enter for candidates on the phone how they are paid"),
        frozenset({Role.ORGANISING, Role.STANDING}),
        lasts=True,
    ),
    Permission(
        DECIDE, T("Decide on candidates for prizes, and rule on likenesses with members"), _DECIDING, lasts=True
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is asked: for which prize, by when, whether it was answered, and where."""

    title: str
    candidacy: Candidacy
    url: str


def panels(ctx: Context, campaign: Campaign) -> list[Panel]:
    """Return what the reader is asked as a candidate, while a draft or an adopted list says so (one statement)."""
    if ctx.actor.user_id is None:
        return []
    rows = ctx.session.execute(
        sa.select(Candidacy, sa.func.min(Award.title))
        .join(Enrolment, Enrolment.id == Candidacy.enrolment_id)
        .join(Award, Award.enrolment_id == Candidacy.enrolment_id)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(
            Candidacy.campaign_id == campaign.id,
            Candidacy.asked_at.is_not(None),
            Candidacy.set_aside.is_(None),
            Enrolment.user_id.in_(identities(ctx.actor.user_id)),
            AwardList.campaign_id == Candidacy.campaign_id,
            AwardList.set_key == Candidacy.set_key,
            AwardList.phase_id == Candidacy.phase_id,
            AwardList.state.in_((AwardListState.DRAFT, AwardListState.ADOPTED)),
        )
        .group_by(Candidacy.id)
        .order_by(Candidacy.answer_by, Candidacy.id)
    )
    asked = [Asked(title, candidacy, _own_url(campaign, candidacy.id)) for candidacy, title in rows]
    title = T("You are proposed for a prize")
    values = {"asked": asked, "now": ctx.now}
    return [Panel("candidacy", title, "prizes/candidates/_asked.html", values, order=5)] if asked else []


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return on which drafts candidates have let the time to answer pass (one statement)."""
    known = {campaign.id: campaign for campaign in campaigns}
    rows = ctx.session.execute(
        sa.select(AwardList.campaign_id, AwardList.number, sa.func.count(sa.distinct(Candidacy.id)).label("persons"))
        .join(Award, Award.award_list_id == AwardList.id)
        .join(
            Candidacy,
            sa.and_(
                Candidacy.enrolment_id == Award.enrolment_id,
                Candidacy.campaign_id == AwardList.campaign_id,
                Candidacy.set_key == AwardList.set_key,
                Candidacy.phase_id == AwardList.phase_id,
            ),
        )
        .where(
            AwardList.campaign_id.in_(known),
            AwardList.state == AwardListState.DRAFT,
            Candidacy.answer_by <= ctx.now,
            Candidacy.answered_at.is_(None),
            Candidacy.set_aside.is_(None),
        )
        .group_by(AwardList.campaign_id, AwardList.number)
        .order_by(AwardList.campaign_id, AwardList.number)
    )
    return [
        Duty(
            f"candidates-{row.number}",
            row.campaign_id,
            T("Decide on candidates of award list %(number)s who did not answer", number=row.number),
            DECIDE,
            T("%(persons)s persons; their time to answer is over", persons=row.persons),
            _list_url(known[row.campaign_id], row.number),
            late=True,
            order=58,
        )
        for row in rows
    ]


def _own_url(campaign: Campaign, candidacy_id: int) -> str:
    return url_for("prizes.own_prize", slug=campaign.slug, candidacy_id=candidacy_id) if has_request_context() else ""


def _list_url(campaign: Campaign, number: int) -> str:
    return url_for("prizes.candidates", slug=campaign.slug, number=number) if has_request_context() else ""
