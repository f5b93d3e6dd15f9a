"""A contest can always end: with nobody who qualifies, and with prizes for units alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cuocthi.campaigns.settings import save_settings
from cuocthi.contributions import Act, Blocker, Direction
from cuocthi.errors import DomainError
from cuocthi.standings.criteria import FULL_MARKS, RULES_OWNER, SCORE, Criterion, RankingRules
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.unit_awards import grant
from cuocthi_prizes.models import AwardListState

from .conftest import DISTINCT, Contest, with_main

#: Nobody of these has everything right.
NOBODY = tuple(score - 1 for score in DISTINCT)


def gated(contest: Contest) -> None:
    """Let only those win who have everything right."""
    rules = RankingRules(
        (Criterion(FULL_MARKS.key, Direction.HIGHEST, gate=True), Criterion(SCORE.key, Direction.HIGHEST))
    )
    save_settings(contest.staff[0], owner=RULES_OWNER, campaign=contest.campaign, round_=contest.round_, value=rules)


def waiting(contest: Contest) -> list[str]:
    found = contest.ctx.hooks.collect(
        contest.ctx, contest.campaign, "act_blockers", Blocker, act=Act.PUBLISH, round_=None
    )
    return [blocker.key for blocker in found]


def test_a_list_may_name_nobody_if_it_says_why(contest: Contest) -> None:
    gated(contest)
    contest.rank(NOBODY)
    with pytest.raises(DomainError, match="say why the list names nobody") as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert refusal.value.field == "statement"
    statement = "Không ai trả lời đúng tất cả; giải không trao"
    made = draw_up(contest.staff[0], campaign=contest.campaign, statement=statement)
    assert (made.awards, made.total_value, made.statement) == ([], 0, statement)
    assert waiting(contest) == [f"awards-main-{contest.round_.id}"]
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    assert made.state is AwardListState.ADOPTED
    assert waiting(contest) == []


def test_prizes_for_units_alone_are_awarded_and_publishing_waits_for_them(contest: Contest) -> None:
    contest.save(with_main(tiers=()))
    unit = contest.make.unit("Xã Minh Quang")
    contest.people.append(contest.make.enrolment(contest.campaign, unit=unit))
    contest.rank(DISTINCT)
    assert waiting(contest) == [f"awards-main-{contest.round_.id}"]
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    grant(
        contest.staff[0],
        campaign=contest.campaign,
        number=made.number,
        tier="tap-the",
        unit_id=unit.id,
        reason="Điểm cao nhất",
        decision_number="1",
        decision_date=date(2024, 9, 19),
        value=1_000_000,
    )
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    assert (made.state, made.total_value, len(made.awards)) == (AwardListState.ADOPTED, 1_000_000, 0)
    assert waiting(contest) == []


def test_who_leaves_the_ranking_gives_a_prize_to_nobody_in_a_list_with_too_few(contest: Contest) -> None:
    contest.save(with_main(tiers=(replace(with_main().sets[0].tiers[0], quantity=5),)))
    contest.rank((20, 19))
    assert [award.rank for award in draw_up(contest.staff[0], campaign=contest.campaign).awards] == [1, 2]
