"""What prizes do in a rehearsal once the ranking is adopted: draw up the award list and adopt it by two persons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Actor
from cuocthi.digest import digest
from cuocthi.web.formats import money
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.awarded import all_awarded
from cuocthi_prizes.domain.proposals import propose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.context import Context

_SALT_LENGTH = 32
#: What a list says that names nobody, since somebody has to say something.
_NOBODY = "Diễn tập: không có người đủ điều kiện nhận giải."


def _salt_of(campaign: Campaign) -> Callable[[str], str]:
    """Return salts that are the same in every run of a rehearsal, whose people do not exist."""
    return lambda code: digest([campaign.draw_key, code])[:_SALT_LENGTH]


def rehearse(ctx: Context, campaign_id: int, staff_ids: tuple[int, int]) -> Sequence[tuple[str, str]]:
    """Award the campaign's prizes as two committee members would; return what to report.

    Raises Blocked with every reason where the list cannot be drawn up or adopted.
    """
    campaign = ctx.session.get_one(Campaign, campaign_id)
    first, second = (replace(ctx, actor=Actor(user_id)) for user_id in staff_ids)
    made = []
    for of in all_awarded(ctx, campaign=campaign):
        # In the order of the rounds, for who has a prize of one may be passed over in the next.
        statement = _NOBODY if propose(ctx, campaign=campaign, of=of).names_nobody else ""
        award_list = draw_up(first, campaign=campaign, of=of, statement=statement, salt=_salt_of(campaign))
        for person in (first, second):
            adopt(person, campaign=campaign, number=award_list.number, digest=award_list.digest)
        made.append(award_list)
    lists = [] if len(made) == 1 else [("award lists", str(len(made)))]
    return [
        *lists,
        ("awards", str(sum(len(award_list.awards) for award_list in made))),
        ("sum of awards", money(sum(award_list.total_value for award_list in made), "vi")),
        *(("digest of the award list", award_list.digest) for award_list in made),
    ]
