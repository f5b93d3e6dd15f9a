"""What prizes do in a rehearsal once the ranking is adopted: draw up the award list and adopt it by two persons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Actor
from cuocthi.web.formats import money
from cuocthi_prizes.domain.award_lists import adopt, draw_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


def rehearse(ctx: Context, campaign_id: int, staff_ids: tuple[int, int]) -> Sequence[tuple[str, str]]:
    """Award the campaign's prizes as two committee members would; return what to report.

    Raises Blocked with every reason where the list cannot be drawn up or adopted.
    """
    campaign = ctx.session.get_one(Campaign, campaign_id)
    first, second = (replace(ctx, actor=Actor(user_id)) for user_id in staff_ids)
    award_list = draw_up(first, campaign=campaign)
    for person in (first, second):
        adopt(person, campaign=campaign, number=award_list.number, digest=award_list.digest)
    return [
        ("awards", str(len(award_list.awards))),
        ("sum of awards", money(award_list.total_value, "vi")),
        ("digest of the award list", award_list.digest),
    ]
