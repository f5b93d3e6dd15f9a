"""The page on which organisers say what an overall ranking adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_settings
from cuocthi_overall.settings import OWNER, Combine, OverallRanking, OverallSettings, Weighted

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

    from .conftest import Contest

ROW = {
    "rankings-0-round": "chung-cuoc",
    "rankings-0-rounds": "vong-1, vong-2×1.5",
    "rankings-0-combine": "sum",
    "rankings-0-best": "2",
    "rankings-0-least": "1",
}


def test_a_ranking_is_entered_by_the_page_alone(
    contest: Contest, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    organiser = sign_in(make.member(contest.campaign))
    address = f"/c/{contest.campaign.slug}/staff/settings/{OWNER}"
    assert 'value="add-rankings"' in organiser.get(address)[1]
    added = organiser.post(address, {"act": "add-rankings"})[1]
    assert 'name="rankings-0-rounds"' in added
    assert 'value="remove-rankings-0"' in added
    assert 'name="rankings-0-round"' not in organiser.post(address, ROW | {"act": "remove-rankings-0"})[1]

    assert organiser.post(address, ROW)[0] == 200
    contest.ctx.session.rollback()
    stored = load_settings(contest.ctx, owner=OWNER, schema=OverallSettings, campaign=contest.campaign).value
    counted = (Weighted("vong-1"), Weighted("vong-2", 1500))
    assert stored == OverallSettings((OverallRanking("chung-cuoc", counted, Combine.SUM, best=2),))
