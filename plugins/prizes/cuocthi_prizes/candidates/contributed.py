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
from cuocthi_prizes.candidates.conditions import is_named
from cuocthi_prizes.candidates.models import Candidacy
from cuocthi_prizes.candidates.parts import LIVE
from cuocthi_prizes.models import Award, AwardList, AwardListState
from cuocthi_prizes.queries import schemes_of

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
    """Return what the reader is asked as a candidate, while a draft or an adopted list says so, and for which set the
    reader is passed over (one statement).
    """
    if ctx.actor.user_id is None:
        return []
    of_part = (
        AwardList.campaign_id == Candidacy.campaign_id,
        AwardList.set_key == Candidacy.set_key,
        AwardList.phase_id == Candidacy.phase_id,
    )
    prize = (
        sa.select(sa.func.min(Award.title))
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(*of_part, AwardList.state.in_(LIVE), Award.enrolment_id == Candidacy.enrolment_id)
        .correlate(Candidacy)
        .scalar_subquery()
    )
    set_title = sa.select(sa.func.min(AwardList.set_title)).where(*of_part).correlate(Candidacy).scalar_subquery()
    rows = ctx.session.execute(
        sa.select(Candidacy, sa.func.coalesce(prize, set_title))
        .join(Enrolment, Enrolment.id == Candidacy.enrolment_id)
        .where(
            Candidacy.campaign_id == campaign.id,
            Enrolment.user_id.in_(identities(ctx.actor.user_id)),
            sa.or_(sa.and_(Candidacy.asked_at.is_not(None), is_named()), Candidacy.set_aside.is_not(None)),
        )
        .order_by(Candidacy.answer_by, Candidacy.id)
    )
    asked = [Asked(title, candidacy, _own_url(campaign, candidacy.id)) for candidacy, title in rows]
    passed_over = bool(asked) and all(one.candidacy.set_aside for one in asked)
    title = T("You are passed over for a prize") if passed_over else T("You are proposed for a prize")
    values = {"asked": asked, "now": ctx.now}
    return [Panel("candidacy", title, "prizes/candidates/_asked.html", values, order=5)] if asked else []


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return on which drafts candidates have let the time to answer pass that the scheme sets (two statements)."""
    known = {campaign.id: campaign for campaign in campaigns}
    rows = ctx.session.execute(
        sa.select(
            AwardList.campaign_id,
            AwardList.number,
            AwardList.settings_version_id,
            sa.func.count(sa.distinct(Candidacy.id)).label("persons"),
        )
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
        .group_by(AwardList.campaign_id, AwardList.number, AwardList.settings_version_id)
        .order_by(AwardList.campaign_id, AwardList.number)
    ).all()
    schemes = schemes_of(ctx, version_ids={row.settings_version_id for row in rows})
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
        if schemes[row.settings_version_id].answer_days
    ]


def _own_url(campaign: Campaign, candidacy_id: int) -> str:
    return url_for("prizes.own_prize", slug=campaign.slug, candidacy_id=candidacy_id) if has_request_context() else ""


def _list_url(campaign: Campaign, number: int) -> str:
    return url_for("prizes.candidates", slug=campaign.slug, number=number) if has_request_context() else ""
