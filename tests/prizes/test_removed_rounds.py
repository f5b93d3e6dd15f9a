"""A round that prize sets name is not removed; one that is gone all the same is called so, by the set that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cuocthi.campaigns.settings import SettingsError, save_settings
from cuocthi.contributions import Act, Blocker, Browser, ReadinessItem, RuleClause
from cuocthi.timelines.models import Phase
from cuocthi_prizes.domain.scheme import save_scheme
from cuocthi_prizes.queries import OWNER, load_scheme
from cuocthi_prizes.settings import PrizeSet, PrizeSettings, Tier

from .conftest import Contest, of_sets
from .test_pages import address, open_page, scheme_of, upcoming

TIERS = (Tier("nhat", "Giải Nhất", 1, 1_000_000),)
LOST = PrizeSet("chung-ket", "Giải chung kết", round="vong-cuoi", tiers=TIERS)
EACH = PrizeSet("tuan", "Giải tuần", each_round=True, but_for=("vong-mat",), tiers=TIERS)

__all__ = ["open_page"]


@pytest.fixture
def second(contest: Contest) -> Phase:
    opens = contest.ctx.now + timedelta(days=2)
    return contest.make.round(contest.campaign, "sprint", number=2, opens_at=opens, closes_at=opens + timedelta(days=1))


def as_from_older_data(contest: Contest, *sets: PrizeSet) -> None:
    """Store a scheme without asking whether what it names is there."""
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=of_sets(*sets))


def entered(title: str, awarded: str) -> dict[str, Any]:
    return {"title": title, "awarded": awarded, "ties": "decide", "tiers-0-title": "Giải Nhất", "tiers-0-quantity": "1"}


def test_sets_that_name_a_round_keep_it_from_being_removed(contest: Contest, second: Phase) -> None:
    sets = (replace(LOST, round=second.key), replace(EACH, but_for=(second.key,)))
    as_from_older_data(contest, *sets)
    hooks, act = contest.ctx.hooks, Act.REMOVE_PHASE
    found = hooks.collect(contest.ctx, contest.campaign, "act_blockers", Blocker, act=act, round_=second)
    assert [str(blocker.reason) for blocker in found] == [
        "The prize set “Giải chung kết” awards it.",
        "The prize set “Giải tuần” awards each round but for it.",
    ]
    other = hooks.collect(contest.ctx, contest.campaign, "act_blockers", Blocker, act=act, round_=contest.round_)
    assert other == []


def test_the_checklist_names_each_set_whose_round_is_gone(contest: Contest, second: Phase) -> None:
    as_from_older_data(contest, LOST, EACH)
    items = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "readiness_items", ReadinessItem)
    named = [str(item.detail) for item in items if item.key.startswith("round") and not item.done]
    assert named == [
        "“Giải chung kết” names a round that was removed (code “vong-cuoi”).",
        "“Giải tuần” names a round that was removed (code “vong-mat”).",
    ]


def test_the_rules_do_not_pass_its_prizes_off_as_those_of_the_contest(contest: Contest, second: Phase) -> None:
    as_from_older_data(contest, LOST)
    clauses = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause, write=str)
    (body,) = [clause.body for clause in clauses if clause.key == "prizes"]
    assert "vòng thi đã bị bỏ khỏi tiến trình (mã “vong-cuoi”)" in body


def test_a_faulty_set_keeps_nobody_from_saving_another(contest: Contest, second: Phase) -> None:
    upcoming(contest)
    as_from_older_data(contest, LOST)
    good = PrizeSet("tuan", "Giải tuần", round=contest.round_.key, tiers=TIERS)
    save_scheme(contest.ctx, campaign=contest.campaign, scheme=of_sets(LOST, good))
    assert load_scheme(contest.ctx, campaign=contest.campaign).value.sets == (LOST, good)
    with pytest.raises(SettingsError, match="“Giải chung kết” names a round"):
        save_scheme(contest.ctx, campaign=contest.campaign, scheme=of_sets(replace(LOST, tiers=()), good))
    scheme = of_sets(LOST, replace(good, key="moi", title="Giải mới", division="khong-co"))
    with pytest.raises(SettingsError, match="“Giải mới” names a division"):
        save_scheme(contest.ctx, campaign=contest.campaign, scheme=scheme)


def test_pages_call_a_removed_round_so_and_ask_for_another(
    contest: Contest, second: Phase, open_page: Callable[[int], Browser]
) -> None:
    upcoming(contest)
    as_from_older_data(contest, LOST)
    key = contest.round_.key
    browser = open_page(0)
    assert "vòng thi đã bị bỏ (vong-cuoi)" in browser.get(address(contest, "scheme"))[1]
    page = browser.get(address(contest, "scheme/sets/chung-ket"))[1]
    assert '<option selected value="vong-cuoi">vòng thi đã bị bỏ (vong-cuoi)</option>' in page

    form = entered("Giải chung kết", "vong-cuoi")
    status, page = browser.post(address(contest, "scheme/sets/chung-ket"), form | {"tiers-0-quantity": "3"})
    assert (status, "“Giải chung kết” nêu một vòng thi không có" in page) == (422, True)
    assert 'id="awarded-error"' in page
    assert browser.post(address(contest, "scheme/sets/+"), entered("Giải tuần", key))[0] == 200
    assert browser.post(address(contest, "scheme/sets/chung-ket"), entered("Giải chung kết", key))[0] == 200
    assert isinstance(scheme_of(contest), PrizeSettings)
    assert [one.round for one in scheme_of(contest).sets] == [key, key]
