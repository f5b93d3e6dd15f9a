"""Appointing committee members: whose role bars may not take part, also not with an entry made before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.committees.domain import seat
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.decisions import exclude_entry

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.committees.models import Committee, Membership
    from cuocthi.context import Context
    from cuocthi.units.models import Unit
    from cuocthi.users.models import User

#: Why a member's entry does not count, in the language of the campaign.
_BARRED = {"vi": "thành viên không được dự thi", "en": "members may not take part"}


def appoint(
    ctx: Context,
    *,
    campaign: Campaign,
    committee: Committee,
    user: User,
    position: str = "",
    unit: Unit | None = None,
) -> Membership:
    """Give a person a seat on a committee. Who already takes part is excluded, with that reason, if the role bars.

    Raises as :func:`seat` does.
    """
    membership = seat(ctx, campaign=campaign, committee=committee, user=user, position=position, unit=unit)
    if not committee.role.bars:
        return membership
    enrolment = ctx.session.scalar(
        sa.select(Enrolment).where(
            Enrolment.campaign_id == campaign.id,
            Enrolment.user_id == user.id,
            Enrolment.state == EnrolmentState.ACTIVE,
        )
    )
    if enrolment is not None:
        exclude_entry(ctx, enrolment=enrolment, reason=barring_reason(campaign, committee.title))
    return membership


def barring_reason(campaign: Campaign, title: str) -> str:
    """Return why the entry of a member of the committee of this ``title`` does not count, in the campaign's words."""
    return f"{title}: {_BARRED.get(campaign.language, _BARRED['en'])}"
