"""The page on which organisers say what an overall ranking adds up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.settings import load_settings
from cuocthi_overall.settings import OWNER, Combine, OverallRanking, OverallSettings, Weighted

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

    from .conftest import Contest

ROW: dict[str, str | list[str]] = {
    "rankings-0-round": "round-4",
    "rankings-0-rounds": ["round-1", "round-2"],
    "rankings-0-weights": "vòng 2 = 1,5",
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
    counted = (Weighted("round-1"), Weighted("round-2", 1500))
    assert stored == OverallSettings((OverallRanking("round-4", counted, Combine.SUM, best=2),))


def test_a_round_that_adds_others_up_is_nothing_that_overlaps_them(
    contest: Contest, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    for number, round_ in enumerate(contest.rounds):
        round_.windows[0].opens_at = contest.ctx.now - timedelta(days=9 - number)
        round_.windows[0].closes_at = contest.ctx.now - timedelta(days=8 - number)
    organiser = sign_in(make.member(contest.campaign))
    assert "mở cùng lúc" not in organiser.get(f"/c/{contest.campaign.slug}/staff/timeline")[1]


def test_rounds_divisions_and_measures_are_chosen_by_their_titles(
    contest: Contest, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    make.division(contest.campaign, "a", "Bảng A")
    contest.set(OverallRanking("round-4", (Weighted("round-1"), Weighted("mat", 2500)), division="b", added="error"))
    organiser = sign_in(make.member(contest.campaign))
    page = organiser.get(f"/c/{contest.campaign.slug}/staff/settings/{OWNER}")[1]
    assert '<option selected value="round-4">Vòng 4</option>' in page
    assert '<option value="round-1">' not in page, "only rounds of this format are overall rankings"
    assert ">Vòng 1</label>" in page
    assert "không còn nữa (mat)" in page
    assert "mat = 2.5" in page
    assert '<option value="a">Bảng A</option>' in page
    assert '<option selected value="b">không còn nữa (b)</option>' in page
    assert '<option selected value="error">Lỗi</option>' in page


@pytest.mark.parametrize("weights", ["Vòng 3 = 2", "Vòng 1 = nhiều", "Vòng 1"])
def test_a_weight_that_cannot_be_meant_is_refused_and_kept(
    contest: Contest, make: Factories, sign_in: Callable[[User], Browser], weights: str
) -> None:
    organiser = sign_in(make.member(contest.campaign))
    address = f"/c/{contest.campaign.slug}/staff/settings/{OWNER}"
    organiser.get(address)
    status, page = organiser.post(address, ROW | {"rankings-0-weights": weights})
    assert (status, weights in page) == (422, True)
